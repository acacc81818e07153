import { type Command, Option } from 'commander';
import { GENERATE_OPTIONS, type GenerateOption, type GenerateOptions } from '../sources/generate-options.ts';
import { single, wholeNumber } from './flags.ts';
import { examples } from './help.ts';
import { writePieces } from './output.ts';

const EXAMPLES = `
# A cluster of 5,000 nodes and 20,000 pods, the same bytes every time
plimsoll generate --nodes 5000 --pods 20000 --seed 7 > cluster.json

# Straight into a decision
plimsoll generate --nodes 100 --pods 1000 | plimsoll schedule -f - -o name`;

export function addGenerate(program: Command): void {
  const command = program.command('generate').description('Write a realistic cluster as one Kubernetes List in JSON');
  const nameOf = new Map<string, keyof GenerateOptions>();
  for (const option of GENERATE_OPTIONS) {
    const flag = flagOf(option);
    nameOf.set(flag.attributeName(), option.name);
    command.addOption(flag);
  }
  command.addHelpText('after', examples(EXAMPLES)).action(async (flags: Readonly<Record<string, unknown>>) => {
    const { generate } = await import('../sources/generate.ts');
    const options = Object.entries(flags).map(([attribute, value]) => [nameOf.get(attribute), value]);
    await writePieces(generate(Object.fromEntries(options)));
  });
}

/** `--bound-share <%>`; a flag that is on by default becomes `--no-services`. */
function flagOf({ name, kind, default: value, min = 0, max = Number.MAX_SAFE_INTEGER, help }: GenerateOption): Option {
  const long = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (kind === 'flag') {
    const bare = long.replace(/^with-/, '');
    return value === true ? new Option(`--no-${bare}`, `do not ${help}`) : new Option(`--${bare}`, help);
  }
  const parse = kind === 'percent' ? wholeNumber(0, 100) : wholeNumber(min, max);
  return single(`--${long} <${kind === 'percent' ? '%' : 'n'}>`, help, parse).default(value);
}
