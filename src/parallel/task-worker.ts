/** Worker entry: tasks of a TaskPool, by what another file knows about them. */
import { deserialize } from 'node:v8';
import { workerData } from 'node:worker_threads';
import { millisecondsNow } from '../base/clock.ts';

export interface TaskWorkerSetup {
  readonly file: string;
  /** What the file exports: given the setup, it makes what does one task. Doing a task again gives the same result. */
  readonly name: string;
}

/** Tasks that a thread does in one go. */
export interface TaskChunk {
  /** What `serialize` of node:v8 has made of what all tasks share; the same memory for all threads. */
  readonly setup: SharedArrayBuffer;
  /** Another number for another setup. */
  readonly setupNumber: number;
  readonly tasks: readonly unknown[];
}

/** What became of the tasks of a chunk, in their order. */
export interface ChunkAnswer {
  /** Undefined where a task failed. */
  readonly results: readonly unknown[];
  /** Places of those that failed. */
  readonly failed: readonly number[];
  /** How long the tasks took, for how many to give next. */
  readonly milliseconds: number;
}

type Doer = (task: unknown) => unknown;

// Piscina hands its own workerData over as the last element.
const { file, name } = (Array.isArray(workerData) ? workerData.at(-1) : workerData) as TaskWorkerSetup;
// Before the thread says that it is ready: it sleeps until its first task then.
const { [name]: prepare } = (await import(file)) as Readonly<Record<string, (setup: unknown) => Doer | Promise<Doer>>>;
if (!prepare) throw new Error(`${file} has no ${name}`);
let prepared: { readonly setupNumber: number; readonly answer: Doer } | undefined;

/** The chunk before: a thread is given the next one while it is at work, and does one after the other. */
let before: Promise<unknown> = Promise.resolve();

export function doTasks(chunk: TaskChunk): Promise<ChunkAnswer> {
  const answer = before.then(() => doChunk(chunk));
  before = answer.catch(() => {});
  return answer;
}

async function doChunk({ setup, setupNumber, tasks }: TaskChunk): Promise<ChunkAnswer> {
  if (prepared?.setupNumber !== setupNumber) {
    prepared = undefined;
    prepared = { setupNumber, answer: await (prepare as NonNullable<typeof prepare>)(deserialize(new Uint8Array(setup))) };
  }
  const { answer } = prepared;
  const results: unknown[] = [];
  const failed: number[] = [];
  const started = millisecondsNow();
  for (const [i, task] of tasks.entries()) {
    try {
      results.push(await answer(task));
    } catch {
      results.push(undefined);
      failed.push(i);
    }
  }
  return { results, failed, milliseconds: millisecondsNow() - started };
}
