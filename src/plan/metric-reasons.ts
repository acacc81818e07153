import { podKey } from '../model/pod.ts';
import type { Outcome } from './outcome.ts';

/** Pods that wait at the end by the reasons that their messages name. O(pods). */
export function reasonsOf({ pods, messages }: Outcome): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const pod of pods) {
    if (pod.nodeName !== '') continue;
    const message = messages.get(podKey(pod));
    const reasons = message === undefined ? ['no profile serves its scheduler'] : reasonsIn(message);
    for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return counts;
}

/**
 * The reasons of a FailedScheduling text: `0/5 nodes are available: 2 Insufficient cpu, 3 node(s) were unschedulable. preemption: ...` names two.
 * Any other text is one reason as a whole.
 */
export function reasonsIn(message: string): readonly string[] {
  const [, rest] = /^0\/\d+ nodes are available: (.*)$/s.exec(message) ?? [];
  if (rest === undefined) return [message];
  // The histogram ends with a full stop, behind which the text of PostFilter may follow; reasons may hold both within a word.
  const histogram = rest.split(/\.(?: |$)/, 1)[0] as string;
  return [...new Set(histogram.split(/, (?=\d+ )/).map((entry) => entry.replace(/^\d+ /, '')))];
}
