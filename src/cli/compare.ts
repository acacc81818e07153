import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { PlimsollError } from '../base/errors.ts';
import type { Comparison, ComparisonPlan } from '../model/compare-results.ts';
import { digestOf } from '../model/parse/digest.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { CompareOptions, CompareVariant } from '../plan/compare.ts';
import type { SweepSpec } from '../plan/sweep-file.ts';
import { compareNames, compareView, compareWide } from '../report/compare-view.ts';
import { jsonPieces, yamlPieces } from '../report/structured.ts';
import { addAxisFlags, addSweepFlags, type CompareFlags } from './compare-flags.ts';
import { type Answer, examples } from './help.ts';
import { interruptible } from './interruption.ts';
import { say, warn, writePieces } from './output.ts';
import { Progress } from './progress.ts';
import type { RunLog } from './run-log.ts';
import { addInputFlags, addOutputFlags } from './run-options.ts';

const EXAMPLES = `
# Would the pods fit better, or closer, with another policy? Everything placed anew, in 20 orders of arrival
plimsoll compare -f cluster.json --from-empty --profile kubernetes --config pack.yaml --seeds 1..20

# What does the next release of Kubernetes change, and what half as much load again?
plimsoll compare -f cluster.json --from-empty --kube-version 1.36 --kube-version 1.37 --load 100 --load 150 --seeds 1..20

# A long sweep that can be stopped and goes on where it was
plimsoll compare -f cluster.json --sweep sweep.yaml --seeds 1..1000 --results runs.ndjson

# The same on three machines
plimsoll compare -f cluster.json --sweep sweep.yaml --seeds 1..1000 --shard 1/3 --results runs-1.ndjson
plimsoll merge runs-1.ndjson runs-2.ndjson runs-3.ndjson`;

export const FORMATS = { table: compareView, wide: compareWide, json: jsonPieces, yaml: yamlPieces, name: compareNames } as const;

/** Less work is done before threads have started. */
const ALONE_MS = 1000;
/** Each thread has the snapshot for itself: pods in all of them. */
const THREADED_PODS_MAX = 5_000_000;

type Flags = CompareFlags & { readonly output: keyof typeof FORMATS | 'html' };

export function addCompare(program: Command, answer: Answer): void {
  const command = program
    .command('compare')
    .summary('Compare scheduler configurations on the same pods')
    .description(
      'Place the pods of a cluster with each of several configurations, releases, tie modes, loads or losses, once for each seed, and compare what ' +
        'comes of it, with 95 % confidence intervals over the seeds. Seeds shuffle the order in which pods of equal priority arrive',
    );
  addOutputFlags(addSweepFlags(addInputFlags(addAxisFlags(command))), [...Object.keys(FORMATS), 'html'])
    .addHelpText('after', examples(EXAMPLES))
    .action(async (flags: Flags) => {
      await compareCommand(flags);
      answer(0);
    });
}

async function compareCommand(flags: Flags): Promise<void> {
  const { shard, results: path } = flags;
  if (shard && path === undefined) {
    throw new PlimsollError('USAGE', 'needs --results FILE, which plimsoll merge reads', {
      path: '--shard',
      value: `${shard.index}/${shard.count}`,
    });
  }
  const { sweepSpec, variantsOf } = await import('./compare-variants.ts');
  const spec = await sweepSpec(flags);
  const variants = await variantsOf(spec, flags);
  const { readInput } = await import('./engine-options.ts');
  const snapshot = await readInput({ ...flags, fromEmpty: false } as Parameters<typeof readInput>[0]);
  const options = { ...specOptions(spec), ...(await bookOptions(snapshot, flags)), ...(await metricsOptions(flags.metrics)) };
  const { RunLog } = await import('./run-log.ts');
  const log = path === undefined ? undefined : await RunLog.open(path);
  if (log && !flags.quiet) warn(log.warnings);
  const comparison = await runAll(snapshot, variants, options, flags, log);
  if (comparison === undefined) return;
  await writeComparison(comparison, flags.output, 'compare');
  if (flags.quiet) return;
  warn(comparison.notModelled);
  say(summaryLine(comparison));
}

/** @param command Which one answers: `compare` or `merge`. */
export async function writeComparison(comparison: Comparison, output: Flags['output'], command: string): Promise<void> {
  if (output !== 'html') return writePieces(FORMATS[output](comparison));
  const [{ writeHtml }, { comparePage }] = await Promise.all([import('./html.ts'), import('../report/html/compare-page.ts')]);
  return writeHtml(await comparePage(comparison, command));
}

function specOptions({ seeds, order, fromEmpty, baseline }: SweepSpec): CompareOptions {
  const given = { seeds, order, fromEmpty, baseline };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** Runs what is not in the log yet; undefined for a shard, whose part alone is no answer. */
async function runAll(
  snapshot: Snapshot,
  variants: readonly CompareVariant[],
  own: CompareOptions,
  flags: Flags,
  log: RunLog | undefined,
): Promise<Comparison | undefined> {
  const { shard, quiet } = flags;
  const { compare, compareShard } = await import('../index.ts');
  const progress = new Progress('comparing', !quiet);
  const threads =
    flags.workers === undefined ? { workers: defaultWorkers(snapshot), workersAfterMs: ALONE_MS } : { workers: flags.workers };
  let finished = 0;
  const options: CompareOptions = {
    ...own,
    ...threads,
    ...(log ? { known: log.known } : {}),
    onPlan: (plan) => begin(plan, flags, log),
    onRun: (run, done, total) => {
      log?.add(run);
      finished++;
      progress.update(done, total);
    },
  };
  const work = async (signal?: AbortSignal): Promise<Comparison | undefined> => {
    const stoppable = signal ? { ...options, signal } : options;
    if (!shard) return compare(snapshot, variants, stoppable);
    const done = await compareShard(snapshot, variants, shard, stoppable);
    if (!quiet) say(`part ${shard.index} of ${shard.count}: ${done.runs.length} runs, ${finished} of them new, are in ${log?.path}`);
    return undefined;
  };
  const explain = () => {
    progress.stop();
    return `stopped: ${finished} new runs are kept in ${log?.path}; the same command goes on from there`;
  };
  try {
    // Without a file there is nothing to keep, and Ctrl-C ends the process as usual.
    return await (log ? interruptible(work, explain) : work());
  } finally {
    progress.stop();
    log?.close();
  }
}

function begin(plan: ComparisonPlan, { quiet }: Flags, log: RunLog | undefined): void {
  log?.begin(plan);
  const seeded = plan.order === 'shuffled' || plan.variants.some(({ provenance }) => provenance.tie === 'seeded');
  if (!quiet && !seeded && /\D/.test(plan.seeds)) warn(['with --order input and no tie seeded every seed gives the same run']);
}

function defaultWorkers({ pods }: Snapshot): number {
  const room = Math.floor(THREADED_PODS_MAX / Math.max(1, pods.length));
  return Math.min(availableParallelism(), room);
}

/** Prices by node. Nodes that the catalogue does not know are an error: a sum without them would be wrong. */
async function bookOptions({ nodes }: Snapshot, { priceBook }: Flags): Promise<CompareOptions> {
  if (priceBook === undefined) return {};
  const { readCatalogue } = await import('../sources/catalogue.ts');
  const { nodePrices } = await import('../plan/node-prices.ts');
  const catalogue = await readCatalogue(priceBook);
  try {
    return { prices: nodePrices(nodes, catalogue), currency: catalogue.currency };
  } catch (error) {
    throw error instanceof PlimsollError ? error.at({ file: priceBook }) : error;
  }
}

async function metricsOptions(file: string | undefined): Promise<CompareOptions> {
  if (file === undefined) return {};
  const { readText } = await import('./read-files.ts');
  return { metricsModule: pathToFileURL(file).href, metricsDigest: digestOf(await readText(file)) };
}

export function summaryLine({ summary, order, seeds, fromEmpty, variants }: Comparison): string {
  const each = summary.seeds === 1 ? 'one run each' : `seeds ${seeds}`;
  const named = variants.length === 1 ? '1 variant' : `${variants.length} variants`;
  const arrival = order === 'shuffled' ? 'shuffled order of arrival' : 'order of the input';
  const what = fromEmpty ? 'every movable pod placed anew' : 'waiting pods placed';
  return `${named}, ${each}, ${arrival}, ${what}; ${summary.nodes} nodes, ${summary.pods} pods; ${summary.runs} ${summary.runs === 1 ? 'run' : 'runs'}`;
}
