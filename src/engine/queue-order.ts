import type { Pod } from '../model/pod.ts';

/** Largest whole number up to which doubles have no gaps. */
const EXACT_MAX = 2 ** 53;

/** The order in which pods are first tried, with the rank of each pod's priority. */
export interface QueueOrder {
  /** Pod indices, first to be tried first. */
  readonly order: Uint32Array;
  /** By pod index: 0 for the highest priority, 1 for the next one, and so on. */
  readonly rank: Uint32Array;
}

/**
 * Priority descending, then creation time, then input order (plugin PrioritySort; the time is that of the object's
 * creation where upstream takes that of its arrival in the queue). O(n) when the input is in this order already,
 * O(n log n) without comparator calls otherwise.
 */
export function queueOrder(pods: readonly Pod[]): QueueOrder {
  const count = pods.length;
  const rank = new Uint32Array(count);
  const times = new Float64Array(count);
  const priorities = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const pod = pods[i] as Pod;
    times[i] = pod.createdMs;
    priorities.set(pod.template.priority, 0);
  }
  [...priorities.keys()]
    .sort((a, b) => b - a)
    .forEach((priority, i) => {
      priorities.set(priority, i);
    });
  let sorted = true;
  for (let i = 0; i < count; i++) {
    rank[i] = priorities.get((pods[i] as Pod).template.priority) as number;
    const before = (rank[i - 1] as number) - (rank[i] as number) || (times[i - 1] as number) - (times[i] as number);
    if (i > 0 && before > 0) sorted = false;
  }
  const order = sorted ? Uint32Array.from(rank, (_, i) => i) : sortedOrder(rank, times, priorities.size);
  return { order, rank };
}

function sortedOrder(rank: Uint32Array, times: Float64Array, ranks: number): Uint32Array {
  const count = rank.length;
  const distinct = Float64Array.from(new Set(times)).sort();
  if (ranks * distinct.length * count > EXACT_MAX) {
    const compare = (a: number, b: number) =>
      (rank[a] as number) - (rank[b] as number) || (times[a] as number) - (times[b] as number) || a - b;
    return Uint32Array.from(rank, (_, i) => i).sort(compare);
  }
  // One double carries rank, time and index; sorting doubles without a comparator is several times faster.
  const timeRank = new Map<number, number>();
  distinct.forEach((time, i) => {
    timeRank.set(time, i);
  });
  const keys = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    keys[i] = ((rank[i] as number) * distinct.length + (timeRank.get(times[i] as number) as number)) * count + i;
  }
  return Uint32Array.from(keys.sort(), (key) => key % count);
}
