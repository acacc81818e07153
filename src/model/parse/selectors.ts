/** Label selectors and node selector terms, as written. Checking them is a separate step (`check...`, code SELECTOR). */
import { PlimsollError } from '../../base/errors.ts';
import { compileNodeTerm, compileSelector } from '../match.ts';
import type { LabelSelector, NodeSelectorTerm, Requirement } from '../selector.ts';
import { join, labelsAt, mapObjects, objectAt, type RawObject, textAt, textsAt } from './fields.ts';

/** Upstream's texts quote the whole value; a message for people does not. */
const PROBLEM_LENGTH_MAX = 400;

/** undefined when absent (nil). matchLabels become `In` requirements sorted by key, before the expressions. */
export function selectorAt(parent: RawObject, key: string, path: string): LabelSelector | undefined {
  const raw = objectAt(parent, key, path);
  if (raw === undefined) return undefined;
  const at = join(path, key);
  const labels = [...labelsAt(raw, 'matchLabels', at)].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    requirements: [
      ...labels.map(([name, value]) => ({ key: name, operator: 'In', values: [value] })),
      ...mapObjects(raw, 'matchExpressions', at, readRequirement),
    ],
  };
}

function readRequirement(raw: RawObject, path: string): Requirement {
  return { key: textAt(raw, 'key', path), operator: textAt(raw, 'operator', path), values: textsAt(raw, 'values', path) };
}

export function readNodeTerm(raw: RawObject, path: string): NodeSelectorTerm {
  return {
    matchExpressions: mapObjects(raw, 'matchExpressions', path, readRequirement),
    matchFields: mapObjects(raw, 'matchFields', path, readRequirement),
  };
}

export function selectorError(path: string, problem: string, value?: unknown): PlimsollError {
  const text = problem.length > PROBLEM_LENGTH_MAX ? `${problem.slice(0, PROBLEM_LENGTH_MAX)}…` : problem;
  return new PlimsollError('SELECTOR', text, value === undefined ? { path } : { path, value });
}

/** Refuses a label selector that upstream cannot parse. */
export function checkSelector(selector: LabelSelector | undefined, path: string): void {
  const { invalid } = compileSelector(selector);
  if (invalid !== undefined) throw selectorError(path, invalid);
}

/**
 * Refuses a node selector term that the scheduler cannot parse. A term without requirements passes: it matches no node.
 * `anyValues`: preferred terms may hold values that are no label values; the API server lets them in.
 */
export function checkNodeTerm(term: NodeSelectorTerm, path: string, anyValues: boolean): void {
  const problem = compileNodeTerm(term).invalid.find((text) => !(anyValues && /^matchExpressions\[\d+\]\.values\[\d+\]\[/.test(text)));
  if (problem !== undefined) throw selectorError(path, problem);
  for (const [i, { key }] of term.matchFields.entries()) {
    if (key !== 'metadata.name')
      throw selectorError(join(join(path, 'matchFields'), i), 'only the field metadata.name can be selected', key);
  }
}
