/** Benchmarks of other projects, reproduced by description. The scenarios of kube-scheduler's own benchmarks are in ../batching.ts. */
import { assert } from '../../src/base/assert.ts';
import { resolveOptions } from '../../src/engine/options.ts';
import type { Catalogue } from '../../src/model/catalogue.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { groupPods, problemOf, viewOfOffers } from '../../src/plan/buy-demands.ts';
import { offersOf } from '../../src/plan/buy-offers.ts';
import { type Packing, pack } from '../../src/plan/buy-pack.ts';
import type { Problem } from '../../src/plan/buy-problem.ts';
import { dimensionPrices, type MakeProgram } from '../../src/plan/buy-solve.ts';
import { spreadGroups } from '../../src/plan/buy-spread.ts';
import { withPrograms } from '../../src/plan/linear-program.ts';
import { withAffinityZones } from './affinity-zones.ts';
import { estimate } from './estimator.ts';
import { EXPECTED, estimatorCase } from './estimator-case.ts';
import { karpenterCatalogue, karpenterPods, ZONES } from './karpenter-case.ts';

export interface PeerCase {
  readonly name: string;
  readonly title: string;
  /** What the other project measured and where that is written. */
  readonly theirs: string;
  readonly goalSeconds: number;
  /** Prepares the input and returns what is timed: an answer that has been checked, in words. */
  readonly prepare: () => Promise<() => Promise<string>>;
}

export const PEER_CASES: readonly PeerCase[] = [
  {
    name: 'estimator',
    title: 'cluster autoscaler, BenchmarkBinpackingEstimate',
    theirs: '3.76 s in full, 41 ms with the approximate fast path (kubernetes/autoscaler#9145)',
    goalSeconds: 0.01,
    prepare: async () => {
      const { pods, options } = estimatorCase();
      return async () => {
        const found = estimate(pods, options);
        assert(found.nodes === EXPECTED.nodes && found.scheduled === EXPECTED.scheduled, "the number of nodes is upstream's");
        return `${found.nodes} nodes, exact`;
      };
    },
  },
  {
    name: 'karpenter',
    title: 'Karpenter, 20,000 diverse pods and 400 types',
    theirs: '20 s to 36 s, 4,000 nodes (kubernetes-sigs/karpenter#1938, #2486)',
    goalSeconds: 0.5,
    prepare: async () => {
      const [snapshot, catalogue] = [karpenterPods(20_000), karpenterCatalogue()];
      return async () =>
        withPrograms((make) => {
          const pods = withAffinityZones(snapshot.pods, ZONES);
          const { problem, packing } = packOnce({ ...snapshot, pods }, catalogue, make);
          checkPacking(problem, packing, snapshot.pods.length);
          return `${packing.counts.reduce((sum, count) => sum + count, 0)} nodes`;
        });
    },
  },
];

/** The quick packing of `buy`, from pods and types to numbers of nodes with their contents. */
export function packOnce(snapshot: Snapshot, catalogue: Catalogue, make: MakeProgram): { problem: Problem; packing: Packing } {
  const settings = resolveOptions();
  const offers = offersOf(catalogue, snapshot);
  const view = viewOfOffers(offers, snapshot, settings);
  const groups = spreadGroups(groupPods(snapshot.pods, view, settings), offers, snapshot, settings, 'even');
  const problem = problemOf(groups, offers, view);
  return { problem, packing: pack(problem, dimensionPrices(problem, make)) };
}

/** Asserts that every pod is on one node, that every node has room for its contents in each dimension, and that each pod may be there. */
export function checkPacking({ demands, shapes, dimensions }: Problem, { contents, unplaced }: Packing, pods: number): void {
  assert(
    unplaced.every((count) => count === 0),
    'every pod has a node',
  );
  const packed = new Int32Array(demands.length);
  for (const { shape, times, demands: held, counts } of contents) {
    const { room } = shapes[shape] as Problem['shapes'][number];
    const asked = new Float64Array(dimensions);
    for (const [i, demand] of held.entries()) {
      const { amounts, allowed } = demands[demand] as Problem['demands'][number];
      assert(allowed[shape] === 1, 'a pod is where its rules let it');
      for (let r = 0; r < dimensions; r++) asked[r] = (asked[r] as number) + (amounts[r] as number) * (counts[i] as number);
      packed[demand] = (packed[demand] as number) + times * (counts[i] as number);
    }
    assert(
      asked.every((amount, r) => amount <= (room[r] as number)),
      'a node has room for its contents',
    );
  }
  // The last of several equal nodes may have fewer.
  assert(
    packed.every((count, demand) => count >= (demands[demand]?.count ?? 0)),
    'the contents hold all pods',
  );
  assert(demands.reduce((sum, { count }) => sum + count, 0) === pods, 'no pod is forgotten');
}
