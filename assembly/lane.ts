// Lanes: one byte per row, 255 (OPEN) = nothing refuses the row, else the smallest refusing code.

import { CLOSED, OPEN } from './layout.generated';

/** Lowers the row's verdict to `code` where it is larger. */
// @ts-ignore: decorator
@inline
export function refuse(lane: usize, row: i32, code: i32): void {
  const at = lane + <usize>row;
  if (<i32>load<u8>(at) > code) store<u8>(at, <u8>code);
}

/** Two neighbouring rows at once: bit 0 and bit 1 of `mask` tell which are refused. */
// @ts-ignore: decorator
@inline
export function refusePair(lane: usize, row: i32, mask: i32, code: i32): void {
  if (mask & 1) refuse(lane, row, code);
  if (mask & 2) refuse(lane, row + 1, code);
}

/** lane[begin..end) = source[begin..end), multiples of 16. */
export function copyLane(lane: usize, source: usize, begin: i32, end: i32): void {
  for (let row = begin; row < end; row += 16) v128.store(lane + <usize>row, v128.load(source + <usize>row));
}

/**
 * lane = OPEN, or 0 where the column byte is 255 (closed rows). Code 0 is kept for closed rows: no rule uses it.
 */
export function openLane(lane: usize, closed: usize, begin: i32, end: i32): void {
  for (let row = begin; row < end; row += 16) v128.store(lane + <usize>row, v128.not(v128.load(closed + <usize>row)));
}

/** The open rows of a span: 255 in the byte of each, 0 elsewhere. */
// @ts-ignore: decorator
@inline
export function openSpan(lane: usize, begin: i32): u32 {
  return <u32>i32x4.extract_lane(i8x16.eq(v128.load32_zero(lane + <usize>begin), i8x16.splat(<i8>OPEN)), 0);
}

/** Largest of four i32. */
// @ts-ignore: decorator
@inline
export function highest(four: v128): i32 {
  const pair = i32x4.max_s(four, i8x16.shuffle(four, four, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  const a = i32x4.extract_lane(pair, 0);
  const b = i32x4.extract_lane(pair, 1);
  return a > b ? a : b;
}

/** Largest of `count` i32, CLOSED for none. */
export function maximumOf(values: usize, count: i32): i32 {
  let four = i32x4.splat(CLOSED);
  let i = 0;
  for (; i + 4 <= count; i += 4) four = i32x4.max_s(four, v128.load(values + (<usize>i << 2)));
  let most = highest(four);
  for (; i < count; i++) most = max<i32>(most, load<i32>(values + (<usize>i << 2)));
  return most;
}

/** First position of `wanted`, which must be there. */
export function positionOf(values: usize, count: i32, wanted: i32): i32 {
  const four = i32x4.splat(wanted);
  let at = 0;
  for (; at + 4 <= count; at += 4) {
    const equal = i32x4.bitmask(i32x4.eq(v128.load(values + (<usize>at << 2)), four));
    if (equal) return at + ctz<i32>(equal);
  }
  while (load<i32>(values + (<usize>at << 2)) != wanted) at++;
  return at;
}
