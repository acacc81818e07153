import { type Pod, podKey } from '../model/pod.ts';
import type { CSINode, PersistentVolume, PersistentVolumeClaim, Volume } from '../model/volume.ts';
import type { ClusterView } from './view.ts';

const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';
const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';

/** Name of the claim behind a pod volume: named by the pod, or derived for a generic ephemeral volume; undefined: no claim. */
export function claimName(pod: Pod, volume: Volume): string | undefined {
  if (volume.kind === 'claim') return volume.claimName;
  return volume.kind === 'ephemeral' ? `${pod.name}-${volume.name}` : undefined;
}

export function findClaim(cluster: ClusterView, namespace: string, name: string): PersistentVolumeClaim | undefined {
  return cluster.persistentVolumeClaims.get(`${namespace}/${name}`);
}

export function findCSINode(cluster: ClusterView, nodeName: string): CSINode | undefined {
  return cluster.objects.csiNodes.get(nodeName);
}

/** The text of the API machinery's "not found" error; `resource` as the listers name it, for example `persistentvolumeclaim`. */
export function notFound(resource: string, name: string): string {
  return `${resource} ${JSON.stringify(name)} not found`;
}

/** Upstream's error text when the claim of a generic ephemeral volume belongs to somebody else; undefined: it is the pod's. */
export function foreignClaim(pod: Pod, claim: PersistentVolumeClaim): string | undefined {
  if (claim.owner !== undefined && claim.owner.uid === pod.uid) return undefined;
  return `PVC ${podKey(claim)} was not created for pod ${podKey(pod)} (pod is not owner)`;
}

/** Storage class of a claim: the beta annotation wins over the field; '' = none asked for. */
export function claimClass(claim: PersistentVolumeClaim): string {
  return claim.annotations.get(BETA_CLASS) ?? claim.storageClassName ?? '';
}

export function volumeClass(volume: PersistentVolume): string {
  return volume.annotations.get(BETA_CLASS) ?? volume.storageClassName;
}

/** A claim is fully bound when it names a volume and the controller has recorded that binding ended. */
export function isFullyBound(claim: PersistentVolumeClaim): boolean {
  return claim.volumeName !== '' && claim.annotations.has(BIND_COMPLETED);
}

/** Whether the volume is reserved for or bound to exactly this claim; a claimRef without UID fits any claim of that name. */
export function isBoundTo(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const reference = volume.claimRef;
  if (reference === undefined || reference.name !== claim.name || reference.namespace !== claim.namespace) return false;
  return reference.uid === '' || reference.uid === claim.uid;
}
