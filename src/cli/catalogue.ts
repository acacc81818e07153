import { type Command, Option } from 'commander';
import { PlimsollError } from '../base/errors.ts';
import { CATALOGUE_FORMATS, type CatalogueFormat } from '../sources/catalogue-formats.ts';
import { single, text, words } from './flags.ts';
import { examples } from './help.ts';
import { say, writePieces } from './output.ts';

const EXAMPLES = `
# Types and on-demand prices of AWS, two zones, without GPUs and bare metal
plimsoll catalogue convert --from aws --zones us-east-1a,us-east-1b --match '^[cmr]7i\\.' aws_instance_types.csv > catalogue.csv

# Prices of one Azure region for types whose size is known
plimsoll catalogue convert --from azure --region southcentralus azure_sku_capabilities_2regions.csv > catalogue.csv

# GCP publishes prices per type name: the size is read from the name
plimsoll catalogue convert --from gcp --region us-central1 gcp_initial_prices.json.gz > catalogue.csv`;

interface Flags {
  readonly from?: CatalogueFormat;
  readonly region?: string;
  readonly zones?: readonly string[];
  readonly match?: string;
  readonly spot?: boolean;
  readonly quiet?: boolean;
}

export function addCatalogue(program: Command): void {
  const catalogue = program
    .command('catalogue')
    .summary('Make catalogues of node types from public price lists')
    .description('Catalogues of node types')
    .helpCommand('help [command]', 'show help for a command');
  catalogue
    .command('convert')
    .summary('Write a catalogue from a public price list')
    .description(
      'Write a catalogue (CSV, docs/catalogue.md) from a public price list. Types without a price or a size are left out and counted',
    )
    .argument('<file>', 'the price list, also gzipped, or - for standard input')
    .addOption(new Option('--from <format>', 'where the list comes from').choices(CATALOGUE_FORMATS))
    .addOption(single('--region <name>', 'the region, where the list has several', text))
    .addOption(words('--zones <list>', 'zones in which each type can be bought, where the list names none'))
    .addOption(single('--match <pattern>', 'regular expression: only types whose name matches', text))
    .option('--spot', 'spot prices, where the list has them')
    .option('-q, --quiet', 'no summary on standard error')
    .addHelpText('after', examples(EXAMPLES))
    .action(convertCommand);
}

async function convertCommand(file: string, flags: Flags): Promise<void> {
  const { from, region, zones = [], match, spot = false } = flags;
  if (from === undefined)
    throw new PlimsollError('USAGE', 'no format is given', { path: '--from', hint: `use ${CATALOGUE_FORMATS.join(', ')}` });
  const { convertCatalogue } = await import('../sources/catalogue-convert.ts');
  const result = await convertCatalogue(file, from, {
    zones,
    spot,
    ...(region === undefined ? {} : { region }),
    ...(match === undefined ? {} : { match: pattern(match) }),
  });
  await writePieces(result.lines);
  if (!flags.quiet) say(`${result.types} types${result.left.map(([reason, count]) => `, ${count} left out: ${reason}`).join('')}`);
}

function pattern(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch {
    throw new PlimsollError('USAGE', 'is no regular expression', { path: '--match', value: source });
  }
}
