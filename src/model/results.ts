import type { KubeVersion } from './gates.ts';

export const API_VERSION = 'plimsoll.dev/v1';

export type TieMode = 'first' | 'heap' | 'seeded';

/** What an answer depends on, carried by every result so that it can be reproduced. */
export interface Provenance {
  readonly engineVersion: string;
  readonly kubeVersion: KubeVersion;
  /** schedulerName of the profiles that were used. */
  readonly profiles: readonly string[];
  /** Content hash of the KubeSchedulerConfiguration and the gates that differ from the release's; '' = upstream's default profile. */
  readonly configuration: string;
  readonly tie: TieMode;
  readonly seed: number;
  readonly percentageOfNodesToScore: number;
  /** Content hash of the snapshot, hex. */
  readonly snapshot: string;
}

export interface PodReference {
  readonly namespace: string;
  readonly name: string;
}

export interface Placement extends PodReference {
  readonly node: string;
}

export interface Unschedulable extends PodReference {
  /** Upstream's FailedScheduling text, byte for byte. */
  readonly message: string;
}

export interface Preemption extends PodReference {
  /** The nominated node. */
  readonly node: string;
  /** In order of importance, most important first. */
  readonly victims: readonly PodReference[];
}

/**
 * How decisions came about, tried again ones included; the rest was read from tables kept for each class. It tells of speed alone: threads and memory
 * change it and no decision.
 */
export interface DecisionPaths {
  /** By bounds on what nodes can score, without a table for the class. */
  readonly bounds: number;
  /** By the group index: one look at each group of nodes that no counting or normalised rule tells apart. */
  readonly grouped: number;
  /**
   * By a pass over all nodes, the fallback: counting or normalised rules that tell too many nodes apart, ties other than `first`, decisions around
   * promised nodes, rules without a kernel.
   */
  readonly scanned: number;
}

export interface ScheduleSummary {
  readonly nodes: number;
  /** Pods that were waiting for a node. */
  readonly pending: number;
  readonly placed: number;
  readonly unschedulable: number;
  /** Compiling pods and deciding; reading the input excluded. */
  readonly seconds: number;
  /** Deciding alone. */
  readonly decideSeconds: number;
  /** pending / decideSeconds. */
  readonly decisionsPerSecond: number;
  readonly paths: DecisionPaths;
}

export interface Schedule {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'Schedule';
  readonly provenance: Provenance;
  /** In decision order. */
  readonly placements: readonly Placement[];
  readonly unschedulable: readonly Unschedulable[];
  readonly preemptions: readonly Preemption[];
  readonly summary: ScheduleSummary;
  readonly notModelled: readonly string[];
}

export interface RuleScore {
  readonly raw: number;
  /** After normalisation, before the weight. */
  readonly normalized: number;
  readonly weight: number;
}

export interface NodeExplanation {
  readonly name: string;
  readonly feasible: boolean;
  /** The first rule that refuses the node. */
  readonly plugin?: string;
  readonly code?: 'Unschedulable' | 'UnschedulableAndUnresolvable';
  readonly reasons: readonly string[];
  /** By plugin; a plugin that skips itself is absent. Empty for infeasible nodes. */
  readonly scores: Readonly<Record<string, RuleScore>>;
  /** Sum of normalised scores times weights; absent for infeasible nodes. */
  readonly total?: number;
}

export interface NearestMiss {
  readonly node: string;
  /** The smallest changes that would let the pod fit, for example "300m CPU short". */
  readonly changes: readonly string[];
}

export interface Explanation {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'Explanation';
  readonly provenance: Provenance;
  readonly pod: PodReference;
  /** The node that would be chosen; absent when none is feasible. */
  readonly node?: string;
  /** Upstream's FailedScheduling text; '' when some node is feasible. */
  readonly message: string;
  /** In snapshot order, one entry for every node. */
  readonly nodes: readonly NodeExplanation[];
  /** Best first; empty when some node is feasible. */
  readonly nearestMiss: readonly NearestMiss[];
  readonly notModelled: readonly string[];
}
