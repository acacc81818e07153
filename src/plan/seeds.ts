import { PlimsollError } from '../base/errors.ts';

/** Runs of one variant: more is a question for weeks. */
export const SEEDS_MAX = 1_000_000;

/** `1..20,42` as numbers, in the order written, each once. @throws PlimsollError USAGE. */
export function parseSeeds(text: string): number[] {
  const seeds = new Set<number>();
  for (const part of text.split(',')) {
    const [, first, last = first] = /^\s*(\d{1,16})(?:\.\.(\d{1,16}))?\s*$/.exec(part) ?? [];
    const [low, high] = [Number(first), Number(last)];
    if (first === undefined || !Number.isSafeInteger(high) || low > high) throw new PlimsollError('USAGE', 'must be a list like 1..20,42');
    if (seeds.size + high - low >= SEEDS_MAX) throw new PlimsollError('USAGE', `must be at most ${SEEDS_MAX} seeds`);
    for (let seed = low; seed <= high; seed++) seeds.add(seed);
  }
  return [...seeds];
}

/** The text that `parseSeeds` reads as these seeds. */
export function seedsText(seeds: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < seeds.length; ) {
    const first = seeds[i] as number;
    let last = first;
    for (i++; seeds[i] === last + 1; i++) last++;
    parts.push(first === last ? `${first}` : `${first}..${last}`);
  }
  return parts.join(',');
}
