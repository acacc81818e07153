import type { Status } from '../rules/rule.ts';
import type { PreemptionOutcome } from './cycle.ts';
import type { PreemptionArgs, ResolvedProfile } from './resolved-profile.ts';

/** Upstream's text when the cluster has no node at all; preemption is not tried then. */
export const NO_NODES_MESSAGE = 'no nodes available to schedule pods';

/** What a FitError is made of (specification 4.6). */
export interface FitErrorParts {
  /** All nodes of the snapshot. */
  readonly nodeCount: number;
  /** Text of the PreFilter status with which the whole cluster refused; the nodes' reasons are left out then. */
  readonly preFilter?: string;
  /** Statuses of the examined nodes. */
  readonly statuses?: Iterable<Status>;
  /** The same counted: distinct statuses with the number of nodes that have each. */
  readonly counts?: Iterable<{ readonly status: Status; readonly rows: number }>;
  /** Status of the nodes that `statuses` does not cover. */
  readonly absent?: Status;
  /** Text of PostFilter. */
  readonly postFilter?: string;
}

/** Upstream's FailedScheduling text, byte for byte. Counts are per reason, so that they may add up to more than the nodes. */
export function fitErrorMessage(parts: FitErrorParts): string {
  const middle = parts.preFilter ? parts.preFilter : reasonHistogram(parts);
  return `0/${parts.nodeCount} nodes are available:${middle ? ` ${middle}.` : ''}${parts.postFilter ? ` ${parts.postFilter}` : ''}`;
}

/** `<count> <reason>` sorted as text, so that "10 x" comes before "2 y". */
function reasonHistogram({ nodeCount, statuses = [], counts: counted = [], absent }: FitErrorParts): string {
  const counts = new Map<string, number>();
  const count = (reason: string, nodes: number): void => {
    counts.set(reason, (counts.get(reason) ?? 0) + nodes);
  };
  let covered = 0;
  const cover = (status: Status, nodes: number): void => {
    covered += nodes;
    for (const reason of status.reasons) count(reason, nodes);
  };
  for (const status of statuses) cover(status, 1);
  for (const { status, rows } of counted) cover(status, rows);
  if (covered < nodeCount) for (const reason of absent?.reasons ?? []) count(reason, nodeCount - covered);
  return [...counts]
    .map(([reason, nodes]) => `${nodes} ${reason}`)
    .sort()
    .join(', ');
}

/** A status in one line (upstream Status.Message). */
export function statusMessage(status: Status): string {
  return status.reasons.join(', ');
}

/** What the texts of PostFilter depend on. */
export interface PostFiltered {
  readonly profile: Pick<ResolvedProfile, 'postFilter'>;
  /** Absent when PreFilter stopped early. */
  readonly filters?: unknown;
}

/**
 * The text of the PostFilter plugins of the attempt's profile: preemption's alone when it has found a node. Without PreFilter
 * having run to its end DynamicResources has no state and stops the others with its error (specification Q9).
 *
 * @param preempt DefaultPreemption; without it the step is passed over.
 */
export function postFilterMessage<Attempt extends PostFiltered>(
  attempt: Attempt,
  preempt?: (attempt: Attempt, args: PreemptionArgs) => PreemptionOutcome,
): string {
  const reasons: string[] = [];
  for (const step of attempt.profile.postFilter) {
    if (step.plugin === 'DynamicResources') {
      if (!attempt.filters) return 'not found';
      if (!step.silent) reasons.push('no new claims to deallocate');
      continue;
    }
    const outcome = preempt?.(attempt, step.args);
    if (outcome?.node !== undefined || outcome?.failed) return outcome.message;
    if (outcome?.message) reasons.push(outcome.message);
  }
  return reasons.join(', ');
}
