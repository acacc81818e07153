import { describe, expect, it } from 'vitest';
import type { SpreadConstraint } from '../../src/model/pod.ts';
import { defaultArgs, podTopologySpread } from '../../src/rules/pod-topology-spread.ts';
import { spreadConstraints } from '../../src/rules/pod-topology-spread-constraints.ts';
import { countDomains, globalMinimum } from '../../src/rules/pod-topology-spread-filter.ts';
import {
  labels,
  makeCluster,
  makeNode,
  makePod,
  type PodSpec,
  selector,
  semantics,
  spread,
  toleration,
  verdicts,
} from '../support/builders.ts';

const SKEW = "U node(s) didn't match pod topology spread constraints";
const LABEL = "UU node(s) didn't match pod topology spread constraints (missing required label)";

/** `a zone=zone1`: a node that carries its own name as the label node. */
function nodes(...texts: string[]) {
  return texts.map((text) => {
    const [name = '', ...pairs] = text.split(' ');
    return makeNode(name, { labels: { node: name, ...Object.fromEntries(pairs.map((pair) => pair.split('='))) } });
  });
}

const TWO_ZONES = nodes('a zone=zone1', 'b zone=zone1', 'x zone=zone2', 'y zone=zone2');

/** `a:foo,bar` a pod on node a with these labels; `a:foo@ns` in another namespace; `a:foo!` terminating. */
function pods(...texts: string[]) {
  return texts.map((text, i) => {
    const [, node = '', keys = '', bang, namespace = 'default'] = /^(\w+):([\w,]*)(!?)(?:@(\w+))?$/.exec(text) ?? [];
    const pairs = Object.fromEntries(
      keys
        .split(',')
        .filter(Boolean)
        .map((key) => [key, '']),
    );
    return makePod(`p${i}`, { labels: pairs, on: node, terminating: bang === '!', namespace });
  });
}

const FOO = selector('foo');
const BAR = selector('bar');

describe('PreFilter state (facts of the upstream tests)', () => {
  function state(all: typeof TWO_ZONES, existing: string[], constraints: SpreadConstraint[], more: PodSpec = {}) {
    const cluster = makeCluster(all, pods(...existing));
    const { template } = makePod('p', { labels: { foo: '', bar: '' }, spreadConstraints: constraints, ...more });
    const compiled = spreadConstraints(template, 'DoNotSchedule', defaultArgs, cluster.objects, cluster.semantics);
    return countDomains(template, compiled, cluster).map((count) => {
      const key = count.constraint.topologyKey;
      const values = [...new Set(all.map((node) => node.labels.get(key) ?? ''))];
      const domains = Object.fromEntries(values.map((value) => [value, count.domains.get(value)]));
      return [key, domains, globalMinimum(count)];
    });
  }

  it('counts empty domains', () => {
    expect(state(TWO_ZONES, [], [spread('zone', 5, { labelSelector: selector('foo=bar') })])).toEqual([
      ['zone', { zone1: 0, zone2: 0 }, 0],
    ]);
  });

  it('counts matching pods per zone', () => {
    const existing = ['a:foo', 'a:foo', 'b:foo', 'y:foo', 'y:foo'];
    expect(state(TWO_ZONES, existing, [spread('zone', 1, { labelSelector: FOO })])).toEqual([['zone', { zone1: 3, zone2: 2 }, 2]]);
    const threeZones = [...TWO_ZONES, ...nodes('o zone=zone3', 'p zone=zone3')];
    expect(state(threeZones, existing, [spread('zone', 1, { labelSelector: FOO })])).toEqual([
      ['zone', { zone1: 3, zone2: 2, zone3: 0 }, 0],
    ]);
  });

  it('leaves other namespaces and terminating pods out', () => {
    const existing = ['a:foo', 'a:foo@ns1', 'b:foo', 'y:foo@ns2', 'y:foo', 'y:foo!'];
    expect(state(TWO_ZONES, existing, [spread('zone', 1, { labelSelector: FOO })])).toEqual([['zone', { zone1: 2, zone2: 1 }, 1]]);
  });

  it('counts for each constraint by its own selector, soft ones not at all', () => {
    const existing = ['a:foo', 'a:foo,bar', 'b:foo', 'y:foo', 'y:foo,bar', 'y:foo', 'y:foo,bar'];
    const constraints = [
      spread('zone', 1, { labelSelector: FOO, whenUnsatisfiable: 'ScheduleAnyway' }),
      spread('zone', 1, { labelSelector: FOO }),
      spread('node', 1, { labelSelector: BAR }),
    ];
    expect(state(nodes('a zone=zone1', 'b zone=zone1', 'y zone=zone2'), existing, constraints)).toEqual([
      ['zone', { zone1: 3, zone2: 4 }, 3],
      ['node', { a: 1, b: 0, y: 2 }, 0],
    ]);
  });

  it('leaves out nodes that the node affinity of the pod excludes', () => {
    const nodeAffinity = { required: [{ matchExpressions: [{ key: 'node', operator: 'NotIn', values: ['x'] }], matchFields: [] }] };
    const existing = ['a:foo', 'a:foo', 'b:foo', 'y:foo', 'y:foo', 'y:foo', 'y:foo'];
    const constraints = [spread('zone', 1, { labelSelector: FOO }), spread('node', 1, { labelSelector: FOO })];
    expect(state(TWO_ZONES, existing, constraints, { nodeAffinity })).toEqual([
      ['zone', { zone1: 3, zone2: 4 }, 3],
      ['node', { a: 2, b: 1, x: 0, y: 4 }, 1],
    ]);
  });
});

describe('default constraints', () => {
  const args = {
    defaultingType: 'List',
    defaultConstraints: [spread('node', 3), spread('node', 2, { whenUnsatisfiable: 'ScheduleAnyway' }), spread('rack', 5)],
  } as const;
  const objects = makeCluster([], [], { services: [{ namespace: 'default', name: 's', selector: labels({ foo: 'bar' }) }] }).objects;

  function kept(pod: PodSpec, given: typeof args | typeof defaultArgs = args) {
    const { template } = makePod('p', pod);
    return spreadConstraints(template, 'DoNotSchedule', given, objects, semantics()).map((c) => [
      c.topologyKey,
      c.maxSkew,
      c.selector.requirements,
    ]);
  }

  const wanted = selector('foo=bar').requirements;

  it('apply with the default selector', () => {
    expect(kept({ labels: { foo: 'bar', baz: 'kar' } })).toEqual([
      ['node', 3, wanted],
      ['rack', 5, wanted],
    ]);
  });

  it('do not apply without a selector, nor to pods with any constraint of their own', () => {
    expect(kept({ labels: { foo: 'other' } })).toEqual([]);
    const own = spread('zone', 1, { labelSelector: FOO, whenUnsatisfiable: 'ScheduleAnyway' });
    expect(kept({ labels: { foo: 'bar' }, spreadConstraints: [own] })).toEqual([]);
  });

  it("of the system's are soft only", () => {
    expect(kept({ labels: { foo: 'bar' } }, defaultArgs)).toEqual([]);
  });
});

describe('filter', () => {
  function verdict(existing: string[], constraint: SpreadConstraint, more: PodSpec = {}, all = TWO_ZONES, meaning = semantics()) {
    const pod = makePod('p', { labels: { foo: '' }, spreadConstraints: [constraint], ...more });
    return verdicts(podTopologySpread, pod, makeCluster(all, pods(...existing), {}, meaning), defaultArgs);
  }

  it('skips a pod without hard constraints', () => {
    expect(verdict([], spread('zone', 1, { whenUnsatisfiable: 'ScheduleAnyway', labelSelector: FOO }))).toBe('skip');
  });

  it('compares with the emptiest domain', () => {
    const constraint = spread('zone', 1, { labelSelector: FOO });
    expect(verdict(['a:foo'], constraint)).toEqual({ a: SKEW, b: SKEW, x: 'ok', y: 'ok' });
    expect(verdict(['a:foo'], spread('zone', 2, { labelSelector: FOO }))).toEqual({ a: 'ok', b: 'ok', x: 'ok', y: 'ok' });
    // A pod that the selector does not match adds nothing.
    expect(verdict(['a:foo'], constraint, { labels: {} })).toEqual({ a: 'ok', b: 'ok', x: 'ok', y: 'ok' });
  });

  it('refuses nodes without the key for good; they are no domain', () => {
    const all = [...nodes('a zone=zone1', 'n'), ...nodes('x zone=zone2')];
    expect(verdict(['a:foo', 'n:foo'], spread('zone', 1, { labelSelector: FOO }), {}, all)).toEqual({ a: SKEW, n: LABEL, x: 'ok' });
  });

  it('takes 0 as the minimum below minDomains', () => {
    const existing = ['a:foo', 'x:foo'];
    expect(verdict(existing, spread('zone', 1, { labelSelector: FOO, minDomains: 2 }))).toEqual({ a: 'ok', b: 'ok', x: 'ok', y: 'ok' });
    expect(verdict(existing, spread('zone', 1, { labelSelector: FOO, minDomains: 3 }))).toEqual({ a: SKEW, b: SKEW, x: SKEW, y: SKEW });
  });

  it('takes 0 as the minimum where no node is eligible', () => {
    expect(verdict([], spread('zone', 1, { labelSelector: FOO }), { nodeSelector: { no: 'where' } })).toEqual({
      a: 'ok',
      b: 'ok',
      x: 'ok',
      y: 'ok',
    });
  });

  it('counts existing pods as none for an empty selector, but the pod itself as one', () => {
    const existing = ['a:foo', 'a:foo', 'a:foo'];
    expect(verdict(existing, spread('zone', 1, { labelSelector: selector() }))).toEqual({ a: 'ok', b: 'ok', x: 'ok', y: 'ok' });
    expect(verdict(existing, spread('zone', 1))).toEqual({ a: 'ok', b: 'ok', x: 'ok', y: 'ok' }); // nil matches nothing, not even the pod
  });

  it('narrows the selector by matchLabelKeys that the pod carries; {} with keys is no longer empty', () => {
    const constraint = spread('zone', 1, { labelSelector: selector(), matchLabelKeys: ['foo', 'absent'] });
    expect(verdict(['a:foo', 'x:bar'], constraint)).toEqual({ a: SKEW, b: SKEW, x: 'ok', y: 'ok' });
    const off = semantics('1.36', { MatchLabelKeysInPodTopologySpread: false });
    expect(verdict(['a:foo', 'x:bar'], constraint, {}, TWO_ZONES, off)).toEqual({ a: 'ok', b: 'ok', x: 'ok', y: 'ok' });
  });

  describe('inclusion policies', () => {
    const tainted = [makeNode('t', { labels: { zone: 'zone3' }, taints: ['k:NoSchedule'] }), ...TWO_ZONES];
    const existing = ['a:foo', 'x:foo'];

    it('ignore taints unless told to honor them', () => {
      expect(verdict(existing, spread('zone', 1, { labelSelector: FOO }), {}, tainted)).toMatchObject({ a: SKEW, t: 'ok' });
      const honor = spread('zone', 1, { labelSelector: FOO, nodeTaintsPolicy: 'Honor' });
      expect(verdict(existing, honor, {}, tainted)).toMatchObject({ a: 'ok', t: 'ok' });
      const tolerations = [toleration({ key: 'k', operator: 'Exists' })];
      expect(verdict(existing, honor, { tolerations }, tainted)).toMatchObject({ a: SKEW, t: 'ok' });
    });

    it('honor node affinity unless told to ignore it', () => {
      const nodeSelector = { zone: 'zone1' };
      expect(verdict(['a:foo'], spread('zone', 1, { labelSelector: FOO }), { nodeSelector })).toMatchObject({ a: 'ok' });
      const ignore = spread('zone', 1, { labelSelector: FOO, nodeAffinityPolicy: 'Ignore' });
      expect(verdict(['a:foo'], ignore, { nodeSelector })).toMatchObject({ a: SKEW });
    });

    it('are not read behind their gate', () => {
      const off = semantics('1.36', { NodeInclusionPolicyInPodTopologySpread: false });
      const constraint = spread('zone', 1, { labelSelector: FOO, nodeAffinityPolicy: 'Ignore', nodeTaintsPolicy: 'Honor' });
      expect(verdict(existing, constraint, {}, tainted, off)).toMatchObject({ a: SKEW });
      expect(verdict(['a:foo'], constraint, { nodeSelector: { zone: 'zone1' } }, TWO_ZONES, off)).toMatchObject({ a: 'ok' });
    });
  });

  it('refuses to guess about a selector that does not parse', () => {
    const constraint = spread('zone', 1, { labelSelector: { requirements: [{ key: 'a', operator: 'Near', values: [] }] } });
    expect(() => verdict([], constraint)).toThrow(
      /^SELECTOR: spec\.topologySpreadConstraints: "Near" is not a valid label selector operator/,
    );
  });
});

describe('pods that come and go', () => {
  function setup() {
    const [gone, leaving] = pods('a:foo', 'a:foo!');
    const cluster = makeCluster(
      TWO_ZONES,
      [gone, leaving].filter((pod) => pod !== undefined),
    );
    const pod = makePod('p', { labels: { foo: '' }, spreadConstraints: [spread('zone', 1, { labelSelector: FOO })] });
    const prepared = podTopologySpread.prepareFilter?.(pod, cluster, defaultArgs);
    if (prepared?.kind !== 'state' || !gone || !leaving) throw new Error('the rule applies');
    const [node] = cluster.nodes;
    if (!node) throw new Error('there are nodes');
    const verdict = (state: typeof prepared.state) => podTopologySpread.accepts?.(state, pod, node, cluster, defaultArgs)?.code ?? 'ok';
    return { cluster, pod, node, gone, leaving, state: prepared.state, verdict };
  }

  it('change a copy of the state alone', () => {
    const { state, cluster, pod, node, gone, verdict } = setup();
    const copy = podTopologySpread.cloneState?.(state) ?? [];
    podTopologySpread.podRemoved?.(copy, pod, gone, node, cluster, defaultArgs);
    expect([verdict(state), verdict(copy)]).toEqual(['Unschedulable', 'ok']);
    podTopologySpread.podAdded?.(copy, pod, gone, node, cluster, defaultArgs);
    expect(verdict(copy)).toBe('Unschedulable');
  });

  it('count while terminating too, which can push a domain below what was counted', () => {
    const { state, cluster, pod, node, gone, leaving, verdict } = setup();
    podTopologySpread.podRemoved?.(state, pod, leaving, node, cluster, defaultArgs);
    expect(verdict(state)).toBe('ok'); // 1 counted, 1 removed, though the counted pod is still there
    podTopologySpread.podRemoved?.(state, pod, gone, node, cluster, defaultArgs);
    expect(globalMinimum(state[0] as (typeof state)[number])).toBe(-1);
  });

  it('do not count from other namespaces or where the selector does not match', () => {
    const { state, cluster, pod, node, verdict } = setup();
    for (const other of pods('a:foo@other', 'a:bar')) podTopologySpread.podRemoved?.(state, pod, other, node, cluster, defaultArgs);
    expect(verdict(state)).toBe('Unschedulable');
  });
});
