import type { PodTemplate } from '../model/pod.ts';
import {
  hasAffinity,
  incomingTerms,
  namespaceLabels,
  type PodTerms,
  perTemplate,
  podTerms,
  termMatches,
} from './inter-pod-affinity-terms.ts';
import { TopologyTally } from './topology-counts.ts';
import type { ClusterView, NodeView } from './view.ts';

/** InterPodAffinityArgs. */
export interface InterPodAffinityArgs {
  /** What an existing pod's required affinity term adds when it matches the pod; 0 to 100. */
  readonly hardPodAffinityWeight: number;
  /** Do not score pods without preferred terms of their own. */
  readonly ignorePreferredTermsOfExistingPods: boolean;
}

export const defaultArgs: InterPodAffinityArgs = { hardPodAffinityWeight: 1, ignorePreferredTermsOfExistingPods: false };

/** Sums of weights by topology key and domain. */
export type AffinityScores = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** A topology key and the signed weight that one existing pod gives the domain it is in. */
export interface WeightedKey {
  readonly topologyKey: string;
  readonly weight: number;
}

/** Whether pods of the template have preferred terms of their own; then every existing pod is looked at. */
export function hasPreferredTerms(template: PodTemplate): boolean {
  return (template.podAffinity?.preferred.length ?? 0) > 0 || (template.podAntiAffinity?.preferred.length ?? 0) > 0;
}

/** What existing pods of each template give, once per matching term, computed once per template (specification 8.15). */
export function weightedKeys(
  incoming: PodTemplate,
  terms: PodTerms,
  cluster: ClusterView,
  args: InterPodAffinityArgs,
): (template: PodTemplate) => readonly WeightedKey[] {
  const labels = namespaceLabels(cluster.objects, incoming.namespace);
  return perTemplate((template) => {
    const carried = podTerms(template);
    const required = args.hardPodAffinityWeight > 0 ? carried.requiredAffinity : [];
    return [
      ...terms.preferredAffinity.filter((term) => termMatches(term, template)),
      ...terms.preferredAnti.filter((term) => termMatches(term, template)).map(negative),
      ...required.filter((term) => termMatches(term, incoming, labels)).map((term) => ({ ...term, weight: args.hardPodAffinityWeight })),
      ...carried.preferredAffinity.filter((term) => termMatches(term, incoming, labels)),
      ...carried.preferredAnti.filter((term) => termMatches(term, incoming, labels)).map(negative),
    ];
  });
}

function negative({ topologyKey, weight }: WeightedKey): WeightedKey {
  return { topologyKey, weight: -weight };
}

/** PreScore: the sums, or undefined when no existing pod gives anything, not even 0. O(pods). */
export function sumAffinity(incoming: PodTemplate, cluster: ClusterView, args: InterPodAffinityArgs): AffinityScores | undefined {
  const own = hasPreferredTerms(incoming);
  if (args.ignorePreferredTermsOfExistingPods && !own) return undefined;
  const terms = incomingTerms(incoming, cluster.objects, cluster.semantics.kubeVersion);
  const keysOf = weightedKeys(incoming, terms, cluster, args);
  const sums = new TopologyTally();
  for (const node of cluster.nodes) {
    for (const { template } of node.pods) {
      if (!own && !hasAffinity(template)) continue;
      for (const { topologyKey, weight } of keysOf(template)) sums.add([topologyKey], node, weight);
    }
  }
  return sums.isEmpty ? undefined : sums.sums();
}

/** Raw score: the sums of the node's domains. */
export function affinityScore(scores: AffinityScores, node: NodeView): number {
  let score = 0;
  for (const [key, domains] of scores) {
    const value = node.node.labels.get(key);
    if (value !== undefined) score += domains.get(value) ?? 0;
  }
  return score;
}

/** NormalizeScore: 100·((s − min)/(max − min)), in upstream's order of float operations and then truncated; all 0 where max = min. */
export function normalizeAffinity(scores: number[]): void {
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  for (const score of scores) {
    minimum = Math.min(minimum, score);
    maximum = Math.max(maximum, score);
  }
  const range = maximum - minimum;
  for (let i = 0; i < scores.length; i++) {
    scores[i] = range > 0 ? Math.trunc(100 * (((scores[i] as number) - minimum) / range)) : 0;
  }
}
