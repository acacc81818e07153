/** From a raw pod to a PodDraft: content only; identity and state are read in `pod.ts`. */
import type { ErrorPlace } from '../../base/errors.ts';
import type { QuantityList } from '../resources.ts';
import type { Volume } from '../volume.ts';
import { readAffinity, readSpreadConstraint } from './affinity.ts';
import {
  flagAt,
  int32At,
  join,
  labelsAt,
  listAt,
  mapObjects,
  objectAt,
  optionalLabelsAt,
  quantitiesAt,
  type RawObject,
  textAt,
  wholeAt,
} from './fields.ts';
import { isMirror, isStored, metadataOf, readController } from './metadata.ts';
import type { DraftContainer, DraftPort, DraftToleration, PodDraft } from './pod-draft.ts';
import { readVolume } from './volumes.ts';

const NO_VOLUMES: readonly Volume[] = [];

/** The spec of a pod; an absent one reads as empty. */
export function specOf(raw: RawObject): RawObject {
  return objectAt(raw, 'spec', '') ?? {};
}

/** `stored`: quantities as the API server keeps them, and sources with their defaults. Everything else is as written. */
export function readPodDraft(raw: RawObject, place: ErrorPlace, stored: boolean): PodDraft {
  const metadata = metadataOf(raw);
  const spec = specOf(raw);
  const owner = readController(metadata);
  const nodeSelector = optionalLabelsAt(spec, 'nodeSelector', 'spec');
  const overhead = quantitiesAt(spec, 'overhead', 'spec', stored);
  const podResources = objectAt(spec, 'resources', 'spec');
  const priority = int32At(spec, 'priority', 'spec');
  return {
    namespace: textAt(metadata, 'namespace', 'metadata') || 'default',
    labels: labelsAt(metadata, 'labels', 'metadata'),
    ...(owner && { owner }),
    mirror: isMirror(metadata),
    stored: isStored(metadata),
    schedulerName: textAt(spec, 'schedulerName', 'spec'),
    ...(priority !== undefined && { priority }),
    priorityClassName: textAt(spec, 'priorityClassName', 'spec'),
    preemptionPolicy: textAt(spec, 'preemptionPolicy', 'spec'),
    runtimeClassName: textAt(spec, 'runtimeClassName', 'spec'),
    schedulingGates: mapObjects(spec, 'schedulingGates', 'spec', readName),
    ...(nodeSelector && { nodeSelector }),
    ...readAffinity(spec, 'spec'),
    tolerations: mapObjects(spec, 'tolerations', 'spec', readToleration),
    spreadConstraints: mapObjects(spec, 'topologySpreadConstraints', 'spec', readSpreadConstraint),
    initContainers: mapObjects(spec, 'initContainers', 'spec', (item, path) => readContainer(item, path, stored)),
    containers: mapObjects(spec, 'containers', 'spec', (item, path) => readContainer(item, path, stored)),
    ...(overhead && { overhead }),
    ...(podResources && { podResources: readResources(podResources, 'spec.resources', stored) }),
    hostNetwork: flagAt(spec, 'hostNetwork', 'spec'),
    volumes: readVolumes(spec, stored),
    resourceClaims: mapObjects(spec, 'resourceClaims', 'spec', readName),
    grouped: objectAt(spec, 'schedulingGroup', 'spec') !== undefined,
    requiredFeatures: readRequiredFeatures(spec),
    place,
  };
}

function readName(raw: RawObject, path: string): string {
  return textAt(raw, 'name', path);
}

export function readToleration(raw: RawObject, path: string): DraftToleration {
  const seconds = wholeAt(raw, 'tolerationSeconds', path);
  return {
    key: textAt(raw, 'key', path),
    operator: textAt(raw, 'operator', path),
    value: textAt(raw, 'value', path),
    effect: textAt(raw, 'effect', path),
    ...(seconds !== undefined && { seconds }),
  };
}

function readContainer(raw: RawObject, path: string, stored: boolean): DraftContainer {
  const resources = objectAt(raw, 'resources', path);
  return {
    name: textAt(raw, 'name', path),
    image: textAt(raw, 'image', path),
    ...(resources && readResources(resources, join(path, 'resources'), stored)),
    ports: mapObjects(raw, 'ports', path, readPort),
    restartable: textAt(raw, 'restartPolicy', path) === 'Always' && path.startsWith('spec.initContainers'),
  };
}

function readResources(
  raw: RawObject,
  path: string,
  stored: boolean,
): { readonly requests?: QuantityList; readonly limits?: QuantityList } {
  const requests = quantitiesAt(raw, 'requests', path, stored);
  const limits = quantitiesAt(raw, 'limits', path, stored);
  return { ...(requests && { requests }), ...(limits && { limits }) };
}

function readPort(raw: RawObject, path: string): DraftPort {
  return {
    hostIP: textAt(raw, 'hostIP', path),
    hostPort: int32At(raw, 'hostPort', path) ?? 0,
    containerPort: int32At(raw, 'containerPort', path) ?? 0,
    protocol: textAt(raw, 'protocol', path),
  };
}

export function readVolumes(spec: RawObject, stored: boolean): readonly Volume[] {
  if (listAt(spec, 'volumes', 'spec').length === 0) return NO_VOLUMES;
  const volumes = mapObjects(spec, 'volumes', 'spec', (item, path) => readVolume(item, path, stored));
  return volumes.filter((volume) => volume !== undefined);
}

/** Upstream component-helpers nodedeclaredfeatures: what scheduling infers from a pod spec; only beta features count. */
function readRequiredFeatures(spec: RawObject): readonly string[] {
  const features = new Set<string>();
  for (const kind of ['containers', 'initContainers']) {
    for (const actions of mapObjects(spec, kind, 'spec', readRestartActions)) {
      if (actions.includes('RestartAllContainers')) features.add('RestartAllContainersOnContainerExits');
    }
    if (mapObjects(spec, kind, 'spec', hasMountOptions).includes(true)) features.add('VolumeBindMountOptions');
  }
  return [...features].sort();
}

function hasMountOptions(raw: RawObject, path: string): boolean {
  return mapObjects(raw, 'volumeMounts', path, (mount, at) => listAt(mount, 'bindMountOptions', at).length > 0).includes(true);
}

function readRestartActions(raw: RawObject, path: string): readonly string[] {
  return mapObjects(raw, 'restartPolicyRules', path, (rule, at) => textAt(rule, 'action', at));
}
