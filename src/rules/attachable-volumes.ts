import { type Pod, podKey } from '../model/pod.ts';
import type { InTreeKind, PersistentVolume, PersistentVolumeClaim, Volume } from '../model/volume.ts';
import { driverOf, inlineHandle, inlineSource, inTreeKindOfProvisioner, volumeHandle } from './csi-migration.ts';
import type { ClusterView } from './view.ts';
import { claimClass, claimName, foreignClaim, notFound } from './volume-claims.ts';

/**
 * Cannot occur in a real handle: keeps the stand-in of a volume that does not exist yet apart from every real volume.
 * Upstream draws a random prefix for the same purpose.
 */
const PENDING = '\u0000pending-';

/** What one pod volume means for the attach limits of a node. */
export type Attachable =
  /** `id` is upstream's `driver/handle`; with `kind` it counts only on nodes where that in-tree plugin counts as CSI. */
  | { readonly id: string; readonly driver: string; readonly kind?: InTreeKind }
  /** The claim does not exist: fatal for a pending pod, ignored for a placed one. */
  | { readonly missing: string }
  /** Upstream's plugin fails with this error. */
  | { readonly error: string; readonly kind?: InTreeKind };

/** A pod's volumes as far as NodeVolumeLimits counts them, in pod order, and where the answer was looked up. */
export interface PodAttachables {
  readonly attachables: readonly Attachable[];
  /** Keys of the claims and names of the volumes that the answer depends on, present or not. */
  readonly claimKeys: readonly string[];
  readonly volumeNames: readonly string[];
}

/** O(volumes of the pod). */
export function attachableVolumes(pod: Pod, cluster: ClusterView): PodAttachables {
  const attachables: Attachable[] = [];
  const claimKeys: string[] = [];
  const volumeNames: string[] = [];
  for (const volume of pod.template.volumes) {
    const name = claimName(pod, volume);
    if (name === undefined) {
      const attachable = ofInline(volume);
      if (attachable !== undefined) attachables.push(attachable);
      continue;
    }
    const key = `${pod.namespace}/${name}`;
    const claim = cluster.persistentVolumeClaims.get(key);
    const attachable = ofClaim(pod, volume, name, claim, cluster);
    if (attachable !== undefined) attachables.push(attachable);
    claimKeys.push(key);
    if (claim !== undefined && claim.volumeName !== '') volumeNames.push(claim.volumeName);
  }
  return { attachables, claimKeys, volumeNames };
}

function ofInline(volume: Volume): Attachable | undefined {
  const source = inlineSource(volume);
  if (source === undefined) return undefined;
  const handle = inlineHandle(source);
  if ('error' in handle) return { error: `converting volume(${volume.name}) from inline to csi: ${handle.error}`, kind: source.kind };
  return { id: `${driverOf(source.kind)}/${handle.value}`, driver: driverOf(source.kind), kind: source.kind };
}

function ofClaim(
  pod: Pod,
  volume: Volume,
  name: string,
  claim: PersistentVolumeClaim | undefined,
  cluster: ClusterView,
): Attachable | undefined {
  if (name === '') return { error: 'PersistentVolumeClaim had no name' };
  if (claim === undefined) return { missing: `looking up PVC ${pod.namespace}/${name}: ${notFound('persistentvolumeclaim', name)}` };
  const foreign = volume.kind === 'ephemeral' ? foreignClaim(pod, claim) : undefined;
  if (foreign !== undefined) return { error: foreign };
  const persistent = cluster.persistentVolumes.get(claim.volumeName);
  return persistent === undefined ? ofStorageClass(claim, cluster) : ofPersistentVolume(persistent);
}

function ofPersistentVolume(volume: PersistentVolume): Attachable | undefined {
  if (volume.csi !== undefined) {
    const { driver, volumeHandle: handle } = volume.csi;
    return driver === '' || handle === '' ? undefined : { id: `${driver}/${handle}`, driver };
  }
  if (volume.inTree === undefined) return undefined;
  const handle = volumeHandle(volume, volume.inTree);
  if ('error' in handle || handle.value === '') return undefined;
  const { kind } = volume.inTree;
  return { id: `${driverOf(kind)}/${handle.value}`, driver: driverOf(kind), kind };
}

/** A claim without its volume counts for the driver that its class would call; without a class it is not counted. */
function ofStorageClass(claim: PersistentVolumeClaim, cluster: ClusterView): Attachable | undefined {
  const provisioner = cluster.objects.storageClasses.get(claimClass(claim))?.provisioner ?? '';
  if (provisioner === '') return undefined;
  const handle = `${PENDING}${podKey(claim)}`;
  const kind = inTreeKindOfProvisioner(provisioner);
  if (kind === undefined) return { id: `${provisioner}/${handle}`, driver: provisioner };
  return { id: `${driverOf(kind)}/${handle}`, driver: driverOf(kind), kind };
}
