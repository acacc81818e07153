/**
 * `npm run bench:loops`: what V8's optimising compiler makes of the hottest loops, on Linux with x86-64 and objdump; after `npm run build:core`.
 * Fails when a loop calls something or checks bounds. The code is kept in results/ for docs/performance.md.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOT_LOOPS, type HotLoop, loopOf } from '../scripts/wat-loops.ts';
import { CORE_BASE64 } from '../src/layout/core.generated.ts';
import { boundsChecks, innerLoop, memoryAccesses } from './machine-code.ts';

/** Everything compiled at once by the optimising compiler. */
const FLAGS = ['--perf-basic-prof', '--no-liftoff', '--no-wasm-lazy-compilation', '--no-wasm-tier-up'];
/** An instruction of each loop that no other loop of its function has. */
const MARKERS: Readonly<Record<string, RegExp>> = { 'i64x2.gt_s': /\bv?pcmpgtq\b/, 'f64x2.trunc': /\bv?roundpd\b/ };

export interface LoopFile {
  readonly node: string;
  readonly loops: readonly {
    readonly title: string;
    readonly accesses: number;
    readonly code: readonly string[];
    readonly wat: readonly string[];
  }[];
}

process.exitCode = run();

function run(): number {
  const missing = obstacle();
  if (missing !== undefined) {
    process.stdout.write(`skipped: ${missing}\n`);
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-loops-'));
  try {
    const wat = readFileSync('build/core.wat', 'utf8');
    const order = [...wat.matchAll(/^ \((?:import .*)?\(?func \$(\S+)/gm)].map(([, name]) => name as string);
    const indexOf = (hot: HotLoop) => String(order.indexOf(hot.function));
    execFileSync(process.execPath, [...FLAGS, join(import.meta.dirname, 'loops-child.ts'), folder, ...HOT_LOOPS.map(indexOf)], {
      stdio: 'inherit',
      // V8 leaves a log where it runs.
      cwd: folder,
    });
    const loops = HOT_LOOPS.map((hot) => {
      const code = innerLoop(disassemble(join(folder, `${indexOf(hot)}.bin`)), MARKERS[hot.marker] as RegExp);
      return { title: hot.title, accesses: memoryAccesses(code), code, wat: loopOf(wat, hot), suspects: boundsChecks(code) };
    });
    for (const { title, accesses, code, suspects } of loops)
      process.stdout.write(
        `${title}: ${code.length} instructions, ${accesses} accesses to linear memory, ${suspects.length} calls or checks of bounds\n`,
      );
    const bad = loops.flatMap(({ suspects }) => suspects);
    for (const line of bad) process.stderr.write(`bench: ${line}\n`);
    const file: LoopFile = { node: process.version, loops: loops.map(({ suspects: _, ...loop }) => loop) };
    writeFileSync(join(import.meta.dirname, 'results', 'loops-x64.json'), `${JSON.stringify(file, null, 2)}\n`);
    return bad.length > 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Why the code cannot be looked at here. */
function obstacle(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the machine code is read on Linux with x86-64 only';
  if (!existsSync('build/core.wat') || readFileSync('build/core.wasm').toString('base64') !== CORE_BASE64)
    return 'build/ has no core like the one that runs (npm run build:core)';
  try {
    execFileSync('objdump', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'objdump is not installed (binutils)';
  }
}

/** `12: vmovdqu xmm1,...`, one instruction a line. */
function disassemble(path: string): string[] {
  const options = ['-D', '-b', 'binary', '-m', 'i386:x86-64', '-M', 'intel', '--no-show-raw-insn'];
  const text = execFileSync('objdump', [...options, path], { encoding: 'utf8' });
  return text.split('\n').flatMap((line) => {
    const found = /^\s*([0-9a-f]+):\s+(\S.*)$/.exec(line);
    return found ? [`${(found[1] as string).padStart(4)}: ${(found[2] as string).replace(/\s+/g, ' ').trim()}`] : [];
  });
}
