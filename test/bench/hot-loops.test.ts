import { expect, test } from 'vitest';
import { boundsChecks, innerLoop, memoryAccesses } from '../../bench/machine-code.ts';
import { callsIn, checkHotLoops, HOT_LOOPS, loopOf } from '../../scripts/wat-loops.ts';

const wat = (inner: string) =>
  HOT_LOOPS.map(
    ({ function: name, marker }) => ` (func $${name} (param $0 i32)
  loop $other
   call $elsewhere
   br_if $other
  end
  block $b
   loop $for
    ${marker}
    loop $inner
     ${inner}
    end
    br $for
   end
  end
 )`,
  ).join('\n');

test('a loop is found by its instruction, with the loops in it', () => {
  const [fit] = HOT_LOOPS;
  const loop = loopOf(wat('nop'), fit as (typeof HOT_LOOPS)[number]);
  expect(loop[0]).toBe('loop $for');
  expect(loop.map((line) => line.trim())).toEqual(['loop $for', 'i64x2.gt_s', 'loop $inner', 'nop', 'end', 'br $for', 'end']);
  expect(callsIn(loop)).toEqual([]);
});

test('a core whose hot loops call something is refused, and one that has lost them', () => {
  expect(() => checkHotLoops(wat('nop'))).not.toThrow();
  expect(() => checkHotLoops(wat('call $log'))).toThrow('filterKernel calls: call $log');
  expect(() => checkHotLoops(wat('call_indirect (type $t)'))).toThrow('call_indirect');
  expect(() => checkHotLoops(wat('nop').replaceAll('i64x2.gt_s', 'nop'))).toThrow('has i64x2.gt_s');
  expect(() => checkHotLoops('')).toThrow('the core has no function');
});

const CODE = [
  '   0: push rbp',
  '   c: add ecx,0x2',
  '   f: cmp rsp,QWORD PTR [r13-0x60]',
  '  13: jbe 0x40',
  '  19: cmp ecx,ebx',
  '  1b: jge 0x3a',
  '  21: vmovdqu xmm1,XMMWORD PTR [rsi+r9*1]',
  '  27: vroundpd xmm1,xmm1,0xb',
  '  2d: vmovdqu XMMWORD PTR [rsi+r9*1],xmm1',
  '  33: jmp 0xc',
  '  3a: ret',
  '  40: call 0x100',
];

test('the inner loop of machine code is found by its instruction', () => {
  const loop = innerLoop(CODE, /vroundpd/);
  expect([loop[0], loop.at(-1)]).toEqual([CODE[1], CODE[9]]);
  expect(memoryAccesses(loop)).toBe(2);
  expect(boundsChecks(loop)).toEqual([]);
  expect(() => innerLoop(CODE, /vsqrtpd/)).toThrow('no loop');
});

test('a comparison with what is not the counter or the stack is taken for a check of bounds', () => {
  const checked = ['  1c: cmp r9,QWORD PTR [rsi+0x2f]', '  20: cmp r9,r10', '  21: call 0x100'];
  const loop = innerLoop([...CODE.slice(0, 6), ...checked, ...CODE.slice(6)], /vroundpd/);
  expect(boundsChecks(loop)).toEqual(checked);
});
