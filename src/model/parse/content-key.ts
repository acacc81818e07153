/**
 * Texts under which pods with equal content meet before they are parsed: the raw subtrees that scheduling reads, nothing
 * else (env, probes, managedFields and status never enter). Equal texts mean equal content; the reverse need not hold.
 * There are two, because pods of one StatefulSet differ in labels and claims alone.
 */
import { isObject, type RawObject } from './fields.ts';
import { isMirror, isStored, rawController } from './metadata.ts';
import { VOLUME_SOURCES } from './volumes.ts';

export interface ContentKey {
  readonly spec: string;
  /** Namespace, labels, owner and volumes. */
  readonly identity: string;
}

/** undefined for a pod of unexpected shape: it is parsed on its own, and refused there. */
export function contentKey(metadata: RawObject, spec: RawObject): ContentKey | undefined {
  try {
    return { spec: specKey(spec), identity: identityKey(metadata, spec) };
  } catch {
    return undefined; // Not of the expected shape, too deep, or a value that JSON does not know.
  }
}

function specKey(spec: RawObject): string {
  return JSON.stringify([
    containerKeys(spec.containers),
    spec.initContainers && containerKeys(spec.initContainers),
    spec.nodeSelector,
    spec.affinity,
    spec.tolerations,
    spec.topologySpreadConstraints,
    [spec.schedulerName, spec.priority, spec.priorityClassName, spec.preemptionPolicy, spec.runtimeClassName],
    [spec.overhead, spec.resources, spec.hostNetwork, spec.schedulingGates, spec.resourceClaims, spec.schedulingGroup],
  ]);
}

function identityKey(metadata: RawObject, spec: RawObject): string {
  const volumes = spec.volumes && volumeKeys(spec.volumes);
  return JSON.stringify([metadata.namespace, metadata.labels, rawController(metadata), isMirror(metadata), isStored(metadata), volumes]);
}

function containerKeys(raw: unknown): unknown {
  if (!Array.isArray(raw)) return raw;
  return raw.map((container) => {
    if (!isObject(container)) throw new TypeError('not an object');
    return [container.name, container.image, container.resources, container.ports, container.restartPolicy, container.restartPolicyRules];
  });
}

function volumeKeys(raw: unknown): unknown {
  if (!Array.isArray(raw)) return raw;
  const keys: unknown[] = [];
  for (const volume of raw) {
    if (!isObject(volume)) throw new TypeError('not an object');
    for (const source of VOLUME_SOURCES) {
      const value = volume[source];
      // The template inside an ephemeral volume is the claim's business.
      if (value !== undefined && value !== null) keys.push([volume.name, source, source === 'ephemeral' ? isObject(value) : value]);
    }
  }
  return keys;
}
