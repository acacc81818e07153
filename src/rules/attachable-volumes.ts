import { type Pod, podKey } from '../model/pod.ts';
import type { InTreeKind, PersistentVolume, PersistentVolumeClaim, StorageClass, Volume } from '../model/volume.ts';
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

/** The objects that an answer was derived from; it holds as long as the cluster still has the same ones. */
interface Evidence {
  readonly storageClasses: ReadonlyMap<string, StorageClass>;
  readonly claims: readonly (readonly [key: string, claim: PersistentVolumeClaim | undefined])[];
  readonly volumes: readonly (readonly [name: string, volume: PersistentVolume | undefined])[];
}

interface Resolved {
  readonly attachables: readonly Attachable[];
  readonly evidence: Evidence;
}

const NOTHING: readonly Attachable[] = [];
const resolvedPods = new WeakMap<Pod, Resolved>();

/**
 * The pod's volumes as far as NodeVolumeLimits counts them, in pod order. Remembered per pod and checked against the
 * cluster's current claims and volumes, so that filters may ask for every pod of every node.
 */
export function attachableVolumes(pod: Pod, cluster: ClusterView): readonly Attachable[] {
  if (pod.template.volumes.length === 0) return NOTHING;
  let resolved = resolvedPods.get(pod);
  if (resolved === undefined || !holds(resolved.evidence, cluster)) {
    resolved = resolve(pod, cluster);
    resolvedPods.set(pod, resolved);
  }
  return resolved.attachables;
}

function holds(evidence: Evidence, cluster: ClusterView): boolean {
  if (evidence.storageClasses !== cluster.objects.storageClasses) return false;
  for (const [key, claim] of evidence.claims) if (cluster.persistentVolumeClaims.get(key) !== claim) return false;
  for (const [name, volume] of evidence.volumes) if (cluster.persistentVolumes.get(name) !== volume) return false;
  return true;
}

function resolve(pod: Pod, cluster: ClusterView): Resolved {
  const claims: [string, PersistentVolumeClaim | undefined][] = [];
  const volumes: [string, PersistentVolume | undefined][] = [];
  const attachables: Attachable[] = [];
  for (const volume of pod.template.volumes) {
    const name = claimName(pod, volume);
    const key = `${pod.namespace}/${name}`;
    const claim = name === undefined ? undefined : cluster.persistentVolumeClaims.get(key);
    const persistent = claim && cluster.persistentVolumes.get(claim.volumeName);
    if (name !== undefined) claims.push([key, claim]);
    if (claim !== undefined) volumes.push([claim.volumeName, persistent]);
    const attachable = name === undefined ? ofInline(volume) : ofClaim(pod, volume, name, claim, persistent, cluster);
    if (attachable !== undefined) attachables.push(attachable);
  }
  return { attachables, evidence: { storageClasses: cluster.objects.storageClasses, claims, volumes } };
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
  persistent: PersistentVolume | undefined,
  cluster: ClusterView,
): Attachable | undefined {
  if (name === '') return { error: 'PersistentVolumeClaim had no name' };
  if (claim === undefined) return { missing: `looking up PVC ${pod.namespace}/${name}: ${notFound('persistentvolumeclaim', name)}` };
  const foreign = volume.kind === 'ephemeral' ? foreignClaim(pod, claim) : undefined;
  if (foreign !== undefined) return { error: foreign };
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
