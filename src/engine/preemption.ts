/**
 * DefaultPreemption (specification 10; upstream pkg/scheduler/framework/preemption and plugins/defaultpreemption): which
 * node should be emptied of which less important pods so that a pod that fits nowhere finds room.
 *
 * Where upstream is random this is not: the dry runs start at the first candidate in snapshot order (upstream: a random
 * one) and run one after the other (upstream: 16 workers); equal results fall to the first in snapshot order. With
 * `random` both are drawn, from its seed.
 */
import type { Prng } from '../base/prng.ts';
import { isSince } from '../model/gates.ts';
import type { Pod } from '../model/pod.ts';
import { type Status, unresolvable } from '../rules/rule.ts';
import type { ClusterView } from '../rules/view.ts';
import { type FailedAttempt, type PreemptionOutcome, type PreparedFilters, runPreFilter } from './cycle.ts';
import { fitErrorMessage } from './message.ts';
import { DisruptionBudgets } from './preemption-budgets.ts';
import { type LeastPriorities, leastPriority } from './preemption-index.ts';
import { DryRunMemory, type DryRunRows } from './preemption-memory.ts';
import { type Candidate, pickCandidate } from './preemption-order.ts';
import { isPreemptable, NO_VICTIMS, selectVictims } from './preemption-victims.ts';
import { PREEMPTION_ARGS_DEFAULT, type PreemptionArgs, type ResolvedProfile } from './resolved-profile.ts';

/** Pods are to be evicted. */
export interface Preempted {
  /** Becomes the pod's nominated node. */
  readonly node: string;
  readonly row: number;
  /** Most important first. */
  readonly victims: readonly Pod[];
  /** Victims whose eviction breaks a PodDisruptionBudget. */
  readonly budgetViolations: number;
}

/** Nobody is evicted. */
export interface NotPreempted {
  /** Upstream's text, with its prefix `preemption: `. */
  readonly message: string;
  /** Whether the pod keeps the nomination it may have; otherwise it loses it. */
  readonly keepsNomination: boolean;
  /** Nodes could not be tried: the message is an error's. */
  readonly failed?: true;
  /** Whether nodes were tried, which draws from `random`. */
  readonly searched: boolean;
}

export interface PreemptionOptions {
  /** Filters prepared in this cycle; without them PreFilter runs again. */
  readonly filters?: PreparedFilters;
  /** Arguments of the plugin; those of the profile by default. */
  readonly args?: PreemptionArgs;
  /** What the budgets still allow in this run; the snapshot's own state by default. */
  readonly budgets?: DisruptionBudgets;
  /** Kept beside the cluster, spares a look at every node where nobody is less important and repeated dry runs of unchanged ones. */
  readonly leastPriorities?: LeastPriorities;
  /** The node that the pod is nominated to at present, '' for none; its status by default. */
  readonly nominatedNode?: string;
  /** Draws the offset and breaks ties. */
  readonly random?: Prng;
}

/** Upstream's reason for nodes that eviction cannot help. */
const NOT_HELPFUL = unresolvable('Preemption is not helpful for scheduling');
const NEVER = 'not eligible due to preemptionPolicy=Never.';
const TERMINATING = 'not eligible due to a terminating pod on the nominated node.';

/**
 * Tries preemption for a pod that no node accepted.
 *
 * @param statuses why each row refused the pod in this cycle; undefined counts as beyond help, as for upstream a node
 *   that nobody examined.
 * Costs O(rows) plus one dry run per candidate until the shortlist is full: 10 % of the candidates, at least 100.
 */
export function preempt(
  cluster: ClusterView,
  pod: Pod,
  profile: ResolvedProfile,
  statuses: (row: number) => Status | undefined,
  options: PreemptionOptions = {},
): Preempted | NotPreempted {
  const nominated = options.nominatedNode ?? pod.nominatedNodeName;
  const refusal = refusalOf(cluster, pod, nominated, statuses);
  if (refusal !== undefined) return { message: `preemption: ${refusal}`, keepsNomination: true, searched: false };
  const rows = helpfulRows(cluster, statuses);
  if (rows.length === 0 || (options.leastPriorities?.ofCluster ?? Number.NEGATIVE_INFINITY) >= pod.template.priority) {
    return { message: hopelessMessage(cluster.nodes.length, rows.length), keepsNomination: false, searched: false };
  }
  const { candidates, refused, problems } = new DryRun(cluster, pod, profile, options).run(rows);
  if (candidates.length === 0 && problems.length > 0) return failedError(problems);
  if (candidates.length === 0) {
    const message = fitErrorMessage({ nodeCount: cluster.nodes.length, statuses: refused, absent: NOT_HELPFUL });
    return { message: `preemption: ${message}`, keepsNomination: false, searched: true };
  }
  const { row, victims, budgetViolations } = pickCandidate(candidates, options.random);
  return { node: cluster.rows[row]?.node.name ?? '', row, victims, budgetViolations };
}

/** `preempt` as the PostFilter step of a failed attempt. */
export function preemptAttempt(attempt: FailedAttempt, args: PreemptionArgs, options: PreemptionOptions = {}): PreemptionOutcome {
  const statuses = (row: number): Status => attempt.rejections.get(row)?.status ?? attempt.absent;
  const merged = { args, ...(attempt.filters ? { filters: attempt.filters } : {}), ...options };
  const outcome = preempt(attempt.cluster, attempt.pod, attempt.profile, statuses, merged);
  return 'node' in outcome ? { node: outcome.node, message: foundMessage(outcome, attempt.cluster) } : outcome;
}

/** From 1.37 on upstream says so when preemption has found a node. */
function foundMessage({ node, victims }: Preempted, { semantics }: ClusterView): string {
  if (!isSince(semantics.kubeVersion, '1.37')) return '';
  return `preemption: found a potential placement for pod on node ${node}, preempting ${victims.length} victims`;
}

/**
 * Upstream's text when no pod anywhere is less important: each of the `candidateCount` nodes that eviction could help has
 * no victims. O(1), for callers that know the count.
 */
export function hopelessMessage(nodeCount: number, candidateCount: number): string {
  const reasons: string[] = [];
  if (candidateCount > 0) reasons.push(`${candidateCount} ${NO_VICTIMS}`);
  if (candidateCount < nodeCount) reasons.push(`${nodeCount - candidateCount} ${NOT_HELPFUL.reasons.join()}`);
  return `preemption: 0/${nodeCount} nodes are available: ${reasons.sort().join(', ')}.`;
}

/** Upstream's error when no node is a candidate and some could not be tried; a text that comes twice is told once. */
function failedError(problems: readonly string[]): NotPreempted {
  const texts = [...new Set(problems)];
  const text = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  return { message: `preemption: ${text}`, failed: true, keepsNomination: true, searched: true };
}

/** Upstream's error where a node takes the pod as it stands, contrary to its status. */
function needless(name: string): string {
  return `expected at least one victim pod on node "${name}"`;
}

/** Why the pod may not preempt at all (upstream PodEligibleToPreemptOthers). */
function refusalOf(cluster: ClusterView, pod: Pod, nominated: string, statuses: (row: number) => Status | undefined): string | undefined {
  if (pod.template.preemptionPolicy === 'Never') return NEVER;
  const node = nominated === '' ? undefined : cluster.nodeByName.get(nominated);
  if (node === undefined || statuses(node.row)?.code !== 'Unschedulable') return undefined;
  const { priority } = pod.template;
  const leaving = node.pods.some((other) => isPreemptable(other, priority) && other.terminating && other.disruptedByScheduler);
  return leaving ? TERMINATING : undefined;
}

/** Rows whose status says that removing pods might help, in snapshot order. */
function helpfulRows(cluster: ClusterView, statuses: (row: number) => Status | undefined): number[] {
  const rows: number[] = [];
  for (const { row } of cluster.nodes) if (statuses(row)?.code === 'Unschedulable') rows.push(row);
  return rows;
}

/** How many candidates are enough (upstream calculateNumCandidates). */
export function candidatesWanted(nodeCount: number, { minCandidateNodesPercentage, minCandidateNodesAbsolute }: PreemptionArgs): number {
  const share = Math.floor((nodeCount * minCandidateNodesPercentage) / 100);
  return Math.min(nodeCount, Math.max(share, minCandidateNodesAbsolute));
}

/** The dry runs of one preemption (upstream DryRunPreemption with one worker). */
export class DryRun {
  private readonly cluster: ClusterView;
  private readonly pod: Pod;
  private readonly profile: ResolvedProfile;
  private readonly options: PreemptionOptions;
  private readonly budgets: DisruptionBudgets;
  private filters: PreparedFilters | undefined;
  private memory: DryRunRows | undefined;
  private prepared = false;

  constructor(cluster: ClusterView, pod: Pod, profile: ResolvedProfile, options: PreemptionOptions) {
    this.cluster = cluster;
    this.pod = pod;
    this.profile = profile;
    this.options = options;
    this.budgets = options.budgets ?? new DisruptionBudgets(cluster.objects.podDisruptionBudgets);
    this.filters = options.filters;
  }

  /**
   * Candidates that break no budget first. Candidates that do are remembered only up to the wanted number, and never end
   * the search by themselves.
   */
  run(rows: readonly number[]): { candidates: Candidate[]; refused: Status[]; problems: string[] } {
    const wanted = candidatesWanted(rows.length, this.options.args ?? argsOf(this.profile));
    const offset = this.options.random?.below(rows.length) ?? 0;
    const clean: Candidate[] = [];
    const breaking: Candidate[] = [];
    const refused: Status[] = [];
    const problems: string[] = [];
    for (let i = 0; i < rows.length; i++) {
      const result = this.tryRow(rows[(offset + i) % rows.length] as number);
      if ('code' in result && result.failure) problems.push(...result.reasons);
      else if ('code' in result) refused.push(result);
      else if (result.victims.length === 0) problems.push(needless(this.cluster.rows[result.row]?.node.name ?? ''));
      else if (result.budgetViolations === 0) clean.push(result);
      else if (breaking.length < wanted) breaking.push(result);
      if (clean.length > 0 && clean.length + breaking.length >= wanted) break;
    }
    return { candidates: [...clean, ...breaking], refused, problems };
  }

  private tryRow(row: number): Candidate | Status {
    const least = this.options.leastPriorities?.ofRow(row) ?? leastPriority({ nodes: this.cluster.rows }, row);
    if (least >= this.pod.template.priority) return unresolvable(NO_VICTIMS);
    const filters = this.prepare();
    const node = this.cluster.rows[row];
    if (filters === undefined || node === undefined) return NOT_HELPFUL;
    const run = () => selectVictims(filters, node, this.budgets);
    return this.memory === undefined ? run() : this.memory.get(row, this.budgets, run);
  }

  /** PreFilter counts over the whole cluster: not before some node has victims. */
  private prepare(): PreparedFilters | undefined {
    if (this.prepared) return this.filters;
    this.prepared = true;
    this.filters ??= runPreFilter(this.pod, this.cluster, this.profile).filters;
    const { leastPriorities } = this.options;
    if (leastPriorities && this.filters) this.memory = memoryOf(leastPriorities).rowsOf(this.pod.template, this.profile, this.filters);
    return this.filters;
  }
}

/** Memories live as long as the index of priorities that tells them of changes. */
const memories = new WeakMap<LeastPriorities, DryRunMemory>();

function memoryOf(priorities: LeastPriorities): DryRunMemory {
  let memory = memories.get(priorities);
  if (memory === undefined) {
    memory = new DryRunMemory(priorities);
    memories.set(priorities, memory);
  }
  return memory;
}

function argsOf(profile: ResolvedProfile): PreemptionArgs {
  for (const step of profile.postFilter) if (step.plugin === 'DefaultPreemption') return step.args;
  return PREEMPTION_ARGS_DEFAULT;
}
