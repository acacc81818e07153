import { PlimsollError } from '../base/errors.ts';
import { Engine } from '../engine/engine.ts';
import type { EngineOptions } from '../engine/options.ts';
import type { Schedule } from '../model/results.ts';
import type { Snapshot } from '../model/snapshot.ts';

/**
 * Places every pending pod of the snapshot in queue order, each seeing the placements before it, until nothing more can move. With `workers`
 * class tables are built by so many threads; the answer is the same bytes for any number.
 *
 * @throws PlimsollError for options and configuration, WORKER when threads cannot be started.
 */
export async function schedule(snapshot: Snapshot, options: EngineOptions = {}): Promise<Schedule> {
  const engine = new Engine(snapshot, options);
  const { workers = 0 } = options;
  if (!Number.isSafeInteger(workers) || workers < 0) {
    throw new PlimsollError('USAGE', 'must be a whole number from 0', { path: 'workers', value: workers, hint: '0 decides in one thread' });
  }
  if (workers === 0) return engine.schedule();
  // Threads are Node's; without them the engine runs anywhere, so they are loaded only when asked for.
  const { WorkerPool } = await import('../parallel/pool.ts');
  let pool: InstanceType<typeof WorkerPool> | undefined;
  try {
    return await engine.schedule((core) => {
      pool = new WorkerPool(core, workers);
      return pool;
    });
  } finally {
    await pool?.close();
  }
}
