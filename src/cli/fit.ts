import type { Command } from 'commander';
import { PlimsollError } from '../base/errors.ts';
import type { Fit } from '../model/plan-results.ts';
import type { PodManifest } from '../plan/pod-templates.ts';
import { fitNames, fitView, fitWide } from '../report/fit-view.ts';
import { jsonPieces, yamlPieces } from '../report/structured.ts';
import { repeated, single, wholeNumber, words } from './flags.ts';
import { type Answer, examples, KUBECTL } from './help.ts';
import { say, warn, writePieces } from './output.ts';
import { Progress } from './progress.ts';
import { addEngineFlags, addInputFlags, addOutputFlags, type EngineFlags, type InputFlags, type OutputFlags } from './run-options.ts';
import { terminalBars } from './terminal-bars.ts';

const EXAMPLES = `
# How many more of this pod fit, and what stops the next one?
${KUBECTL} > cluster.json
plimsoll fit -f cluster.json --podspec pod.yaml

# Do 50 fit? The exit code says it
plimsoll fit -f cluster.json --podspec pod.yaml --max-limit 50 -q

# Rounds of three web pods and one cache, without two nodes that will go
plimsoll fit -f cluster.json --podspec web.yaml=3 --podspec cache.yaml --exclude-nodes node-7,node-8`;

const FORMATS = {
  table: (fit: Fit) => fitView(fit, terminalBars()),
  wide: (fit: Fit) => fitWide(fit, terminalBars()),
  json: jsonPieces,
  yaml: yamlPieces,
  name: fitNames,
} as const;

/** More copies than this in one question is a mistake in the question. */
const LIMIT_MAX = 100_000_000;

type Flags = InputFlags &
  EngineFlags &
  OutputFlags & {
    readonly output: keyof typeof FORMATS | 'html';
    readonly podspec?: readonly string[];
    readonly maxLimit?: number;
    readonly excludeNodes?: readonly string[];
    readonly pendingFirst?: boolean;
  };

export function addFit(program: Command, answer: Answer): void {
  const command = program
    .command('fit')
    .summary('Say how many more copies of a pod fit')
    .description(
      'Say how many more copies of a pod fit, on which nodes, and what stops the next one. Nobody is evicted for them. Several templates are ' +
        'placed in rounds, each as often as its count says. The answer is "no" when not even one round fits, or fewer than --max-limit',
    )
    .addOption(
      repeated('--podspec <file[=count]>', 'the pod: a manifest of a Pod or of anything with a pod template, JSON or YAML; repeatable'),
    )
    .addOption(single('--max-limit <n>', 'stop after so many copies (rounds, for several templates)', wholeNumber(1, LIMIT_MAX)))
    .addOption(words('--exclude-nodes <list>', 'names of nodes to leave out, with what runs there'))
    .option('--pending-first', 'place the waiting pods of the input first; without it they take no room');
  addOutputFlags(addEngineFlags(addInputFlags(command)), [...Object.keys(FORMATS), 'html'])
    .addHelpText('after', examples(EXAMPLES))
    .action(async (flags: Flags) => answer(await fitCommand(flags)));
}

async function fitCommand(flags: Flags): Promise<0 | 2> {
  const { engineOptions, readInput } = await import('./engine-options.ts');
  const options = await engineOptions(flags);
  const podspec = await readPodspecs(flags.podspec ?? []);
  const snapshot = await readInput(flags);
  const plan = await import('../index.ts');
  const picture = flags.output === 'html' ? new (await import('./html.ts')).Picture() : undefined;
  const { maxLimit, excludeNodes, pendingFirst } = flags;
  const progress = new Progress('placing', !flags.quiet && maxLimit !== undefined);
  const result = await plan
    .fit(snapshot, podspec, {
      ...options,
      ...picture?.watched,
      ...(maxLimit === undefined ? {} : { maxLimit }),
      ...(excludeNodes === undefined ? {} : { excludeNodes }),
      ...(pendingFirst === undefined ? {} : { pendingFirst }),
      onProgress: progress.update,
    })
    .finally(() => progress.stop());
  if (picture) {
    const [{ writeHtml }, { fitPage }] = await Promise.all([import('./html.ts'), import('../report/html/fit-page.ts')]);
    await writeHtml(await fitPage(result, picture.packing(options)));
  } else await writePieces(FORMATS[flags.output as keyof typeof FORMATS](result));
  if (!flags.quiet) {
    warn(result.notModelled);
    sayPending(result, pendingFirst);
  }
  return result.rounds < (maxLimit ?? 1) ? 2 : 0;
}

/** The objects of each file with the count behind its name. */
export async function readPodspecs(paths: readonly string[]): Promise<PodManifest[]> {
  if (paths.length === 0) {
    throw new PlimsollError('USAGE', 'no pod is given', { path: '--podspec', hint: 'use --podspec FILE with a Pod or a Deployment' });
  }
  const { readManifests } = await import('./read-files.ts');
  const manifests: PodManifest[] = [];
  for (const path of paths) {
    const [, file = path, count] = /^(.+)=([-+]?[\d.]+)$/.exec(path) ?? [];
    if (count !== undefined && !/^0*[1-9]\d*$/.test(count)) {
      const hint = `give how many pods of it there are, as in --podspec ${file}=3`;
      throw new PlimsollError('USAGE', 'the count must be a whole number from 1', { path: '--podspec', value: path, hint });
    }
    for (const each of await readManifests(file)) manifests.push({ ...each, ...(count === undefined ? {} : { count: Number(count) }) });
  }
  return manifests;
}

function sayPending({ summary: { pending } }: Fit, placedFirst: boolean | undefined): void {
  if (pending === 0) return;
  const pods = pending === 1 ? '1 pod waits' : `${pending} pods wait`;
  say(placedFirst ? `${pods} for a node and did not get one` : `${pods} for a node and took no room (--pending-first places them first)`);
}
