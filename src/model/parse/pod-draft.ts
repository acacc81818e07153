/**
 * A pod's content between reading and defaulting. What depends on other objects of the snapshot (PriorityClass, RuntimeClass,
 * LimitRange may come later in the input) is kept as written until `finish`. Many pods share one draft.
 */
import type { ErrorPlace } from '../../base/errors.ts';
import type { Labels } from '../labels.ts';
import type { NodeAffinity, OwnerReference, PodAffinity, SpreadConstraint } from '../pod.ts';
import type { QuantityList } from '../resources.ts';
import type { Toleration } from '../taint.ts';
import type { Volume } from '../volume.ts';

export interface DraftPort {
  readonly hostIP: string;
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: string;
}

export interface DraftContainer {
  readonly name: string;
  readonly image: string;
  readonly requests?: QuantityList;
  readonly limits?: QuantityList;
  readonly ports: readonly DraftPort[];
  readonly restartable: boolean;
}

/** With tolerationSeconds, which merging needs and scheduling does not. */
export interface DraftToleration extends Toleration {
  readonly seconds?: number;
}

export interface PodDraft {
  readonly namespace: string;
  readonly labels: Labels;
  readonly owner?: OwnerReference;
  readonly mirror: boolean;
  /** An API server has stored the pod, so admission is behind it. */
  readonly stored: boolean;
  readonly schedulerName: string;
  readonly priority?: number;
  readonly priorityClassName: string;
  readonly preemptionPolicy: string;
  readonly runtimeClassName: string;
  readonly schedulingGates: readonly string[];
  readonly nodeSelector?: Labels;
  readonly nodeAffinity?: NodeAffinity;
  readonly podAffinity?: PodAffinity;
  readonly podAntiAffinity?: PodAffinity;
  readonly tolerations: readonly DraftToleration[];
  readonly spreadConstraints: readonly SpreadConstraint[];
  readonly initContainers: readonly DraftContainer[];
  readonly containers: readonly DraftContainer[];
  readonly overhead?: QuantityList;
  /** spec.resources. */
  readonly podResources?: { readonly requests?: QuantityList; readonly limits?: QuantityList };
  readonly hostNetwork: boolean;
  readonly volumes: readonly Volume[];
  readonly resourceClaims: readonly string[];
  /** spec.schedulingGroup is set. */
  readonly grouped: boolean;
  /** Features that a node must declare (upstream nodedeclaredfeatures). */
  readonly requiredFeatures: readonly string[];
  /** Where the first pod with this content stands, for errors found while finishing. */
  readonly place: ErrorPlace;
}
