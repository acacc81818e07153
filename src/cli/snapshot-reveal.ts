import type { Command } from 'commander';
import { PlimsollError } from '../base/errors.ts';
import { examples } from './help.ts';
import { writePieces } from './output.ts';
import { readText } from './read-files.ts';

const EXAMPLES = `
# An answer to an anonymised dump, with the names put back
plimsoll schedule -f shareable.json | plimsoll snapshot reveal names.json`;

export function addReveal(parent: Command): void {
  parent
    .command('reveal')
    .summary('Put the names back into a text about an anonymised dump')
    .description('Copy standard input to standard output, pseudonyms replaced by the names that they stand for')
    .argument('<map>', 'the file that `snapshot anonymize --map` wrote')
    .addHelpText('after', examples(EXAMPLES))
    .action(revealCommand);
}

async function revealCommand(map: string): Promise<void> {
  const names = await readNames(map);
  const { revealText } = await import('../index.ts');
  await writePieces([revealText(await readText('-'), names)]);
}

async function readNames(file: string): Promise<ReadonlyMap<string, string>> {
  const problem = (hint: string) => new PlimsollError('INPUT_SYNTAX', 'is no list of names', { file, hint });
  let value: unknown;
  try {
    value = JSON.parse(await readText(file));
  } catch (error) {
    throw error instanceof PlimsollError ? error : problem((error as Error).message);
  }
  const entries = Object.entries(typeof value === 'object' && !Array.isArray(value) ? (value ?? {}) : {});
  if (entries.length === 0 || entries.some(([, name]) => typeof name !== 'string')) throw problem('snapshot anonymize --map writes one');
  return new Map(entries as [string, string][]);
}
