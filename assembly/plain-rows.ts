// Changed rows of the plain classes (plain.ts) that have bounds, one by one. Where many classes take turns nearly all of the time goes here: each
// class looks at each changed row once. So what the columns say about a row is gathered once for all classes, as doubles in one place:
//
//   row: allocatableA allocatableB countedA countedB usedA usedB reciprocalA reciprocalB before podsLeft
//
// and what a class asks for stays in registers. The same roundings as the kernels' in the same order; whole numbers below 2^53 are exact.

import {
  BOUNDS_ALLOCATABLE_A, BOUNDS_ALLOCATABLE_B, BOUNDS_BEFORE, BOUNDS_COUNTED_A, BOUNDS_COUNTED_B, BOUNDS_RECIPROCAL_A, BOUNDS_RECIPROCAL_B, BOUNDS_ROWS,
  BOUNDS_ROWS_READY, BOUNDS_ROWS_REVISION, BOUNDS_USED_A, BOUNDS_USED_B, CLASS_BOUNDS, CLASS_CONSTANT, CLASS_LOCAL, CLASS_REVISION, CLOSED,
  FIT_REQUESTS, FIT_REQUEST_ALLOCATABLE, FIT_REQUEST_AMOUNT, FIT_REQUEST_BYTES, FIT_REQUEST_COUNT, FIT_REQUEST_USED, FLEET_ADDRESS, FLEET_CAPACITY,
  FLEET_CLOSED, FLEET_JOURNAL, FLEET_JOURNAL_HEAD, FLEET_JOURNAL_MASK, FLEET_POD_COUNT, FLEET_POD_LIMIT, NUMBERS_HUNDRED, NUMBERS_ONE,
  LOCAL_FIXED, LOCAL_STATIC_FILTER_COUNT, OPEN, PLAIN_BALANCED, PLAIN_BALANCED_WEIGHT, PLAIN_FIT, PLAIN_FIT_CODE, PLAIN_LEAST, PLAIN_LEAST_WEIGHT, PLAIN_STATIC_LANE, SHARE_BYTES,
  SHARE_REQUEST, SHARE_WEIGHT, SHARES_RESOURCES,
} from './layout.generated';
import { journalRow } from './commit';
import { twice } from './exact';
import { balancedOf, hasRoom, leastOf } from './plain';
import { storeTotal } from './tree';

export const ROW_BYTES: usize = 80;

// @ts-ignore: decorator
@inline
function gather(bounds: usize, field: usize, row: i32): f64 {
  return <f64>load<i64>(load<usize>(bounds + field) + (<usize>row << 3));
}

function gatherRow(bounds: usize, row: i32): void {
  const at8 = <usize>row << 3;
  const at4 = <usize>row << 2;
  const to = load<usize>(bounds, BOUNDS_ROWS) + <usize>row * ROW_BYTES;
  const before = load<usize>(bounds, BOUNDS_BEFORE);
  const closed = load<u8>(load<usize>(FLEET_ADDRESS, FLEET_CLOSED) + <usize>row) != 0;
  const limit = closed ? 0 : load<i32>(load<usize>(FLEET_ADDRESS, FLEET_POD_LIMIT) + at4);
  store<f64>(to, gather(bounds, BOUNDS_ALLOCATABLE_A, row));
  store<f64>(to, gather(bounds, BOUNDS_ALLOCATABLE_B, row), 8);
  store<f64>(to, gather(bounds, BOUNDS_COUNTED_A, row), 16);
  store<f64>(to, gather(bounds, BOUNDS_COUNTED_B, row), 24);
  store<f64>(to, gather(bounds, BOUNDS_USED_A, row), 32);
  store<f64>(to, gather(bounds, BOUNDS_USED_B, row), 40);
  store<f64>(to, load<f64>(load<usize>(bounds, BOUNDS_RECIPROCAL_A) + at8), 48);
  store<f64>(to, load<f64>(load<usize>(bounds, BOUNDS_RECIPROCAL_B) + at8), 56);
  store<f64>(to, before ? load<f64>(before + at8) : 0, 64);
  store<f64>(to, <f64>limit - <f64>load<i32>(load<usize>(FLEET_ADDRESS, FLEET_POD_COUNT) + at4), 72);
}

/** Brings the gathered rows up to the journal's head. */
export function gatherRows(bounds: usize, head: u32): void {
  const capacity = load<i32>(FLEET_ADDRESS, FLEET_CAPACITY);
  const seen = load<u32>(bounds, BOUNDS_ROWS_REVISION);
  if (!load<i32>(bounds, BOUNDS_ROWS_READY) || head - seen > <u32>(capacity >> 3)) {
    for (let row = 0; row < capacity; row++) gatherRow(bounds, row);
    store<i32>(bounds, 1, BOUNDS_ROWS_READY);
  } else {
    for (let at = seen; at != head; at++) gatherRow(bounds, journalRow(at));
  }
  store<u32>(bounds, head, BOUNDS_ROWS_REVISION);
}

// @ts-ignore: decorator
@inline
export function pairOf(shares: usize, field: usize): v128 {
  const a = load<usize>(shares, SHARES_RESOURCES);
  return f64x2(<f64>load<i64>(a + field), <f64>load<i64>(a + SHARE_BYTES + field));
}

/** What the fit filter asks for of the resource; below any free amount where it does not ask. */
function asked(fit: usize, allocatable: usize, used: usize): f64 {
  const requests = load<usize>(fit, FIT_REQUESTS);
  const last = requests + <usize>load<i32>(fit, FIT_REQUEST_COUNT) * FIT_REQUEST_BYTES;
  for (let entry = requests; entry < last; entry += FIT_REQUEST_BYTES) {
    if (load<usize>(entry, FIT_REQUEST_ALLOCATABLE) == allocatable && load<usize>(entry, FIT_REQUEST_USED) == used) {
      return <f64>load<i64>(entry, FIT_REQUEST_AMOUNT);
    }
  }
  return -1e300;
}

/** Totals and tree for the journal from `seen` to `head`; the lanes of the LOCAL record are left behind. */
export function redoPlainRows(cls: usize, plain: usize, seen: u32, head: u32): void {
  const bounds = load<usize>(cls, CLASS_BOUNDS);
  gatherRows(bounds, head);
  const rows = load<usize>(bounds, BOUNDS_ROWS);
  const journal = load<usize>(FLEET_ADDRESS, FLEET_JOURNAL);
  const mask = load<u32>(FLEET_ADDRESS, FLEET_JOURNAL_MASK);
  const local = load<usize>(cls, CLASS_LOCAL);
  const fixed = load<usize>(local, LOCAL_FIXED);
  const constant = load<i32>(cls, CLASS_CONSTANT);
  const fit = load<usize>(plain, PLAIN_FIT);
  const fitCode = load<i32>(plain, PLAIN_FIT_CODE);
  const fitA = asked(fit, load<usize>(bounds, BOUNDS_ALLOCATABLE_A), load<usize>(bounds, BOUNDS_USED_A));
  const fitB = asked(fit, load<usize>(bounds, BOUNDS_ALLOCATABLE_B), load<usize>(bounds, BOUNDS_USED_B));
  const fits = f64x2(fitA, fitB);
  const others = load<i32>(fit, FIT_REQUEST_COUNT) > i32(fitA >= 0) + i32(fitB >= 0);
  const least = load<usize>(plain, PLAIN_LEAST);
  const balanced = load<usize>(plain, PLAIN_BALANCED);
  const countedRequests = pairOf(least, SHARE_REQUEST);
  const weights = pairOf(least, SHARE_WEIGHT);
  const inverse = 1 / (f64x2.extract_lane(weights, 0) + f64x2.extract_lane(weights, 1));
  const requests = pairOf(balanced, SHARE_REQUEST);
  const leastWeight = load<i32>(plain, PLAIN_LEAST_WEIGHT);
  const balancedWeight = load<i32>(plain, PLAIN_BALANCED_WEIGHT);
  const lane = load<usize>(plain, PLAIN_STATIC_LANE);
  const isFiltered = load<i32>(local, LOCAL_STATIC_FILTER_COUNT) > 0;
  const before = load<usize>(bounds, BOUNDS_BEFORE);
  const one = twice(NUMBERS_ONE);
  const hundred = twice(NUMBERS_HUNDRED);
  for (let at = seen; at != head; at++) {
    const row = load<i32>(journal + (<usize>(at & mask) << 2));
    const from = rows + <usize>row * ROW_BYTES;
    const allocatable = v128.load(from);
    const used = v128.load(from, 32);
    const reciprocal = v128.load(from, 48);
    const tight = v128.any_true(f64x2.gt(fits, f64x2.sub(allocatable, used))) || load<f64>(from, 72) <= 0;
    const counts = f64x2.add(v128.load(from, 16), countedRequests);
    let score = leastWeight * leastOf(counts, allocatable, reciprocal, weights, inverse, hundred, one);
    score += balancedWeight * balancedOf(f64x2.add(used, requests), allocatable, reciprocal, before ? from + 64 : 0, one);
    if (lane) score += load<i32>(lane + (<usize>row << 2));
    let code = isFiltered ? <i32>load<u8>(fixed + <usize>row) : OPEN;
    if (tight || (others && !hasRoom(plain, row))) code = min<i32>(code, fitCode);
    storeTotal(cls, row, code == OPEN ? score + constant : CLOSED);
  }
  store<u32>(cls, head, CLASS_REVISION);
}
