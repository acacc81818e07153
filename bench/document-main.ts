/**
 * `npm run bench:docs [-- --check]`: brings the blocks and pictures of docs/performance.md to what bench/results has recorded; with `--check` only says
 * what is out of date. Results of several machines: the last by name, or the one that `--machine` is part of.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type CurvesFile, figuresOf } from './curves/results.ts';
import {
  boundaryBlock,
  curvesBlock,
  figuresBlock,
  fillBlock,
  limitsBlock,
  loopsBlock,
  nativeBlock,
  peersBlock,
  workersBlock,
} from './document.ts';
import type { LimitsFile } from './limits.ts';
import type { NativeFile } from './native.ts';
import { type ResultFile, resultKind } from './results.ts';

const ROOT = join(import.meta.dirname, '..');
const RESULTS = join(import.meta.dirname, 'results');
const PAGE = join(ROOT, 'docs', 'performance.md');

const { values: flags } = parseArgs({ options: { check: { type: 'boolean', default: false }, machine: { type: 'string', default: '' } } });
process.exitCode = run();

function run(): number {
  const files = filesToWrite();
  const stale = [...files].filter(([path, text]) => !existsSync(path) || readFileSync(path, 'utf8') !== text).map(([path]) => path);
  for (const path of stale) {
    if (flags.check) process.stderr.write(`bench: ${path} is not what the recorded results say\n`);
    else writeFileSync(path, files.get(path) as string);
  }
  return flags.check && stale.length > 0 ? 1 : 0;
}

function filesToWrite(): ReadonlyMap<string, string> {
  const curves = recorded<CurvesFile>('curves-');
  const figures = recorded<ResultFile>('');
  const native = recorded<NativeFile>('native-');
  const blocks: readonly [string, string | undefined][] = [
    ['figures', mapped(figures, figuresBlock)],
    ['curves', mapped(curves, curvesBlock)],
    ['peers', mapped(recorded('peers-'), peersBlock)],
    ['native', mapped(native, nativeBlock)],
    ['limits', figures && native && mapped(recorded<LimitsFile>('limits-'), (file) => limitsBlock(file, figures, native))],
    ['boundary', mapped(recorded('boundary-'), boundaryBlock)],
    ['workers', mapped(recorded('workers-'), workersBlock)],
    ['loops', mapped(recorded('loops-'), loopsBlock)],
  ];
  let page = readFileSync(PAGE, 'utf8');
  for (const [name, text] of blocks) if (text !== undefined) page = fillBlock(page, name, text);
  const images = join(ROOT, 'docs', 'images');
  if (!flags.check) mkdirSync(images, { recursive: true });
  const pictures = curves ? [...figuresOf(curves)].map(([name, svg]) => [join(images, name), svg] as const) : [];
  return new Map([[PAGE, page], ...pictures]);
}

/** The recorded file of a kind; undefined when nothing has been measured. */
function recorded<File>(prefix: string): File | undefined {
  const names = readdirSync(RESULTS).filter((name) => (prefix === 'loops-' || name.includes(flags.machine)) && resultKind(name) === prefix);
  const last = names.sort().at(-1);
  return last === undefined ? undefined : (JSON.parse(readFileSync(join(RESULTS, last), 'utf8')) as File);
}

function mapped<File>(file: File | undefined, block: (file: File) => string): string | undefined {
  return file === undefined ? undefined : block(file);
}
