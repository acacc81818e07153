import { describe, expect, it } from 'vitest';
import { PlimsollError } from '../../src/base/errors.ts';
import { resolveProfiles, SCORE_TOTAL_LIMIT } from '../../src/engine/profile.ts';
import type { ResolvedProfile } from '../../src/engine/resolved-profile.ts';
import { GATE_DEFAULTS, KUBE_VERSIONS, type KubeVersion } from '../../src/model/gates.ts';
import type { AnyPlainRule } from '../../src/rules/rule.ts';

const HEAD = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' };

/** Rules beside upstream's, one per set of methods, as upstream's own tables of this test have them. */
const everywhere: AnyPlainRule = {
  name: 'test-plugin',
  prepareFilter: () => ({ kind: 'skip' }),
  accepts: () => undefined,
  prepareScore: () => 'skip',
  rate: () => 0,
  reserve: () => undefined,
};
const scoreOnly = (name: string): AnyPlainRule => ({ name, rate: () => 0 });
const scoreAndPrepare = (name: string): AnyPlainRule => ({ name, prepareScore: () => 'skip', rate: () => 0 });
const RULES = [
  everywhere,
  scoreOnly('score-with-normalize-plugin-1'),
  scoreAndPrepare('score-plugin-1'),
  scoreAndPrepare('score-plugin-2'),
];

function semantics(kubeVersion: KubeVersion = '1.36') {
  return { kubeVersion, gates: GATE_DEFAULTS };
}

/** A profile whose only default plugins are those that a profile cannot do without. */
function resolve(plugins: Record<string, unknown>, strict = false): ResolvedProfile {
  const needed = { queueSort: { enabled: [{ name: 'PrioritySort' }] }, bind: { enabled: [{ name: 'DefaultBinder' }] } };
  const multiPoint = { disabled: [{ name: '*' }], ...(plugins.multiPoint as object | undefined) };
  const config = { ...HEAD, profiles: [{ plugins: { ...needed, ...plugins, multiPoint } }] };
  return resolveProfiles(config, semantics(), { rules: RULES, strict }).profiles[0] as ResolvedProfile;
}

function names(bound: readonly { rule: AnyPlainRule; weight?: number }[]): string[] {
  return bound.map(({ rule, weight }) => (weight === undefined ? rule.name : `${rule.name}=${weight}`));
}

function errorOf(act: () => unknown): PlimsollError {
  try {
    act();
  } catch (error) {
    if (error instanceof PlimsollError) return error;
    throw error;
  }
  throw new Error('no error');
}

const enabled = (...list: (string | [string, number])[]) => ({
  enabled: list.map((plugin) => (typeof plugin === 'string' ? { name: plugin } : { name: plugin[0], weight: plugin[1] })),
});
const disabled = (...list: string[]) => ({ disabled: list.map((name) => ({ name })) });

describe('multiPoint, by the tables of TestNewFrameworkMultiPointExpansion', () => {
  it('plugin expansion', () => {
    const profile = resolve({ multiPoint: enabled(['test-plugin', 5]) });
    for (const point of [profile.preFilter, profile.filter, profile.preScore, profile.reserve])
      expect(names(point)).toEqual(['test-plugin']);
    expect(names(profile.score)).toEqual(['test-plugin=5']);
  });

  it('disable MultiPoint plugin at some extension points', () => {
    const profile = resolve({ multiPoint: enabled('test-plugin'), preScore: disabled('test-plugin'), score: disabled('test-plugin') });
    expect([names(profile.filter), names(profile.preScore), names(profile.score)]).toEqual([['test-plugin'], [], []]);
  });

  it('Multiple MultiPoint plugins', () => {
    const profile = resolve({ multiPoint: enabled('test-plugin', 'score-plugin-1') });
    expect(names(profile.preScore)).toEqual(['test-plugin', 'score-plugin-1']);
    expect(names(profile.score)).toEqual(['test-plugin=1', 'score-plugin-1=1']);
    expect(names(profile.filter)).toEqual(['test-plugin']);
  });

  it('disable MultiPoint extension', () => {
    const profile = resolve({ multiPoint: enabled('test-plugin'), filter: disabled('*') });
    expect([names(profile.preFilter), names(profile.filter)]).toEqual([['test-plugin'], []]);
  });

  it('Reorder MultiPoint plugins (specified extension takes precedence)', () => {
    const profile = resolve({
      multiPoint: enabled('score-with-normalize-plugin-1', 'test-plugin', 'score-plugin-1'),
      score: enabled('score-plugin-1', 'test-plugin'),
    });
    expect(names(profile.preScore)).toEqual(['test-plugin', 'score-plugin-1']);
    expect(names(profile.score)).toEqual(['score-plugin-1=1', 'test-plugin=1', 'score-with-normalize-plugin-1=1']);
  });

  it('Reorder MultiPoint plugins (specified extension only takes precedence when it exists in MultiPoint)', () => {
    const profile = resolve({
      multiPoint: enabled('test-plugin', 'score-plugin-1'),
      score: enabled('score-with-normalize-plugin-1', 'score-plugin-1', 'test-plugin'),
    });
    expect(names(profile.score)).toEqual(['score-plugin-1=1', 'test-plugin=1', 'score-with-normalize-plugin-1=1']);
  });

  it('Override MultiPoint plugins weights and avoid a plugin being loaded multiple times', () => {
    const profile = resolve({
      multiPoint: enabled('test-plugin', 'score-plugin-1'),
      score: enabled(['score-plugin-1', 5], ['score-plugin-2', 5], ['test-plugin', 3]),
    });
    expect(names(profile.score)).toEqual(['score-plugin-1=5', 'test-plugin=3', 'score-plugin-2=5']);
  });

  it('disable and enable MultiPoint plugin by name', () => {
    const profile = resolve({ multiPoint: { ...enabled('score-plugin-1'), ...disabled('score-plugin-1', '*') } });
    expect(names(profile.score)).toEqual(['score-plugin-1=1']);
  });

  it("Expect 'already registered' error", () => {
    const error = errorOf(() => resolve({ multiPoint: enabled('test-plugin', 'test-plugin') }));
    expect(error.message).toBe('CONFIG: profiles[0].plugins.multiPoint.enabled[1].name: is enabled twice, got "test-plugin"');
  });
});

describe('the default plugins, by the tables of TestMergePlugins', () => {
  const preEnqueueOf = (plugins: unknown, kubeVersion?: KubeVersion) =>
    resolveProfiles({ ...HEAD, profiles: [{ plugins }] }, semantics(kubeVersion), { rules: [] }).profiles[0]?.preEnqueue;
  const postFilterOf = (plugins: unknown) =>
    resolveProfiles({ ...HEAD, profiles: [{ plugins }] }, semantics(), { rules: [] }).profiles[0]?.postFilter.map(({ plugin }) => plugin);

  it('act when nothing is asked for', () => {
    expect(preEnqueueOf({})).toEqual(['SchedulingGates', 'DynamicResources', 'DefaultPreemption']);
    expect(postFilterOf({})).toEqual(['DynamicResources', 'DefaultPreemption']);
  });

  it('can be disabled one by one', () => {
    expect(postFilterOf({ multiPoint: disabled('DefaultPreemption') })).toEqual(['DynamicResources']);
    expect(postFilterOf({ postFilter: disabled('*') })).toEqual([]);
  });

  it('keep their place when they are re-configured, and move when they are disabled and enabled again', () => {
    expect(postFilterOf({ multiPoint: enabled('DefaultPreemption') })).toEqual(['DynamicResources', 'DefaultPreemption']);
    expect(preEnqueueOf({ multiPoint: { ...enabled('SchedulingGates'), ...disabled('SchedulingGates') } })).toEqual([
      'DynamicResources',
      'DefaultPreemption',
      'SchedulingGates',
    ]);
    expect(postFilterOf({ postFilter: enabled('DefaultPreemption') })).toEqual(['DefaultPreemption', 'DynamicResources']);
  });

  it('weigh 3, 2, 1, 2, 2, 1, 1', () => {
    const rules = [
      'TaintToleration',
      'NodeAffinity',
      'NodeResourcesFit',
      'PodTopologySpread',
      'InterPodAffinity',
      'NodeResourcesBalancedAllocation',
      'ImageLocality',
    ];
    const resolved = resolveProfiles(undefined, semantics(), { rules: rules.map(scoreOnly) });
    expect(names(resolved.profiles[0]?.score ?? [])).toEqual(rules.map((rule, index) => `${rule}=${[3, 2, 1, 2, 2, 1, 1][index]}`));
    expect(resolved.warnings).toEqual([]);
  });
});

describe('profiles', () => {
  it('fill in default arguments, one object for all points', () => {
    const fit: AnyPlainRule = { ...everywhere, name: 'NodeResourcesFit' };
    const profile = resolveProfiles(undefined, semantics(), { rules: [fit] }).profiles[0] as ResolvedProfile;
    expect(profile.filter[0]?.args).toMatchObject({ scoringStrategy: { type: 'LeastAllocated' } });
    expect(profile.score[0]?.args).toBe(profile.filter[0]?.args);
  });

  it('share the percentage of the configuration unless they have their own, and say that sampling matters', () => {
    const config = {
      ...HEAD,
      percentageOfNodesToScore: 30,
      profiles: [{ schedulerName: 'a' }, { schedulerName: 'b', percentageOfNodesToScore: 0 }],
    };
    const shares = (options: object) =>
      resolveProfiles(config, semantics(), { rules: [], ...options }).profiles.map((profile) => profile.percentageOfNodesToScore);
    expect(shares({})).toEqual([30, 0]);
    expect(shares({ percentageOfNodesToScore: 100 })).toEqual([100, 100]);
    const { warnings } = resolveProfiles(config, semantics('1.34'), { rules: [] });
    expect(warnings.map((warning) => /only (.*) of the nodes/.exec(warning)?.[1])).toEqual(['30%', 'an adaptive share']);
    expect(resolveProfiles(undefined, semantics(), { rules: [] }).profiles[0]?.percentageOfNodesToScore).toBe(100);
  });

  it('run the preparation of a score that is enabled alone', () => {
    const config = { ...HEAD, profiles: [{ plugins: { score: enabled('score-plugin-1') } }] };
    const { profiles, warnings } = resolveProfiles(config, semantics('1.34'), { rules: RULES });
    expect(names(profiles[0]?.preScore ?? [])).toEqual(['score-plugin-1']);
    expect(warnings).toHaveLength(1);
  });

  it('say from 1.35 on where upstream may batch equal pods', () => {
    const listed = (constraints: readonly object[]) => ({
      ...HEAD,
      profiles: [{ pluginConfig: [{ name: 'PodTopologySpread', args: { defaultingType: 'List', defaultConstraints: constraints } }] }],
    });
    const zone = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' };
    const batched = (config: unknown, version: '1.34' | '1.36') =>
      resolveProfiles(config, semantics(version)).warnings.some((warning) => warning.includes('batch equal pods'));
    expect(batched(listed([]), '1.36')).toBe(true);
    expect(batched(listed([]), '1.34')).toBe(false);
    expect(batched(listed([zone]), '1.36')).toBe(false);
    expect(batched(undefined, '1.36')).toBe(false);
  });

  it('ask NodeName first from 1.37 on, and may list its PreFilter then', () => {
    const listed = { profiles: [{ plugins: { preFilter: { enabled: [{ name: 'NodeName' }] } } }] };
    const first = (kubeVersion: KubeVersion) => names(resolveProfiles(undefined, semantics(kubeVersion)).profiles[0]?.filter ?? [])[0];
    expect([first('1.36'), first('1.37')]).toEqual(['NodeUnschedulable', 'NodeName']);
    const resolve = (kubeVersion: KubeVersion) => () =>
      resolveProfiles(
        { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration', ...listed },
        semantics(kubeVersion),
      );
    expect(resolve('1.36')).toThrow('NodeName');
    expect(resolve('1.37')).not.toThrow();
  });

  it('of all real rules have no warnings, and prepare what they score', () => {
    for (const kubeVersion of KUBE_VERSIONS) {
      const { profiles, warnings } = resolveProfiles(undefined, semantics(kubeVersion));
      expect(warnings).toEqual([]);
      expect(names(profiles[0]?.filter ?? []).includes('NodeDeclaredFeatures')).toBe(kubeVersion === '1.36' || kubeVersion === '1.37');
      for (const { rule } of profiles[0]?.score ?? []) {
        if (rule.prepareScore) expect(names(profiles[0]?.preScore ?? [])).toContain(rule.name);
      }
    }
  });

  it('leave out unknown and unmodelled plugins with a warning, and refuse them under strict', () => {
    const plugins = { multiPoint: enabled('Coscheduling', 'GangScheduling'), filter: enabled('NodeNam') };
    const config = { ...HEAD, profiles: [{ plugins, pluginConfig: [{ name: 'Coscheduling', args: {} }] }] };
    const { warnings } = resolveProfiles(config, semantics('1.34'), { rules: [] });
    expect(warnings).toEqual([
      'profiles[0]: plugin Coscheduling is not known; decisions are made without it',
      'profiles[0]: plugin GangScheduling is not modelled; decisions are made without it',
      'profiles[0]: plugin NodeNam is not known (did you mean NodeName?); decisions are made without it',
      'profiles[0]: the arguments of Coscheduling are not used, because no such plugin is known',
    ]);
    const error = errorOf(() => resolveProfiles(config, semantics(), { rules: [], strict: true, place: { file: 'c.yaml' } }));
    expect(error.message).toBe(
      'UNSUPPORTED: c.yaml: profiles[0].plugins.multiPoint.enabled[0].name: is a plugin that is not known, got "Coscheduling"',
    );
  });

  it('refuse a plugin where it does not act, and a profile that cannot queue or bind', () => {
    expect(errorOf(() => resolve({ score: enabled('NodeName') })).message).toContain(
      'does not act at score, got "NodeName" (it acts at filter)',
    );
    expect(errorOf(() => resolve({ filter: enabled('NodeName', 'NodeName') })).message).toContain('enabled[1]');
    const unbound = { ...HEAD, profiles: [{ plugins: { bind: disabled('*') } }] };
    expect(errorOf(() => resolveProfiles(unbound, semantics(), { rules: [] })).message).toContain('enable DefaultBinder');
  });

  it('refuse weights whose total a 32-bit score could not hold', () => {
    const most = Math.ceil(SCORE_TOTAL_LIMIT / 100) - 1;
    expect(names(resolve({ score: enabled(['score-plugin-1', most]) }).score)).toEqual([`score-plugin-1=${most}`]);
    const error = errorOf(() => resolve({ score: enabled(['score-plugin-1', most], 'score-plugin-2') }));
    expect(error.message).toBe(
      `CONFIG: profiles[0]: the weights of the enabled scores add up to ${most + 1} (the limit is ${most}; only the ratio of weights matters)`,
    );
  });
});
