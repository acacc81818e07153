import type { KubeVersion } from '../model/gates.ts';
import type { Pod } from '../model/pod.ts';
import { type Status, unresolvable } from '../rules/rule.ts';
import type { NodeView } from '../rules/view.ts';
import { filterNode, type PreparedFilters } from './cycle.ts';
import type { DisruptionBudgets } from './preemption-budgets.ts';
import { type Candidate, sortByImportance } from './preemption-order.ts';

/** Upstream's reason for a node on which nobody is less important. */
export const NO_VICTIMS = 'No preemption victims found for incoming pod';
const NO_VICTIMS_STATUS = unresolvable(NO_VICTIMS);

/** Whether preemption may evict `pod` for a preemptor of that priority. */
export function isPreemptable(pod: Pod, priority: number): boolean {
  return pod.template.priority < priority;
}

/**
 * Dry run of preemption on one node (upstream SelectVictimsOnNode): take away everything less important, see whether the
 * pod fits, then give back as much as possible, budget breakers first, most important first. The node and the filters of
 * the cycle stay as they are. Costs O(pods of the node) runs of the filters.
 *
 * @returns the victims, or why the node is no use.
 */
export function selectVictims(filters: PreparedFilters, node: NodeView, budgets: DisruptionBudgets): Candidate | Status {
  const { priority } = filters.pod.template;
  const potential = node.pods.filter((pod) => isPreemptable(pod, priority));
  if (potential.length === 0) return NO_VICTIMS_STATUS;
  const trial = new Trial(filters.clone(), node.clone());
  for (const pod of potential) trial.remove(pod);
  const rejection = trial.check();
  if (rejection !== undefined) return rejection;
  const { kubeVersion } = node.semantics;
  sortByImportance(potential, kubeVersion);
  return { row: node.row, ...victimsAmong(potential, budgets, kubeVersion, (pod) => trial.reprieve(pod)) };
}

/**
 * Who of the pods has to go, the pods given in order of importance.
 *
 * @param reprieve whether the preemptor still fits beside the pod, which then stays.
 */
export function victimsAmong(
  potential: readonly Pod[],
  budgets: DisruptionBudgets,
  version: KubeVersion,
  reprieve: (pod: Pod) => boolean,
): Pick<Candidate, 'victims' | 'budgetViolations'> {
  const { violating, rest } = budgets.split(potential, version);
  const breaking = violating.filter((pod) => !reprieve(pod));
  const others = rest.filter((pod) => !reprieve(pod));
  const victims = [...breaking, ...others];
  if (violating.length > 0 && rest.length > 0) sortByImportance(victims, version, potential);
  return { victims, budgetViolations: breaking.length };
}

/** A node and the filters' states while pods go and come back. */
class Trial {
  private readonly filters: PreparedFilters;
  private readonly node: NodeView;

  constructor(filters: PreparedFilters, node: NodeView) {
    this.filters = filters;
    this.node = node;
  }

  remove(pod: Pod): void {
    this.node.removePod(pod);
    this.filters.podRemoved(pod, this.node);
  }

  check(): Status | undefined {
    return filterNode(this.filters, this.node)?.status;
  }

  /** Puts the pod back if the preemptor still fits beside it. */
  reprieve(pod: Pod): boolean {
    this.node.addPod(pod);
    this.filters.podAdded(pod, this.node);
    if (this.check() === undefined) return true;
    this.remove(pod);
    return false;
  }
}
