import type { Command } from 'commander';
import type { EngineOptions } from '../engine/options.ts';
import type { Explanation, PodReference } from '../model/results.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { explainName, explainView, explainWide } from '../report/explain-view.ts';
import { jsonPieces, yamlPieces } from '../report/structured.ts';
import { single, text } from './flags.ts';
import { type Answer, examples } from './help.ts';
import { warn, writePieces } from './output.ts';
import { podReference } from './pod-reference.ts';
import { addEngineFlags, addInputFlags, addOutputFlags, type EngineFlags, type InputFlags, type OutputFlags } from './run-options.ts';

const EXAMPLES = `
# Why does the pod go there, or why nowhere?
plimsoll explain -f cluster.json shop/cart-7

# Every node with every score
plimsoll explain -f cluster.json -n shop cart-7 -o wide

# The chosen node, for a script
plimsoll explain -f cluster.json shop/cart-7 -o name`;

const FORMATS = {
  table: explainView,
  wide: explainWide,
  json: jsonPieces,
  yaml: yamlPieces,
  name: explainName,
} as const;

type Flags = InputFlags & EngineFlags & OutputFlags & { readonly output: keyof typeof FORMATS | 'html'; readonly namespace?: string };

export function addExplain(program: Command, answer: Answer): void {
  const command = program
    .command('explain')
    .summary('Say for one pod what each node answers and scores')
    .description(
      'Say for one pod what each node answers and scores, with the cluster as it is in the input: no other pending pod has been placed. ' +
        'A bound pod is explained as if it were pending',
    )
    .argument('<pod>', 'NAMESPACE/NAME, or NAME with --namespace')
    .addOption(single('-n, --namespace <namespace>', 'namespace of the pod (default "default")', text));
  addOutputFlags(addEngineFlags(addInputFlags(command)), [...Object.keys(FORMATS), 'html'])
    .addHelpText('after', examples(EXAMPLES))
    .action(async (pod: string, flags: Flags) => answer(await explainCommand(podReference(pod, flags.namespace), flags)));
}

async function explainCommand(pod: PodReference, flags: Flags): Promise<0 | 2> {
  // What reads and decides is loaded only when it is needed: help and wrong flags answer at once.
  const { engineOptions, readInput } = await import('./engine-options.ts');
  const options = await engineOptions(flags);
  const snapshot = await readInput(flags);
  const { explain } = await import('../index.ts');
  const result = await explain(snapshot, pod, options);
  if (flags.output === 'html') await writePage(result, snapshot, options);
  else await writePieces(FORMATS[flags.output](result));
  if (!flags.quiet) warn(result.notModelled);
  return result.node === undefined ? 2 : 0;
}

async function writePage(result: Explanation, snapshot: Snapshot, options: EngineOptions): Promise<void> {
  const [{ packing, writeHtml }, { explainPage, scoreLens }] = await Promise.all([
    import('./html.ts'),
    import('../report/html/explain-page.ts'),
  ]);
  const view = { captions: ['Now'], states: [snapshot], lens: (nodes: Snapshot['nodes']) => scoreLens(result, nodes) } as const;
  await writeHtml(await explainPage(result, packing(view, options)));
}
