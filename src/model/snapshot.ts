import type { PhysicalHosts } from './hosts.ts';
import type { Labels } from './labels.ts';
import type { Node } from './node.ts';
import type { Pod } from './pod.ts';
import type { LabelSelector } from './selector.ts';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
  VolumeAttachment,
} from './volume.ts';

/** A Service or ReplicationController: a namespaced map selector; undefined = nil. */
export interface MapSelectorObject {
  readonly namespace: string;
  readonly name: string;
  readonly selector?: Labels;
}

/** A ReplicaSet or StatefulSet: a namespaced label selector. */
export interface SelectorObject {
  readonly namespace: string;
  readonly name: string;
  readonly selector?: LabelSelector;
}

export interface PodDisruptionBudget {
  readonly namespace: string;
  readonly name: string;
  readonly selector?: LabelSelector;
  readonly disruptionsAllowed: number;
  readonly disruptedPods: ReadonlySet<string>;
  readonly minAvailable?: string | number;
  readonly maxUnavailable?: string | number;
  /** status.currentHealthy and status.desiredHealthy; undefined: no disruption controller has seen the budget. */
  readonly currentHealthy?: number;
  readonly desiredHealthy?: number;
}

/** A Deployment or other controller, kept for planning questions. */
export interface Controller {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly replicas: number;
}

/** Objects that rules look up beside nodes and pods. Maps are keyed by name, or `namespace/name` for namespaced kinds. */
export interface ClusterObjects {
  /** Namespace name to its labels. */
  readonly namespaces: ReadonlyMap<string, Labels>;
  readonly services: readonly MapSelectorObject[];
  readonly replicationControllers: ReadonlyMap<string, MapSelectorObject>;
  readonly replicaSets: ReadonlyMap<string, SelectorObject>;
  readonly statefulSets: ReadonlyMap<string, SelectorObject>;
  readonly controllers: readonly Controller[];
  readonly podDisruptionBudgets: readonly PodDisruptionBudget[];
  readonly persistentVolumes: ReadonlyMap<string, PersistentVolume>;
  readonly persistentVolumeClaims: ReadonlyMap<string, PersistentVolumeClaim>;
  readonly storageClasses: ReadonlyMap<string, StorageClass>;
  readonly csiNodes: ReadonlyMap<string, CSINode>;
  readonly csiDrivers: ReadonlyMap<string, CSIDriver>;
  readonly csiStorageCapacities: readonly CSIStorageCapacity[];
  readonly volumeAttachments: readonly VolumeAttachment[];
  /** The machines under the nodes; absent while nothing is known of them (see `applyHosts`). */
  readonly hosts?: PhysicalHosts;
}

/** What a source produces: the cluster at one moment, parsed and (unless asked otherwise) API-server-defaulted. */
export interface Snapshot {
  /** In input order: this is "snapshot order" everywhere. */
  readonly nodes: readonly Node[];
  /** In input order; finished pods (Succeeded, Failed) are left out. */
  readonly pods: readonly Pod[];
  readonly objects: ClusterObjects;
  /** What the input asks for and the engine does not model, one sentence each, with counts. */
  readonly notModelled: readonly string[];
  /** Kinds that were read past, with their counts. */
  readonly ignoredKinds: ReadonlyMap<string, number>;
  /** Content hash of the input, hex. */
  readonly hash: string;
}
