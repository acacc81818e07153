/** `npm run bench:native`: the core's fit + least-allocated scan beside the same loop in C, over the same columns in one run. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '../src/base/assert.ts';
import { secondsNow } from '../src/base/clock.ts';
import { Prng } from '../src/base/prng.ts';
import { Fleet } from '../src/engine/fleet.ts';
import { resolveOptions } from '../src/engine/options.ts';
import {
  FLEET_ADDRESS,
  FLEET_POD_COUNT,
  FLEET_POD_LIMIT,
  FLEET_WIDE,
  LOCAL_FILTERS,
  LOCAL_SCORE,
  LOCAL_SCORES,
  OPEN,
  STEP_CODE,
  STEP_KERNEL,
  STEP_PARAMS,
} from '../src/layout/layout.generated.ts';
import type { Pod } from '../src/model/pod.ts';
import { tableLines } from '../src/report/table.ts';
import { buildCluster } from './clusters.ts';
import { withBinary } from './native/compile.ts';
import { type Machine, writeRecorded } from './results.ts';

const ROWS = 10_048;
const REPEATS = 3000;
/** Share of the speed of C below which a run fails. */
const LEAST_SPEED = 0.7;

/** Form of the loop, nanoseconds for one scan, and what it computed. */
interface Timing {
  readonly form: string;
  readonly nanoseconds: number;
  readonly checksum: bigint;
}

/** What is recorded for docs/performance.md. */
export interface NativeFile {
  readonly machine: Machine;
  readonly node: string;
  /** YYYY-MM-DD. */
  readonly measured: string;
  readonly rows: readonly { readonly form: string; readonly scan: string; readonly row: string; readonly speed: string }[];
}

withBinary('scan.c', (binary, folder) => {
  const { fleet, pod } = filledFleet();
  const columns = join(folder, 'columns');
  writeFileSync(columns, columnBytes(fleet));
  const native = execFileSync(binary, [columns, String(ROWS), String(REPEATS)], { encoding: 'utf8' });
  const timings = [...native.trim().split('\n').map(parse), measureCore(fleet, pod)];
  assert(new Set(timings.map(({ checksum }) => checksum)).size === 1, 'all forms compute the same scores');
  report(timings);
});

function parse(line: string): Timing {
  const [form, nanoseconds, checksum] = line.split(' ') as [string, string, string];
  return { form: `C, ${form}`, nanoseconds: Number(nanoseconds), checksum: BigInt(checksum) };
}

/** Machines of several sizes, half full at random; the asked-for pod is the last one. */
function filledFleet(): { fleet: Fleet; pod: Pod } {
  const apps = Array.from({ length: 40 }, (_, i) => ({
    name: `app-${i}`,
    replicas: 1000,
    milliCpu: 50 + 17 * i,
    memoryMiB: 64 + 23 * i,
  }));
  const { nodes, pods, objects } = buildCluster({ nodes: ROWS, apps });
  const { semantics, profiles } = resolveOptions();
  const fleet = new Fleet(nodes, objects, semantics, profiles);
  const prng = new Prng(1);
  for (const pod of pods.slice(0, -1)) fleet.place(pod, prng.below(ROWS));
  assert(fleet.core.i32[(FLEET_ADDRESS + FLEET_WIDE) / 4] === 0, 'amounts are small');
  return { fleet, pod: pods.at(-1) as Pod };
}

function columnBytes({ core, columns }: Fleet): Buffer {
  const wide = (address: number) => Buffer.from(core.u8.slice(address, address + ROWS * 8));
  const narrow = (field: number) => {
    const address = core.u32[(FLEET_ADDRESS + field) / 4] as number;
    return Buffer.from(core.u8.slice(address, address + ROWS * 4));
  };
  const [cpu, memory] = [columns.resource('cpu'), columns.resource('memory')];
  const nonZero = ['cpu', 'memory'].map((name) => wide(columns.nonZeroColumn(name) as number));
  const sums = [cpu.allocatable, memory.allocatable, cpu.used, memory.used].map(wide);
  return Buffer.concat([asked(), ...sums, ...nonZero, narrow(FLEET_POD_COUNT), narrow(FLEET_POD_LIMIT)]);
}

/** What the last app asks for, as two int64. */
function asked(): Buffer {
  return Buffer.from(BigInt64Array.of(BigInt(50 + 17 * 39), BigInt(64 + 23 * 39) << 20n).buffer);
}

function measureCore(fleet: Fleet, pod: Pod): Timing {
  const { core } = fleet;
  const cls = fleet.classOf(pod, fleet.profileFor(pod.template) as NonNullable<ReturnType<Fleet['profileFor']>>);
  core.exports.build(cls.local.address);
  const field = (address: number) => core.u32[address / 4] as number;
  const [near, scores] = [cls.local.near, field(cls.local.address + LOCAL_SCORE)];
  const [fit, least] = [field(cls.local.address + LOCAL_FILTERS), field(cls.local.address + LOCAL_SCORES)];
  const step = (at: number) => [field(at + STEP_KERNEL), field(at + STEP_PARAMS), field(at + STEP_CODE)] as const;
  const [fitKernel, fitParams, fitCode] = step(fit);
  const [leastKernel, leastParams] = step(least);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < REPEATS; i++) {
    core.u8.fill(OPEN, near, near + ROWS);
    core.i32.fill(0, scores / 4, scores / 4 + ROWS);
    const started = secondsNow();
    core.exports.filterKernel(fitKernel, fitParams, fitCode, 0, ROWS, near);
    core.exports.scoreKernel(leastKernel, leastParams, 1, 0, ROWS, scores);
    best = Math.min(best, secondsNow() - started);
  }
  let checksum = 0n;
  for (let row = 0; row < ROWS; row++) {
    checksum = BigInt.asUintN(64, checksum * 31n + (core.u8[near + row] === OPEN ? BigInt(core.i32[scores / 4 + row] as number) + 1n : 0n));
  }
  return { form: 'core (WASM)', nanoseconds: best * 1e9, checksum: checksum & ((1n << 52n) - 1n) };
}

function report(timings: readonly Timing[]): void {
  const core = timings.find(({ form }) => form.startsWith('core')) as Timing;
  const rows = timings.map(({ form, nanoseconds }) => ({
    form,
    scan: `${(nanoseconds / 1000).toFixed(1)} us`,
    row: `${(nanoseconds / ROWS).toFixed(2)} ns`,
    speed: `${(nanoseconds / core.nanoseconds).toFixed(2)}x`,
  }));
  const columns = [
    { heading: 'LOOP', cell: (row: (typeof rows)[number]) => row.form },
    { heading: `SCAN OF ${ROWS} ROWS`, cell: (row: (typeof rows)[number]) => row.scan },
    { heading: 'A ROW', cell: (row: (typeof rows)[number]) => row.row },
    { heading: "CORE'S SPEED", cell: (row: (typeof rows)[number]) => row.speed },
  ];
  process.stdout.write([...tableLines(columns, rows)].join(''));
  writeRecorded('native-', { rows });
  const best = Math.min(...timings.map(({ nanoseconds }) => nanoseconds));
  if (best >= LEAST_SPEED * core.nanoseconds) return;
  process.stderr.write(`bench: the core has less than ${LEAST_SPEED} of the speed of C\n`);
  process.exitCode = 1;
}
