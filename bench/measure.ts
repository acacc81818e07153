import { build } from 'hdr-histogram-js';
import { assert } from '../src/base/assert.ts';
import { secondsNow } from '../src/base/clock.ts';
import { Engine } from '../src/engine/engine.ts';
import { LatencyRecorder } from '../src/engine/latencies.ts';
import { Core } from '../src/layout/core.ts';
import type { Schedule } from '../src/model/results.ts';
import type { Snapshot } from '../src/model/snapshot.ts';
import { WorkerPool } from '../src/parallel/pool.ts';
import { decisionHash } from './decision-hash.ts';
import type { Latency, Measurement, RunTimes } from './results.ts';
import type { Scenario, Size } from './scenarios.ts';

const PAIRS_MAX = 5;
const MIB = 2 ** 20;

interface Run {
  readonly times: RunTimes;
  readonly schedule: Schedule;
  readonly hash: string;
  readonly coreMiB: number;
}

/**
 * Runs the scenario in pairs, one run without and one with recording, until the medians have five values or `secondsMax` would be passed.
 * `classMemory`: bytes for class tables; then one more run keeps all tables, decides alike and needs more memory.
 * @throws AssertionError when a run does not meet the scenario's preconditions or two runs differ.
 */
export async function measure(scenario: Scenario, size: Size, secondsMax: number, classMemory?: number): Promise<Measurement> {
  const readStarted = secondsNow();
  const snapshot = scenario.build(size);
  const started = secondsNow();
  const waiting = snapshot.pods.filter(({ nodeName }) => nodeName === '');
  const classes = new Set(waiting.map(({ template }) => template)).size;
  const recorder = new LatencyRecorder();
  const runs: RunTimes[] = [];
  const recordedRuns: RunTimes[] = [];
  let first: Run | undefined;
  let elapsed = 0;
  do {
    const plain = await runOnce(scenario, snapshot, classMemory);
    first ??= plain;
    if (runs.length === 0) await checkRun(scenario, size, snapshot, classes, plain);
    const recorded = await runOnce(scenario, snapshot, classMemory, recorder);
    for (const { hash } of [plain, recorded]) assert(hash === first.hash, 'every run decides alike');
    runs.push(plain.times);
    recordedRuns.push(recorded.times);
    elapsed = secondsNow() - started;
  } while (runs.length < PAIRS_MAX && elapsed + elapsed / runs.length <= secondsMax);
  const { hash, coreMiB, schedule } = first;
  if (classMemory !== undefined) {
    const roomy = await runOnce(scenario, snapshot, undefined);
    assert(roomy.hash === hash, 'tables that were dropped come back the same');
    assert(roomy.coreMiB > coreMiB, 'tables were dropped');
  }
  const { pending, placed, unschedulable } = schedule.summary;
  return {
    name: scenario.name,
    nodes: snapshot.nodes.length,
    bound: snapshot.pods.length - waiting.length,
    pending,
    classes,
    placed,
    unschedulable,
    paths: schedule.summary.paths,
    workers: scenario.workers ?? 0,
    hash,
    readSeconds: started - readStarted,
    runs,
    recordedRuns,
    latency: percentilesOf(recorder, pending * recordedRuns.length),
    coreMiB: Math.round(coreMiB * 10) / 10,
    rssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

async function runOnce(scenario: Scenario, snapshot: Snapshot, classMemory?: number, recorder?: LatencyRecorder): Promise<Run> {
  globalThis.gc?.();
  const core = new Core();
  const pool = scenario.workers ? new WorkerPool(core, scenario.workers) : undefined;
  try {
    const cpuStarted = process.cpuUsage();
    const started = secondsNow();
    const schedule = await new Engine(snapshot, classMemory === undefined ? {} : { classMemoryMax: classMemory }, core).schedule(
      pool ? () => pool : undefined,
      recorder,
    );
    const elapsed = secondsNow() - started;
    const { user, system } = process.cpuUsage(cpuStarted);
    const { decideSeconds, seconds } = schedule.summary;
    const times = { decide: decideSeconds, total: seconds, around: elapsed - seconds, cpu: (user + system) / 1e6 };
    return { times, schedule, hash: decisionHash(schedule), coreMiB: core.bytesUsed / MIB };
  } finally {
    await pool?.close();
  }
}

async function checkRun(scenario: Scenario, size: Size, snapshot: Snapshot, classes: number, { schedule, coreMiB }: Run): Promise<void> {
  const expected = scenario.expect(size);
  const { summary } = schedule;
  assert(snapshot.nodes.length === size.nodes, 'the cluster has as many nodes as asked for');
  assert(classes === expected.classes, `there are ${expected.classes} classes, not ${classes}`);
  assert(expected.placed === undefined || summary.placed === expected.placed, `${expected.placed} pods are placed, not ${summary.placed}`);
  const { coreMiB: most } = expected;
  assert(most === undefined || coreMiB <= most, `the core needs ${most} MiB at most, not ${coreMiB}`);
  await scenario.check?.(snapshot, schedule);
}

/** Percentiles over all recorded runs. A pod that was tried again counts each time. */
export function percentilesOf({ counts }: LatencyRecorder, decisions: number): Latency {
  const histogram = build({ highestTrackableValue: 2 ** 41, numberOfSignificantValueDigits: 3 });
  for (const [nanoseconds, count] of counts) histogram.recordValueWithCount(nanoseconds, count);
  assert(histogram.totalCount >= decisions, 'every decision has been recorded');
  const at = (percentile: number) => histogram.getValueAtPercentile(percentile);
  return { p50: at(50), p99: at(99), p999: at(99.9), max: at(100) };
}
