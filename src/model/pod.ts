import type { Labels } from './labels.ts';
import type { QuantityList } from './resources.ts';
import type { LabelSelector, NodeSelectorTerm } from './selector.ts';
import type { Toleration } from './taint.ts';
import type { Volume } from './volume.ts';

export interface ContainerPort {
  readonly hostIP: string;
  readonly hostPort: number;
  /** '' means TCP. */
  readonly protocol: string;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly requests: QuantityList;
  readonly ports: readonly ContainerPort[];
  /** An init container with restartPolicy Always: a sidecar. Always false for regular containers. */
  readonly restartable: boolean;
}

export interface PreferredTerm {
  readonly weight: number;
  readonly preference: NodeSelectorTerm;
}

export interface NodeAffinity {
  /** undefined: no required affinity object; []: an object that matches no node. */
  readonly required?: readonly NodeSelectorTerm[];
  /** undefined: nil list (PreScore skips); []: empty but not nil. */
  readonly preferred?: readonly PreferredTerm[];
}

export interface PodAffinityTerm {
  readonly topologyKey: string;
  readonly labelSelector?: LabelSelector;
  readonly namespaces: readonly string[];
  readonly namespaceSelector?: LabelSelector;
  readonly matchLabelKeys: readonly string[];
  readonly mismatchLabelKeys: readonly string[];
}

export interface WeightedPodAffinityTerm {
  readonly weight: number;
  readonly term: PodAffinityTerm;
}

export interface PodAffinity {
  readonly required: readonly PodAffinityTerm[];
  readonly preferred: readonly WeightedPodAffinityTerm[];
}

export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  /** DoNotSchedule or ScheduleAnyway. */
  readonly whenUnsatisfiable: string;
  readonly labelSelector?: LabelSelector;
  readonly minDomains?: number;
  readonly nodeAffinityPolicy?: string;
  readonly nodeTaintsPolicy?: string;
  readonly matchLabelKeys: readonly string[];
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/**
 * Everything of a pod that scheduling asks, apart from its identity and state. Pods that ask for the same share one
 * PodTemplate object (interned by content while reading), which is what makes a class cheap to find.
 */
export interface PodTemplate {
  readonly namespace: string;
  readonly labels: Labels;
  /** The controller owner reference, if any. */
  readonly owner?: OwnerReference;
  readonly schedulerName: string;
  readonly priority: number;
  /** '' means PreemptLowerPriority. */
  readonly preemptionPolicy: string;
  /** Mirror (static) pod: annotation kubernetes.io/config.mirror. */
  readonly mirror: boolean;
  readonly schedulingGates: readonly string[];
  /** undefined: nil map. */
  readonly nodeSelector?: Labels;
  readonly nodeAffinity?: NodeAffinity;
  /** undefined: nil. Upstream lists a pod among "pods with affinity" when either object is present, even empty. */
  readonly podAffinity?: PodAffinity;
  readonly podAntiAffinity?: PodAffinity;
  readonly tolerations: readonly Toleration[];
  readonly spreadConstraints: readonly SpreadConstraint[];
  readonly initContainers: readonly Container[];
  readonly containers: readonly Container[];
  readonly overhead: QuantityList;
  /** spec.resources.requests (pod-level); undefined when spec.resources is absent. */
  readonly podRequests?: QuantityList;
  readonly hostNetwork: boolean;
  /** Features that a node must declare for the pod (upstream nodedeclaredfeatures InferForScheduling); undefined: none. */
  readonly requiredFeatures?: readonly string[];
  readonly volumes: readonly Volume[];
  /** spec.resourceClaims: dynamic resource allocation, reported as not modelled. */
  readonly resourceClaims: readonly string[];
}

/** In-place resize status of one container: an item of status.containerStatuses[] or, after these, of initContainerStatuses[]. */
export interface ContainerResize {
  readonly name: string;
  /** status.resources.requests; undefined when status.resources is absent. */
  readonly actual?: QuantityList;
  /** status.allocatedResources. */
  readonly allocated?: QuantityList;
  /** status.resources is there without requests: to 1.37 not the same as empty ones. */
  readonly noRequests?: true;
}

export interface PodResize {
  readonly containers: readonly ContainerResize[];
  /** Pod-level status.resources.requests and status.allocatedResources. */
  readonly actual?: QuantityList;
  readonly allocated?: QuantityList;
  readonly noRequests?: true;
  /** Condition PodResizePending with reason Infeasible. */
  readonly infeasible: boolean;
}

export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly template: PodTemplate;
  /** spec.nodeName; '' = not bound. */
  readonly nodeName: string;
  /** status.nominatedNodeName; '' = none. */
  readonly nominatedNodeName: string;
  /** status.phase; '' = Pending. Succeeded and Failed pods hold nothing. */
  readonly phase: string;
  /** metadata.deletionTimestamp is set. */
  readonly terminating: boolean;
  /** metadata.creationTimestamp in ms since 1970; 0 when absent. */
  readonly createdMs: number;
  /** status.startTime in ms since 1970; undefined when absent. */
  readonly startedMs?: number;
  /** Condition DisruptionTarget=True with reason PreemptionByScheduler. */
  readonly disruptedByScheduler: boolean;
  /** Some volume is an emptyDir, whose data go with the pod. Drains ask, decisions do not, so it is not part of the template. */
  readonly localStorage?: boolean;
  /** Present only when some status carries in-place resize values. */
  readonly resize?: PodResize;
}

/** `namespace/name`, the key that the API server guarantees unique. */
export function podKey(pod: { readonly namespace: string; readonly name: string }): string {
  return `${pod.namespace}/${pod.name}`;
}
