/** Tolerations that admission adds or merges. */
import type { DraftToleration } from '../parse/pod-draft.ts';

const DEFAULT_SECONDS = 300;
const NODE_CONDITIONS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** Admission plugin DefaultTolerationSeconds: every pod survives 300 s of a node that is not ready or unreachable. */
export function withDefaultTolerations(tolerations: readonly DraftToleration[]): readonly DraftToleration[] {
  const missing = NODE_CONDITIONS.filter((key) => !tolerations.some((toleration) => covers(toleration, key)));
  return missing.length === 0
    ? tolerations
    : [...tolerations, ...missing.map((key) => ({ key, operator: 'Exists', value: '', effect: 'NoExecute', seconds: DEFAULT_SECONDS }))];
}

function covers({ key, effect }: DraftToleration, condition: string): boolean {
  return (key === condition || key === '') && (effect === 'NoExecute' || effect === '');
}

/** Both lists, without tolerations that another of them implies (upstream `MergeTolerations`). */
export function mergeTolerations(first: readonly DraftToleration[], second: readonly DraftToleration[]): readonly DraftToleration[] {
  const all = [...first, ...second];
  const merged: DraftToleration[] = [];
  for (const [i, toleration] of all.entries()) {
    const implied =
      merged.some((kept) => isSuperset(kept, toleration)) ||
      all.slice(i + 1).some((later) => !equal(later, toleration) && isSuperset(later, toleration));
    if (!implied) merged.push(toleration);
  }
  return merged;
}

function equal(a: DraftToleration, b: DraftToleration): boolean {
  return a.key === b.key && a.operator === b.operator && a.value === b.value && a.effect === b.effect && a.seconds === b.seconds;
}

function isSuperset(wide: DraftToleration, narrow: DraftToleration): boolean {
  if (equal(wide, narrow)) return true;
  if (narrow.key !== wide.key && !(wide.key === '' && wide.operator === 'Exists')) return false;
  if (narrow.effect !== wide.effect && wide.effect !== '') return false;
  if (wide.effect === 'NoExecute' && wide.seconds !== undefined && (narrow.seconds === undefined || narrow.seconds > wide.seconds))
    return false;
  if (wide.operator === 'Exists') return true;
  return (wide.operator === '' || wide.operator === 'Equal') && narrow.operator === 'Equal' && narrow.value === wide.value;
}
