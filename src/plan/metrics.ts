import { PlimsollError } from '../base/errors.ts';
import type { MetricInfo, RunValue } from '../model/compare-results.ts';
import { podKey } from '../model/pod.ts';
import { moves, unplaced } from './metric-moves.ts';
import { reasonsOf } from './metric-reasons.ts';
import { singleDomains, skews } from './metric-spread.ts';
import { allocated, nodesInUse, rowsInUse, stranded, utilisation } from './metric-usage.ts';
import type { Outcome } from './outcome.ts';
import { percentile } from './statistics.ts';

/** One or several numbers that say how good the end of a run is. */
export interface Metric extends MetricInfo {
  /** A number, one by key (resource, reason, domain), or undefined where the question has no answer. */
  of(outcome: Outcome): number | ReadonlyMap<string, number> | undefined;
}

/** Becomes the currency of the price book per hour. */
export const PRICE_UNIT = 'price/h';

/** A metric is a line of this table and a function. Names and meanings are part of the output: see docs/compare.md. */
export const METRICS: readonly Metric[] = [
  {
    name: 'placed',
    unit: 'pods',
    better: 'more',
    description: 'Pods that waited for a node and have one at the end.',
    of: ({ pods, waitingBefore }) => pods.filter((pod) => pod.nodeName !== '' && waitingBefore.has(podKey(pod))).length,
  },
  {
    name: 'pending',
    unit: 'pods',
    better: 'less',
    description: 'Pods without a node at the end.',
    of: ({ pods }) => pods.filter(({ nodeName }) => nodeName === '').length,
  },
  {
    name: 'pendingBy',
    unit: 'pods',
    better: 'less',
    description: 'Pods without a node whose message names the reason; a message may name several.',
    absent: 0,
    of: reasonsOf,
  },
  {
    name: 'preempted',
    unit: 'pods',
    better: 'less',
    description: 'Pods that were evicted for more important ones.',
    of: ({ preempted }) => preempted,
  },
  {
    name: 'moves',
    unit: 'pods',
    description: 'Fewest pods that change their node from the input to the end; replicas of one controller stand in for each other.',
    of: moves,
  },
  {
    name: 'unplaced',
    unit: 'pods',
    better: 'less',
    description: 'Pods fewer on nodes than in the input, controller by controller.',
    of: unplaced,
  },
  {
    name: 'allocated',
    unit: 'share',
    better: 'more',
    description: 'What pods ask for of what all nodes offer together.',
    of: allocated,
  },
  {
    name: 'utilisationMean',
    unit: 'share',
    description: 'Mean over the nodes of what pods ask for of what the node offers.',
    of: (outcome) => utilisation(outcome, (shares) => shares.reduce((sum, share) => sum + share, 0) / shares.length),
  },
  {
    name: 'utilisationP95',
    unit: 'share',
    description: '95th percentile of the same over the nodes.',
    of: (outcome) => utilisation(outcome, (shares) => percentile(shares, 0.95)),
  },
  {
    name: 'utilisationStddev',
    unit: 'share',
    description: 'Standard deviation of the same over the nodes.',
    of: (outcome) =>
      utilisation(outcome, (shares) => {
        const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
        return Math.sqrt(shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length);
      }),
  },
  {
    name: 'stranded',
    unit: 'share',
    better: 'less',
    description: 'Free capacity that a pod of this workload, drawn at random, could not use, of what all nodes offer together.',
    of: stranded,
  },
  {
    name: 'nodesInUse',
    unit: 'nodes',
    better: 'less',
    description: 'Nodes with a pod that does not belong to its node.',
    of: nodesInUse,
  },
  {
    name: 'skewMean',
    unit: 'pods',
    better: 'less',
    description: 'Most minus fewest replicas in a domain, mean over the controllers with at least two pods on nodes.',
    of: (outcome) => skews(outcome, (all) => all.reduce((sum, skew) => sum + skew, 0) / all.length),
  },
  {
    name: 'skewMax',
    unit: 'pods',
    better: 'less',
    description: 'The same, of the worst controller.',
    of: (outcome) => skews(outcome, (all) => all.reduce((most, skew) => Math.max(most, skew), 0)),
  },
  {
    name: 'oneDomain',
    unit: 'share',
    better: 'less',
    description: 'Controllers with at least two pods on nodes that have all of them in one domain.',
    of: singleDomains,
  },
  {
    name: 'cost',
    unit: PRICE_UNIT,
    better: 'less',
    description: 'Price of the nodes in use, by the price book.',
    of: (outcome) => outcome.prices && sumOf(outcome, outcome.prices, rowsInUse(outcome)),
  },
  {
    name: 'costAll',
    unit: PRICE_UNIT,
    better: 'less',
    description: 'Price of all nodes, by the price book.',
    of: (outcome) =>
      outcome.prices &&
      sumOf(
        outcome,
        outcome.prices,
        Uint8Array.from(outcome.ground.nodes, () => 1),
      ),
  },
];

function sumOf({ ground }: Outcome, prices: ReadonlyMap<string, number>, rows: Uint8Array): number {
  return ground.nodes.reduce((sum, { name }, row) => sum + (rows[row] === 1 ? (prices.get(name) ?? 0) : 0), 0);
}

/** What the metrics say of a run, keys in the order of their code units. @throws PlimsollError USAGE for a metric that gives no number. */
export function measure(metrics: readonly Metric[], outcome: Outcome): RunValue[] {
  return metrics.flatMap((metric): RunValue[] => {
    const answer = metric.of(outcome);
    if (answer === undefined) return [];
    const entries: [string, number][] = typeof answer === 'number' ? [['', answer]] : [...answer];
    return entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]): RunValue => {
        if (Number.isFinite(value)) return [metric.name, key, value];
        throw new PlimsollError('USAGE', 'gives no finite number', { path: `metrics.${metric.name}`, value: String(value) });
      });
  });
}

const MODULE_HINT =
  'write a JavaScript module, metrics.mjs: export const metrics = [{ name, unit, description, of(outcome) { return 1; } }]';

/**
 * The metrics that a module exports as `metrics`, to be added to the table. They run in this process with all its rights.
 * @param address A URL; undefined: no module. @throws PlimsollError USAGE when it cannot be loaded or exports no metrics.
 */
export async function loadMetrics(address: string | undefined): Promise<readonly Metric[]> {
  if (address === undefined) return [];
  let exported: unknown;
  try {
    exported = ((await import(address)) as { readonly metrics?: unknown }).metrics;
  } catch (error) {
    const problem = `cannot be loaded: ${(error as Error).message}`;
    throw new PlimsollError('USAGE', problem, { path: 'metricsModule', value: address, hint: MODULE_HINT });
  }
  if (!Array.isArray(exported)) {
    throw new PlimsollError('USAGE', 'exports no list `metrics`', { path: 'metricsModule', value: address, hint: MODULE_HINT });
  }
  checkMetrics(exported);
  return exported;
}

/** @throws PlimsollError USAGE for what is no metric, or has the name of another one. */
export function checkMetrics(metrics: readonly Metric[]): void {
  const names = new Set(METRICS.map(({ name }) => name));
  metrics.forEach((metric: Partial<Metric>, i) => {
    const { name, unit, description, better, absent, of } = metric;
    const path = `metrics[${i}]`;
    const wrong = [
      typeof name !== 'string' || !/^[a-zA-Z][\w-]*$/.test(name) ? 'name' : '',
      typeof unit !== 'string' ? 'unit' : '',
      typeof description !== 'string' ? 'description' : '',
      better !== undefined && better !== 'more' && better !== 'less' ? 'better' : '',
      absent !== undefined && absent !== 0 ? 'absent' : '',
      typeof of !== 'function' ? 'of' : '',
    ].find((field) => field !== '');
    if (wrong !== undefined) throw new PlimsollError('USAGE', 'is missing or malformed', { path: `${path}.${wrong}`, hint: MODULE_HINT });
    if (names.has(name as string)) throw new PlimsollError('USAGE', 'is the name of another metric', { path: `${path}.name`, value: name });
    names.add(name as string);
  });
}
