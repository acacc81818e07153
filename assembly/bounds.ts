// Deciding a class without building its lanes: every row gets an upper bound of its local score from seven floats, and only rows whose bound beats the
// best score so far are scored. A pod that comes once costs one pass over 28 bytes per row instead of lanes of 11 bytes and their making.
//
// Memory, one span of 4 rows after the other, so that a pass is one stream:
//
//   span: roomA[4] roomB[4] perA[4] perB[4] usedA[4] usedB[4] before[4]
//
//   room = 100 * (allocatable - counted) / allocatable + MARGIN     what LeastAllocated starts from
//   per  = 100 / allocatable
//   used = 100 * used / allocatable, infinite for rows that take no pod at all
//   before = BalancedAllocation without the pod
//
// Each float is off by one rounding of at most 100 * 2^-25, a request times `per` by three (where it matters it is at most 100, too), so that
// every percentage is off by less than 4e-5: MARGIN makes it a bound, and truncation, which is monotone, keeps it one.

import {
  BOUNDS_ALLOCATABLE_A, BOUNDS_ALLOCATABLE_B, BOUNDS_BEFORE, BOUNDS_COUNTED_A, BOUNDS_COUNTED_B, BOUNDS_READY, BOUNDS_REVISION, BOUNDS_SPANS,
  BOUNDS_USED_A, BOUNDS_USED_B, CLASS_BOUNDS, CLASS_GLANCES, CLASS_LOCAL, CLASS_STAGE, CLOSED, FIT_REQUESTS, FIT_REQUEST_ALLOCATABLE, FIT_REQUEST_AMOUNT,
  FIT_REQUEST_BYTES, FIT_REQUEST_COUNT, FLEET_ADDRESS, FLEET_CAPACITY, FLEET_CLOSED, FLEET_GLANCED, FLEET_JOURNAL_HEAD, FLEET_POD_COUNT,
  FLEET_POD_LIMIT, GLANCES_MAX, LOCAL_FIXED, LOCAL_STAGE, LOCAL_STATIC_FILTER_COUNT, OPEN, PLAIN_BALANCED, PLAIN_BALANCED_WEIGHT, PLAIN_FIT, PLAIN_LEAST, PLAIN_LEAST_WEIGHT,
  PLAIN_STATIC_LANE, SHARE_BYTES, SHARE_REQUEST, SHARE_WEIGHT, SHARES_RESOURCES,
} from './layout.generated';
import { journalRow } from './commit';
import { buildStatic, FIXED_BUILT, LANES_BUILT } from './local';
import { hasRoom, plainOf, plainScore } from './plain';

/** Bytes of a span of 4 rows. */
const SPAN_BYTES: usize = 112;
// @ts-ignore: decorator
@inline
const INFINITE: f32 = reinterpret<f32>(0x7f800000);
/** Added to percentages. */
const MARGIN: f32 = 6.2e-5;
/** Weighted means are multiples of 1 / 200 at least: this makes up for the reciprocal without reaching the next one. */
const MEAN_MARGIN: f32 = 0.0009765625;
/** One row in so many may be scored; beyond, lanes are built. */
const SCORED_SHARE = 16;

/** Answer for a class that must have its lanes built. */
export const NO_BOUNDS: i32 = -2;

// @ts-ignore: decorator
@inline
function percent(amount: i64, allocatable: i64): f32 {
  return <f32>((100 * <f64>amount) / <f64>allocatable);
}

/** Writes what a row's columns say. */
function noteRow(bounds: usize, row: i32): void {
  const at8 = <usize>row << 3;
  const at4 = <usize>row << 2;
  const to = load<usize>(bounds, BOUNDS_SPANS) + <usize>(row >> 2) * SPAN_BYTES + (<usize>(row & 3) << 2);
  const capA = load<i64>(load<usize>(bounds, BOUNDS_ALLOCATABLE_A) + at8);
  const capB = load<i64>(load<usize>(bounds, BOUNDS_ALLOCATABLE_B) + at8);
  const pods = load<i32>(load<usize>(FLEET_ADDRESS, FLEET_POD_COUNT) + at4);
  const closed = load<u8>(load<usize>(FLEET_ADDRESS, FLEET_CLOSED) + <usize>row) != 0 || pods >= load<i32>(load<usize>(FLEET_ADDRESS, FLEET_POD_LIMIT) + at4);
  if (closed) {
    store<f32>(to, INFINITE, 64);
    return;
  }
  const before = load<usize>(bounds, BOUNDS_BEFORE);
  store<f32>(to, percent(capA - load<i64>(load<usize>(bounds, BOUNDS_COUNTED_A) + at8), capA) + MARGIN);
  store<f32>(to, percent(capB - load<i64>(load<usize>(bounds, BOUNDS_COUNTED_B) + at8), capB) + MARGIN, 16);
  store<f32>(to, percent(1, capA), 32);
  store<f32>(to, percent(1, capB), 48);
  store<f32>(to, percent(load<i64>(load<usize>(bounds, BOUNDS_USED_A) + at8), capA), 64);
  store<f32>(to, percent(load<i64>(load<usize>(bounds, BOUNDS_USED_B) + at8), capB), 80);
  store<f32>(to, before ? <f32>load<f64>(before + at8) : 0, 96);
}

/** Brings the spans up to the journal's head. */
export function refreshBounds(bounds: usize): void {
  const head = load<u32>(FLEET_ADDRESS, FLEET_JOURNAL_HEAD);
  const capacity = load<i32>(FLEET_ADDRESS, FLEET_CAPACITY);
  const seen = load<u32>(bounds, BOUNDS_REVISION);
  if (!load<i32>(bounds, BOUNDS_READY) || head - seen > <u32>(capacity >> 3)) {
    for (let row = 0; row < capacity; row++) noteRow(bounds, row);
    store<i32>(bounds, 1, BOUNDS_READY);
  } else {
    for (let at = seen; at != head; at++) noteRow(bounds, journalRow(at));
  }
  store<u32>(bounds, head, BOUNDS_REVISION);
}

/** A request of a SHARES record, of its first or second resource. */
// @ts-ignore: decorator
@inline
function request(shares: usize, second: usize): f32 {
  return <f32>load<i64>(load<usize>(shares, SHARES_RESOURCES) + second, SHARE_REQUEST);
}

// @ts-ignore: decorator
@inline
function weight(shares: usize, second: usize): f32 {
  return <f32>load<i64>(load<usize>(shares, SHARES_RESOURCES) + second, SHARE_WEIGHT);
}

/** Used percentage above which a row certainly has no room for `amount` more; without bound where the fit filter does not ask for as much. */
function fullAbove(fit: usize, column: usize, amount: f32): f32 {
  const requests = load<usize>(fit, FIT_REQUESTS);
  const last = requests + <usize>load<i32>(fit, FIT_REQUEST_COUNT) * FIT_REQUEST_BYTES;
  for (let entry = requests; entry < last; entry += FIT_REQUEST_BYTES) {
    if (load<usize>(entry, FIT_REQUEST_ALLOCATABLE) == column && <f32>load<i64>(entry, FIT_REQUEST_AMOUNT) >= amount) return 100 + MARGIN;
  }
  return f32.MAX_VALUE;
}

/** The best row of those marked in one span, and its score, kept here between calls. */
let bestRow: i32 = -1;
let bestScore: i32 = 0;

/** Scores the marked rows of a span; how many. */
function scoreMarked(local: usize, plain: usize, span: i32, marked: i32): i32 {
  const isFiltered = load<i32>(local, LOCAL_STATIC_FILTER_COUNT) > 0;
  const fixed = load<usize>(local, LOCAL_FIXED);
  const first = span << 2;
  let scored = 0;
  for (let left = marked; left; left &= left - 1) {
    const row = first + ctz<i32>(left);
    scored++;
    if (isFiltered && <i32>load<u8>(fixed + <usize>row) != OPEN) continue;
    if (!hasRoom(plain, row)) continue;
    const score = plainScore(plain, row);
    if (score <= bestScore) continue;
    bestScore = score;
    bestRow = row;
  }
  return scored;
}

// Bound of LeastAllocated for a span.
// @ts-ignore: decorator
@inline
function leastBound(at: usize, countedA: v128, countedB: v128, weightA: v128, weightB: v128, inverse: v128, zero: v128, margin: v128): v128 {
  const scoreA = f32x4.floor(f32x4.pmax(zero, f32x4.sub(v128.load(at), f32x4.mul(countedA, v128.load(at, 32)))));
  const scoreB = f32x4.floor(f32x4.pmax(zero, f32x4.sub(v128.load(at, 16), f32x4.mul(countedB, v128.load(at, 48)))));
  const sum = f32x4.add(f32x4.mul(scoreA, weightA), f32x4.mul(scoreB, weightB));
  return f32x4.floor(f32x4.add(f32x4.mul(sum, inverse), margin));
}

// Bound of BalancedAllocation: base + (base + after - before) * part is 50 + (50 + after - before) / 2, or after alone.
// @ts-ignore: decorator
@inline
function balancedBound(at: usize, usedA: v128, usedB: v128, base: v128, part: v128, hundred: v128, top: v128, half: v128): v128 {
  const apart = f32x4.abs(f32x4.sub(f32x4.pmin(usedA, hundred), f32x4.pmin(usedB, hundred)));
  const after = f32x4.floor(f32x4.sub(top, f32x4.mul(apart, half)));
  return f32x4.add(base, f32x4.trunc(f32x4.mul(f32x4.sub(f32x4.add(base, after), v128.load(at, 96)), part)));
}

/**
 * The first row with the highest score, NO_BOUNDS when the class has none, too many rows had to be scored, or nothing is open (then the lanes say
 * why). O(rows) at a few instructions each.
 */
function glance(local: usize, plain: usize, bounds: usize): i32 {
  const least = load<usize>(plain, PLAIN_LEAST);
  const balanced = load<usize>(plain, PLAIN_BALANCED);
  const fit = load<usize>(plain, PLAIN_FIT);
  const countedA = f32x4.splat(request(least, 0));
  const countedB = f32x4.splat(request(least, SHARE_BYTES));
  const requestA = f32x4.splat(request(balanced, 0));
  const requestB = f32x4.splat(request(balanced, SHARE_BYTES));
  const fullA = f32x4.splat(fullAbove(fit, load<usize>(bounds, BOUNDS_ALLOCATABLE_A), request(balanced, 0)));
  const fullB = f32x4.splat(fullAbove(fit, load<usize>(bounds, BOUNDS_ALLOCATABLE_B), request(balanced, SHARE_BYTES)));
  const weightA = f32x4.splat(weight(least, 0));
  const weightB = f32x4.splat(weight(least, SHARE_BYTES));
  const inverse = f32x4.splat(1 / (weight(least, 0) + weight(least, SHARE_BYTES)));
  const meanMargin = f32x4.splat(MEAN_MARGIN);
  const leastWeight = f32x4.splat(<f32>load<i32>(plain, PLAIN_LEAST_WEIGHT));
  const balancedWeight = f32x4.splat(<f32>load<i32>(plain, PLAIN_BALANCED_WEIGHT));
  const relative = load<usize>(bounds, BOUNDS_BEFORE) != 0;
  const base = f32x4.splat(relative ? 50 : 0);
  const part = f32x4.splat(relative ? 0.5 : 1);
  const half = f32x4.splat(0.5);
  const zero = f32x4.splat(0);
  const hundred = f32x4.splat(100);
  const top = f32x4.splat(100 + MARGIN);
  const lane = load<usize>(plain, PLAIN_STATIC_LANE);
  const spans = load<i32>(FLEET_ADDRESS, FLEET_CAPACITY) >> 2;
  const scoredMax = (spans << 2) / SCORED_SHARE + 64;
  let at = load<usize>(bounds, BOUNDS_SPANS);
  let scored = 0;
  let best = f32x4.splat(-1e9);
  bestRow = -1;
  bestScore = CLOSED;
  for (let span = 0; span < spans; span++, at += SPAN_BYTES) {
    const usedA = f32x4.add(v128.load(at, 64), f32x4.mul(requestA, v128.load(at, 32)));
    const usedB = f32x4.add(v128.load(at, 80), f32x4.mul(requestB, v128.load(at, 48)));
    const mean = leastBound(at, countedA, countedB, weightA, weightB, inverse, zero, meanMargin);
    const balance = balancedBound(at, usedA, usedB, base, part, hundred, top, half);
    let bound = f32x4.add(f32x4.mul(mean, leastWeight), f32x4.mul(balance, balancedWeight));
    if (lane) bound = f32x4.add(bound, f32x4.convert_i32x4_s(v128.load(lane + (<usize>span << 4))));
    const marked = v128.and(f32x4.gt(bound, best), v128.and(f32x4.le(usedA, fullA), f32x4.le(usedB, fullB)));
    if (!v128.any_true(marked)) continue;
    scored += scoreMarked(local, plain, span, i32x4.bitmask(marked));
    if (bestRow >= 0) best = f32x4.splat(<f32>bestScore);
    if (scored > scoredMax) return NO_BOUNDS;
  }
  return bestRow < 0 ? NO_BOUNDS : bestRow;
}

/** The first row with the highest total for a class without lanes; NO_BOUNDS when they should be built. */
export function chooseByBounds(cls: usize): i32 {
  const local = load<usize>(cls, CLASS_LOCAL);
  const bounds = load<usize>(cls, CLASS_BOUNDS);
  const plain = plainOf(local);
  if (!plain || !bounds || load<i32>(cls, CLASS_STAGE) != 0) return NO_BOUNDS;
  const stage = load<i32>(local, LOCAL_STAGE);
  const glances = load<i32>(cls, CLASS_GLANCES);
  if (glances >= GLANCES_MAX || stage == LANES_BUILT) return NO_BOUNDS;
  store<i32>(cls, glances + 1, CLASS_GLANCES);
  refreshBounds(bounds);
  if (stage == 0 && load<i32>(local, LOCAL_STATIC_FILTER_COUNT) > 0) {
    buildStatic(local, 0, load<i32>(FLEET_ADDRESS, FLEET_CAPACITY));
    store<i32>(local, FIXED_BUILT, LOCAL_STAGE);
  }
  const row = glance(local, plain, bounds);
  if (row != NO_BOUNDS) store<i32>(FLEET_ADDRESS, load<i32>(FLEET_ADDRESS, FLEET_GLANCED) + 1, FLEET_GLANCED);
  return row;
}
