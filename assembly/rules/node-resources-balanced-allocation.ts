import {
  FLEET_ADDRESS, FLEET_BALANCE_COUNT, FLEET_BALANCES, FLEET_CAPACITY, FLEET_WIDE, SHARE_ALLOCATABLE, SHARE_BYTES, SHARE_RECIPROCAL, SHARE_REQUEST,
  SHARE_USED, SHARES_BEFORE, SHARES_RESOURCE_COUNT, SHARES_RESOURCES,
} from '../layout.generated';
import { addFour, addSaturating, toF64x2 } from '../exact';

// b = trunc((1 - std) * 100), std over the fractions min(1, amount / allocatable) of the resources that the row offers:
// none or one: 0; two: |(f0 - f1) / 2|; more: sqrt(sum((f - mean)^2) / n).
// 1.36: score = 50 + (50 + b(after) - b(before)) / 2; up to 1.35: b(after).
//
// b(before) depends on the row alone: it is a column, redone for a row whenever the row changes.

/** 2^-40. */
const NEAR: f64 = 1.0 / 1099511627776.0;

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
function evenness(f0: v128, f1: v128): v128 {
  const std = f64x2.abs(f64x2.mul(f64x2.sub(f0, f1), f64x2.splat(0.5)));
  return f64x2.mul(f64x2.sub(f64x2.splat(1), std), f64x2.splat(100));
}

/**
 * b(after) of two rows. With reciprocals in place of the divisions a fraction is off by less than 2^-51 and the evenness by less than 2^-43, so
 * that its truncation is exact unless a whole number lies within NEAR of it: then, and only then, the rows are divided.
 */
// @ts-ignore: decorator
@inline
function balancePair(capAtA: usize, perAtA: usize, totalA: v128, capAtB: usize, perAtB: usize, totalB: v128): v128 {
  const one = f64x2.splat(1);
  const perA = v128.load(perAtA);
  const perB = v128.load(perAtB);
  const near = evenness(f64x2.pmin(f64x2.mul(totalA, perA), one), f64x2.pmin(f64x2.mul(totalB, perB), one));
  const truncated = f64x2.trunc(near);
  const inside = v128.and(
    f64x2.gt(f64x2.sub(near, truncated), f64x2.splat(NEAR)),
    f64x2.lt(f64x2.sub(near, truncated), f64x2.splat(1 - NEAR)),
  );
  const zero = f64x2.splat(0);
  const both = v128.and(f64x2.ne(perA, zero), f64x2.ne(perB, zero));
  if (i64x2.all_true(v128.and(inside, both))) return truncated;
  const f0 = f64x2.pmin(f64x2.div(totalA, toF64x2(v128.load(capAtA))), one);
  const f1 = f64x2.pmin(f64x2.div(totalB, toF64x2(v128.load(capAtB))), one);
  return f64x2.trunc(v128.bitselect(evenness(f0, f1), f64x2.splat(100), both));
}

// @ts-ignore: decorator
@inline
function scorePair(
  capA: usize, usedA: usize, perA: usize, requestA: v128, capB: usize, usedB: usize, perB: usize, requestB: v128, before: usize,
): v128 {
  const totalA = f64x2.add(toF64x2(v128.load(usedA)), requestA);
  const totalB = f64x2.add(toF64x2(v128.load(usedB)), requestB);
  const after = balancePair(capA, perA, totalA, capB, perB, totalB);
  if (!before) return after;
  // 50 + (50 + after - before) / 2, truncated; the operand is never negative.
  const change = f64x2.sub(f64x2.add(f64x2.splat(50), after), v128.load(before));
  return f64x2.add(f64x2.splat(50), f64x2.trunc(f64x2.mul(change, f64x2.splat(0.5))));
}

function balancedTwo(params: usize, weight: i32, begin: i32, end: i32, lane: usize): void {
  const a = load<usize>(params, SHARES_RESOURCES);
  const b = a + SHARE_BYTES;
  const capA = load<usize>(a, SHARE_ALLOCATABLE);
  const capB = load<usize>(b, SHARE_ALLOCATABLE);
  const usedA = load<usize>(a, SHARE_USED);
  const usedB = load<usize>(b, SHARE_USED);
  const perA = load<usize>(a, SHARE_RECIPROCAL);
  const perB = load<usize>(b, SHARE_RECIPROCAL);
  const requestA = f64x2.splat(<f64>load<i64>(a, SHARE_REQUEST));
  const requestB = f64x2.splat(<f64>load<i64>(b, SHARE_REQUEST));
  const before = load<usize>(params, SHARES_BEFORE);
  for (let row = begin; row < end; row += 4) {
    const at = <usize>row << 3;
    const next = at + 16;
    const low = scorePair(capA + at, usedA + at, perA + at, requestA, capB + at, usedB + at, perB + at, requestB, before ? before + at : 0);
    const high = scorePair(
      capA + next, usedA + next, perA + next, requestA, capB + next, usedB + next, perB + next, requestB, before ? before + next : 0,
    );
    addFour(lane + (<usize>row << 2), weight, low, high);
  }
}

export function scoreBalancedAllocation(params: usize, weight: i32, begin: i32, end: i32, lane: usize): void {
  if (load<i32>(params, SHARES_RESOURCE_COUNT) == 2 && !load<i32>(FLEET_ADDRESS, FLEET_WIDE)) balancedTwo(params, weight, begin, end, lane);
  else balancedAny(params, weight, begin, end, lane);
}
