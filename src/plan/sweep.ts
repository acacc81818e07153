import { millisecondsNow } from '../base/clock.ts';

/** One task of a sweep. Tasks of one hash have one result. */
export interface SweepTask<Task> {
  /** Hash of everything that the result depends on. */
  readonly hash: string;
  readonly task: Task;
}

export interface SweepOptions<Task, Result> {
  /** Results that are there already, by hash. */
  readonly known?: ReadonlyMap<string, Result>;
  /** Does a task in this thread. */
  readonly here: (task: Task) => Promise<Result>;
  /** What threads run instead, as many side by side as there are workers. */
  readonly threads?: SweepThreads;
  /** Called once for each new result, as it comes. */
  readonly onResult?: (result: Result, done: number, total: number) => void;
  /** Stops the sweep; what is under way in threads is dropped. */
  readonly signal?: AbortSignal | undefined;
}

export interface SweepThreads {
  /** The function `name` of the file beside `importer` (see `taskEntry`). */
  readonly file: string;
  readonly name: string;
  readonly importer: string;
  /** What each thread is given once. */
  readonly setup: object;
  readonly workers: number;
  /** Threads are started only when tasks have taken so long in this one; default 0. */
  readonly afterMs?: number;
}

/** A sweep in one thread looks up this often to see whether it is to stop. */
const PAUSE_EVERY_MS = 50;

/**
 * Every task done once, except those whose result is known. Which thread does a task and when changes nothing but the order of `onResult`.
 * @returns Results by hash. @throws The signal's reason when stopped, and what a task or `onResult` throws.
 */
export async function sweep<Task, Result>(
  tasks: readonly SweepTask<Task>[],
  options: SweepOptions<Task, Result>,
): Promise<ReadonlyMap<string, Result>> {
  const { known = new Map<string, Result>(), threads, signal } = options;
  const byHash = new Map(tasks.map(({ hash, task }) => [hash, task]));
  const results = new Map<string, Result>();
  const missing: string[] = [];
  for (const hash of byHash.keys()) {
    const result = known.get(hash);
    if (result === undefined) missing.push(hash);
    else results.set(hash, result);
  }
  const keep = (i: number, result: Result) => {
    results.set(missing[i] as string, result);
    options.onResult?.(result, results.size, byHash.size);
  };
  signal?.throwIfAborted();
  const rest = missing.map((hash) => byHash.get(hash) as Task);
  const threaded = threads !== undefined && threads.workers > 0;
  const alone = await oneByOne(rest, options, keep, threaded ? (threads.afterMs ?? 0) : Number.POSITIVE_INFINITY);
  if (threaded && alone < rest.length) {
    await sideBySide(rest.slice(alone), { ...options, threads }, (i, result) => keep(alone + i, result));
  }
  return results;
}

type Keep<Result> = (index: number, result: Result) => void;

/** Does tasks until they have taken `budgetMs`; how many that were. */
async function oneByOne<Task, Result>(
  tasks: readonly Task[],
  { here, signal }: SweepOptions<Task, Result>,
  keep: Keep<Result>,
  budgetMs: number,
): Promise<number> {
  const begunMs = millisecondsNow();
  let pausedMs = begunMs;
  for (const [i, task] of tasks.entries()) {
    if (millisecondsNow() - begunMs >= budgetMs) return i;
    keep(i, await here(task));
    if (!signal || millisecondsNow() - pausedMs < PAUSE_EVERY_MS) continue;
    // Promises alone never let a signal of the operating system in.
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal.throwIfAborted();
    pausedMs = millisecondsNow();
  }
  return tasks.length;
}

async function sideBySide<Task, Result>(
  tasks: readonly Task[],
  { here, threads, signal }: SweepOptions<Task, Result> & Required<Pick<SweepOptions<Task, Result>, 'threads'>>,
  keep: Keep<Result>,
): Promise<void> {
  // Threads are Node's; without them the engine runs anywhere, so they are loaded only when asked for.
  const { TaskPool, taskEntry } = await import('../parallel/task-pool.ts');
  const { file, name, importer, setup, workers } = threads;
  const pool = new TaskPool(taskEntry(file, name, importer), Math.min(workers, tasks.length));
  let failure: { readonly error: unknown } | undefined;
  const stop = new AbortController();
  const passOn = () => stop.abort(signal?.reason);
  signal?.addEventListener('abort', passOn, { once: true });
  try {
    const onDone = (_done: number, i: number, result: Result) => {
      if (failure) return;
      try {
        keep(i, result);
      } catch (error) {
        failure = { error };
        stop.abort(error);
      }
    };
    await pool.run({ setup, tasks, here, onDone, signal: stop.signal });
  } finally {
    signal?.removeEventListener('abort', passOn);
    await pool.close();
  }
}

/** The part of the tasks that one of `count` machines does: every `count`-th, beginning with number `index` (from 1). */
export function shardOf<Task>(tasks: readonly Task[], { index, count }: Shard): Task[] {
  return tasks.filter((_, i) => i % count === index - 1);
}

export interface Shard {
  /** From 1 to `count`. */
  readonly index: number;
  readonly count: number;
}
