import type { Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { PlimsollError } from '../../src/base/errors.ts';
import { createProgram } from '../../src/cli/program.ts';

interface Flag {
  readonly command: string;
  readonly long: string;
}

/** Every command that does something, sub-commands too, as the words that call it. */
function commandsOf(command: Command, path: readonly string[] = []): [path: readonly string[], command: Command][] {
  if (command.commands.length > 0) return command.commands.flatMap((inner) => commandsOf(inner, [...path, inner.name()]));
  return [[path, command]];
}

/** A command line that only parses. */
function quiet(): Command {
  const program = createProgram(() => {});
  for (const [, command] of commandsOf(program)) command.action(() => {}).configureOutput({ writeOut: () => {}, writeErr: () => {} });
  return program;
}

const flags: readonly (Flag & { readonly option: Option })[] = commandsOf(createProgram(() => {})).flatMap(([path, command]) =>
  command.options.map((option) => ({ command: path.join(' '), long: option.long ?? option.flags, option })),
);
const withValue = flags.filter(({ option }) => option.required);

/** Arguments that the command needs before its flags are looked at. */
function argumentsOf({ command }: Flag): string[] {
  const found = commandsOf(createProgram(() => {})).find(([path]) => path.join(' ') === command);
  return (found?.[1].registeredArguments ?? []).filter(({ required }) => required).map(({ argChoices }) => argChoices?.[0] ?? 'a/b');
}

async function refusalOf(flag: Flag, ...more: readonly string[]): Promise<Error | undefined> {
  const args = [...flag.command.split(' '), ...argumentsOf(flag), ...more];
  return quiet()
    .parseAsync(args, { from: 'user' })
    .then(
      () => undefined,
      (error: unknown) => error as Error,
    );
}

/** What no number, word or version is. */
const NONSENSE = '\u0007 ☃ --';

describe('every flag with a value', () => {
  it('is found', () => {
    expect(withValue.length).toBeGreaterThan(60);
    expect(new Set(withValue.map(({ command }) => command)).size).toBeGreaterThan(10);
  });

  it.each(withValue)('$command $long wants one', async (flag) => {
    expect((await refusalOf(flag, flag.long))?.message).toContain(`'${flag.option.flags}' argument missing`);
  });

  it.each(withValue)('$command $long names itself when the value is empty or nonsense', async (flag) => {
    for (const value of ['', NONSENSE]) {
      const refusal = await refusalOf(flag, `${flag.long}=${value}`);
      if (refusal === undefined) continue;
      if (flag.option.argChoices) expect(refusal.message).toContain(`'${flag.option.flags}'`);
      else expect(refusal).toBeInstanceOf(PlimsollError);
      if (!flag.option.argChoices) expect(refusal.message).toMatch(new RegExp(`^USAGE: ${flag.long}: [^\\n]*$`));
      if (!flag.option.argChoices) expect(refusal.message).not.toContain('\u0007');
    }
  });

  it.each(withValue)('$command $long is single or repeatable, and says so', async (flag) => {
    // A value that it takes: its default, a number, or one of its words.
    const [word] = /\b(?:A=true|first|json|1\.36)\b/.exec(flag.option.description) ?? [];
    const values = [flag.option.defaultValue, '1', word, 'a', 'a=b', 'example.com/a=b'].filter((value) => value !== undefined).map(String);
    for (const value of values) {
      const given = `${flag.long}=${value}`;
      if ((await refusalOf(flag, given)) !== undefined) continue;
      const twice = (await refusalOf(flag, given, given))?.message;
      if (twice === undefined) expect(flag.option.description).toMatch(/repeatable|list|CSV|nodes?\b|several|each|lists?|files?|=/i);
      else expect(twice).toBe(`USAGE: ${flag.long}: is given twice`);
      return;
    }
  });
});

describe('every command', () => {
  const paths = commandsOf(createProgram(() => {})).map(([path]) => path.join(' '));

  it.each(paths)('%s refuses a flag that it does not have', async (command) => {
    expect((await refusalOf({ command, long: '' }, '--no-such-flag'))?.message).toMatch(/unknown option '--no-such-flag'/);
  });

  it.each(paths)('%s --help shows examples and exit codes, whatever else is wrong', async (command) => {
    const program = quiet();
    let help = '';
    for (const [, each] of commandsOf(program)) each.configureOutput({ writeOut: (text) => (help += text) });
    const error = await program
      .parseAsync([...command.split(' '), '--no-such-flag', '--help'], { from: 'user' })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ exitCode: 0 });
    expect(help).toMatch(/\nExamples:\n[\s\S]*\n\nExit codes: 0 /);
  });
});
