import { podKey } from '../model/pod.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../model/volume.ts';
import type { ClusterView } from './view.ts';
import type { FoundVolumes } from './volume-binding-find.ts';
import { isBoundTo, isFullyBound } from './volume-claims.ts';

const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';

/**
 * Writes the decision about a placed pod's claims into the cluster. Volumes that exist are bound for good, as upstream's
 * PreBind has it done before the pod is bound. Volumes still to be made stay what upstream's assume cache holds: a claim
 * with the chosen node's name on it, because who makes the volume, and where it can be reached, is not ours to invent.
 */
export function reserveVolumes(found: FoundVolumes, nodeName: string, cluster: ClusterView): void {
  for (const { claim, volume } of found.bindings) {
    cluster.persistentVolumes.set(volume.name, boundVolume(volume, claim));
    const current = cluster.persistentVolumeClaims.get(podKey(claim)) ?? claim;
    // A pod that lists one claim twice binds two volumes to it; the claim keeps the first.
    if (!isFullyBound(current)) cluster.persistentVolumeClaims.set(podKey(claim), boundClaim(current, volume));
  }
  for (const { claim } of found.provisions) {
    const annotations = new Map(claim.annotations).set(SELECTED_NODE, nodeName);
    cluster.persistentVolumeClaims.set(podKey(claim), { ...claim, annotations });
  }
}

/** Upstream `GetBindVolumeToClaim`, and the phase that the volume controller sets next. */
function boundVolume(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const annotations = new Map(volume.annotations);
  if (!isBoundTo(volume, claim) && !annotations.has(BOUND_BY_CONTROLLER)) annotations.set(BOUND_BY_CONTROLLER, 'yes');
  const claimRef = { namespace: claim.namespace, name: claim.name, uid: claim.uid };
  return { ...volume, annotations, claimRef, phase: 'Bound' };
}

function boundClaim(claim: PersistentVolumeClaim, volume: PersistentVolume): PersistentVolumeClaim {
  const annotations = new Map(claim.annotations).set(BIND_COMPLETED, 'yes').set(BOUND_BY_CONTROLLER, 'yes');
  return { ...claim, annotations, volumeName: volume.name, phase: 'Bound' };
}
