import { PlimsollError } from '../base/errors.ts';
import { Prng } from '../base/prng.ts';
import type { Pod } from '../model/pod.ts';
import type { TieMode } from '../model/results.ts';
import { Attempts } from './attempts.ts';
import type { PodClass } from './classes.ts';
import type { Fleet } from './fleet.ts';
import { Nominations } from './nominations.ts';
import { DisruptionBudgets } from './preemption-budgets.ts';
import type { ResolvedProfile } from './resolved-profile.ts';

export interface CopyOptions {
  readonly tie: TieMode;
  readonly seed: number;
  /** Pods that wait for a node they were promised. */
  readonly nominated: readonly Pod[];
}

/** A pod to be copied, and the profile that serves it. */
export interface CopyKind {
  readonly pod: Pod;
  readonly profile: ResolvedProfile;
}

/** Copies of pods on a fleet that is used up by them: nobody is evicted for them and none waits. */
export class Copies {
  readonly fleet: Fleet;
  readonly kinds: readonly CopyKind[];
  readonly attempts: Attempts;
  private readonly nominated: boolean;

  /** @throws PlimsollError NOT_FOUND where no profile serves a pod. */
  constructor(fleet: Fleet, pods: readonly Pod[], { tie, seed, nominated }: CopyOptions) {
    this.fleet = fleet;
    // Whom a copy could evict is another question.
    this.kinds = pods.map((pod) => ({ pod, profile: { ...profileOf(pod, fleet), postFilter: [] } }));
    this.nominated = nominated.length > 0;
    const nominations = new Nominations(fleet);
    for (const pod of nominated) nominations.add(pod, pod.nominatedNodeName);
    this.attempts = new Attempts(fleet, nominations, new DisruptionBudgets(fleet.objects.podDisruptionBudgets), tie, new Prng(seed));
    // Every term is known before the first class is compiled.
    for (const pod of pods) fleet.counts.entry(pod.template);
  }

  /** The classes when the core can decide all of them without coming back. */
  bulkClasses(): readonly PodClass[] | undefined {
    const { fleet, attempts } = this;
    // Promises of other pods are heeded one pod at a time.
    if (fleet.nodes.length === 0 || this.nominated) return undefined;
    fleet.classes.pin();
    const classes: PodClass[] = [];
    for (const { pod, profile } of this.kinds) {
      if (fleet.classes.crowded || reserves(pod, profile)) return undefined;
      try {
        classes.push(fleet.classOf(pod, profile));
      } catch {
        // The attempt alone reports what is wrong with the pod.
        return undefined;
      }
    }
    return classes.every((cls) => attempts.decider.isBulk(cls)) ? classes : undefined;
  }

  /** One copy the plain way; its row, -1 when it fits nowhere. `number` tells it from the others. */
  placeOne({ pod, profile }: CopyKind, number: number): number {
    const copy = { ...pod, name: `${pod.name}-${number}` };
    const outcome = this.attempts.attempt(copy, profile);
    if (outcome.kind !== 'placed') return -1;
    const { row } = outcome;
    this.fleet.place(copy, row);
    if (reserves(pod, profile)) {
      const view = this.fleet.view();
      for (const { rule, args } of profile.reserve) rule.reserve?.(copy, view.rows[row] as (typeof view.rows)[number], view, args);
    }
    return row;
  }
}

function profileOf(pod: Pod, fleet: Fleet): ResolvedProfile {
  const profile = fleet.profileOf(pod);
  if (profile) return profile;
  throw new PlimsollError('NOT_FOUND', 'no profile serves the scheduler that the pod asks for', {
    path: 'spec.schedulerName',
    value: pod.template.schedulerName,
    hint: 'give a configuration with a profile of that name',
  });
}

/** Whether a placement changes more than pods and nodes: claims are bound. */
function reserves({ template }: Pod, profile: ResolvedProfile): boolean {
  return profile.reserve.length > 0 && template.volumes.some(({ kind }) => kind === 'claim' || kind === 'ephemeral');
}
