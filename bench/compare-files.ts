/** Results to compare: a file, or what a git revision has recorded. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { type Column, tableLines } from '../src/report/table.ts';
import { type Comparison, compareResults, type Difference } from './compare.ts';
import { type ResultFile, resultKind } from './results.ts';
import { duration } from './table.ts';

const FOLDER = 'bench/results/';

const COLUMNS: readonly Column<Difference>[] = [
  { heading: 'SCENARIO', cell: ({ name }) => name },
  { heading: 'WHAT', cell: ({ quantity }) => quantity },
  { heading: 'BEFORE', align: 'right', cell: (difference) => value(difference, difference.before) },
  { heading: 'AFTER', align: 'right', cell: (difference) => value(difference, difference.after) },
  { heading: 'RATIO', align: 'right', cell: ({ ratio }) => (ratio === undefined ? '-' : ratio.toFixed(2)) },
  { heading: 'VERDICT', cell: ({ verdict }) => verdict },
];

/** The report, line by line. @throws Error where there is nothing to compare. */
export function* compareReport(first: string, second: string): Generator<string> {
  const [before, after] = [readResults(first), readResults(second)];
  for (const what of ['machine', 'node'] as const)
    if (JSON.stringify(before[what]) !== JSON.stringify(after[what]))
      yield `warning: not measured alike, ${what}: ${JSON.stringify(before[what])} and ${JSON.stringify(after[what])}\n`;
  yield* comparisonLines(compareResults(before.results, after.results));
}

export function* comparisonLines({ differences, unknown, compared }: Comparison): Generator<string> {
  if (differences.length > 0) yield* tableLines(COLUMNS, differences);
  for (const line of unknown) yield `${line}\n`;
  yield `${compared} scenarios in both; ${differences.length === 0 ? 'no difference' : `${differences.length} differences`} beyond noise\n`;
}

function value({ quantity }: Difference, amount: number): string {
  if (Number.isNaN(amount)) return '-';
  return quantity.endsWith('MiB') ? `${amount} MiB` : duration(amount * 1e9);
}

/** @param source a JSON file, or a git revision with exactly one recorded machine, or `REVISION:FILE`. */
function readResults(source: string): ResultFile {
  const text = existsSync(source)
    ? readFileSync(source, 'utf8')
    : git('show', source.includes(':') ? source : `${source}:${recordedAt(source)}`);
  const parsed = JSON.parse(text) as ResultFile;
  if (!Array.isArray(parsed.results)) throw new Error(`${source} holds no results of \`npm run bench\``);
  return parsed;
}

function recordedAt(revision: string): string {
  const names = git('ls-tree', '--name-only', revision, FOLDER).split('\n');
  const files = names.filter((name) => resultKind(name.slice(name.lastIndexOf('/') + 1)) === '');
  if (files.length !== 1)
    throw new Error(`${revision} has results of ${files.length} machines: name one as REVISION:FILE (${files.join(', ')})`);
  return files[0] as string;
}

function git(...args: string[]): string {
  return execFileSync('git', args, { encoding: 'utf8', maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'pipe'] });
}
