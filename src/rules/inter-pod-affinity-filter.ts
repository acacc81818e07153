import type { PodTemplate } from '../model/pod.ts';
import { allTermsMatch, namespaceLabels, type PodTerms, perTemplate, podTerms, termMatches } from './inter-pod-affinity-terms.ts';
import { type Status, unresolvable, unschedulable } from './rule.ts';
import { TopologyCounts, TopologyTally } from './topology-counts.ts';
import type { ClusterView, NodeView } from './view.ts';

export const REASON_AFFINITY = "node(s) didn't match pod affinity rules";
export const REASON_ANTI_AFFINITY = "node(s) didn't match pod anti-affinity rules";
export const REASON_EXISTING = "node(s) didn't satisfy existing pods anti-affinity rules";

/** What one existing pod adds to the three counts: topology keys, one entry per matching term. */
export interface Contribution {
  /** Of the existing pod's own required anti-affinity terms that match the incoming pod. */
  readonly existingAnti: readonly string[];
  /** Of the incoming pod's required affinity terms, if the existing pod matches all of them. */
  readonly affinity: readonly string[];
  /** Of the incoming pod's required anti-affinity terms that match the existing pod. */
  readonly anti: readonly string[];
}

export interface AffinityFilterState {
  /** Of the incoming pod. */
  readonly terms: PodTerms;
  readonly existingAnti: TopologyCounts;
  readonly affinity: TopologyCounts;
  readonly anti: TopologyCounts;
  readonly contributionOf: (template: PodTemplate) => Contribution;
}

/** What existing pods of each template mean to the incoming pod, computed once per template (specification 8.15). */
export function contributions(incoming: PodTemplate, terms: PodTerms, cluster: ClusterView): AffinityFilterState['contributionOf'] {
  const labels = namespaceLabels(cluster.objects, incoming.namespace);
  const affinityKeys = terms.requiredAffinity.map((term) => term.topologyKey);
  return perTemplate((template) => ({
    existingAnti: podTerms(template)
      .requiredAnti.filter((term) => termMatches(term, incoming, labels))
      .map((term) => term.topologyKey),
    affinity: allTermsMatch(terms.requiredAffinity, template) ? affinityKeys : [],
    anti: terms.requiredAnti.filter((term) => termMatches(term, template)).map((term) => term.topologyKey),
  }));
}

/** PreFilter: the counts, or undefined when nothing concerns the pod. O(pods). */
export function countAffinity(incoming: PodTemplate, terms: PodTerms, cluster: ClusterView): AffinityFilterState | undefined {
  const contributionOf = contributions(incoming, terms, cluster);
  const existingAnti = new TopologyTally();
  const affinity = new TopologyTally();
  const anti = new TopologyTally();
  for (const node of cluster.nodes) {
    for (const pod of node.pods) {
      const contribution = contributionOf(pod.template);
      existingAnti.add(contribution.existingAnti, node, 1);
      affinity.add(contribution.affinity, node, 1);
      anti.add(contribution.anti, node, 1);
    }
  }
  if (existingAnti.isEmpty && terms.requiredAffinity.length === 0 && terms.requiredAnti.length === 0) return undefined;
  return {
    terms,
    existingAnti: TopologyCounts.of(existingAnti.sums()),
    affinity: TopologyCounts.of(affinity.sums()),
    anti: TopologyCounts.of(anti.sums()),
    contributionOf,
  };
}

export function cloneAffinity(state: AffinityFilterState): AffinityFilterState {
  return { ...state, existingAnti: state.existingAnti.clone(), affinity: state.affinity.clone(), anti: state.anti.clone() };
}

/** A pod of the template has been added to (+1) or removed from (−1) the node. */
export function updateAffinity(state: AffinityFilterState, template: PodTemplate, node: NodeView, delta: 1 | -1): void {
  const contribution = state.contributionOf(template);
  state.existingAnti.add(contribution.existingAnti, node, delta);
  state.affinity.add(contribution.affinity, node, delta);
  state.anti.add(contribution.anti, node, delta);
}

export function affinityStatus(state: AffinityFilterState, incoming: PodTemplate, node: NodeView): Status | undefined {
  if (!satisfiesAffinity(state, incoming, node)) return unresolvable(REASON_AFFINITY);
  if (state.terms.requiredAnti.some(({ topologyKey }) => isTaken(state.anti, node, topologyKey)))
    return unschedulable(REASON_ANTI_AFFINITY);
  for (const key of state.existingAnti.keys()) if (isTaken(state.existingAnti, node, key)) return unschedulable(REASON_EXISTING);
  return undefined;
}

/** Whether a counted pod is in the node's domain; a node without the key is in none. */
export function isTaken(counts: TopologyCounts, node: NodeView, key: string): boolean {
  return (counts.on(node, key) ?? 0) > 0;
}

/**
 * Every term needs its key on the node and a matching pod in the node's domain. The first pod of a group that has affinity
 * to itself is let through: it matches its own terms, and no pod anywhere is counted for any of them.
 */
export function satisfiesAffinity(state: AffinityFilterState, incoming: PodTemplate, node: NodeView): boolean {
  const { requiredAffinity } = state.terms;
  if (requiredAffinity.some(({ topologyKey }) => !node.node.labels.has(topologyKey))) return false;
  if (requiredAffinity.every(({ topologyKey }) => isTaken(state.affinity, node, topologyKey))) return true;
  return state.affinity.isZero && allTermsMatch(requiredAffinity, incoming);
}
