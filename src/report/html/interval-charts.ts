import type { Estimate } from '../../model/compare-results.ts';
import type { Chart } from './page.ts';
import { plainSvg } from './plain-svg.ts';

const WIDTH = 560;
const LINE_HEIGHT = 34;
const NAME_WIDTH = 150;
const NAME_LENGTH = 24;
/** Half of the end marks of an interval. */
const WHISKER = 6;
const TEXT = { color: 'var(--text)', fontFamily: 'system-ui, sans-serif', fontSize: 12 };

/** One number of several variants, each with its interval. */
export interface IntervalChart {
  readonly title: string;
  readonly note: string;
  readonly estimates: readonly (Estimate & { readonly name: string })[];
  readonly format: (value: number) => string;
}

/** Draws means as points and intervals as lines with ends, as SVG text. `first`: number of the first chart, for names that are unique on the page. */
export async function drawIntervals(charts: readonly IntervalChart[], first: number): Promise<Chart[]> {
  if (charts.length === 0) return [];
  const [{ init, use }, { CustomChart, ScatterChart }, { GridComponent }, { SVGRenderer }] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ]);
  use([CustomChart, ScatterChart, GridComponent, SVGRenderer]);
  return charts.map((chart, i) => {
    const { title, note, estimates, format } = chart;
    const drawn = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: 44 + LINE_HEIGHT * estimates.length });
    try {
      drawn.setOption({ ...frame(chart), series: [intervals(estimates), means(estimates, format)] });
      const svg = plainSvg(drawn.renderToSVGString(), `${title}. ${note}`, first + i);
      return { title, note, svg, data: dataOf(estimates, format) };
    } finally {
      drawn.dispose();
    }
  });
}

function frame({ estimates, format }: IntervalChart) {
  const names = estimates.map(({ name }) => (name.length > NAME_LENGTH ? `${name.slice(0, NAME_LENGTH - 1)}…` : name));
  return {
    animation: false,
    grid: { left: NAME_WIDTH + 12, right: 40, top: 18, bottom: 26, outerBoundsMode: 'none' as const },
    xAxis: {
      type: 'value' as const,
      scale: true,
      splitNumber: 4,
      axisLabel: { ...TEXT, hideOverlap: true, formatter: format },
      axisLine: { show: true, lineStyle: { color: 'var(--line)' } },
      splitLine: { lineStyle: { color: 'var(--faint)' } },
    },
    yAxis: {
      type: 'category' as const,
      inverse: true,
      data: names,
      axisLabel: TEXT,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: 'var(--line)' } },
    },
  };
}

function means(estimates: readonly Estimate[], format: (value: number) => string) {
  return {
    type: 'scatter' as const,
    symbolSize: 9,
    data: estimates.map(({ mean }, line) => [mean, line]),
    itemStyle: { color: 'var(--text)' },
    label: {
      show: true,
      position: 'top' as const,
      ...TEXT,
      formatter: ({ value }: { value: unknown }) => format((value as number[])[0] as number),
    },
  };
}

/** A line from the low to the high end, with a mark at each. */
function intervals(estimates: readonly Estimate[]) {
  return {
    type: 'custom' as const,
    data: estimates.map(({ mean, low = mean, high = mean }, line) => [low, high, line]),
    encode: { x: [0, 1], y: 2 },
    renderItem: (_: unknown, api: { value(i: number): unknown; coord(point: number[]): number[] }) => {
      const line = Number(api.value(2));
      const [left = 0, y = 0] = api.coord([Number(api.value(0)), line]);
      const [right = 0] = api.coord([Number(api.value(1)), line]);
      const bar = (x1: number, y1: number, x2: number, y2: number) => ({
        type: 'line' as const,
        shape: { x1, y1, x2, y2 },
        style: { stroke: 'var(--accent)', lineWidth: 3 },
      });
      const ends = [left, right].map((x) => bar(x, y - WHISKER, x, y + WHISKER));
      return { type: 'group' as const, children: [bar(left, y, right, y), ...ends] };
    },
  };
}

function dataOf(estimates: IntervalChart['estimates'], format: (value: number) => string): string[][] {
  const bound = (value: number | undefined) => (value === undefined ? '' : format(value));
  return [
    ['Variant', 'Mean', 'Low', 'High'],
    ...estimates.map(({ name, mean, low, high }) => [name, format(mean), bound(low), bound(high)]),
  ];
}
