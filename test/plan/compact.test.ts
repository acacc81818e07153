import { describe, expect, it } from 'vitest';
import { compactionSchema } from '../../scripts/compact-schema.ts';
import { Prng } from '../../src/base/prng.ts';
import type { Compaction, CompactMove } from '../../src/model/compact-results.ts';
import type { Node } from '../../src/model/node.ts';
import { type Pod, podKey } from '../../src/model/pod.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { type CompactOptions, compact } from '../../src/plan/compact.ts';
import { drain } from '../../src/plan/drain.ts';
import { readCatalogue } from '../../src/sources/catalogue.ts';
import { readSnapshot } from '../../src/sources/read-snapshot.ts';
import { workloadCluster } from '../support/workloads.ts';

const RUNS = Number(process.env.PLIMSOLL_RUNS ?? 60);

const TAINT = { key: 'node.kubernetes.io/unschedulable', value: '', effect: 'NoSchedule' };
const cordoned = (node: Node): Node => ({ ...node, unschedulable: true, taints: [...node.taints, TAINT] });
const told = ({ namespace, name, node, to, budget }: CompactMove) => ({ namespace, name, node, to, budget });

/** The cluster after the moves, with these nodes cordoned. */
function after(snapshot: Snapshot, moves: readonly CompactMove[], names: readonly string[]): Snapshot {
  const places = new Map(moves.map((move) => [podKey(move), move]));
  const pods = snapshot.pods.flatMap((pod): Pod[] => {
    const move = places.get(podKey(pod));
    if (!move) return [pod];
    return move.to === undefined ? [] : [{ ...pod, nodeName: move.to }];
  });
  return { ...snapshot, pods, nodes: snapshot.nodes.map((node) => (names.includes(node.name) ? cordoned(node) : node)) };
}

/** What differs from draining the nodes of the plan one after the other, all but the later ones cordoned at first. */
async function replay(snapshot: Snapshot, { nodes, later, moves, stays }: Compaction, options: CompactOptions): Promise<string[]> {
  const wrong: string[] = [];
  const flags = { ...options, ignoreDaemonsets: true };
  const first = nodes.map(({ name }) => name).filter((name) => !later.includes(name));
  let state = snapshot;
  for (const names of [...(first.length > 0 ? [first] : []), ...later.map((name) => [name])]) {
    const own = moves.filter(({ node, wave }) => names.includes(node) && wave > 0);
    const drained = await drain(state, names, flags);
    const steps = drained.steps.map((step) => told(step));
    if (JSON.stringify(steps) !== JSON.stringify(own.map(told))) wrong.push(`${names}: drain goes another way`);
    if (!drained.drained || drained.preempted.length > 0) wrong.push(`${names}: does not drain`);
    state = after(state, own, names);
  }
  for (const { name, because, reason } of stays) {
    if (because === 'kept' || because === 'moves') continue;
    const { summary, blocked, preempted } = await drain(state, [name], flags);
    const found = { pod: blocked.length, budget: blocked.length, 'no room': summary.pending, preemption: preempted.length }[because];
    if (found === 0) wrong.push(`${name} could go, against: ${reason}`);
  }
  return wrong;
}

/** Whether the pods, in thousandths of a CPU, can be packed onto nodes with so much left. */
function packs(pods: readonly number[], free: readonly number[], at = 0): boolean {
  if (at === pods.length) return true;
  const tried = new Set<number>();
  return free.some((room, i) => {
    if (room < (pods[at] as number) || tried.has(room)) return false;
    tried.add(room);
    return packs(pods, free.with(i, room - (pods[at] as number)), at + 1);
  });
}

/** Container requests are in units of 10^-9. */
const cpuOf = ({ template }: Pod) =>
  template.containers.reduce((sum, { requests }) => sum + Number(requests.get('cpu') ?? 0n) / 1_000_000, 0);
const isFixed = ({ template }: Pod) => template.owner?.kind === 'DaemonSet';

/** Most nodes that can go if every pod may be put anywhere: no plan does better. */
function mostByForce({ nodes, pods }: Snapshot): number {
  let most = 0;
  for (let set = 0; set < 2 ** nodes.length; set++) {
    const gone = nodes.filter((_, i) => (set >> i) % 2 === 1);
    // A pod without a controller keeps its node.
    if (gone.length <= most || gone.some(({ name }) => pods.some((pod) => pod.nodeName === name && !pod.template.owner))) continue;
    const left = nodes.filter((node) => !gone.includes(node));
    const free = left.map(({ name, allocatable }) => {
      const held = pods.filter((pod) => pod.nodeName === name && (isFixed(pod) || !pod.template.owner));
      return Number(allocatable.cpu) - held.reduce((sum, pod) => sum + cpuOf(pod), 0);
    });
    const movable = pods.filter((pod) => pod.template.owner && !isFixed(pod)).map(cpuOf);
    if (
      packs(
        movable.sort((a, b) => b - a),
        free,
      )
    )
      most = gone.length;
  }
  return most;
}

const node = (name: string, cpu: string, labels: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
  status: { allocatable: { cpu, memory: '64Gi', pods: '110' } },
});

const pod = (name: string, on: string, cpu: string, { owner = 'ReplicaSet', spec = {} }: { owner?: string; spec?: object } = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    labels: { app: 'a' },
    ...(owner === '' ? {} : { ownerReferences: [{ apiVersion: 'apps/v1', kind: owner, name: 's', uid: 'u', controller: true }] }),
  },
  spec: { nodeName: on, containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }], ...spec },
  status: on === '' ? {} : { phase: 'Running' },
});

async function ask(items: readonly object[], options: CompactOptions = {}): Promise<Compaction> {
  const answer = await compact(await readSnapshot(items), options);
  return compactionSchema.parse(JSON.parse(JSON.stringify(answer))) as Compaction;
}

const names = ({ nodes }: Compaction) => nodes.map(({ name }) => name);
const reasons = ({ stays }: Compaction) => stays.map(({ name, because }) => `${name} ${because}`);

describe('compact', () => {
  it('is what drain does with the nodes one after the other, and nothing more can go', async () => {
    const failures: string[] = [];
    const seen = { gone: 0, stay: 0, late: 0 };
    for (let seed = 1; seed <= RUNS; seed++) {
      const snapshot = await readSnapshot(workloadCluster(seed));
      const prng = new Prng(seed);
      const options: CompactOptions = prng.chance(1, 3) ? { force: true } : {};
      const plan = await compact(snapshot, options);
      seen.gone += plan.nodes.length;
      seen.stay += plan.stays.length;
      seen.late += plan.later.length;
      if (plan.nodes.length + plan.stays.length !== snapshot.nodes.length) failures.push(`seed ${seed}: not all nodes are told`);
      failures.push(...(await replay(snapshot, plan, options)).map((wrong) => `seed ${seed}: ${wrong}`));
    }
    expect(failures).toEqual([]);
    expect(Math.min(seen.gone, seen.stay)).toBeGreaterThan(RUNS / 3);
  });

  it('is bounded by the best of all packings, and its own bound is no higher', async () => {
    const failures: string[] = [];
    const seen = { clusters: 0, best: 0, tight: 0 };
    for (let seed = 1; seed <= RUNS; seed++) {
      const snapshot = await readSnapshot(workloadCluster(seed));
      if (snapshot.nodes.length > 5 || snapshot.pods.length > 24) continue;
      const { summary, bound } = await compact(snapshot);
      const most = mostByForce(snapshot);
      seen.clusters++;
      if (summary.removed === most) seen.best++;
      if (bound.nodes === snapshot.nodes.length - most) seen.tight++;
      if (summary.removed > most) failures.push(`seed ${seed}: ${summary.removed} go, and ${most} can`);
      if (bound.nodes > snapshot.nodes.length - most) failures.push(`seed ${seed}: bound ${bound.nodes}, and ${most} can go`);
    }
    expect(failures).toEqual([]);
    expect(seen.clusters).toBeGreaterThan(RUNS / 4);
    expect(Math.min(seen.best, seen.tight)).toBeGreaterThan(seen.clusters / 2);
  });

  const three = [node('x', '4'), node('y', '4'), node('z', '4'), pod('p', 'x', '1'), pod('q', 'y', '2'), pod('r', 'z', '3')];

  it('empties the nodes that are used least, each pod moving once', async () => {
    const answer = await ask(three);
    expect(answer).toMatchObject({
      compacts: true,
      nodes: [{ name: 'x', moves: 1 }],
      later: [],
      moves: [{ name: 'p', node: 'x', to: 'y', wave: 1 }],
      bound: { nodes: 2, because: 'cpu' },
      summary: { removed: 1, remaining: 2 },
    });
    expect(reasons(answer)).toEqual(['y no room', 'z no room']);
    const all = await ask([...three, node('w', '9')], { excludeNodes: ['w'] });
    expect([names(all), all.moves.map(({ to }) => to), all.bound]).toEqual([
      ['x', 'y', 'z'],
      ['w', 'w', 'w'],
      { nodes: 1, because: 'nodes that stay' },
    ]);
  });

  it('keeps what it is told to keep, and within the moves', async () => {
    expect(reasons(await ask(three, { excludeNodes: ['x'] }))).toContain('x kept');
    expect(reasons(await ask([node('w', '9', { pool: 'core' }), ...three], { keep: 'pool=core' }))).toEqual(['w kept']);
    const few = await ask([node('w', '9'), ...three], { maxMoves: 2 });
    expect([names(few), reasons(few)]).toEqual([
      ['w', 'x'],
      ['y moves', 'z no room'],
    ]);
  });

  it('takes the nodes first that save most per eviction', async () => {
    const type = (name: string) => ({ 'node.kubernetes.io/instance-type': name });
    const items = [node('x', '4', type('small')), node('y', '4', type('large')), pod('p', 'x', '1'), pod('q', 'y', '1')];
    const prices = await readCatalogue({ text: 'type,cpu,memory,pods,price\nsmall,4,64Gi,110,0.10\nlarge,4,64Gi,110,0.255\n' });
    const answer = await ask(items, { prices });
    expect([names(answer), answer.nodes[0]?.price, answer.saved]).toEqual([
      ['y'],
      '0.255',
      { currency: 'USD', price: '0.255', before: '0.355' },
    ]);
    expect(names(await ask(items))).toEqual(['x']);
    await expect(ask([...items, node('z', '1')], { prices })).rejects.toThrow('NOT_FOUND: nodes: the catalogue has no price');
  });

  it('leaves nodes whose pods are not evicted, and takes pods of the node with it', async () => {
    const local = { spec: { volumes: [{ name: 'v', emptyDir: {} }] } };
    const items = [node('x', '4'), node('y', '4'), node('z', '4')];
    const pods = [pod('p', 'x', '1', local), pod('bare', 'y', '1', { owner: '' }), pod('agent', 'z', '1', { owner: 'DaemonSet' })];
    const answer = await ask([...items, ...pods]);
    expect([names(answer), answer.nodes[0], reasons(answer), answer.bound]).toEqual([
      ['z'],
      { name: 'z', moves: 0, ignored: 1 },
      ['x pod', 'y pod'],
      { nodes: 2, because: 'nodes that stay' },
    ]);
    const forced = await ask([...items, ...pods], { force: true, deleteEmptydirData: true });
    expect(names(forced)).toEqual(['z', 'x']);
    expect(reasons(forced)).toEqual(['y no room']);
  });

  it('evicts nobody for the sake of a move, and heeds budgets', async () => {
    const low = pod('low', 'y', '3', { spec: { priority: 0 } });
    const high = pod('high', 'x', '3', { spec: { priority: 9 } });
    expect(reasons(await ask([node('x', '4'), node('y', '4'), low, high]))).toEqual(['x preemption', 'y no room']);
    const budget = {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'b' },
      spec: { minAvailable: 3, selector: { matchLabels: { app: 'a' } } },
    };
    expect(reasons(await ask([...three, budget]))).toEqual(['x budget', 'y budget', 'z budget']);
  });

  it('bounds pods that want a host each', async () => {
    const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'a' } } };
    const apart = { spec: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } } };
    const items = ['x', 'y', 'z'].flatMap((name) => [node(name, '4'), pod(`p-${name}`, name, '1', apart)]);
    const answer = await ask([...items, node('w', '4')]);
    expect([names(answer), answer.bound]).toEqual([['w'], { nodes: 3, because: 'anti-affinity of 3 pods like default/p-x' }]);
  });

  it('answers no when fewer nodes can go than are asked for', async () => {
    expect((await ask(three, { atLeast: 2 })).compacts).toBe(false);
    expect(await ask([node('x', '1'), pod('p', 'x', '1')])).toMatchObject({ compacts: false, nodes: [] });
    expect(names(await ask([node('x', '1'), node('y', '1')]))).toEqual(['x', 'y']);
  });

  it.each<[options: CompactOptions, message: string]>([
    [{ maxMoves: -1 }, 'USAGE: maxMoves: must be a whole number from 0'],
    [{ atLeast: 0.5 }, 'USAGE: atLeast: must be a whole number from 0'],
    [{ keep: 'pool in' }, 'SELECTOR'],
    [{ keep: 'pool=none' }, 'NOT_FOUND: keep: the selector selects no node'],
    [{ excludeNodes: ['xx'] }, 'NOT_FOUND: excludeNodes: there is no such node in the snapshot, got "xx" (did you mean x?)'],
    [{ tie: 'heap' }, 'UNSUPPORTED: tie: compact looks at all nodes'],
    [{ percentageOfNodesToScore: 50 }, 'UNSUPPORTED: tie: compact looks at all nodes'],
  ])('refuses %j', async (options, message) => {
    await expect(ask(three, options)).rejects.toThrow(message);
  });

  it('refuses a cluster without nodes', async () => {
    await expect(ask([pod('p', '', '1')])).rejects.toThrow('NOT_FOUND: nodes: the snapshot has no nodes');
  });
});
