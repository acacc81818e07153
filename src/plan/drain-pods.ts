import type { Pod } from '../model/pod.ts';
import type { BudgetState, Budgets } from './budgets.ts';

/** What kubectl drain is allowed to do; the flags have the same names. */
export interface DrainFlags {
  readonly ignoreDaemonsets?: boolean;
  readonly deleteEmptydirData?: boolean;
  readonly force?: boolean;
}

/** What is done with one pod. `reason` and `warnings` are kubectl's texts. */
export type DrainVerdict =
  | { readonly kind: 'evict'; readonly warnings: readonly string[] }
  | { readonly kind: 'ignore'; readonly reason: string }
  | { readonly kind: 'refuse'; readonly reason: string };

const DAEMON_SET = 'DaemonSet';

/**
 * kubectl's filters, in its order (kubectl pkg/drain filters.go): DaemonSets' pods, mirror pods, local storage, pods without controller. Whether a
 * DaemonSet still exists is not looked up: dumps often leave DaemonSets out.
 */
export function drainVerdict({ template, terminating, phase, localStorage }: Pod, flags: DrainFlags): DrainVerdict {
  const { owner, mirror } = template;
  if (terminating) return { kind: 'ignore', reason: 'is being deleted already' };
  const finished = phase === 'Succeeded' || phase === 'Failed';
  if (owner?.kind === DAEMON_SET && !finished) {
    if (flags.ignoreDaemonsets) return { kind: 'ignore', reason: 'ignoring DaemonSet-managed Pods' };
    return { kind: 'refuse', reason: 'cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)' };
  }
  if (mirror) return { kind: 'ignore', reason: 'static pod: it stays with its kubelet' };
  const warnings: string[] = [];
  if (localStorage && !finished) {
    if (!flags.deleteEmptydirData)
      return { kind: 'refuse', reason: 'cannot delete Pods with local storage (use --delete-emptydir-data to override)' };
    warnings.push('deleting Pods with local storage');
  }
  if (!owner && !finished) {
    if (!flags.force) return { kind: 'refuse', reason: 'cannot delete Pods that declare no controller (use --force to override)' };
    warnings.push('deleting Pods that declare no controller');
  }
  return { kind: 'evict', warnings };
}

/** One call of the eviction API: whether the budgets let the pod go now, and the budget that does. */
export function evictionNow(pod: Pod, budgets: Budgets): { readonly allowed: boolean; readonly budget?: BudgetState } {
  const states = pod.phase === 'Pending' ? [] : budgets.of(pod);
  const [state] = states;
  if (!state) return { allowed: true };
  return { allowed: states.length === 1 && state.slack > 0, budget: state };
}

/** Why the budgets do not let the pod go, in the eviction API's words. */
export function evictionRefusal(pod: Pod, budgets: Budgets): string {
  const states = budgets.of(pod);
  const [state] = states;
  if (states.length > 1) {
    const names = states.map(({ name }) => name).join(', ');
    return `more than one PodDisruptionBudget selects it, which the eviction API does not support: ${names}`;
  }
  if (!state) return 'is not evicted';
  return `Cannot evict pod as it would violate the pod's disruption budget ${state.name}: ${state.healthy} healthy, ${state.desired} needed`;
}
