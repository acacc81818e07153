import { serialize } from 'node:v8';
import { Piscina } from 'piscina';
import { PlimsollError } from '../base/errors.ts';
import { WORKERS_MAX } from '../base/limits.ts';
import type { ChunkAnswer, TaskChunk, TaskWorkerSetup } from './task-worker.ts';

/** What threads do: a function that a file exports, which makes of a setup what does one task (see task-worker.ts). */
export interface TaskEntry {
  readonly file: URL;
  readonly name: string;
}

const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const WORKER_ENTRY = new URL(`./task-worker.${EXTENSION}`, import.meta.url);

/** The function `name` of the file beside `importer`, whether as source or as built. */
export function taskEntry(file: string, name: string, importer: string): TaskEntry {
  return { file: new URL(`./${file}.${EXTENSION}`, importer), name };
}

/** Tasks to be done, and what to do about them. */
export interface TaskRun<Task, Result> {
  /** Given to each thread once, and not again where the next run has the same object; what it holds is copied. */
  readonly setup: object;
  readonly tasks: readonly Task[];
  /** Does what threads fail at in this one. */
  readonly here: (task: Task) => Promise<Result>;
  /** Told of each answer as it comes, with the index of its task. */
  readonly onDone: (done: number, index: number, result: Result) => void;
  /** Stops the pool for good. */
  readonly signal?: AbortSignal | undefined;
}

/** Chunks under way for each thread: one that it does and one that it takes next. More of them would be taken out of order. */
const LANES = 2;
/** A chunk takes about so long: much longer than its round trip of some 100 us, and soon enough to be told of. */
const CHUNK_MS = 10;
const CHUNK_TASKS_MAX = 256;

/** Threads that answer independent tasks. A task whose thread fails is answered here, so that threads change nothing but the time. */
export class TaskPool {
  private readonly pool: Piscina;
  private readonly threads: number;
  /** What was given last. */
  private given: { readonly setup: object; readonly memory: SharedArrayBuffer; readonly number: number } | undefined;
  private closed = false;

  /**
   * The threads start at once, while the caller prepares what to give them.
   * @throws PlimsollError WORKER when the threads cannot be started.
   */
  constructor({ file, name }: TaskEntry, workers: number) {
    const threads = Math.min(workers, WORKERS_MAX);
    this.threads = threads;
    try {
      const setup: TaskWorkerSetup = { file: file.href, name };
      const counts = { minThreads: threads, maxThreads: threads, idleTimeout: 60_000 };
      this.pool = new Piscina({ filename: WORKER_ENTRY.href, name: 'doTasks', ...counts, workerData: setup });
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

  /** The answers in the order of the tasks. What threads have failed at is done here in the end, one after the other. @throws The signal's reason. */
  async run<Task, Result>({ setup, tasks, here, onDone, signal }: TaskRun<Task, Result>): Promise<Result[]> {
    const stop = (): void => void this.close();
    signal?.throwIfAborted();
    signal?.addEventListener('abort', stop, { once: true });
    let done = 0;
    const results = new Array<Result>(tasks.length);
    const keep = (index: number, result: Result): void => {
      results[index] = result;
      onDone(++done, index, result);
    };
    const failed = await this.doAll(this.share(setup), tasks, keep, signal);
    signal?.removeEventListener('abort', stop);
    for (const i of failed.sort((a, b) => a - b)) {
      signal?.throwIfAborted();
      keep(i, await here(tasks[i] as Task));
    }
    signal?.throwIfAborted();
    return results;
  }

  /** Indices of tasks that threads have failed at. */
  private async doAll<Task, Result>(
    given: Pick<TaskChunk, 'setup' | 'setupNumber'>,
    tasks: readonly Task[],
    keep: (index: number, result: Result) => void,
    signal: AbortSignal | undefined,
  ): Promise<number[]> {
    const lanes = this.threads * LANES;
    const failed: number[] = [];
    let next = 0;
    let size = 1;
    const lane = async (): Promise<void> => {
      while (next < tasks.length && !signal?.aborted) {
        const first = next;
        // Towards the end ever fewer, so that the threads end together.
        next += Math.min(size, Math.ceil((tasks.length - first) / lanes));
        const chunk: TaskChunk = { ...given, tasks: tasks.slice(first, next) };
        const indices = chunk.tasks.map((_, i) => first + i);
        let answer: ChunkAnswer;
        try {
          answer = await this.pool.run(chunk);
        } catch {
          failed.push(...indices);
          continue;
        }
        failed.push(...answer.failed.map((i) => first + i));
        size = Math.max(1, Math.min(CHUNK_TASKS_MAX, Math.floor((CHUNK_MS * indices.length) / Math.max(answer.milliseconds, 0.01))));
        const bad = new Set(answer.failed);
        for (const [i, result] of answer.results.entries()) if (!bad.has(i)) keep(first + i, result as Result);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    return failed;
  }

  /** Serialised once for all threads. O(setup). */
  private share(setup: object): Pick<TaskChunk, 'setup' | 'setupNumber'> {
    if (this.given?.setup !== setup) {
      const bytes = serialize(setup);
      const memory = new SharedArrayBuffer(bytes.length);
      new Uint8Array(memory).set(bytes);
      this.given = { setup, memory, number: (this.given?.number ?? 0) + 1 };
    }
    return { setup: this.given.memory, setupNumber: this.given.number };
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.pool.destroy();
  }
}
