import { assert } from '../base/assert.ts';
import type {
  Comparison,
  ComparisonPlan,
  ComparisonRun,
  Difference,
  Estimate,
  MetricInfo,
  MetricResult,
  VariantPlan,
} from '../model/compare-results.ts';
import { runHash } from './compare-plan.ts';
import { parseSeeds } from './seeds.ts';
import { sampleOf } from './statistics.ts';

/** Values of one metric and key by seed; undefined where the run gave none. */
type Series = readonly (number | undefined)[];

/** Metric to key to series. */
type SeriesOf = ReadonlyMap<string, ReadonlyMap<string, Series>>;

/**
 * The answer to a plan whose runs are all there. A function of the plan and the values alone: where and in which order they were run leaves no
 * trace but the seconds. O(runs · values).
 */
export function comparisonOf(plan: ComparisonPlan, runs: ReadonlyMap<string, ComparisonRun>): Comparison {
  const seeds = parseSeeds(plan.seeds);
  const keys = keysOf(runs.values());
  const used = new Set<ComparisonRun>();
  const series = plan.variants.map((variant) => {
    const own = seeds.map((seed) => {
      const run = runs.get(runHash(variant, seed));
      assert(run !== undefined, 'every run of the plan is there');
      used.add(run);
      return run;
    });
    return seriesOf(own, plan.metrics, keys);
  });
  const baseline = series[plan.variants.findIndex(({ name }) => name === plan.baseline)] as SeriesOf;
  const { nodes, pods } = plan.cluster;
  return {
    apiVersion: plan.apiVersion,
    kind: 'Comparison',
    baseline: plan.baseline,
    seeds: plan.seeds,
    order: plan.order,
    fromEmpty: plan.fromEmpty,
    metrics: plan.metrics,
    variants: plan.variants.map((variant: VariantPlan, i) => ({
      ...variant,
      results: plan.metrics.flatMap((metric) =>
        resultsOf(metric, series[i] as SeriesOf, variant.name === plan.baseline ? undefined : baseline),
      ),
    })),
    summary: { nodes, pods, seeds: seeds.length, runs: used.size, seconds: [...used].reduce((sum, { seconds }) => sum + seconds, 0) },
    notModelled: plan.notModelled,
  };
}

/** All keys that any run names, by metric, in the order of their code units. */
function keysOf(runs: Iterable<ComparisonRun>): ReadonlyMap<string, readonly string[]> {
  const keys = new Map<string, Set<string>>();
  for (const { values } of runs) {
    for (const [metric, key] of values) {
      const known = keys.get(metric) ?? new Set();
      keys.set(metric, known.add(key));
    }
  }
  return new Map([...keys].map(([metric, set]) => [metric, [...set].sort()]));
}

function seriesOf(runs: readonly ComparisonRun[], metrics: readonly MetricInfo[], keys: ReadonlyMap<string, readonly string[]>): SeriesOf {
  const series = new Map(
    metrics.map(({ name, absent }): [string, Map<string, (number | undefined)[]>] => [
      name,
      new Map((keys.get(name) ?? []).map((key) => [key, new Array<number | undefined>(runs.length).fill(absent)])),
    ]),
  );
  for (const [i, { values }] of runs.entries()) {
    for (const [metric, key, value] of values) {
      const own = series.get(metric)?.get(key);
      if (own) own[i] = value;
    }
  }
  return series;
}

function resultsOf({ name }: MetricInfo, own: SeriesOf, baseline: SeriesOf | undefined): MetricResult[] {
  return [...(own.get(name) as ReadonlyMap<string, Series>)].flatMap(([key, series]): MetricResult[] => {
    const values = series.filter((value) => value !== undefined);
    if (values.length === 0) return [];
    const { count, mean, stddev, min, max, halfWidth } = sampleOf(values);
    const difference = differenceOf(series, baseline?.get(name)?.get(key));
    return [
      {
        metric: name,
        ...(key === '' ? {} : { key }),
        runs: count,
        ...estimate(mean, halfWidth),
        stddev: rounded(stddev),
        min: rounded(min),
        max: rounded(max),
        ...(difference ? { difference } : {}),
      },
    ];
  });
}

/** Seed by seed, where both have a number: what both have in common with the seed cancels out. */
function differenceOf(series: Series, baseline: Series | undefined): Difference | undefined {
  const pairs = series.flatMap((value, i) => {
    const other = baseline?.[i];
    return value === undefined || other === undefined ? [] : [value - other];
  });
  if (pairs.length === 0) return undefined;
  const { mean, halfWidth = 0 } = sampleOf(pairs);
  return { ...estimate(mean, pairs.length > 1 ? halfWidth : undefined), differs: Math.abs(rounded(mean)) > rounded(halfWidth) };
}

function estimate(mean: number, halfWidth: number | undefined): Estimate {
  return { mean: rounded(mean), ...(halfWidth === undefined ? {} : { low: rounded(mean - halfWidth), high: rounded(mean + halfWidth) }) };
}

/** Ten digits: what lies below is the noise of sums. */
function rounded(value: number): number {
  return Math.abs(value) < 1e-12 ? 0 : Number(value.toPrecision(10));
}
