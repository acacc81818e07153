import type { Pod } from '../model/pod.ts';
import { type PlainRule, type Status, unresolvable } from './rule.ts';

/** A pod with scheduling gates never enters the queue: the rule acts at PreEnqueue alone, through `gatedStatus`. */
export const schedulingGates: PlainRule = { name: 'SchedulingGates' };

/** PreEnqueue: why the pod may not be queued; undefined = it may. */
export function gatedStatus(pod: Pod): Status | undefined {
  const gates = pod.template.schedulingGates;
  return gates.length === 0 ? undefined : unresolvable(`waiting for scheduling gates: [${gates.join(' ')}]`);
}
