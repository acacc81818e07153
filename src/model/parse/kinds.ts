/** The kinds that are read, and where each object goes. */
import { offersMoreThanCapacity, validateNode, withNodeDefaults } from '../defaults/node.ts';
import { AdmissionPolicies, type DatedStorageClass } from '../defaults/policies.ts';
import type { Labels } from '../labels.ts';
import type { Node } from '../node.ts';
import type { Controller, MapSelectorObject, PodDisruptionBudget, SelectorObject } from '../snapshot.ts';
import type { CSIDriver, CSINode, CSIStorageCapacity, PersistentVolume, PersistentVolumeClaim, VolumeAttachment } from '../volume.ts';
import { readLimitRange, readPriorityClass, readRuntimeClass } from './admission-objects.ts';
import { type RawObject, timeAt } from './fields.ts';
import { isStored, metadataOf } from './metadata.ts';
import { readNode } from './node.ts';
import {
  readCSIDriver,
  readCSINode,
  readCSIStorageCapacity,
  readPersistentVolume,
  readPersistentVolumeClaim,
  readStorageClass,
  readVolumeAttachment,
} from './storage.ts';
import {
  readController,
  readNamespace,
  readPodDisruptionBudget,
  readReplicationController,
  readSelectorObject,
  readService,
} from './workloads.ts';

/** Everything but pods, as it streams in. */
export class Collected {
  readonly defaults: boolean;
  readonly nodes: Node[] = [];
  readonly namespaces = new Map<string, Labels>();
  readonly services: MapSelectorObject[] = [];
  readonly replicationControllers = new Map<string, MapSelectorObject>();
  readonly replicaSets = new Map<string, SelectorObject>();
  readonly statefulSets = new Map<string, SelectorObject>();
  readonly controllers: Controller[] = [];
  readonly podDisruptionBudgets: PodDisruptionBudget[] = [];
  readonly persistentVolumes = new Map<string, PersistentVolume>();
  readonly persistentVolumeClaims = new Map<string, PersistentVolumeClaim>();
  readonly storageClasses = new Map<string, DatedStorageClass>();
  readonly csiNodes = new Map<string, CSINode>();
  readonly csiDrivers = new Map<string, CSIDriver>();
  readonly csiStorageCapacities: CSIStorageCapacity[] = [];
  readonly volumeAttachments: VolumeAttachment[] = [];
  readonly policies = new AdmissionPolicies();
  /** Keys of claims that no API server has stored. */
  readonly newClaims = new Set<string>();
  /** Nodes whose allocatable exceeds their capacity. */
  overstatedNodes = 0;

  constructor(defaults: boolean) {
    this.defaults = defaults;
  }
}

/** Name and namespace ('' for cluster-scoped kinds) of the object that was added. */
export interface Identity {
  readonly namespace?: string;
  readonly name: string;
}

interface Kind {
  /** API groups; '' is the core group. */
  readonly groups: readonly string[];
  /** Reads and stores one object. Throws PlimsollError, paths relative to the object. */
  readonly add: (to: Collected, raw: RawObject) => Identity;
}

const CORE = [''];
const APPS = ['apps', 'extensions'];
const BATCH = ['batch'];
const STORAGE = ['storage.k8s.io'];

const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['Node', { groups: CORE, add: addNode }],
  ['Namespace', { groups: CORE, add: addNamespace }],
  ['Service', { groups: CORE, add: (to, raw) => pushed(to.services, readService(raw, to.defaults)) }],
  ['ReplicationController', { groups: CORE, add: addReplicationController }],
  ['ReplicaSet', { groups: APPS, add: (to, raw) => addSelectorObject(to, 'ReplicaSet', to.replicaSets, raw) }],
  ['StatefulSet', { groups: APPS, add: (to, raw) => addSelectorObject(to, 'StatefulSet', to.statefulSets, raw) }],
  ['Deployment', { groups: APPS, add: (to, raw) => addController(to, 'Deployment', raw) }],
  ['DaemonSet', { groups: APPS, add: (to, raw) => addController(to, 'DaemonSet', raw) }],
  ['Job', { groups: BATCH, add: (to, raw) => addController(to, 'Job', raw) }],
  ['CronJob', { groups: BATCH, add: (to, raw) => addController(to, 'CronJob', raw) }],
  [
    'PodDisruptionBudget',
    { groups: ['policy'], add: (to, raw) => pushed(to.podDisruptionBudgets, readPodDisruptionBudget(raw, to.defaults)) },
  ],
  ['PersistentVolume', { groups: CORE, add: (to, raw) => stored(to.persistentVolumes, readPersistentVolume(raw, to.defaults)) }],
  ['PersistentVolumeClaim', { groups: CORE, add: addClaim }],
  ['StorageClass', { groups: STORAGE, add: addStorageClass }],
  ['CSINode', { groups: STORAGE, add: (to, raw) => stored(to.csiNodes, readCSINode(raw, to.defaults)) }],
  ['CSIDriver', { groups: STORAGE, add: (to, raw) => stored(to.csiDrivers, readCSIDriver(raw, to.defaults)) }],
  ['CSIStorageCapacity', { groups: STORAGE, add: (to, raw) => pushed(to.csiStorageCapacities, readCSIStorageCapacity(raw, to.defaults)) }],
  ['VolumeAttachment', { groups: STORAGE, add: (to, raw) => pushed(to.volumeAttachments, readVolumeAttachment(raw, to.defaults)) }],
  [
    'PriorityClass',
    { groups: ['scheduling.k8s.io'], add: (to, raw) => stored(to.policies.priorityClasses, readPriorityClass(raw, to.defaults)) },
  ],
  ['RuntimeClass', { groups: ['node.k8s.io'], add: (to, raw) => stored(to.policies.runtimeClasses, readRuntimeClass(raw, to.defaults)) }],
  ['LimitRange', { groups: CORE, add: addLimitRange }],
]);

/** The reader of a kind; undefined for kinds that are read past. `group` undefined: the object does not say. */
export function kindOf(kind: string, group: string | undefined): Kind | undefined {
  const found = KINDS.get(kind);
  return found === undefined || group === undefined || found.groups.includes(group) ? found : undefined;
}

/** The kind that is read and differs only in upper and lower case: an API server would not know the one that is written. */
export function kindMeant(kind: string, group: string | undefined): string | undefined {
  const meant = ['Pod', ...KINDS.keys()].find((known) => known.toLowerCase() === kind.toLowerCase());
  const groups = meant === 'Pod' ? CORE : KINDS.get(meant ?? '')?.groups;
  return group === undefined || groups?.includes(group) ? meant : undefined;
}

function pushed<T extends Identity>(list: T[], object: T): Identity {
  list.push(object);
  return object;
}

function stored<T extends Identity>(map: Map<string, T>, object: T): Identity {
  map.set(object.namespace === undefined ? object.name : `${object.namespace}/${object.name}`, object);
  return object;
}

function addNode(to: Collected, raw: RawObject): Identity {
  const reading = readNode(raw, to.defaults);
  if (to.defaults) validateNode(reading.node);
  if (offersMoreThanCapacity(reading)) to.overstatedNodes++;
  to.nodes.push(to.defaults ? withNodeDefaults(reading.node) : reading.node);
  return { name: reading.node.name };
}

function addNamespace(to: Collected, raw: RawObject): Identity {
  const { name, labels } = readNamespace(raw, to.defaults);
  to.namespaces.set(name, labels);
  return { name };
}

function addController(to: Collected, kind: string, raw: RawObject): Identity {
  return pushed(to.controllers, readController(kind, raw, to.defaults));
}

function addReplicationController(to: Collected, raw: RawObject): Identity {
  addController(to, 'ReplicationController', raw);
  return stored(to.replicationControllers, readReplicationController(raw, to.defaults));
}

function addSelectorObject(to: Collected, kind: string, map: Map<string, SelectorObject>, raw: RawObject): Identity {
  addController(to, kind, raw);
  return stored(map, readSelectorObject(raw, to.defaults));
}

function addClaim(to: Collected, raw: RawObject): Identity {
  const claim = readPersistentVolumeClaim(raw, to.defaults);
  if (!isStored(metadataOf(raw))) to.newClaims.add(`${claim.namespace}/${claim.name}`);
  return stored(to.persistentVolumeClaims, claim);
}

function addStorageClass(to: Collected, raw: RawObject): Identity {
  const storageClass = readStorageClass(raw, to.defaults);
  const createdMs = timeAt(metadataOf(raw), 'creationTimestamp', 'metadata') ?? 0;
  to.storageClasses.set(storageClass.name, { storageClass, createdMs });
  return { name: storageClass.name };
}

function addLimitRange(to: Collected, raw: RawObject): Identity {
  const { namespace, name, containerDefaults } = readLimitRange(raw, to.defaults);
  if (containerDefaults !== undefined) {
    const list = to.policies.containerDefaults.get(namespace);
    if (list === undefined) to.policies.containerDefaults.set(namespace, [containerDefaults]);
    else list.push(containerDefaults);
  }
  return { namespace, name };
}
