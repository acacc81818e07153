import type { BarSeriesOption, ComposeOption, GridComponentOption, LegendComponentOption } from 'echarts/types/dist/echarts';
import type { PackingData } from './packing-data.ts';
import { type Chart, count, grouped } from './page.ts';
import { plainSvg } from './plain-svg.ts';

const WIDTH = 560;
const HEIGHT = 260;
const BAR_HEIGHT = 26;
/** Longer names of lying bars are cut; the table below a chart has them whole. */
const NAME_WIDTH = 250;
const NAME_LENGTH = 38;

/** Custom properties of the page: charts follow its theme. */
const COLOURS = ['var(--first)', 'var(--second)'];
/** The second state is hatched too: colour alone tells nothing apart. */
const DECALS = [undefined, { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, color: 'rgba(0,0,0,0.35)' }];
const TEXT = { color: 'var(--text)', fontFamily: 'system-ui, sans-serif', fontSize: 12 };
const AXIS = {
  axisLabel: TEXT,
  nameTextStyle: TEXT,
  axisLine: { show: true, lineStyle: { color: 'var(--line)' } },
  axisTick: { show: false },
  splitLine: { lineStyle: { color: 'var(--faint)' } },
};

export interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

export interface BarChart {
  readonly title: string;
  readonly note: string;
  /** What the categories are, as heading of the data. */
  readonly category: string;
  readonly categories: readonly string[];
  readonly series: readonly Series[];
  /** Names are long: one line for each, the bars lying. */
  readonly lying?: boolean;
  readonly format?: (value: number) => string;
  readonly max?: number;
}

type Option = ComposeOption<BarSeriesOption | GridComponentOption | LegendComponentOption>;

/** Draws bar charts as SVG text, without a DOM. */
export async function drawCharts(charts: readonly BarChart[]): Promise<Chart[]> {
  if (charts.length === 0) return [];
  const [{ init, use }, { BarChart }, { GridComponent, LegendComponent }, { SVGRenderer }] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ]);
  use([BarChart, GridComponent, LegendComponent, SVGRenderer]);
  return charts.map((chart, number) => {
    const height = chart.lying ? 64 + BAR_HEIGHT * (chart.series.length > 1 ? 1.4 : 1) * chart.categories.length : HEIGHT;
    const drawn = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
    try {
      drawn.setOption(optionOf(chart));
      const svg = plainSvg(drawn.renderToSVGString(), `${chart.title}. ${chart.note}`, number);
      return { title: chart.title, note: chart.note, svg, data: dataOf(chart) };
    } finally {
      drawn.dispose();
    }
  });
}

function optionOf({ categories, series, lying = false, format = grouped, max, category }: BarChart): Option {
  const names = { type: 'category' as const, data: categories.map(shortened), ...AXIS };
  const values = { type: 'value' as const, minInterval: max === undefined ? 1 : 0, ...(max === undefined ? {} : { max }), ...AXIS };
  const label = { ...AXIS.axisLabel, formatter: (value: number) => format(value) };
  const several = series.length > 1;
  return {
    animation: false,
    // Lying bars leave room for names, 6 pixels a character.
    grid: {
      left: lying ? NAME_WIDTH + 16 : 48,
      right: lying ? 64 : 12,
      top: several ? 34 : 14,
      bottom: lying ? 26 : 44,
      outerBoundsMode: 'none',
    },
    ...(several ? { legend: { top: 2, right: 8, textStyle: TEXT, itemWidth: 18, itemHeight: 12 } } : {}),
    xAxis: lying
      ? { ...values, axisLabel: label }
      : { ...names, name: category, nameLocation: 'middle', nameGap: 28, axisLabel: { ...TEXT, hideOverlap: true } },
    yAxis: lying ? { ...names, inverse: true, axisLabel: TEXT } : { ...values, axisLabel: label },
    series: series.map(({ name, values: data }, i): BarSeriesOption => {
      const decal = DECALS[i];
      return {
        name,
        type: 'bar',
        data: [...data],
        barMaxWidth: 30,
        barGap: '10%',
        itemStyle: { color: COLOURS[i] ?? 'var(--line)', ...(decal ? { decal } : {}) },
        ...(lying ? { label: { show: true, position: 'right', ...TEXT, formatter: ({ value }) => format(Number(value)) } } : {}),
      };
    }),
  };
}

function shortened(name: string): string {
  return name.length > NAME_LENGTH ? `${name.slice(0, NAME_LENGTH - 1)}…` : name;
}

function dataOf({ category, categories, series, format = grouped }: BarChart): string[][] {
  return [
    [category, ...series.map(({ name }) => name)],
    ...categories.map((name, i) => [name, ...series.map(({ values }) => format(values[i] as number))]),
  ];
}

const BUCKETS = 10;
/** Resources with a histogram of their own. */
const HISTOGRAMS = 4;

/** How full the nodes are, by resource: nodes in each tenth of what they offer. A node that offers none of it is not counted. */
export function utilisationCharts({ resources, states, nodes }: PackingData): BarChart[] {
  const labels = Array.from({ length: BUCKETS }, (_, i) => `${i * 10}-${i * 10 + 10}`);
  const [scalars, usual] = [resources.slice(2, -1), [...resources.slice(0, 2), ...resources.slice(-1)]];
  return [...usual, ...scalars].slice(0, HISTOGRAMS).flatMap(({ name, offered, used }): BarChart[] => {
    const offering = offered.filter((amount) => amount > 0).length;
    if (offering === 0) return [];
    const series = states.map((state, i) => ({
      name: state,
      values: buckets(offered, used[i] as readonly number[], nodes.mark, i, states.length),
    }));
    const over = series.some(({ values }) => (values[BUCKETS] as number) > 0);
    return [
      {
        title: `Requests of ${name}`,
        note: `Nodes by the share of ${name} that is asked for; ${count(offering, 'node offers', 'nodes offer')} it.`,
        category: `% of ${name} asked for`,
        categories: over ? [...labels, '>100'] : labels,
        series: over ? series : series.map(({ name: state, values }) => ({ name: state, values: values.slice(0, BUCKETS) })),
      },
    ];
  });
}

const LOST = 1;
const ADDED = 2;

/** A node that is exactly full is in the last tenth. Nodes count where they exist: lost ones before, added ones after. */
function buckets(offered: readonly number[], used: readonly number[], mark: readonly number[], state: number, states: number): number[] {
  const counts = new Array<number>(BUCKETS + 1).fill(0);
  for (const [row, amount] of offered.entries()) {
    const absent = states > 1 && ((mark[row] as number) & (state === 0 ? ADDED : LOST)) !== 0;
    if (amount <= 0 || absent) continue;
    const share = (used[row] as number) / amount;
    const bucket = share > 1 ? BUCKETS : Math.min(BUCKETS - 1, Math.floor(share * BUCKETS + 1e-9));
    counts[bucket] = (counts[bucket] as number) + 1;
  }
  return counts;
}

/** Reasons kept in one chart; the others are summed up. */
const REASONS_SHOWN = 12;

/** Things by reason, the most frequent first. */
export function reasonChart(title: string, note: string, counts: ReadonlyMap<string, number>): BarChart[] {
  if (counts.size === 0) return [];
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const shown = sorted.slice(0, REASONS_SHOWN);
  const rest = sorted.slice(REASONS_SHOWN).reduce((sum, [, number]) => sum + number, 0);
  if (rest > 0) shown.push([`${sorted.length - REASONS_SHOWN} other reasons`, rest]);
  return [
    {
      title,
      note,
      category: 'Reason',
      categories: shown.map(([reason]) => reason),
      series: [{ name: 'Count', values: shown.map(([, number]) => number) }],
      lying: true,
    },
  ];
}

/** Pods by the reasons in upstream's messages `0/N nodes are available: 3 Insufficient cpu, ...`, each once; preemption's part is left out. */
export function podReasons(messages: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const message of messages) {
    const [, listed] = /^0\/\d+ nodes are available: (.*?)\.(?: |$)/s.exec(message) ?? [];
    const reasons = listed?.split(/, (?=\d+ )/).map((part) => part.replace(/^\d+ /, '')) ?? [message];
    for (const reason of new Set(reasons)) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return counts;
}
