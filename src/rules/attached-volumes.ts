import type { Pod } from '../model/pod.ts';
import type { ClusterObjects } from '../model/snapshot.ts';
import type { CSINode, VolumeAttachment } from '../model/volume.ts';
import { type Attachable, attachableVolumes } from './attachable-volumes.ts';
import { countsAsCSI } from './csi-migration.ts';
import { filterFailure, type Semantics, type Status, unresolvable } from './rule.ts';
import type { TrackedMap } from './tracked-map.ts';
import type { ClusterView, NodeView } from './view.ts';

/** Volume id (`driver/handle`) to driver name. */
export type VolumeIds = Map<string, string>;

/**
 * The CSI volumes on one node. Remembered per node, because a decision asks every node and changes one: an answer holds
 * while the node has the same pods and none of the claims and volumes behind it has changed.
 */
export class AttachedVolumes {
  /** The status that ends the filter: upstream fails on a volume of a placed pod. */
  readonly failure: Status | undefined;
  /** Volumes of the placed pods. */
  readonly ids: VolumeIds = new Map();
  /** By driver: `ids`, and what VolumeAttachments hold beside them. */
  readonly counts = new Map<string, number>();
  private readonly pods: readonly Pod[];
  private readonly csiNode: CSINode | undefined;
  private readonly claims: Dependencies;
  private readonly volumes: Dependencies;

  /** O(pods on the node + changes of claims and volumes since the last call) while the answer holds. */
  static of(view: NodeView, csiNode: CSINode | undefined, cluster: ClusterView): AttachedVolumes {
    let attached = byNode.get(view);
    if (attached === undefined || !attached.holds(view, csiNode, cluster)) {
      attached = new AttachedVolumes(view, csiNode, cluster);
      byNode.set(view, attached);
    }
    return attached;
  }

  private constructor(view: NodeView, csiNode: CSINode | undefined, cluster: ClusterView) {
    this.pods = [...view.pods];
    this.csiNode = csiNode;
    this.claims = new Dependencies(cluster.persistentVolumeClaims);
    this.volumes = new Dependencies(cluster.persistentVolumes);
    this.failure = this.collectPods(cluster);
    this.collectAttachments(view.node.name, cluster);
  }

  private holds(view: NodeView, csiNode: CSINode | undefined, cluster: ClusterView): boolean {
    if (this.csiNode !== csiNode || this.pods.length !== view.pods.length) return false;
    for (let i = 0; i < this.pods.length; i++) if (this.pods[i] !== view.pods[i]) return false;
    return this.claims.hold(cluster.persistentVolumeClaims) && this.volumes.hold(cluster.persistentVolumes);
  }

  private collectPods(cluster: ClusterView): Status | undefined {
    for (const pod of this.pods) {
      if (pod.template.volumes.length === 0) continue;
      const { attachables, claimKeys, volumeNames } = attachableVolumes(pod, cluster);
      this.claims.add(claimKeys);
      this.volumes.add(volumeNames);
      const failure = gatherVolumes(attachables, this.csiNode, cluster.semantics, false, this.ids);
      if (failure !== undefined) return failure;
    }
    for (const driver of this.ids.values()) this.count(driver);
    return undefined;
  }

  private collectAttachments(nodeName: string, cluster: ClusterView): void {
    const held: VolumeIds = new Map();
    for (const { attacher, persistentVolumeName } of attachmentsOf(nodeName, cluster.objects)) {
      this.volumes.add([persistentVolumeName]);
      const csi = cluster.persistentVolumes.get(persistentVolumeName)?.csi;
      if (attacher !== '' && csi !== undefined) held.set(`${attacher}/${csi.volumeHandle}`, attacher);
    }
    for (const [id, driver] of held) if (!this.ids.has(id)) this.count(driver);
  }

  private count(driver: string): void {
    this.counts.set(driver, (this.counts.get(driver) ?? 0) + 1);
  }
}

const byNode = new WeakMap<NodeView, AttachedVolumes>();

/** Keys of one map that an answer was derived from, and how far the map's changes have been read. */
class Dependencies {
  private readonly map: TrackedMap<string, unknown>;
  private readonly keys = new Set<string>();
  private changesRead: number;

  constructor(map: TrackedMap<string, unknown>) {
    this.map = map;
    this.changesRead = map.changedKeys.length;
  }

  add(keys: readonly string[]): void {
    for (const key of keys) this.keys.add(key);
  }

  /** Whether `current` is still the same map and none of the keys has changed. */
  hold(current: TrackedMap<string, unknown>): boolean {
    if (current !== this.map) return false;
    const { changedKeys } = current;
    for (; this.changesRead < changedKeys.length; this.changesRead++) {
      if (this.keys.has(changedKeys[this.changesRead] as string)) return false;
    }
    return true;
  }
}

/** Adds the volumes that count on a node with this CSINode to `into`; returns the status that ends the filter. */
export function gatherVolumes(
  attachables: readonly Attachable[],
  csiNode: CSINode | undefined,
  semantics: Semantics,
  pending: boolean,
  into: VolumeIds,
): Status | undefined {
  for (const attachable of attachables) {
    if ('missing' in attachable) {
      if (pending) return unresolvable(attachable.missing);
      continue;
    }
    if (attachable.kind !== undefined && !countsAsCSI(attachable.kind, csiNode, semantics.kubeVersion)) continue;
    if ('error' in attachable) return filterFailure('NodeVolumeLimits', attachable.error);
    into.set(attachable.id, attachable.driver);
  }
  return undefined;
}

const attachmentIndexes = new WeakMap<ClusterObjects, ReadonlyMap<string, readonly VolumeAttachment[]>>();

function attachmentsOf(nodeName: string, objects: ClusterObjects): readonly VolumeAttachment[] {
  let index = attachmentIndexes.get(objects);
  if (index === undefined) {
    index = Map.groupBy(objects.volumeAttachments, (attachment) => attachment.nodeName);
    attachmentIndexes.set(objects, index);
  }
  return index.get(nodeName) ?? [];
}
