import type { Column } from '../src/report/table.ts';
import { type Result, shortfalls } from './results.ts';
import type { Target } from './scenarios.ts';

export interface Row {
  readonly result: Result;
  readonly goal?: Target;
  readonly floor?: Target;
}

/** What `npm run bench` prints, one scenario a line. */
export const COLUMNS: readonly Column<Row>[] = [
  { heading: 'SCENARIO', cell: ({ result }) => result.name },
  { heading: 'NODES', align: 'right', cell: ({ result }) => compact(result.nodes) },
  { heading: 'PODS', align: 'right', cell: ({ result }) => compact(result.pending) },
  { heading: 'DECIDE/S', align: 'right', cell: ({ result }) => compact(result.decidePerSecond) },
  { heading: 'TOTAL/S', align: 'right', cell: ({ result }) => compact(result.totalPerSecond) },
  { heading: 'P50', align: 'right', cell: ({ result }) => duration(result.latency.p50) },
  { heading: 'P99', align: 'right', cell: ({ result }) => duration(result.latency.p99) },
  { heading: 'P99.9', align: 'right', cell: ({ result }) => duration(result.latency.p999) },
  { heading: 'MAX', align: 'right', cell: ({ result }) => duration(result.latency.max) },
  { heading: 'RECORDING', align: 'right', cell: ({ result }) => `${result.recordingNanoseconds} ns` },
  { heading: 'BOUNDS/GROUPS/SCANS', align: 'right', cell: ({ result }) => pathShares(result) },
  { heading: 'CORE', align: 'right', cell: ({ result }) => `${Math.ceil(result.coreMiB)} MiB` },
  { heading: 'RSS', align: 'right', cell: ({ result }) => `${result.rssMiB} MiB` },
  { heading: 'HASH', cell: ({ result }) => result.hash },
  { heading: 'GOAL', cell: ({ result, goal }) => verdict(result, goal, 'reached') },
  { heading: 'FLOOR', cell: ({ result, floor }) => verdict(result, floor, 'ok') },
];

/** Shares of the decisions in percent, with one digit where they are small: by bounds, by groups, by full scans; the rest is read from kept tables. */
export function pathShares({ paths, pending }: Pick<Result, 'paths' | 'pending'>): string {
  if (!paths) return '-';
  const share = (count: number) => (count === 0 ? '0' : trimmed((100 * count) / pending));
  return `${share(paths.bounds)}/${share(paths.grouped)}/${share(paths.scanned)} %`;
}

/** `decide 2M, total 300k: reached`, or what falls short of it. */
function verdict(result: Result, target: Target | undefined, met: string): string {
  if (!target) return '-';
  const { decide, total, seconds, p99Nanoseconds, coreMiB } = target;
  const parts = [
    ...(decide === undefined ? [] : [`decide ${compact(decide)}`]),
    ...(total === undefined ? [] : [`total ${compact(total)}`]),
    ...(seconds === undefined ? [] : [`${seconds} s`]),
    ...(p99Nanoseconds === undefined ? [] : [`p99 ${duration(p99Nanoseconds)}`]),
    ...(coreMiB === undefined ? [] : [`core ${coreMiB} MiB`]),
  ];
  const missed = shortfalls(result, target);
  return `${parts.join(', ')}: ${missed.length === 0 ? met : `missed (${missed.join(', ')})`}`;
}

/** Three digits or more, in thousands from 10,000 and in millions from a million on. */
export function compact(value: number): string {
  if (value >= 1e6) return `${trimmed(value / 1e6)}M`;
  return value >= 1e4 ? `${trimmed(value / 1e3)}k` : String(Math.round(value));
}

/** Nanoseconds in the unit that leaves one to three digits before the point. */
export function duration(nanoseconds: number): string {
  if (nanoseconds < 1e3) return `${nanoseconds} ns`;
  if (nanoseconds < 1e6) return `${trimmed(nanoseconds / 1e3)} us`;
  return nanoseconds < 1e9 ? `${trimmed(nanoseconds / 1e6)} ms` : `${trimmed(nanoseconds / 1e9)} s`;
}

/** Three significant digits without trailing zeros. */
function trimmed(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
