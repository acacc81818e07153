import { Piscina } from 'piscina';
import { PlimsollError } from '../base/errors.ts';
import { WORKERS_MAX } from '../base/limits.ts';
import type { ClassBuilder } from '../engine/classes.ts';
import type { Core } from '../layout/core.ts';
import { LOCAL_STAGE } from '../layout/layout.generated.ts';
import type { WorkerSetup } from './worker.ts';

const WORKER_ENTRY = new URL(`./worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);

/** Tasks per worker: small enough that uneven classes even out, large enough that a task outweighs its round trip of some 50 us. */
const TASKS_PER_WORKER = 4;

/**
 * Builds the lanes of classes side by side over the shared memory. A build is a pure function of the columns, so how the classes are split, which
 * worker takes which, and whether one dies on the way changes nothing but the time.
 */
export class WorkerPool implements ClassBuilder {
  private readonly pool: Piscina;
  private readonly core: Core;
  private readonly workers: number;
  private closed = false;

  /**
   * `entry`: the file that the threads run, for tests of threads that go wrong.
   * @throws PlimsollError WORKER when the threads cannot be started.
   */
  constructor(core: Core, workers: number, entry: URL = WORKER_ENTRY) {
    this.core = core;
    this.workers = Math.min(workers, WORKERS_MAX);
    const setup: WorkerSetup = { module: core.module, memory: core.memory };
    try {
      this.pool = new Piscina({
        filename: entry.href,
        minThreads: this.workers,
        maxThreads: this.workers,
        idleTimeout: 60_000,
        atomics: 'disabled',
        workerData: setup,
      });
    } catch (error) {
      throw new PlimsollError('WORKER', `worker threads cannot be started: ${(error as Error).message}`, { hint: 'run with --workers 0' });
    }
    // A worker that dies is replaced; its task rejects and is done here.
    this.pool.on('error', () => {});
    // Threads that fail while they start are not replaced. When none is left, nobody would ever take the waiting tasks.
    this.pool.on('workerDestroy', () => queueMicrotask(() => this.noticeDesertion()));
  }

  /** The threads, for tests that kill them. */
  get threads(): Piscina['threads'] {
    return this.pool.threads;
  }

  /** Builds the LOCAL records at these addresses; what a worker fails to finish is built in this thread. */
  async build(addresses: readonly number[]): Promise<void> {
    if (this.closed) {
      this.buildHere(addresses);
      return;
    }
    const size = Math.max(1, Math.ceil(addresses.length / (this.workers * TASKS_PER_WORKER)));
    const tasks: Promise<void>[] = [];
    for (let from = 0; from < addresses.length; from += size) {
      const part = addresses.slice(from, from + size);
      tasks.push(this.pool.run(part).catch(() => this.buildHere(part)));
    }
    await Promise.all(tasks);
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.pool.destroy();
  }

  private noticeDesertion(): void {
    if (this.closed || this.pool.threads.length > 0) return;
    // Rejects the waiting tasks; from here on everything is built in this thread.
    void this.close();
  }

  private buildHere(addresses: readonly number[]): void {
    for (const address of addresses) {
      // A worker may have died between static and local lanes: start from nothing.
      this.core.i32[(address + LOCAL_STAGE) / 4] = 0;
      this.core.exports.build(address);
    }
  }
}
