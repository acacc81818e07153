import type { Semantics } from '../model/gates.ts';
import type { Pod } from '../model/pod.ts';
import type { RuleEncoding } from './encode/encoder.ts';
import type { ClusterView, NodeView } from './view.ts';

/** Why a node or a whole cluster is refused. Removing pods can only ever help where the code is `Unschedulable`. */
export type StatusCode = 'Unschedulable' | 'UnschedulableAndUnresolvable';

export interface Status {
  readonly code: StatusCode;
  /** Upstream's reason strings, byte for byte. */
  readonly reasons: readonly string[];
  /** The rule fails on the node: upstream ends the whole attempt, with the reason as its error. */
  readonly failure?: true;
}

export function unschedulable(...reasons: string[]): Status {
  return { code: 'Unschedulable', reasons };
}

export function unresolvable(...reasons: string[]): Status {
  return { code: 'UnschedulableAndUnresolvable', reasons };
}

/** The status of a filter that fails, in the words with which upstream's framework reports it. */
export function filterFailure(plugin: string, problem: string): Status {
  return { code: 'UnschedulableAndUnresolvable', reasons: [`running "${plugin}" filter plugin: ${problem}`], failure: true };
}

export type { Semantics };

/** Result of a rule's PreFilter. */
export type Prepared<State> =
  /** Upstream Skip: filter and pod updates of this rule are not called in this cycle. */
  | { readonly kind: 'skip' }
  /** The whole cluster refuses the pod. */
  | { readonly kind: 'status'; readonly status: Status }
  /** `nodeNames`: only these nodes can be feasible (upstream PreFilterResult). */
  | { readonly kind: 'state'; readonly state: State; readonly nodeNames?: ReadonlySet<string> };

export const SKIP = { kind: 'skip' } as const;

/** Label keys and the values that they take at random. */
export type LabelValues = Readonly<Record<string, readonly string[]>>;

/** Labels that make a rule speak on a random fleet. */
export interface TrialLabels {
  readonly nodes?: LabelValues;
  readonly pods?: LabelValues;
}

/**
 * The plain twin of a rule: upstream's plugin restated in a few lines over plain objects. `explain`, preemption's dry
 * runs and the twin test run it; the kernel of the same name must agree with it on every node.
 *
 * A twin is pure: it reads `cluster` and writes only its own state. `args` are the rule's KubeSchedulerConfiguration
 * arguments with defaults filled in.
 */
export interface PlainRule<Args = never, FilterState = never, ScoreState = never> {
  /** Upstream's plugin name. */
  readonly name: string;
  /** How the rule is compiled for the kernels; the rules of the default profile have theirs in the table of encode/index.ts. */
  readonly encoding?: RuleEncoding<Args>;
  /** The twin test enables rules that have these on all its random fleets, labelled so. Required with `encoding`; `{}` = any fleet will do. */
  readonly trialLabels?: TrialLabels;

  /** PreFilter. A rule without it runs `accepts` with `undefined` as state. */
  prepareFilter?(pod: Pod, cluster: ClusterView, args: Args): Prepared<FilterState>;
  /** Filter: undefined = passes. `node` may be a modified copy of a node of `cluster` (dry runs, nominated pods). */
  accepts?(state: FilterState, pod: Pod, node: NodeView, cluster: ClusterView, args: Args): Status | undefined;
  /** PreFilterExtensions AddPod / RemovePod: `other` has just been added to / removed from `node`. They change `state`. */
  podAdded?(state: FilterState, pod: Pod, other: Pod, node: NodeView, cluster: ClusterView, args: Args): void;
  podRemoved?(state: FilterState, pod: Pod, other: Pod, node: NodeView, cluster: ClusterView, args: Args): void;
  /** Deep enough copy that podAdded and podRemoved on it leave the original alone. Required with podAdded. */
  cloneState?(state: FilterState): FilterState;

  /** PreScore: 'skip' = contributes nothing. A scoring rule without it is always scored, with `undefined` as state. */
  prepareScore?(pod: Pod, feasible: readonly NodeView[], cluster: ClusterView, args: Args): ScoreState | 'skip';
  /** Score: a whole number. Its presence makes the rule a scoring rule. */
  rate?(state: ScoreState, pod: Pod, node: NodeView, cluster: ClusterView, args: Args): number;
  /** NormalizeScore, in place; `scores[i]` belongs to `feasible[i]`. Absent = raw values are final. */
  normalize?(state: ScoreState, scores: number[], feasible: readonly NodeView[], cluster: ClusterView): void;

  /** Reserve: the pod has been placed on the node; state outside pods and nodes (volume claims) is updated in `cluster`. */
  reserve?(pod: Pod, node: NodeView, cluster: ClusterView, args: Args): void;
}

/** A rule with its types forgotten, for tables of rules. */
// biome-ignore lint/suspicious/noExplicitAny: heterogeneous table; each rule is type-checked where it is defined
export type AnyPlainRule = PlainRule<any, any, any>;

/** helper.DefaultNormalizeScore with maximum 100: v = 100·s/max in whole numbers, reversed: 100 − v; max 0: all 100 if reversed. */
export function normalizeByMaximum(scores: number[], reverse: boolean): void {
  let maximum = 0;
  for (const score of scores) maximum = Math.max(maximum, score);
  for (let i = 0; i < scores.length; i++) {
    const value = maximum === 0 ? 0 : Math.trunc((100 * (scores[i] as number)) / maximum);
    if (maximum !== 0) scores[i] = reverse ? 100 - value : value;
    else if (reverse) scores[i] = 100;
  }
}
