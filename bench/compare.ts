/**
 * What differs between two results beyond noise. A quantity has the values of each repetition: the ratio of the medians is told where every value of
 * one side lies beyond every value of the other, with a margin of the larger spread, and the medians are apart by `RATIO_MIN` at least.
 *
 * With five repetitions a side, complete separation by chance alone happens once in 126 comparisons (2 of the 10!/(5!·5!) = 252 orders), as in a rank-sum
 * test at 0.8 %; with three a side once in ten, and with fewer separation says little. So fewer than `RUNS_MIN` values on a side are never a difference.
 */
import { median, type Result, type RunTimes } from './results.ts';

/** Least ratio of medians that is told: machines that are quiet for a run are quieter for another. */
export const RATIO_MIN = 1.03;
export const RUNS_MIN = 4;

/** One quantity of one scenario, less of which is better. */
export interface Difference {
  readonly name: string;
  readonly quantity: string;
  /** Medians: seconds for times, the measured value for the others. */
  readonly before: number;
  readonly after: number;
  /** Of `after` to `before`; undefined where one of the two is not a number. */
  readonly ratio?: number;
  readonly verdict: 'better' | 'worse' | 'changed';
}

export interface Comparison {
  readonly differences: readonly Difference[];
  /** Scenarios whose times cannot be compared, with the reason. */
  readonly unknown: readonly string[];
  /** Scenarios that both have. */
  readonly compared: number;
}

/** O(scenarios · repetitions). */
export function compareResults(before: readonly Result[], after: readonly Result[]): Comparison {
  const earlier = new Map(before.map((result) => [result.name, result]));
  const later = new Set(after.map(({ name }) => name));
  const pairs = after.flatMap((result) => {
    const other = earlier.get(result.name);
    return other ? [[other, result] as const] : [];
  });
  const unknown = [
    ...before.filter(({ name }) => !later.has(name)).map(({ name }) => `${name}: only in the first`),
    ...after.filter(({ name }) => !earlier.has(name)).map(({ name }) => `${name}: only in the second`),
    ...pairs.flatMap(([a, b]) => obstacles(a, b)),
  ];
  return { differences: pairs.flatMap(([a, b]) => differencesOf(a, b)), unknown, compared: pairs.length };
}

function obstacles(a: Result, b: Result): string[] {
  if (a.nodes !== b.nodes || a.pending !== b.pending) return [`${a.name}: not the same size`];
  const few = Math.min(a.runs.length, b.runs.length);
  return few < RUNS_MIN ? [`${a.name}: ${few} repetitions, and fewer than ${RUNS_MIN} say nothing about noise`] : [];
}

function differencesOf(a: Result, b: Result): Difference[] {
  if (a.nodes !== b.nodes || a.pending !== b.pending) return [];
  const { name } = a;
  const hash =
    a.hash === b.hash ? [] : [{ name, quantity: 'decisions', before: Number.NaN, after: Number.NaN, verdict: 'changed' } as const];
  const times = (of: keyof RunTimes, { runs }: Result) => runs.map((run) => run[of]);
  return [
    ...hash,
    ...beyondNoise(name, 'decide', times('decide', a), times('decide', b)),
    ...beyondNoise(name, 'total', times('total', a), times('total', b)),
    ...exactDifference(name, 'core MiB', a.coreMiB, b.coreMiB),
  ];
}

/** At most one difference. */
export function beyondNoise(name: string, quantity: string, a: readonly number[], b: readonly number[]): Difference[] {
  if (Math.min(a.length, b.length) < RUNS_MIN) return [];
  const [before, after] = [median(a), median(b)];
  const ratio = after / before;
  // Half the range of the noisier side: one value far off widens the margin, and never narrows it.
  const margin = Math.max(spread(a), spread(b)) / 2;
  const apart = Math.max(Math.min(...a) - Math.max(...b), Math.min(...b) - Math.max(...a));
  if (apart <= 0 || Math.abs(after - before) <= margin || Math.max(ratio, 1 / ratio) < RATIO_MIN) return [];
  return [{ name, quantity, before, after, ratio, verdict: ratio < 1 ? 'better' : 'worse' }];
}

/** Memory is the same in every run: only rounding to tenths is noise. */
function exactDifference(name: string, quantity: string, before: number, after: number): Difference[] {
  const ratio = after / before;
  if (Math.abs(after - before) <= 0.1 || Math.max(ratio, 1 / ratio) < RATIO_MIN) return [];
  return [{ name, quantity, before, after, ratio, verdict: ratio < 1 ? 'better' : 'worse' }];
}

function spread(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values);
}
