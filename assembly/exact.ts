// Exact conversions between i64 columns and f64 lanes.

import { NUMBERS_ADDRESS } from './layout.generated';

/** A double of the NUMBERS record in both halves. Read it before the loop. */
// @ts-ignore: decorator
@inline
export function twice(number: usize): v128 {
  return v128.load64_splat(NUMBERS_ADDRESS + number);
}

/** A double of the NUMBERS record. */
// @ts-ignore: decorator
@inline
export function numberAt(number: usize): f64 {
  return load<f64>(NUMBERS_ADDRESS + number);
}

/** Two whole numbers 0 <= x < 2^52 as doubles, exactly: or-ed under the bits of 2^52 they give the double 2^52 + x. */
// @ts-ignore: decorator
@inline
export function toF64x2(x: v128, two52: v128): v128 {
  return f64x2.sub(v128.or(x, two52), two52);
}

/** Two pairs of doubles, truncated, as four i32. */
// @ts-ignore: decorator
@inline
export function joinTruncated(low: v128, high: v128): v128 {
  const lower = i32x4.trunc_sat_f64x2_s_zero(low);
  const upper = i32x4.trunc_sat_f64x2_s_zero(high);
  return i8x16.shuffle(lower, upper, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}

/** values[row..row+4) += weight * whole-number doubles of two pairs of rows, each 0 <= x < 2^31. */
// @ts-ignore: decorator
@inline
export function addFour(values: usize, weight: v128, low: v128, high: v128, two52: v128): void {
  // Under 2^52 a whole number is the low half of the double's bits.
  const four = i32x4.shuffle(f64x2.add(low, two52), f64x2.add(high, two52), 0, 2, 4, 6);
  v128.store(values, i32x4.add(v128.load(values), i32x4.mul(four, weight)));
}

/** a + b, staying at the int64 limits instead of wrapping. */
// @ts-ignore: decorator
@inline
export function addSaturating(a: i64, b: i64): i64 {
  const sum = a + b;
  if (((a ^ sum) & (b ^ sum)) < 0) return a < 0 ? i64.MIN_VALUE : i64.MAX_VALUE;
  return sum;
}

/** Go math.Round for values >= 0: half away from zero. x - trunc(x) is exact, so there is no double rounding. */
// @ts-ignore: decorator
@inline
export function roundHalfAway(x: f64): f64 {
  const whole = Math.trunc(x);
  return x - whole >= 0.5 ? whole + 1.0 : whole;
}

/** Bits of 100, from the highest. */
const HUNDRED_TOP_BIT: i32 = 64;

/**
 * trunc(x * 100 / whole) for 0 <= x <= whole, exact over the whole int64 range: long division by the bits of 100. The rest stays below `whole`,
 * so doubling it and adding x stay below 2^64.
 */
export function percentage(x: i64, whole: i64): i64 {
  const divisor = <u64>whole;
  let rest: u64 = 0;
  let quotient: u64 = 0;
  for (let bit = HUNDRED_TOP_BIT; bit > 0; bit >>= 1) {
    rest <<= 1;
    quotient <<= 1;
    if (rest >= divisor) {
      rest -= divisor;
      quotient++;
    }
    if (!(bit & 100)) continue;
    rest += <u64>x;
    if (rest >= divisor) {
      rest -= divisor;
      quotient++;
    }
  }
  return <i64>quotient;
}
