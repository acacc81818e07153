import type { Command } from 'commander';
import { PlimsollError } from '../base/errors.ts';
import type { Validation } from '../model/snapshot-results.ts';
import { jsonPieces, yamlPieces } from '../report/structured.ts';
import { validationNames, validationView, validationWide } from '../report/validation-view.ts';
import { single, text } from './flags.ts';
import { type Answer, examples } from './help.ts';
import { say, writePieces } from './output.ts';
import { Progress } from './progress.ts';
import { addInputFlag, addOutputFlags, filenames, type InputFlags, type OutputFlags } from './run-options.ts';

const EXAMPLES = `
# Is anything wrong with this dump?
plimsoll snapshot validate -f cluster.json

# For a pipeline: exit code 2 for warnings too
plimsoll snapshot validate -f manifests/ --strict -o name`;

const FORMATS = { table: validationView, wide: validationWide, json: jsonPieces, yaml: yamlPieces, name: validationNames } as const;

type Flags = InputFlags &
  OutputFlags & {
    readonly output: keyof typeof FORMATS | 'html';
    readonly config?: string;
    readonly profile?: string;
    readonly strict?: boolean;
  };

export function addValidate(parent: Command, answer: Answer): void {
  const command = parent
    .command('validate')
    .summary('Say everything that is wrong or suspicious in a dump, and what to do about it')
    .description(
      'Say everything that is wrong with a dump, not only the first thing: what would be refused, what is there but cannot be true (nodes that hold more ' +
        'than they have, pods on nodes that are not there), and what is missing. The answer is "no" when something is refused',
    )
    .addOption(single('--config <file>', 'KubeSchedulerConfiguration whose profiles serve the pods, JSON or YAML', text))
    .option('--strict', 'answer "no" for warnings too');
  addOutputFlags(addInputFlag(command), [...Object.keys(FORMATS), 'html'])
    .addHelpText('after', examples(EXAMPLES))
    .action(async (flags: Flags) => answer(await validateCommand(flags)));
}

async function validateCommand(flags: Flags): Promise<0 | 2> {
  const paths = filenames(flags);
  const { engineOptions } = await import('./engine-options.ts');
  const { config } = await engineOptions(flags.config === undefined ? {} : { config: flags.config });
  const { Validator } = await import('../plan/validate.ts');
  const validator = new Validator({ defaults: flags.defaults, ...(config === undefined ? {} : { config }) });
  await readAll(paths, validator, !flags.quiet);
  const result = validator.finish();
  const good = result.valid && !(flags.strict && result.summary.warnings > 0);
  if (flags.output === 'html') {
    const [{ writeHtml }, { validationPage }] = await Promise.all([import('./html.ts'), import('../report/html/snapshot-pages.ts')]);
    await writeHtml(await validationPage(result, good));
  } else await writePieces(FORMATS[flags.output](result));
  if (!flags.quiet) say(summaryLine(result));
  return good ? 0 : 2;
}

/** A file that cannot be read to its end is a finding like any other; one that is not there is a mistake of the question. */
async function readAll(
  paths: readonly string[],
  validator: InstanceType<typeof import('../plan/validate.ts').Validator>,
  shows: boolean,
): Promise<void> {
  const { readObjects } = await import('../sources/read-snapshot.ts');
  const { resolveInputs } = await import('../sources/inputs.ts');
  const progress = new Progress('reading', shows);
  try {
    for (const { name } of await resolveInputs(paths)) {
      try {
        await readObjects(name, {
          take: (object, place) => {
            validator.add(object, { file: name, ...place });
            return undefined;
          },
          onProgress: ({ bytes, bytesTotal }) => {
            if (bytesTotal !== undefined) progress.update(bytes, bytesTotal);
          },
        });
      } catch (error) {
        if (error instanceof PlimsollError && error.code === 'INPUT_UNREADABLE') throw error;
        validator.refuse(error);
      }
    }
  } finally {
    progress.stop();
  }
}

function summaryLine({ summary }: Validation): string {
  const { objects, nodes, pods, pending, errors, warnings, notes } = summary;
  const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
  const found = [counted(errors, 'error'), counted(warnings, 'warning'), counted(notes, 'note')].join(', ');
  return `${found}; ${counted(objects, 'object')}, ${counted(nodes, 'node')}, ${counted(pods, 'pod')}, ${pending} pending`;
}
