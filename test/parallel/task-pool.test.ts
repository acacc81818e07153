import { describe, expect, it } from 'vitest';
import { TaskPool, taskEntry } from '../../src/parallel/task-pool.ts';

const ENTRY = taskEntry('failing-task', 'prepareDoubling', import.meta.url);

async function run(
  tasks: readonly number[],
  setup: { throwAt: number; dieAt: number },
): Promise<{ results: number[]; here: number[]; done: number[] }> {
  const here: number[] = [];
  const done: number[] = [];
  const doHere = async (task: number) => {
    here.push(task);
    return 2 * task;
  };
  const pool = new TaskPool(ENTRY, 2);
  try {
    return { results: await pool.run({ setup, tasks, here: doHere, onDone: (count) => done.push(count) }), here, done };
  } finally {
    await pool.close();
  }
}

describe('a pool of tasks', () => {
  const tasks = Array.from({ length: 20 }, (_, i) => i);
  const doubled = tasks.map((task) => 2 * task);

  it('answers in the order of the tasks', async () => {
    expect(await run(tasks, { throwAt: -1, dieAt: -1 })).toEqual({ results: doubled, here: [], done: tasks.map((i) => i + 1) });
  });

  it('does here what a thread fails at', async () => {
    expect(await run(tasks, { throwAt: 7, dieAt: -1 })).toMatchObject({ results: doubled, here: [7] });
  });

  it('survives a thread that dies', async () => {
    const { results, here } = await run(tasks, { throwAt: -1, dieAt: 5 });
    expect([results, here.includes(5)]).toEqual([doubled, true]);
  });

  it('gives many quick tasks together, and a further setup to the same threads', async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => i);
    const here = async (task: number) => -task;
    const pool = new TaskPool(ENTRY, 2);
    const healthy = { throwAt: -1, dieAt: -1 };
    for (const setup of [healthy, healthy, { throwAt: 15_000, dieAt: -1 }]) {
      const told = new Set<number>();
      const results = await pool.run({ setup, tasks: many, here, onDone: (_done, index) => told.add(index) });
      expect(results).toEqual(many.map((task) => (task === setup.throwAt ? -task : 2 * task)));
      expect(told.size).toBe(many.length);
    }
    await pool.close();
  });

  it.each(['prepareDoubling', 'prepareForever'])('does tasks here, too, until threads answer (%s)', async (name) => {
    const many = Array.from({ length: 5000 }, (_, i) => i);
    const told: number[] = [];
    let here = 0;
    const pool = new TaskPool(taskEntry('failing-task', name, import.meta.url), 2);
    const results = await pool.run({
      setup: { throwAt: 4999, dieAt: -1 },
      tasks: many,
      here: async (task: number) => {
        here++;
        return 2 * task;
      },
      onDone: (done, index) => told.push(done, index),
      worksAlong: true,
    });
    await pool.close();
    expect(results).toEqual(many.map((task) => 2 * task));
    expect(new Set(told.filter((_, i) => i % 2 === 1)).size).toBe(many.length);
    expect([told.length, told.at(-2)]).toEqual([2 * many.length, many.length]);
    expect(here).toBeGreaterThan(name === 'prepareForever' ? many.length - 1 : 0);
  });

  it('does everything here when no thread starts', async () => {
    const pool = new TaskPool(taskEntry('no-such-file', 'prepareDoubling', import.meta.url), 1);
    const here = async (task: number) => 2 * task;
    expect(await pool.run({ setup: {}, tasks: [1, 2], here, onDone: () => {} })).toEqual([2, 4]);
    await pool.close();
  });
});
