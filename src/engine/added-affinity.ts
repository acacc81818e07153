import { z } from 'zod';
import { type ErrorPlace, PlimsollError } from '../base/errors.ts';
import { labelKeyProblem, labelValueProblem } from '../model/names.ts';
import type { NodeSelectorTerm, Requirement } from '../model/selector.ts';
import { parseInt64 } from '../model/taint.ts';
import type { NodeAffinityArgs } from '../rules/node-affinity.ts';
import { strictFields } from './strict-schema.ts';

const requirement = strictFields({ key: z.string(), operator: z.string(), values: z.array(z.string()).default([]) });
const term = strictFields({ matchExpressions: z.array(requirement).default([]), matchFields: z.array(requirement).default([]) });

export const nodeAffinitySchema = strictFields({
  addedAffinity: strictFields({
    requiredDuringSchedulingIgnoredDuringExecution: strictFields({ nodeSelectorTerms: z.array(term).default([]) }).optional(),
    preferredDuringSchedulingIgnoredDuringExecution: z.array(strictFields({ weight: z.int32(), preference: term })).optional(),
  }).optional(),
});

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

/** Checks the selectors as upstream does when it builds the plugin: empty terms and terms of weight 0 are not looked at. */
export function toNodeAffinityArgs(input: z.output<typeof nodeAffinitySchema>, place: ErrorPlace): NodeAffinityArgs {
  const added = input.addedAffinity;
  if (added === undefined) return {};
  const required = added[REQUIRED]?.nodeSelectorTerms;
  const preferred = added[PREFERRED];
  for (const [index, term] of (required ?? []).entries()) {
    checkTerm(term, `addedAffinity.${REQUIRED}.nodeSelectorTerms[${index}]`, place);
  }
  for (const [index, { weight, preference }] of (preferred ?? []).entries()) {
    if (weight !== 0) checkTerm(preference, `addedAffinity.${PREFERRED}[${index}].preference`, place);
  }
  return { addedAffinity: { ...(required ? { required } : {}), ...(preferred ? { preferred } : {}) } };
}

function checkTerm(term: NodeSelectorTerm, path: string, place: ErrorPlace): void {
  for (const [index, requirement] of term.matchExpressions.entries()) {
    checkRequirement(requirement, `${path}.matchExpressions[${index}]`, place);
  }
  for (const [index, { operator, values }] of term.matchFields.entries()) {
    const at = `${path}.matchFields[${index}]`;
    if (operator !== 'In' && operator !== 'NotIn') throw problem(place, `${at}.operator`, 'must be In or NotIn for a field', operator);
    if (values.length !== 1) throw problem(place, `${at}.values`, 'must have one element', values);
  }
}

/** apimachinery's rules for a label requirement (`labels.NewRequirement`). */
function checkRequirement({ key, operator, values }: Requirement, path: string, place: ErrorPlace): void {
  const keyProblem = labelKeyProblem(key);
  if (keyProblem !== undefined) throw problem(place, `${path}.key`, keyProblem, key);
  const valuesProblem = countProblem(operator, values.length);
  if (valuesProblem !== undefined) throw problem(place, `${path}.values`, valuesProblem, values);
  for (const [index, value] of values.entries()) {
    const at = `${path}.values[${index}]`;
    if ((operator === 'Gt' || operator === 'Lt') && parseInt64(value) === undefined) {
      throw problem(place, at, 'must be a whole number for Gt and Lt', value);
    }
    const valueProblem = labelValueProblem(value);
    if (valueProblem !== undefined) throw problem(place, at, valueProblem, value);
  }

  function countProblem(operator: string, count: number): string | undefined {
    switch (operator) {
      case 'In':
      case 'NotIn':
        return count === 0 ? `must not be empty for ${operator}` : undefined;
      case 'Exists':
      case 'DoesNotExist':
        return count > 0 ? `must be empty for ${operator}` : undefined;
      case 'Gt':
      case 'Lt':
        return count !== 1 ? `must have one element for ${operator}` : undefined;
      default:
        throw problem(place, `${path}.operator`, 'must be In, NotIn, Exists, DoesNotExist, Gt or Lt', operator);
    }
  }
}

function problem(place: ErrorPlace, path: string, text: string, value: unknown): PlimsollError {
  return new PlimsollError('CONFIG', text, { path, value }).at(place);
}
