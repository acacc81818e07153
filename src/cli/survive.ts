import type { Command } from 'commander';
import { PlimsollError } from '../base/errors.ts';
import type { Survival } from '../model/plan-results.ts';
import { jsonPieces, yamlPieces } from '../report/structured.ts';
import { surviveNames, surviveView, surviveWide } from '../report/survive-view.ts';
import { single, text, wholeNumber } from './flags.ts';
import { type Answer, examples } from './help.ts';
import { say, warn, writePieces } from './output.ts';
import { Progress } from './progress.ts';
import { addEngineFlags, addInputFlags, addOutputFlags, type EngineFlags, type InputFlags, type OutputFlags } from './run-options.ts';
import { terminalBars } from './terminal-bars.ts';

const EXAMPLES = `
# Does everything find a place when a zone is lost?
plimsoll survive -f cluster.json --domain zone

# Any two racks at once; where the nodes stand is in a table
plimsoll survive -f cluster.json --hosts hosts.csv --domain rack --losses 2

# Which single machine takes a budget under its minimum, and how far may load grow?
plimsoll survive -f cluster.json --hosts hosts.csv --domain host --keep-budgets --headroom`;

const FORMATS = {
  table: (survival: Survival) => surviveView(survival, terminalBars()),
  wide: (survival: Survival) => surviveWide(survival, terminalBars()),
  json: jsonPieces,
  yaml: yamlPieces,
  name: surviveNames,
} as const;

const LOSSES_MAX = 3;

type Flags = InputFlags &
  EngineFlags &
  OutputFlags & {
    readonly output: keyof typeof FORMATS | 'html';
    readonly domain?: string;
    readonly losses?: number;
    readonly keepBudgets?: boolean;
    readonly headroom?: boolean;
  };

export function addSurvive(program: Command, answer: Answer): void {
  const command = program
    .command('survive')
    .summary('Say what happens when a zone, rack, machine or node is lost')
    .description(
      'Take each failure domain away in turn, place what it ran again by priority, and say what stays without a node, the worst loss first. The ' +
        'answer is "no" when some loss leaves a pod without a node',
    )
    .addOption(single('--domain <name>', 'what is lost: zone, region, node, host or rack (see --hosts), or any node label', text))
    .addOption(single('--losses <n>', 'how many are lost at once (default 1)', wholeNumber(1, LOSSES_MAX)))
    .option('--keep-budgets', 'answer "no" also when a loss takes a PodDisruptionBudget under its minimum')
    .option('--headroom', "find the largest percentage of today's load that survives every loss");
  addOutputFlags(addEngineFlags(addInputFlags(command)), [...Object.keys(FORMATS), 'html'])
    .addHelpText('after', examples(EXAMPLES))
    .action(async (flags: Flags) => answer(await surviveCommand(flags)));
}

async function surviveCommand(flags: Flags): Promise<0 | 2> {
  const { domain, losses = 1, keepBudgets = false, headroom = false } = flags;
  if (domain === undefined) {
    throw new PlimsollError('USAGE', 'no domain is named', { path: '--domain', hint: 'use zone, rack, host, node or a node label' });
  }
  const { engineOptions, readInput } = await import('./engine-options.ts');
  const options = await engineOptions(flags);
  const snapshot = await readInput(flags);
  const { survive } = await import('../index.ts');
  const picture = flags.output === 'html' ? new (await import('./html.ts')).Picture() : undefined;
  const progress = new Progress('losing', !flags.quiet);
  const asked = { ...options, ...picture?.watched, losses, keepBudgets, headroom, onLoss: progress.update };
  const result = await survive(snapshot, domain, asked).finally(() => progress.stop());
  if (picture) {
    const [{ writeHtml }, { survivePage }] = await Promise.all([import('./html.ts'), import('../report/html/survive-page.ts')]);
    await writeHtml(await survivePage(result, picture.packing(options)));
  } else await writePieces(FORMATS[flags.output as keyof typeof FORMATS](result));
  if (!flags.quiet) {
    warn(result.notModelled);
    const { uncontrolled } = result.summary;
    if (uncontrolled > 0)
      warn([`${uncontrolled} ${uncontrolled === 1 ? 'pod has' : 'pods have'} no controller: placed again as if something made them anew`]);
    say(summaryLine(result));
  }
  return result.survives ? 0 : 2;
}

function summaryLine({ summary, domain, losses, results }: Survival): string {
  const { survived, domains, pendingBefore, nodes } = summary;
  const each = losses === 1 ? '' : ` of ${losses} at once`;
  const parts = [`${survived} of ${results.length} losses${each} survived`, `${domains} domains by ${domain}`, `${nodes} nodes`];
  if (pendingBefore > 0) parts.push(`${pendingBefore} pending before, left out`);
  return parts.join('; ');
}
