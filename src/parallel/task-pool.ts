import { Piscina } from 'piscina';
import { PlimsollError } from '../base/errors.ts';
import { WORKERS_MAX } from '../base/limits.ts';

/** What threads run: a function that a file exports. */
export interface TaskEntry {
  readonly file: URL;
  readonly name: string;
}

/** The function `name` of the file beside `importer`, whether as source or as built. */
export function taskEntry(file: string, name: string, importer: string): TaskEntry {
  return { file: new URL(`./${file}.${importer.endsWith('.ts') ? 'ts' : 'js'}`, importer), name };
}

/** Threads that answer independent tasks. A task whose thread fails is answered by `here`, so that threads change nothing but the time. */
export class TaskPool<Task, Result> {
  private readonly pool: Piscina;
  private readonly here: (task: Task) => Promise<Result>;
  private closed = false;

  /**
   * @param setup Given to each thread once; what it holds is copied.
   * @throws PlimsollError WORKER when the threads cannot be started.
   */
  constructor({ file, name }: TaskEntry, setup: object, workers: number, here: (task: Task) => Promise<Result>) {
    this.here = here;
    const threads = Math.min(workers, WORKERS_MAX);
    try {
      this.pool = new Piscina({
        filename: file.href,
        name,
        minThreads: threads,
        maxThreads: threads,
        idleTimeout: 60_000,
        workerData: setup,
      });
    } catch (error) {
      throw new PlimsollError('WORKER', `worker threads cannot be started: ${(error as Error).message}`, { hint: 'run with --workers 0' });
    }
    this.pool.on('error', () => {});
    // Threads that fail while they start are not replaced. When none is left, nobody would ever take the waiting tasks.
    this.pool.on('workerDestroy', () =>
      queueMicrotask(() => {
        if (!this.closed && this.pool.threads.length === 0) void this.close();
      }),
    );
  }

  /** The answers in the order of the tasks. What threads have failed at is done here in the end, one after the other. */
  async run(tasks: readonly Task[], onDone: (done: number) => void): Promise<Result[]> {
    let done = 0;
    const outcomes = await Promise.allSettled(
      tasks.map(async (task): Promise<Result> => {
        const result = (await this.pool.run(task)) as Result;
        onDone(++done);
        return result;
      }),
    );
    const results: Result[] = [];
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') results.push(outcome.value);
      else {
        results.push(await this.here(tasks[i] as Task));
        onDone(++done);
      }
    }
    return results;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.pool.destroy();
  }
}
