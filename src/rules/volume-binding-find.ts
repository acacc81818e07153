import type { Labels } from '../model/labels.ts';
import type { Pod } from '../model/pod.ts';
import type { Amount } from '../model/resources.ts';
import type { CSINode, PersistentVolume, PersistentVolumeClaim } from '../model/volume.ts';
import type { ClusterView } from './view.ts';
import { BoundVolume } from './volume-binding-affinity.ts';
import { requestOf, VolumeMatcher } from './volume-binding-match.ts';
import { VolumeProvisioning } from './volume-binding-provision.ts';
import { claimClass, claimName, findClaim, foreignClaim, isFullyBound, notFound } from './volume-claims.ts';

const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

/** A claim that is bound when its first pod is placed. */
interface DelayedClaim {
  readonly claim: PersistentVolumeClaim;
  readonly provisioning: VolumeProvisioning;
}

/** The claims of one pod, sorted out; what does not depend on the node is already settled. */
export interface PodClaims {
  /** In pod order; undefined: the volume that the claim is bound to does not exist. */
  readonly bound: readonly (BoundVolume | undefined)[];
  /** Claims whose volume is already being made for a node, in pod order. */
  readonly selected: readonly DelayedClaim[];
  /** The node that those claims wait for; null: they contradict each other. */
  readonly selectedNode: string | null | undefined;
  /** The other unbound claims by ascending size, equal sizes in pod order. */
  readonly unbound: readonly (DelayedClaim & { readonly matcher: VolumeMatcher })[];
}

/** Why a pod's claims refuse every node. */
export interface ClaimRefusal {
  readonly refusal: string;
}

/** Upstream `podHasPVCs` and `GetPodVolumeClaims`; undefined: the pod has no claims. */
export function sortOutClaims(pod: Pod, cluster: ClusterView): PodClaims | ClaimRefusal | undefined {
  const claims: PersistentVolumeClaim[] = [];
  for (const volume of pod.template.volumes) {
    const name = claimName(pod, volume);
    if (name === undefined) continue;
    const claim = findClaim(cluster, pod.namespace, name);
    const refusal = claimProblem(pod, claim, name, volume.kind === 'ephemeral');
    if (refusal !== undefined) return { refusal };
    claims.push(claim as PersistentVolumeClaim);
  }
  return claims.length === 0 ? undefined : classify(claims, cluster);
}

function claimProblem(pod: Pod, claim: PersistentVolumeClaim | undefined, name: string, ephemeral: boolean): string | undefined {
  const quoted = JSON.stringify(name);
  if (claim === undefined) {
    if (!ephemeral) return notFound('persistentvolumeclaim', name);
    return `waiting for ephemeral volume controller to create the persistentvolumeclaim ${quoted}`;
  }
  if (claim.phase === 'Lost') {
    return `persistentvolumeclaim ${quoted} bound to non-existent persistentvolume ${JSON.stringify(claim.volumeName)}`;
  }
  if (claim.terminating) return `persistentvolumeclaim ${quoted} is being deleted`;
  return ephemeral ? foreignClaim(pod, claim) : undefined;
}

function classify(claims: readonly PersistentVolumeClaim[], cluster: ClusterView): PodClaims | ClaimRefusal {
  const bound: (BoundVolume | undefined)[] = [];
  const delayed: DelayedClaim[] = [];
  let immediate = false;
  for (const claim of claims) {
    if (isFullyBound(claim)) {
      const volume = cluster.persistentVolumes.get(claim.volumeName);
      bound.push(volume && new BoundVolume(volume));
      continue;
    }
    const className = claimClass(claim);
    const storageClass = className === '' ? undefined : cluster.objects.storageClasses.get(className);
    if (storageClass !== undefined && storageClass.volumeBindingMode === undefined) {
      return { refusal: `VolumeBindingMode not set for StorageClass ${JSON.stringify(className)}` };
    }
    if (storageClass?.volumeBindingMode !== 'WaitForFirstConsumer' || claim.volumeName !== '') immediate = true;
    else delayed.push({ claim, provisioning: new VolumeProvisioning(claim, storageClass, cluster.objects) });
  }
  if (immediate) return { refusal: 'pod has unbound immediate PersistentVolumeClaims' };
  return { bound, ...sortDelayed(delayed, cluster) };
}

function sortDelayed(delayed: readonly DelayedClaim[], cluster: ClusterView): Omit<PodClaims, 'bound'> {
  const selected = delayed.filter(({ claim }) => claim.annotations.has(SELECTED_NODE));
  const nodes = new Set(selected.map(({ claim }) => claim.annotations.get(SELECTED_NODE)));
  const unbound = delayed
    .filter(({ claim }) => !claim.annotations.has(SELECTED_NODE))
    .map((entry) => ({ ...entry, matcher: new VolumeMatcher(entry.claim, cluster) }))
    .sort((a, b) => compare(requestOf(a.claim), requestOf(b.claim)));
  return { selected, selectedNode: nodes.size > 1 ? null : [...nodes][0], unbound };
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What becomes of a pod's claims on one node (upstream `FindPodVolumes`). */
export interface FoundVolumes {
  /** Upstream fails with this error; nothing else of the result counts. */
  readonly error?: string;
  boundConflict: boolean;
  unboundConflict: boolean;
  insufficientStorage: boolean;
  volumeMissing: boolean;
  readonly bindings: { readonly claim: PersistentVolumeClaim; readonly volume: PersistentVolume }[];
  readonly provisions: { readonly claim: PersistentVolumeClaim; readonly capacity: Amount | undefined }[];
}

/** O(bound claims + candidate volumes that name the node or no node). */
export function findVolumes(claims: PodClaims, nodeName: string, labels: Labels, csiNode: CSINode | undefined): FoundVolumes {
  const found: FoundVolumes = {
    boundConflict: false,
    unboundConflict: false,
    insufficientStorage: false,
    volumeMissing: false,
    bindings: [],
    provisions: [],
  };
  const boundError = checkBound(claims, labels, csiNode, found);
  if (boundError !== undefined) return { ...found, error: boundError };
  if (claims.selectedNode !== undefined && claims.selectedNode !== nodeName) {
    found.unboundConflict = true;
    return found;
  }
  const toProvision = [...claims.selected];
  const taken = new Set<PersistentVolume>();
  for (const entry of claims.unbound) {
    if (entry.matcher.invalid !== undefined) return { ...found, error: entry.matcher.invalid };
    const volume = entry.matcher.find(labels, taken);
    if (volume === undefined) {
      toProvision.push(entry);
      continue;
    }
    taken.add(volume);
    found.bindings.push({ claim: entry.claim, volume });
  }
  provision(toProvision, labels, found);
  return found;
}

/** The first claim whose volume is missing or out of reach decides; the later ones are not looked at. */
function checkBound(claims: PodClaims, labels: Labels, csiNode: CSINode | undefined, found: FoundVolumes): string | undefined {
  for (const volume of claims.bound) {
    if (volume === undefined) {
      found.volumeMissing = true;
      return undefined;
    }
    const matches = volume.matches(labels, csiNode);
    if (matches === true) continue;
    if (matches !== false) return matches.error;
    found.boundConflict = true;
    return undefined;
  }
  return undefined;
}

/** Ends at the first claim that cannot be provisioned; then none is. */
function provision(entries: readonly DelayedClaim[], labels: Labels, found: FoundVolumes): void {
  for (const { claim, provisioning } of entries) {
    const outcome = provisioning.check(labels);
    if (outcome.kind === 'provisioned') {
      found.provisions.push({ claim, capacity: outcome.capacity });
      continue;
    }
    if (outcome.kind === 'unsupported') found.unboundConflict = true;
    else found.insufficientStorage = true;
    found.provisions.length = 0;
    return;
  }
}
