import type { Schedule } from '../src/model/results.ts';

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/** FNV-1a, 32 bits (Fowler, Noll, Vo), over the low bytes of the characters; names and messages are ASCII. */
export function fnv1a(text: string, state = OFFSET): number {
  let hash = state;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ (text.charCodeAt(i) & 0xff), PRIME);
  return hash >>> 0;
}

/** Eight hexadecimal digits that differ when any decision, message or their order does. O(decisions). */
export function decisionHash({ placements, unschedulable, preemptions }: Schedule): string {
  let hash = OFFSET;
  for (const { namespace, name, node } of placements) hash = fnv1a(`${namespace}/${name} ${node}\n`, hash);
  for (const { namespace, name, message } of unschedulable) hash = fnv1a(`${namespace}/${name}: ${message}\n`, hash);
  for (const { namespace, name, node, victims } of preemptions) {
    const evicted = victims.map((victim) => `${victim.namespace}/${victim.name}`).join(' ');
    hash = fnv1a(`${namespace}/${name} ${node} < ${evicted}\n`, hash);
  }
  return hash.toString(16).padStart(8, '0');
}
