/** What the API server refuses in topology spread constraints (upstream `validateTopologySpreadConstraints`). */
import { fieldError, join } from '../parse/fields.ts';
import type { PodDraft } from '../parse/pod-draft.ts';
import { checkSelector } from '../parse/selectors.ts';
import type { SpreadConstraint } from '../pod.ts';
import { checkLabelKeyList, checkNotSelected, checkTopologyKey } from './validate-affinity.ts';

const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway'];
const POLICIES = [undefined, 'Honor', 'Ignore'];

export function checkSpreadConstraints({ spreadConstraints, stored }: PodDraft): void {
  for (const [i, constraint] of spreadConstraints.entries()) {
    const path = `spec.topologySpreadConstraints[${i}]`;
    checkConstraint(constraint, path, stored);
    const same = spreadConstraints.findIndex(
      (other) => other.topologyKey === constraint.topologyKey && other.whenUnsatisfiable === constraint.whenUnsatisfiable,
    );
    if (same < i) throw fieldError(path, `repeats topologyKey and whenUnsatisfiable of constraint ${same}`);
  }
}

function checkConstraint(constraint: SpreadConstraint, path: string, stored: boolean): void {
  const { maxSkew, minDomains, whenUnsatisfiable, labelSelector, matchLabelKeys } = constraint;
  if (maxSkew < 1) throw fieldError(join(path, 'maxSkew'), 'must be greater than zero', maxSkew);
  checkTopologyKey(constraint.topologyKey, path);
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
  checkSelector(labelSelector, join(path, 'labelSelector'));
  checkLabelKeyList(matchLabelKeys, labelSelector, join(path, 'matchLabelKeys'));
  if (!stored) checkNotSelected(matchLabelKeys, labelSelector, join(path, 'matchLabelKeys'));
}
