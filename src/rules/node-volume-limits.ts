import type { Pod } from '../model/pod.ts';
import type { CSINode } from '../model/volume.ts';
import { type Attachable, attachableVolumes } from './attachable-volumes.ts';
import { AttachedVolumes, gatherVolumes, type VolumeIds } from './attached-volumes.ts';
import { inlineSource } from './csi-migration.ts';
import { type PlainRule, type Prepared, SKIP, type Status, unschedulable } from './rule.ts';
import type { ClusterView, NodeView } from './view.ts';
import { findCSINode } from './volume-claims.ts';

const TOO_MANY = unschedulable('node(s) exceed max volume count');

/**
 * Upstream plugin NodeVolumeLimits: the CSI volumes attached to a node, per driver, stay within the limits that its
 * CSINode object reports. In-tree volumes count for the driver that replaced them.
 *
 * Quirk kept: a volume of the pod that only a VolumeAttachment holds on the node counts both as attached and as new.
 * A volume that cannot be told, of the pod or of one on the node, is a failure.
 */
export const nodeVolumeLimits: PlainRule<unknown, readonly Attachable[]> = {
  name: 'NodeVolumeLimits',

  prepareFilter(pod, cluster): Prepared<readonly Attachable[]> {
    const concerned = pod.template.volumes.some(
      (volume) => volume.kind === 'claim' || volume.kind === 'ephemeral' || inlineSource(volume) !== undefined,
    );
    return concerned ? { kind: 'state', state: attachableVolumes(pod, cluster).attachables } : SKIP;
  },

  accepts(wanted: readonly Attachable[], _pod: Pod, view: NodeView, cluster: ClusterView): Status | undefined {
    const csiNode = findCSINode(cluster, view.node.name);
    const fresh: VolumeIds = new Map();
    const refusal = gatherVolumes(wanted, csiNode, cluster.semantics, true, fresh);
    if (refusal !== undefined) return refusal;
    if (fresh.size === 0) return undefined;
    const absent = cluster.semantics.gates.VolumeLimitScaling ? absentDriver(fresh, csiNode, cluster) : undefined;
    if (absent !== undefined) return unschedulable(`${absent} CSI driver is not installed on the node`);
    const limits = csiNode && limitsOf(csiNode);
    if (limits === undefined || limits.size === 0) return undefined;
    const attached = AttachedVolumes.of(view, csiNode, cluster);
    if (attached.failure !== undefined) return attached.failure;
    return exceeds(limits, fresh, attached) ? TOO_MANY : undefined;
  },
};

function exceeds(limits: ReadonlyMap<string, number>, fresh: VolumeIds, attached: AttachedVolumes): boolean {
  const added = new Map<string, number>();
  for (const [id, driver] of fresh) if (!attached.ids.has(id)) added.set(driver, (added.get(driver) ?? 0) + 1);
  for (const [driver, count] of added) {
    const limit = limits.get(driver);
    if (limit !== undefined && (attached.counts.get(driver) ?? 0) + count > limit) return true;
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

/** Gate VolumeLimitScaling: the first driver of a new volume that must be on the node and is not. */
function absentDriver(fresh: VolumeIds, csiNode: CSINode | undefined, cluster: ClusterView): string | undefined {
  for (const driver of fresh.values()) {
    const object = cluster.objects.csiDrivers.get(driver);
    // 1.35 had no opt-in field: a CSIDriver object was enough. The gate does not exist before.
    const required = object !== undefined && (object.preventPodSchedulingIfMissing || cluster.semantics.kubeVersion === '1.35');
    if (required && !csiNode?.drivers.some(({ name }) => name === driver)) return driver;
  }
  return undefined;
}
