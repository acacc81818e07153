import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { type Decisions, referenceSchedule } from '../support/reference-scheduler.ts';
import { type SchedulerCase, schedulerCase } from '../support/scheduler-cases.ts';

/** Runs per kind of cluster; PLIMSOLL_RUNS overrides, for long runs. */
const RUNS = Number(process.env.PLIMSOLL_RUNS ?? 420);
const FIRST_SEED = Number(process.env.PLIMSOLL_FIRST_SEED ?? 1);

async function firstDifference({ snapshot, options }: SchedulerCase): Promise<string | undefined> {
  const want = referenceSchedule(snapshot, options).decisions;
  const { placements, unschedulable, preemptions } = await new Engine(snapshot, options).schedule();
  const got: Decisions = { placements, unschedulable, preemptions };
  for (const part of ['preemptions', 'placements', 'unschedulable'] as const) {
    for (let i = 0; i < Math.max(want[part].length, got[part].length); i++) {
      const [wanted, found] = [JSON.stringify(want[part][i]), JSON.stringify(got[part][i])];
      if (wanted !== found) return `${part}[${i}]: reference ${wanted}, engine ${found}`;
    }
  }
  return undefined;
}

describe.each([
  ['small', false, RUNS],
  ['sampled', true, Math.ceil(RUNS / 4)],
])('whole runs on %s clusters', (_size, large, runs) => {
  it(`equal the slow reference in ${runs} runs, message by message`, async () => {
    const failures: string[] = [];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + runs && failures.length < 5; seed++) {
      const run = schedulerCase(seed, large);
      const wrong = await firstDifference(run);
      if (wrong) failures.push(`${run.name}: ${wrong}`);
    }
    expect(failures).toEqual([]);
  }, 1_800_000);
});
