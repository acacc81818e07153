import { isScalarResource } from '../model/names.ts';
import { type Amount, amountOf, type ResourceVector } from '../model/resources.ts';
import type { NodeView } from './view.ts';

/** One resource of a scoring list (KubeSchedulerConfiguration ResourceSpec). */
export interface ResourceSpec {
  readonly name: string;
  /** 1 to 100. */
  readonly weight: number;
}

export const SCORED_RESOURCES_DEFAULT: readonly ResourceSpec[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

/** One resource of a scoring list on one node. */
export interface Allocation {
  readonly weight: number;
  /** Allocatable amount, never 0. */
  readonly capacity: Amount;
  /** What the pods on the node count for. */
  readonly used: Amount;
  /** `used` plus the request of the pod. */
  readonly total: Amount;
}

export function requestsOf(resources: readonly ResourceSpec[], vector: ResourceVector): readonly Amount[] {
  return resources.map((resource) => amountOf(vector, resource.name));
}

/**
 * The listed resources that count on this node, in list order (specification 8.8): a resource is left out where the node
 * has none of it, and a scalar resource where the pod does not ask for it.
 *
 * @param requests The pod's request per listed resource.
 * @param exact Measure cpu and memory by exact requests instead of with 100m / 200Mi per container without a request.
 */
export function allocationsOn(
  node: NodeView,
  resources: readonly ResourceSpec[],
  requests: readonly Amount[],
  exact: boolean,
): readonly Allocation[] {
  const filled: Allocation[] = [];
  for (let i = 0; i < resources.length; i++) {
    const { name, weight } = resources[i] as ResourceSpec;
    const request = requests[i] as Amount;
    if (request === 0n && isScalarResource(name)) continue;
    const capacity = amountOf(node.node.allocatable, name);
    if (capacity === 0n) continue;
    const used = usedOn(node, name, exact);
    filled.push({ weight, capacity, used, total: used + request });
  }
  return filled;
}

function usedOn(node: NodeView, name: string, exact: boolean): Amount {
  if (!exact && name === 'cpu') return node.nonZeroCpu;
  if (!exact && name === 'memory') return node.nonZeroMemory;
  return amountOf(node.requested, name);
}
