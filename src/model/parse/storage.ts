/** PersistentVolume, PersistentVolumeClaim, StorageClass, CSINode, CSIDriver, CSIStorageCapacity, VolumeAttachment. */
import type { Labels } from '../labels.ts';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  InTreeKind,
  InTreeSource,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
  VolumeAttachment,
} from '../volume.ts';
import {
  flagAt,
  int32At,
  join,
  labelsAt,
  mapObjects,
  objectAt,
  optionalTextAt,
  quantitiesAt,
  quantityAt,
  type RawObject,
  textAt,
  textsAt,
} from './fields.ts';
import { checksSelectors, metadataOf, readController, readIdentity, readMetadata } from './metadata.ts';
import { checkNodeTerm, checkSelector, readNodeTerm, selectorAt } from './selectors.ts';

/** The class of a claim or volume before the field existed; it still wins (component-helpers storage/volume). */
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
const DEFAULT_CLASS_ANNOTATIONS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

const EMPTY: RawObject = {};

const IN_TREE: readonly (readonly [field: string, kind: InTreeKind, id: string])[] = [
  ['gcePersistentDisk', 'gce', 'pdName'],
  ['awsElasticBlockStore', 'ebs', 'volumeID'],
  ['azureDisk', 'azureDisk', 'diskURI'],
  ['azureFile', 'azureFile', 'shareName'],
  ['cinder', 'cinder', 'volumeID'],
  ['vsphereVolume', 'vsphere', 'volumePath'],
  ['portworxVolume', 'portworx', 'volumeID'],
];

export function readPersistentVolume(raw: RawObject, defaults: boolean): PersistentVolume {
  const { name, labels, annotations, terminating } = readMetadata(raw, false, defaults);
  const spec = objectAt(raw, 'spec', '') ?? EMPTY;
  const claim = objectAt(spec, 'claimRef', 'spec');
  const claimRef = claim && readReference(claim, 'spec.claimRef');
  const phase = textAt(objectAt(raw, 'status', '') ?? EMPTY, 'phase', 'status');
  const nodeAffinity = readVolumeAffinity(spec, checksSelectors(raw, defaults));
  const csi = objectAt(spec, 'csi', 'spec');
  const inTree = readInTree(spec, defaults);
  return {
    name,
    labels,
    annotations,
    terminating,
    capacity: quantitiesAt(spec, 'capacity', 'spec', defaults)?.get('storage') ?? 0n,
    accessModes: textsAt(spec, 'accessModes', 'spec'),
    storageClassName: annotations.get(CLASS_ANNOTATION) ?? textAt(spec, 'storageClassName', 'spec'),
    volumeMode: textAt(spec, 'volumeMode', 'spec'),
    volumeAttributesClassName: textAt(spec, 'volumeAttributesClassName', 'spec'),
    ...(claimRef && { claimRef }),
    // The volume controller marks a volume that no status describes yet.
    phase: phase === '' && defaults ? phaseOfNew(claimRef?.uid) : phase,
    ...(nodeAffinity && { nodeAffinity }),
    ...(csi && { csi: { driver: textAt(csi, 'driver', 'spec.csi'), volumeHandle: textAt(csi, 'volumeHandle', 'spec.csi') } }),
    ...(inTree && { inTree }),
  };
}

function phaseOfNew(claimUid: string | undefined): string {
  return claimUid ? 'Bound' : 'Available';
}

function readReference(raw: RawObject, path: string): { readonly namespace: string; readonly name: string; readonly uid: string } {
  return { namespace: textAt(raw, 'namespace', path), name: textAt(raw, 'name', path), uid: textAt(raw, 'uid', path) };
}

function readVolumeAffinity(spec: RawObject, check: boolean): PersistentVolume['nodeAffinity'] {
  const affinity = objectAt(spec, 'nodeAffinity', 'spec');
  const required = affinity && objectAt(affinity, 'required', 'spec.nodeAffinity');
  if (required === undefined) return undefined;
  const path = 'spec.nodeAffinity.required';
  const terms = mapObjects(required, 'nodeSelectorTerms', path, readNodeTerm);
  if (check) for (const [i, term] of terms.entries()) checkNodeTerm(term, `${path}.nodeSelectorTerms[${i}]`, false);
  return terms;
}

function readInTree(spec: RawObject, defaults: boolean): InTreeSource | undefined {
  for (const [field, kind, id] of IN_TREE) {
    const source = objectAt(spec, field, 'spec');
    if (source === undefined) continue;
    const path = join('spec', field);
    const diskKind = kind === 'azureDisk' ? (optionalTextAt(source, 'kind', path) ?? (defaults ? 'Shared' : undefined)) : undefined;
    return { kind, id: textAt(source, id, path), ...(diskKind !== undefined && { diskKind }) };
  }
  return undefined;
}

export function readPersistentVolumeClaim(raw: RawObject, defaults: boolean): PersistentVolumeClaim {
  const { name, namespace, uid, annotations, terminating } = readMetadata(raw, true, defaults);
  const spec = objectAt(raw, 'spec', '') ?? EMPTY;
  const resources = objectAt(spec, 'resources', 'spec') ?? EMPTY;
  const owner = readController(metadataOf(raw));
  const storageClassName = annotations.get(CLASS_ANNOTATION) ?? optionalTextAt(spec, 'storageClassName', 'spec');
  const request = quantitiesAt(resources, 'requests', 'spec.resources', defaults)?.get('storage');
  const selector = selectorAt(spec, 'selector', 'spec');
  const phase = textAt(objectAt(raw, 'status', '') ?? EMPTY, 'phase', 'status');
  if (checksSelectors(raw, defaults)) checkSelector(selector, 'spec.selector');
  return {
    namespace,
    name,
    uid,
    annotations,
    terminating,
    ...(owner && { owner: { kind: owner.kind, name: owner.name, uid: owner.uid } }),
    volumeName: textAt(spec, 'volumeName', 'spec'),
    ...(storageClassName !== undefined && { storageClassName }),
    accessModes: textsAt(spec, 'accessModes', 'spec'),
    volumeMode: textAt(spec, 'volumeMode', 'spec'),
    volumeAttributesClassName: textAt(spec, 'volumeAttributesClassName', 'spec'),
    ...(request !== undefined && { request }),
    ...(selector && { selector }),
    phase: phase === '' && defaults ? 'Pending' : phase,
  };
}

export function readStorageClass(raw: RawObject, defaults: boolean): StorageClass {
  const { name, annotations } = readMetadata(raw, false, defaults);
  const volumeBindingMode = optionalTextAt(raw, 'volumeBindingMode', '') ?? (defaults ? 'Immediate' : undefined);
  return {
    name,
    provisioner: textAt(raw, 'provisioner', ''),
    ...(volumeBindingMode !== undefined && { volumeBindingMode }),
    allowedTopologies: mapObjects(raw, 'allowedTopologies', '', (term, path) =>
      mapObjects(term, 'matchLabelExpressions', path, (expression, at) => ({
        key: textAt(expression, 'key', at),
        values: textsAt(expression, 'values', at),
      })),
    ),
    isDefault: isDefaultClass(annotations),
    parameters: labelsAt(raw, 'parameters', ''),
  };
}

function isDefaultClass(annotations: Labels): boolean {
  return DEFAULT_CLASS_ANNOTATIONS.some((key) => annotations.get(key) === 'true');
}

export function readCSINode(raw: RawObject, defaults: boolean): CSINode {
  const { name, annotations } = readMetadata(raw, false, defaults);
  return { name, annotations, drivers: mapObjects(objectAt(raw, 'spec', '') ?? EMPTY, 'drivers', 'spec', readDriver) };
}

function readDriver(raw: RawObject, path: string): CSINode['drivers'][number] {
  const allocatable = objectAt(raw, 'allocatable', path);
  const count = allocatable && int32At(allocatable, 'count', join(path, 'allocatable'));
  return { name: textAt(raw, 'name', path), ...(count !== undefined && { count }) };
}

export function readCSIDriver(raw: RawObject, defaults: boolean): CSIDriver {
  const spec = objectAt(raw, 'spec', '') ?? EMPTY;
  return {
    name: readIdentity(raw, false, defaults).name,
    storageCapacity: flagAt(spec, 'storageCapacity', 'spec'),
    preventPodSchedulingIfMissing: flagAt(spec, 'preventPodSchedulingIfMissing', 'spec'),
  };
}

export function readCSIStorageCapacity(raw: RawObject, defaults: boolean): CSIStorageCapacity {
  const { name, namespace } = readIdentity(raw, true, defaults);
  const capacity = quantityAt(raw, 'capacity', '', defaults);
  const maximumVolumeSize = quantityAt(raw, 'maximumVolumeSize', '', defaults);
  const nodeTopology = selectorAt(raw, 'nodeTopology', '');
  if (checksSelectors(raw, defaults)) checkSelector(nodeTopology, 'nodeTopology');
  return {
    namespace,
    name,
    storageClassName: textAt(raw, 'storageClassName', ''),
    ...(capacity !== undefined && { capacity }),
    ...(maximumVolumeSize !== undefined && { maximumVolumeSize }),
    ...(nodeTopology && { nodeTopology }),
  };
}

export function readVolumeAttachment(raw: RawObject, defaults: boolean): VolumeAttachment {
  const spec = objectAt(raw, 'spec', '') ?? EMPTY;
  return {
    name: readIdentity(raw, false, defaults).name,
    attacher: textAt(spec, 'attacher', 'spec'),
    nodeName: textAt(spec, 'nodeName', 'spec'),
    persistentVolumeName: textAt(objectAt(spec, 'source', 'spec') ?? EMPTY, 'persistentVolumeName', 'spec.source'),
  };
}
