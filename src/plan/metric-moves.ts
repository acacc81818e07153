import { type Pod, type PodTemplate, podKey } from '../model/pod.ts';
import type { Outcome } from './outcome.ts';

/** Owners whose pods stand in for each other: they have no names of their own that anybody relies on. */
const INTERCHANGEABLE: ReadonlySet<string> = new Set(['ReplicaSet', 'ReplicationController', 'Job']);

/** Pods on each node of each group of pods that stand in for each other. A pod of any other owner is a group of its own. */
export type GroupPlaces = ReadonlyMap<string, ReadonlyMap<string, number>>;

const groups = new WeakMap<PodTemplate, string>();

/** A namespace holds no space and neither does a kind. */
function groupOf(pod: Pod): string {
  const { template } = pod;
  const { namespace, owner } = template;
  if (!owner || !INTERCHANGEABLE.has(owner.kind)) return podKey(pod);
  const key = groups.get(template) ?? `${namespace} ${owner.kind} ${owner.name}`;
  groups.set(template, key);
  return key;
}

/** O(pods). */
export function placesOf(pods: Iterable<Pod>): GroupPlaces {
  const all = new Map<string, Map<string, number>>();
  for (const pod of pods) {
    if (pod.nodeName === '') continue;
    const key = groupOf(pod);
    let places = all.get(key);
    if (!places) {
      places = new Map();
      all.set(key, places);
    }
    places.set(pod.nodeName, (places.get(pod.nodeName) ?? 0) + 1);
  }
  return all;
}

/** The fewest pods that have to leave their node for another so that the groups stand as they do at the end. */
export function moves(outcome: Outcome): number {
  const { ground } = outcome;
  const after = outcome.places();
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
export function unplaced(outcome: Outcome): number {
  const { ground } = outcome;
  const after = outcome.places();
  let lost = 0;
  for (const [key, places] of ground.before) lost += Math.max(0, sum(places) - sum(after.get(key) ?? new Map()));
  return lost;
}

function sum(places: ReadonlyMap<string, number>): number {
  let pods = 0;
  for (const count of places.values()) pods += count;
  return pods;
}
