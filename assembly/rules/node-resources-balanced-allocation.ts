import {
  FLEET_ADDRESS, FLEET_BALANCE_COUNT, FLEET_BALANCES, FLEET_CAPACITY, FLEET_WIDE, NUMBERS_FAR, NUMBERS_FIFTY, NUMBERS_HALF, NUMBERS_HUNDRED,
  NUMBERS_NEAR, NUMBERS_ONE, NUMBERS_TWO52, SHARE_ALLOCATABLE, SHARE_BYTES, SHARE_RECIPROCAL, SHARE_REQUEST, SHARE_USED, SHARES_BEFORE,
  SHARES_EVERYWHERE, SHARES_RESOURCE_COUNT, SHARES_RESOURCES,
} from '../layout.generated';
import { addFour, addSaturating, toF64x2, twice } from '../exact';

// b = trunc((1 - std) * 100), std over the fractions min(1, amount / allocatable) of the resources that the row offers:
// none or one: 0; two: |(f0 - f1) / 2|; more: sqrt(sum((f - mean)^2) / n).
// 1.36: score = 50 + (50 + b(after) - b(before)) / 2; up to 1.35: b(after).
//
// b(before) depends on the row alone: it is a column, redone for a row whenever the row changes.

// @ts-ignore: decorator
@inline
function fraction(amount: i64, allocatable: i64): f64 {
  const f = <f64>amount / <f64>allocatable;
  return f > 1 ? 1 : f;
}

function deviation(resources: usize, last: usize, at8: usize, withPod: bool): f64 {
  let sum: f64 = 0;
  let count = 0;
  let f0: f64 = 0;
  let f1: f64 = 0;
  for (let share = resources; share < last; share += SHARE_BYTES) {
    const allocatable = load<i64>(load<usize>(share, SHARE_ALLOCATABLE) + at8);
    if (allocatable == 0) continue;
    const amount = addSaturating(load<i64>(load<usize>(share, SHARE_USED) + at8), withPod ? load<i64>(share, SHARE_REQUEST) : 0);
    const f = fraction(amount, allocatable);
    sum += f;
    if (count == 0) f0 = f;
    else if (count == 1) f1 = f;
    count++;
  }
  if (count < 2) return 0;
  if (count == 2) return Math.abs((f0 - f1) / 2);
  const mean = sum / <f64>count;
  let squares: f64 = 0;
  for (let share = resources; share < last; share += SHARE_BYTES) {
    const allocatable = load<i64>(load<usize>(share, SHARE_ALLOCATABLE) + at8);
    if (allocatable == 0) continue;
    const amount = addSaturating(load<i64>(load<usize>(share, SHARE_USED) + at8), withPod ? load<i64>(share, SHARE_REQUEST) : 0);
    const difference = fraction(amount, allocatable) - mean;
    squares += difference * difference;
  }
  return Math.sqrt(squares / <f64>count);
}

// @ts-ignore: decorator
@inline
function balance(std: f64): i32 {
  return <i32>((1 - std) * 100);
}

/** Brings b(before) of one row up to date. */
// @ts-ignore: decorator
@inline
function refreshBefore(params: usize, row: i32): void {
  const resources = load<usize>(params, SHARES_RESOURCES);
  const last = resources + <usize>load<i32>(params, SHARES_RESOURCE_COUNT) * SHARE_BYTES;
  const at8 = <usize>row << 3;
  store<f64>(load<usize>(params, SHARES_BEFORE) + at8, <f64>balance(deviation(resources, last, at8, false)));
}

/** Fills the `before` column of a SHARES record. */
export function fillBalances(params: usize): void {
  const capacity = load<i32>(FLEET_ADDRESS, FLEET_CAPACITY);
  for (let row = 0; row < capacity; row++) refreshBefore(params, row);
}

/** The pods of the row have changed. */
export function refreshBalances(row: i32): void {
  const list = load<usize>(FLEET_ADDRESS, FLEET_BALANCES);
  const count = load<i32>(FLEET_ADDRESS, FLEET_BALANCE_COUNT);
  for (let i = 0; i < count; i++) refreshBefore(load<usize>(list + (<usize>i << 2)), row);
}

function balancedAny(params: usize, weight: i32, begin: i32, end: i32, lane: usize): void {
  const resources = load<usize>(params, SHARES_RESOURCES);
  const last = resources + <usize>load<i32>(params, SHARES_RESOURCE_COUNT) * SHARE_BYTES;
  const before = load<usize>(params, SHARES_BEFORE);
  for (let row = begin; row < end; row++) {
    const at8 = <usize>row << 3;
    const after = balance(deviation(resources, last, at8, true));
    const score = before ? 50 + (50 + after - <i32>load<f64>(before + at8)) / 2 : after;
    const at = lane + (<usize>row << 2);
    store<i32>(at, load<i32>(at) + weight * score);
  }
}

// 100 * (1 - |f0 - f1| / 2); (f0 - f1) / 2 and (f0 - f1) * 0.5 are the same double.
// @ts-ignore: decorator
@inline
function evenness(f0: v128, f1: v128, half: v128, one: v128, hundred: v128): v128 {
  return f64x2.mul(f64x2.sub(one, f64x2.abs(f64x2.mul(f64x2.sub(f0, f1), half))), hundred);
}

/**
 * Two resources that every node offers: the default list cpu and memory. With reciprocals in place of the divisions a fraction is off by less
 * than 2^-49 and the evenness by less than 2^-42, so that its truncation is exact unless a whole number lies within `near` of it: then, and
 * only then, the rows are divided.
 */
function balancedTwo(params: usize, weight: i32, begin: i32, end: i32, lane: usize): void {
  const a = load<usize>(params, SHARES_RESOURCES);
  const b = a + SHARE_BYTES;
  const capA = load<usize>(a, SHARE_ALLOCATABLE);
  const capB = load<usize>(b, SHARE_ALLOCATABLE);
  const usedA = load<usize>(a, SHARE_USED);
  const usedB = load<usize>(b, SHARE_USED);
  const perA = load<usize>(a, SHARE_RECIPROCAL);
  const perB = load<usize>(b, SHARE_RECIPROCAL);
  const requestA = v128.load64_splat(a, SHARE_REQUEST);
  const requestB = v128.load64_splat(b, SHARE_REQUEST);
  const before = load<usize>(params, SHARES_BEFORE);
  const one = twice(NUMBERS_ONE);
  const half = twice(NUMBERS_HALF);
  const fifty = twice(NUMBERS_FIFTY);
  const hundred = twice(NUMBERS_HUNDRED);
  const near = twice(NUMBERS_NEAR);
  const far = twice(NUMBERS_FAR);
  const two52 = twice(NUMBERS_TWO52);
  const weights = i32x4.splat(weight);
  let low = one;
  for (let row = begin; row < end; row += 2) {
    const at = <usize>row << 3;
    const totalA = toF64x2(i64x2.add(v128.load(usedA + at), requestA), two52);
    const totalB = toF64x2(i64x2.add(v128.load(usedB + at), requestB), two52);
    const f0 = f64x2.pmin(f64x2.mul(totalA, v128.load(perA + at)), one);
    const f1 = f64x2.pmin(f64x2.mul(totalB, v128.load(perB + at)), one);
    const value = evenness(f0, f1, half, one, hundred);
    let after = f64x2.trunc(value);
    const part = f64x2.sub(value, after);
    if (v128.any_true(v128.or(f64x2.lt(part, near), f64x2.gt(part, far)))) {
      const g0 = f64x2.pmin(f64x2.div(totalA, toF64x2(v128.load(capA + at), two52)), one);
      const g1 = f64x2.pmin(f64x2.div(totalB, toF64x2(v128.load(capB + at), two52)), one);
      after = f64x2.trunc(evenness(g0, g1, half, one, hundred));
    }
    // 50 + (50 + after - before) / 2, truncated; the operand is never negative.
    const change = f64x2.sub(f64x2.add(fifty, after), before ? v128.load(before + at) : after);
    const pair = before ? f64x2.add(fifty, f64x2.trunc(f64x2.mul(change, half))) : after;
    if (row & 2) addFour(lane + (<usize>(row - 2) << 2), weights, low, pair, two52);
    else low = pair;
  }
}

export function scoreBalancedAllocation(params: usize, weight: i32, begin: i32, end: i32, lane: usize): void {
  const pair = load<i32>(params, SHARES_RESOURCE_COUNT) == 2 && load<i32>(params, SHARES_EVERYWHERE) != 0;
  if (pair && !load<i32>(FLEET_ADDRESS, FLEET_WIDE)) balancedTwo(params, weight, begin, end, lane);
  else balancedAny(params, weight, begin, end, lane);
}
