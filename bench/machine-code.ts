/** Reads what V8's optimising compiler has made of a loop. */

/** `12: vmovdqu xmm1,...` */
const INSTRUCTION = /^\s*([0-9a-f]+):\s*(\S+)\s*(.*)$/;

interface Instruction {
  readonly at: number;
  readonly name: string;
  readonly operands: string;
}

function parse(line: string): Instruction {
  const [, at = '', name = '', operands = ''] = INSTRUCTION.exec(line) ?? [];
  return { at: Number.parseInt(at, 16), name, operands };
}

/** The innermost loop with a matching instruction: up to the last jump back to its beginning. @throws Error when there is none. */
export function innerLoop(lines: readonly string[], marker: RegExp): readonly string[] {
  const code = lines.map(parse);
  let shortest = Number.POSITIVE_INFINITY;
  let best: readonly string[] | undefined;
  for (const [end, instruction] of code.entries()) {
    const target = targetOf(instruction);
    if (!(target < instruction.at)) continue;
    const begin = code.findIndex(({ at }) => at >= target);
    if (end - begin >= shortest || !lines.slice(begin, end + 1).some((line) => marker.test(line))) continue;
    shortest = end - begin;
    best = lines.slice(begin, code.findLastIndex((other) => targetOf(other) === target && other.name === 'jmp') + 1 || end + 1);
    if (best.length <= shortest) best = lines.slice(begin, end + 1);
  }
  if (!best) throw new Error(`no loop has ${marker}`);
  return best;
}

function targetOf({ name, operands }: Instruction): number {
  return name.startsWith('j') ? Number.parseInt(operands, 16) : Number.NaN;
}

/** Loads and stores, but for those of the stack (rsp, rbp) and of V8's own data (r13). */
export function memoryAccesses(loop: readonly string[]): number {
  return loop.filter((line) => /PTR \[(?!rsp|rbp|r13)/.test(line)).length;
}

/**
 * Instructions that could be checks of bounds: calls, and comparisons other than V8's interrupt check (the stack pointer with its limit) and those of
 * 32-bit counters with each other. Addresses are 64-bit.
 */
export function boundsChecks(loop: readonly string[]): readonly string[] {
  return loop.filter((line) => {
    const { name, operands } = parse(line);
    if (name === 'call') return true;
    if (name !== 'cmp') return false;
    return !/^rsp,/.test(operands) && !/^(?:e\w\w|r\d+d),(?:e\w\w|r\d+d)$/.test(operands);
  });
}
