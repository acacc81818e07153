import { PlimsollError } from '../base/errors.ts';
import type { EngineOptions } from '../engine/options.ts';
import type { Comparison, ComparisonPlan, ComparisonRun, Scenario } from '../model/compare-results.ts';
import type { HostMap } from '../model/hosts.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { checkCount } from './checks.ts';
import { allMetrics, type Prepared, prepareComparison } from './compare-plan.ts';
import { ComparisonRunner, type RunTask } from './compare-runner.ts';
import type { WorkerSetup } from './compare-worker.ts';
import { comparisonOf } from './comparison.ts';
import { checkMetrics, loadMetrics, type Metric } from './metrics.ts';
import { type Shard, shardOf, sweep } from './sweep.ts';

/** One way to schedule, in one scenario. */
export interface CompareVariant {
  readonly name: string;
  /** Configuration, release, gates, ties, sampling; `seed`, `workers`, `hosts` and `untilStable` are the comparison's. */
  readonly options?: EngineOptions;
  readonly scenario?: Scenario;
}

export interface CompareOptions {
  /** Each variant runs once with each; default: 0 alone. */
  readonly seeds?: readonly number[];
  /** How pods of equal priority arrive; default: `shuffled` by the seed when seeds are given, else as in the input. */
  readonly order?: ComparisonPlan['order'];
  /** Take every movable pod off its node first. Give the snapshot as it is, so that moves can be counted. */
  readonly fromEmpty?: boolean;
  /** Name of the variant that others are compared with; default: the first. */
  readonly baseline?: string;
  /** Price of each node per hour, by name, for the metrics of cost. */
  readonly prices?: ReadonlyMap<string, number>;
  /** What the prices are in: `USD`. */
  readonly currency?: string;
  readonly hosts?: HostMap;
  /** Metrics beside those of the table. Threads cannot be given functions: with `workers`, name a module. */
  readonly metrics?: readonly Metric[];
  /** Address (URL) of a module that exports further `metrics`. */
  readonly metricsModule?: string;
  /** Content hash of that module. */
  readonly metricsDigest?: string;
  /** Threads that do runs side by side; the answer does not depend on it. */
  readonly workers?: number;
  /** Threads are started only when runs have taken so long without them, in milliseconds; default 0. */
  readonly workersAfterMs?: number;
  /** Runs that are done already, by hash: they are not done again. */
  readonly known?: ReadonlyMap<string, ComparisonRun>;
  /** Called before the first run. */
  readonly onPlan?: (plan: ComparisonPlan) => void;
  /** Called with each new run as it ends. */
  readonly onRun?: (run: ComparisonRun, done: number, total: number) => void;
  /** Stops the comparison: it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * The same pods placed by each variant, once for each seed: what they achieve, with 95 % intervals over the seeds, and how they differ, seed by
 * seed. Every run goes on until nothing more can move, evicted pods are made again by their controllers.
 *
 * @throws PlimsollError USAGE for the options, what `resolveOptions` throws for a variant, NOT_FOUND for domains or the baseline.
 */
export async function compare(snapshot: Snapshot, variants: readonly CompareVariant[], options: CompareOptions = {}): Promise<Comparison> {
  const { prepared, metrics } = await prepare(snapshot, variants, options);
  const runs = await sweepRuns(prepared, metrics, prepared.tasks, options);
  return comparisonOf(prepared.plan, runs);
}

/**
 * The runs of `compare` that fall to one of several machines; `mergeRuns` makes the comparison of all of them. What `options.known` has is not
 * done again and not returned.
 */
export async function compareShard(
  snapshot: Snapshot,
  variants: readonly CompareVariant[],
  shard: Shard,
  options: CompareOptions = {},
): Promise<{ readonly plan: ComparisonPlan; readonly runs: readonly ComparisonRun[] }> {
  checkCount('shard.count', shard.count, 1, 1_000_000);
  checkCount('shard.index', shard.index, 1, shard.count);
  const { prepared, metrics } = await prepare(snapshot, variants, options);
  const tasks = shardOf(prepared.tasks, shard);
  const runs = await sweepRuns(prepared, metrics, tasks, options);
  return { plan: prepared.plan, runs: [...runs.values()] };
}

async function prepare(
  snapshot: Snapshot,
  variants: readonly CompareVariant[],
  options: CompareOptions,
): Promise<{ readonly prepared: Prepared; readonly metrics: readonly Metric[] }> {
  const { metrics: own = [], workers = 0 } = options;
  checkCount('workers', workers, 0, Number.MAX_SAFE_INTEGER);
  if (workers > 0 && own.length > 0) {
    throw new PlimsollError('USAGE', 'cannot be given to threads', { path: 'metrics', hint: 'use metricsModule, or no workers' });
  }
  checkMetrics(own);
  const further = [...own, ...(await loadMetrics(options.metricsModule))];
  checkMetrics(further);
  const metrics = allMetrics(further);
  const prepared = prepareComparison(snapshot, variants, options, metrics);
  options.onPlan?.(prepared.plan);
  return { prepared, metrics };
}

async function sweepRuns(
  { setup }: Prepared,
  metrics: readonly Metric[],
  tasks: Prepared['tasks'],
  { workers = 0, workersAfterMs: afterMs = 0, known, onRun = () => {}, signal, metricsModule }: CompareOptions,
): Promise<ReadonlyMap<string, ComparisonRun>> {
  let runner: ComparisonRunner | undefined;
  const here = (task: RunTask): Promise<ComparisonRun> => {
    runner ??= new ComparisonRunner(setup, metrics);
    return runner.run(task);
  };
  const workerSetup: WorkerSetup = { ...setup, metricsModule };
  const threads = { file: 'compare-worker', name: 'prepareRuns', importer: import.meta.url, setup: workerSetup, workers, afterMs };
  return sweep(tasks, { here, threads, onResult: onRun, signal, ...(known ? { known } : {}) });
}
