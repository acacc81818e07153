import { readFileSync } from 'node:fs';

/** Records of a file of facts, one JSON value per line. */
export function factsOf<T>(file: string): readonly T[] {
  const text = readFileSync(new URL(`./facts/${file}`, import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}
