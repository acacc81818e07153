import { isSince } from '../model/gates.ts';
import { type Pod, podKey } from '../model/pod.ts';
import { gatedStatus, schedulingGates } from '../rules/scheduling-gates.ts';
import type { Fleet } from './fleet.ts';
import { statusMessage } from './message.ts';

/** The pods without a node, by what becomes of them. */
export interface PendingPods {
  /** To be scheduled. */
  readonly waiting: readonly Pod[];
  /** Held back, with the reason. */
  readonly held: ReadonlyMap<Pod, string>;
  /** Those of `held` that keep the node they were promised: gated ones, from 1.37 on. */
  readonly promised: readonly Pod[];
  /** How many pods there are of each scheduler that no profile serves. */
  readonly foreign: ReadonlyMap<string, number>;
}

/** Sorts the pods; those on a node and finished ones are left out. O(pods). */
export function pendingPods(pods: Iterable<Pod>, fleet: Fleet): PendingPods {
  const waiting: Pod[] = [];
  const held = new Map<Pod, string>();
  const promised: Pod[] = [];
  const foreign = new Map<string, number>();
  const gatedToo = isSince(fleet.semantics.kubeVersion, '1.37');
  for (const pod of pods) {
    if (pod.nodeName !== '' || isFinished(pod)) continue;
    const profile = fleet.profileOf(pod);
    const { schedulerName } = pod.template;
    const gate = profile?.preEnqueue.includes(schedulingGates.name) ? gatedStatus(pod) : undefined;
    if (!profile) foreign.set(schedulerName, (foreign.get(schedulerName) ?? 0) + 1);
    else if (gate) held.set(pod, statusMessage(gate));
    else if (pod.terminating) held.set(pod, `skip schedule deleting pod: ${podKey(pod)}`);
    else waiting.push(pod);
    if (gate && gatedToo) promised.push(pod);
  }
  return { waiting, held, promised, foreign };
}

export function isFinished({ phase }: Pod): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}
