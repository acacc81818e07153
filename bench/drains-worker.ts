/** What threads of `bench/workers.ts` know about drains: each of one node, from the same state, and taken back. */
import { Engine } from '../src/engine/engine.ts';
import type { Snapshot } from '../src/model/snapshot.ts';
import { Budgets } from '../src/plan/budgets.ts';
import { afterAll } from '../src/plan/cluster.ts';
import { CompactRun } from '../src/plan/compact-run.ts';

export interface DrainsSetup {
  /** Without waiting pods. */
  readonly base: Snapshot;
}

/** Number of evictions of a node that drains, or why it does not: budgets in waves, and the scheduler places what was evicted. */
export function prepareDrains({ base }: DrainsSetup): (node: string) => Promise<number | string> {
  const trial = new Engine(base, { untilStable: true }).whatIf();
  if (!trial) throw new Error('no what-ifs on such a fleet');
  const run = new CompactRun(trial, new Budgets(base), base, afterAll(base), { deleteEmptydirData: true, force: true });
  return async (node) => {
    const start = run.mark();
    const step = await run.drain(node, 1, 'preemption');
    const answer = 'because' in step ? step.because : step.moves.length;
    // A refused drain has taken itself back.
    if (!('because' in step)) run.undo(start);
    return answer;
  };
}
