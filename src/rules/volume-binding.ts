import { value as wholeValue } from '../model/quantity.ts';
import type { Amount } from '../model/resources.ts';
import { type PlainRule, type Prepared, SKIP, type Status, unresolvable } from './rule.ts';
import { type ShapePoint, shapeScore } from './scoring-strategy.ts';
import type { ClusterView, NodeView } from './view.ts';
import { type FoundVolumes, findVolumes, type PodClaims, sortOutClaims } from './volume-binding-find.ts';
import { requestOf } from './volume-binding-match.ts';
import { reserveVolumes } from './volume-binding-reserve.ts';
import { findCSINode } from './volume-claims.ts';

export interface VolumeBindingArgs {
  /** Only read under the gate StorageCapacityScoring; absent = upstream's default, which favours the emptiest. */
  readonly shape?: readonly ShapePoint[];
}

const SHAPE_DEFAULT: readonly ShapePoint[] = [
  { utilization: 0, score: 10 },
  { utilization: 100, score: 0 },
];

const NODE_CONFLICT = "node(s) didn't match PersistentVolume's node affinity";
const BIND_CONFLICT = "node(s) didn't find available persistent volumes to bind";
const NOT_ENOUGH_SPACE = 'node(s) did not have enough free storage';
const VOLUME_MISSING = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';

interface ClassUsage {
  requested: Amount;
  capacity: Amount;
}

/**
 * Upstream plugin VolumeBinding: bound claims pin the pod to nodes that reach their volumes, claims that wait for their
 * first consumer need a free volume or a class that can make one for the node.
 *
 * Where upstream's plugin returns an error, which ends the cycle, the status is unresolvable with the error's text.
 */
export const volumeBinding: PlainRule<VolumeBindingArgs, PodClaims, PodClaims | undefined> = {
  name: 'VolumeBinding',

  prepareFilter(pod, cluster): Prepared<PodClaims> {
    const claims = sortOutClaims(pod, cluster);
    if (claims === undefined) return SKIP;
    if ('refusal' in claims) return { kind: 'status', status: unresolvable(claims.refusal) };
    return { kind: 'state', state: claims };
  },

  accepts(claims: PodClaims, _pod, view, cluster): Status | undefined {
    const found = find(claims, view, cluster);
    if (found.error !== undefined) return unresolvable(found.error);
    const reasons: string[] = [];
    if (found.boundConflict) reasons.push(NODE_CONFLICT);
    if (found.unboundConflict) reasons.push(BIND_CONFLICT);
    if (found.insufficientStorage) reasons.push(NOT_ENOUGH_SPACE);
    if (found.volumeMissing) reasons.push(VOLUME_MISSING);
    return reasons.length === 0 ? undefined : unresolvable(...reasons);
  },

  /** Upstream scores only with the gate StorageCapacityScoring. */
  prepareScore(pod, _feasible, cluster) {
    if (!cluster.semantics.gates.StorageCapacityScoring) return 'skip';
    const claims = sortOutClaims(pod, cluster);
    return claims === undefined || 'refusal' in claims ? undefined : claims;
  },

  rate(claims, _pod, view, cluster, args) {
    return claims === undefined ? 0 : storageScore(find(claims, view, cluster), args.shape ?? SHAPE_DEFAULT);
  },

  reserve(pod, view, cluster) {
    const claims = sortOutClaims(pod, cluster);
    if (claims === undefined || 'refusal' in claims) return;
    const found = find(claims, view, cluster);
    if (accepted(found)) reserveVolumes(found, view.node.name, cluster);
  },
};

function find(claims: PodClaims, view: NodeView, cluster: ClusterView): FoundVolumes {
  const { name, labels } = view.node;
  return findVolumes(claims, name, labels, findCSINode(cluster, name));
}

function accepted(found: FoundVolumes): boolean {
  const refused = found.boundConflict || found.unboundConflict || found.insufficientStorage || found.volumeMissing;
  return found.error === undefined && !refused;
}

/**
 * Mean over the storage classes of the shape's value at requested / capacity, 0 to 100. Existing volumes to bind count
 * alone when there are any; else the pools that new volumes would come from.
 */
function storageScore(found: FoundVolumes, shape: readonly ShapePoint[]): number {
  const usages = new Map<string, ClassUsage>();
  const usageOf = (className: string): ClassUsage => {
    const usage = usages.get(className) ?? { requested: 0n, capacity: 0n };
    usages.set(className, usage);
    return usage;
  };
  for (const { claim, volume } of found.bindings) {
    const usage = usageOf(volume.storageClassName);
    usage.requested += wholeValue(requestOf(claim));
    usage.capacity += wholeValue(volume.capacity);
  }
  for (const { claim, capacity } of found.bindings.length > 0 ? [] : found.provisions) {
    if (capacity === undefined) continue;
    const usage = usageOf(claim.storageClassName ?? '');
    usage.requested += wholeValue(requestOf(claim));
    // Claims of one class draw on one pool: its capacity counts once.
    usage.capacity = capacity;
  }
  let sum = 0;
  for (const usage of usages.values()) sum += shapeScore(shape, utilization(usage));
  return usages.size === 0 ? 0 : Math.round(sum / usages.size);
}

function utilization({ requested, capacity }: ClassUsage): number {
  return capacity === 0n || requested > capacity ? 100 : Number((requested * 100n) / capacity);
}
