import { type FeatureGates, GATE_DEFAULTS, type KubeVersion } from '../../src/model/gates.ts';
import { NO_LABELS } from '../../src/model/labels.ts';
import type { Node } from '../../src/model/node.ts';
import type { Pod, PodTemplate } from '../../src/model/pod.ts';
import { parseQuantity } from '../../src/model/quantity.ts';
import { NO_QUANTITIES } from '../../src/model/resources.ts';
import type { NodeSelectorTerm } from '../../src/model/selector.ts';
import type { ClusterObjects } from '../../src/model/snapshot.ts';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
  Volume,
  VolumeAttachment,
} from '../../src/model/volume.ts';
import type { AnyPlainRule, Status } from '../../src/rules/rule.ts';
import { ClusterView, type NodeView } from '../../src/rules/view.ts';

type Pairs = Readonly<Record<string, string>>;

export function pairs(object: Pairs = {}): ReadonlyMap<string, string> {
  return new Map(Object.entries(object));
}

export function makeNode(name: string, labels: Pairs = {}): Node {
  return {
    name,
    uid: name,
    labels: pairs(labels),
    annotations: NO_LABELS,
    unschedulable: false,
    taints: [],
    allocatable: { cpu: 0n, memory: 0n, ephemeralStorage: 0n, scalars: new Map(), pods: 110n },
    images: [],
    declaredFeatures: [],
  };
}

export function makePod(name: string, volumes: readonly Volume[], more: Partial<Pod> & { template?: Partial<PodTemplate> } = {}): Pod {
  const template: PodTemplate = {
    namespace: more.namespace ?? 'default',
    labels: NO_LABELS,
    schedulerName: 'default-scheduler',
    priority: 0,
    preemptionPolicy: '',
    mirror: false,
    schedulingGates: [],
    tolerations: [],
    spreadConstraints: [],
    initContainers: [],
    containers: [],
    overhead: NO_QUANTITIES,
    hostNetwork: false,
    volumes,
    resourceClaims: [],
    ...more.template,
  };
  return {
    namespace: 'default',
    name,
    uid: `uid-${name}`,
    nodeName: '',
    nominatedNodeName: '',
    phase: '',
    terminating: false,
    createdMs: 0,
    disruptedByScheduler: false,
    ...more,
    template,
  };
}

export function useClaim(...names: string[]): Volume[] {
  return names.map((claimName) => ({ kind: 'claim', name: `v-${claimName}`, claimName, readOnly: false }));
}

export function makeClaim(name: string, more: Partial<PersistentVolumeClaim> & { size?: string } = {}): PersistentVolumeClaim {
  const { size, ...rest } = more;
  return {
    namespace: 'default',
    name,
    uid: `uid-${name}`,
    annotations: NO_LABELS,
    terminating: false,
    volumeName: '',
    accessModes: ['ReadWriteOnce'],
    volumeMode: '',
    volumeAttributesClassName: '',
    phase: '',
    ...(size === undefined ? {} : { request: parseQuantity(size) }),
    ...rest,
  };
}

export const FULLY_BOUND = pairs({ 'pv.kubernetes.io/bind-completed': 'yes' });

/** A claim that is fully bound to the volume. */
export function boundTo(volumeName: string, more: Partial<PersistentVolumeClaim> = {}): Partial<PersistentVolumeClaim> {
  return { volumeName, annotations: FULLY_BOUND, phase: 'Bound', ...more };
}

export function makeVolume(name: string, more: Partial<PersistentVolume> & { size?: string } = {}): PersistentVolume {
  const { size, ...rest } = more;
  return {
    name,
    labels: NO_LABELS,
    annotations: NO_LABELS,
    terminating: false,
    capacity: parseQuantity(size ?? '0'),
    accessModes: ['ReadWriteOnce'],
    storageClassName: '',
    volumeMode: '',
    volumeAttributesClassName: '',
    phase: 'Available',
    ...rest,
  };
}

export function reservedFor(claim: PersistentVolumeClaim, uid = claim.uid): Pick<PersistentVolume, 'claimRef'> {
  return { claimRef: { namespace: claim.namespace, name: claim.name, uid } };
}

/** One term that asks for each key to have one of its values. */
export function term(required: Readonly<Record<string, readonly string[]>>): NodeSelectorTerm {
  const matchExpressions = Object.entries(required).map(([key, values]) => ({ key, operator: 'In', values }));
  return { matchExpressions, matchFields: [] };
}

export function makeClass(name: string, more: Partial<StorageClass> = {}): StorageClass {
  return {
    name,
    provisioner: '',
    volumeBindingMode: 'WaitForFirstConsumer',
    allowedTopologies: [],
    isDefault: false,
    parameters: NO_LABELS,
    ...more,
  };
}

export interface Scene {
  readonly nodes?: readonly Node[];
  /** Placed pods; the node is `nodeName`, or the first one. */
  readonly pods?: readonly Pod[];
  readonly claims?: readonly PersistentVolumeClaim[];
  readonly volumes?: readonly PersistentVolume[];
  readonly classes?: readonly StorageClass[];
  readonly csiNodes?: readonly CSINode[];
  readonly csiDrivers?: readonly CSIDriver[];
  readonly capacities?: readonly CSIStorageCapacity[];
  readonly attachments?: readonly VolumeAttachment[];
  readonly gates?: Partial<FeatureGates>;
  readonly kubeVersion?: KubeVersion;
}

function byName<T extends { readonly name: string }>(list: readonly T[] = []): Map<string, T> {
  return new Map(list.map((item) => [item.name, item]));
}

export function makeCluster(scene: Scene): ClusterView {
  const objects: ClusterObjects = {
    namespaces: new Map(),
    services: [],
    replicationControllers: new Map(),
    replicaSets: new Map(),
    statefulSets: new Map(),
    controllers: [],
    podDisruptionBudgets: [],
    persistentVolumes: byName(scene.volumes),
    persistentVolumeClaims: new Map((scene.claims ?? []).map((claim) => [`${claim.namespace}/${claim.name}`, claim])),
    storageClasses: byName(scene.classes),
    csiNodes: byName(scene.csiNodes),
    csiDrivers: byName(scene.csiDrivers),
    csiStorageCapacities: scene.capacities ?? [],
    volumeAttachments: scene.attachments ?? [],
  };
  const semantics = { kubeVersion: scene.kubeVersion ?? '1.36', gates: { ...GATE_DEFAULTS, ...scene.gates } };
  const cluster = new ClusterView(scene.nodes ?? [makeNode('node-1')], objects, semantics);
  for (const pod of scene.pods ?? []) (cluster.nodeByName.get(pod.nodeName) ?? (cluster.nodes[0] as NodeView)).addPod(pod);
  return cluster;
}

/** What a rule says to a pod: 'skip', the status of the whole cluster, or the status by node (undefined = passes). */
export type Verdict = 'skip' | Status | readonly (Status | undefined)[];

export function ask(rule: AnyPlainRule, pod: Pod, cluster: ClusterView, args: unknown = {}): Verdict {
  const prepared = rule.prepareFilter?.(pod, cluster, args);
  if (prepared?.kind === 'skip') return 'skip';
  if (prepared?.kind === 'status') return prepared.status;
  return cluster.nodes.map((view) => rule.accepts?.(prepared?.state, pod, view, cluster, args));
}
