import type { Labels } from './labels.ts';
import type { NanoQuantity } from './resources.ts';
import type { LabelSelector, NodeSelectorTerm } from './selector.ts';

/** A pod volume as far as scheduling reads it; every other source is kept as `other`. */
export type Volume =
  | { readonly kind: 'claim'; readonly name: string; readonly claimName: string; readonly readOnly: boolean }
  | { readonly kind: 'ephemeral'; readonly name: string }
  | { readonly kind: 'gce'; readonly name: string; readonly pdName: string; readonly readOnly: boolean }
  | { readonly kind: 'ebs'; readonly name: string; readonly volumeID: string }
  | { readonly kind: 'iscsi'; readonly name: string; readonly iqn: string; readonly readOnly: boolean }
  | {
      readonly kind: 'rbd';
      readonly name: string;
      readonly monitors: readonly string[];
      readonly pool: string;
      readonly image: string;
      readonly readOnly: boolean;
    }
  | {
      readonly kind: 'azureDisk';
      readonly name: string;
      readonly diskName: string;
      /** diskURI: the volume handle after CSI migration. */
      readonly diskURI: string;
      /** azureDisk.kind (Managed, Shared, Dedicated); undefined: nil. */
      readonly diskKind?: string;
    }
  | {
      readonly kind: 'azureFile';
      readonly name: string;
      readonly shareName: string;
      readonly secretName: string;
      readonly secretNamespace: string;
    }
  | { readonly kind: 'cinder'; readonly name: string; readonly volumeID: string }
  | { readonly kind: 'vsphere'; readonly name: string; readonly volumePath: string }
  | { readonly kind: 'portworx'; readonly name: string; readonly volumeID: string }
  | { readonly kind: 'csiInline'; readonly name: string; readonly driver: string }
  | { readonly kind: 'image'; readonly name: string; readonly reference: string };

export interface ObjectReference {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** In-tree volume sources that have a CSI translation, in the words of `Volume.kind`. */
export type InTreeKind = 'gce' | 'ebs' | 'azureDisk' | 'azureFile' | 'cinder' | 'vsphere' | 'portworx';

export interface InTreeSource {
  readonly kind: InTreeKind;
  /** pdName, volumeID, diskURI, shareName or volumePath, by kind. */
  readonly id: string;
  /** azureDisk.kind; undefined: nil. */
  readonly diskKind?: string;
}

export interface PersistentVolume {
  readonly name: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly terminating: boolean;
  readonly capacity: NanoQuantity;
  readonly accessModes: readonly string[];
  readonly storageClassName: string;
  /** '' means Filesystem. */
  readonly volumeMode: string;
  readonly volumeAttributesClassName: string;
  readonly claimRef?: ObjectReference;
  readonly phase: string;
  /** spec.nodeAffinity.required terms; undefined = no affinity. */
  readonly nodeAffinity?: readonly NodeSelectorTerm[];
  readonly csi?: { readonly driver: string; readonly volumeHandle: string };
  /** An in-tree source that can migrate to a CSI driver; every other source (local, nfs, hostPath, ...) leaves it undefined. */
  readonly inTree?: InTreeSource;
}

export interface PersistentVolumeClaim {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly annotations: Labels;
  readonly terminating: boolean;
  /** Controller owner UID and kind/name, for generic ephemeral volumes. */
  readonly owner?: { readonly kind: string; readonly name: string; readonly uid: string };
  readonly volumeName: string;
  /** undefined: nil (no class asked for); '' is an explicit empty class. */
  readonly storageClassName?: string;
  readonly accessModes: readonly string[];
  readonly volumeMode: string;
  readonly volumeAttributesClassName: string;
  readonly request?: NanoQuantity;
  readonly selector?: LabelSelector;
  readonly phase: string;
}

export interface StorageClass {
  readonly name: string;
  readonly provisioner: string;
  /** undefined: nil. */
  readonly volumeBindingMode?: string;
  /** spec.allowedTopologies: terms ORed, expressions ANDed, value in list. */
  readonly allowedTopologies: readonly (readonly { readonly key: string; readonly values: readonly string[] }[])[];
  readonly isDefault: boolean;
  readonly parameters: Labels;
}

export interface CSINode {
  readonly name: string;
  readonly annotations: Labels;
  readonly drivers: readonly { readonly name: string; readonly count?: number }[];
}

export interface CSIDriver {
  readonly name: string;
  readonly storageCapacity: boolean;
  /** spec.preventPodSchedulingIfMissing; false when absent. Read only under the gate VolumeLimitScaling. */
  readonly preventPodSchedulingIfMissing: boolean;
}

export interface CSIStorageCapacity {
  readonly namespace: string;
  readonly name: string;
  readonly storageClassName: string;
  readonly capacity?: NanoQuantity;
  readonly maximumVolumeSize?: NanoQuantity;
  readonly nodeTopology?: LabelSelector;
}

export interface VolumeAttachment {
  readonly name: string;
  readonly attacher: string;
  readonly nodeName: string;
  readonly persistentVolumeName: string;
}
