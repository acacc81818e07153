import type { Command } from 'commander';
import type { EngineOptions } from '../engine/options.ts';
import type { Compaction } from '../model/compact-results.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { compactNames, compactView, compactWide } from '../report/compact-view.ts';
import { jsonPieces, yamlPieces } from '../report/structured.ts';
import { single, text, wholeNumber, words } from './flags.ts';
import { type Answer, examples } from './help.ts';
import { say, warn, writePieces } from './output.ts';
import { Progress } from './progress.ts';
import { addEngineFlags, addInputFlags, addOutputFlags, type EngineFlags, type InputFlags, type OutputFlags } from './run-options.ts';

const EXAMPLES = `
# How many nodes can go, and what has to move?
plimsoll compact -f cluster.json

# The dearest first, with fifty evictions at most, and never the control plane
plimsoll compact -f cluster.json --price-book prices.csv --max-moves 50 --keep node-role.kubernetes.io/control-plane

# Can ten nodes go?
plimsoll compact -f cluster.json --at-least 10 -o name`;

const FORMATS = { table: compactView, wide: compactWide, json: jsonPieces, yaml: yamlPieces, name: compactNames } as const;

type Flags = InputFlags &
  EngineFlags &
  OutputFlags & {
    readonly output: keyof typeof FORMATS | 'html';
    readonly maxMoves?: number;
    readonly atLeast?: number;
    readonly keep?: string;
    readonly excludeNodes?: readonly string[];
    readonly priceBook?: string;
    readonly deleteEmptydirData?: boolean;
    readonly force?: boolean;
  };

export function addCompact(program: Command, answer: Answer): void {
  const command = program
    .command('compact')
    .summary('Say how many nodes can go, which, and what has to move')
    .description(
      'Say how many nodes can go: which, in which order, and where the scheduler puts each pod that has to move. Nodes are drained as by drain, so ' +
        'that PodDisruptionBudgets hold throughout. The answer is "no" when fewer nodes can go than are asked for',
    )
    .addOption(
      single('--at-least <n>', 'nodes that have to go for the answer to be "yes" (default 1)', wholeNumber(0, Number.MAX_SAFE_INTEGER)),
    )
    .addOption(single('--max-moves <n>', 'evictions at most', wholeNumber(0, Number.MAX_SAFE_INTEGER)))
    .addOption(single('--keep <selector>', 'nodes with these labels stay, as in kubectl -l: pool=old,zone in (a,b)', text))
    .addOption(words('--exclude-nodes <names>', 'these nodes stay: a,b; repeatable'))
    .addOption(
      single('--price-book <file>', 'catalogue of node types with prices, CSV or JSON: what saves most per eviction goes first', text),
    )
    .option('--delete-emptydir-data', 'evict pods with emptyDir volumes; without it they keep their node')
    .option('--force', 'delete pods that no controller makes again; without it they keep their node');
  addOutputFlags(addEngineFlags(addInputFlags(command)), [...Object.keys(FORMATS), 'html'])
    .addHelpText('after', examples(EXAMPLES))
    .action(async (flags: Flags) => answer(await compactCommand(flags)));
}

async function compactCommand(flags: Flags): Promise<0 | 2> {
  const { priceBook, maxMoves, atLeast, keep, excludeNodes = [], deleteEmptydirData = false, force = false } = flags;
  const { engineOptions, readInput } = await import('./engine-options.ts');
  const options = await engineOptions(flags);
  const { compact, readCatalogue } = await import('../index.ts');
  const prices = priceBook === undefined ? undefined : await readCatalogue(priceBook);
  const snapshot = await readInput(flags);
  const progress = new Progress('trying', !flags.quiet);
  const result = await compact(snapshot, {
    ...options,
    onTrial: progress.update,
    excludeNodes,
    deleteEmptydirData,
    force,
    ...(maxMoves === undefined ? {} : { maxMoves }),
    ...(atLeast === undefined ? {} : { atLeast }),
    ...(keep === undefined ? {} : { keep }),
    ...(prices ? { prices } : {}),
  }).finally(() => progress.stop());
  if (flags.output === 'html') await writePage(result, snapshot, options);
  else await writePieces(FORMATS[flags.output](result));
  if (!flags.quiet) {
    warn(result.notModelled);
    say(summaryLine(result));
  }
  return result.compacts ? 0 : 2;
}

async function writePage(result: Compaction, snapshot: Snapshot, options: EngineOptions): Promise<void> {
  const [{ packing, writeHtml }, { afterCompaction, compactPage }, { settled }] = await Promise.all([
    import('./html.ts'),
    import('../report/html/compact-page.ts'),
    import('../plan/settled-states.ts'),
  ]);
  const before = await settled(snapshot, options);
  const states = [before, afterCompaction(before, result)] as const;
  await writeHtml(await compactPage(result, packing({ captions: ['Before', 'After'], states }, options)));
}

function summaryLine({ summary }: Compaction): string {
  const { removed, nodes, moves, waves, pendingBefore } = summary;
  const parts = [`${removed} of ${nodes} nodes can go`];
  parts.push(`${moves} ${moves === 1 ? 'eviction' : 'evictions'} in ${waves} ${waves === 1 ? 'wave' : 'waves'}`);
  if (pendingBefore > 0) parts.push(`${pendingBefore} pending before, left out`);
  return parts.join('; ');
}
