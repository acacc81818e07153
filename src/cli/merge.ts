import type { Command } from 'commander';
import { FORMATS, summaryLine, writeComparison } from './compare.ts';
import { type Answer, examples } from './help.ts';
import { say, warn } from './output.ts';
import { addOutputFlags, type OutputFlags } from './run-options.ts';

const EXAMPLES = `
# The comparison of three machines, as one would have given it
plimsoll merge runs-1.ndjson runs-2.ndjson runs-3.ndjson

# A look at a sweep that is not finished
plimsoll merge runs.ndjson --partial`;

type Flags = OutputFlags & { readonly output: keyof typeof FORMATS | 'html'; readonly partial?: boolean };

export function addMerge(program: Command, answer: Answer): void {
  const command = program
    .command('merge')
    .summary('Join the results files of a sweep into one comparison')
    .description(
      'Join results files that plimsoll compare --results has written, on one machine or several, into the comparison of all their runs',
    )
    .argument('<files...>', 'results files, directories of them, or - for standard input')
    .option('--partial', 'compare the seeds that every variant has finished, instead of asking for the missing runs');
  addOutputFlags(command, [...Object.keys(FORMATS), 'html'])
    .addHelpText('after', examples(EXAMPLES))
    .action(async (files: readonly string[], flags: Flags) => {
      await mergeCommand(files, flags);
      answer(0);
    });
}

async function mergeCommand(paths: readonly string[], { output, quiet, partial = false }: Flags): Promise<void> {
  const { passedOver, readRunFiles } = await import('./run-log.ts');
  const { mergeRuns } = await import('../plan/merge.ts');
  const files = await readRunFiles(paths);
  const { comparison, remarks } = mergeRuns(files, { partial });
  await writeComparison(comparison, output, 'merge');
  if (quiet) return;
  warn([...files.flatMap(passedOver), ...remarks, ...comparison.notModelled]);
  say(summaryLine(comparison));
}
