import { expect, test } from 'vitest';
import {
  hashDifferences,
  type Measurement,
  median,
  processorShare,
  resultFileName,
  shortfalls,
  summarize,
  workerDifferences,
} from '../../bench/results.ts';
import { compact, duration } from '../../bench/table.ts';

const times = (decide: number, total: number) => ({ decide, total, around: 1, cpu: total });

const MEASUREMENT: Measurement = {
  name: 'some',
  nodes: 10,
  bound: 0,
  pending: 1_000_000,
  classes: 1,
  placed: 1_000_000,
  unschedulable: 0,
  workers: 0,
  hash: '00000001',
  readSeconds: 1,
  runs: [times(9, 9), times(1, 2), times(1.5, 4)],
  recordedRuns: [times(1.6, 4), times(1.54, 4), times(1.55, 4)],
  latency: { p50: 1, p99: 2, p999: 3, max: 4 },
  coreMiB: 5,
  rssMiB: 6,
};

test('rates come from the medians of the runs without recording', () => {
  const result = summarize(MEASUREMENT);
  expect(result).toMatchObject({ decidePerSecond: 666_667, totalPerSecond: 250_000, seconds: 4, recordingNanoseconds: 50 });
});

test('a process that had to wait for the processor is seen', () => {
  // 27 seconds of processor time in 33 seconds.
  expect(processorShare(MEASUREMENT)).toBeCloseTo(27 / 33);
});

test('median', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([7])).toBe(7);
  expect(median([])).toBeNaN();
});

test('a target is reached at its value and missed beyond it', () => {
  const result = summarize(MEASUREMENT);
  expect(shortfalls(result, {})).toEqual([]);
  expect(shortfalls(result, { decide: 666_667, total: 250_000, seconds: 4, p99Nanoseconds: 2, coreMiB: 5 })).toEqual([]);
  expect(shortfalls(result, { decide: 666_668, total: 250_001, seconds: 3.9, p99Nanoseconds: 1, coreMiB: 4 })).toEqual([
    'decide/s',
    'total/s',
    'seconds',
    'p99 ns',
    'core MiB',
  ]);
});

test('a changed and an unknown decision hash are told apart', () => {
  const other = { ...MEASUREMENT, name: 'other' };
  expect(hashDifferences(new Map([['some', '00000001']]), [MEASUREMENT])).toEqual([]);
  expect(hashDifferences(new Map([['some', '00000002']]), [MEASUREMENT, other])).toEqual([
    'some: decisions hash to 00000001, expected 00000002',
    'other: decisions hash to 00000001, expected nothing yet',
  ]);
});

test('worker threads that change a decision are a problem', () => {
  const workers = [0, 1, 2].map((count) => ({ ...MEASUREMENT, name: `build-workers-${count}` }));
  const different = workers.map((row) => (row.name.endsWith('2') ? { ...row, hash: '00000002' } : row));
  expect(workerDifferences([...workers, { ...MEASUREMENT, hash: '00000003' }])).toEqual([]);
  expect(workerDifferences(different)).toEqual(['build-workers-2: decides otherwise than build-workers-0']);
});

test('the file is named by machine and Node version alone', () => {
  const machine = { cpu: 'Some(R) Chip(TM)  9 @ 2.60GHz', cores: 2, memoryGiB: 24, platform: 'linux-x64' };
  expect(resultFileName({ machine, node: 'v24.1.0' })).toBe('some-chip-9-2-60ghz-2-cores-node24.1.0.json');
});

test.each([
  [0, '0', '0 ns'],
  [999, '999', '999 ns'],
  [1_000, '1000', '1 us'],
  [12_345, '12.3k', '12.3 us'],
  [999_600, '1000k', '1000 us'],
  [2_500_000, '2.5M', '2.5 ms'],
  [123_456_789, '123M', '123 ms'],
  [4_000_000_000, '4000M', '4 s'],
])('%d as a rate and as a time', (value, rate, time) => {
  expect(compact(value)).toBe(rate);
  expect(duration(value)).toBe(time);
});
