import type { Pod } from '../model/pod.ts';
import type { Volume } from '../model/volume.ts';
import { type PlainRule, type Prepared, SKIP, type Status, unresolvable, unschedulable } from './rule.ts';
import type { ClusterView, NodeView } from './view.ts';
import { findClaim, notFound } from './volume-claims.ts';

const DISK_CONFLICT = unschedulable('node(s) had no available disk');
const CLAIM_CONFLICT = unschedulable(
  'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
);

interface RestrictionState {
  /** Inline volumes that exclude others. */
  readonly disks: readonly Volume[];
  /** Names of the pod's claims with access mode ReadWriteOncePod. */
  readonly exclusiveClaims: ReadonlySet<string>;
  /** How many uses of those claims other pods hold, anywhere in the cluster. */
  conflicts: number;
}

/**
 * Upstream plugin VolumeRestrictions: one inline GCE disk, EBS volume, iSCSI target or RBD image serves one writing pod
 * of a node, and a ReadWriteOncePod claim one pod of the cluster.
 *
 * Quirk kept: pods added and removed during a dry run are matched by claim name without namespace.
 */
export const volumeRestrictions: PlainRule<unknown, RestrictionState> = {
  name: 'VolumeRestrictions',

  /** O(pods of the cluster) for a pod with a ReadWriteOncePod claim, O(volumes) otherwise. */
  prepareFilter(pod, cluster): Prepared<RestrictionState> {
    const exclusiveClaims = new Set<string>();
    for (const volume of pod.template.volumes) {
      if (volume.kind !== 'claim') continue;
      const claim = findClaim(cluster, pod.namespace, volume.claimName);
      if (claim === undefined) return { kind: 'status', status: unresolvable(notFound('persistentvolumeclaim', volume.claimName)) };
      if (claim.accessModes.includes('ReadWriteOncePod')) exclusiveClaims.add(claim.name);
    }
    const disks = pod.template.volumes.filter(isExclusive);
    const conflicts = countUsedClaims(pod.namespace, exclusiveClaims, cluster);
    if (disks.length === 0 && conflicts === 0) return SKIP;
    return { kind: 'state', state: { disks, exclusiveClaims, conflicts } };
  },

  accepts(state: RestrictionState, _pod: Pod, view: NodeView): Status | undefined {
    if (state.disks.length > 0 && view.pods.some((other) => conflictsWith(state.disks, other))) return DISK_CONFLICT;
    return state.conflicts > 0 ? CLAIM_CONFLICT : undefined;
  },

  podAdded(state, _pod, other) {
    state.conflicts += countUses(other, state.exclusiveClaims);
  },

  podRemoved(state, _pod, other) {
    state.conflicts -= countUses(other, state.exclusiveClaims);
  },

  cloneState(state) {
    return { ...state };
  },
};

function isExclusive(volume: Volume): boolean {
  return volume.kind === 'gce' || volume.kind === 'ebs' || volume.kind === 'rbd' || volume.kind === 'iscsi';
}

function conflictsWith(disks: readonly Volume[], other: Pod): boolean {
  return other.template.volumes.some((taken) => disks.some((disk) => isSameDisk(disk, taken)));
}

/** Whether both volumes are one disk that they cannot share; EBS volumes cannot even be shared for reading. */
function isSameDisk(a: Volume, b: Volume): boolean {
  if (a.kind === 'gce' && b.kind === 'gce') return a.pdName === b.pdName && !(a.readOnly && b.readOnly);
  if (a.kind === 'ebs' && b.kind === 'ebs') return a.volumeID === b.volumeID;
  if (a.kind === 'iscsi' && b.kind === 'iscsi') return a.iqn === b.iqn && !(a.readOnly && b.readOnly);
  if (a.kind !== 'rbd' || b.kind !== 'rbd') return false;
  if (a.pool !== b.pool || a.image !== b.image || (a.readOnly && b.readOnly)) return false;
  return a.monitors.some((monitor) => b.monitors.includes(monitor));
}

/** Number of the claims that at least one placed pod uses. */
function countUsedClaims(namespace: string, names: ReadonlySet<string>, cluster: ClusterView): number {
  if (names.size === 0) return 0;
  const used = new Set<string>();
  for (const view of cluster.nodes) {
    for (const other of view.pods) {
      if (other.namespace !== namespace) continue;
      for (const volume of other.template.volumes) {
        if (volume.kind === 'claim' && names.has(volume.claimName)) used.add(volume.claimName);
      }
    }
  }
  return used.size;
}

function countUses(other: Pod, names: ReadonlySet<string>): number {
  let uses = 0;
  for (const volume of other.template.volumes) {
    if (volume.kind === 'claim' && names.has(volume.claimName)) uses++;
  }
  return uses;
}
