import { statSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { PlimsollError } from '../base/errors.ts';
import type { Anonymization } from '../model/snapshot-results.ts';
import { jsonPieces, yamlPieces } from '../report/structured.ts';
import { single, text, words } from './flags.ts';
import { examples } from './help.ts';
import { say, writePieces } from './output.ts';
import { readChecked } from './read-objects.ts';
import { addInputFlag, addOutputFlags, filenames, type InputFlags, type OutputFlags } from './run-options.ts';

const EXAMPLES = `
# A dump to attach to an issue, and the private list of what its names stand for
plimsoll snapshot anonymize -f cluster.json --map names.json > shareable.json

# Names that a scheduler configuration mentions stay, and so does everything of a vendor
plimsoll snapshot anonymize -f cluster.json --keep gpu-scheduler,node-pool,nvidia.com > shareable.json

# An answer to the shared dump, with the names put back
plimsoll explain -f shareable.json b14/a07-c21 | plimsoll snapshot reveal names.json`;

const FORMATS = { json: jsonPieces, yaml: yamlPieces } as const;

/** Only its owner is to read it. */
const PRIVATE = 0o600;

type Flags = InputFlags & OutputFlags & { readonly output: keyof typeof FORMATS; readonly keep?: readonly string[]; readonly map?: string };

export function addAnonymize(parent: Command): void {
  const command = parent
    .command('anonymize')
    .summary('Write the dump without names and secrets; every decision stays the same')
    .description(
      'Write the dump with nothing but the fields that scheduling reads, all names replaced by pseudonyms and all times shifted. Pseudonyms are equal ' +
        'where names are, stand in the same order, and are made of each other as names are, so that every decision, score and message is the same',
    )
    .addOption(
      words(
        '--keep <list>',
        'what keeps its name: label keys (with their values), resources, scheduler names, or domains of keys; repeatable',
      ),
    )
    .addOption(single('--map <file>', 'write what the pseudonyms stand for, JSON; keep it private', text));
  addOutputFlags(addInputFlag(command), Object.keys(FORMATS)).addHelpText('after', examples(EXAMPLES)).action(anonymizeCommand);
}

async function anonymizeCommand(flags: Flags): Promise<void> {
  if (flags.map !== undefined) await refuseInput(flags.map, filenames(flags));
  const objects = await readChecked(flags);
  const { anonymizeSnapshot } = await import('../index.ts');
  const result = anonymizeSnapshot(objects, { keep: flags.keep ?? [] });
  if (flags.map !== undefined) await writeNames(flags.map, result);
  await writePieces(FORMATS[flags.output](result.snapshot));
  if (!flags.quiet) say(summaryLine(result));
}

/** The names would take the place of the dump that they are of. */
async function refuseInput(file: string, paths: readonly string[]): Promise<void> {
  const { resolveInputs } = await import('../sources/inputs.ts');
  const inputs = await resolveInputs(paths);
  const identity = (path: string): string | undefined => {
    const status = statSync(path, { throwIfNoEntry: false });
    return status && `${status.dev} ${status.ino}`;
  };
  const there = identity(file);
  if (there === undefined || !inputs.some(({ name }) => name !== '-' && identity(name) === there)) return;
  throw new PlimsollError('USAGE', 'is a file of the input', { path: '--map', value: file, hint: 'name a new file' });
}

async function writeNames(file: string, { names }: Anonymization): Promise<void> {
  try {
    await writeFile(file, '', { mode: PRIVATE });
    // A file that was there keeps its mode otherwise.
    await chmod(file, PRIVATE);
    await writeFile(file, `${JSON.stringify(Object.fromEntries(names), null, 2)}\n`);
  } catch (error) {
    throw new PlimsollError('OUTPUT', `cannot be written: ${(error as Error).message}`, { file });
  }
}

function summaryLine({ summary, names }: Anonymization): string {
  const { objects, dropped } = summary;
  const left = dropped > 0 ? `; ${dropped} of kinds that no decision reads left out` : '';
  return `${objects} ${objects === 1 ? 'object' : 'objects'}, ${names.size} pseudonyms${left}`;
}
