import { isSince } from '../model/gates.ts';
import { isExtendedResource } from '../model/names.ts';
import type { Pod, PodTemplate } from '../model/pod.ts';
import { podRequests } from '../model/requests.ts';
import type { Amount, ResourceVector } from '../model/resources.ts';
import { allocationsOn, requestsOf, SCORED_RESOURCES_DEFAULT } from './resource-allocation.ts';
import { type PlainRule, type Prepared, type Semantics, type Status, unresolvable, unschedulable } from './rule.ts';
import { type ScoringStrategy, strategyScore } from './scoring-strategy.ts';
import type { ClusterView, NodeView } from './view.ts';

/** NodeResourcesFitArgs. */
export interface NodeResourcesFitArgs {
  readonly scoringStrategy: ScoringStrategy;
  /** Extended resources (a domain other than kubernetes.io) that the filter does not look at. */
  readonly ignoredResources: readonly string[];
  /** The same by the part of the name before the slash. */
  readonly ignoredResourceGroups: readonly string[];
}

export const defaultArgs: NodeResourcesFitArgs = {
  scoringStrategy: { type: 'LeastAllocated', resources: SCORED_RESOURCES_DEFAULT },
  ignoredResources: [],
  ignoredResourceGroups: [],
};

/** A resource that the node is short of. */
export interface Shortage {
  /** Kubernetes name; `pods` for the number of pods. */
  readonly resource: string;
  readonly requested: Amount;
  readonly used: Amount;
  readonly capacity: Amount;
}

/** Without the gate, which is gone from 1.37 on, a pod with a sidecar fits nowhere. */
export function refusesSidecars({ initContainers }: PodTemplate, { kubeVersion, gates }: Semantics): boolean {
  return !gates.SidecarContainers && !isSince(kubeVersion, '1.37') && initContainers.some((container) => container.restartable);
}

/** What the filter compares with the free amounts of a node (specification 1.5). */
export function fitRequest(pod: Pod, semantics: Semantics): ResourceVector {
  return podRequests(pod.template, semantics).fit;
}

/** Everything that the node is short of, in upstream's order; scalars in the order of the pod's request. */
export function shortages(request: ResourceVector, node: NodeView, args: NodeResourcesFitArgs): readonly Shortage[] {
  const found: Shortage[] = [];
  const { allocatable } = node.node;
  const used = node.requested;
  const podCount = BigInt(node.pods.length);
  if (podCount + 1n > allocatable.pods) found.push({ resource: 'pods', requested: 1n, used: podCount, capacity: allocatable.pods });
  const compare = (resource: string, requested: Amount, taken: Amount, capacity: Amount): void => {
    if (requested > 0n && requested > capacity - taken) found.push({ resource, requested, used: taken, capacity });
  };
  compare('cpu', request.cpu, used.cpu, allocatable.cpu);
  compare('memory', request.memory, used.memory, allocatable.memory);
  compare('ephemeral-storage', request.ephemeralStorage, used.ephemeralStorage, allocatable.ephemeralStorage);
  for (const [name, amount] of request.scalars) {
    if (!isIgnored(name, args)) compare(name, amount, used.scalars.get(name) ?? 0n, allocatable.scalars.get(name) ?? 0n);
  }
  return found;
}

/** The requests above zero that the filter compares, in upstream's order. */
export function comparedRequests(
  request: ResourceVector,
  args: NodeResourcesFitArgs,
): readonly (readonly [name: string, amount: Amount])[] {
  const all: [string, Amount][] = [
    ['cpu', request.cpu],
    ['memory', request.memory],
    ['ephemeral-storage', request.ephemeralStorage],
    ...[...request.scalars].filter(([name]) => !isIgnored(name, args)),
  ];
  return all.filter(([, amount]) => amount > 0n);
}

function isIgnored(name: string, args: NodeResourcesFitArgs): boolean {
  if (!isExtendedResource(name)) return false;
  return args.ignoredResources.includes(name) || args.ignoredResourceGroups.includes(name.slice(0, name.indexOf('/')));
}

/** Preemption can help unless the request exceeds the whole node; the number of pods never counts as that. */
function shortageStatus(found: readonly Shortage[]): Status {
  const reasons = found.map(({ resource }) => (resource === 'pods' ? 'Too many pods' : `Insufficient ${resource}`));
  const hopeless = found.some(({ resource, requested, capacity }) => resource !== 'pods' && requested > capacity);
  return hopeless ? unresolvable(...reasons) : unschedulable(...reasons);
}

/** The score sees containers only, never pod-level requests (specification Q2), and is never skipped. */
export const nodeResourcesFit: PlainRule<NodeResourcesFitArgs, ResourceVector, readonly Amount[]> = {
  name: 'NodeResourcesFit',

  prepareFilter(pod: Pod, cluster: ClusterView): Prepared<ResourceVector> {
    if (refusesSidecars(pod.template, cluster.semantics)) {
      const reason = 'Pod has a restartable init container and the SidecarContainers feature is disabled';
      return { kind: 'status', status: unresolvable(reason) };
    }
    return { kind: 'state', state: fitRequest(pod, cluster.semantics) };
  },

  accepts(request, _pod: Pod, node: NodeView, _cluster: ClusterView, args): Status | undefined {
    const found = shortages(request, node, args);
    return found.length === 0 ? undefined : shortageStatus(found);
  },

  prepareScore(pod: Pod, _feasible, cluster: ClusterView, args): readonly Amount[] {
    return requestsOf(args.scoringStrategy.resources, podRequests(pod.template, cluster.semantics).score);
  },

  rate(requests, _pod: Pod, node: NodeView, _cluster: ClusterView, args): number {
    const { scoringStrategy } = args;
    return strategyScore(scoringStrategy, allocationsOn(node, scoringStrategy.resources, requests, false));
  },
};
