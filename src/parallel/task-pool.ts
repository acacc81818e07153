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

/** Tasks under way for each thread: one that it does and one that it takes next. More of them would be taken out of order. */
const LANES = 2;

/** Threads that answer independent tasks. A task whose thread fails is answered by `here`, so that threads change nothing but the time. */
export class TaskPool<Task, Result> {
  private readonly pool: Piscina;
  private readonly here: (task: Task) => Promise<Result>;
  private readonly threads: number;
  private closed = false;

  /**
   * @param setup Given to each thread once; what it holds is copied.
   * @throws PlimsollError WORKER when the threads cannot be started.
   */
  constructor({ file, name }: TaskEntry, setup: object, workers: number, here: (task: Task) => Promise<Result>) {
    this.here = here;
    const threads = Math.min(workers, WORKERS_MAX);
    this.threads = threads;
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

  /**
   * The answers in the order of the tasks. What threads have failed at is done here in the end, one after the other.
   * @param onDone Told of each answer as it comes, with the index of its task.
   * @param signal Stops the pool for good. @throws The signal's reason then.
   */
  async run(
    tasks: readonly Task[],
    onDone: (done: number, index: number, result: Result) => void,
    signal?: AbortSignal,
  ): Promise<Result[]> {
    const stop = (): void => void this.close();
    signal?.throwIfAborted();
    signal?.addEventListener('abort', stop, { once: true });
    let done = 0;
    let next = 0;
    const results = new Array<Result>(tasks.length);
    const failed: number[] = [];
    const lane = async (): Promise<void> => {
      while (next < tasks.length && !signal?.aborted) {
        const i = next++;
        try {
          results[i] = (await this.pool.run(tasks[i])) as Result;
        } catch {
          failed.push(i);
          continue;
        }
        onDone(++done, i, results[i]);
      }
    };
    await Promise.all(Array.from({ length: this.threads * LANES }, lane));
    signal?.removeEventListener('abort', stop);
    for (const i of failed.sort((a, b) => a - b)) {
      signal?.throwIfAborted();
      results[i] = await this.here(tasks[i] as Task);
      onDone(++done, i, results[i]);
    }
    signal?.throwIfAborted();
    return results;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.pool.destroy();
  }
}
