// Decision times as a histogram at FLEET_LATENCY: u32 counters, exact up to 255 ns, then 128 equal steps to each doubling (at most 0.8 % wide).
//
//   index        0 ......... 255 | 256 ....... 383 | 384 ....... 511 | ... | 4224 ........ 4351
//   nanoseconds  0 ......... 255 | 256 ....... 511 | 512 ...... 1023 | ... | 2^39 .... 2^40 - 1
//   step         1               | 2               | 4               | ... | 2^32
//
// index = 128 * shift + (ns >> shift), where shift is what brings ns below 256. Longer times (18 minutes) fall into the last counter.

import { FLEET_ADDRESS, FLEET_LATENCY } from './layout.generated';

const LONGEST: u64 = (1 << 40) - 1;
const COUNTERS: i32 = 4352;

/** Milliseconds on a clock that never steps back. */
// @ts-ignore: decorator
@external("env", "now")
export declare function now(): f64;

/** Counters of a histogram; 4 bytes each. */
export function latencyCounters(): i32 {
  return COUNTERS;
}

/** The longest time in nanoseconds that falls into a counter. */
export function latencyUpTo(index: i32): f64 {
  const shift = index < 256 ? 0 : (index >> 7) - 1;
  return <f64>(<u64>(index - (shift << 7) + 1) << shift) - 1;
}

/** Counts one decision. */
export function recordLatency(milliseconds: f64): void {
  const nanoseconds = nearest<f64>(milliseconds * 1e6);
  const ns = nanoseconds > 0 ? min<u64>(<u64>nanoseconds, LONGEST) : 0;
  const bits = 64 - <i32>clz<u64>(ns);
  const shift = bits > 8 ? bits - 8 : 0;
  const at = load<usize>(FLEET_ADDRESS, FLEET_LATENCY) + (<usize>((shift << 7) + <i32>(ns >> shift)) << 2);
  store<u32>(at, load<u32>(at) + 1);
}
