/** Defaults of a node, and what the API server refuses in one. */
import type { Node } from '../node.ts';
import { fieldError } from '../parse/fields.ts';
import { checkLabelKey, checkLabelValue } from '../parse/metadata.ts';
import type { NodeReading } from '../parse/node.ts';
import type { Taint } from '../taint.ts';

const UNSCHEDULABLE: Taint = { key: 'node.kubernetes.io/unschedulable', value: '', effect: 'NoSchedule' };
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** The node lifecycle controller's taint on a cordoned node. */
export function withNodeDefaults(node: Node): Node {
  const tainted = node.taints.some(({ key, effect }) => key === UNSCHEDULABLE.key && effect === UNSCHEDULABLE.effect);
  return node.unschedulable && !tainted ? { ...node, taints: [...node.taints, UNSCHEDULABLE] } : node;
}

export function validateNode({ taints }: Node): void {
  const seen = new Map<string, number>();
  for (const [i, taint] of taints.entries()) {
    const path = `spec.taints[${i}]`;
    checkLabelKey(taint.key, `${path}.key`);
    checkLabelValue(taint.value, `${path}.value`);
    if (!EFFECTS.includes(taint.effect)) throw fieldError(`${path}.effect`, `must be one of ${EFFECTS.join(', ')}`, taint.effect);
    const pair = `${taint.effect} ${taint.key}`;
    const first = seen.get(pair);
    if (first !== undefined) throw fieldError(path, `repeats key and effect of taint ${first}`);
    seen.set(pair, i);
  }
}

/** Whether the node offers more than it has; the scheduler believes allocatable. */
export function offersMoreThanCapacity({ capacity, allocatable }: NodeReading): boolean {
  for (const [name, quantity] of allocatable) {
    const limit = capacity.get(name);
    if (limit !== undefined && quantity > limit) return true;
  }
  return false;
}
