import type { BoundRule, ResolvedProfile } from '../../src/engine/resolved-profile.ts';
import type { AnyPlainRule } from '../../src/rules/rule.ts';

export interface ProfileParts extends Partial<Omit<ResolvedProfile, 'filter' | 'score'>> {
  /** Rules that filter, with or without arguments; they prepare themselves in this order too. */
  readonly filter?: readonly (AnyPlainRule | BoundRule)[];
  readonly score?: readonly (readonly [rule: AnyPlainRule, weight: number, args?: unknown])[];
}

/** A resolved profile of these rules alone. */
export function profileOf({ filter = [], score = [], ...more }: ProfileParts): ResolvedProfile {
  const bound = filter.map((rule): BoundRule => ('rule' in rule ? rule : { rule, args: undefined }));
  const weighted = score.map(([rule, weight, args]) => ({ rule, weight, args }));
  return {
    schedulerName: 'default-scheduler',
    percentageOfNodesToScore: 100,
    preEnqueue: ['SchedulingGates'],
    preFilter: bound.filter(({ rule }) => rule.prepareFilter),
    filter: bound.filter(({ rule }) => rule.accepts),
    postFilter: [],
    preScore: weighted.filter(({ rule }) => rule.prepareScore),
    score: weighted,
    reserve: [],
    ...more,
  };
}
