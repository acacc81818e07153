import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { DecisionPaths } from '../src/model/results.ts';
import { type Target, WORKERS_PREFIX } from './scenarios.ts';

/** Times of one run in seconds. */
export interface RunTimes {
  /** Deciding alone. */
  readonly decide: number;
  /** Compiling pods and deciding. */
  readonly total: number;
  /** Laying out the fleet before and writing the answer afterwards. */
  readonly around: number;
  /** Processor time of all this, over all threads. Far less than the rest together: the machine was busy with something else. */
  readonly cpu: number;
}

/** Nanoseconds. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** What one scenario showed. */
export interface Measurement {
  readonly name: string;
  readonly nodes: number;
  readonly bound: number;
  readonly pending: number;
  readonly classes: number;
  readonly placed: number;
  readonly unschedulable: number;
  /** Absent in results of before they were told. */
  readonly paths?: DecisionPaths;
  readonly workers: number;
  readonly hash: string;
  /** Reading the raw objects into a snapshot. */
  readonly readSeconds: number;
  /** Without recording latencies. */
  readonly runs: readonly RunTimes[];
  /** While recording latencies. */
  readonly recordedRuns: readonly RunTimes[];
  readonly latency: Latency;
  readonly coreMiB: number;
  /** Greatest resident set of the process, reading and snapshot included. */
  readonly rssMiB: number;
}

/** A measurement with its medians. */
export interface Result extends Measurement {
  readonly decidePerSecond: number;
  readonly totalPerSecond: number;
  readonly seconds: number;
  /** What recording adds to one decision: difference of the medians. */
  readonly recordingNanoseconds: number;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
}

export interface ResultFile {
  readonly machine: Machine;
  readonly node: string;
  /** YYYY-MM-DD of the last run. */
  readonly measured?: string;
  readonly results: readonly Result[];
}

export function summarize(measurement: Measurement): Result {
  const { runs, recordedRuns, pending } = measurement;
  const decide = median(runs.map((run) => run.decide));
  const total = median(runs.map((run) => run.total));
  const recorded = median(recordedRuns.map((run) => run.decide));
  return {
    ...measurement,
    decidePerSecond: Math.round(pending / decide),
    totalPerSecond: Math.round(pending / total),
    seconds: total,
    recordingNanoseconds: Math.round(((recorded - decide) / pending) * 1e9),
  };
}

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Share of the elapsed time in which the process ran, over all runs; near 1 or above on a quiet machine. */
export function processorShare({ runs, recordedRuns }: Measurement): number {
  const all = [...runs, ...recordedRuns];
  const sum = (of: (run: RunTimes) => number) => all.reduce((total, run) => total + of(run), 0);
  return sum(({ cpu }) => cpu) / sum(({ total, around }) => total + around);
}

/** What a result falls short of; empty when it reaches the target. */
export function shortfalls(result: Result, target: Target): readonly string[] {
  const least: [string, number, number | undefined][] = [
    ['decide/s', result.decidePerSecond, target.decide],
    ['total/s', result.totalPerSecond, target.total],
  ];
  const most: [string, number, number | undefined][] = [
    ['seconds', result.seconds, target.seconds],
    ['p99 ns', result.latency.p99, target.p99Nanoseconds],
    ['core MiB', result.coreMiB, target.coreMiB],
  ];
  return [
    ...least.filter(([, value, bound]) => bound !== undefined && value < bound).map(([name]) => name),
    ...most.filter(([, value, bound]) => bound !== undefined && value > bound).map(([name]) => name),
  ];
}

export function thisMachine(): Machine {
  const processors = cpus();
  const cpu = (processors[0]?.model ?? 'unknown').trim();
  return { cpu, cores: processors.length, memoryGiB: Math.round(totalmem() / 2 ** 30), platform: `${process.platform}-${process.arch}` };
}

/** `<machine>-node<version>.json`, the same on every run on the same kind of machine. */
export function resultFileName({ machine, node }: Pick<ResultFile, 'machine' | 'node'>): string {
  const cpu = machine.cpu
    .toLowerCase()
    .replace(/\((r|tm)\)/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return `${cpu}-${machine.cores}-cores-node${node.replace(/^v/, '')}.json`;
}

/** Scenarios whose decisions are not the expected ones, one line each. */
export function hashDifferences(expected: ReadonlyMap<string, string>, results: readonly Measurement[]): readonly string[] {
  return results
    .filter(({ name, hash }) => expected.get(name) !== hash)
    .map(({ name, hash }) => `${name}: decisions hash to ${hash}, expected ${expected.get(name) ?? 'nothing yet'}`);
}

/** Worker threads must not change a decision: scenarios of this name prefix differ in nothing else. */
export function workerDifferences(results: readonly Measurement[]): readonly string[] {
  const [first, ...rest] = results.filter(({ name }) => name.startsWith(WORKERS_PREFIX));
  return rest.filter(({ hash }) => hash !== first?.hash).map(({ name }) => `${name}: decides otherwise than ${first?.name}`);
}

/** Results of other benchmarks than `npm run bench` begin with their name. */
const KINDS = ['upstream-', 'curves-', 'peers-', 'native-', 'limits-', 'loops-', 'boundary-', 'workers-'] as const;

/** What a file of bench/results holds: '' for the results of `npm run bench`, the prefix for those of another benchmark, undefined for anything else. */
export function resultKind(name: string): '' | (typeof KINDS)[number] | undefined {
  if (!name.endsWith('.json')) return undefined;
  return KINDS.find((kind) => name.startsWith(kind)) ?? '';
}

/** Writes what a benchmark of a kind has measured into this machine's file. */
export function writeRecorded(kind: (typeof KINDS)[number], measured: object): void {
  const head = { machine: thisMachine(), node: process.version, measured: new Date().toISOString().slice(0, 10) };
  const path = join(import.meta.dirname, 'results', `${kind}${resultFileName(head)}`);
  writeFileSync(path, `${JSON.stringify({ ...head, ...measured }, null, 2)}\n`);
}
