import type { Comparison, MetricInfo, MetricResult } from '../../model/compare-results.ts';
import type { Column } from '../table.ts';
import { drawIntervals, type IntervalChart } from './interval-charts.ts';
import { count, fact, type Page, percent, seconds, table } from './page.ts';

/** Charts on a page; what differs comes first, the table has all. */
const CHARTS_MAX = 16;

interface Line {
  readonly variant: string;
  readonly unit: string;
  readonly result: MetricResult;
}

/** @param command `compare` or `merge`. */
export async function comparePage(comparison: Comparison, command: string): Promise<Page> {
  const { variants, baseline, summary, seeds, order, fromEmpty, metrics } = comparison;
  const lines = linesOf(comparison);
  const different = new Set(lines.filter(({ result }) => result.difference?.differs).map(({ result }) => labelOf(result)));
  const certain = summary.seeds > 1 ? ' (95%)' : '';
  return {
    command,
    title: `${count(variants.length, 'variant')}: ${variants.map(({ name }) => name).join(', ')}`,
    verdict: {
      good: true,
      text: `${count(different.size, 'number differs', 'numbers differ')} from ${baseline}${certain}; ${fromEmpty ? 'every movable pod placed anew' : 'waiting pods placed'}, ${order === 'shuffled' ? 'shuffled order of arrival' : 'order of the input'}`,
    },
    facts: [
      fact(comparison, 'variants', 'Variants'),
      fact(comparison, 'baseline', 'Baseline'),
      fact(comparison, 'seeds', summary.seeds === 1 ? 'Seed' : 'Seeds'),
      fact(comparison, 'summary.runs', 'Runs'),
      fact(comparison, 'summary.nodes', 'Nodes'),
      fact(comparison, 'summary.pods', 'Pods'),
      fact(comparison, 'summary.seconds', 'Time of all runs', seconds),
    ],
    charts: await drawIntervals(chartsOf(lines, metrics, different), 0),
    tables: [
      table<Line>({ title: 'Every number', columns: COLUMNS, rows: lines }),
      table<MetricInfo>({
        title: 'What the numbers are',
        columns: [
          { heading: 'METRIC', cell: ({ name }) => name },
          { heading: 'UNIT', cell: ({ unit }) => unit },
          { heading: 'BETTER', cell: ({ better }) => better ?? '' },
          { heading: 'DESCRIPTION', cell: ({ description }) => description },
        ],
        rows: metrics,
      }),
    ],
    provenance: { baseline, seeds, order, ...Object.fromEntries(variants.map(({ name, id }) => [`variant ${name}`, id])) },
    notModelled: comparison.notModelled,
  };
}

/** Metric by metric, the variants below each other. */
function linesOf({ metrics, variants }: Comparison): Line[] {
  return metrics.flatMap(({ name, unit }) => {
    const keys = new Set(variants.flatMap(({ results }) => results.flatMap(({ metric, key }) => (metric === name ? [key ?? ''] : []))));
    return [...keys].sort().flatMap((key) =>
      variants.flatMap(({ name: variant, results }): Line[] => {
        const result = results.find((each) => each.metric === name && (each.key ?? '') === key);
        return result ? [{ variant, unit, result }] : [];
      }),
    );
  });
}

function chartsOf(lines: readonly Line[], metrics: readonly MetricInfo[], different: ReadonlySet<string>): IntervalChart[] {
  const byLabel = new Map<string, Line[]>();
  for (const line of lines) {
    const label = labelOf(line.result);
    byLabel.set(label, [...(byLabel.get(label) ?? []), line]);
  }
  // What is the same for everybody in every run needs no picture.
  const varying = [...byLabel].filter(([, own]) => new Set(own.flatMap(({ result }) => [result.min, result.max])).size > 1);
  const labels = varying.map(([label]) => label).sort((a, b) => Number(different.has(b)) - Number(different.has(a)));
  return labels.slice(0, CHARTS_MAX).map((label) => {
    const shown = byLabel.get(label) as Line[];
    const [first] = shown as [Line];
    const info = metrics.find(({ name }) => name === first.result.metric) as MetricInfo;
    const better = info.better === undefined ? '' : ` ${info.better === 'more' ? 'More' : 'Less'} is better.`;
    return {
      title: `${label}${different.has(label) ? ' *' : ''}`,
      note: `${info.description}${better}`,
      estimates: shown.map(({ variant, result }) => ({ ...result, name: variant })),
      format: (value) => format(value, first.unit),
    };
  });
}

function labelOf({ metric, key }: MetricResult): string {
  return key === undefined ? metric : `${metric} ${key}`;
}

function format(value: number, unit: string): string {
  if (unit === 'share') return percent(value);
  return Number.isInteger(value) ? value.toString() : value.toFixed(unit.includes('/h') ? 3 : 2);
}

function number(heading: string, of: (result: MetricResult) => number | undefined): Column<Line> {
  const cell = ({ result, unit }: Line) => {
    const value = of(result);
    return value === undefined ? '' : format(value, unit);
  };
  return { heading, align: 'right', cell };
}

const COLUMNS: readonly Column<Line>[] = [
  { heading: 'METRIC', cell: ({ result }) => labelOf(result) },
  { heading: 'VARIANT', cell: ({ variant }) => variant },
  number('MEAN', ({ mean }) => mean),
  number('LOW', ({ low }) => low),
  number('HIGH', ({ high }) => high),
  number('DIFFERENCE', ({ difference }) => difference?.mean),
  number('LOW', ({ difference }) => difference?.low),
  number('HIGH', ({ difference }) => difference?.high),
  { heading: 'DIFFERS', cell: ({ result }) => (result.difference?.differs ? '*' : '') },
];
