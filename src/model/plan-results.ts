/** Answers to capacity questions. */
import type { API_VERSION, NearestMiss, Provenance } from './results.ts';

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
