import { podKey } from '../model/pod.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Offer } from './buy-offers.ts';
import { daemonsOn, type Placed } from './buy-place.ts';

/** The cluster with what is bought, and everybody on it whom the scheduler placed. */
export function afterPurchase(before: Snapshot, placed: Placed | undefined, offers: readonly Offer[]): Snapshot {
  if (!placed) return before;
  const { nodes, schedule } = placed;
  const nodeOf = new Map(schedule.placements.map((placement) => [podKey(placement), placement.node]));
  const victims = new Set(schedule.preemptions.flatMap((preemption) => preemption.victims.map(podKey)));
  const pods = before.pods.flatMap((pod) => {
    const key = podKey(pod);
    if (victims.has(key)) return [];
    return [pod.nodeName === '' ? { ...pod, nodeName: nodeOf.get(key) ?? '' } : pod];
  });
  return { ...before, nodes: [...before.nodes, ...nodes.map(({ node }) => node)], pods: [...pods, ...daemonsOn(nodes, offers)] };
}
