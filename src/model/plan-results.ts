/** Answers to capacity questions. */
import type { API_VERSION, NearestMiss, PodReference, Provenance, Unschedulable } from './results.ts';

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

/** A budget with fewer healthy pods than it asks for, at the moment of a loss: before anything is placed again. */
export interface BrokenBudget extends PodReference {
  readonly healthy: number;
  readonly needed: number;
  /** Names of the Services, in the budget's namespace, that select some of the lost pods. */
  readonly services: readonly string[];
}

export interface PendingPod extends Unschedulable {
  /** It was not lost itself: a more important pod took its place. */
  readonly preempted?: true;
}

/** What happens when a failure domain is lost, or several at once. */
export interface DomainLoss {
  readonly domains: readonly string[];
  readonly survived: boolean;
  /** Nodes and pods that are lost; pods that belong to their node (DaemonSets, static pods) are not counted. */
  readonly nodes: number;
  readonly pods: number;
  /** Pods that have a node before the loss and none after it. */
  readonly pending: readonly PendingPod[];
  /** Pods elsewhere that more important ones evict; they are placed again, or pending. */
  readonly preempted: number;
  readonly budgets: readonly BrokenBudget[];
  /** Share of what the remaining nodes offer that nobody asks for afterwards, 0 to 1; cordoned nodes left out. */
  readonly free: { readonly cpu: number; readonly memory: number };
}

export interface Survival {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'Survival';
  readonly provenance: Provenance;
  /** Every loss is survived. */
  readonly survives: boolean;
  /** The label that names the domains; `node`: each node is one. */
  readonly domain: string;
  /** Domains lost at once. */
  readonly losses: number;
  /** Worst first. */
  readonly results: readonly DomainLoss[];
  /** The largest percentage of today's load at which every loss is survived; one percent more is not. Absent unless asked for, and where no pod asks for anything. */
  readonly loadPercent?: number;
  readonly summary: {
    readonly nodes: number;
    readonly domains: number;
    readonly survived: number;
    /** Pods that have no node before anything is lost; they are left out. */
    readonly pendingBefore: number;
    /** Pods without a controller, which are placed again as if something made them anew. */
    readonly uncontrolled: number;
    readonly seconds: number;
  };
  readonly notModelled: readonly string[];
}

export interface RolloutPod extends PodReference {
  /** The node that it goes to, or leaves. */
  readonly node?: string;
  /** Why it has none: upstream's FailedScheduling text. */
  readonly message?: string;
}

/** One act of the controller, after which the scheduler has placed what it could. */
export interface RolloutStep {
  readonly action: 'create' | 'delete';
  readonly revision: 'old' | 'new';
  readonly pods: readonly RolloutPod[];
  /** Pods after the step, and how many of all have a node. */
  readonly old: number;
  readonly new: number;
  readonly available: number;
}

export interface Rollout {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'Rollout';
  readonly provenance: Provenance;
  readonly workload: PodReference & { readonly kind: 'Deployment' | 'StatefulSet' };
  readonly completes: boolean;
  /** Where and why it stops; absent when it completes. */
  readonly reason?: string;
  /** A change of the strategy with which it would complete. */
  readonly remedy?: string;
  readonly strategy: {
    readonly type: string;
    readonly replicas: number;
    readonly maxSurge?: number;
    readonly maxUnavailable?: number;
    readonly partition?: number;
  };
  readonly steps: readonly RolloutStep[];
  /** Pods of the workload without a node at the end. */
  readonly pending: readonly Unschedulable[];
  /** Pods of others that are evicted for the sake of its pods. */
  readonly preempted: readonly DrainPreemption[];
  readonly summary: {
    readonly nodes: number;
    /** Fewest pods of the workload with a node on the way. */
    readonly leastAvailable: number;
    /** Pods that have no node before the update. */
    readonly pendingBefore: number;
    readonly seconds: number;
  };
  readonly notModelled: readonly string[];
}
