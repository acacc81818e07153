import type { Command } from 'commander';
import { PlimsollError } from '../base/errors.ts';
import type { PodReference } from '../model/results.ts';
import { explainName, explainView, explainWide } from '../report/explain-view.ts';
import { jsonPieces, yamlPieces } from '../report/structured.ts';
import { single, text } from './flags.ts';
import { type Answer, examples } from './help.ts';
import { warn, writePieces } from './output.ts';
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

type Flags = InputFlags & EngineFlags & OutputFlags & { readonly output: keyof typeof FORMATS; readonly namespace?: string };

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
  addOutputFlags(addEngineFlags(addInputFlags(command)), Object.keys(FORMATS))
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
  await writePieces(FORMATS[flags.output](result));
  if (!flags.quiet) warn(result.notModelled);
  return result.node === undefined ? 2 : 0;
}

/** `shop/cart-7`, `cart-7`, and `pod/shop/cart-7` as `schedule -o name` prints it. */
function podReference(argument: string, namespace: string | undefined): PodReference {
  const parts = argument.replace(/^pods?\/(?=[^/]+\/)/, '').split('/');
  const [first = '', second] = parts;
  if (parts.length > 2 || parts.includes('')) {
    throw new PlimsollError('USAGE', 'is not NAMESPACE/NAME', { path: 'pod', value: argument });
  }
  if (second === undefined) return { namespace: namespace ?? 'default', name: first };
  if (namespace !== undefined && namespace !== first) {
    throw new PlimsollError('USAGE', `is in another namespace than --namespace ${namespace}`, { path: 'pod', value: argument });
  }
  return { namespace: first, name: second };
}
