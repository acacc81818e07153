import { type Command, CommanderError } from 'commander';
import { AssertionError } from '../base/assert.ts';
import { PlimsollError } from '../base/errors.ts';
import { printable } from '../report/table.ts';
import { Interruption } from './interruption.ts';
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
    return report(error, commandOf(program, args));
  }
}

/** The command that is meant, as it is typed: `snapshot reveal`; undefined when there is none of that name. */
function commandOf({ commands }: Command, [first, second]: readonly string[]): string | undefined {
  const command = commands.find((each) => each.name() === first);
  const part = command?.commands.find((each) => each.name() === second);
  return part ? `${first} ${second}` : command?.name();
}

function report(error: unknown, command: string | undefined): number {
  if (error instanceof CommanderError) {
    // Help has been printed already, whether it was asked for or not.
    if (error.exitCode !== 0 && error.code !== 'commander.help') say(printable(usageMessage(error.message, command)));
    return error.exitCode === 0 ? 0 : 1;
  }
  if (error instanceof Interruption) {
    say(error.message);
    return error.exitCode;
  }
  if (error instanceof PlimsollError) say(error.message);
  else if (error instanceof AssertionError) say(`${error.message}; this is a bug in plimsoll, please report it`);
  else say(`unexpected error: ${error instanceof Error ? error.message : String(error)}; please report it`);
  if (process.env.PLIMSOLL_DEBUG && error instanceof Error) say(error.stack ?? '');
  return 1;
}

/** Commander's message in one line, with the flag or command that may be meant as the next step, else where to look. */
function usageMessage(message: string, command: string | undefined): string {
  const [problem = '', suggestion] = message.replace(/^error: /, '').split('\n');
  const help = command === undefined ? 'plimsoll --help' : `plimsoll ${command} --help`;
  return `USAGE: ${problem.replace(/\.$/, '')} ${suggestion?.replace('(Did', '(did') ?? `(see ${help})`}`;
}
