import {
  SHARE_ALLOCATABLE, SHARE_BYTES, SHARE_REQUEST, SHARE_USED, SHARES_RELATIVE, SHARES_RESOURCES, SHARES_RESOURCE_COUNT, FLEET_ADDRESS, FLEET_WIDE,
} from '../layout.generated';
import { addFour, addSaturating, toF64x2 } from '../exact';

// b = trunc((1 - std) * 100), std over the fractions min(1, amount / allocatable) of the resources that the row offers:
// none or one: 0; two: |(f0 - f1) / 2|; more: sqrt(sum((f - mean)^2) / n).
// 1.36: score = 50 + (50 + b(after) - b(before)) / 2; up to 1.35: b(after).

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

function balancedAny(params: usize, weight: i32, begin: i32, end: i32, lane: usize): void {
  const resources = load<usize>(params, SHARES_RESOURCES);
  const last = resources + <usize>load<i32>(params, SHARES_RESOURCE_COUNT) * SHARE_BYTES;
  const relative = load<i32>(params, SHARES_RELATIVE);
  for (let row = begin; row < end; row++) {
    const at8 = <usize>row << 3;
    const after = balance(deviation(resources, last, at8, true));
    const score = relative ? 50 + (50 + after - balance(deviation(resources, last, at8, false))) / 2 : after;
    const at = lane + (<usize>row << 2);
    store<i32>(at, load<i32>(at) + weight * score);
  }
}

// @ts-ignore: decorator
@inline
function balancePair(f0: v128, f1: v128, both: v128): v128 {
  const half = f64x2.splat(0.5);
  const std = v128.and(f64x2.abs(f64x2.mul(f64x2.sub(f0, f1), half)), both);
  return f64x2.trunc(f64x2.mul(f64x2.sub(f64x2.splat(1), std), f64x2.splat(100)));
}

/** Two rows. (f0 - f1) / 2 and (f0 - f1) * 0.5 are the same double. */
// @ts-ignore: decorator
@inline
function scorePair(capAtA: usize, usedAtA: usize, requestA: v128, capAtB: usize, usedAtB: usize, requestB: v128, relative: bool): v128 {
  const zero = f64x2.splat(0);
  const one = f64x2.splat(1);
  const capA = toF64x2(v128.load(capAtA));
  const capB = toF64x2(v128.load(capAtB));
  const inA = toF64x2(v128.load(usedAtA));
  const inB = toF64x2(v128.load(usedAtB));
  const both = v128.and(f64x2.ne(capA, zero), f64x2.ne(capB, zero));
  const afterA = f64x2.pmin(f64x2.div(f64x2.add(inA, requestA), capA), one);
  const afterB = f64x2.pmin(f64x2.div(f64x2.add(inB, requestB), capB), one);
  const after = balancePair(afterA, afterB, both);
  if (!relative) return after;
  const before = balancePair(f64x2.pmin(f64x2.div(inA, capA), one), f64x2.pmin(f64x2.div(inB, capB), one), both);
  // 50 + (50 + after - before) / 2, truncated; the operand is never negative.
  const change = f64x2.sub(f64x2.add(f64x2.splat(50), after), before);
  return f64x2.add(f64x2.splat(50), f64x2.trunc(f64x2.mul(change, f64x2.splat(0.5))));
}

function balancedTwo(params: usize, weight: i32, begin: i32, end: i32, lane: usize): void {
  const a = load<usize>(params, SHARES_RESOURCES);
  const b = a + SHARE_BYTES;
  const capA = load<usize>(a, SHARE_ALLOCATABLE);
  const capB = load<usize>(b, SHARE_ALLOCATABLE);
  const usedA = load<usize>(a, SHARE_USED);
  const usedB = load<usize>(b, SHARE_USED);
  const requestA = f64x2.splat(<f64>load<i64>(a, SHARE_REQUEST));
  const requestB = f64x2.splat(<f64>load<i64>(b, SHARE_REQUEST));
  const relative = load<i32>(params, SHARES_RELATIVE) != 0;
  for (let row = begin; row < end; row += 4) {
    const at = <usize>row << 3;
    const next = at + 16;
    const low = scorePair(capA + at, usedA + at, requestA, capB + at, usedB + at, requestB, relative);
    const high = scorePair(capA + next, usedA + next, requestA, capB + next, usedB + next, requestB, relative);
    addFour(lane + (<usize>row << 2), weight, low, high);
  }
}

export function scoreBalancedAllocation(params: usize, weight: i32, begin: i32, end: i32, lane: usize): void {
  if (load<i32>(params, SHARES_RESOURCE_COUNT) == 2 && !load<i32>(FLEET_ADDRESS, FLEET_WIDE)) balancedTwo(params, weight, begin, end, lane);
  else balancedAny(params, weight, begin, end, lane);
}
