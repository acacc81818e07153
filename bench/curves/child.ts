/** Measures one point and prints it as JSON: `node bench/curves/child.ts SERIES X`. */
import { assert } from '../../src/base/assert.ts';
import { secondsNow } from '../../src/base/clock.ts';
import { Engine } from '../../src/engine/engine.ts';
import { Core } from '../../src/layout/core.ts';
import type { DecisionPaths } from '../../src/model/results.ts';
import { decisionHash } from '../decision-hash.ts';
import { SERIES } from './series.ts';

const RUNS_MAX = 5;
const SECONDS_MAX = 10;

/** What one process measured. */
export interface PointMeasurement {
  readonly x: number;
  readonly nodes: number;
  readonly pods: number;
  /** Deciding alone, by repetition. */
  readonly decideSeconds: readonly number[];
  readonly coreMiB: number;
  readonly paths: DecisionPaths;
  readonly hash: string;
}

const [name, x] = process.argv.slice(2);
const series = SERIES.find((candidate) => candidate.name === name);
assert(series !== undefined && Number(x) > 0, 'usage: node bench/curves/child.ts SERIES X');
process.stdout.write(JSON.stringify(await measurePoint(series.build(Number(x)), Number(x))));

async function measurePoint(snapshot: ReturnType<(typeof SERIES)[number]['build']>, at: number): Promise<PointMeasurement> {
  const decideSeconds: number[] = [];
  const started = secondsNow();
  let first: Omit<PointMeasurement, 'decideSeconds'> | undefined;
  do {
    globalThis.gc?.();
    const core = new Core();
    const schedule = await new Engine(snapshot, {}, core).schedule();
    const { pending, placed, paths } = schedule.summary;
    assert(placed === pending, 'every pod finds a node');
    const hash = decisionHash(schedule);
    first ??= { x: at, nodes: snapshot.nodes.length, pods: pending, coreMiB: Math.round(core.bytesUsed / 2 ** 20), paths, hash };
    assert(hash === first.hash, 'every run decides alike');
    decideSeconds.push(schedule.summary.decideSeconds);
  } while (decideSeconds.length < RUNS_MAX && secondsNow() - started < SECONDS_MAX);
  return { ...first, decideSeconds };
}
