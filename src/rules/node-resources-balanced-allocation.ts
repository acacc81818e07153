import { isSince } from '../model/gates.ts';
import type { Pod } from '../model/pod.ts';
import { podRequests } from '../model/requests.ts';
import type { Amount } from '../model/resources.ts';
import { type Allocation, allocationsOn, type ResourceSpec, requestsOf, SCORED_RESOURCES_DEFAULT } from './resource-allocation.ts';
import type { PlainRule } from './rule.ts';
import type { ClusterView, NodeView } from './view.ts';

/** NodeResourcesBalancedAllocationArgs; the weights of the resources do not count. */
export interface BalancedAllocationArgs {
  readonly resources: readonly ResourceSpec[];
}

export const defaultArgs: BalancedAllocationArgs = { resources: SCORED_RESOURCES_DEFAULT };

/**
 * How evenly the resources are used, 0 to 100: 100·(1 − standard deviation of the used fractions), truncated.
 * Floats in upstream's order of operations (specification 8.9); fractions above 1 count as 1.
 */
export function balance(allocations: readonly Allocation[], amount: (allocation: Allocation) => Amount): number {
  const fractions = allocations.map((allocation) => Math.min(1, Number(amount(allocation)) / Number(allocation.capacity)));
  return Math.trunc((1 - deviation(fractions)) * 100);
}

function deviation(fractions: readonly number[]): number {
  if (fractions.length < 2) return 0;
  if (fractions.length === 2) return Math.abs(((fractions[0] as number) - (fractions[1] as number)) / 2);
  let total = 0;
  for (const fraction of fractions) total += fraction;
  const mean = total / fractions.length;
  let sum = 0;
  for (const fraction of fractions) sum += (fraction - mean) * (fraction - mean);
  return Math.sqrt(sum / fractions.length);
}

/** Up to 1.35 the balance with the pod; from 1.36 how much the pod improves it: 75 = not at all. */
export const nodeResourcesBalancedAllocation: PlainRule<BalancedAllocationArgs, never, readonly Amount[]> = {
  name: 'NodeResourcesBalancedAllocation',

  /** Exact requests; a pod that asks for none of the resources is not scored. */
  prepareScore(pod: Pod, _feasible, cluster: ClusterView, args): readonly Amount[] | 'skip' {
    const requests = requestsOf(args.resources, podRequests(pod.template, cluster.semantics, pod.resize).balanced);
    return requests.every((request) => request === 0n) ? 'skip' : requests;
  },

  rate(requests, _pod: Pod, node: NodeView, cluster: ClusterView, args): number {
    const allocations = allocationsOn(node, args.resources, requests, true);
    const after = balance(allocations, (allocation) => allocation.total);
    if (!isSince(cluster.semantics.kubeVersion, '1.36')) return after;
    const before = balance(allocations, (allocation) => allocation.used);
    return 50 + Math.trunc((50 + after - before) / 2);
  },
};
