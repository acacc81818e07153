import { type Pod, podKey } from '../model/pod.ts';
import type { Outcome } from './outcome.ts';

/** Owners whose pods stand in for each other: they have no names of their own that anybody relies on. */
const INTERCHANGEABLE: ReadonlySet<string> = new Set(['ReplicaSet', 'ReplicationController', 'Job']);

/** Pods on each node of each group of pods that stand in for each other. A pod of any other owner is a group of its own. */
export type GroupPlaces = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** O(pods). */
export function placesOf(pods: Iterable<Pod>): GroupPlaces {
  const groups = new Map<string, Map<string, number>>();
  for (const pod of pods) {
    if (pod.nodeName === '') continue;
    const { namespace, owner } = pod.template;
    // A namespace holds no space and neither does a kind.
    const key = owner && INTERCHANGEABLE.has(owner.kind) ? `${namespace} ${owner.kind} ${owner.name}` : podKey(pod);
    const places = groups.get(key) ?? new Map<string, number>();
    groups.set(key, places);
    places.set(pod.nodeName, (places.get(pod.nodeName) ?? 0) + 1);
  }
  return groups;
}

/** The fewest pods that have to leave their node for another so that the groups stand as they do at the end. */
export function moves({ ground, pods }: Outcome): number {
  const after = placesOf(pods);
  let moved = 0;
  for (const [key, places] of ground.before) {
    const now = after.get(key);
    if (!now) continue;
    let stayed = 0;
    for (const [node, count] of places) stayed += Math.min(count, now.get(node) ?? 0);
    moved += Math.min(sum(places), sum(now)) - stayed;
  }
  return moved;
}

/** Pods fewer on nodes than in the input, over the groups. */
export function unplaced({ ground, pods }: Outcome): number {
  const after = placesOf(pods);
  let lost = 0;
  for (const [key, places] of ground.before) lost += Math.max(0, sum(places) - sum(after.get(key) ?? new Map()));
  return lost;
}

function sum(places: ReadonlyMap<string, number>): number {
  let pods = 0;
  for (const count of places.values()) pods += count;
  return pods;
}
