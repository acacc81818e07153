// Classes whose local rules are NodeResourcesFit, LeastAllocated and BalancedAllocation over two resources that every node offers, which is what the
// default profile leaves of most pods: one row at a time, the two resources side by side in a vector. The same roundings as the kernels' in
// the same order, so that both give the same numbers.

import {
  FIT_REQUESTS, FIT_REQUEST_ALLOCATABLE, FIT_REQUEST_AMOUNT, FIT_REQUEST_BYTES, FIT_REQUEST_COUNT,
  FIT_REQUEST_USED, FLEET_ADDRESS, FLEET_POD_COUNT, FLEET_POD_LIMIT, FLEET_WIDE, LOCAL_FIXED, LOCAL_NEAR, LOCAL_PLAIN, LOCAL_SCORE, NUMBERS_FAR, NUMBERS_HUNDRED, NUMBERS_NEAR, NUMBERS_ONE, NUMBERS_TWO52,
  PLAIN_BALANCED, PLAIN_BALANCED_WEIGHT, PLAIN_FIT, PLAIN_FIT_CODE, PLAIN_LEAST, PLAIN_LEAST_WEIGHT, PLAIN_STATIC_LANE, SHARE_ALLOCATABLE,
  SHARE_BYTES, SHARE_RECIPROCAL, SHARE_REQUEST, SHARE_USED, SHARE_WEIGHT, SHARES_BEFORE, SHARES_RESOURCES,
} from './layout.generated';
import { numberAt, toF64x2, twice } from './exact';
import { counted, share } from './rules/resource-shares';

/** The PLAIN record of a LOCAL record while its arithmetic holds, 0 else. */
// @ts-ignore: decorator
@inline
export function plainOf(local: usize): usize {
  return load<i32>(FLEET_ADDRESS, FLEET_WIDE) ? 0 : load<usize>(local, LOCAL_PLAIN);
}

/** Whether the row has room for the pod. */
// @ts-ignore: decorator
@inline
export function hasRoom(plain: usize, row: i32): bool {
  const at4 = <usize>row << 2;
  if (load<i32>(load<usize>(FLEET_ADDRESS, FLEET_POD_COUNT) + at4) >= load<i32>(load<usize>(FLEET_ADDRESS, FLEET_POD_LIMIT) + at4)) return false;
  const fit = load<usize>(plain, PLAIN_FIT);
  const requests = load<usize>(fit, FIT_REQUESTS);
  const last = requests + <usize>load<i32>(fit, FIT_REQUEST_COUNT) * FIT_REQUEST_BYTES;
  const at8 = <usize>row << 3;
  for (let request = requests; request < last; request += FIT_REQUEST_BYTES) {
    const free = load<i64>(load<usize>(request, FIT_REQUEST_ALLOCATABLE) + at8) - load<i64>(load<usize>(request, FIT_REQUEST_USED) + at8);
    if (load<i64>(request, FIT_REQUEST_AMOUNT) > free) return false;
  }
  return true;
}

// A column's values of both resources for one row.
// @ts-ignore: decorator
@inline
function both(a: usize, field: usize, at8: usize): v128 {
  return v128.load64_lane(load<usize>(a + SHARE_BYTES + field) + at8, v128.load64_zero(load<usize>(a + field) + at8), 1);
}

// @ts-ignore: decorator
@inline
function pair(a: usize, field: usize): v128 {
  return v128.load64_lane(a + SHARE_BYTES + field, v128.load64_zero(a + field), 1);
}

/** LeastAllocated of one row: both resources' shares, weighted. `inverse` is 1 / the sum of the weights. */
// @ts-ignore: decorator
@inline
export function leastOf(total: v128, allocatable: v128, reciprocal: v128, weights: v128, inverse: f64, hundred: v128, one: v128): i32 {
  const weighted = f64x2.mul(share(counted(total, allocatable, false), allocatable, reciprocal, hundred, one), weights);
  return <i32>((f64x2.extract_lane(weighted, 0) + f64x2.extract_lane(weighted, 1) + 0.5) * inverse);
}

// 100 * (1 - |f0 - f1| / 2), as `evenness` of the kernel.
// @ts-ignore: decorator
@inline
export function evenness(fractions: v128): f64 {
  return (1 - Math.abs((f64x2.extract_lane(fractions, 0) - f64x2.extract_lane(fractions, 1)) * 0.5)) * 100;
}

/** BalancedAllocation of one row; `before` is the address of the balance without the pod, 0 up to 1.35. */
// @ts-ignore: decorator
@inline
export function balancedOf(total: v128, allocatable: v128, reciprocal: v128, before: usize, one: v128): i32 {
  const value = evenness(f64x2.pmin(f64x2.mul(total, reciprocal), one));
  let after = Math.trunc(value);
  const part = value - after;
  if (part < numberAt(NUMBERS_NEAR) || part > numberAt(NUMBERS_FAR)) after = Math.trunc(evenness(f64x2.pmin(f64x2.div(total, allocatable), one)));
  return before ? <i32>(50 + Math.trunc((50 + after - load<f64>(before)) * 0.5)) : <i32>after;
}

/** Weighted sum of the row's local scores. */
export function plainScore(plain: usize, row: i32): i32 {
  const at8 = <usize>row << 3;
  const one = twice(NUMBERS_ONE);
  const two52 = twice(NUMBERS_TWO52);
  const least = load<usize>(plain, PLAIN_LEAST);
  const a = load<usize>(least, SHARES_RESOURCES);
  const allocatable = toF64x2(both(a, SHARE_ALLOCATABLE, at8), two52);
  const reciprocal = both(a, SHARE_RECIPROCAL, at8);
  const counts = toF64x2(i64x2.add(both(a, SHARE_USED, at8), pair(a, SHARE_REQUEST)), two52);
  const weights = toF64x2(pair(a, SHARE_WEIGHT), two52);
  const inverse = 1 / (f64x2.extract_lane(weights, 0) + f64x2.extract_lane(weights, 1));
  let score = load<i32>(plain, PLAIN_LEAST_WEIGHT) * leastOf(counts, allocatable, reciprocal, weights, inverse, twice(NUMBERS_HUNDRED), one);
  const balanced = load<usize>(plain, PLAIN_BALANCED);
  if (balanced) {
    const b = load<usize>(balanced, SHARES_RESOURCES);
    const total = toF64x2(i64x2.add(both(b, SHARE_USED, at8), pair(b, SHARE_REQUEST)), two52);
    const before = load<usize>(balanced, SHARES_BEFORE);
    score += load<i32>(plain, PLAIN_BALANCED_WEIGHT) * balancedOf(total, allocatable, reciprocal, before ? before + at8 : 0, one);
  }
  const lane = load<usize>(plain, PLAIN_STATIC_LANE);
  return lane ? score + load<i32>(lane + (<usize>row << 2)) : score;
}

/** near and score of one row, as buildLocal gives them. */
export function buildPlainRow(local: usize, plain: usize, row: i32): void {
  const fixed = <i32>load<u8>(load<usize>(local, LOCAL_FIXED) + <usize>row);
  const code = hasRoom(plain, row) ? fixed : min<i32>(fixed, load<i32>(plain, PLAIN_FIT_CODE));
  store<u8>(load<usize>(local, LOCAL_NEAR) + <usize>row, <u8>code);
  store<i32>(load<usize>(local, LOCAL_SCORE) + (<usize>row << 2), plainScore(plain, row));
}
