/** Whose nodes are to be bought. */

import { PlimsollError } from '../base/errors.ts';
import { Engine } from '../engine/engine.ts';
import type { EngineOptions, Settings } from '../engine/options.ts';
import { isFinished } from '../engine/pending-pods.ts';
import { inheritSource } from '../model/parse/source-of.ts';
import { type Pod, type PodTemplate, podKey } from '../model/pod.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { gatedStatus, schedulingGates } from '../rules/scheduling-gates.ts';
import { type PodManifest, podsOfManifests } from './pod-templates.ts';

export interface Workload {
  /** The cluster with everything on it that has room already. */
  readonly snapshot: Snapshot;
  /** Pods that the scheduler would try, and has no node for. */
  readonly wanted: readonly Pod[];
  readonly notes: readonly string[];
}

/** Pods asked about at once: more is a question about another cluster. */
const COPIES_MAX = 1_000_000;

/** The snapshot with the copies of the manifests as pods that wait. @throws PlimsollError, see `podsOfManifests`; USAGE for too many copies. */
export function withManifests(snapshot: Snapshot, podspec: readonly PodManifest[]): Snapshot {
  if (podspec.length === 0) return snapshot;
  const items = podsOfManifests(podspec, snapshot);
  const taken = new Set(snapshot.pods.map(podKey));
  const total = items.reduce((sum, { count }) => sum + count, 0);
  if (total > COPIES_MAX) throw new PlimsollError('USAGE', `must be ${COPIES_MAX} copies at most`, { path: 'podspec', value: total });
  const copies = items.flatMap(({ pod, count }) => {
    let number = 0;
    return Array.from({ length: count }, (): Pod => {
      let name: string;
      do name = `${pod.name}-${number++}`;
      while (taken.has(`${pod.namespace}/${name}`));
      taken.add(`${pod.namespace}/${name}`);
      return { ...pod, name, uid: '' };
    });
  });
  return inheritSource({ ...snapshot, pods: [...snapshot.pods, ...copies] }, snapshot);
}

/** Lets the scheduler place what has room on the nodes that are there. Nobody is evicted: room is bought instead. */
export async function workloadOf(snapshot: Snapshot, options: EngineOptions, { profiles }: Settings): Promise<Workload> {
  const isOpen = ({ nodeName, terminating, template }: Pod) =>
    nodeName === '' && !terminating && profiles.some(({ schedulerName }) => schedulerName === template.schedulerName);
  const gates = profiles.some(({ preEnqueue }) => preEnqueue.includes(schedulingGates.name));
  const pending = snapshot.pods.filter((pod) => isOpen(pod) && !isFinished(pod));
  const held = new Set(gates ? pending.filter((pod) => gatedStatus(pod) !== undefined) : []);
  const open = pending.filter((pod) => !held.has(pod));
  const notes =
    held.size === 0
      ? []
      : [`${held.size} ${held.size === 1 ? 'pod is' : 'pods are'} held back by scheduling gates; nothing is bought for them.`];
  if (snapshot.nodes.length === 0 || open.length === 0) return { snapshot, wanted: open, notes };
  const engine = new Engine(inheritSource({ ...snapshot, pods: withoutPreemption(snapshot.pods) }, snapshot), {
    ...options,
    untilStable: true,
  });
  const { placements } = await engine.schedule();
  const nodeOf = new Map(placements.map((placement) => [podKey(placement), placement.node]));
  const pods = snapshot.pods.map((pod): Pod => {
    const nodeName = pod.nodeName === '' ? nodeOf.get(podKey(pod)) : undefined;
    return nodeName === undefined ? pod : { ...pod, nodeName, nominatedNodeName: '' };
  });
  const { objects } = engine.snapshot();
  const placed = inheritSource({ ...snapshot, pods, objects }, snapshot);
  const wanted = open.filter((pod) => !nodeOf.has(podKey(pod)));
  return { snapshot: placed, wanted, notes };
}

/** Pods that wait, as they would if none of them could evict others. */
function withoutPreemption(pods: readonly Pod[]): Pod[] {
  const peaceful = new Map<PodTemplate, PodTemplate>();
  return pods.map((pod) => {
    if (pod.nodeName !== '' || pod.template.preemptionPolicy === 'Never') return pod;
    let template = peaceful.get(pod.template);
    if (!template) {
      template = { ...pod.template, preemptionPolicy: 'Never' };
      peaceful.set(pod.template, template);
    }
    return { ...pod, template };
  });
}

/** The snapshot without some of its pods. */
export function withoutPods(snapshot: Snapshot, gone: ReadonlySet<Pod>): Snapshot {
  return gone.size === 0 ? snapshot : inheritSource({ ...snapshot, pods: snapshot.pods.filter((pod) => !gone.has(pod)) }, snapshot);
}
