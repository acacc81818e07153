import type { Comparison, Estimate, MetricInfo, MetricResult, VariantResult } from '../model/compare-results.ts';
import { type Column, tableLines } from './table.ts';

/** Variants side by side; more of them stand below each other, with the numbers that are asked for most. */
const SIDE_BY_SIDE_MAX = 4;

/** Columns when there are many variants, where some run has the number. */
const HEADLINES: readonly [heading: string, metric: string, key?: string][] = [
  ['PLACED', 'placed'],
  ['PENDING', 'pending'],
  ['CPU-STDDEV', 'utilisationStddev', 'cpu'],
  ['CPU-STRANDED', 'stranded', 'cpu'],
  ['MEMORY-STRANDED', 'stranded', 'memory'],
  ['NODES', 'nodesInUse'],
  ['ZONE-SKEW', 'skewMean', 'zone'],
  ['MOVES', 'moves'],
  ['COST', 'cost'],
];

/** What a person reads. An asterisk marks what differs from the baseline. */
export function* compareView(comparison: Comparison): Generator<string> {
  yield* comparison.variants.length <= SIDE_BY_SIDE_MAX ? sideBySide(comparison) : below(comparison);
  if (comparison.variants.length > 1) yield `\n* differs from ${comparison.baseline}${comparison.summary.seeds > 1 ? ' (95%)' : ''}\n`;
}

/** Every number: one line for each metric of each variant. */
export function* compareWide(comparison: Comparison): Generator<string> {
  const units = unitsOf(comparison);
  const number = (of: (result: MetricResult) => number | undefined) => (row: Line) => {
    const value = of(row.result);
    return value === undefined ? '' : format(value, units.get(row.result.metric) as string);
  };
  const columns: readonly Column<Line>[] = [
    { heading: 'METRIC', cell: ({ result }) => labelOf(result) },
    { heading: 'VARIANT', cell: ({ variant }) => variant },
    { heading: 'MEAN', align: 'right', cell: number(({ mean }) => mean) },
    { heading: 'LOW', align: 'right', cell: number(({ low }) => low) },
    { heading: 'HIGH', align: 'right', cell: number(({ high }) => high) },
    { heading: 'STDDEV', align: 'right', cell: number(({ stddev }) => stddev) },
    { heading: 'MIN', align: 'right', cell: number(({ min }) => min) },
    { heading: 'MAX', align: 'right', cell: number(({ max }) => max) },
    { heading: 'DIFFERENCE', align: 'right', cell: number(({ difference }) => difference?.mean) },
    { heading: 'LOW', align: 'right', cell: number(({ difference }) => difference?.low) },
    { heading: 'HIGH', align: 'right', cell: number(({ difference }) => difference?.high) },
    { heading: 'DIFFERS', cell: ({ result }) => (result.difference?.differs ? '*' : '') },
  ];
  const lines = labels(comparison).flatMap((label) =>
    comparison.variants.flatMap(({ name, results }): Line[] => {
      const result = results.find((each) => labelOf(each) === label);
      return result ? [{ variant: name, result }] : [];
    }),
  );
  yield* tableLines(columns, lines);
}

/** `variant/NAME`, one a line. */
export function* compareNames({ variants }: Comparison): Generator<string> {
  for (const { name } of variants) yield `variant/${name}\n`;
}

interface Line {
  readonly variant: string;
  readonly result: MetricResult;
}

function* sideBySide(comparison: Comparison): Generator<string> {
  const { variants, baseline } = comparison;
  const units = unitsOf(comparison);
  const byLabel = variants.map(({ results }) => new Map(results.map((result) => [labelOf(result), result])));
  const shown = labels(comparison).filter((label) => isShown(label, byLabel));
  const columns: Column<string>[] = [{ heading: 'METRIC', cell: (label) => label }];
  const unitAt = (label: string) => units.get(label.split(' ', 1)[0] as string) as string;
  variants.forEach((variant, i) => {
    const result = (label: string) => byLabel[i]?.get(label);
    columns.push({ heading: variant.name, align: 'right', cell: (label) => estimateText(result(label), unitAt(label)) });
    if (variant.name === baseline) return;
    columns.push({ heading: 'DIFFERENCE', align: 'right', cell: (label) => differenceText(result(label), unitAt(label)) });
  });
  yield* tableLines(columns, shown);
}

function* below(comparison: Comparison): Generator<string> {
  const units = unitsOf(comparison);
  const find = ({ results }: VariantResult, metric: string, key?: string) =>
    results.find((each) => each.metric === metric && each.key === key);
  const columns: Column<VariantResult>[] = [{ heading: 'VARIANT', cell: ({ name }) => name }];
  for (const [title, metric, key] of HEADLINES) {
    if (!comparison.variants.some((variant) => find(variant, metric, key))) continue;
    const cell = (variant: VariantResult) => {
      const result = find(variant, metric, key);
      return `${estimateText(result, units.get(metric) as string)}${result?.difference ? mark(result) : '  '}`;
    };
    columns.push({ heading: title, align: 'right', cell });
  }
  yield* tableLines(columns, comparison.variants);
}

/** Left out: numbers that are 0 for everybody, apart from the first two questions. */
function isShown(label: string, byLabel: readonly ReadonlyMap<string, MetricResult>[]): boolean {
  if (label === 'placed' || label === 'pending') return true;
  return byLabel.some((results) => {
    const result = results.get(label);
    return result !== undefined && (result.min !== 0 || result.max !== 0);
  });
}

function unitsOf({ metrics }: Comparison): ReadonlyMap<string, string> {
  return new Map(metrics.map(({ name, unit }: MetricInfo) => [name, unit]));
}

/** Metrics in their order, keys by name. */
function labels({ metrics, variants }: Comparison): string[] {
  const keys = new Map<string, Set<string>>(metrics.map(({ name }) => [name, new Set()]));
  for (const { results } of variants) for (const result of results) keys.get(result.metric)?.add(labelOf(result));
  return [...keys.values()].flatMap((set) => [...set].sort());
}

function labelOf({ metric, key }: MetricResult): string {
  return key === undefined ? metric : `${metric} ${key}`;
}

function estimateText(result: Estimate | undefined, unit: string): string {
  if (!result) return '';
  return `${format(result.mean, unit)}${halfWidth(result, unit)}`;
}

function differenceText(result: MetricResult | undefined, unit: string): string {
  if (!result?.difference) return '';
  const { difference } = result;
  const sign = difference.mean > 0 ? '+' : '';
  return `${sign}${format(difference.mean, unit)}${halfWidth(difference, unit)}${mark(result)}`;
}

/** Of the same width whether it differs or not, so that numbers stand below each other. */
function mark({ difference }: MetricResult): string {
  return difference?.differs ? ' *' : '  ';
}

function halfWidth({ low, high }: Estimate, unit: string): string {
  if (low === undefined || high === undefined || low === high) return '';
  return ` ±${format((high - low) / 2, unit)}`;
}

function format(value: number, unit: string): string {
  if (unit === 'share') return `${(value * 100).toFixed(2)}%`;
  const text = value.toFixed(unit.includes('/h') ? 3 : 2);
  return Number.isInteger(value) && !unit.includes('/h') ? value.toString() : text;
}
