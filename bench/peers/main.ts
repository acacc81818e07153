/** `npm run bench:peers [-- --only REGEX]`: benchmarks of other projects, reproduced by description; then `npm run bench:docs`. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tableLines } from '../../src/report/table.ts';
import { resultFileName, thisMachine } from '../results.ts';
import { PEER_CASES } from './cases.ts';
import { type PeerMeasurement, type PeerRow, type PeersFile, peerRows } from './results.ts';

const { values: flags } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const head = { machine: thisMachine(), node: process.version };
const path = join(import.meta.dirname, '..', 'results', `peers-${resultFileName(head)}`);
const earlier = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as PeersFile).cases : [];
const cases = PEER_CASES.flatMap(({ name }) => {
  const old = earlier.filter((other) => other.name === name);
  if (!new RegExp(flags.only).test(name)) return old;
  const child = ['--expose-gc', join(import.meta.dirname, 'child.ts'), name];
  return [JSON.parse(execFileSync(process.execPath, child, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })) as PeerMeasurement];
});
const file: PeersFile = { ...head, measured: new Date().toISOString().slice(0, 10), cases };
writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`);
const columns = (['title', 'theirs', 'answer', 'first', 'median', 'goal'] as const).map((field) => ({
  heading: field.toUpperCase(),
  cell: (row: PeerRow) => row[field],
}));
process.stdout.write([...tableLines(columns, peerRows(file))].join(''));
