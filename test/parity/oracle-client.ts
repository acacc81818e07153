import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { buildOracle, type Release } from './oracle-build.ts';
import type { AnswerTo, OracleRequest } from './oracle-protocol.ts';

export type * from './oracle-protocol.ts';

/** Characters of what the process said last that an error carries: a Go panic with its stack. */
const STDERR_KEPT = 16_000;
/** Milliseconds a process may take to end once its input has ended. */
const CLOSE_PATIENCE = 5000;

/** A running oracle. */
export interface Oracle {
  /** Version of upstream, such as v1.36.4. */
  readonly version: string;
  /** Answers come in the order of the requests. Rejects, with what the process said last, when it ends before it answers. */
  ask<R extends OracleRequest>(request: R): Promise<AnswerTo<R>>;
  close(): Promise<void>;
}

/** There is no oracle here; the message is a reason to skip. */
export class OracleUnavailable extends Error {}

/**
 * Starts the oracle of a release with feature gates that differ from the release's defaults, building it first if need be.
 *
 * @throws OracleUnavailable where it cannot be built; Error when it does not start, as with an unknown gate.
 */
export async function openOracle(release: Release, gates: Readonly<Record<string, boolean>> = {}): Promise<Oracle> {
  const built = await buildOracle(release);
  if ('skipped' in built) throw new OracleUnavailable(built.skipped);
  const list = Object.entries(gates).map(([gate, on]) => `${gate}=${on}`);
  const process = new OracleProcess(release, spawn(built.path, list.length === 0 ? [] : ['--feature-gates', list.join(',')]));
  const { version } = (await process.next()) as { readonly version: string };
  return {
    version,
    ask: async <R extends OracleRequest>(request: R) => {
      const answer = process.next();
      process.write(request);
      return (await answer) as AnswerTo<R>;
    },
    close: () => process.close(),
  };
}

interface Waiter {
  readonly resolve: (line: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Lines of a process, matched with those who wait for them. */
class OracleProcess {
  private readonly release: Release;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly waiters: Waiter[] = [];
  private readonly ended: Promise<unknown>;
  private stderr = '';
  private failure: Error | undefined;

  constructor(release: Release, child: ChildProcessWithoutNullStreams) {
    this.release = release;
    this.child = child;
    this.ended = once(child, 'close').catch(() => undefined);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-STDERR_KEPT);
    });
    createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => this.deliver(line));
    // Writing to a process that has died: its end says why.
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => this.fail(error.message));
    child.on('close', (code, signal) => this.fail(`ended with ${signal ?? `code ${code}`}`));
  }

  /** The next line that nobody waits for yet. */
  next(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.failure) reject(this.failure);
      else this.waiters.push({ resolve, reject });
    });
  }

  write(value: unknown): void {
    if (!this.failure) this.child.stdin.write(`${JSON.stringify(value)}\n`);
  }

  async close(): Promise<void> {
    if (this.failure) return;
    this.child.stdin.end();
    const killer = setTimeout(() => this.child.kill('SIGKILL'), CLOSE_PATIENCE);
    await this.ended;
    clearTimeout(killer);
  }

  private deliver(line: string): void {
    const waiter = this.waiters.shift();
    try {
      waiter?.resolve(JSON.parse(line));
    } catch {
      waiter?.reject(new Error(`oracle ${this.release}: not JSON: ${line.slice(0, 200)}`));
    }
  }

  private fail(how: string): void {
    const said = this.stderr.trim();
    this.failure ??= new Error(`oracle ${this.release} ${how}${said === '' ? '' : `:\n${said}`}`);
    for (const { reject } of this.waiters.splice(0)) reject(this.failure);
  }
}
