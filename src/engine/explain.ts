import { assert } from '../base/assert.ts';
import { Prng } from '../base/prng.ts';
import { type Pod, podKey } from '../model/pod.ts';
import type { NearestMiss, NodeExplanation, RuleScore, TieMode } from '../model/results.ts';
import { gatedStatus, schedulingGates } from '../rules/scheduling-gates.ts';
import type { ClusterView, NodeView } from '../rules/view.ts';
import {
  type FailedAttempt,
  filterNode,
  narrowedAway,
  type Preempt,
  type PreFilterOutcome,
  type Rejection,
  runPreFilter,
} from './cycle.ts';
import { fitErrorMessage, NO_NODES_MESSAGE, postFilterMessage, statusMessage } from './message.ts';
import { nearestMisses } from './nearest-miss.ts';
import { nodeOrder } from './node-order.ts';
import type { ResolvedProfile } from './resolved-profile.ts';
import { nodesWanted } from './sampling.ts';
import { firstWinner, heapWinner, type NodeScores, scoreNodes, tiedWinners } from './scoring.ts';

export interface ExplainPodOptions {
  readonly tie: TieMode;
  /** For tie mode `seeded`. */
  readonly seed: number;
  /** DefaultPreemption, for the end of the message. */
  readonly preempt?: Preempt;
}

/** The parts of an Explanation that the engine finds out. */
export interface PodExplanation {
  readonly node?: string;
  readonly message: string;
  readonly nodes: readonly NodeExplanation[];
  readonly nearestMiss: readonly NearestMiss[];
}

/** Examined nodes: why each is refused, and the feasible ones in the order in which upstream would find them. */
interface Findings {
  readonly outcome: PreFilterOutcome;
  /** By row; nodes that only the whole-cluster status or the narrowing refuses are not in it. */
  readonly rejections: ReadonlyMap<number, Rejection>;
  /** Status of the nodes that were not examined. */
  readonly absent: Rejection | undefined;
  readonly feasible: readonly NodeView[];
  /** A rule has failed on a node, with which upstream gives up the attempt. */
  readonly broken?: string;
}

/**
 * One scheduling attempt for a pod that is not on any node, told in full: every node with the first rule that refuses it,
 * or its scores. `cluster.nominated` holds the pods that are waiting for a nominated node.
 *
 * O(nodes · rules + pods).
 */
export function explainPod(cluster: ClusterView, pod: Pod, profile: ResolvedProfile, options: ExplainPodOptions): PodExplanation {
  const held = heldBack(pod, profile);
  if (cluster.nodes.length === 0) return { message: held ?? NO_NODES_MESSAGE, nodes: [], nearestMiss: [] };
  const findings = examine(pod, cluster, profile, options.tie);
  const { feasible, broken } = findings;
  // The node that a pod is promised is tried before any other.
  const gone = held === undefined && !feasible.some(({ node }) => node.name === pod.nominatedNodeName) ? broken : undefined;
  if (gone !== undefined) return { message: gone, nodes: explainNodes(cluster, findings, [], undefined), nearestMiss: [] };
  const sampled = feasible.slice(0, sampleSize(findings, cluster, profile, options.tie));
  const scores = sampled.length > 0 ? scoreNodes(pod, sampled, cluster, profile) : undefined;
  const nodes = explainNodes(cluster, findings, sampled, scores);
  if (held !== undefined) return { message: held, nodes, nearestMiss: misses(findings, cluster) };
  if (!scores) return { message: failure(pod, cluster, profile, findings, options.preempt), nodes, nearestMiss: misses(findings, cluster) };
  return { node: choose(pod, feasible, sampled, scores, options), message: '', nodes, nearestMiss: [] };
}

/** Why the pod would not be tried at all; its nodes are explained as if it were. */
function heldBack(pod: Pod, profile: ResolvedProfile): string | undefined {
  const gated = profile.preEnqueue.includes(schedulingGates.name) ? gatedStatus(pod) : undefined;
  if (gated) return statusMessage(gated);
  return pod.terminating ? `skip schedule deleting pod: ${podKey(pod)}` : undefined;
}

function examine(pod: Pod, cluster: ClusterView, profile: ResolvedProfile, tie: TieMode): Findings {
  const outcome = runPreFilter(pod, cluster, profile);
  const rejections = new Map<number, Rejection>();
  const feasible: NodeView[] = [];
  let broken: string | undefined;
  if (outcome.rejection) return { outcome, rejections, absent: outcome.rejection, feasible };
  const { filters, nodeNames } = outcome;
  assert(filters, 'PreFilter that does not refuse prepares the filters');
  for (const row of scanOrder(cluster, tie)) {
    const node = cluster.nodes[row] as NodeView;
    const { name } = node.node;
    // A nominated node is tried first, and even when PreFilter leaves it out (specification Q10).
    if (nodeNames && !nodeNames.has(name) && name !== pod.nominatedNodeName) continue;
    const rejection = filterNode(filters, node);
    if (rejection?.status.failure) broken ??= statusMessage(rejection.status);
    if (rejection) rejections.set(row, rejection);
    else feasible.push(node);
  }
  const nominated = cluster.nodeByName.get(pod.nominatedNodeName);
  const refusal = nominated && rejections.get(nominated.row);
  const absent = nodeNames && { plugin: outcome.narrowedBy.join(', '), status: narrowedAway(outcome, refusal) };
  return { outcome, rejections, absent, feasible, ...(broken === undefined ? {} : { broken }) };
}

/** Heap ties depend on upstream's zone-interleaved order; the other modes go by the snapshot's. */
function scanOrder(cluster: ClusterView, tie: TieMode): readonly number[] {
  return tie === 'heap' ? nodeOrder(cluster.nodes.map(({ node }) => node)) : cluster.nodes.map(({ row }) => row);
}

/** Number of feasible nodes at which upstream would stop looking, starting at the first node. */
function sampleSize({ outcome }: Findings, cluster: ClusterView, profile: ResolvedProfile, tie: TieMode): number {
  const { nodeNames } = outcome;
  const examined = nodeNames ? [...nodeNames].filter((name) => cluster.nodeByName.has(name)) : cluster.nodes;
  return nodesWanted(examined.length, profile, tie);
}

function explainNodes(
  cluster: ClusterView,
  findings: Findings,
  sampled: readonly NodeView[],
  scores: NodeScores | undefined,
): readonly NodeExplanation[] {
  const isFeasible = new Set(findings.feasible);
  const place = new Map(sampled.map((node, i) => [node, i]));
  return cluster.nodes.map((node): NodeExplanation => {
    const { name } = node.node;
    if (!isFeasible.has(node)) {
      const rejection = findings.rejections.get(node.row) ?? narrowingRefusal(findings, node) ?? findings.absent;
      assert(rejection, 'a node that is not feasible has been refused by something');
      const { plugin, status } = rejection;
      return { name, feasible: false, ...(plugin === '' ? {} : { plugin }), code: status.code, reasons: status.reasons, scores: {} };
    }
    const i = place.get(node);
    if (i === undefined || !scores) return { name, feasible: true, reasons: [], scores: {} };
    return { name, feasible: true, reasons: [], scores: scoresOf(scores, i), total: scores.totals[i] as number };
  });
}

/**
 * What the narrowing plugin's own Filter says about a node that it left out. Upstream never asks it there (the message counts such nodes under
 * one collective text), but it is the reason that helps.
 */
function narrowingRefusal({ outcome }: Findings, node: NodeView): Rejection | undefined {
  const { filters, narrowedBy, rejection } = outcome;
  if (rejection || !filters) return undefined;
  const refusal = filters.refusals(node).find(({ prepared }) => narrowedBy.includes(prepared.rule.name));
  return refusal && { plugin: refusal.prepared.rule.name, status: refusal.status };
}

function scoresOf({ rules }: NodeScores, i: number): Record<string, RuleScore> {
  return Object.fromEntries(
    rules.map(({ plugin, weight, raw, normalized }) => [plugin, { raw: raw[i] as number, normalized: normalized[i] as number, weight }]),
  );
}

/** The nominated node if it passes, else the best of the sampled ones. */
function choose(
  pod: Pod,
  feasible: readonly NodeView[],
  sampled: readonly NodeView[],
  { totals }: NodeScores,
  { tie, seed }: ExplainPodOptions,
): string {
  const nominated = pod.nominatedNodeName === '' ? undefined : feasible.find(({ node }) => node.name === pod.nominatedNodeName);
  const winner = nominated ?? (sampled[winnerOf(totals, tie, seed)] as NodeView);
  return winner.node.name;
}

function winnerOf(totals: readonly number[], tie: TieMode, seed: number): number {
  switch (tie) {
    case 'first':
      return firstWinner(totals);
    case 'heap':
      return heapWinner(totals);
    case 'seeded':
      return new Prng(seed).pick(tiedWinners(totals));
  }
}

function failure(pod: Pod, cluster: ClusterView, profile: ResolvedProfile, findings: Findings, preempt: Preempt | undefined): string {
  const { outcome, rejections } = findings;
  const absent = findings.absent?.status ?? { code: 'UnschedulableAndUnresolvable', reasons: [] };
  const attempt: FailedAttempt = { pod, cluster, profile, ...(outcome.filters ? { filters: outcome.filters } : {}), rejections, absent };
  return fitErrorMessage({
    nodeCount: cluster.nodes.length,
    ...(outcome.rejection ? { preFilter: statusMessage(outcome.rejection.status) } : {}),
    statuses: [...rejections.values()].map(({ status }) => status),
    absent,
    postFilter: postFilterMessage(attempt, preempt),
  });
}

/** None where PreFilter has stopped early: then the message alone says what is wrong, and no node can mend it. */
function misses({ outcome, feasible }: Findings, cluster: ClusterView): readonly NearestMiss[] {
  if (!outcome.filters || feasible.length > 0) return [];
  return nearestMisses(outcome.filters, cluster.nodes);
}
