import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { feasibleNodesWanted } from '../../src/engine/sampling.ts';
import { firstWinner, heapWinner, scoreNodes, tiedWinners } from '../../src/engine/scoring.ts';
import { defaultArgs as balancedArgs, nodeResourcesBalancedAllocation } from '../../src/rules/node-resources-balanced-allocation.ts';
import { defaultArgs as fitArgs, nodeResourcesFit } from '../../src/rules/node-resources-fit.ts';
import type { AnyPlainRule } from '../../src/rules/rule.ts';
import { makeCluster, makeNode, makePod, semantics } from '../support/builders.ts';
import { profileOf } from './profile-support.ts';

/** Go's container/heap Init over "greater total first", then the root: what `heapWinner` states in closed form. */
function heapRoot(totals: readonly number[]): number {
  const heap = totals.map((_, i) => i);
  const less = (i: number, j: number) => (totals[heap[i] as number] as number) > (totals[heap[j] as number] as number);
  for (let start = (heap.length >> 1) - 1; start >= 0; start--) {
    for (let i = start; ; ) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && less(child + 1, child)) child++;
      if (!less(child, i)) break;
      [heap[i], heap[child]] = [heap[child] as number, heap[i] as number];
      i = child;
    }
  }
  return heap[0] as number;
}

describe('choosing the node', () => {
  it.each([
    // Upstream's facts: any of the best may win.
    [[1, 2], 1, 1, [1]],
    [[1, 2, 2, 2], 1, 1, [1, 2, 3]],
    [[3, 3, 2, 1, 3], 0, 0, [0, 1, 4]],
    // The specification's: the root of the heap.
    [[7, 7, 7], 0, 0, [0, 1, 2]],
    [[0, 0, 9, 9], 2, 3, [2, 3]],
    [[5, 9, 9], 1, 1, [1, 2]],
    [[1, 5, 2, 9, 0, 9], 3, 3, [3, 5]],
    [[1, 2, 9, 3, 9, 9, 9], 2, 4, [2, 4, 5, 6]],
    [[4], 0, 0, [0]],
  ])('%j: first %d, heap %d, ties %j', (totals, first, heap, ties) => {
    expect([firstWinner(totals), heapWinner(totals), tiedWinners(totals)]).toEqual([first, heap, ties]);
  });

  it('finds the root that Go would', () => {
    fc.assert(fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 40 }), (totals) => heapWinner(totals) === heapRoot(totals)));
  });
});

it.each([
  [10, 0, 10],
  [10, 40, 10],
  [100, 0, 100],
  [124, 0, 100],
  [250, 0, 120],
  [500, 0, 230],
  [1000, 0, 420],
  [1000, 40, 400],
  [2000, 0, 680],
  [5000, 0, 500],
  [5624, 0, 337],
  [5625, 0, 281],
  [6000, 0, 300],
  [6000, 40, 2400],
  [20_000, 0, 1000],
  [6000, 100, 6000],
])('of %d nodes at %d percent looks for %d', (nodes, percentage, expected) => {
  expect(feasibleNodesWanted(nodes, percentage)).toBe(expected);
});

describe('scoreNodes', () => {
  const cluster = makeCluster(['n1', 'n2', 'n3'].map((name) => makeNode(name)));
  const byRow: AnyPlainRule = {
    name: 'ByRow',
    rate: (_state, _pod, node) => node.row,
    normalize: (_state, scores) => {
      for (let i = 0; i < scores.length; i++) scores[i] = (scores[i] as number) * 50;
    },
  };
  const constant: AnyPlainRule = { name: 'Constant', rate: () => 7 };
  const skipping: AnyPlainRule = { name: 'Skipping', prepareScore: () => 'skip', rate: () => 1 };

  it('adds normalised scores times weights, without rules that skip themselves', () => {
    const profile = profileOf({
      score: [
        [byRow, 2],
        [skipping, 9],
        [constant, 3],
      ],
    });
    expect(scoreNodes(makePod('p'), cluster.nodes, cluster, profile)).toEqual({
      rules: [
        { plugin: 'ByRow', weight: 2, raw: [0, 1, 2], normalized: [0, 50, 100] },
        { plugin: 'Constant', weight: 3, raw: [7, 7, 7], normalized: [7, 7, 7] },
      ],
      totals: [21, 121, 221],
    });
  });

  it.each([
    // Upstream's facts about 1.34: a pod without requests weighs as much on a node as one that asks for 100m and 200Mi.
    [{ cpu: '100m', memory: '200Mi' }, 150],
    [{ cpu: '300m', memory: '600Mi' }, 130],
  ])('scores a pod that asks for %j by fit and balance: %d on either node', (requests, total) => {
    const nodes = ['machine1', 'machine2'].map((name) => makeNode(name, { has: { cpu: '1', memory: '2000Mi' } }));
    const large = { cpu: '300m', memory: '600Mi' };
    const pods = [
      makePod('large1', { requests: large, on: 'machine1' }),
      makePod('none', { requests: {}, on: 'machine1' }),
      makePod('large2', { requests: large, on: 'machine2' }),
      makePod('small', { requests: { cpu: '100m', memory: '200Mi' }, on: 'machine2' }),
    ];
    const older = makeCluster(nodes, pods, {}, semantics('1.34'));
    const profile = profileOf({
      score: [
        [nodeResourcesFit, 1, fitArgs],
        [nodeResourcesBalancedAllocation, 1, balancedArgs],
      ],
    });
    expect(scoreNodes(makePod('p', { requests }), older.nodes, older, profile).totals).toEqual([total, total]);
  });

  it('gives every node 1 where nothing scores', () => {
    expect(scoreNodes(makePod('p'), cluster.nodes, cluster, profileOf({}))).toEqual({ rules: [], totals: [1, 1, 1] });
  });

  it('refuses a normalised score that upstream would refuse', () => {
    const excessive: AnyPlainRule = { name: 'Excessive', rate: () => 101 };
    expect(() => scoreNodes(makePod('p'), cluster.nodes, cluster, profileOf({ score: [[excessive, 1]] }))).toThrow(
      'plugin "Excessive" returns an invalid score 101, it should in the range of [0, 100] after normalizing',
    );
  });
});
