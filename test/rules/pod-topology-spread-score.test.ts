import { describe, expect, it } from 'vitest';
import { defaultArgs, podTopologySpread } from '../../src/rules/pod-topology-spread.ts';
import { labels, makeCluster, makeNode, makePod, type PodSpec, rated, selector, spread } from '../support/builders.ts';

const HOST = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
const FOO = selector('foo');

/** One node per entry, in its zone, with so many matching pods. */
function cluster(...counts: [zone: string | undefined, pods: number][]) {
  const nodes = counts.map(([zone], i) =>
    makeNode(`n${i}`, { labels: { [HOST]: `n${i}`, ...(zone === undefined ? {} : { [ZONE]: zone }) } }),
  );
  const pods = counts.flatMap(([, count], i) =>
    Array.from({ length: count }, (_, j) => makePod(`p${i}-${j}`, { labels: { foo: '' }, on: `n${i}` })),
  );
  return makeCluster(nodes, pods, { services: [{ namespace: 'default', name: 's', selector: labels({ foo: '' }) }] });
}

function scores(given: ReturnType<typeof cluster>, pod: PodSpec, feasible = given.nodes) {
  const result = rated(podTopologySpread, makePod('p', { labels: { foo: '' }, ...pod }), given, defaultArgs, feasible);
  return result === 'skip' ? 'skip' : [Object.values(result.raw), Object.values(result.normalized)];
}

function soft(key: string, maxSkew: number) {
  return { spreadConstraints: [spread(key, maxSkew, { labelSelector: FOO, whenUnsatisfiable: 'ScheduleAnyway' })] };
}

describe('golden vectors of the specification', () => {
  it.each([
    [[1, 0, 0], 1, [2, 0, 0], [0, 100, 100]],
    [[3, 2, 1], 1, [5, 3, 2], [40, 80, 100]],
    [[3, 2, 1], 5, [9, 7, 6], [66, 88, 100]],
    [[10, 0, 0], 5, [20, 4, 4], [20, 100, 100]],
    [[10, 9, 8], 5, [20, 18, 17], [85, 95, 100]],
    [[0, 0, 0], 1, [0, 0, 0], [100, 100, 100]],
  ])('three zones with %j pods, maxSkew %d', (counts, maxSkew, raw, normalized) => {
    const zones = cluster(...counts.map((count, i): [string, number] => [`z${i}`, count]));
    expect(scores(zones, soft(ZONE, maxSkew))).toEqual([raw, normalized]);
  });

  it("the system's defaults over two zones", () => {
    expect(scores(cluster(['a', 1], ['a', 0], ['b', 2], ['b', 0]), {})).toEqual([
      [9, 7, 12, 9],
      [83, 100, 58, 83],
    ]);
  });
});

describe('which nodes count', () => {
  it('skips a pod without soft constraints', () => {
    expect(scores(cluster(['a', 1]), { spreadConstraints: [spread(ZONE, 1, { labelSelector: FOO })] })).toBe('skip');
    expect(scores(cluster(['a', 1]), { labels: { other: '' } })).toBe('skip');
  });

  it('scores nodes without the key 0, and counts no pods on them', () => {
    expect(scores(cluster(['a', 1], [undefined, 5], ['b', 0]), soft(ZONE, 1))).toEqual([
      [1, 0, 0],
      [0, 0, 100],
    ]); // 1·ln 4 = 1.39
  });

  it("takes nodes without a zone as one more zone under the system's defaults, for the weight alone", () => {
    // hosts: 0·ln 4 + 2 on either; zones: 0·ln 4 + 4 where there is a label
    expect(scores(cluster(['a', 0], [undefined, 0]), {})).toEqual([
      [6, 2],
      [33, 100],
    ]);
  });

  it('counts the pods of all nodes, but only in domains of feasible ones', () => {
    const given = cluster(['a', 1], ['a', 3], ['b', 0], ['c', 9]);
    const feasible = given.nodes.filter((_, i) => i === 0 || i === 2);
    expect(scores(given, soft(ZONE, 1), feasible)).toEqual([
      [6, 0],
      [0, 100],
    ]); // 4·ln 4 = 5.5
  });

  it('counts hosts node by node, whatever their label says', () => {
    const given = cluster(['a', 2], ['a', 1]);
    const shared = given.nodes.map(({ node }) => ({ ...node, labels: labels({ [HOST]: 'same' }) }));
    const same = makeCluster(
      shared,
      given.nodes.flatMap(({ pods }) => pods),
    );
    expect(scores(same, soft(HOST, 1))).toEqual([
      [3, 1],
      [33, 100],
    ]); // 2·ln 4, 1·ln 4
  });

  it('gives all nodes 0 when none has the key', () => {
    expect(scores(cluster([undefined, 1], [undefined, 0]), soft(ZONE, 1))).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
});
