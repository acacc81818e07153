import type { Command } from 'commander';
import { PlimsollError } from '../base/errors.ts';
import type { WorkloadReference } from '../plan/workload.ts';
import { rolloutNames, rolloutView, rolloutWide } from '../report/rollout-view.ts';
import { jsonPieces, yamlPieces } from '../report/structured.ts';
import { repeated, single, text } from './flags.ts';
import { type Answer, examples } from './help.ts';
import { say, warn, writePieces } from './output.ts';
import { addEngineFlags, addInputFlags, addOutputFlags, type EngineFlags, type InputFlags, type OutputFlags } from './run-options.ts';

const EXAMPLES = `
# Would an update of this Deployment get stuck?
plimsoll rollout deployment/web -n shop -f cluster.json

# The update that is in review: more memory, and no pod missing on the way
plimsoll rollout deployment/web -n shop -f cluster.json --set memory=2Gi --set maxUnavailable=0

# In CI: the exit code is 2 when it does not complete
plimsoll rollout sts/db -f cluster.json --set image=registry.example.com/db:2 -q`;

const FORMATS = { table: rolloutView, wide: rolloutWide, json: jsonPieces, yaml: yamlPieces, name: rolloutNames } as const;

/** Words for kinds, as kubectl takes them. */
const KINDS: Readonly<Record<string, WorkloadReference['kind']>> = {
  deployment: 'Deployment',
  deployments: 'Deployment',
  deploy: 'Deployment',
  statefulset: 'StatefulSet',
  statefulsets: 'StatefulSet',
  sts: 'StatefulSet',
};

type Flags = InputFlags &
  EngineFlags &
  OutputFlags & { readonly output: keyof typeof FORMATS | 'html'; readonly namespace?: string; readonly set?: readonly string[] };

export function addRollout(program: Command, answer: Answer): void {
  const command = program
    .command('rollout')
    .summary('Say whether an update of a workload completes')
    .description(
      'Say step by step how an update of a Deployment or StatefulSet goes, with its maxSurge, maxUnavailable or partition, and whether it completes. ' +
        'A pod counts as ready once it has a node. The answer is "no" when the update gets stuck',
    )
    .argument('<workload>', 'deployment/NAME or statefulset/NAME')
    .addOption(single('-n, --namespace <namespace>', 'namespace of the workload (default "default")', text))
    .addOption(
      repeated(
        '--set <name=value>',
        'what the update changes: replicas, maxSurge, maxUnavailable, strategy, partition, image, cpu, memory, CONTAINER.cpu, or a path like ' +
          'spec.template.spec.priorityClassName; repeatable; without any it is a restart',
      ),
    );
  addOutputFlags(addEngineFlags(addInputFlags(command)), [...Object.keys(FORMATS), 'html'])
    .addHelpText('after', examples(EXAMPLES))
    .action(async (workload: string, flags: Flags) => answer(await rolloutCommand(workloadReference(workload, flags.namespace), flags)));
}

async function rolloutCommand(workload: WorkloadReference, flags: Flags): Promise<0 | 2> {
  const { engineOptions, readInput } = await import('./engine-options.ts');
  const options = await engineOptions(flags);
  const snapshot = await readInput(flags);
  const { rollout } = await import('../index.ts');
  const picture = flags.output === 'html' ? new (await import('./html.ts')).Picture() : undefined;
  const result = await rollout(snapshot, workload, { ...options, ...picture?.watched, set: flags.set ?? [] });
  if (picture) {
    const [{ writeHtml }, { rolloutPage }] = await Promise.all([import('./html.ts'), import('../report/html/rollout-page.ts')]);
    await writeHtml(await rolloutPage(result, picture.packing(options)));
  } else await writePieces(FORMATS[flags.output as keyof typeof FORMATS](result));
  if (!flags.quiet) {
    warn(result.notModelled);
    const { preempted, summary, steps } = result;
    for (const { namespace, name, by, to } of preempted)
      warn([`${namespace}/${name} is preempted by ${by} and ${to ? `goes to ${to}` : 'finds no node'}`]);
    say(`${steps.length} ${steps.length === 1 ? 'step' : 'steps'}; at least ${summary.leastAvailable} available on the way`);
  }
  return result.completes ? 0 : 2;
}

/** `deployment/web`, `sts/db`, `deployment.apps/web`. */
function workloadReference(argument: string, namespace = 'default'): WorkloadReference {
  const [, word = '', name = ''] = /^([^/]+)\/([^/]+)$/.exec(argument) ?? [];
  const kind = word.toLowerCase().replace(/\.apps$/, '');
  if (Object.hasOwn(KINDS, kind)) return { kind: KINDS[kind] as WorkloadReference['kind'], namespace, name };
  throw new PlimsollError('USAGE', 'is neither deployment/NAME nor statefulset/NAME', { path: 'workload', value: argument });
}
