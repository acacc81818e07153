import type { Command } from 'commander';
import type { EngineOptions } from '../engine/options.ts';
import type { Schedule } from '../model/results.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { scheduleNames, scheduleTable, scheduleWideTable } from '../report/schedule-table.ts';
import { jsonPieces, yamlPieces } from '../report/structured.ts';
import { type Answer, examples, KUBECTL } from './help.ts';
import { say, warn, writePieces } from './output.ts';
import { Progress } from './progress.ts';
import { addEngineFlags, addInputFlags, addOutputFlags, type EngineFlags, type InputFlags, type OutputFlags } from './run-options.ts';

const EXAMPLES = `
# The pending pods of a cluster
${KUBECTL} | plimsoll schedule -f -

# Manifests that are not applied yet, on top of a dump
plimsoll schedule -f cluster.json -f manifests/ --expand

# Everything anew under another scheduler configuration, as JSON
plimsoll schedule -f cluster.json --from-empty --config scheduler.yaml -o json`;

const FORMATS = {
  table: scheduleTable,
  wide: scheduleWideTable,
  json: jsonPieces,
  yaml: yamlPieces,
  name: scheduleNames,
} as const;

type Flags = InputFlags & EngineFlags & OutputFlags & { readonly output: keyof typeof FORMATS | 'html'; readonly once?: boolean };

export function addSchedule(program: Command, answer: Answer): void {
  const command = program.command('schedule').description('Place the pending pods, one after the other');
  addOutputFlags(addEngineFlags(addInputFlags(command)), [...Object.keys(FORMATS), 'html'])
    .option('--once', 'one attempt for each pod; without it pods that a later placement may help are tried again')
    .addHelpText('after', examples(EXAMPLES))
    .action(async (flags: Flags) => answer(await scheduleCommand(flags)));
}

async function scheduleCommand(flags: Flags): Promise<0 | 2> {
  // What reads and decides is loaded only when it is needed: help and wrong flags answer at once.
  const { engineOptions, readInput } = await import('./engine-options.ts');
  const options = await engineOptions(flags);
  const snapshot = await readInput(flags);
  const { schedule } = await import('../index.ts');
  const progress = new Progress('placing', !flags.quiet);
  const result = await schedule(snapshot, { ...options, untilStable: !flags.once, onProgress: progress.update }).finally(() =>
    progress.stop(),
  );
  if (flags.output === 'html') await writePage(result, snapshot, options);
  else await writePieces(FORMATS[flags.output](result));
  if (!flags.quiet) {
    warn(result.notModelled);
    if (snapshot.nodes.length === 0) warn(['the input has no nodes']);
    say(summaryLine(result));
    if (flags.output === 'wide') say(pathsLine(result));
    if (result.summary.pending === 0) say(nothingToDo(snapshot, flags));
  }
  return result.unschedulable.length > 0 ? 2 : 0;
}

async function writePage(result: Schedule, snapshot: Snapshot, options: EngineOptions): Promise<void> {
  const [{ packing, writeHtml }, { afterSchedule, schedulePage }] = await Promise.all([
    import('./html.ts'),
    import('../report/html/schedule-page.ts'),
  ]);
  const states = [snapshot, afterSchedule(snapshot, result)] as const;
  await writeHtml(await schedulePage(result, packing({ captions: ['Before', 'After'], states }, options)));
}

function summaryLine({ summary, preemptions }: Schedule): string {
  const { placed, pending, nodes, unschedulable, seconds, decisionsPerSecond } = summary;
  const pods = pending === 1 ? 'pod' : 'pods';
  const where = `${count(nodes)} ${nodes === 1 ? 'node' : 'nodes'}`;
  const parts = [`placed ${count(placed)} of ${count(pending)} ${pods} on ${where} in ${seconds.toFixed(3)} s`];
  if (pending > 0) parts.push(`${count(Math.round(decisionsPerSecond))} decisions/s`);
  if (unschedulable > 0) parts.push(`${count(unschedulable)} unschedulable`);
  if (preemptions.length > 0) parts.push(`${count(preemptions.length)} preempting`);
  return parts.join('; ');
}

/** How often each way of deciding was taken, the full scan being the fallback. */
function pathsLine({ summary }: Schedule): string {
  const { bounds, grouped, scanned } = summary.paths;
  return `decided by bounds ${count(bounds)}, by groups of nodes ${count(grouped)}, by scanning all nodes ${count(scanned)}; the rest from kept tables`;
}

/** Why there was nothing to decide, and which flags would change that. */
function nothingToDo({ pods, objects }: Snapshot, { expand, fromEmpty }: Flags): string {
  const ways: string[] = [];
  if (!expand && objects.controllers.length > 0) ways.push('--expand makes the pods of controllers that have none');
  if (!fromEmpty && pods.some(({ nodeName }) => nodeName !== '')) ways.push('--from-empty places the running pods anew');
  return `no pod in the input waits for a node${ways.length > 0 ? ` (${ways.join('; ')})` : ''}`;
}

/** Thousands with commas, whatever the locale. */
function count(number: number): string {
  return number.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}
