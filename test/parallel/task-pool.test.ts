import { describe, expect, it } from 'vitest';
import { TaskPool, taskEntry } from '../../src/parallel/task-pool.ts';

const ENTRY = taskEntry('failing-task', 'double', import.meta.url);

async function run(
  tasks: readonly number[],
  setup: { throwAt: number; dieAt: number },
): Promise<{ results: number[]; here: number[]; done: number[] }> {
  const here: number[] = [];
  const done: number[] = [];
  const pool = new TaskPool<number, number>(ENTRY, setup, 2, async (task) => {
    here.push(task);
    return 2 * task;
  });
  try {
    return { results: await pool.run(tasks, (count) => done.push(count)), here, done };
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

  it('does everything here when no thread starts', async () => {
    const pool = new TaskPool<number, number>(taskEntry('no-such-file', 'double', import.meta.url), {}, 1, async (task) => 2 * task);
    expect(await pool.run([1, 2], () => {})).toEqual([2, 4]);
    await pool.close();
  });
});
