import { describe, expect, test } from 'vitest';
import { beyondNoise, compareResults, RATIO_MIN } from '../../bench/compare.ts';
import { comparisonLines } from '../../bench/compare-files.ts';
import { type Result, summarize } from '../../bench/results.ts';
import { Prng } from '../../src/base/prng.ts';

function resultOf(name: string, decide: readonly number[], more: Partial<Result> = {}): Result {
  const runs = decide.map((seconds) => ({ decide: seconds, total: 10 + seconds / 1000, around: 1, cpu: 10 }));
  const sizes = { nodes: 10, bound: 0, pending: 1000, classes: 1, placed: 1000, unschedulable: 0, workers: 0 };
  const rest = { hash: 'a', readSeconds: 1, recordedRuns: runs, latency: { p50: 1, p99: 2, p999: 3, max: 4 }, coreMiB: 5, rssMiB: 6 };
  return { ...summarize({ name, ...sizes, ...rest, runs }), ...more };
}

const QUIET = [1, 1.01, 1.02, 0.99, 1];

describe('beyond noise', () => {
  test('is what lies apart altogether', () => {
    const faster = QUIET.map((seconds) => seconds * 0.8);
    expect(beyondNoise('a', 'decide', QUIET, faster)).toMatchObject([{ before: 1, after: 0.8, verdict: 'better' }]);
    expect(beyondNoise('a', 'decide', faster, QUIET)).toMatchObject([{ ratio: 1.25, verdict: 'worse' }]);
  });

  test('is not what overlaps, what is within the spread of one side, or what is too little to matter', () => {
    expect(beyondNoise('a', 'decide', QUIET, QUIET)).toEqual([]);
    // One slow repetition reaches into the other side.
    expect(beyondNoise('a', 'decide', QUIET, [0.8, 0.8, 0.8, 0.8, 1])).toEqual([]);
    // Apart, but one side alone differs from itself by more.
    expect(beyondNoise('a', 'decide', QUIET, [1.03, 1.04, 1.05, 1.1, 3])).toEqual([]);
    const little = QUIET.map((_, i) => 1 + i / 10_000);
    expect(
      beyondNoise(
        'a',
        'decide',
        little,
        little.map((seconds) => seconds * (RATIO_MIN - 0.001)),
      ),
    ).toEqual([]);
    expect(
      beyondNoise(
        'a',
        'decide',
        little,
        little.map((seconds) => seconds * (RATIO_MIN + 0.001)),
      ),
    ).toHaveLength(1);
  });

  test('is nothing where repetitions are few', () => {
    expect(beyondNoise('a', 'decide', [1, 1, 1], [2, 2, 2])).toEqual([]);
  });

  test('is rare among runs of the same thing, and found where one is a fifth slower', () => {
    const prng = new Prng(4);
    // Times with a tail, as other work on the machine gives them: up to 5 %, and one run in ten up to 50 %.
    const measure = (factor: number) =>
      QUIET.map(() => factor * (1 + prng.below(1000) / 20_000 + (prng.chance(1, 10) ? prng.below(1000) / 2000 : 0)));
    const told = (factor: number) =>
      Array.from({ length: 2000 }, () => beyondNoise('a', 'decide', measure(1), measure(factor)).length).reduce((sum, n) => sum + n, 0) /
      2000;
    expect(told(1)).toBeLessThan(0.01);
    expect(told(1.2)).toBeGreaterThan(0.3);
  });
});

test('results are compared by name, and what cannot be is said', () => {
  const slower = QUIET.map((seconds) => seconds * 2);
  const before = [
    resultOf('same', QUIET),
    resultOf('slower', QUIET),
    resultOf('gone', QUIET),
    resultOf('few', [1]),
    resultOf('other', QUIET),
  ];
  const after = [
    resultOf('same', QUIET, { coreMiB: 5.1 }),
    resultOf('slower', slower, { hash: 'b', coreMiB: 10 }),
    resultOf('few', [9]),
    resultOf('other', slower, { nodes: 11 }),
    resultOf('new', QUIET),
  ];
  const { differences, unknown, compared } = compareResults(before, after);
  expect(differences.map(({ name, quantity, verdict }) => [name, quantity, verdict])).toEqual([
    ['slower', 'decisions', 'changed'],
    ['slower', 'decide', 'worse'],
    ['slower', 'core MiB', 'worse'],
  ]);
  expect(unknown).toEqual([
    'gone: only in the first',
    'new: only in the second',
    'few: 1 repetitions, and fewer than 4 say nothing about noise',
    'other: not the same size',
  ]);
  expect(compared).toBe(4);
  expect([...comparisonLines({ differences, unknown, compared })].map((line) => line.trimEnd().split(/ {2,}/))).toEqual([
    ['SCENARIO', 'WHAT', 'BEFORE', 'AFTER', 'RATIO', 'VERDICT'],
    ['slower', 'decisions', '-', '-', '-', 'changed'],
    ['slower', 'decide', '1 s', '2 s', '2.00', 'worse'],
    ['slower', 'core MiB', '5 MiB', '10 MiB', '2.00', 'worse'],
    ...unknown.map((line) => [line]),
    ['4 scenarios in both; 3 differences beyond noise'],
  ]);
  expect([...comparisonLines({ differences: [], unknown: [], compared: 2 })]).toEqual([
    '2 scenarios in both; no difference beyond noise\n',
  ]);
});
