// Scores over a list of resources: NodeResourcesFit's three strategies. Each adds weight * score to the local lane.
// A resource that the row does not offer (allocatable 0) is left out, weight included.

import {
  FLEET_ADDRESS, FLEET_WIDE, NUMBERS_HALF, NUMBERS_HUNDRED, NUMBERS_ONE, NUMBERS_TWO52, SHARE_ALLOCATABLE, SHARE_BYTES, SHARE_RECIPROCAL,
  SHARE_REQUEST, SHARE_USED, SHARE_WEIGHT, SHARES_EVERYWHERE, SHARES_RESOURCE_COUNT, SHARES_RESOURCES, SHARES_SHAPE, SHARES_SHAPE_COUNT,
} from '../layout.generated';
import { addFour, addSaturating, percentage, roundHalfAway, toF64x2, twice } from '../exact';

// What counts of the row's amount: the free part (least) or the used part (most), never more than there is, never below 0.
// @ts-ignore: decorator
@inline
export function counted(total: v128, allocatable: v128, most: bool): v128 {
  return most ? f64x2.pmin(total, allocatable) : f64x2.pmax(f64x2.splat(0), f64x2.sub(allocatable, total));
}

// trunc(amount * 100 / allocatable) for 0 <= amount <= allocatable < 2^46, without a division: the reciprocal is rounded down (see Columns), so
// the truncated product is the quotient or one less, and the remainder, whole and below 2^53, tells which. Garbage where nothing is offered.
// @ts-ignore: decorator
@inline
export function share(amount: v128, allocatable: v128, reciprocal: v128, hundred: v128, one: v128): v128 {
  const hundredfold = f64x2.mul(amount, hundred);
  const quotient = f64x2.trunc(f64x2.mul(hundredfold, reciprocal));
  const rest = f64x2.sub(hundredfold, f64x2.mul(quotient, allocatable));
  return f64x2.add(quotient, v128.and(f64x2.ge(rest, allocatable), one));
}

/** Two resources that every node offers: the default list cpu and memory. */
function sharesOfTwo(params: usize, weight: i32, begin: i32, end: i32, lane: usize, most: bool): void {
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
  const weightA = f64x2.splat(<f64>load<i64>(a, SHARE_WEIGHT));
  const weightB = f64x2.splat(<f64>load<i64>(b, SHARE_WEIGHT));
  const one = twice(NUMBERS_ONE);
  const half = twice(NUMBERS_HALF);
  const hundred = twice(NUMBERS_HUNDRED);
  const two52 = twice(NUMBERS_TWO52);
  const inverse = f64x2.div(one, f64x2.add(weightA, weightB));
  const weights = i32x4.splat(weight);
  let low = one;
  for (let row = begin; row < end; row += 2) {
    const at = <usize>row << 3;
    const a = toF64x2(v128.load(capA + at), two52);
    const b = toF64x2(v128.load(capB + at), two52);
    const scoreA = share(counted(toF64x2(i64x2.add(v128.load(usedA + at), requestA), two52), a, most), a, v128.load(perA + at), hundred, one);
    const scoreB = share(counted(toF64x2(i64x2.add(v128.load(usedB + at), requestB), two52), b, most), b, v128.load(perB + at), hundred, one);
    // sum + 1/2 is at least 1 / (2 weights) away from every multiple of the weights: the rounded product truncates to the exact quotient.
    const sum = f64x2.add(f64x2.mul(scoreA, weightA), f64x2.mul(scoreB, weightB));
    const pair = f64x2.trunc(f64x2.mul(f64x2.add(sum, half), inverse));
    if (row & 2) addFour(lane + (<usize>(row - 2) << 2), weights, low, pair, two52);
    else low = pair;
  }
}

/**
 * LeastAllocated: r = (allocatable - total) * 100 / allocatable, 0 when total > allocatable; score = sum(r * w) / sum(w), whole numbers.
 * MostAllocated: r = min(total, allocatable) * 100 / allocatable.
 * Doubles are exact here: amounts stay below 2^46 (else `wide`), so products stay below 2^53.
 */
function sharesNarrow(params: usize, weight: i32, begin: i32, end: i32, lane: usize, most: bool): void {
  const resources = load<usize>(params, SHARES_RESOURCES);
  const last = resources + <usize>load<i32>(params, SHARES_RESOURCE_COUNT) * SHARE_BYTES;
  const zero = f64x2.splat(0);
  const one = twice(NUMBERS_ONE);
  const hundred = twice(NUMBERS_HUNDRED);
  const two52 = twice(NUMBERS_TWO52);
  for (let row = begin; row < end; row += 2) {
    const at8 = <usize>row << 3;
    let sum = zero;
    let weights = zero;
    for (let entry = resources; entry < last; entry += SHARE_BYTES) {
      const allocatable = toF64x2(v128.load(load<usize>(entry, SHARE_ALLOCATABLE) + at8), two52);
      const total = toF64x2(i64x2.add(v128.load(load<usize>(entry, SHARE_USED) + at8), v128.load64_splat(entry, SHARE_REQUEST)), two52);
      const w = f64x2.splat(<f64>load<i64>(entry, SHARE_WEIGHT));
      const reciprocal = v128.load(load<usize>(entry, SHARE_RECIPROCAL) + at8);
      const offered = f64x2.ne(reciprocal, zero);
      const score = v128.and(share(counted(total, allocatable, most), allocatable, reciprocal, hundred, one), offered);
      sum = f64x2.add(sum, f64x2.mul(score, w));
      weights = f64x2.add(weights, v128.and(w, offered));
    }
    const scores = v128.and(f64x2.trunc(f64x2.div(sum, weights)), f64x2.ne(weights, zero));
    const at = lane + (<usize>row << 2);
    store<i32>(at, load<i32>(at) + weight * <i32>f64x2.extract_lane(scores, 0));
    store<i32>(at, load<i32>(at, 4) + weight * <i32>f64x2.extract_lane(scores, 1), 4);
  }
}

/** The same over the whole int64 range. Upstream's products overflow beyond 2^63 / 100 and give garbage there; these do not. */
function sharesWide(params: usize, weight: i32, begin: i32, end: i32, lane: usize, most: bool): void {
  const resources = load<usize>(params, SHARES_RESOURCES);
  const last = resources + <usize>load<i32>(params, SHARES_RESOURCE_COUNT) * SHARE_BYTES;
  for (let row = begin; row < end; row++) {
    const at8 = <usize>row << 3;
    let sum: i64 = 0;
    let weights: i64 = 0;
    for (let share = resources; share < last; share += SHARE_BYTES) {
      const allocatable = load<i64>(load<usize>(share, SHARE_ALLOCATABLE) + at8);
      if (allocatable == 0) continue;
      const total = addSaturating(load<i64>(load<usize>(share, SHARE_USED) + at8), load<i64>(share, SHARE_REQUEST));
      const w = load<i64>(share, SHARE_WEIGHT);
      const counted = total > allocatable ? allocatable : total;
      sum += percentage(most ? counted : allocatable - counted, allocatable) * w;
      weights += w;
    }
    const at = lane + (<usize>row << 2);
    if (weights != 0) store<i32>(at, load<i32>(at) + weight * <i32>(sum / weights));
  }
}

/** Two resources that every node offers. */
// @ts-ignore: decorator
@inline
function pairEverywhere(params: usize): bool {
  return load<i32>(params, SHARES_RESOURCE_COUNT) == 2 && load<i32>(params, SHARES_EVERYWHERE) != 0;
}

export function scoreLeastAllocated(params: usize, weight: i32, begin: i32, end: i32, lane: usize): void {
  if (load<i32>(FLEET_ADDRESS, FLEET_WIDE)) sharesWide(params, weight, begin, end, lane, false);
  else if (pairEverywhere(params)) sharesOfTwo(params, weight, begin, end, lane, false);
  else sharesNarrow(params, weight, begin, end, lane, false);
}

export function scoreMostAllocated(params: usize, weight: i32, begin: i32, end: i32, lane: usize): void {
  if (load<i32>(FLEET_ADDRESS, FLEET_WIDE)) sharesWide(params, weight, begin, end, lane, true);
  else if (pairEverywhere(params)) sharesOfTwo(params, weight, begin, end, lane, true);
  else sharesNarrow(params, weight, begin, end, lane, true);
}

/** Piecewise linear through (utilisation, score) pairs, whole numbers, truncating toward zero (falling slopes included). */
// @ts-ignore: decorator
@inline
function shapeAt(shape: usize, count: i32, utilization: i64): i64 {
  for (let i = 0; i < count; i++) {
    const point = shape + (<usize>i << 4);
    const u = load<i64>(point);
    if (utilization > u) continue;
    const score = load<i64>(point, 8);
    if (i == 0) return score;
    const u0 = load<i64>(point - 16);
    const s0 = load<i64>(point - 16, 8);
    return s0 + ((score - s0) * (utilization - u0)) / (u - u0);
  }
  return load<i64>(shape + (<usize>(count - 1) << 4), 8);
}

/** RequestedToCapacityRatio: u = total * 100 / allocatable (100 when over), r = shape(u); only r > 0 counts; round(sum(r * w) / sum(w)). */
export function scoreRequestedToCapacityRatio(params: usize, weight: i32, begin: i32, end: i32, lane: usize): void {
  const resources = load<usize>(params, SHARES_RESOURCES);
  const last = resources + <usize>load<i32>(params, SHARES_RESOURCE_COUNT) * SHARE_BYTES;
  const shape = load<usize>(params, SHARES_SHAPE);
  const shapeCount = load<i32>(params, SHARES_SHAPE_COUNT);
  for (let row = begin; row < end; row++) {
    const at8 = <usize>row << 3;
    let sum: i64 = 0;
    let weights: i64 = 0;
    for (let share = resources; share < last; share += SHARE_BYTES) {
      const allocatable = load<i64>(load<usize>(share, SHARE_ALLOCATABLE) + at8);
      if (allocatable == 0) continue;
      const total = addSaturating(load<i64>(load<usize>(share, SHARE_USED) + at8), load<i64>(share, SHARE_REQUEST));
      const score = shapeAt(shape, shapeCount, total > allocatable ? 100 : percentage(total, allocatable));
      if (score <= 0) continue;
      const w = load<i64>(share, SHARE_WEIGHT);
      sum += score * w;
      weights += w;
    }
    if (weights == 0) continue;
    const quotient = <f64>sum / <f64>weights;
    const at = lane + (<usize>row << 2);
    store<i32>(at, load<i32>(at) + weight * <i32>roundHalfAway(quotient));
  }
}
