import { CommanderError } from 'commander';
import { AssertionError } from '../base/assert.ts';
import { PlimsollError } from '../base/errors.ts';
import { say } from './output.ts';
import { createProgram } from './program.ts';

/** Runs one command line; the result is the exit code. Nothing is thrown and no stack trace is printed. */
export async function run(args: readonly string[]): Promise<number> {
  let answer = 0;
  const program = createProgram((code) => {
    answer = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return answer;
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): number {
  // Commander has already printed its message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
  if (error instanceof PlimsollError) say(error.message);
  else if (error instanceof AssertionError) say(`${error.message}; this is a bug in plimsoll, please report it`);
  else say(`unexpected error: ${error instanceof Error ? error.message : String(error)}; please report it`);
  if (process.env.PLIMSOLL_DEBUG && error instanceof Error) say(error.stack ?? '');
  return 1;
}
