/** What the oracle (test/parity/oracle) is asked and answers, one JSON object per line each way. */

/** Fields that every request has. */
interface RequestBase {
  /** Given back with the answer. */
  readonly id?: string | number;
  /** KubeSchedulerConfiguration v1; absent = upstream's defaults. */
  readonly config?: unknown;
  /** Every API object of the cluster with the API server's defaults; nodes are added and pods arrive in this order. */
  readonly objects: readonly unknown[];
}

/** Asks about pending pods, each against the cluster as given; the scan of the nodes starts at the first one. */
export interface ExplainRequest extends RequestBase {
  readonly mode: 'explain';
  /** `namespace/name`; absent = all pending pods that upstream would try. */
  readonly pods?: readonly string[];
}

/** As explain, without the answers by node. */
export interface PreemptRequest extends RequestBase {
  readonly mode: 'preempt';
  readonly pods?: readonly string[];
}

/** A whole run of the queue. */
export interface SequenceRequest extends RequestBase {
  readonly mode: 'sequence';
  /** Wanted: what every node was to each attempt. */
  readonly nodes?: boolean;
  /** Pods are retried when a placement may help them too, not only after evictions. */
  readonly untilStable?: boolean;
}

/** A run in which ties go the way of the caller. */
export interface FollowRequest extends RequestBase {
  readonly mode: 'follow';
  /** By `namespace/name` the node where the caller has put the pod, '' = nowhere. Pods that are not in it go where upstream's heap puts them. */
  readonly bind: Readonly<Record<string, string>>;
  readonly nodes?: boolean;
  readonly untilStable?: boolean;
}

/** Decides the waiting pods one by one against the clock, once for each run; no pod may need an eviction. */
export interface BenchRequest extends RequestBase {
  readonly mode: 'bench';
  readonly runs: readonly BenchRun[];
}

export interface BenchRun {
  /** As in a configuration: 0 lets upstream choose by the number of nodes. */
  readonly percentageOfNodesToScore: number;
  /** Goroutines. */
  readonly parallelism: number;
  /** Seconds of deciding after which no other pod is begun. */
  readonly seconds: number;
}

export type OracleRequest = ExplainRequest | PreemptRequest | SequenceRequest | FollowRequest | BenchRequest;

export type StatusCode = 'Success' | 'Error' | 'Unschedulable' | 'UnschedulableAndUnresolvable' | 'Wait' | 'Skip' | 'Pending';

export interface OracleNode {
  readonly name: string;
  readonly code: StatusCode;
  /** Absent where no single plugin refuses, as for nodes that PreFilter has not named. */
  readonly plugin?: string;
  /** In upstream's order, which is that of a map for extended resources. */
  readonly reasons?: readonly string[];
  /** By plugin; those that skip themselves are left out. */
  readonly raw?: Readonly<Record<string, number>>;
  readonly normalized?: Readonly<Record<string, number>>;
  readonly weighted?: Readonly<Record<string, number>>;
  readonly total?: number;
}

export interface ExplainedPod {
  readonly pod: string;
  /** An internal error fails the attempt. */
  readonly error?: string;
  /** In request order. A lone feasible node is scored here, where upstream takes it unscored. */
  readonly nodes: readonly OracleNode[];
  readonly feasible: number;
  readonly best?: number;
  /** Nodes with the best total in request order. */
  readonly tied?: readonly string[];
  /** The one of them at the root of upstream's heap. */
  readonly heap?: string;
  /** Where upstream puts the pod (ties as `heap`): not `heap` when the pod is promised another node. */
  readonly node?: string;
  /** Why it is on no node: FailedScheduling's text, the scheduling gates, or that the pod is being deleted. */
  readonly message?: string;
  readonly nominated?: string;
  /** `namespace/name` in upstream's order of eviction. */
  readonly victims?: readonly string[];
}

export interface PreemptedPod {
  readonly pod: string;
  readonly error?: string;
  /** Set when the pod fits without. */
  readonly node?: string;
  /** '' = preemption finds nothing. */
  readonly nominated: string;
  readonly victims: readonly string[];
  readonly message: string;
}

export interface OracleAttempt {
  readonly pod: string;
  /** '' = none. */
  readonly node: string;
  readonly error?: string;
  readonly message?: string;
  readonly nominated?: string;
  readonly victims?: readonly string[];
  /** In request order; the node alone where upstream did not score. */
  readonly tied?: readonly string[];
  /** Upstream does not allow what the caller wants: the last attempt of mode follow. */
  readonly disagrees?: boolean;
  readonly nodes?: readonly OracleNode[];
}

interface AnswerBase {
  readonly id?: string | number;
  /** Upstream itself cannot take the request; nothing else is set then. */
  readonly invalid?: string;
}

export interface ExplainAnswer extends AnswerBase {
  readonly pods?: readonly ExplainedPod[];
}

export interface PreemptAnswer extends AnswerBase {
  readonly pods?: readonly PreemptedPod[];
}

export interface RunAnswer extends AnswerBase {
  /** Pods by attempt; one that is retried is in it again. */
  readonly order?: readonly string[];
  readonly attempts?: readonly OracleAttempt[];
  /** Mode follow: pods that the caller has put on a node and that upstream never could. */
  readonly unplaced?: readonly string[];
}

export interface BenchedDecision {
  readonly pod: string;
  /** '' = none. */
  readonly node: string;
  /** From the queue's hand to the scheduler's memory. */
  readonly nanoseconds: number;
}

export interface BenchAnswer extends AnswerBase {
  /** In the order of the request; decisions in theirs. */
  readonly runs?: readonly { readonly decisions: readonly BenchedDecision[] }[];
}

export type AnswerTo<R extends OracleRequest> = R extends ExplainRequest
  ? ExplainAnswer
  : R extends PreemptRequest
    ? PreemptAnswer
    : R extends BenchRequest
      ? BenchAnswer
      : RunAnswer;
