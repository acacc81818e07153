import { describe, expect, it } from 'vitest';
import { Prng } from '../../src/base/prng.ts';
import type { Node } from '../../src/model/node.ts';
import type { Pod } from '../../src/model/pod.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { isFixed } from '../../src/plan/cluster.ts';
import { reasonsIn } from '../../src/plan/metric-reasons.ts';
import { checkMetrics, METRICS, type Metric, measure } from '../../src/plan/metrics.ts';
import { nodePrices } from '../../src/plan/node-prices.ts';
import { Ground, Outcome } from '../../src/plan/outcome.ts';
import { schedule } from '../../src/plan/schedule.ts';
import { readCatalogue } from '../../src/sources/catalogue.ts';
import { readSnapshot } from '../../src/sources/read-snapshot.ts';
import { semantics } from '../support/builders.ts';
import { workloadCluster } from '../support/workloads.ts';

const RUNS = Number(process.env.PLIMSOLL_RUNS ?? 40);
const ZONE = 'topology.kubernetes.io/zone';

function outcomeOf(dump: Snapshot, pods: readonly Pod[], prices?: ReadonlyMap<string, number>): Outcome {
  const ground = new Ground(dump, dump, semantics());
  return new Outcome(ground, { pods, messages: new Map(), waitingBefore: new Set(), preempted: 0 }, prices);
}

/** Metric and key to value. */
function numbers(outcome: Outcome): ReadonlyMap<string, number> {
  return new Map(measure(METRICS, outcome).map(([metric, key, value]) => [`${metric} ${key}`.trim(), value]));
}

/** Every pod of the snapshot somewhere else, drawn at random, for odd seeds on two nodes, which are overfull then. */
function dealt(dump: Snapshot, seed: number): Pod[] {
  const prng = new Prng(seed);
  const nodes = seed % 2 === 1 ? dump.nodes.slice(0, 2) : dump.nodes;
  return dump.pods.map((pod) => (isFixed(pod) ? pod : { ...pod, nodeName: prng.chance(1, 8) ? '' : prng.pick(nodes).name }));
}

/** Three times as many pods: nodes that are nearly full. */
function tripled(dump: Snapshot): Snapshot {
  return { ...dump, pods: [0, 1, 2].flatMap((copy) => dump.pods.map((pod) => ({ ...pod, name: `${pod.name}-${copy}` }))) };
}

const cpuOf = (pod: Pod) => pod.template.containers.reduce((sum, { requests }) => sum + Number(requests.get('cpu') ?? 0n) / 1e6, 0);
const offeredBy = (node: Node) => Number(node.allocatable.cpu);

describe('metrics by hand, on random placements', () => {
  it('of use: shares of nodes, totals, stranded capacity', async () => {
    let stranded = 0;
    for (let seed = 1; seed <= RUNS; seed++) {
      const dump = tripled(await readSnapshot(workloadCluster(seed)));
      const pods = dealt(dump, seed);
      const have = numbers(outcomeOf(dump, pods));
      const on = (node: Node) => pods.filter(({ nodeName }) => nodeName === node.name);
      const used = dump.nodes.map((node) => on(node).reduce((sum, pod) => sum + cpuOf(pod), 0));
      const shares = dump.nodes.map((node, i) => (used[i] as number) / offeredBy(node));
      const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
      const offered = dump.nodes.reduce((sum, node) => sum + offeredBy(node), 0);
      expect(have.get('utilisationMean cpu')).toBeCloseTo(mean, 10);
      expect(have.get('utilisationStddev cpu')).toBeCloseTo(
        Math.sqrt(shares.reduce((s, share) => s + (share - mean) ** 2, 0) / shares.length),
        10,
      );
      expect(have.get('utilisationP95 cpu')).toBe([...shares].sort((a, b) => a - b)[Math.ceil(0.95 * shares.length) - 1]);
      expect(have.get('allocated cpu')).toBeCloseTo(used.reduce((sum, amount) => sum + amount, 0) / offered, 10);
      // Pod by pod instead of shape by shape: which share of them cannot use what is free on the node?
      const movable = dump.pods.filter((pod) => !isFixed(pod));
      const lost = dump.nodes.reduce((sum, node, i) => {
        const free = Math.max(0, offeredBy(node) - (used[i] as number));
        const slots = Number(node.allocatable.pods) - on(node).length;
        return sum + (free * movable.filter((pod) => cpuOf(pod) > free || slots < 1).length) / movable.length;
      }, 0);
      expect(have.get('stranded cpu')).toBeCloseTo(lost / offered, 10);
      if (lost > 0) stranded++;
      expect(have.get('nodesInUse')).toBe(dump.nodes.filter((node) => on(node).some((pod) => !isFixed(pod))).length);
    }
    expect(stranded).toBeGreaterThan(RUNS / 8);
  });

  it('of spread: skews and workloads in one domain', async () => {
    let single = 0;
    for (let seed = 1; seed <= RUNS; seed++) {
      const dump = await readSnapshot(workloadCluster(seed));
      const pods = dealt(dump, seed);
      const have = numbers(outcomeOf(dump, pods));
      const domainOf = { zone: (node: Node) => node.labels.get(ZONE), node: (node: Node) => node.name };
      for (const level of ['zone', 'node'] as const) {
        const domains = [...new Set(dump.nodes.map(domainOf[level]))];
        const owners = new Set(pods.filter((pod) => !isFixed(pod)).flatMap(({ template }) => template.owner?.name ?? []));
        const counted = [...owners].flatMap((owner) => {
          const own = pods.filter(({ template, nodeName }) => template.owner?.name === owner && nodeName !== '');
          const at = (domain: string | undefined) =>
            own.filter(({ nodeName }) => domainOf[level](dump.nodes.find(({ name }) => name === nodeName) as Node) === domain).length;
          return own.length < 2 ? [] : [domains.map(at)];
        });
        const skews = counted.map((counts) => Math.max(...counts) - Math.min(...counts));
        const together = counted.filter((counts) => counts.filter((count) => count > 0).length === 1).length;
        if (together > 0) single++;
        const expected =
          skews.length === 0
            ? [undefined, undefined, undefined]
            : [skews.reduce((sum, skew) => sum + skew, 0) / skews.length, Math.max(...skews), together / skews.length];
        expect(['skewMean', 'skewMax', 'oneDomain'].map((metric) => have.get(`${metric} ${level}`))).toEqual(expected);
      }
    }
    expect(single).toBeGreaterThan(0);
  });

  it('of moves: as few as any pairing of the replicas can do with', async () => {
    let moved = 0;
    for (let seed = 1; seed <= RUNS; seed++) {
      const dump = await readSnapshot(workloadCluster(seed));
      const pods = dealt(dump, seed + 1000);
      const have = numbers(outcomeOf(dump, pods));
      // Greedy pairing on the same node first is best: a pod that stays costs nothing.
      const groups = new Map<string, { before: string[]; after: string[] }>();
      dump.pods.forEach((pod, i) => {
        const key = pod.template.owner?.kind === 'ReplicaSet' ? pod.template.owner.name : `pod ${pod.name}`;
        const group = groups.get(key) ?? { before: [], after: [] };
        groups.set(key, group);
        if (pod.nodeName !== '') group.before.push(pod.nodeName);
        const now = (pods[i] as Pod).nodeName;
        if (now !== '') group.after.push(now);
      });
      let [moves, unplaced] = [0, 0];
      for (const { before, after } of groups.values()) {
        const left = [...after];
        const leaving = before.filter((node) => {
          const at = left.indexOf(node);
          if (at >= 0) left.splice(at, 1);
          return at < 0;
        });
        moves += Math.min(leaving.length, left.length);
        unplaced += Math.max(0, before.length - after.length);
      }
      expect([have.get('moves'), have.get('unplaced')]).toEqual([moves, unplaced]);
      moved += moves;
    }
    expect(moved).toBeGreaterThan(RUNS);
  });

  it('of what nothing has happened to are nothing', async () => {
    const dump = await readSnapshot(workloadCluster(6));
    expect([...numbers(outcomeOf(dump, dump.pods))].filter(([name]) => ['moves', 'unplaced', 'preempted'].includes(name))).toEqual([
      ['preempted', 0],
      ['moves', 0],
      ['unplaced', 0],
    ]);
  });
});

describe('cost', () => {
  const node = (name: string, type: string, zone: string) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'node.kubernetes.io/instance-type': type, [ZONE]: zone } },
    status: { allocatable: { cpu: '4', memory: '16Gi', pods: '110' } },
  });
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { nodeName: 'x', containers: [{ name: 'c', image: 'i' }] } };
  const CATALOGUE = {
    text: 'type,cpu,memory,zone,price\nsmall,4,16Gi,a,0.10\nsmall,4,16Gi,b,0.12\nlarge,4,16Gi,a,0.5\n',
    file: 'book.csv',
  };

  it('is that of nodes with pods, and of all nodes, at the price of their zone', async () => {
    const dump = await readSnapshot([node('x', 'small', 'b'), node('y', 'small', 'a'), node('z', 'large', 'a'), pod]);
    const prices = nodePrices(dump.nodes, await readCatalogue(CATALOGUE));
    const have = numbers(outcomeOf(dump, dump.pods, prices));
    expect(have.get('cost')).toBe(0.12);
    expect(have.get('costAll')).toBeCloseTo(0.72, 12);
    expect(numbers(outcomeOf(dump, dump.pods)).has('cost')).toBe(false);
  });

  it('of a node that the book does not know is an error', async () => {
    const { nodes } = await readSnapshot([node('x', 'huge', 'a')]);
    const catalogue = await readCatalogue(CATALOGUE);
    expect(() => nodePrices(nodes, catalogue)).toThrow(
      'NOT_FOUND: nodes: the catalogue has no price for this node, got "x" (add a row for huge to the catalogue)',
    );
  });
});

describe('reasons', () => {
  it.each<[message: string, reasons: readonly string[]]>([
    [
      '0/5 nodes are available: 2 Insufficient cpu, 3 node(s) were unschedulable. preemption: 0/5 nodes are available: 5 No.',
      ['Insufficient cpu', 'node(s) were unschedulable'],
    ],
    ['0/1 nodes are available: 1 node(s) had untolerated taint(s).', ['node(s) had untolerated taint(s)']],
    ['0/3 nodes are available: 1 Insufficient example.com/gpu, 2 Too many pods. x', ['Insufficient example.com/gpu', 'Too many pods']],
    ['0/2 nodes are available: persistentvolumeclaim "a" not found. not found', ['persistentvolumeclaim "a" not found']],
    ['waiting for scheduling gates: [a b]', ['waiting for scheduling gates: [a b]']],
    ['no nodes available to schedule pods', ['no nodes available to schedule pods']],
  ])('of %j', (message, reasons) => {
    expect(reasonsIn(message)).toEqual(reasons);
  });

  it('of every message of random clusters are without counts and tails', async () => {
    let seen = 0;
    for (let seed = 1; seed <= RUNS; seed++) {
      const dump = await readSnapshot(workloadCluster(seed));
      const { unschedulable } = await schedule({
        ...dump,
        nodes: dump.nodes.slice(0, 1),
        pods: dump.pods.map((each) => ({ ...each, nodeName: '' })),
      });
      for (const { message } of unschedulable) {
        for (const reason of reasonsIn(message)) {
          expect(reason).not.toMatch(/^\d|preemption|available|\.$/);
          seen++;
        }
      }
    }
    expect(seen).toBeGreaterThan(RUNS / 2);
  });
});

describe('a metric of one’s own', () => {
  it.each<[metric: Partial<Metric>, problem: string]>([
    [{}, 'metrics[0].name'],
    [{ name: 'a b' }, 'metrics[0].name'],
    [{ name: 'a' }, 'metrics[0].unit'],
    [{ name: 'a', unit: 'x' }, 'metrics[0].description'],
    [{ name: 'a', unit: 'x', description: '' }, 'metrics[0].of'],
  ])('%j is refused', (metric, problem) => {
    expect(() => checkMetrics([metric as Metric])).toThrow(`USAGE: ${problem}: is missing or malformed`);
  });
});
