import type { TieMode } from '../model/results.ts';
import type { ResolvedProfile } from './resolved-profile.ts';

/** Below this many nodes all are examined; it is also the least number of feasible nodes looked for. */
const FEASIBLE_NODES_MIN = 100;
const ADAPTIVE_START = 50;
const ADAPTIVE_STEP = 125;
const ADAPTIVE_PERCENTAGE_MIN = 5;

/**
 * How many feasible nodes a cycle looks for (upstream numFeasibleNodesToFind): n under 100 nodes, else n * percentage / 100, at least 100.
 * `percentage` 0 = adaptive: 50 - n / 125, at least 5.
 */
export function feasibleNodesWanted(nodeCount: number, percentage: number): number {
  if (nodeCount < FEASIBLE_NODES_MIN || percentage >= 100) return nodeCount;
  const share = percentage > 0 ? percentage : Math.max(ADAPTIVE_START - Math.trunc(nodeCount / ADAPTIVE_STEP), ADAPTIVE_PERCENTAGE_MIN);
  return Math.max(FEASIBLE_NODES_MIN, Math.trunc((nodeCount * share) / 100));
}

/**
 * How many feasible nodes a cycle of the profile looks for. Upstream takes the first node that fits when nothing is scored, which is sampling
 * like any other: `heap` follows it always, `first` and `seeded` when sampling is asked for.
 */
export function nodesWanted(
  candidates: number,
  { percentageOfNodesToScore, score }: Pick<ResolvedProfile, 'percentageOfNodesToScore' | 'score'>,
  tie: TieMode,
): number {
  if (score.length === 0 && (tie === 'heap' || percentageOfNodesToScore < 100)) return Math.min(1, candidates);
  return feasibleNodesWanted(candidates, percentageOfNodesToScore);
}
