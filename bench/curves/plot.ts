/** Growth curves as SVG. */
import * as echarts from 'echarts';
import type { Point, PowerLaw } from './fit.ts';

export interface Line {
  readonly title: string;
  readonly points: readonly Point[];
  readonly law?: PowerLaw | undefined;
}

/** Blue, vermillion and green of Okabe and Ito's palette: told apart by colour-blind readers, and on white and near-black; symbols differ too. */
const COLOURS = ['#0072B2', '#D55E00', '#009E73'];
const SYMBOLS = ['circle', 'rect', 'triangle'];
const INK = '#24292f';
const GRID = '#d0d7de';
/** The same on a dark page: images follow the reader's setting. */
const DARK = `<style>@media (prefers-color-scheme: dark){[fill="${INK}"]{fill:#e6edf3}[stroke="${INK}"]{stroke:#e6edf3}[stroke="${GRID}"]{stroke:#3d444d}}</style>`;
const SIZE = { width: 760, height: 420 };

/** Points on double logarithmic axes, fitted laws dashed. The same input gives the same bytes. */
export function growthSvg(title: string, axis: string, lines: readonly Line[]): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  const xs = lines.flatMap(({ points }) => points.map(({ x }) => x));
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: 'sans-serif', color: INK },
    title: { text: title, left: 'center', textStyle: { color: INK, fontSize: 15 } },
    legend: { bottom: 4, textStyle: { color: INK }, data: lines.map((line) => line.title) },
    grid: { left: 70, right: 30, top: 46, bottom: 84 },
    xAxis: {
      ...logarithmic(axis, (value) => compact(value)),
      min: Math.min(...xs),
      max: Math.max(...xs),
      nameLocation: 'middle',
      nameGap: 28,
    },
    yAxis: { ...logarithmic('time of a decision', (value) => nanoseconds(value)), nameLocation: 'middle', nameGap: 52 },
    series: lines.flatMap((line, i) => [measured(line, i), ...fitted(line, i)]),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${plain(svg).replace(/(<svg[^>]*>)/, `$1\n<title>${title}</title>${DARK}`)}\n`;
}

/** Without what is for pages with scripts, and whose numbers go on from picture to picture. */
function plain(svg: string): string {
  return svg
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replace(/ (?:class|ecmeta_\w+)="[^"]*"/g, '')
    .replace(/\bzr\d+-c/g, 'c');
}

function logarithmic(name: string, label: (value: number) => string) {
  return {
    type: 'log' as const,
    name,
    nameTextStyle: { color: INK },
    axisLabel: { color: INK, formatter: label },
    axisLine: { lineStyle: { color: INK } },
    splitLine: { show: true, lineStyle: { color: GRID } },
  };
}

function measured({ title, points }: Line, i: number) {
  const color = COLOURS[i % COLOURS.length] as string;
  return {
    type: 'line' as const,
    name: title,
    data: points.map(({ x, y }) => [x, y]),
    symbol: SYMBOLS[i % SYMBOLS.length] as string,
    symbolSize: 9,
    itemStyle: { color },
    lineStyle: { color, width: 2 },
  };
}

function fitted({ title, law }: Line, i: number) {
  if (!law) return [];
  const data = [law.from, law.to].map((x) => [x, law.factor * x ** law.exponent]);
  const color = COLOURS[i % COLOURS.length] as string;
  return [
    { type: 'line' as const, name: `${title}, fitted`, data, symbol: 'none', lineStyle: { color, width: 1.5, type: 'dashed' as const } },
  ];
}

function compact(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`;
  return value >= 1e3 ? `${value / 1e3}k` : String(value);
}

function nanoseconds(value: number): string {
  if (value >= 1e6) return `${value / 1e6} ms`;
  return value >= 1e3 ? `${value / 1e3} us` : `${value} ns`;
}
