import type { Labels } from '../model/labels.ts';
import { type CompiledSelector, compileSelector } from '../model/match.ts';
import type { NanoQuantity } from '../model/resources.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../model/volume.ts';
import type { ClusterView } from './view.ts';
import { affinityMatches } from './volume-binding-affinity.ts';
import { type CatalogEntry, VolumeCatalog } from './volume-catalog.ts';
import { claimClass, isBoundTo } from './volume-claims.ts';

/**
 * Finds the volume that upstream's `FindMatchingVolume` picks for one unbound claim: a volume already reserved for the
 * claim, else the smallest that satisfies it, else by name.
 */
export class VolumeMatcher {
  /** Upstream's error text: the claim's selector is one that cannot be parsed. */
  readonly invalid: string | undefined;
  private readonly claim: PersistentVolumeClaim;
  private readonly className: string;
  private readonly selector: CompiledSelector | undefined;
  private readonly catalog: VolumeCatalog;
  /** Volumes reserved for the claim, in name order. */
  private readonly reserved: readonly CatalogEntry[];

  constructor(claim: PersistentVolumeClaim, cluster: ClusterView) {
    this.claim = claim;
    this.className = claimClass(claim);
    this.selector = claim.selector && compileSelector(claim.selector);
    const problem = this.selector?.invalid;
    this.invalid = problem && `error creating internal label selector for claim: ${claim.namespace}/${claim.name}: ${problem}`;
    this.catalog = VolumeCatalog.of(cluster);
    this.reserved = this.catalog
      .namedBy(claim)
      .filter(({ className, volume }) => className === this.className && isBoundTo(volume, claim) && couldServe(volume, claim));
  }

  /** The volume for a node with these labels. A reserved volume out of the node's reach leaves the claim without any. */
  find(labels: Labels, taken: ReadonlySet<PersistentVolume>): PersistentVolume | undefined {
    const reserved = this.reserved.find(({ volume }) => !taken.has(volume));
    if (reserved !== undefined) return affinityMatches(reserved.affinity, labels) ? reserved.volume : undefined;
    let best: CatalogEntry | undefined;
    this.catalog.visitClass(this.className, labels, (entry) => {
      if (best !== undefined && !isBetter(entry, best)) return;
      if (this.isFree(entry.volume) && !taken.has(entry.volume) && affinityMatches(entry.affinity, labels)) best = entry;
    });
    return (best as CatalogEntry | undefined)?.volume;
  }

  private isFree(volume: PersistentVolume): boolean {
    if (volume.claimRef !== undefined || volume.phase !== 'Available' || !couldServe(volume, this.claim)) return false;
    if (this.selector !== undefined && !this.selector.matches(volume.labels)) return false;
    return this.claim.accessModes.every((mode) => volume.accessModes.includes(mode));
  }
}

function isBetter(a: CatalogEntry, b: CatalogEntry): boolean {
  return a.volume.capacity === b.volume.capacity ? a.order < b.order : a.volume.capacity < b.volume.capacity;
}

/** The checks that a volume reserved for the claim has to pass as well. */
function couldServe(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  if (volume.capacity < requestOf(claim) || volume.terminating) return false;
  if ((volume.volumeMode || 'Filesystem') !== (claim.volumeMode || 'Filesystem')) return false;
  return volume.volumeAttributesClassName === claim.volumeAttributesClassName;
}

/** Exact size asked for; 0 where the claim asks for none. */
export function requestOf(claim: PersistentVolumeClaim): NanoQuantity {
  return claim.request ?? 0n;
}
