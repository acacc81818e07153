import type { Labels } from '../model/labels.ts';
import type { NodeSelectorTerm } from '../model/selector.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../model/volume.ts';
import { RequirementIndex } from './requirement-index.ts';
import type { ClusterView } from './view.ts';
import { compileAffinity, type VolumeAffinity } from './volume-binding-affinity.ts';
import { volumeClass } from './volume-claims.ts';

/** One persistent volume as the catalogue keeps it. */
export interface CatalogEntry {
  /** Position in name order: upstream's order is undefined, ours is this. */
  readonly order: number;
  readonly className: string;
  readonly terms: readonly NodeSelectorTerm[] | undefined;
  readonly affinity: VolumeAffinity;
  /** As it stands now. */
  volume: PersistentVolume;
}

/**
 * The persistent volumes of a cluster by class, by what they ask of a node, and by the claim they are reserved for.
 * Built once in O(volumes log volumes); reservations are followed one by one.
 */
export class VolumeCatalog {
  private readonly volumes: ClusterView['persistentVolumes'];
  private readonly entries = new Map<string, CatalogEntry>();
  private readonly byClass = new Map<string, RequirementIndex<CatalogEntry>>();
  private readonly byClaim = new Map<string, Set<CatalogEntry>>();
  private changesRead = 0;

  /** The catalogue of the cluster's current volumes. */
  static of(cluster: ClusterView): VolumeCatalog {
    const volumes = cluster.persistentVolumes;
    let catalog = catalogs.get(volumes);
    if (catalog === undefined) {
      catalog = new VolumeCatalog(volumes);
      catalogs.set(volumes, catalog);
    }
    catalog.followChanges();
    return catalog;
  }

  private constructor(volumes: ClusterView['persistentVolumes']) {
    this.volumes = volumes;
    this.rebuild();
  }

  /** Calls `visit` with every volume of the class that could be usable on a node with these labels, in no particular order. */
  visitClass(className: string, labels: Labels, visit: (entry: CatalogEntry) => void): void {
    this.byClass.get(className)?.visit(labels, visit);
  }

  /** Volumes that name the claim in their claimRef now or did before, in name order. */
  namedBy(claim: PersistentVolumeClaim): readonly CatalogEntry[] {
    const entries = this.byClaim.get(`${claim.namespace}/${claim.name}`);
    return entries === undefined ? [] : [...entries].sort((a, b) => a.order - b.order);
  }

  private followChanges(): void {
    const { changedKeys } = this.volumes;
    for (; this.changesRead < changedKeys.length; this.changesRead++) {
      const name = changedKeys[this.changesRead] as string;
      const volume = this.volumes.get(name);
      const entry = this.entries.get(name);
      const same = volume !== undefined && entry?.className === volumeClass(volume) && entry.terms === volume.nodeAffinity;
      if (!same) {
        this.rebuild();
        return;
      }
      entry.volume = volume;
      this.noteClaim(entry);
    }
  }

  private rebuild(): void {
    this.entries.clear();
    this.byClass.clear();
    this.byClaim.clear();
    for (const [order, name] of [...this.volumes.keys()].sort().entries())
      this.add(name, this.volumes.get(name) as PersistentVolume, order);
    this.changesRead = this.volumes.changedKeys.length;
  }

  private add(name: string, volume: PersistentVolume, order: number): void {
    const className = volumeClass(volume);
    const terms = volume.nodeAffinity;
    const entry = { order, className, terms, affinity: compileAffinity(terms), volume };
    this.entries.set(name, entry);
    const index = this.byClass.get(className) ?? new RequirementIndex<CatalogEntry>();
    this.byClass.set(className, index);
    // Of several terms none is certain to be the one that holds.
    index.add(terms?.length === 1 ? (terms[0]?.matchExpressions ?? []) : [], entry);
    this.noteClaim(entry);
  }

  private noteClaim(entry: CatalogEntry): void {
    const reference = entry.volume.claimRef;
    if (reference === undefined) return;
    const key = `${reference.namespace}/${reference.name}`;
    const entries = this.byClaim.get(key);
    if (entries === undefined) this.byClaim.set(key, new Set([entry]));
    else entries.add(entry);
  }
}

const catalogs = new WeakMap<ClusterView['persistentVolumes'], VolumeCatalog>();
