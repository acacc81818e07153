/** What the API server refuses in topology spread constraints (upstream `validateTopologySpreadConstraints`). */
import { fieldError, join } from '../parse/fields.ts';
import type { PodDraft } from '../parse/pod-draft.ts';
import { checkSelector } from '../parse/selectors.ts';
import type { SpreadConstraint } from '../pod.ts';
import { checkLabelKeyList, checkNotEmpty, checkNotSelected } from './validate-affinity.ts';

const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway'];
const POLICIES = [undefined, 'Honor', 'Ignore'];

export function checkSpreadConstraints(draft: PodDraft): void {
  const seen = new Map<string, number>();
  for (const [i, constraint] of draft.spreadConstraints.entries()) {
    const path = `spec.topologySpreadConstraints[${i}]`;
    checkConstraint(constraint, path, draft);
    const pair = `${constraint.whenUnsatisfiable} ${constraint.topologyKey}`;
    const first = seen.get(pair);
    if (first !== undefined) throw fieldError(path, `repeats topologyKey and whenUnsatisfiable of constraint ${first}`);
    seen.set(pair, i);
  }
}

function checkConstraint(constraint: SpreadConstraint, path: string, draft: PodDraft): void {
  const { maxSkew, minDomains, whenUnsatisfiable, labelSelector, matchLabelKeys } = constraint;
  if (maxSkew < 1) throw fieldError(join(path, 'maxSkew'), 'must be greater than zero', maxSkew);
  checkNotEmpty(constraint.topologyKey, path); // Upstream looks no closer here.
  if (!ACTIONS.includes(whenUnsatisfiable)) {
    throw fieldError(join(path, 'whenUnsatisfiable'), 'must be DoNotSchedule or ScheduleAnyway', whenUnsatisfiable);
  }
  if (minDomains !== undefined && minDomains < 1) throw fieldError(join(path, 'minDomains'), 'must be greater than zero', minDomains);
  if (minDomains !== undefined && whenUnsatisfiable !== 'DoNotSchedule') {
    throw fieldError(join(path, 'minDomains'), 'can only be used with whenUnsatisfiable DoNotSchedule', minDomains);
  }
  for (const policy of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
    if (!POLICIES.includes(constraint[policy])) throw fieldError(join(path, policy), 'must be Honor or Ignore', constraint[policy]);
  }
  if (!draft.stored) checkSelector(labelSelector, join(path, 'labelSelector'));
  checkLabelKeyList(matchLabelKeys, labelSelector, join(path, 'matchLabelKeys'));
  checkNotSelected(matchLabelKeys, labelSelector, join(path, 'matchLabelKeys'), draft);
}
