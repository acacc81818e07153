/** Pods for which nothing can be bought. */
import { explainPod } from '../engine/explain.ts';
import type { Settings } from '../engine/options.ts';
import type { ImpossiblePod } from '../model/buy-results.ts';
import { type Pod, podKey } from '../model/pod.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { ClusterView } from '../rules/view.ts';
import type { Offer } from './buy-offers.ts';
import type { Placed } from './buy-place.ts';

/** Nearest misses told of each pod. */
const MISSES_MAX = 5;

/**
 * One entry for equal pods that fit on no offer, told of an empty node of each; and one for those that the scheduler has left over at the end for the same
 * reason, told of the nodes as they are then. `after`: the cluster with all that is bought and placed.
 */
export function impossiblePods(
  hopeless: readonly (readonly Pod[])[],
  placed: Placed | undefined,
  after: () => Snapshot,
  view: ClusterView,
  offers: readonly Offer[],
  settings: Settings,
): ImpossiblePod[] {
  const leftOver = new Map<string, Pod[]>();
  for (const pod of placed?.unplaced ?? []) {
    const message = placed?.messages.get(podKey(pod)) ?? '';
    const alike = leftOver.get(message);
    if (alike) alike.push(pod);
    else leftOver.set(message, [pod]);
  }
  const full = leftOver.size === 0 ? undefined : after();
  return [
    ...hopeless.map((pods) => {
      const pod = pods[0] as Pod;
      return { ...nameOf(pod), alike: pods.length - 1, ...onOffers(pod, view, offers, settings) };
    }),
    ...[...leftOver].map(([message, pods]) => {
      const pod = pods[0] as Pod;
      return { ...nameOf(pod), alike: pods.length - 1, message, nearestMiss: full ? missesIn(full, pod, settings) : [] };
    }),
  ];
}

function nameOf({ namespace, name }: Pod): { namespace: string; name: string } {
  return { namespace, name };
}

/** The nodes that miss least for a pod that waits. O(nodes · rules + pods). */
function missesIn(cluster: Snapshot, pod: Pod, { profiles, semantics }: Settings): ImpossiblePod['nearestMiss'] {
  const profile = profiles.find(({ schedulerName }) => schedulerName === pod.template.schedulerName);
  if (!profile) return [];
  const view = ClusterView.of(cluster, semantics);
  return explainPod(view, pod, { ...profile, postFilter: [] }, { tie: 'first', seed: 0 }).nearestMiss.slice(0, MISSES_MAX);
}

/** What one empty node of each offer says to the pod. */
function onOffers(
  pod: Pod,
  view: ClusterView,
  offers: readonly Offer[],
  { profiles }: Settings,
): Pick<ImpossiblePod, 'message' | 'nearestMiss'> {
  const profile = profiles.find(({ schedulerName }) => schedulerName === pod.template.schedulerName);
  if (!profile) return { message: '', nearestMiss: [] };
  const { message, nearestMiss } = explainPod(view, pod, { ...profile, postFilter: [] }, { tie: 'first', seed: 0 });
  const nameOf = new Map(view.nodes.map(({ node }, i) => [node.name, offerName(offers[i] as Offer)]));
  return {
    message,
    nearestMiss: nearestMiss.slice(0, MISSES_MAX).map(({ node, changes }) => ({ node: nameOf.get(node) ?? node, changes })),
  };
}

function offerName({ row, zone }: Offer): string {
  return zone === undefined ? row.type : `${row.type} in ${zone}`;
}
