// DefaultNormalizeScore, plain and reversed.

import { joinTruncated } from './exact';

/** trunc(100 * raw / high) for four rows, exact; reversed: 100 - value. `high` 0: 0, reversed 100. */
// @ts-ignore: decorator
@inline
export function normalizeMaximum(raw: v128, high: f64, reversed: bool): v128 {
  if (high == 0) return i32x4.splat(reversed ? 100 : 0);
  const scale = f64x2.splat(100);
  const whole = f64x2.splat(high);
  const swapped = i8x16.shuffle(raw, raw, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
  const value = joinTruncated(
    f64x2.div(f64x2.mul(scale, f64x2.convert_low_i32x4_s(raw)), whole),
    f64x2.div(f64x2.mul(scale, f64x2.convert_low_i32x4_s(swapped)), whole),
  );
  return reversed ? i32x4.sub(i32x4.splat(100), value) : value;
}
