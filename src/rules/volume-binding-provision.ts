import type { Labels } from '../model/labels.ts';
import { type CompiledSelector, compileSelector } from '../model/match.ts';
import { value as wholeValue } from '../model/quantity.ts';
import type { Amount } from '../model/resources.ts';
import type { ClusterObjects } from '../model/snapshot.ts';
import type { CSIStorageCapacity, PersistentVolumeClaim, StorageClass } from '../model/volume.ts';
import { RequirementIndex } from './requirement-index.ts';

const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

export type ProvisionOutcome =
  /** `capacity` in bytes of the pool that would serve the volume; undefined where capacity is not tracked. */
  { readonly kind: 'provisioned'; readonly capacity?: Amount } | { readonly kind: 'unsupported' } | { readonly kind: 'insufficient' };

const UNSUPPORTED: ProvisionOutcome = { kind: 'unsupported' };
const INSUFFICIENT: ProvisionOutcome = { kind: 'insufficient' };
const UNTRACKED: ProvisionOutcome = { kind: 'provisioned' };

interface Pool {
  readonly topology: CompiledSelector;
  readonly order: number;
  /** Largest new volume in bytes. */
  readonly limit: Amount;
  /** Bytes. */
  readonly capacity: Amount;
}

/** Whether a new volume for one claim can be made for a node: class, allowed topologies, tracked capacity. */
export class VolumeProvisioning {
  private readonly storageClass: StorageClass;
  private readonly objects: ClusterObjects;
  private readonly supported: boolean;
  /** Bytes asked for; undefined: capacity is not tracked. */
  private readonly size: Amount | undefined;

  constructor(claim: PersistentVolumeClaim, storageClass: StorageClass, objects: ClusterObjects) {
    const { provisioner } = storageClass;
    this.storageClass = storageClass;
    this.objects = objects;
    this.supported = provisioner !== '' && provisioner !== NO_PROVISIONER;
    const tracked = objects.csiDrivers.get(provisioner)?.storageCapacity === true;
    this.size = tracked && claim.request !== undefined ? wholeValue(claim.request) : undefined;
  }

  /** O(pools whose topology names the node or no node). */
  check(labels: Labels): ProvisionOutcome {
    if (!this.supported || !topologyAllows(this.storageClass, labels)) return UNSUPPORTED;
    const { size } = this;
    if (size === undefined) return UNTRACKED;
    let first: Pool | undefined;
    poolsOf(this.storageClass.name, this.objects)?.visit(labels, (pool) => {
      if (pool.limit < size || (first !== undefined && first.order < pool.order)) return;
      if (pool.topology.matches(labels)) first = pool;
    });
    const found = first as Pool | undefined;
    return found === undefined ? INSUFFICIENT : { kind: 'provisioned', capacity: found.capacity };
  }
}

const topologiesByClass = new WeakMap<StorageClass, readonly CompiledSelector[]>();

/** Allowed topologies are ORed, none = everywhere. An empty term, or one that upstream cannot parse, matches nothing. */
function topologyAllows(storageClass: StorageClass, labels: Labels): boolean {
  if (storageClass.allowedTopologies.length === 0) return true;
  let terms = topologiesByClass.get(storageClass);
  if (terms === undefined) {
    terms = storageClass.allowedTopologies
      .filter((term) => term.length > 0)
      .map((term) => compileSelector({ requirements: term.map(({ key, values }) => ({ key, operator: 'In', values })) }));
    topologiesByClass.set(storageClass, terms);
  }
  return terms.some((term) => term.matches(labels));
}

type PoolIndex = RequirementIndex<Pool>;
const poolsByClass = new WeakMap<ClusterObjects, ReadonlyMap<string, PoolIndex>>();

function poolsOf(className: string, objects: ClusterObjects): PoolIndex | undefined {
  let index = poolsByClass.get(objects);
  if (index === undefined) {
    index = indexPools(objects.csiStorageCapacities);
    poolsByClass.set(objects, index);
  }
  return index.get(className);
}

/** By class, in order of namespace and name because upstream's order is undefined. A pool without topology is reachable from nowhere. */
function indexPools(capacities: readonly CSIStorageCapacity[]): ReadonlyMap<string, PoolIndex> {
  const index = new Map<string, PoolIndex>();
  const sorted = capacities.toSorted((a, b) => compareText(a.namespace, b.namespace) || compareText(a.name, b.name));
  for (const [order, { storageClassName, capacity, maximumVolumeSize, nodeTopology }] of sorted.entries()) {
    const limit = maximumVolumeSize ?? capacity;
    if (nodeTopology === undefined || limit === undefined) continue;
    const pools: PoolIndex = index.get(storageClassName) ?? new RequirementIndex();
    index.set(storageClassName, pools);
    const topology = compileSelector(nodeTopology);
    pools.add(nodeTopology.requirements, { topology, order, limit: wholeValue(limit), capacity: wholeValue(capacity ?? 0n) });
  }
  return index;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
