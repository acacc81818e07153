/** The hottest loops in the core's text form, and the proof that nothing in them leaves the loop. */

/** One loop: the function that holds it, and an instruction that tells it from the function's other loops. */
export interface HotLoop {
  readonly title: string;
  readonly function: string;
  readonly marker: string;
}

export const HOT_LOOPS: readonly HotLoop[] = [
  { title: 'NodeResourcesFit, two rows a pass', function: 'assembly/kernels.generated/filterKernel', marker: 'i64x2.gt_s' },
  {
    title: 'LeastAllocated over two resources, two rows a pass',
    function: 'assembly/rules/resource-shares/sharesOfTwo',
    marker: 'f64x2.trunc',
  },
];

/** Instructions by which control leaves a function. */
const LEAVES = /^(?:call|call_indirect|call_ref|return_call\w*|memory\.grow|memory\.atomic\.\w+|throw\w*)\b/;

/** The outermost loop of the function that has the marker, one instruction a line, without indentation of what is around it. @throws Error when there is none. */
export function loopOf(wat: string, { function: name, marker }: HotLoop): readonly string[] {
  const lines = wat.split('\n');
  const begin = lines.findIndex((line) => line.startsWith(` (func $${name} `));
  const end = lines.indexOf(' )', begin);
  if (begin < 0 || end < 0) throw new Error(`the core has no function ${name}`);
  const body = lines.slice(begin, end);
  for (let at = 0; at < body.length; at++) {
    const depth = loopDepth(body[at] as string);
    if (depth === undefined) continue;
    // asc indents a block's contents and its end by the block.
    const last = body.findIndex((line, i) => i > at && line === `${' '.repeat(depth)}end`);
    const loop = body.slice(at, last + 1).map((line) => line.slice(depth));
    if (loop.some((line) => line.trim() === marker)) return loop;
    at = last;
  }
  throw new Error(`no loop of ${name} has ${marker}`);
}

function loopDepth(line: string): number | undefined {
  const found = /^( *)loop \$/.exec(line);
  return found ? (found[1] as string).length : undefined;
}

/** Instructions of the loop that leave it for another function. */
export function callsIn(loop: readonly string[]): readonly string[] {
  return loop.map((line) => line.trim()).filter((line) => LEAVES.test(line));
}

/** @throws Error when a hot loop calls something. */
export function checkHotLoops(wat: string): void {
  for (const hot of HOT_LOOPS) {
    const calls = callsIn(loopOf(wat, hot));
    if (calls.length > 0) throw new Error(`the loop of ${hot.function} calls: ${calls.join(', ')}`);
  }
}
