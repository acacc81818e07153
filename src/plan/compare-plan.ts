import { type ErrorPlace, PlimsollError } from '../base/errors.ts';
import { type EngineOptions, idleHosts, resolveOptions, withHosts } from '../engine/options.ts';
import { provenanceOf } from '../engine/provenance.ts';
import type { ComparisonPlan, MetricInfo, Scenario, VariantPlan } from '../model/compare-results.ts';
import { canonical } from '../model/parse/canonical.ts';
import { digestOf } from '../model/parse/digest.ts';
import { API_VERSION } from '../model/results.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { checkCount } from './checks.ts';
import type { CompareOptions, CompareVariant } from './compare.ts';
import type { RunSetup, RunTask, VariantSetup } from './compare-runner.ts';
import { METRICS, type Metric, PRICE_UNIT } from './metrics.ts';
import { scenarioStart } from './scenario.ts';
import { SEEDS_MAX, seedsText } from './seeds.ts';
import type { SweepTask } from './sweep.ts';
import { VARIANTS_MAX } from './sweep-file.ts';

/** Runs of one comparison: a result is a kilobyte or two, and all of them are in memory at the end. */
const RUNS_MAX = 1_000_000;

/** A thousand times today's load. */
export const PERCENT_MAX = 100_000;

/** A comparison with everything checked, before anything is run. */
export interface Prepared {
  readonly plan: ComparisonPlan;
  readonly setup: RunSetup;
  readonly tasks: readonly SweepTask<RunTask>[];
}

/**
 * Checks the question and names every run by the hash of what it depends on.
 * @throws PlimsollError USAGE for the options, what `resolveOptions` throws for a variant, NOT_FOUND for domains that are to be lost.
 */
export function prepareComparison(
  given: Snapshot,
  variants: readonly CompareVariant[],
  options: CompareOptions,
  metrics: readonly Metric[],
): Prepared {
  const { seeds = [0], fromEmpty = false, prices, hosts } = options;
  const order = options.order ?? (options.seeds === undefined ? 'input' : 'shuffled');
  checkSeeds(seeds);
  checkNames(variants, options.baseline);
  checkRuns(variants.length, seeds.length);
  const snapshot = withHosts(given, hosts === undefined ? {} : { hosts });
  const common = canonical({ order, fromEmpty, prices, metrics: metrics.map(({ name }) => name), module: options.metricsDigest });
  const setups = variants.map(({ name, options: own = {}, scenario = {} }): VariantSetup => {
    return { name, options: engineOptions(own), scenario: scenarioOf(scenario) };
  });
  const plans = setups.map((setup) => variantPlan(setup, snapshot, fromEmpty, common));
  const plan: ComparisonPlan = {
    apiVersion: API_VERSION,
    kind: 'ComparisonPlan',
    baseline: options.baseline ?? (plans[0] as VariantPlan).name,
    seeds: seedsText(seeds),
    order,
    fromEmpty,
    variants: plans,
    metrics: metrics.map((metric) => infoOf(metric, options.currency)),
    cluster: { nodes: snapshot.nodes.length, pods: snapshot.pods.length },
    notModelled: [...snapshot.notModelled, ...warningsOf(setups, snapshot)],
  };
  return { plan, setup: { snapshot, variants: setups, order, fromEmpty, prices }, tasks: tasksOf(plans, seeds) };
}

/** The hash of a run: that of its variant and its seed. */
export function runHash({ id }: VariantPlan, seed: number): string {
  return digestOf(`${id} ${seed}`);
}

/** All runs, seed by seed, so that more seeds only lengthen the list; variants that are the same share theirs. */
export function tasksOf(plans: readonly VariantPlan[], seeds: readonly number[]): SweepTask<RunTask>[] {
  const first = new Map(plans.map(({ id }, i) => [id, i] as const).reverse());
  return seeds.flatMap((seed) =>
    plans.flatMap((plan, variant): SweepTask<RunTask>[] => {
      if (first.get(plan.id) !== variant) return [];
      const hash = runHash(plan, seed);
      return [{ hash, task: { hash, variant, seed } }];
    }),
  );
}

function variantPlan({ name, options, scenario }: VariantSetup, snapshot: Snapshot, fromEmpty: boolean, common: string): VariantPlan {
  try {
    const settings = resolveOptions(options);
    // Domains are looked up now: better than in the middle of a sweep.
    scenarioStart({ ...snapshot, pods: [] }, scenario, fromEmpty, settings.semantics);
    const { seed: _seed, ...provenance } = provenanceOf(settings, snapshot.hash);
    return { name, id: digestOf(canonical([provenance, scenario, common])), provenance, ...scenario };
  } catch (error) {
    throw error instanceof PlimsollError ? error.at({ path: `variants.${name}` }) : error;
  }
}

/** What decides, without what is the comparison's own. */
function engineOptions(options: EngineOptions): EngineOptions {
  const { seed: _seed, workers: _workers, hosts: _hosts, onProgress: _onProgress, untilStable: _stable, ...rest } = options;
  return rest;
}

function scenarioOf({ loadPercent, replicaPercent, lost }: Scenario): Scenario {
  const percents = Object.entries({ loadPercent, replicaPercent }).filter(([, percent]) => percent !== undefined && percent !== 100);
  for (const [name, percent] of percents) checkCount(name, percent, 1, PERCENT_MAX);
  return { ...Object.fromEntries(percents), ...(lost === undefined || lost.length === 0 ? {} : { lost }) };
}

function warningsOf(setups: readonly VariantSetup[], { objects }: Snapshot): string[] {
  const said = setups.flatMap(({ name, options }) => {
    const { warnings, profiles } = resolveOptions(options);
    return [...warnings, ...idleHosts(objects, profiles)].map((warning) => `${name}: ${warning}`);
  });
  return [...new Set(said)];
}

function infoOf({ name, unit, better, description, absent }: Metric, currency = 'price'): MetricInfo {
  return {
    name,
    unit: unit === PRICE_UNIT ? `${currency}/h` : unit,
    ...(better === undefined ? {} : { better }),
    description,
    ...(absent === undefined ? {} : { absent }),
  };
}

function checkSeeds(seeds: readonly number[]): void {
  if (seeds.length === 0 || seeds.length > SEEDS_MAX) {
    throw new PlimsollError('USAGE', `must be 1 to ${SEEDS_MAX} seeds`, { path: 'seeds', value: seeds.length });
  }
  const wrong = seeds.find((seed) => !Number.isSafeInteger(seed) || seed < 0);
  if (wrong !== undefined) throw new PlimsollError('USAGE', 'must be whole numbers from 0', { path: 'seeds', value: wrong });
  if (new Set(seeds).size < seeds.length) throw new PlimsollError('USAGE', 'names a seed twice', { path: 'seeds' });
}

/** @throws PlimsollError USAGE for more runs than their results have room for. */
export function checkRuns(variants: number, seeds: number, place: ErrorPlace = { path: 'seeds' }): void {
  if (variants * seeds <= RUNS_MAX) return;
  const problem = `${variants} variants with ${seeds} seeds are more than ${RUNS_MAX} runs`;
  throw new PlimsollError('USAGE', problem, { ...place, hint: 'ask for fewer seeds, or split the grid' });
}

function checkNames(variants: readonly CompareVariant[], baseline: string | undefined): void {
  if (variants.length === 0 || variants.length > VARIANTS_MAX) {
    throw new PlimsollError('USAGE', `must be 1 to ${VARIANTS_MAX} variants`, { path: 'variants', value: variants.length });
  }
  const names = new Set<string>();
  for (const { name } of variants) {
    if (name === '') throw new PlimsollError('USAGE', 'must have a name', { path: 'variants' });
    if (names.has(name)) {
      throw new PlimsollError('USAGE', 'are two of one name', { path: 'variants', value: name, hint: 'give names as --config NAME=FILE' });
    }
    names.add(name);
  }
  if (baseline === undefined || names.has(baseline)) return;
  throw new PlimsollError('NOT_FOUND', 'there is no such variant', {
    path: 'baseline',
    value: baseline,
    hint: `there are ${[...names].join(', ')}`,
  });
}

/** The table of metrics with further ones behind. */
export function allMetrics(further: readonly Metric[]): readonly Metric[] {
  return [...METRICS, ...further];
}
