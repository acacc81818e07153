import type { Command } from 'commander';
import { PlimsollError } from '../base/errors.ts';
import type { Drain } from '../model/plan-results.ts';
import { drainNames, drainView, drainWide } from '../report/drain-view.ts';
import { jsonPieces, yamlPieces } from '../report/structured.ts';
import { single, text } from './flags.ts';
import { type Answer, examples } from './help.ts';
import { say, warn, writePieces } from './output.ts';
import { addEngineFlags, addInputFlags, addOutputFlags, type EngineFlags, type InputFlags, type OutputFlags } from './run-options.ts';

const EXAMPLES = `
# Would this node drain, and where would its pods go?
plimsoll drain -f cluster.json worker-7 --ignore-daemonsets

# Every node of a pool, and which of them can be drained side by side
plimsoll drain -f cluster.json -l pool=old --ignore-daemonsets --delete-emptydir-data`;

const FORMATS = { table: drainView, wide: drainWide, json: jsonPieces, yaml: yamlPieces, name: drainNames } as const;

type Flags = InputFlags &
  EngineFlags &
  OutputFlags & {
    readonly output: keyof typeof FORMATS | 'html';
    readonly selector?: string;
    readonly ignoreDaemonsets?: boolean;
    readonly deleteEmptydirData?: boolean;
    readonly force?: boolean;
  };

export function addDrain(program: Command, answer: Answer): void {
  const command = program
    .command('drain')
    .summary('Say how nodes would drain: order, targets, blockers')
    .description(
      'Say what kubectl drain would do to nodes: in which order PodDisruptionBudgets let their pods go, where each pod goes, and what blocks. All ' +
        'nodes are cordoned first. The answer is "no" when a node is not drained or an evicted pod finds no node',
    )
    .argument('[node...]', 'names of the nodes, in the order in which they are drained')
    .addOption(single('-l, --selector <selector>', 'the nodes with these labels, as in kubectl: pool=old,zone in (a,b)', text))
    .option('--ignore-daemonsets', 'leave pods of DaemonSets where they are; without it they block')
    .option('--delete-emptydir-data', 'evict pods with emptyDir volumes; without it they block')
    .option('--force', 'delete pods that no controller makes again; without it they block');
  addOutputFlags(addEngineFlags(addInputFlags(command)), [...Object.keys(FORMATS), 'html'])
    .addHelpText('after', examples(EXAMPLES))
    .action(async (nodes: readonly string[], flags: Flags) => answer(await drainCommand(nodes, flags)));
}

async function drainCommand(nodes: readonly string[], flags: Flags): Promise<0 | 2> {
  const { selector, ignoreDaemonsets = false, deleteEmptydirData = false, force = false } = flags;
  if (selector !== undefined && nodes.length > 0) {
    throw new PlimsollError('USAGE', 'cannot be combined with names of nodes', { path: '--selector', value: selector });
  }
  if (selector === undefined && nodes.length === 0) {
    throw new PlimsollError('USAGE', 'no node is named', { path: 'node', hint: 'name nodes, or select them with -l' });
  }
  const { engineOptions, readInput } = await import('./engine-options.ts');
  const options = await engineOptions(flags);
  const snapshot = await readInput(flags);
  const { drain } = await import('../index.ts');
  const picture = flags.output === 'html' ? new (await import('./html.ts')).Picture() : undefined;
  const result = await drain(snapshot, selector === undefined ? nodes : { selector }, {
    ...options,
    ...picture?.watched,
    ignoreDaemonsets,
    deleteEmptydirData,
    force,
  });
  if (picture) {
    const [{ writeHtml }, { drainPage }] = await Promise.all([import('./html.ts'), import('../report/html/drain-page.ts')]);
    await writeHtml(await drainPage(result, picture.packing(options)));
  } else await writePieces(FORMATS[flags.output as keyof typeof FORMATS](result));
  if (!flags.quiet) {
    warn(result.notModelled);
    warn(result.warnings.map(({ namespace, name, reason }) => `${reason}: ${namespace}/${name}`));
    say(summaryLine(result));
  }
  return result.drained ? 0 : 2;
}

function summaryLine({ nodes, summary, ignored }: Drain): string {
  const { evictions, placed, pending, pendingBefore } = summary;
  const waves = nodes.reduce((sum, node) => sum + node.waves, 0);
  const drained = nodes.filter((node) => node.drained).length;
  const parts = [`${drained} of ${nodes.length} ${nodes.length === 1 ? 'node drains' : 'nodes drain'}`];
  parts.push(
    `${evictions} ${evictions === 1 ? 'eviction' : 'evictions'} in ${waves} ${waves === 1 ? 'wave' : 'waves'}`,
    `${placed} placed`,
  );
  if (pending > 0) parts.push(`${pending} without a node`);
  if (ignored.length > 0) parts.push(`${ignored.length} ignored`);
  if (pendingBefore > 0) parts.push(`${pendingBefore} pending before`);
  return parts.join('; ');
}
