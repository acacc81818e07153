/** Answers to capacity questions. */
import type { API_VERSION, NearestMiss, PodReference, Provenance } from './results.ts';

export interface ReplicasOnNode {
  readonly nodeName: string;
  readonly replicas: number;
}

/** A reason of upstream's message with the number of nodes that give it. */
export interface FailSummary {
  readonly reason: string;
  readonly count: number;
}

/** One pod template of the question with its copies; names as in cluster-capacity's report. */
export interface FittedPod {
  readonly podName: string;
  readonly namespace: string;
  /** Copies in each round. */
  readonly count: number;
  /** What one copy asks for, by resource name. */
  readonly requirements: Readonly<Record<string, string>>;
  readonly replicas: number;
  /** Nodes with copies, in snapshot order. */
  readonly replicasOnNodes: readonly ReplicasOnNode[];
}

export interface Fit {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'Fit';
  readonly provenance: Provenance;
  /** Copies of all templates that were placed. */
  readonly replicas: number;
  /** Complete rounds: each template as often as its count says. */
  readonly rounds: number;
  /** The round asked for; absent: as many as fit. */
  readonly maxLimit?: number;
  readonly failReason: {
    readonly failType: 'Unschedulable' | 'LimitReached';
    /** Upstream's FailedScheduling text without preemption, which is not tried. */
    readonly failMessage: string;
    /** The template whose next copy fits nowhere. */
    readonly podName?: string;
    readonly failSummary: readonly FailSummary[];
  };
  readonly pods: readonly FittedPod[];
  /** The smallest changes that would let the next copy fit, best first; empty where nodes and copies are more than 100,000. */
  readonly nearestMiss: readonly NearestMiss[];
  readonly summary: {
    /** Nodes that were looked at: those of the snapshot without the excluded ones. */
    readonly nodes: number;
    /** Pods of the snapshot that wait for a node; they take no room. */
    readonly pending: number;
    readonly seconds: number;
  };
  readonly notModelled: readonly string[];
}

/** What becomes of a pod on a node that is drained, in the words of kubectl drain. */
export interface DrainPod extends PodReference {
  readonly node: string;
  readonly reason: string;
}

export interface DrainStep extends PodReference {
  readonly node: string;
  /** Evictions of one wave are asked for at once; the next wave waits until the pods of this one are on their nodes. */
  readonly wave: number;
  /** The budget that was charged. */
  readonly budget?: string;
  /** The node that the pod goes to. */
  readonly to?: string;
  /** Why it waits: upstream's FailedScheduling text. */
  readonly message?: string;
  /** No controller makes it again. */
  readonly deleted?: true;
}

export interface DrainedNode {
  readonly name: string;
  /** Nothing is left on it but what was ignored. */
  readonly drained: boolean;
  readonly evictions: number;
  /** Times that evictions had to wait for a budget, plus one. */
  readonly waves: number;
}

export interface DrainPreemption extends PodReference {
  readonly node: string;
  /** The pod that takes its place. */
  readonly by: string;
  /** Where it goes in turn. */
  readonly to?: string;
}

export interface Drain {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'Drain';
  readonly provenance: Provenance;
  /** Every node is drained and every evicted pod has a node. */
  readonly drained: boolean;
  readonly nodes: readonly DrainedNode[];
  /** Evictions in their order. */
  readonly steps: readonly DrainStep[];
  /** What stops the drain. */
  readonly blocked: readonly DrainPod[];
  /** What stays, or goes by itself. */
  readonly ignored: readonly DrainPod[];
  /** What kubectl warns about. */
  readonly warnings: readonly DrainPod[];
  /** Pods elsewhere that are evicted for the sake of more important ones. */
  readonly preempted: readonly DrainPreemption[];
  /** Nodes of one group can be drained at the same time without any eviction that waits for a budget because of another node. */
  readonly groups: readonly (readonly string[])[];
  readonly summary: {
    readonly nodes: number;
    readonly evictions: number;
    readonly placed: number;
    /** Evicted pods without a node. */
    readonly pending: number;
    /** Pods that waited before anything was evicted, and had no room then. */
    readonly pendingBefore: number;
    readonly seconds: number;
  };
  readonly notModelled: readonly string[];
}
