/**
 * `npm run bench:limits`: how long the machine needs for nothing but reading what a pass over all nodes reads, for docs/performance.md to set beside
 * what the pass takes.
 */
import { execFileSync } from 'node:child_process';
import { BLOCK } from '../src/layout/schema.ts';
import { withBinary } from './native/compile.ts';
import { type Machine, writeRecorded } from './results.ts';

/** Of a span of 4 rows, per row (assembly/bounds.ts). */
const BOUND_BYTES = 28;
/** What fit and LeastAllocated touch of a row: six amounts, two reciprocals, two counts of pods, its verdict and its score. */
const SCAN_BYTES = 6 * 8 + 2 * 8 + 2 * 4 + 1 + 4;
const REPEATS = 200;

/** A pass and what it reads; `scenario` names the figure whose p50 is the time of the pass, absent: the core's time in bench:native. */
export interface LimitRow {
  readonly title: string;
  readonly scenario?: string;
  readonly bytes: number;
  readonly readNanoseconds: number;
}

/** What is recorded for docs/performance.md. */
export interface LimitsFile {
  readonly machine: Machine;
  readonly node: string;
  /** YYYY-MM-DD. */
  readonly measured: string;
  readonly rows: readonly LimitRow[];
}

const capacity = (nodes: number) => Math.ceil(nodes / BLOCK) * BLOCK;
const PASSES: readonly Omit<LimitRow, 'readNanoseconds'>[] = [
  { title: 'fit and LeastAllocated, 10,048 nodes', bytes: 10_048 * SCAN_BYTES },
  { title: 'bounds, 5,000 nodes', scenario: 'unique-5k', bytes: capacity(5_000) * BOUND_BYTES },
  { title: 'bounds, 100,000 nodes', scenario: 'unique-100k', bytes: capacity(100_000) * BOUND_BYTES },
  { title: 'bounds, 1,000,000 nodes', scenario: 'million-nodes', bytes: capacity(1_000_000) * BOUND_BYTES },
];

if (import.meta.main) withBinary('memory.c', measure);

function measure(binary: string): void {
  const out = execFileSync(binary, [String(REPEATS), ...PASSES.map(({ bytes }) => String(bytes))], { encoding: 'utf8' });
  const times = out.trim().split('\n').map(Number);
  const rows = PASSES.map((pass, i) => ({ ...pass, readNanoseconds: times[i] as number }));
  for (const { title, bytes, readNanoseconds } of rows)
    process.stdout.write(`${title}: ${bytes} bytes, ${readNanoseconds} ns, ${(bytes / readNanoseconds).toFixed(1)} GB/s\n`);
  writeRecorded('limits-', { rows });
}
