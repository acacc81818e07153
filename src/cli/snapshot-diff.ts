import type { Command } from 'commander';
import { PlimsollError } from '../base/errors.ts';
import type { SnapshotDiff } from '../model/snapshot-results.ts';
import { snapshotDiffNames, snapshotDiffView, snapshotDiffWide } from '../report/snapshot-diff-view.ts';
import { jsonPieces, yamlPieces } from '../report/structured.ts';
import { type Answer, examples } from './help.ts';
import { say, writePieces } from './output.ts';
import { readChecked } from './read-objects.ts';
import { addOutputFlags, type OutputFlags } from './run-options.ts';

const EXAMPLES = `
# What changed since yesterday, of all that scheduling reads
plimsoll snapshot diff yesterday.json today.json

# For a pipeline: exit code 2 when something changed
plimsoll snapshot diff --exit-code -o name before.json after.json`;

const FORMATS = { table: snapshotDiffView, wide: snapshotDiffWide, json: jsonPieces, yaml: yamlPieces, name: snapshotDiffNames } as const;

type Flags = OutputFlags & { readonly output: keyof typeof FORMATS | 'html'; readonly defaults: boolean; readonly exitCode?: boolean };

export function addDiff(parent: Command, answer: Answer): void {
  const command = parent
    .command('diff')
    .summary('Say what changed between two dumps, of all that scheduling reads')
    .description(
      'Compare two dumps of a cluster: objects that came and went, pods that moved, and fields that changed, of all that scheduling reads. ' +
        'Each is a file, a directory, or - for standard input',
    )
    .argument('<before>', 'the older dump')
    .argument('<after>', 'the newer dump')
    .option('--exit-code', 'answer 2 when something changed')
    .option('--no-defaults', 'the dumps are already API-server-defaulted: take them as they are');
  addOutputFlags(command, [...Object.keys(FORMATS), 'html'])
    .addHelpText('after', examples(EXAMPLES))
    .action(async (before: string, after: string, flags: Flags) => answer(await diffCommand(before, after, flags)));
}

async function diffCommand(before: string, after: string, flags: Flags): Promise<0 | 2> {
  if (before === '-' && after === '-')
    throw new PlimsollError('USAGE', 'standard input can be read once only', { file: '-', hint: 'give a file for one of the dumps' });
  const older = await readChecked(flags, [before]);
  const newer = await readChecked(flags, [after]);
  const { diffSnapshots } = await import('../index.ts');
  const diff = diffSnapshots(older, newer);
  const good = !flags.exitCode || diff.same;
  if (flags.output === 'html') {
    const [{ writeHtml }, { diffPage }] = await Promise.all([import('./html.ts'), import('../report/html/snapshot-pages.ts')]);
    await writeHtml(diffPage(diff, good));
  } else await writePieces(FORMATS[flags.output](diff));
  if (!flags.quiet) say(summaryLine(diff));
  return good ? 0 : 2;
}

function summaryLine({ same, added, removed, moved, changed }: SnapshotDiff): string {
  if (same) return 'nothing that scheduling reads has changed';
  return `${added.length} added, ${removed.length} removed, ${moved.length} moved, ${changed.length} with changed fields`;
}
