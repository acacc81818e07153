/**
 * Decides a few pods and writes the machine code of the core's functions into files: `node --perf-basic-prof ... bench/loops-child.ts FOLDER INDEX...`.
 * V8 lists the address of each compiled function in /tmp/perf-PID.map, and the process reads its own memory.
 */
import { openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Engine } from '../src/engine/engine.ts';
import { buildCluster, equalApps } from './clusters.ts';

const [folder = '', ...indices] = process.argv.slice(2);
await new Engine(buildCluster({ nodes: 300, apps: equalApps(10, 10, { vary: 1 }) })).schedule();
const map = `/tmp/perf-${process.pid}.map`;
const listed = readFileSync(map, 'utf8').split('\n');
rmSync(map);
const memory = openSync('/proc/self/mem', 'r');
for (const index of indices) {
  // Node's own modules have functions of the same numbers; the core was compiled last.
  const line = listed.findLast((entry) => entry.endsWith(`wasm-function[${index}]-${index}-turbofan`));
  const [address = '', size = ''] = line?.split(' ') ?? [];
  const code = Buffer.alloc(Number.parseInt(size, 16));
  readSync(memory, code, 0, code.length, BigInt(`0x${address}`));
  writeFileSync(join(folder, `${index}.bin`), code);
}
