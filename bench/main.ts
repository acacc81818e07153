/**
 * `npm run bench -- [--label smoke|full|floor|all] [--only REGEX] [--json FILE] [--accept] [--profile DIR]`, or `--compare A B`; see
 * results/README.md.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tableLines } from '../src/report/table.ts';
import { compareReport } from './compare-files.ts';
import {
  hashDifferences,
  type Measurement,
  processorShare,
  type Result,
  type ResultFile,
  resultFileName,
  resultKind,
  shortfalls,
  summarize,
  thisMachine,
  workerDifferences,
} from './results.ts';
import { LABELS, type Label, type Scenario, selectScenarios } from './scenarios.ts';
import { COLUMNS, compact } from './table.ts';

const FOLDER = import.meta.dirname;
const RESULTS = join(FOLDER, 'results');
const SMOKE_HASHES = join(FOLDER, 'smoke-hashes.json');
/** A million pods and their snapshot need more than V8 grants by itself. */
const HEAP_MIB = 12_288;
/** Below this share of a core the times say more about what else was running. */
const QUIET_SHARE = 0.9;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    label: { type: 'string', default: 'full' },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
    accept: { type: 'boolean', default: false },
    profile: { type: 'string' },
    compare: { type: 'boolean', default: false },
  },
});
process.exitCode = flags.compare ? compare() : run();

/** 0 also when something differs: what to make of it is for the reader. */
function compare(): number {
  const [first, second, ...rest] = positionals;
  if (first === undefined || second === undefined || rest.length > 0)
    return complain(['--compare takes two result files or git revisions']);
  try {
    for (const line of compareReport(first, second)) process.stdout.write(line);
    return 0;
  } catch (error) {
    return complain([`--compare: ${(error as Error).message.trim()}`]);
  }
}

function run(): number {
  if (positionals.length > 0) return complain([`unexpected argument '${positionals[0]}'`]);
  const label = LABELS.find((known) => known === flags.label);
  if (label === undefined) return complain([`unknown label '${flags.label}': use one of ${LABELS.join(', ')}`]);
  const scenarios = selectScenarios(label, new RegExp(flags.only));
  if (scenarios.length === 0) return complain([`no scenario of label '${label}' is named like '${flags.only}'`]);
  const problems: string[] = [];
  const results = scenarios.flatMap((scenario) => resultOf(scenario, label, problems));
  // Goals and floors are stated for the full sizes.
  const targets = label === 'smoke' ? [] : scenarios;
  const rows = results.map((result) => ({ result, ...targets.find(({ name }) => name === result.name) }));
  process.stdout.write([...tableLines(COLUMNS, rows)].join(''));
  problems.push(...workerDifferences(results), ...(label === 'smoke' ? checkSmoke(results) : checkFull(rows)));
  const file: ResultFile = { machine: thisMachine(), node: process.version, measured: new Date().toISOString().slice(0, 10), results };
  if (flags.json !== undefined) writeJson(flags.json, file);
  if (label !== 'smoke' && problems.length === 0) record(file);
  return problems.length === 0 ? 0 : complain(problems);
}

function complain(problems: readonly string[]): number {
  for (const problem of problems) process.stderr.write(`bench: ${problem}\n`);
  return 1;
}

/** Measures in a process of its own; a scenario that fails is a problem and the others go on. */
function resultOf(scenario: Scenario, label: Label, problems: string[]): Result[] {
  const { name } = scenario;
  const profiling =
    flags.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${flags.profile}`, `--cpu-prof-name=${name}.cpuprofile`];
  const options = ['--expose-gc', `--max-old-space-size=${HEAP_MIB}`, ...profiling];
  const child = [...options, join(FOLDER, 'child.ts'), name, label === 'smoke' ? 'smoke' : 'full'];
  try {
    const output = execFileSync(process.execPath, child, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    const result = summarize(JSON.parse(output) as Measurement);
    const share = processorShare(result);
    const busy = share < QUIET_SHARE ? `; the machine was busy: only ${Math.round(share * 100)} % of a core was to be had` : '';
    process.stderr.write(`${name}: ${compact(result.decidePerSecond)} decisions/s${busy}\n`);
    return [result];
  } catch {
    problems.push(`${name}: the measurement failed, see above`);
    return [];
  }
}

function checkSmoke(results: readonly Result[]): readonly string[] {
  const expected = new Map(Object.entries(JSON.parse(readFileSync(SMOKE_HASHES, 'utf8')) as Record<string, string>));
  if (!flags.accept) return hashDifferences(expected, results);
  for (const { name, hash } of results) expected.set(name, hash);
  writeJson(SMOKE_HASHES, Object.fromEntries(expected));
  return [];
}

/** Floors, and decisions that differ from what is recorded, whichever machine recorded it. */
function checkFull(rows: readonly (Pick<Scenario, 'floor'> & { readonly result: Result })[]): readonly string[] {
  const missed = rows.flatMap(({ result, floor }) => {
    const short = floor ? shortfalls(result, floor) : [];
    return short.length > 0 ? [`${result.name}: below the floor in ${short.join(', ')}`] : [];
  });
  if (flags.accept) return missed;
  const recorded = new Map(recordedFiles().flatMap(({ results }) => results.map(({ name, hash }) => [name, hash] as const)));
  const known = rows.map(({ result }) => result).filter(({ name }) => recorded.has(name));
  return [...missed, ...hashDifferences(recorded, known)];
}

function recordedFiles(): ResultFile[] {
  const names = readdirSync(RESULTS).filter((name) => resultKind(name) === '');
  return names.map((name) => JSON.parse(readFileSync(join(RESULTS, name), 'utf8')) as ResultFile);
}

/** Replaces the scenarios that ran in this machine's file; the others stay. */
function record(file: ResultFile): void {
  const path = join(RESULTS, resultFileName(file));
  const earlier = recordedFiles().find((other) => resultFileName(other) === resultFileName(file))?.results ?? [];
  const byName = new Map([...earlier, ...file.results].map((result) => [result.name, result]));
  const results = selectScenarios('all', /(?:)/).flatMap(({ name }) => byName.get(name) ?? []);
  mkdirSync(RESULTS, { recursive: true });
  writeJson(path, { ...file, results });
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
