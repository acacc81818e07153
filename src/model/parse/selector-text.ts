import { PlimsollError } from '../../base/errors.ts';
import { compileSelector } from '../match.ts';
import type { LabelSelector, Requirement } from '../selector.ts';

const SET = /^([^\s,=!()]+)\s+(in|notin)\s*\(([^()]*)\)$/;
const EQUAL = /^([^\s,=!()]+)\s*(==|=|!=)\s*([^\s,=!()]*)$/;
const PRESENT = /^(!?)\s*([^\s,=!()]+)$/;

/**
 * A label selector as kubectl's -l takes it: `app=web,tier!=db`, `zone in (a, b)`, `zone notin (a)`, `gpu`, `!gpu`.
 * @param path What errors name as the place of the text.
 * @throws PlimsollError SELECTOR with the part that cannot be read.
 */
export function parseSelectorText(text: string, path: string): LabelSelector {
  const selector = { requirements: partsOf(text).map((part) => requirementOf(part.trim(), text, path)) };
  const { invalid } = compileSelector(selector);
  if (invalid !== undefined) throw new PlimsollError('SELECTOR', invalid, { path, value: text });
  return selector;
}

/** Cut at the commas outside of parentheses. */
function partsOf(text: string): string[] {
  return text.split(/,(?![^()]*\))/);
}

function requirementOf(part: string, text: string, path: string): Requirement {
  const [, key = '', word, list = ''] = SET.exec(part) ?? [];
  if (word !== undefined) return { key, operator: word === 'in' ? 'In' : 'NotIn', values: list.split(',').map((value) => value.trim()) };
  const [, name = '', sign, value = ''] = EQUAL.exec(part) ?? [];
  if (sign !== undefined) return { key: name, operator: sign === '!=' ? 'NotIn' : 'In', values: [value] };
  const [, not, present] = PRESENT.exec(part) ?? [];
  if (present !== undefined) return { key: present, operator: not === '!' ? 'DoesNotExist' : 'Exists', values: [] };
  throw new PlimsollError('SELECTOR', 'is no label selector', { path, value: text, hint: 'for example app=web,zone in (a,b),!gpu' });
}
