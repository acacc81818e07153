import type { Command } from 'commander';
import { PlimsollError } from '../base/errors.ts';
import type { BuyPlacement } from '../model/buy-results.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { buyNames, buyView, buyWide } from '../report/buy-view.ts';
import { jsonPieces, yamlPieces } from '../report/structured.ts';
import { readPodspecs } from './fit.ts';
import { oneOf, repeated, single, text } from './flags.ts';
import { type Answer, examples, KUBECTL } from './help.ts';
import { warn, writePieces } from './output.ts';
import { addEngineFlags, addInputFlags, addOutputFlags, type EngineFlags, type InputFlags, type OutputFlags } from './run-options.ts';

const EXAMPLES = `
# What to add so that every pod that waits has a node?
${KUBECTL.replace('deploy,', 'deploy,ds,')} > cluster.json
plimsoll buy -f cluster.json --catalogue catalogue.csv

# A new cluster for 40 web pods and 3 databases
plimsoll buy --podspec web.yaml=40 --podspec db.yaml=3 --catalogue catalogue.csv

# A catalogue from a public price list
plimsoll catalogue convert --from aws aws_instance_types.csv > catalogue.csv`;

const FORMATS = { table: buyView, wide: buyWide, json: jsonPieces, yaml: yamlPieces, name: buyNames } as const;
const PLACEMENTS: readonly BuyPlacement[] = ['packed', 'configured'];

type Flags = InputFlags &
  EngineFlags &
  OutputFlags & {
    readonly output: keyof typeof FORMATS | 'html';
    readonly catalogue?: string;
    readonly podspec?: readonly string[];
    readonly placement?: BuyPlacement;
  };

export function addBuy(program: Command, answer: Answer): void {
  const command = program
    .command('buy')
    .summary('Say which nodes to add at least cost')
    .description(
      'Say which nodes of which types to add at least cost so that every pod that waits has a node, and what no plan can be under. DaemonSets of ' +
        'the input come with every new node. The answer is "no" when some pod stays without a node whatever is bought',
    )
    .addOption(single('--catalogue <file>', 'node types with prices, CSV or JSON (docs/catalogue.md)', text))
    .addOption(
      repeated(
        '--podspec <file[=count]>',
        'pods that are not in the input: a manifest of a Pod or of anything with a pod template; repeatable',
      ),
    )
    .addOption(
      single(
        '--placement <mode>',
        'packed: each pod is promised the node where it fits best (default); configured: the scheduler finds the places by itself',
        oneOf(PLACEMENTS),
      ),
    );
  addOutputFlags(addEngineFlags(addInputFlags(command)), [...Object.keys(FORMATS), 'html'])
    .addHelpText('after', examples(EXAMPLES))
    .action(async (flags: Flags) => answer(await buyCommand(flags)));
}

async function buyCommand(flags: Flags): Promise<0 | 2> {
  if (flags.catalogue === undefined)
    throw new PlimsollError('USAGE', 'no catalogue is given', { path: '--catalogue', hint: 'use --catalogue FILE with types and prices' });
  const { engineOptions } = await import('./engine-options.ts');
  const options = await engineOptions(flags);
  const plan = await import('../index.ts');
  const catalogue = await plan.readCatalogue(flags.catalogue);
  const podspec = flags.podspec === undefined ? [] : await readPodspecs(flags.podspec);
  const snapshot = await clusterOf(flags);
  const { placement } = flags;
  const picture = flags.output === 'html' ? new (await import('./html.ts')).Picture() : undefined;
  const asked = { ...options, ...picture?.watched, podspec, ...(placement === undefined ? {} : { placement }) };
  const result = await plan.buy(snapshot, catalogue, asked);
  if (picture) {
    const [{ writeHtml }, { buyPage }] = await Promise.all([import('./html.ts'), import('../report/html/buy-page.ts')]);
    await writeHtml(await buyPage(result, picture.packing(options)));
  } else await writePieces(FORMATS[flags.output as keyof typeof FORMATS](result));
  if (!flags.quiet) warn(result.notModelled);
  return result.complete ? 0 : 2;
}

/** The cluster of -f; none is asked for where the pods are given. */
async function clusterOf(flags: Flags): Promise<Snapshot> {
  if (flags.filename === undefined && flags.podspec !== undefined) {
    const { readSnapshot } = await import('../index.ts');
    return readSnapshot({ apiVersion: 'v1', kind: 'List', items: [] });
  }
  const { readInput } = await import('./engine-options.ts');
  return readInput(flags);
}
