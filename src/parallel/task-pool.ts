import { serialize } from 'node:v8';
import { Piscina } from 'piscina';
import { millisecondsNow } from '../base/clock.ts';
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
  /** This thread does tasks, too, until another has answered: where it has what it needs at hand, and the others do not yet. */
  readonly worksAlong?: boolean;
  /** Told of each answer as it comes, with the index of its task. */
  readonly onDone: (done: number, index: number, result: Result) => void;
  /** Stops the pool for good. */
  readonly signal?: AbortSignal | undefined;
}

/** Chunks under way for each thread: one that it does and one that it takes next. More of them would be taken out of order. */
const LANES = 2;
/** A chunk takes about so long: much longer than its round trip of some 100 us, and soon enough to be told of. */
const CHUNK_MS = 20;
const CHUNK_TASKS_MAX = 256;
/**
 * Room for short-lived objects, shared among the threads: each tries and forgets, and collecting garbage would take the cores that the others work on.
 * At least V8's own default.
 */
const YOUNG_MIB = 512;
const YOUNG_MIB_MIN = 48;

/** The tasks of a run, and how far they have come. */
class TaskList<Task, Result> {
  readonly results: Result[];
  readonly failed: number[] = [];
  /** Some thread has answered. */
  answered = false;
  private readonly tasks: readonly Task[];
  private readonly onDone: TaskRun<Task, Result>['onDone'];
  private readonly isDone: Uint8Array;
  private done = 0;
  private next = 0;

  constructor({ tasks, onDone }: TaskRun<Task, Result>) {
    this.tasks = tasks;
    this.onDone = onDone;
    this.results = new Array<Result>(tasks.length);
    this.isDone = new Uint8Array(tasks.length);
  }

  get complete(): boolean {
    return this.done === this.tasks.length;
  }

  /** Indices of the next tasks for one of so many lanes: towards the end ever fewer, so that all end together. */
  take(most: number, lanes: number): number[] {
    const first = this.next;
    this.next += Math.min(most, Math.ceil((this.tasks.length - first) / lanes));
    return Array.from({ length: this.next - first }, (_, i) => first + i);
  }

  /** One that nobody has taken, else the last that has no answer yet: whoever has it may take long. */
  takeAny(): number | undefined {
    const [free] = this.take(1, 1);
    if (free !== undefined) return free;
    const open = this.isDone.lastIndexOf(0);
    return open < 0 ? undefined : open;
  }

  /** What threads have failed at and nobody has done since, in order. */
  left(): number[] {
    return this.failed.filter((i) => this.isDone[i] === 0).sort((a, b) => a - b);
  }

  /** A task has one result, whoever brings it and how often. */
  keep(index: number, result: Result): void {
    if (this.isDone[index] === 1) return;
    this.isDone[index] = 1;
    this.results[index] = result;
    this.onDone(++this.done, index, result);
  }
}

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
      const maxYoungGenerationSizeMb = Math.max(YOUNG_MIB_MIN, Math.floor(YOUNG_MIB / threads));
      const counts = {
        minThreads: threads,
        maxThreads: threads,
        idleTimeout: 60_000,
        concurrentTasksPerWorker: LANES,
        resourceLimits: { maxYoungGenerationSizeMb },
      };
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
  async run<Task, Result>(run: TaskRun<Task, Result>): Promise<Result[]> {
    const { tasks, here, signal } = run;
    const stop = (): void => void this.close();
    signal?.throwIfAborted();
    signal?.addEventListener('abort', stop, { once: true });
    const list = new TaskList(run);
    const given = this.share(run.setup);
    const lanes = Promise.all(Array.from({ length: this.threads * LANES }, () => this.lane(given, run, list)));
    if (run.worksAlong) await workAlong(run, list);
    if (!list.complete) await lanes;
    signal?.removeEventListener('abort', stop);
    for (const i of list.left()) {
      signal?.throwIfAborted();
      list.keep(i, await here(tasks[i] as Task));
    }
    signal?.throwIfAborted();
    return list.results;
  }

  /** Gives chunks to threads, one after the other, until all are given. */
  private async lane<Task, Result>(
    given: Pick<TaskChunk, 'setup' | 'setupNumber'>,
    { tasks, signal }: TaskRun<Task, Result>,
    list: TaskList<Task, Result>,
  ): Promise<void> {
    let size = 1;
    for (;;) {
      const indices = signal?.aborted ? [] : list.take(size, this.threads * LANES);
      if (indices.length === 0) return;
      const chunk: TaskChunk = { ...given, tasks: indices.map((i) => tasks[i]) };
      let answer: ChunkAnswer;
      try {
        answer = await this.pool.run(chunk);
      } catch {
        list.failed.push(...indices);
        continue;
      }
      list.answered = true;
      list.failed.push(...answer.failed.map((place) => indices[place] as number));
      size = Math.max(1, Math.min(CHUNK_TASKS_MAX, Math.floor((CHUNK_MS * indices.length) / Math.max(answer.milliseconds, 0.01))));
      const failed = new Set(answer.failed);
      for (const [place, result] of answer.results.entries()) if (!failed.has(place)) list.keep(indices[place] as number, result as Result);
    }
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

/** Does tasks in this thread until another has answered or nothing is left. */
async function workAlong<Task, Result>({ tasks, here, signal }: TaskRun<Task, Result>, list: TaskList<Task, Result>): Promise<void> {
  let pausedMs = millisecondsNow();
  while (!list.answered && !signal?.aborted) {
    const i = list.takeAny();
    if (i === undefined) return;
    list.keep(i, await here(tasks[i] as Task));
    if (millisecondsNow() - pausedMs < CHUNK_MS) continue;
    // Promises alone never let the threads' answers in.
    await new Promise((resolve) => setImmediate(resolve));
    pausedMs = millisecondsNow();
  }
}
