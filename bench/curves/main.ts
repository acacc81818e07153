/** `npm run bench:curves [-- --only REGEX --max X]`: growth over nodes, pods, classes and domains; then `npm run bench:docs`. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { resultFileName, thisMachine } from '../results.ts';
import { duration } from '../table.ts';
import type { PointMeasurement } from './child.ts';
import { type CurvesFile, curvesOf } from './results.ts';
import { SERIES, type Series } from './series.ts';

const HEAP_MIB = 12_288;
const FOLDER = import.meta.dirname;

const { values: flags } = parseArgs({ options: { only: { type: 'string', default: '' }, max: { type: 'string', default: 'Infinity' } } });
run();

/** Replaces the points that were measured in this machine's file; the others stay. */
function run(): void {
  const head = { machine: thisMachine(), node: process.version };
  const path = join(FOLDER, '..', 'results', `curves-${resultFileName(head)}`);
  const earlier = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as CurvesFile).series : [];
  const chosen = SERIES.filter(({ name }) => new RegExp(flags.only).test(name));
  const measured = new Map(chosen.map((series) => [series.name, pointsOf(series)]));
  const series = SERIES.flatMap(({ name }) => {
    const old = earlier.find((other) => other.name === name)?.points ?? [];
    const byX = new Map([...old, ...(measured.get(name) ?? [])].map((point) => [point.x, point]));
    const points = [...byX.values()].sort((a, b) => a.x - b.x);
    return points.length === 0 ? [] : [{ name, points }];
  });
  const file: CurvesFile = { ...head, measured: new Date().toISOString().slice(0, 10), series };
  writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`);
  for (const {
    series: { name },
    law,
  } of curvesOf(file))
    process.stdout.write(`${name}: exponent ${law?.exponent.toFixed(2) ?? 'unknown'}\n`);
}

function pointsOf({ name, xs }: Series): PointMeasurement[] {
  return xs
    .filter((x) => x <= Number(flags.max))
    .map((x) => {
      const child = ['--expose-gc', `--max-old-space-size=${HEAP_MIB}`, join(FOLDER, 'child.ts'), name, String(x)];
      const point = JSON.parse(
        execFileSync(process.execPath, child, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
      ) as PointMeasurement;
      const best = Math.min(...point.decideSeconds) / point.pods;
      process.stderr.write(`${name} ${x}: ${duration(Math.round(best * 1e9))} a decision\n`);
      return point;
    });
}
