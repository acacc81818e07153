import fc from 'fast-check';
import { build } from 'hdr-histogram-js';
import { expect, test } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { LatencyRecorder } from '../../src/engine/latencies.ts';
import { Core } from '../../src/layout/core.ts';
import { FLEET_ADDRESS, FLEET_LATENCY } from '../../src/layout/layout.generated.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { makeNode, makePod, NO_OBJECTS } from '../support/builders.ts';

const LONGEST = 2 ** 40 - 1;

/** What the recorder says after it was told these times, in nanoseconds. */
function recorded(times: readonly number[]): Map<number, number> {
  const recorder = new LatencyRecorder();
  recorder.attach(new Core());
  for (const time of times) recorder.record(time / 1e9);
  recorder.detach();
  return recorder.counts;
}

function cluster(pods: number): Snapshot {
  return {
    nodes: ['a', 'b', 'c'].map((name) => makeNode(name, { has: { cpu: '4', memory: '8Gi' } })),
    pods: Array.from({ length: pods }, (_, i) => makePod(`p${i}`, { requests: { cpu: '100m' } })),
    objects: NO_OBJECTS,
    notModelled: [],
    ignoredKinds: new Map(),
    hash: '',
  };
}

test('a time is counted with times that are at most 1/128 longer, exactly below 256 ns', () => {
  const anyTime = fc.oneof(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 0, max: LONGEST }));
  fc.assert(
    fc.property(anyTime, (time) => {
      const [[upTo, count]] = [...recorded([time])] as [[number, number]];
      expect(count).toBe(1);
      expect(upTo - time).toBeGreaterThanOrEqual(0);
      expect(upTo - time).toBeLessThanOrEqual(time < 256 ? 0 : time / 128);
    }),
  );
});

test('the counters cover every time without gap or overlap', () => {
  const { exports } = new Core();
  const ends = Array.from({ length: exports.latencyCounters() }, (_, i) => exports.latencyUpTo(i));
  expect(ends.slice(0, 3)).toEqual([0, 1, 2]);
  expect(ends.slice(254, 259)).toEqual([254, 255, 257, 259, 261]);
  expect(ends.at(-1)).toBe(LONGEST);
  // Both sides of every border: the first time after one counter belongs to the next.
  const borders = ends.slice(0, -1);
  expect([...recorded(borders).keys()]).toEqual(borders);
  expect([...recorded(borders.map((end) => end + 1)).keys()]).toEqual(ends.slice(1));
});

test('a clock that stands still or a decision of hours still counts', () => {
  expect(recorded([-5, 0, 1e15])).toEqual(
    new Map([
      [0, 2],
      [LONGEST, 1],
    ]),
  );
});

test('percentiles agree with a histogram that was told every time', () => {
  const times = Array.from({ length: 5000 }, (_, i) => Math.round(1.003 ** i) + i);
  const settings = { highestTrackableValue: 2 ** 41, numberOfSignificantValueDigits: 3 } as const;
  const [direct, exported] = [build(settings), build(settings)];
  for (const time of times) direct.recordValue(time);
  for (const [time, count] of recorded(times)) exported.recordValueWithCount(time, count);
  expect(exported.totalCount).toBe(direct.totalCount);
  for (const percentile of [50, 99, 99.9, 100]) {
    const difference = exported.getValueAtPercentile(percentile) / direct.getValueAtPercentile(percentile) - 1;
    expect(Math.abs(difference)).toBeLessThan(1 / 100);
  }
});

test('every decision is counted, and recording changes none of them', async () => {
  const recorder = new LatencyRecorder();
  const silent = await new Engine(cluster(150)).schedule();
  const core = new Core();
  const engine = new Engine(cluster(150), {}, core);
  const told = await engine.schedule(undefined, recorder);
  expect(told.placements).toEqual(silent.placements);
  expect(told.unschedulable).toEqual(silent.unschedulable);
  expect(told.unschedulable.length).toBe(30);
  const total = () => [...recorder.counts.values()].reduce((sum, count) => sum + count, 0);
  expect(total()).toBe(150);
  expect(core.u32[(FLEET_ADDRESS + FLEET_LATENCY) / 4]).toBe(0);
  await engine.schedule();
  expect(total()).toBe(150);
});
