import { describe, expect, test } from 'vitest';
import { Prng } from '../../src/base/prng.ts';
import { candidatesWanted, DryRun, hopelessMessage, type PreemptionOptions, preempt } from '../../src/engine/preemption.ts';
import { DisruptionBudgets } from '../../src/engine/preemption-budgets.ts';
import { LeastPriorities } from '../../src/engine/preemption-index.ts';
import { type Candidate, pickCandidate, sortByImportance } from '../../src/engine/preemption-order.ts';
import type { Pod } from '../../src/model/pod.ts';
import type { PodDisruptionBudget } from '../../src/model/snapshot.ts';
import { type Status, unresolvable, unschedulable } from '../../src/rules/rule.ts';
import type { NodeView } from '../../src/rules/view.ts';
import { makeCluster, makeNode, makePod, type PodSpec, selector } from '../support/builders.ts';
import {
  profileOf,
  type RecordedAnswer,
  recordedClusters,
  type Stage,
  stageOfCase,
  stageOfRecorded,
  type UpstreamCase,
  upstreamCases,
} from '../support/preemption-cases.ts';

const U = unschedulable('x');
const UU = unresolvable('x');
const everywhere = (status: Status) => () => status;
const names = (pods: readonly Pod[]) => pods.map((pod) => pod.name);

/** A generator that draws what it is told; `pick` takes the first. */
function scripted(...draws: number[]): Prng {
  const prng = new Prng(1);
  prng.below = () => draws.shift() ?? 0;
  return prng;
}

describe('upstream unit tests', () => {
  const ofPoint = (point: UpstreamCase['point']) => upstreamCases.filter((c) => c.point === point).map((c) => [c.id, c.name, c] as const);
  const preemptor = ({ pods }: Stage, c: UpstreamCase) => pods.get(c.pod?.name ?? '') as Pod;

  test.each(ofPoint('postFilter'))('%s: %s', async (_id, _name, c) => {
    const stage = await stageOfCase(c);
    const statuses = (row: number) => {
      const code = c.filteredNodesStatuses?.[stage.cluster.nodes[row]?.node.name ?? ''];
      return code === 'UnschedulableAndUnresolvable' ? UU : U;
    };
    const outcome = preempt(stage.cluster, preemptor(stage, c), profileOf(c.plugins), statuses);
    const { nominatedNode, message } = c.expected as { nominatedNode: string; message?: string };
    expect(outcome).toMatchObject(message === undefined ? { node: nominatedNode } : { message, keepsNomination: false });
  });

  test.each(ofPoint('dryRun'))('%s: %s', async (_id, _name, c) => {
    const stage = await stageOfCase(c);
    const profile = profileOf([...(c.plugins ?? []), ...(c.fakeFilterReturnCode ? ['FalseFilter'] : [])], c.args);
    const rows = stage.cluster.nodes.map(({ row }) => row);
    const found = (c.testPods ?? []).map(({ name }, index) => {
      const options = { random: scripted(c.offsets?.[index] ?? 0) };
      const { candidates } = new DryRun(stage.cluster, stage.pods.get(name) as Pod, profile, options).run(rows);
      // As upstream's test lists them: by node name, victims by name.
      const listed = candidates.map(({ row, victims, budgetViolations }) => ({
        node: stage.cluster.nodes[row]?.node.name ?? '',
        numPDBViolations: budgetViolations,
        victims: names(victims).sort(),
      }));
      return listed.sort((a, b) => (a.node < b.node ? -1 : 1));
    });
    expect(found).toEqual(c.expected);
  });

  test.each(ofPoint('selectCandidate'))('%s: %s', async (_id, _name, c) => {
    const stage = await stageOfCase(c);
    const outcome = preempt(stage.cluster, preemptor(stage, c), profileOf(c.plugins), everywhere(U));
    expect((c.expected as { anyOf: string[] }).anyOf).toContain('node' in outcome ? outcome.node : outcome.message);
  });

  test.each(ofPoint('eligible'))('%s: %s', async (_id, _name, c) => {
    const stage = await stageOfCase(c);
    const status = c.nominatedNodeStatus === 'UnschedulableAndUnresolvable' ? UU : U;
    const outcome = preempt(stage.cluster, preemptor(stage, c), profileOf(), everywhere(status));
    expect('message' in outcome && outcome.message.startsWith('preemption: not eligible')).toBe(!c.expected);
  });

  test.each(ofPoint('preempt'))('%s: %s', async (_id, _name, c) => {
    const stage = await stageOfCase(c);
    const outcome = preempt(stage.cluster, preemptor(stage, c), profileOf(c.plugins), everywhere(U));
    const { nominatedNode, victims } = c.expected as { nominatedNode: string | null; victims: string[] };
    if (nominatedNode === null) expect(outcome).toHaveProperty('message');
    else expect(outcome).toMatchObject({ node: nominatedNode });
    if ('victims' in outcome) expect(names(outcome.victims).sort()).toEqual([...victims].sort());
  });

  test.each(ofPoint('nodesWherePreemptionMightHelp'))('%s: %s', (_id, _name, c) => {
    const { nodeNames, nodeStatuses } = c.args as unknown as { nodeNames: string[]; nodeStatuses: Record<string, string> };
    const cluster = makeCluster(nodeNames.map((name) => makeNode(name)));
    const statusOf = (row: number) =>
      ({ Unschedulable: U, UnschedulableAndUnresolvable: UU })[nodeStatuses[nodeNames[row] as string] ?? ''];
    const helpful = (c.expected as { nodes: string[] }).nodes.length;
    const outcome = preempt(cluster, makePod('p', { priority: 5 }), profileOf(), statusOf);
    expect(outcome).toMatchObject({ message: hopelessMessage(nodeNames.length, helpful), keepsNomination: false });
  });

  test('no case is left out', () => {
    const counts = upstreamCases.reduce((map, { point }) => map.set(point, (map.get(point) ?? 0) + 1), new Map<string, number>());
    expect(Object.fromEntries(counts)).toEqual({
      postFilter: 7,
      dryRun: 19,
      selectCandidate: 9,
      eligible: 5,
      preempt: 4,
      nodesWherePreemptionMightHelp: 9,
    });
  });
});

describe('recorded from kube-scheduler 1.36.2', () => {
  test.each(recordedClusters.map((c) => [c.id, c] as const))('cluster %i', async (_id, c) => {
    const stage = await stageOfRecorded(c);
    const profile = profileOf();
    for (const [name, answer] of Object.entries(c.expected)) {
      if (answer.placed) continue;
      expect(ours(stage, stage.pods.get(name) as Pod, profile, answer)).toEqual({ candidates: answer.candidates, message: answer.message });
    }
  });

  function ours({ cluster }: Stage, pod: Pod, profile: ReturnType<typeof profileOf>, answer: RecordedAnswer) {
    const statuses = (row: number) => (answer.statuses[cluster.nodes[row]?.node.name ?? ''] === 'U' ? U : UU);
    const outcome = preempt(cluster, pod, profile, statuses);
    if ('message' in outcome) return { candidates: undefined, message: outcome.message };
    const rows = cluster.nodes.map(({ row }) => row).filter((row) => statuses(row) === U);
    const { candidates } = new DryRun(cluster, pod, profile, {}).run(rows);
    expect(pickCandidate(candidates).row).toBe(outcome.row);
    return {
      candidates: candidates.map(({ row, victims, budgetViolations }) => [cluster.nodes[row]?.node.name, budgetViolations, names(victims)]),
      message: undefined,
    };
  }
});

describe('choice of the node', () => {
  const started = (name: string, priority: number, startedMs?: number): Pod => ({
    ...makePod(name, { priority }),
    ...(startedMs === undefined ? {} : { startedMs }),
  });
  const on = (row: number, budgetViolations: number, ...victims: Pod[]): Candidate => ({ row, victims, budgetViolations });

  test.each<[name: string, candidates: Candidate[], row: number]>([
    ['fewest broken budgets', [on(0, 1, started('a', 1)), on(1, 0, started('b', 9))], 1],
    ['lowest priority of the most important victim', [on(0, 0, started('a', 5)), on(1, 0, started('b', 4), started('c', 4))], 1],
    ['smallest sum of priorities', [on(0, 0, started('a', 5), started('b', 2)), on(1, 0, started('c', 5), started('d', 1))], 1],
    ['one victim is a smaller sum than two, however low', [on(0, 0, started('a', -9), started('b', -9)), on(1, 0, started('c', -9))], 1],
    ['latest of the earliest starts', [on(0, 0, started('a', 5, 10)), on(1, 0, started('b', 5, 20))], 1],
    [
      'only the most important victims count for the start',
      [on(0, 0, started('a', 5, 30), started('x', 1, 1)), on(1, 0, started('b', 5, 20), started('y', 1, 40))],
      0,
    ],
    ['a pod that has not started started now', [on(0, 0, started('a', 5, 2 ** 52)), on(1, 0, started('b', 5))], 1],
    ['first row when all is equal', [on(7, 0, started('a', 5, 10)), on(3, 0, started('b', 5, 10))], 3],
  ])('%s', (_name, candidates, row) => {
    expect(pickCandidate(candidates).row).toBe(row);
    expect(pickCandidate([...candidates].reverse()).row).toBe(row);
  });

  test('a seed decides among equals', () => {
    const equals = Array.from({ length: 5 }, (_, row) => on(row, 0, started(`p${row}`, 1)));
    const random = new Prng(4);
    const rows = new Set(Array.from({ length: 60 }, () => pickCandidate(equals, random).row));
    expect([...rows].sort()).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('order of importance', () => {
  test('priority, then the longer running; of equals without a start time the later in the list, as upstream has it', () => {
    const pods: Pod[] = [
      { ...makePod('low', { priority: 1 }), startedMs: 1 },
      makePod('new-a', { priority: 5 }),
      { ...makePod('old', { priority: 5 }), startedMs: 7 },
      makePod('new-b', { priority: 5 }),
      { ...makePod('older', { priority: 5 }), startedMs: 3 },
    ];
    sortByImportance(pods, '1.36');
    expect(names(pods)).toEqual(['older', 'old', 'new-b', 'new-a', 'low']);
  });
});

describe('disruption budgets', () => {
  const budget = (name: string, more: Partial<PodDisruptionBudget> = {}): PodDisruptionBudget => ({
    namespace: 'default',
    name,
    selector: selector('app=web'),
    disruptionsAllowed: 1,
    disruptedPods: new Set(),
    ...more,
  });
  const web = (name: string, more: PodSpec = {}) => makePod(name, { labels: { app: 'web' }, ...more });
  const split = (budgets: readonly PodDisruptionBudget[], ...pods: Pod[]) => {
    const { violating, rest } = new DisruptionBudgets(budgets).split(pods, '1.36');
    return [names(violating), names(rest)];
  };

  test('pods are charged in order', () => {
    expect(split([budget('b')], web('a'), web('b'), web('c'))).toEqual([['b', 'c'], ['a']]);
  });

  test.each<[why: string, more: Partial<PodDisruptionBudget>, pod: PodSpec]>([
    ['of another namespace', { namespace: 'elsewhere' }, {}],
    ['with a nil selector', { selector: undefined as never }, {}],
    ['with an empty selector', { selector: selector() }, {}],
    ['that lists the pod as disrupted', { disruptedPods: new Set(['p']) }, {}],
    ['with an unreadable selector', { selector: { requirements: [{ key: 'app', operator: 'Gt', values: [] }] } }, {}],
    ['of a pod without labels', { selector: selector('!app') }, { labels: {} }],
  ])('a budget %s does not count', (_why, more, pod) => {
    expect(split([budget('b', { disruptionsAllowed: 0, ...more })], web('p', pod))).toEqual([[], ['p']]);
  });

  test('all budgets of a pod are charged, also when the first is overdrawn', () => {
    const budgets = [budget('tight', { disruptionsAllowed: 0 }), budget('wide', { selector: selector('app') })];
    expect(split(budgets, web('a'), makePod('b', { labels: { app: 'db' } }))).toEqual([['a', 'b'], []]);
  });

  test('an eviction lowers what is left for the next preemption, down to nothing', () => {
    const budgets = new DisruptionBudgets([budget('b')]);
    const copy = budgets.clone();
    budgets.podLeft(web('leaving', { terminating: true }));
    expect(names(budgets.split([web('a')], '1.36').violating)).toEqual([]);
    for (const name of ['a', 'b', 'c']) budgets.podLeft(web(name));
    expect(names(budgets.split([web('d')], '1.36').violating)).toEqual(['d']);
    expect(names(copy.split([web('d')], '1.36').violating)).toEqual([]);
  });
});

describe('search', () => {
  const full = { cpu: '1' };
  const cluster = (count: number, priority = 0) => {
    const nodes = Array.from({ length: count }, (_, i) => makeNode(`n${i}`, { has: full }));
    return makeCluster(
      nodes,
      nodes.map(({ name }) => makePod(`on-${name}`, { on: name, requests: full, priority })),
    );
  };
  const pod = makePod('p', { priority: 10, requests: full });
  const profile = profileOf();

  test('the shortlist is a tenth of the candidates, at least a hundred', () => {
    const args = { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 };
    expect([1, 100, 101, 1000, 1009, 5000].map((n) => candidatesWanted(n, args))).toEqual([1, 100, 100, 100, 100, 500]);
    expect(candidatesWanted(10, { minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 1 })).toBe(1);
  });

  test('starts at the first candidate, or where the seed says', () => {
    const big = cluster(150);
    const node = (options: PreemptionOptions) => {
      const outcome = preempt(big, pod, profile, everywhere(U), options);
      return 'node' in outcome ? outcome.row : -1;
    };
    expect(node({})).toBe(0);
    const rows = new Set(Array.from({ length: 20 }, (_, seed) => node({ random: new Prng(seed) })));
    expect(rows.size).toBeGreaterThan(5);
    expect(node({ random: new Prng(3) })).toBe(node({ random: new Prng(3) }));
  });

  test('leaves the cluster as it was', () => {
    const small = cluster(3);
    const before = small.nodes.map((node) => [names(node.pods), node.requested.cpu]);
    preempt(small, pod, profile, everywhere(U));
    expect(small.nodes.map((node) => [names(node.pods), node.requested.cpu])).toEqual(before);
  });

  test('without anybody less important the answer is the same with and without the index of priorities', () => {
    const proud = cluster(4, 10);
    const statuses = (row: number) => (row === 1 ? UU : U);
    const expected = {
      message:
        'preemption: 0/4 nodes are available: 1 Preemption is not helpful for scheduling, 3 No preemption victims found for incoming pod.',
      keepsNomination: false,
    };
    expect(preempt(proud, pod, profile, statuses)).toMatchObject(expected);
    expect(preempt(proud, pod, profile, statuses, { leastPriorities: new LeastPriorities(proud) })).toMatchObject(expected);
  });

  test('never preempts by policy, and keeps the nomination then', () => {
    const never = makePod('p', { priority: 10, requests: full, preemptionPolicy: 'Never' });
    expect(preempt(cluster(1), never, profile, everywhere(U))).toMatchObject({
      message: 'preemption: not eligible due to preemptionPolicy=Never.',
      keepsNomination: true,
    });
  });

  test('waits for victims that are leaving the nominated node, unless the node has become hopeless', () => {
    const leaving = { ...makePod('v', { on: 'n0', requests: full, terminating: true }), disruptedByScheduler: true };
    const one = makeCluster(
      [makeNode('n0', { has: full }), makeNode('n1', { has: full })],
      [leaving, makePod('w', { on: 'n1', requests: full })],
    );
    const outcome = preempt(one, pod, profile, everywhere(U), { nominatedNode: 'n0' });
    expect(outcome).toMatchObject({
      message: 'preemption: not eligible due to a terminating pod on the nominated node.',
      keepsNomination: true,
    });
    expect(preempt(one, pod, profile, (row) => (row === 0 ? UU : U), { nominatedNode: 'n0' })).toMatchObject({ node: 'n1' });
    expect(preempt(one, pod, profile, everywhere(U), { nominatedNode: 'gone' })).toMatchObject({ node: 'n0' });
  });

  test('respects pods of its own rank that are promised the node', () => {
    const small = cluster(2);
    small.nominated.set('n0', [makePod('rival', { priority: 10, requests: full })]);
    expect(preempt(small, pod, profile, everywhere(U))).toMatchObject({ node: 'n1' });
    small.nominated.set('n1', [makePod('lesser', { priority: 9, requests: full })]);
    expect(preempt(small, pod, profile, everywhere(U))).toMatchObject({ node: 'n1' });
  });

  test('reports a node that takes the pod as it stands as the error that it is', () => {
    const empty = makeCluster([makeNode('n0', { has: { cpu: '4' } })], [makePod('small', { on: 'n0', requests: full })]);
    expect(preempt(empty, pod, profile, everywhere(U))).toMatchObject({
      message: 'preemption: expected at least one victim pod on node "n0"',
      keepsNomination: true,
    });
  });
});

test('remembered dry runs never change an answer', () => {
  const profile = profileOf();
  let preempted = 0;
  for (let seed = 1; seed <= 30; seed++) {
    const prng = new Prng(seed);
    const nodes = Array.from({ length: 6 }, (_, i) => makeNode(`n${i}`, { has: { cpu: '1' } }));
    const bound = Array.from({ length: 40 }, (_, i) =>
      makePod(`b${i}`, {
        on: `n${i % 6}`,
        priority: prng.between(0, 3),
        labels: { app: `a${i % 2}` },
        requests: { cpu: `${prng.between(1, 3)}00m` },
      }),
    );
    const budget = {
      namespace: 'default',
      name: 'b',
      selector: selector('app=a0'),
      disruptionsAllowed: 2,
      disruptedPods: new Set<string>(),
    };
    const cluster = makeCluster(nodes, bound, { podDisruptionBudgets: [budget] });
    const leastPriorities = new LeastPriorities(cluster);
    const budgets = new DisruptionBudgets([budget]);
    const preemptors = [4, 5, 2].map((priority, i) => makePod(`p${i}`, { priority, requests: { cpu: `${3 + 2 * i}00m` } }));
    for (let step = 0; step < 12; step++) {
      const pod = prng.pick(preemptors);
      const outcome = preempt(cluster, pod, profile, everywhere(U), { leastPriorities, budgets });
      expect(outcome).toEqual(preempt(cluster, pod, profile, everywhere(U), { budgets }));
      if (!('victims' in outcome)) continue;
      preempted++;
      const node = cluster.nodes[outcome.row] as NodeView;
      for (const victim of outcome.victims) {
        node.removePod(victim);
        leastPriorities.podRemoved(victim, outcome.row);
        budgets.podLeft(victim);
      }
      // Half of the preemptors arrive on their node, the others stay promised to it.
      const arrived = { ...pod, name: `${pod.name}-${step}` };
      if (prng.chance(1, 2)) {
        node.addPod(arrived);
        leastPriorities.podAdded(arrived, outcome.row);
      } else cluster.nominated.set(node.node.name, [arrived]);
    }
  }
  expect(preempted).toBeGreaterThan(100);
});

test('least priorities follow the pods', () => {
  const cluster = makeCluster(
    [makeNode('a'), makeNode('b')],
    [makePod('x', { on: 'a', priority: 3 }), makePod('y', { on: 'b', priority: 7 })],
  );
  const index = new LeastPriorities(cluster);
  const change = (kind: 'add' | 'remove', pod: Pod, row: number) => {
    const node = cluster.nodes[row] as NodeView;
    if (kind === 'add') node.addPod(pod);
    else node.removePod(pod);
    if (kind === 'add') index.podAdded(pod, row);
    else index.podRemoved(pod, row);
    return [index.ofCluster, index.ofRow(0), index.ofRow(1)];
  };
  const low = makePod('low', { priority: -5 });
  expect([index.ofCluster, index.ofRow(0), index.ofRow(1)]).toEqual([3, 3, 7]);
  expect(change('add', low, 1)).toEqual([-5, 3, -5]);
  expect(change('remove', makePod('x', { priority: 3 }), 0)).toEqual([-5, Number.POSITIVE_INFINITY, -5]);
  expect(change('remove', low, 1)).toEqual([7, Number.POSITIVE_INFINITY, 7]);
  expect(change('remove', makePod('y', { priority: 7 }), 1)).toEqual(new Array(3).fill(Number.POSITIVE_INFINITY));
});
