import { describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { type ClusterStates, drain, readSnapshot, survive } from '../../../src/index.ts';
import type { Node } from '../../../src/model/node.ts';
import { type Pod, podKey } from '../../../src/model/pod.ts';
import { podUsage } from '../../../src/model/requests.ts';
import { amountOf } from '../../../src/model/resources.ts';
import type { Snapshot } from '../../../src/model/snapshot.ts';
import { levelsOf } from '../../../src/report/html/levels.ts';
import { packingOf } from '../../../src/report/html/packing.ts';
import { MARK } from '../../../src/report/html/packing-data.ts';
import { afterSchedule } from '../../../src/report/html/schedule-page.ts';
import { makeNode, makePod, semantics } from '../../support/builders.ts';
import { schedulerCase } from '../../support/scheduler-cases.ts';
import { workloadCluster } from '../../support/workloads.ts';

const RUNS = Number(process.env.PLIMSOLL_RUNS ?? 40);
const objects = {} as Snapshot['objects'];

function snapshotOf(nodes: readonly Node[], pods: readonly Pod[]): Snapshot {
  return { nodes, pods, objects, notModelled: [], ignoredKinds: new Map(), hash: '' };
}

/** Nodes and pods of which some change between two states. */
function drawStates(seed: number): [Snapshot, Snapshot] {
  const prng = new Prng(seed);
  const nodes = Array.from({ length: prng.between(1, 12) }, (_, i) =>
    makeNode(`n${i}`, { has: { cpu: '8', memory: '16Gi', ...(prng.chance(1, 4) ? { 'example.com/gpu': '2' } : {}) } }),
  );
  const on = (list: readonly Node[]) => (list.length > 0 && prng.chance(4, 5) ? prng.pick(list).name : '');
  const draw = (list: readonly Node[]) => (pod: Pod) => ({ ...pod, nodeName: prng.chance(1, 3) ? on(list) : pod.nodeName });
  const pods = Array.from({ length: prng.between(0, 40) }, (_, i) =>
    makePod(`p${i}`, {
      requests: { cpu: `${100 * prng.between(0, 9)}m`, memory: '1Gi', 'example.com/gpu': prng.chance(1, 9) ? '1' : '0' },
      on: on(nodes),
    }),
  );
  const later = nodes.filter(() => prng.chance(5, 6)).map((node) => (prng.chance(1, 5) ? { ...node, unschedulable: true } : node));
  if (prng.chance(1, 2)) later.push(makeNode('new', { has: { cpu: '4', memory: '4Gi' } }));
  const names = new Set(later.map(({ name }) => name));
  const after = pods
    .filter(() => prng.chance(9, 10))
    .map(draw(later))
    .map((pod) => (names.has(pod.nodeName) ? pod : { ...pod, nodeName: '' }));
  return [snapshotOf(nodes, pods), snapshotOf(later, [...after, makePod('fresh', { requests: { cpu: '1' }, on: on(later) })])];
}

describe('the packing view', () => {
  it('has the sums of what the pods of each node ask for, and what changes', () => {
    for (let seed = 1; seed <= RUNS * 3; seed++) {
      const states = drawStates(seed);
      const data = packingOf({ captions: ['Before', 'After'], states }, semantics());
      for (const [row, name] of data.nodes.name.entries()) {
        const [was, is] = states.map(({ nodes }) => nodes.find((node) => node.name === name));
        const keys = states.map(({ pods }) => new Set(pods.filter(({ nodeName }) => nodeName === name).map(podKey)));
        const [before, after] = keys as [Set<string>, Set<string>];
        expect(data.nodes.arrived[row]).toBe([...after].filter((key) => !before.has(key)).length);
        expect(data.nodes.left[row]).toBe([...before].filter((key) => !after.has(key)).length);
        const mark =
          is === undefined ? MARK.lost : was === undefined ? MARK.added : is.unschedulable ? MARK.cordoned | MARK.newlyCordoned : 0;
        expect(data.nodes.mark[row]).toBe(mark);
        for (const { name: resource, offered, used } of data.resources) {
          const { allocatable } = (is ?? was) as Node;
          const pods = states.map((state) => state.pods.filter(({ nodeName }) => nodeName === name));
          const asked = pods.map((list) =>
            resource === 'pods'
              ? list.length
              : Number(list.reduce((sum, pod) => sum + amountOf(podUsage(pod, semantics()).requested, resource), 0n)),
          );
          expect(used.map((list) => list[row])).toEqual(asked);
          expect(offered[row]).toBe(Number(resource === 'pods' ? allocatable.pods : amountOf(allocatable, resource)));
        }
      }
    }
  });

  it('lists the pods that move, then the largest, and counts the others', () => {
    const node = makeNode('n', { has: { cpu: '1000' } });
    const pods = Array.from({ length: 150 }, (_, i) => makePod(`p${i}`, { requests: { cpu: `${i + 1}m` }, on: 'n' }));
    const after = pods.map((pod) => (pod.name === 'p0' ? { ...pod, nodeName: '' } : pod));
    const { pods: listed } = packingOf(
      { captions: ['Before', 'After'], states: [snapshotOf([node], pods), snapshotOf([node], after)] },
      semantics(),
    );
    expect(listed.name[0]).toBe('p0');
    // One more in the second state, where the pod that moves is not.
    expect(listed.name.slice(1)).toEqual(Array.from({ length: 60 }, (_, i) => `p${149 - i}`));
    expect(listed).toMatchObject({ perNode: 60, unlisted: 89 });
    expect(listed.at.map((rows) => rows[0])).toEqual([0, -1]);
  });

  it('lists fewer of each node where there are very many, and never more than its bound', () => {
    const nodes = Array.from({ length: 3000 }, (_, i) => makeNode(`n${i}`, { has: { cpu: '64' } }));
    const template = makePod('p', { requests: { cpu: '1' } });
    const pods = nodes.flatMap(({ name }, i) =>
      Array.from({ length: 40 }, (_, j) => ({ ...template, name: `p${i}-${j}`, nodeName: name })),
    );
    const { pods: listed, resources } = packingOf({ captions: ['Now'], states: [snapshotOf(nodes, pods)] }, semantics());
    expect(listed).toMatchObject({ perNode: 33, unlisted: 120_000 - 99_000 });
    expect(listed.name).toHaveLength(99_000);
    expect(resources.at(-1)?.used[0]?.every((count) => count === 40)).toBe(true);
  });

  it('keeps two pods of one name apart that ask for different things', () => {
    const node = makeNode('n', { has: { cpu: '10' } });
    const states = [makePod('p', { requests: { cpu: '1' }, on: 'n' }), makePod('p', { requests: { cpu: '2' }, on: 'n' })].map((pod) =>
      snapshotOf([node], [pod]),
    );
    const data = packingOf({ captions: ['Before', 'After'], states: states as [Snapshot, Snapshot] }, semantics());
    expect(data.resources[0]?.used).toEqual([[1000], [2000]]);
    expect(data.nodes).toMatchObject({ arrived: [1], left: [1] });
  });
});

describe('the levels of the view', () => {
  const node = (name: string, labels: Readonly<Record<string, string>>) => makeNode(name, { labels });
  const names = (nodes: readonly Node[]) => levelsOf({ nodes, objects }).map((level) => level.name);

  it('are the domains that tell nodes apart, widest first', () => {
    const at = (i: number) => ({
      'topology.kubernetes.io/region': 'r',
      'topology.kubernetes.io/zone': `z${i % 2}`,
      'plimsoll.dev/rack': `k${i % 4}`,
      'plimsoll.dev/host': `h${i % 8}`,
    });
    const nodes = Array.from({ length: 16 }, (_, i) => node(`n${i}`, at(i)));
    expect(names(nodes)).toEqual(['zone', 'rack', 'host']);
    // A host for each node, or racks that are the zones: nothing to see.
    expect(names(nodes.slice(0, 8))).toEqual(['zone', 'rack']);
    expect(
      names(
        nodes.map((each) => ({
          ...each,
          labels: new Map(each.labels).set('plimsoll.dev/rack', each.labels.get('topology.kubernetes.io/zone') as string),
        })),
      ),
    ).toEqual(['zone', 'host']);
  });

  it('are none where nodes name none, and one zone alone is told', () => {
    expect(names([node('a', {}), node('b', {})])).toEqual([]);
    expect(names([node('a', { 'topology.kubernetes.io/zone': 'z' }), node('b', { 'topology.kubernetes.io/zone': 'z' })])).toEqual(['zone']);
  });
});

describe('the states that are drawn', () => {
  const placesOf = ({ pods }: Snapshot) => new Map(pods.map((pod) => [podKey(pod), pod.nodeName]));

  it('after a schedule are what the engine has', async () => {
    let preemptions = 0;
    for (let seed = 1; seed <= RUNS * 2; seed++) {
      const { snapshot, options } = schedulerCase(seed);
      const engine = new Engine(snapshot, options);
      const result = await engine.schedule();
      preemptions += result.preemptions.length;
      expect([seed, placesOf(afterSchedule(snapshot, result))]).toEqual([seed, placesOf(engine.snapshot())]);
    }
    expect(preemptions).toBeGreaterThan(3);
  });

  it('after the worst loss have nobody on lost nodes, and without a node whom the answer says', async () => {
    let pending = 0;
    for (let seed = 1; seed <= RUNS; seed++) {
      const snapshot = await readSnapshot({ apiVersion: 'v1', kind: 'List', items: workloadCluster(seed) });
      let states: ClusterStates | undefined;
      const result = await survive(snapshot, 'zone', {
        onStates: (seen) => {
          states = seen;
        },
      });
      const { before, after } = states as ClusterStates;
      const [worst] = result.results;
      const without = after.pods
        .filter(({ nodeName }) => nodeName === '')
        .map(podKey)
        .sort();
      expect([seed, without]).toEqual([
        seed,
        worst?.pending
          .filter(({ message }) => !message.startsWith('preempted by'))
          .map(podKey)
          .sort(),
      ]);
      expect(before.nodes.length - after.nodes.length).toBe(worst?.nodes);
      const names = new Set(after.nodes.map(({ name }) => name));
      expect(after.pods.every(({ nodeName }) => nodeName === '' || names.has(nodeName))).toBe(true);
      pending += without.length;
    }
    expect(pending).toBeGreaterThan(10);
  });

  it('of a drain differ by its evictions', async () => {
    let moved = 0;
    for (let seed = 1; seed <= RUNS; seed++) {
      const snapshot = await readSnapshot({ apiVersion: 'v1', kind: 'List', items: workloadCluster(seed) });
      const name = snapshot.nodes[0]?.name as string;
      let states: ClusterStates | undefined;
      const result = await drain(snapshot, [name], {
        ignoreDaemonsets: true,
        force: true,
        onStates: (seen) => {
          states = seen;
        },
      });
      const { before, after } = states as ClusterStates;
      const [from, to] = [placesOf(before), placesOf(after)];
      for (const step of result.steps) {
        expect(from.get(podKey(step))).toBe(step.node);
        expect(to.get(podKey(step))).toBe(step.deleted ? undefined : (step.to ?? ''));
        moved++;
      }
      const others = result.preempted.length === 0 ? [...from].filter(([key]) => !result.steps.some((step) => podKey(step) === key)) : [];
      for (const [key, node] of others) expect([key, to.get(key)]).toEqual([key, node]);
      expect(after.nodes.find((node) => node.name === name)?.unschedulable).toBe(true);
    }
    expect(moved).toBeGreaterThan(20);
  });
});
