import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { firstDifference, referenceSchedule } from '../support/reference-scheduler.ts';
import { schedulerCase } from '../support/scheduler-cases.ts';

/** Runs per kind of cluster; PLIMSOLL_RUNS overrides, for long runs. */
const RUNS = Number(process.env.PLIMSOLL_RUNS ?? 420);
const FIRST_SEED = Number(process.env.PLIMSOLL_FIRST_SEED ?? 1);

describe.each([
  ['small', false, RUNS],
  ['sampled', true, Math.ceil(RUNS / 4)],
])('whole runs on %s clusters', (_size, large, runs) => {
  it(`equal the slow reference in ${runs} runs, message by message`, async () => {
    const failures: string[] = [];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + runs && failures.length < 5; seed++) {
      const run = schedulerCase(seed, large);
      const want = referenceSchedule(run.snapshot, run.options).decisions;
      const wrong = firstDifference(want, await new Engine(run.snapshot, run.options).schedule());
      if (wrong) failures.push(`${run.name}: ${wrong}`);
    }
    expect(failures).toEqual([]);
  }, 1_800_000);
});
