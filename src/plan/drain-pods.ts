import type { Pod } from '../model/pod.ts';

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
