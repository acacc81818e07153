import type { AnyPlainRule } from '../rules/rule.ts';

/** A rule of a profile with its arguments, defaults filled in. `args` has the type that the rule's own file declares. */
export interface BoundRule {
  readonly rule: AnyPlainRule;
  readonly args: unknown;
}

export interface WeightedRule extends BoundRule {
  /** Whole number from 1; multiplies the rule's normalised score. */
  readonly weight: number;
}

/** Arguments of DefaultPreemption (DefaultPreemptionArgs). */
export interface PreemptionArgs {
  /** Share of the candidate nodes that a dry run looks at, in percent, 0 to 100. */
  readonly minCandidateNodesPercentage: number;
  /** Least number of candidate nodes that a dry run looks at. */
  readonly minCandidateNodesAbsolute: number;
}

export const PREEMPTION_ARGS_DEFAULT: PreemptionArgs = { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 };

/** One PostFilter plugin, in profile order. */
export type PostFilterStep =
  /** `silent`: it says nothing when there is nothing to do, as from 1.37 on. */
  | { readonly plugin: 'DynamicResources'; readonly silent?: boolean }
  | { readonly plugin: 'DefaultPreemption'; readonly args: PreemptionArgs };

/**
 * One profile of a KubeSchedulerConfiguration after merging, expansion of multiPoint and defaulting: for each extension
 * point the rules that run there, in the order in which upstream runs them. A rule appears at a point only when it does
 * something there (`filter` holds rules with `accepts`, `score` rules with `rate`, and so on).
 */
export interface ResolvedProfile {
  readonly schedulerName: string;
  /** 1 to 100; 0 = upstream's adaptive share (specification 4.2). */
  readonly percentageOfNodesToScore: number;
  /** Plugin names, for example SchedulingGates. */
  readonly preEnqueue: readonly string[];
  readonly preFilter: readonly BoundRule[];
  readonly filter: readonly BoundRule[];
  readonly postFilter: readonly PostFilterStep[];
  readonly preScore: readonly BoundRule[];
  readonly score: readonly WeightedRule[];
  readonly reserve: readonly BoundRule[];
}
