import type { Pod } from '../model/pod.ts';
import type { ClusterObjects } from '../model/snapshot.ts';
import type { CSINode, VolumeAttachment } from '../model/volume.ts';
import { type Attachable, attachableVolumes } from './attachable-volumes.ts';
import { countsAsCSI, inlineSource } from './csi-migration.ts';
import { type PlainRule, type Prepared, type Semantics, SKIP, type Status, unresolvable, unschedulable } from './rule.ts';
import type { ClusterView, NodeView } from './view.ts';
import { findCSINode } from './volume-claims.ts';

const TOO_MANY = unschedulable('node(s) exceed max volume count');

/** Volume id (`driver/handle`) to driver name. */
type AttachedVolumes = Map<string, string>;

/**
 * Upstream plugin NodeVolumeLimits: the CSI volumes attached to a node, per driver, stay within the limits that its
 * CSINode object reports. In-tree volumes count for the driver that replaced them.
 *
 * Quirk kept: a volume of the pod that only a VolumeAttachment holds on the node counts both as attached and as new.
 */
export const nodeVolumeLimits: PlainRule<unknown, readonly Attachable[]> = {
  name: 'NodeVolumeLimits',

  prepareFilter(pod, cluster): Prepared<readonly Attachable[]> {
    const concerned = pod.template.volumes.some(
      (volume) => volume.kind === 'claim' || volume.kind === 'ephemeral' || inlineSource(volume) !== undefined,
    );
    return concerned ? { kind: 'state', state: attachableVolumes(pod, cluster) } : SKIP;
  },

  /** O(volumes of the pods on the node + its VolumeAttachments). */
  accepts(wanted: readonly Attachable[], _pod: Pod, view: NodeView, cluster: ClusterView): Status | undefined {
    const { semantics } = cluster;
    const csiNode = findCSINode(cluster, view.node.name);
    const fresh: AttachedVolumes = new Map();
    const refusal = gather(wanted, csiNode, semantics, true, fresh);
    if (refusal !== undefined) return refusal;
    if (fresh.size === 0) return undefined;
    if (semantics.gates.VolumeLimitScaling) {
      const absent = absentDriver(fresh, csiNode, cluster);
      if (absent !== undefined) return unschedulable(`${absent} CSI driver is not installed on the node`);
    }
    const limits = csiNode && limitsOf(csiNode);
    if (limits === undefined || limits.size === 0) return undefined;
    const attached: AttachedVolumes = new Map();
    for (const other of view.pods) {
      if (other.template.volumes.length === 0) continue;
      const failure = gather(attachableVolumes(other, cluster), csiNode, semantics, false, attached);
      if (failure !== undefined) return failure;
    }
    return exceeds(limits, fresh, attached, view.node.name, cluster) ? TOO_MANY : undefined;
  },
};

/** Adds the volumes that count on this node to `into`; returns the status that ends the filter. */
function gather(
  attachables: readonly Attachable[],
  csiNode: CSINode | undefined,
  semantics: Semantics,
  pending: boolean,
  into: AttachedVolumes,
): Status | undefined {
  for (const attachable of attachables) {
    if ('missing' in attachable) {
      if (pending) return unresolvable(attachable.missing);
      continue;
    }
    if (attachable.kind !== undefined && !countsAsCSI(attachable.kind, csiNode, semantics.kubeVersion)) continue;
    if ('error' in attachable) return unresolvable(attachable.error);
    into.set(attachable.id, attachable.driver);
  }
  return undefined;
}

function exceeds(
  limits: ReadonlyMap<string, number>,
  fresh: AttachedVolumes,
  attached: AttachedVolumes,
  nodeName: string,
  cluster: ClusterView,
): boolean {
  const counts = new Map<string, number>();
  const count = (driver: string) => counts.set(driver, (counts.get(driver) ?? 0) + 1);
  for (const [id, driver] of attached) {
    fresh.delete(id);
    count(driver);
  }
  if (fresh.size === 0) return false;
  for (const [id, driver] of attachmentsOf(nodeName, cluster)) if (!attached.has(id)) count(driver);
  const added = new Set(fresh.values());
  for (const driver of fresh.values()) count(driver);
  for (const driver of added) {
    const limit = limits.get(driver);
    if (limit !== undefined && (counts.get(driver) as number) > limit) return true;
  }
  return false;
}

const limitsByCSINode = new WeakMap<CSINode, ReadonlyMap<string, number>>();

/** Most volumes of each driver on the node; a driver without a count has no limit. */
function limitsOf(csiNode: CSINode): ReadonlyMap<string, number> {
  let limits = limitsByCSINode.get(csiNode);
  if (limits === undefined) {
    limits = new Map(csiNode.drivers.flatMap(({ name, count }) => (count === undefined ? [] : [[name, count] as const])));
    limitsByCSINode.set(csiNode, limits);
  }
  return limits;
}

const attachmentIndexes = new WeakMap<ClusterObjects, ReadonlyMap<string, readonly VolumeAttachment[]>>();

/** CSI volumes that VolumeAttachments hold on the node, under the name of their attacher. */
function attachmentsOf(nodeName: string, cluster: ClusterView): AttachedVolumes {
  const { objects } = cluster;
  let index = attachmentIndexes.get(objects);
  if (index === undefined) {
    index = Map.groupBy(objects.volumeAttachments, (attachment) => attachment.nodeName);
    attachmentIndexes.set(objects, index);
  }
  const volumes: AttachedVolumes = new Map();
  for (const { attacher, persistentVolumeName } of index.get(nodeName) ?? []) {
    const csi = cluster.persistentVolumes.get(persistentVolumeName)?.csi;
    if (attacher !== '' && csi !== undefined) volumes.set(`${attacher}/${csi.volumeHandle}`, attacher);
  }
  return volumes;
}

/** Gate VolumeLimitScaling: the first driver of a new volume that must be on the node and is not. */
function absentDriver(fresh: AttachedVolumes, csiNode: CSINode | undefined, cluster: ClusterView): string | undefined {
  for (const driver of fresh.values()) {
    const object = cluster.objects.csiDrivers.get(driver);
    // 1.35 had no opt-in field: a CSIDriver object was enough. The gate does not exist before.
    const required = object !== undefined && (object.preventPodSchedulingIfMissing || cluster.semantics.kubeVersion === '1.35');
    if (required && !csiNode?.drivers.some(({ name }) => name === driver)) return driver;
  }
  return undefined;
}
