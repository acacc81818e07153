import { PlimsollError } from '../base/errors.ts';
import { type Pod, podKey } from '../model/pod.ts';
import type { ClusterView, NodeView } from '../rules/view.ts';
import type { ResolvedProfile, WeightedRule } from './resolved-profile.ts';

const NODE_SCORE_MAX = 100;

/** Scores of one rule; index i belongs to feasible node i. */
export interface RuleScores {
  readonly plugin: string;
  readonly weight: number;
  readonly raw: readonly number[];
  /** 0 to 100, before the weight. */
  readonly normalized: readonly number[];
}

export interface NodeScores {
  /** In profile order; rules that skip themselves are left out. */
  readonly rules: readonly RuleScores[];
  /** Σ normalised · weight; 1 for every node where the profile scores nothing. */
  readonly totals: readonly number[];
}

/**
 * prioritizeNodes (specification 5): PreScore, Score and NormalizeScore of every rule over the feasible nodes. A score that
 * is enabled without its PreScore is prepared all the same, where upstream would fail the cycle.
 *
 * @throws PlimsollError FIELD for a normalised score outside 0 to 100, on which upstream gives up the attempt.
 */
export function scoreNodes(pod: Pod, feasible: readonly NodeView[], cluster: ClusterView, profile: ResolvedProfile): NodeScores {
  if (profile.score.length === 0) return { rules: [], totals: feasible.map(() => 1) };
  const rules = profile.score.flatMap((bound) => scoreRule(bound, pod, feasible, cluster) ?? []);
  const totals = feasible.map((_, i) => rules.reduce((total, { normalized, weight }) => total + (normalized[i] as number) * weight, 0));
  return { rules, totals };
}

/** One rule's part; undefined when it does not score the pod. Throws as `scoreNodes`. */
export function scoreRule(bound: WeightedRule, pod: Pod, feasible: readonly NodeView[], cluster: ClusterView): RuleScores | undefined {
  const { rule, args, weight } = bound;
  const state = rule.prepareScore?.(pod, feasible, cluster, args);
  if (state === 'skip') return undefined;
  const raw = feasible.map((node) => rule.rate?.(state, pod, node, cluster, args) ?? 0);
  const normalized = [...raw];
  rule.normalize?.(state, normalized, feasible, cluster);
  const wrong = normalized.find((score) => !(score >= 0 && score <= NODE_SCORE_MAX));
  if (wrong !== undefined) {
    const problem = `plugin ${JSON.stringify(rule.name)} returns an invalid score ${wrong}, it should in the range of [0, 100] after normalizing`;
    throw new PlimsollError('FIELD', `pod ${podKey(pod)}: ${problem}`, { hint: 'check the weights in the pod and the configuration' });
  }
  return { plugin: rule.name, weight, raw, normalized };
}

/** Index of the first greatest total. */
export function firstWinner(totals: readonly number[]): number {
  let best = 0;
  for (let i = 1; i < totals.length; i++) if ((totals[i] as number) > (totals[best] as number)) best = i;
  return best;
}

/**
 * Index of the root of upstream's heap over the totals in feasible order (1.35 and later, specification 6.2): a parent
 * yields only to a strictly greater child, and a right child wins over the left one only when strictly greater.
 */
export function heapWinner(totals: readonly number[]): number {
  // best[i] is the winner of the subtree under i; children come after their parent, so one pass from the end suffices.
  const best = totals.map((_, i) => i);
  for (let i = (totals.length >> 1) - 1; i >= 0; i--) {
    const left = best[2 * i + 1] as number;
    const right = best[2 * i + 2];
    const child = right !== undefined && (totals[right] as number) > (totals[left] as number) ? right : left;
    if ((totals[child] as number) > (totals[i] as number)) best[i] = child;
  }
  return best[0] as number;
}

/** Indices of all greatest totals, in order. */
export function tiedWinners(totals: readonly number[]): readonly number[] {
  const maximum = totals[firstWinner(totals)];
  return totals.flatMap((total, i) => (total === maximum ? [i] : []));
}
