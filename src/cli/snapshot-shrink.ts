import type { Command } from 'commander';
import type { ShownDecision, ShrunkSnapshot } from '../model/snapshot-results.ts';
import { jsonPieces, yamlPieces } from '../report/structured.ts';
import { printable } from '../report/table.ts';
import { single, text, wholeNumber, words } from './flags.ts';
import { examples } from './help.ts';
import { say, writePieces } from './output.ts';
import { podReference } from './pod-reference.ts';
import { Progress } from './progress.ts';
import { readHosts } from './read-files.ts';
import { readChecked } from './read-objects.ts';
import { addEngineFlags, addInputFlag, addOutputFlags, type EngineFlags, type InputFlags, type OutputFlags } from './run-options.ts';

const EXAMPLES = `
# The few objects because of which a pod finds no node
plimsoll snapshot shrink -f cluster.json shop/cart-7 > small.json

# Why node-4 and not node-9, in the smallest cluster that shows it, to share
plimsoll snapshot shrink -f cluster.json shop/cart-7 --over node-9 | plimsoll snapshot anonymize -f - > small.json`;

const FORMATS = { json: jsonPieces, yaml: yamlPieces } as const;
const ATTEMPTS_MAX = 100_000_000;

type Flags = InputFlags &
  EngineFlags &
  OutputFlags & {
    readonly output: keyof typeof FORMATS;
    readonly namespace?: string;
    readonly alone?: boolean;
    readonly exact?: boolean;
    readonly over?: readonly string[];
    readonly attempts?: number;
  };

export function addShrink(parent: Command): void {
  const command = parent
    .command('shrink')
    .summary('Write the smallest dump that still shows what becomes of a pod')
    .description(
      'Leave out objects, and then fields of objects, as long as the same becomes of the pod: the same node, or the same reasons for none. Nothing that ' +
        'is left can go alone',
    )
    .argument('<pod>', 'NAMESPACE/NAME, or NAME with --namespace')
    .addOption(single('-n, --namespace <namespace>', 'namespace of the pod (default "default")', text))
    .addOption(words('--over <nodes>', 'nodes that the pod does not take: they stay, and what they say to the pod'))
    .option('--alone', 'decide about this pod alone, as explain does, instead of placing other waiting pods before it')
    .option('--exact', 'the whole message counts, with its numbers of nodes')
    .addOption(single('--attempts <n>', 'most candidates that are decided (default 100000)', wholeNumber(1, ATTEMPTS_MAX)));
  addOutputFlags(addEngineFlags(addInputFlag(command)), Object.keys(FORMATS))
    .addHelpText('after', examples(EXAMPLES))
    .action(shrinkCommand);
}

async function shrinkCommand(argument: string, flags: Flags): Promise<void> {
  const { namespace, over = [], alone = false, exact = false, attempts, output, quiet } = flags;
  const pod = podReference(argument, namespace);
  const { engineOptions } = await import('./engine-options.ts');
  const options = await engineOptions(flags);
  const hosts = await readHosts([...(flags.hosts ?? []), ...(flags.hostCapacity ?? [])], flags.hostLabels);
  const objects = await readChecked(flags);
  const { shrinkSnapshot } = await import('../index.ts');
  const progress = new Progress('shrinking', !quiet);
  const all = objects.length;
  const result = await shrinkSnapshot(objects, {
    ...options,
    untilStable: true,
    ...(hosts === undefined ? {} : { hosts }),
    pod,
    over,
    alone,
    exact,
    defaults: flags.defaults,
    ...(attempts === undefined ? {} : { attempts }),
    onAttempt: (_attempts, left) => progress.update(all - left, all),
  }).finally(() => progress.stop());
  await writePieces(FORMATS[output](result.snapshot));
  if (!quiet) report(result);
}

function report({ summary, decision }: ShrunkSnapshot): void {
  const { objects, objectsBefore, attempts, minimal } = summary;
  say(printable(decisionLine(decision)));
  say(`${objects} of ${objectsBefore} objects left after ${attempts} decisions${minimal ? '' : ': more may go with more --attempts'}`);
}

function decisionLine({ namespace, name, node, message, verdicts, preempts }: ShownDecision): string {
  const end = node === undefined ? `finds no node: ${message}` : `goes to ${node}${preempts ? ' after preemption' : ''}`;
  if (node !== undefined && verdicts.length === 0) return `${namespace}/${name} ${end} (--over NODE keeps a node that it does not take)`;
  return `${namespace}/${name} ${end}${verdicts.map((verdict) => `; ${verdict.node}: ${verdict.reasons.join(', ') || 'fits'}`).join('')}`;
}
