import { assert } from '../base/assert.ts';
import type { Prng } from '../base/prng.ts';
import { isSince, type KubeVersion } from '../model/gates.ts';
import type { Pod } from '../model/pod.ts';
import { sortLikeGo } from './preemption-sort.ts';

/** A node that would take the preemptor once the victims are gone. */
export interface Candidate {
  readonly row: number;
  /** Most important first; never empty. */
  readonly victims: readonly Pod[];
  /** Victims whose eviction breaks a PodDisruptionBudget. */
  readonly budgetViolations: number;
}

/** Added to every priority before summing, so that many low ones weigh more than one (upstream MaxInt32 + 1). */
const PRIORITY_SHIFT = 2 ** 31;

/**
 * Sorts in place by importance, most important first: higher priority, then longer running (upstream MoreImportantPod).
 * A pod without a start time started "now". Up to 1.36 upstream reads its clock for each side of each comparison, so that of two
 * such pods the one that is asked first is older. From 1.37 on (MoreImportantVictim) it reads the clock once for each pod, in the order `asked`: that
 * of the pods on the node, or one that has them in this order where it matters.
 */
export function sortByImportance(pods: Pod[], version: KubeVersion, asked: readonly Pod[] = pods): void {
  const places = isSince(version, '1.37') ? new Map(asked.map((pod, place) => [pod, place])) : undefined;
  const isOlder = (first: Pod, second: Pod) => places === undefined || (places.get(first) as number) < (places.get(second) as number);
  sortLikeGo(pods, (first, second) => {
    const difference = first.template.priority - second.template.priority;
    if (difference !== 0) return difference > 0;
    if (first.startedMs === undefined) return second.startedMs === undefined && isOlder(first, second);
    return second.startedMs === undefined || first.startedMs < second.startedMs;
  });
}

/** What the choice among nodes looks at, one after the other; less is better (specification 10.7). */
const CRITERIA: readonly ((candidate: Candidate) => number)[] = [
  (candidate) => candidate.budgetViolations,
  (candidate) => firstVictim(candidate).template.priority,
  (candidate) => candidate.victims.reduce((sum, victim) => sum + victim.template.priority + PRIORITY_SHIFT, 0),
  (candidate) => candidate.victims.length,
  (candidate) => -earliestStart(candidate.victims),
];

/**
 * The best of the candidates (upstream pickOneNodeForPreemption). What is still equal after all criteria is decided by
 * snapshot order, or by `random`; upstream takes the first in the random order of a Go map.
 */
export function pickCandidate(candidates: readonly Candidate[], random?: Prng): Candidate {
  let best = candidates;
  for (const criterion of CRITERIA) {
    if (best.length === 1) break;
    const values = best.map(criterion);
    const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    best = best.filter((_, i) => values[i] === least);
  }
  if (random !== undefined && best.length > 1) return random.pick(best);
  const [first, ...rest] = best;
  assert(first !== undefined, 'there is a candidate to pick');
  return rest.reduce((a, b) => (b.row < a.row ? b : a), first);
}

export const CRITERIA_COUNT = CRITERIA.length;

/** What the choice among nodes looks at, from `at` on. */
export function writeCriteria(candidate: Candidate, values: Float64Array, at: number): void {
  for (let i = 0; i < CRITERIA_COUNT; i++) values[at + i] = (CRITERIA[i] as (typeof CRITERIA)[number])(candidate);
}

function firstVictim({ victims: [first] }: Candidate): Pod {
  assert(first !== undefined, 'a candidate has a victim');
  return first;
}

/** Earliest start among the victims of the highest priority, ms since 1970; Infinity ("now") when none of them has started. */
function earliestStart(victims: readonly Pod[]): number {
  const highest = victims.reduce((most, { template }) => Math.max(most, template.priority), Number.NEGATIVE_INFINITY);
  return victims
    .filter(({ template }) => template.priority === highest)
    .reduce((earliest, { startedMs }) => Math.min(earliest, startedMs ?? Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
}
