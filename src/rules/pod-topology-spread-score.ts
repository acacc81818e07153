import { naturalLogarithm } from '../base/log.ts';
import type { PodTemplate } from '../model/pod.ts';
import { type Constraint, countsNode, HOSTNAME_KEY, hasAllKeys, podCounter } from './pod-topology-spread-constraints.ts';
import type { ClusterView, NodeView } from './view.ts';

/** One soft constraint ready to score nodes. */
export interface SpreadWeight {
  readonly constraint: Constraint;
  /** ln(number of domains + 2): counts in a topology of few domains weigh less. */
  readonly weight: number;
  /** Matching pods per domain of the feasible nodes; undefined for the hostname, which is counted node by node. */
  readonly domains: Map<string, number> | undefined;
  readonly countOn: (node: NodeView) => number;
}

export interface SpreadScoreState {
  readonly constraints: readonly SpreadWeight[];
  /** Rows of feasible nodes that lack a key and score 0. */
  readonly ignored: ReadonlySet<number>;
}

/** Weight of a constraint over so many domains (upstream topologyNormalizingWeight). */
export function domainWeight(domains: number): number {
  return naturalLogarithm(domains + 2);
}

/**
 * PreScore (specification 8.14): the domains are those of the feasible nodes, the pods in them those of all nodes.
 * O(nodes · constraints + pods).
 */
export function weighDomains(
  template: PodTemplate,
  constraints: readonly Constraint[],
  allKeys: boolean,
  feasible: readonly NodeView[],
  cluster: ClusterView,
): SpreadScoreState {
  const scored = allKeys ? feasible.filter((node) => hasAllKeys(node.node, constraints)) : feasible;
  const ignored = new Set(allKeys ? feasible.filter((node) => !hasAllKeys(node.node, constraints)).map((node) => node.row) : []);
  const weights = constraints.map((constraint): SpreadWeight => {
    const countOn = podCounter(constraint, template.namespace);
    if (constraint.topologyKey === HOSTNAME_KEY) {
      return { constraint, weight: domainWeight(scored.length), domains: undefined, countOn };
    }
    // A node without the label stands for the domain '' here, which can only happen under the system's defaults.
    const domains = new Map(scored.map((node) => [node.node.labels.get(constraint.topologyKey) ?? '', 0]));
    return { constraint, weight: domainWeight(domains.size), domains, countOn };
  });
  for (const node of cluster.nodes) {
    if (allKeys && !hasAllKeys(node.node, constraints)) continue;
    for (const weight of weights) addNode(weight, template, node, cluster);
  }
  return { constraints: weights, ignored };
}

function addNode({ constraint, domains, countOn }: SpreadWeight, template: PodTemplate, node: NodeView, cluster: ClusterView): void {
  if (!domains) return;
  const value = node.node.labels.get(constraint.topologyKey) ?? '';
  const count = domains.get(value);
  if (count === undefined || !countsNode(constraint, template, node.node, cluster.semantics)) return;
  domains.set(value, count + countOn(node));
}

/** Raw score: the weighted matching pods of the node's domains, in floats and order of upstream, rounded at the end. */
export function spreadScore(state: SpreadScoreState, node: NodeView): number {
  if (state.ignored.has(node.row)) return 0;
  let score = 0;
  for (const { constraint, weight, domains, countOn } of state.constraints) {
    const value = node.node.labels.get(constraint.topologyKey);
    if (value === undefined) continue;
    const count = domains ? (domains.get(value) ?? 0) : countOn(node);
    score += count * weight + (constraint.maxSkew - 1);
  }
  return Math.round(score);
}

/** NormalizeScore: 100·(max + min − s)/max in whole numbers; ignored nodes get 0, and all others 100 where max is 0. */
export function normalizeSpread({ ignored }: SpreadScoreState, scores: number[], feasible: readonly NodeView[]): void {
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = 0;
  feasible.forEach((node, i) => {
    if (ignored.has(node.row)) return;
    minimum = Math.min(minimum, scores[i] as number);
    maximum = Math.max(maximum, scores[i] as number);
  });
  feasible.forEach((node, i) => {
    if (ignored.has(node.row)) scores[i] = 0;
    else scores[i] = maximum === 0 ? 100 : Math.trunc((100 * (maximum + minimum - (scores[i] as number))) / maximum);
  });
}
