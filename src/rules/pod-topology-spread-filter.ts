import type { Pod, PodTemplate } from '../model/pod.ts';
import { DomainCounts } from './domain-counts.ts';
import { type Constraint, countsNode, hasAllKeys, podCounter } from './pod-topology-spread-constraints.ts';
import { type Semantics, type Status, unresolvable, unschedulable } from './rule.ts';
import type { ClusterView, NodeView } from './view.ts';

export const REASON_SKEW = "node(s) didn't match pod topology spread constraints";
export const REASON_LABEL = `${REASON_SKEW} (missing required label)`;

/** One hard constraint with the matching pods per domain. */
export interface SpreadCount {
  readonly constraint: Constraint;
  /** 1 when the constraint's selector matches the pod itself. */
  readonly self: number;
  readonly domains: DomainCounts;
}

export type SpreadFilterState = readonly SpreadCount[];

/** Counts the matching pods of every node that has all keys of the hard constraints. O(nodes · constraints + pods). */
export function countDomains(template: PodTemplate, constraints: readonly Constraint[], cluster: ClusterView): SpreadFilterState {
  const counters = constraints.map((constraint) => podCounter(constraint, template.namespace));
  const counts = constraints.map(() => new Map<string, number>());
  for (const node of cluster.nodes) {
    if (!hasAllKeys(node.node, constraints)) continue;
    constraints.forEach((constraint, i) => {
      if (!countsNode(constraint, template, node.node, cluster.semantics)) return;
      const value = node.node.labels.get(constraint.topologyKey) as string;
      const domain = counts[i] as Map<string, number>;
      domain.set(value, (domain.get(value) ?? 0) + (counters[i] as (node: NodeView) => number)(node));
    });
  }
  return constraints.map((constraint, i) => ({
    constraint,
    self: Number(constraint.selector.matches(template.labels)),
    domains: DomainCounts.of(counts[i] as Map<string, number>),
  }));
}

/** Fewest matching pods in any domain; 0 where there are fewer domains than minDomains (1 at least). */
export function globalMinimum({ constraint, domains }: SpreadCount): number {
  return domains.size < constraint.minDomains ? 0 : domains.minimum();
}

/** How much the node's domain would be ahead of the emptiest one with the pod in it; undefined: the node lacks the key. */
export function skewOn(count: SpreadCount, node: NodeView): number | undefined {
  const value = node.node.labels.get(count.constraint.topologyKey);
  return value === undefined ? undefined : count.domains.get(value) + count.self - globalMinimum(count);
}

/** The verdict of the first constraint that refuses. */
export function spreadStatus(state: SpreadFilterState, node: NodeView): Status | undefined {
  for (const count of state) {
    const skew = skewOn(count, node);
    if (skew === undefined) return unresolvable(REASON_LABEL);
    if (skew > count.constraint.maxSkew) return unschedulable(REASON_SKEW);
  }
  return undefined;
}

/**
 * Another pod has been added to (+1) or removed from (−1) the node. Unlike the first count this one neither passes over
 * terminating pods nor treats an empty selector apart (specification Q5).
 */
export function updateDomains(state: SpreadFilterState, pod: Pod, other: Pod, node: NodeView, delta: 1 | -1, semantics: Semantics): void {
  if (other.namespace !== pod.namespace) return;
  const constraints = state.map(({ constraint }) => constraint);
  if (!hasAllKeys(node.node, constraints)) return;
  for (const { constraint, domains } of state) {
    if (!constraint.selector.matches(other.template.labels)) continue;
    if (!countsNode(constraint, pod.template, node.node, semantics)) continue;
    domains.add(node.node.labels.get(constraint.topologyKey) as string, delta);
  }
}
