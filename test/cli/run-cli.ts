import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface CliResult {
  /** Exit code; undefined when a signal ended the process. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** Standard input; closed at once without it. */
  readonly input?: string;
  /** The whole environment; default: this one without colours and debugging. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** Runs the real command line as a child process of the same Node. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { PLIMSOLL_DEBUG: _debug, ...inherited } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: options.cwd ?? ROOT, env: options.env ?? { ...inherited, NO_COLOR: '1' } });
  const collect = (stream: NodeJS.ReadableStream): string[] => {
    const parts: string[] = [];
    stream.setEncoding('utf8').on('data', (part: string) => parts.push(part));
    return parts;
  };
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? undefined, stdout: stdout.join(''), stderr: stderr.join('') }));
  });
}

/** A shell line in which `plimsoll` is the command line under test. */
export function runShell(line: string): Promise<CliResult> {
  const quoted = `plimsoll() { '${process.execPath}' '${MAIN}' "$@"; }\n${line}`;
  const child = spawn('bash', ['-c', quoted], { cwd: ROOT });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    stdout += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    stderr += part;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? undefined, stdout, stderr }));
  });
}

/** Starts a command and sends it a signal once it has written something; the code is what a shell would report. */
export function interruptCli(args: readonly string[], signal: 'SIGINT' | 'SIGTERM'): Promise<CliResult> {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: ROOT });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    stderr += part;
  });
  child.stdout.on('data', () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, by) => resolve({ code: by === null ? (code ?? undefined) : 128 + constants.signals[by], stdout: '', stderr }));
  });
}
