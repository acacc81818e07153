import type { Labels } from '../model/labels.ts';
import { compileSelector } from '../model/match.ts';
import type { NanoQuantity } from '../model/resources.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../model/volume.ts';
import { RequirementIndex } from './requirement-index.ts';
import type { ClusterView } from './view.ts';
import { affinityMatches, compileAffinity, type VolumeAffinity } from './volume-binding-affinity.ts';
import { claimClass, isBoundTo, volumeClass } from './volume-claims.ts';

interface Candidate {
  readonly volume: PersistentVolume;
  readonly affinity: VolumeAffinity;
  /** Position in name order: upstream's order is undefined, ours is this. */
  readonly order: number;
}

/**
 * Finds the volume that upstream's `FindMatchingVolume` picks for one unbound claim: a volume already reserved for the
 * claim, else the smallest that satisfies it. What does not depend on the node is settled when the matcher is built.
 */
export class VolumeMatcher {
  /** Upstream's error text: the claim's selector is one that cannot be parsed. */
  readonly invalid: string | undefined;
  private readonly reserved: Candidate[] = [];
  private readonly free = new RequirementIndex<Candidate>();

  /** O(volumes of the claim's class). */
  constructor(claim: PersistentVolumeClaim, cluster: ClusterView) {
    const problem = claim.selector && compileSelector(claim.selector).invalid;
    this.invalid = problem && `error creating internal label selector for claim: ${claim.namespace}/${claim.name}: ${problem}`;
    if (this.invalid !== undefined) return;
    for (const [order, name] of volumeNames(claimClass(claim), cluster).entries()) {
      const volume = cluster.persistentVolumes.get(name);
      if (volume === undefined || !couldServe(volume, claim)) continue;
      const candidate = { volume, affinity: compileAffinity(volume.nodeAffinity), order };
      if (isBoundTo(volume, claim)) this.reserved.push(candidate);
      else if (isFreeFor(volume, claim)) this.free.add(pivots(volume), candidate);
    }
  }

  /** The volume for a node with these labels. A reserved volume out of the node's reach leaves the claim without any. */
  find(labels: Labels, taken: ReadonlySet<PersistentVolume>): PersistentVolume | undefined {
    const reserved = this.reserved.find(({ volume }) => !taken.has(volume));
    if (reserved !== undefined) return affinityMatches(reserved.affinity, labels) ? reserved.volume : undefined;
    let best: Candidate | undefined;
    this.free.visit(labels, (candidate) => {
      if (taken.has(candidate.volume) || (best !== undefined && !isBetter(candidate, best))) return;
      if (affinityMatches(candidate.affinity, labels)) best = candidate;
    });
    return (best as Candidate | undefined)?.volume;
  }
}

function isBetter(a: Candidate, b: Candidate): boolean {
  return a.volume.capacity === b.volume.capacity ? a.order < b.order : a.volume.capacity < b.volume.capacity;
}

/** Only a single term demands its requirements for certain. */
function pivots(volume: PersistentVolume) {
  return volume.nodeAffinity?.length === 1 ? (volume.nodeAffinity[0]?.matchExpressions ?? []) : [];
}

/** The checks that come before the question whether the volume is reserved for the claim. */
function couldServe(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  if (volume.claimRef !== undefined && !isBoundTo(volume, claim)) return false;
  if (volume.capacity < requestOf(claim)) return false;
  if ((volume.volumeMode || 'Filesystem') !== (claim.volumeMode || 'Filesystem')) return false;
  return volume.volumeAttributesClassName === claim.volumeAttributesClassName && !volume.terminating;
}

function isFreeFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  if (volume.phase !== 'Available') return false;
  if (claim.selector !== undefined && !compileSelector(claim.selector).matches(volume.labels)) return false;
  return claim.accessModes.every((mode) => volume.accessModes.includes(mode));
}

/** Exact size asked for; 0 where the claim asks for none. */
export function requestOf(claim: PersistentVolumeClaim): NanoQuantity {
  return claim.request ?? 0n;
}

interface ClassIndex {
  /** Number of volumes when the index was built. */
  readonly size: number;
  readonly names: ReadonlyMap<string, readonly string[]>;
}

const classIndexes = new WeakMap<ReadonlyMap<string, PersistentVolume>, ClassIndex>();

/** Names of the class's volumes in name order. Reservations replace volumes and never change a class, so names are enough. */
function volumeNames(className: string, cluster: ClusterView): readonly string[] {
  const volumes = cluster.persistentVolumes;
  let index = classIndexes.get(volumes);
  if (index === undefined || index.size !== volumes.size) {
    const names = Map.groupBy([...volumes.keys()].sort(), (name) => volumeClass(volumes.get(name) as PersistentVolume));
    index = { size: volumes.size, names };
    classIndexes.set(volumes, index);
  }
  return index.names.get(className) ?? [];
}
