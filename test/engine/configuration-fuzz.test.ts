import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PlimsollError } from '../../src/base/errors.ts';
import { resolveProfiles } from '../../src/engine/profile.ts';
import { GATE_DEFAULTS } from '../../src/model/gates.ts';

const semantics = { kubeVersion: '1.36', gates: GATE_DEFAULTS } as const;

/** Uses every section, so that each mutation below meets something. */
const VALID = {
  apiVersion: 'kubescheduler.config.k8s.io/v1',
  kind: 'KubeSchedulerConfiguration',
  parallelism: 16,
  percentageOfNodesToScore: 50,
  leaderElection: { leaderElect: true, leaseDuration: '15s' },
  clientConnection: { qps: 50, burst: 100 },
  profiles: [
    {
      schedulerName: 'a',
      plugins: {
        multiPoint: { enabled: [{ name: 'NodeName' }], disabled: [{ name: 'ImageLocality' }] },
        score: { enabled: [{ name: 'NodeAffinity', weight: 7 }], disabled: [{ name: '*' }] },
      },
      pluginConfig: [
        { name: 'NodeResourcesFit', args: { scoringStrategy: { type: 'MostAllocated', resources: [{ name: 'cpu', weight: 3 }] } } },
        {
          name: 'PodTopologySpread',
          args: { defaultingType: 'List', defaultConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }] },
        },
        { name: 'InterPodAffinity', args: { hardPodAffinityWeight: 5 } },
        { name: 'HostCapacity', args: { overcommit: { cpu: 1.5 } } },
        {
          name: 'NodeAffinity',
          args: {
            addedAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchExpressions: [{ key: 'k', operator: 'In', values: ['v'] }] }],
              },
            },
          },
        },
      ],
    },
  ],
  extenders: [{ urlPrefix: 'http://x', filterVerb: 'filter' }],
};

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, Array.isArray(value) ? Number(key) : key]))];
}

function replaced(value: unknown, path: Path, by: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return by;
  if (Array.isArray(value)) return value.map((item, index) => (index === step ? replaced(item, rest, by) : item));
  return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, key === step ? replaced(item, rest, by) : item]));
}

/** The answer or a PlimsollError; anything else is a bug. */
function attempt(config: unknown): string {
  try {
    const { profiles } = resolveProfiles(config, semantics);
    for (const { score } of profiles) for (const { weight } of score) expect(weight).toBeGreaterThanOrEqual(1);
    return 'ok';
  } catch (error) {
    if (!(error instanceof PlimsollError)) throw error;
    expect(error.code).toBe('CONFIG');
    expect(error.message.length).toBeLessThan(2000);
    return error.message;
  }
}

it('the configuration that is mutated is valid', () => {
  expect(attempt(VALID)).toBe('ok');
});

it('any value at any place of a configuration is an answer or one error', () => {
  const hostile = fc.oneof(
    fc.anything({ withBigInt: false, maxDepth: 3 }),
    fc.constantFrom(
      null,
      Number.NaN,
      -0,
      2 ** 31,
      2 ** 53,
      '',
      '*',
      '__proto__',
      'NodeName',
      '\ud800',
      [],
      {},
      JSON.parse('{"__proto__":{"a":1}}'),
    ),
  );
  fc.assert(
    fc.property(fc.constantFrom(...pathsOf(VALID)), hostile, (path, value) => {
      attempt(replaced(VALID, path, value));
    }),
    { numRuns: 2000 },
  );
  expect(({} as { a?: unknown }).a).toBeUndefined();
});

it('any document is an answer or one error', () => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withMap: true, withDate: true, withNullPrototype: true }), (config) => {
      attempt(config);
    }),
    { numRuns: 2000 },
  );
});
