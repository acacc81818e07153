import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { Core } from '../../src/layout/core.ts';
import type { Schedule } from '../../src/model/results.ts';
import { WorkerPool } from '../../src/parallel/pool.ts';
import { schedule } from '../../src/plan/schedule.ts';
import { manyClasses } from './many-classes.ts';
import { HANGING_ADDRESS } from './stalling-worker.ts';

/** Clusters whose classes ask for different things: what asks the same is built once. */
const SEEDS = [1, 6];

/** The result as bytes, without what measures time. */
function decided(result: Schedule): string {
  const { seconds: _, decideSeconds: _decide, decisionsPerSecond: _rate, paths: _paths, ...summary } = result.summary;
  return JSON.stringify({ ...result, summary });
}

/** Schedules with a pool whose threads run `entry`; `meddle` has its way with them every few milliseconds. */
async function scheduleWith(
  seed: number,
  workers: number,
  entry: string,
  meddle: (pool: WorkerPool, core: Core) => Promise<void> = async () => {},
): Promise<string> {
  const { snapshot, options } = manyClasses(seed);
  const pools: WorkerPool[] = [];
  let running = true;
  const core = new Core();
  const result = new Engine(snapshot, options, core).schedule(() => {
    pools.push(new WorkerPool(core, workers, new URL(entry, import.meta.url)));
    return pools[0] as WorkerPool;
  });
  const settled = result.finally(() => {
    running = false;
  });
  try {
    while (running) {
      await sleep(5);
      await meddle(pools[0] as WorkerPool, core);
    }
    return decided(await settled);
  } finally {
    for (const pool of pools) await pool.close();
  }
}

async function alone(seed: number): Promise<string> {
  const { snapshot, options } = manyClasses(seed);
  return decided(await new Engine(snapshot, options).schedule());
}

describe('workers', () => {
  it.each(SEEDS)('decide the same bytes whatever their number (cluster %i)', async (seed) => {
    const { snapshot, options } = manyClasses(seed);
    const want = decided(await schedule(snapshot, { ...options, workers: 0 }));
    expect(want).toBe(await alone(seed));
    for (const workers of [1, 2, 3, 7]) {
      expect(decided(await schedule(snapshot, { ...options, workers })), `${workers} workers`).toBe(want);
    }
  });

  it('are given classes to build', async () => {
    const { snapshot, options } = manyClasses(1);
    const batches: number[] = [];
    await new Engine(snapshot, options).schedule(() => ({
      build: async (addresses) => {
        batches.push(addresses.length);
      },
    }));
    expect(batches).toHaveLength(1);
    expect(batches[0]).toBeGreaterThan(30);
  });

  it('that are killed in the midst of a batch cost time, never a result', async () => {
    for (const seed of SEEDS) {
      let killed = 0;
      const found = await scheduleWith(seed, 3, './stalling-worker.ts', async (pool, core) => {
        if (Atomics.load(core.i32, HANGING_ADDRESS / 4) === 0 || pool.threads.length === 0) return;
        await pool.threads[0]?.terminate();
        killed++;
      });
      expect(killed).toBeGreaterThanOrEqual(3);
      expect(found).toBe(await alone(seed));
    }
  });

  it('that trap cost time, never a result', async () => {
    for (const seed of SEEDS) expect(await scheduleWith(seed, 2, './trapping-worker.ts')).toBe(await alone(seed));
  });

  it('that cannot start leave the work to the main thread', async () => {
    expect(await scheduleWith(1, 2, './dying-worker.ts')).toBe(await alone(1));
    expect(await scheduleWith(1, 2, './no-such-worker.ts')).toBe(await alone(1));
  });

  it('are gone when the pool is closed', async () => {
    const ofThreads = () => process.getActiveResourcesInfo().filter((kind) => kind === 'MessagePort' || kind === 'Worker');
    const before = ofThreads().length;
    const pool = new WorkerPool(new Core(), 3);
    expect(pool.threads).toHaveLength(3);
    await pool.close();
    expect(pool.threads).toHaveLength(0);
    // Ports of earlier tests' threads may still be closing, and so may these.
    await expect.poll(() => ofThreads().length, { timeout: 20_000 }).toBeLessThanOrEqual(before);
  });
});
