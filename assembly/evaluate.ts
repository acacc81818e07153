// A class's lanes, from the columns to the totals:
//
//   fixed ──min──► near ──min──► verdict ──┐
//   (static)      (row's pods)  (counts)   ├─► total ─► blockMax ─► superMax
//                 local scores ────────────┤   CLOSED where verdict is not OPEN
//                 rates (normalised) ──────┘
//
// Classes whose rules normalise or count are decided by the group index (groups.ts), from near and local alone, where they can be.
// catchUp brings fixed, near and local up to the journal's head; settle redoes what depends on counts and normalisation.

import {
  CLASS_BLOCK_MAX, CLASS_CONSTANT, CLASS_COUNTING_FILTER_COUNT, CLASS_COUNTING_FILTERS, CLASS_FIXED, CLASS_HOST_LANE, CLASS_LOCAL,
  CLASS_LOCAL_FILTER_COUNT, CLASS_LOCAL_FILTERS, CLASS_LOCAL_SCORE_COUNT, CLASS_LOCAL_SCORES, CLASS_NEAR, CLASS_PLAIN, CLASS_RATE_COUNT, CLASS_RATES,
  CLASS_REVISION, CLASS_STAGE, CLASS_STATIC_FILTER_COUNT, CLASS_STATIC_FILTERS, CLASS_SUPER_MAX, CLASS_TOTAL, CLASS_VERDICT, CLASS_WATCHED,
  CLASS_WATCHED_COUNT, CLASS_WATCHED_SUM, CLOSED, FLEET_ADDRESS, FLEET_CAPACITY, FLEET_CLOSED, FLEET_JOURNAL_HEAD,
  OPEN, PLAIN_BOUNDS, PLAIN_KEEPS_LANES, RATE_BYTES, RATE_HIGH, RATE_INTER_POD_AFFINITY, RATE_KERNEL, RATE_LOW, RATE_MAXIMUM_REVERSED, RATE_POD_TOPOLOGY_SPREAD, RATE_RAW,
  RATE_WEIGHT, SPAN, STEP_BYTES, STEP_CODE, STEP_KERNEL, STEP_PARAMS, TABLE_REVISION,
} from './layout.generated';
import { journalRow } from './commit';
import { copyLane, highest, openLane, openSpan } from './lane';
import { forgetGroups, updateGroups } from './groups';
import { normalizeMaximum } from './normalize';
import { buildPlainRow, plainOf } from './plain';
import { redoPlainRows, TOTALS_ALONE } from './plain-rows';
import { raiseTree } from './tree';
import { filterKernel, prepareKernel, scoreKernel } from './kernels.generated';
import { normalizeSpread, rateSpread } from './rules/pod-topology-spread-score';
import { normalizePodAffinity, ratePodAffinity } from './rules/inter-pod-affinity';

/** What catchUp found: bit 0 = some row changed, bit 1 = some row opened or closed, bit 2 = all lanes were built anew. */
const CHANGED = 1;
const REOPENED = 2;
const REBUILT = 4;

function runFilters(steps: usize, count: i32, begin: i32, end: i32, lane: usize): void {
  for (let i = 0; i < count; i++) {
    const step = steps + <usize>i * STEP_BYTES;
    filterKernel(load<i32>(step, STEP_KERNEL), load<usize>(step, STEP_PARAMS), load<i32>(step, STEP_CODE), begin, end, lane);
  }
}

/** fixed lane: closed rows and the rules that read the node object alone. */
export function buildStatic(cls: usize, begin: i32, end: i32): void {
  const lane = load<usize>(cls, CLASS_FIXED);
  openLane(lane, load<usize>(FLEET_ADDRESS, FLEET_CLOSED), begin, end);
  runFilters(load<usize>(cls, CLASS_STATIC_FILTERS), load<i32>(cls, CLASS_STATIC_FILTER_COUNT), begin, end, lane);
}

/** near and local lanes of a range. */
export function buildLocal(cls: usize, begin: i32, end: i32): void {
  const near = load<usize>(cls, CLASS_NEAR);
  const fixed = load<usize>(cls, CLASS_FIXED);
  const local = load<usize>(cls, CLASS_LOCAL);
  if (end - begin == SPAN) {
    store<u32>(near + <usize>begin, load<u32>(fixed + <usize>begin));
    v128.store(local + (<usize>begin << 2), i32x4.splat(0));
  } else {
    copyLane(near, fixed, begin, end);
    memory.fill(local + (<usize>begin << 2), 0, <usize>(end - begin) << 2);
  }
  runFilters(load<usize>(cls, CLASS_LOCAL_FILTERS), load<i32>(cls, CLASS_LOCAL_FILTER_COUNT), begin, end, near);
  const scores = load<usize>(cls, CLASS_LOCAL_SCORES);
  const count = load<i32>(cls, CLASS_LOCAL_SCORE_COUNT);
  for (let i = 0; i < count; i++) {
    const step = scores + <usize>i * STEP_BYTES;
    scoreKernel(load<i32>(step, STEP_KERNEL), load<usize>(step, STEP_PARAMS), load<i32>(step, STEP_CODE), begin, end, local);
  }
}

/**
 * Builds a class's lanes up to `near` and `local` for all rows. Reads columns and writes only the class's own lanes: workers run it side by
 * side, and running it again from the start gives the same bytes.
 */
export function build(cls: usize): void {
  const capacity = load<i32>(FLEET_ADDRESS, FLEET_CAPACITY);
  const head = load<u32>(FLEET_ADDRESS, FLEET_JOURNAL_HEAD);
  if (load<i32>(cls, CLASS_STAGE) == 0) buildStatic(cls, 0, capacity);
  buildLocal(cls, 0, capacity);
  forgetGroups(cls);
  store<u32>(cls, head, CLASS_REVISION);
  store<i32>(cls, 2, CLASS_STAGE);
}

/** Totals of a range from verdicts, local scores and the rates' last minima and maxima. */
function total(cls: usize, verdict: usize, begin: i32, end: i32): void {
  const totals = load<usize>(cls, CLASS_TOTAL);
  const local = load<usize>(cls, CLASS_LOCAL);
  const constant = load<i32>(cls, CLASS_CONSTANT);
  const hostLane = load<usize>(cls, CLASS_HOST_LANE);
  const open = i32x4.splat(OPEN);
  const closed = i32x4.splat(CLOSED);
  for (let row = begin; row < end; row += 4) {
    const at = <usize>row << 2;
    const verdicts = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(verdict + <usize>row)));
    let sum = i32x4.add(v128.load(local + at), i32x4.splat(constant));
    if (hostLane) sum = i32x4.add(sum, v128.load(hostLane + at));
    v128.store(totals + at, v128.bitselect(sum, closed, i32x4.eq(verdicts, open)));
  }
  const rates = load<usize>(cls, CLASS_RATES);
  const last = rates + <usize>load<i32>(cls, CLASS_RATE_COUNT) * RATE_BYTES;
  for (let rate = rates; rate < last; rate += RATE_BYTES) addRate(rate, totals, begin, end);
}

/** Adds weight * normalised value to the open totals; raw values of closed rows may be stale and are masked away. */
function addRate(rate: usize, totals: usize, begin: i32, end: i32): void {
  const kernel = load<i32>(rate, RATE_KERNEL);
  const weight = i32x4.splat(load<i32>(rate, RATE_WEIGHT));
  const raw = load<usize>(rate, RATE_RAW);
  const low = load<f64>(rate, RATE_LOW);
  const high = load<f64>(rate, RATE_HIGH);
  const closed = i32x4.splat(CLOSED);
  for (let row = begin; row < end; row += 4) {
    const at = <usize>row << 2;
    const sum = v128.load(totals + at);
    let value: v128;
    if (kernel == RATE_POD_TOPOLOGY_SPREAD) value = normalizeSpread(v128.load(raw + at), low, high);
    else if (kernel == RATE_INTER_POD_AFFINITY) value = normalizePodAffinity(raw + (at << 1), low, high);
    else value = normalizeMaximum(v128.load(raw + at), high, kernel == RATE_MAXIMUM_REVERSED);
    v128.store(totals + at, v128.bitselect(sum, i32x4.add(sum, i32x4.mul(value, weight)), i32x4.eq(sum, closed)));
  }
}

/** Maximum of an i32 raw lane over the open rows, at least 0. */
function maximumOpen(raw: usize, verdict: usize): i32 {
  const capacity = load<i32>(FLEET_ADDRESS, FLEET_CAPACITY);
  const open = i32x4.splat(OPEN);
  let most = i32x4.splat(0);
  for (let row = 0; row < capacity; row += 4) {
    const verdicts = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(verdict + <usize>row)));
    most = i32x4.max_s(most, v128.and(v128.load(raw + (<usize>row << 2)), i32x4.eq(verdicts, open)));
  }
  return highest(most);
}

/** Redoes every rate over the open rows; true when some minimum or maximum moved or a counting rate ran (raw values may have moved). */
export function reduceRates(cls: usize, verdict: usize): bool {
  const rates = load<usize>(cls, CLASS_RATES);
  const last = rates + <usize>load<i32>(cls, CLASS_RATE_COUNT) * RATE_BYTES;
  let moved = false;
  for (let rate = rates; rate < last; rate += RATE_BYTES) {
    const kernel = load<i32>(rate, RATE_KERNEL);
    if (kernel == RATE_POD_TOPOLOGY_SPREAD) {
      rateSpread(rate, verdict);
      moved = true;
    } else if (kernel == RATE_INTER_POD_AFFINITY) {
      ratePodAffinity(rate, verdict);
      moved = true;
    } else {
      const high = <f64>maximumOpen(load<usize>(rate, RATE_RAW), verdict);
      if (high != load<f64>(rate, RATE_HIGH)) moved = true;
      store<f64>(rate, high, RATE_HIGH);
    }
  }
  return moved;
}

/** Totals of one span, and the tree above it: looked through again only where the span held a maximum that has gone down. */
function totalsOfSpan(cls: usize, verdict: usize, begin: i32): void {
  const at = load<usize>(cls, CLASS_TOTAL) + (<usize>begin << 2);
  const block = begin >> 6;
  const maximum = load<usize>(cls, CLASS_BLOCK_MAX) + (<usize>block << 2);
  const old = load<i32>(maximum);
  const before = highest(v128.load(at));
  total(cls, verdict, begin, begin + SPAN);
  const after = highest(v128.load(at));
  if (after < old) {
    if (before == old) raiseTree(cls, begin, begin + SPAN);
    return;
  }
  store<i32>(maximum, after);
  const above = load<usize>(cls, CLASS_SUPER_MAX) + (<usize>(block >> 6) << 2);
  if (after > load<i32>(above)) store<i32>(above, after);
}

function totalsAndTree(cls: usize, verdict: usize, begin: i32, end: i32): void {
  total(cls, verdict, begin, end);
  raiseTree(cls, begin, end);
}

/** The lanes of a class whose totals may have gone ahead of them; from here on both go together. */
export function recallLanes(cls: usize): void {
  const plain = load<usize>(cls, CLASS_PLAIN);
  if (plain) store<i32>(plain, 1, PLAIN_KEEPS_LANES);
  if (load<i32>(cls, CLASS_STAGE) != TOTALS_ALONE) return;
  build(cls);
  // Built from newer columns than the totals, perhaps.
  store<i32>(cls, 2, CLASS_STAGE);
}

/** Rows changed since the class last looked; rebuilding all rows is cheaper from one changed row in 32 on. */
export function catchUp(cls: usize): i32 {
  const head = load<u32>(FLEET_ADDRESS, FLEET_JOURNAL_HEAD);
  const behind = head - load<u32>(cls, CLASS_REVISION);
  const stage = load<i32>(cls, CLASS_STAGE);
  if (stage < 2 || stage == TOTALS_ALONE || behind > <u32>(load<i32>(FLEET_ADDRESS, FLEET_CAPACITY) >> 5)) {
    build(cls);
    return REBUILT | CHANGED | REOPENED;
  }
  if (behind == 0) return 0;
  const near = load<usize>(cls, CLASS_NEAR);
  const verdict = load<usize>(cls, CLASS_VERDICT);
  const plain = plainOf(cls);
  let found = CHANGED;
  for (let at = load<u32>(cls, CLASS_REVISION); at != head; at++) {
    const row = journalRow(at);
    const begin = row & ~(SPAN - 1);
    // Where there are no counting filters the verdict lane is the near lane, and about to be overwritten.
    const before = openSpan(verdict, begin);
    if (plain) buildPlainRow(cls, plain, row);
    else buildLocal(cls, begin, begin + SPAN);
    if (openSpan(near, begin) != before) found |= REOPENED;
    updateGroups(cls, row);
  }
  return found;
}

function watchedSum(cls: usize): u32 {
  const watched = load<usize>(cls, CLASS_WATCHED);
  const count = load<i32>(cls, CLASS_WATCHED_COUNT);
  let sum: u32 = 0;
  for (let i = 0; i < count; i++) sum += load<u32>(load<usize>(watched + (<usize>i << 2)), TABLE_REVISION);
  return sum;
}

/** Verdicts of all rows, counting filters included. */
export function judge(cls: usize): void {
  const capacity = load<i32>(FLEET_ADDRESS, FLEET_CAPACITY);
  const steps = load<usize>(cls, CLASS_COUNTING_FILTERS);
  const count = load<i32>(cls, CLASS_COUNTING_FILTER_COUNT);
  const verdict = load<usize>(cls, CLASS_VERDICT);
  if (count == 0) return;
  copyLane(verdict, load<usize>(cls, CLASS_NEAR), 0, capacity);
  for (let i = 0; i < count; i++) {
    const step = steps + <usize>i * STEP_BYTES;
    prepareKernel(load<i32>(step, STEP_KERNEL), load<usize>(step, STEP_PARAMS));
  }
  runFilters(steps, count, 0, capacity, verdict);
}

/** Brings the verdict lane up to date; the host calls it alone when it must add scores of its own before `settle`. */
export function refreshVerdicts(cls: usize): void {
  const found = catchUp(cls);
  if (found || load<i32>(cls, CLASS_STAGE) < 3 || load<i32>(cls, CLASS_COUNTING_FILTER_COUNT)) judge(cls);
  store<u32>(cls, load<u32>(FLEET_ADDRESS, FLEET_JOURNAL_HEAD), CLASS_REVISION);
  // The totals are behind now: the next refresh settles all rows.
  store<i32>(cls, 2, CLASS_STAGE);
}

/** Totals of all rows over the given verdicts (the class's own lane, or a sampled one). */
export function settleAll(cls: usize, verdict: usize): void {
  reduceRates(cls, verdict);
  totalsAndTree(cls, verdict, 0, load<i32>(FLEET_ADDRESS, FLEET_CAPACITY));
}

/** `refresh` where local scores are all there is: rows changed since the class last looked, one by one. False: there is more to be done. */
function refreshPlain(cls: usize, keepsLanes: bool): bool {
  const plain = plainOf(cls);
  if (!plain || !load<usize>(plain, PLAIN_BOUNDS) || load<i32>(cls, CLASS_STAGE) < 3) return false;
  const head = load<u32>(FLEET_ADDRESS, FLEET_JOURNAL_HEAD);
  const seen = load<u32>(cls, CLASS_REVISION);
  if (head - seen > <u32>(load<i32>(FLEET_ADDRESS, FLEET_CAPACITY) >> 5)) return false;
  redoPlainRows(cls, plain, seen, head, keepsLanes);
  return true;
}

/** Brings totals and tree of a class up to date, and lanes only where pods of it have been refused. */
export function refreshTotals(cls: usize): void {
  const plain = plainOf(cls);
  if (plain && refreshPlain(cls, load<i32>(plain, PLAIN_KEEPS_LANES) != 0)) return;
  refresh(cls);
}

/** Brings all lanes and the tree of a class up to date. */
export function refresh(cls: usize): void {
  if (load<i32>(cls, CLASS_STAGE) == TOTALS_ALONE) recallLanes(cls);
  if (refreshPlain(cls, true)) return;
  const from = load<u32>(cls, CLASS_REVISION);
  const found = catchUp(cls);
  const verdict = load<usize>(cls, CLASS_VERDICT);
  const sum = watchedSum(cls);
  const counting = load<i32>(cls, CLASS_WATCHED_COUNT) > 0;
  const unsettled = load<i32>(cls, CLASS_STAGE) < 3 || (found & REBUILT) != 0;
  if (unsettled || (counting && (found != 0 || sum != load<u32>(cls, CLASS_WATCHED_SUM)))) {
    judge(cls);
    settleAll(cls, verdict);
  } else if (found & CHANGED) {
    if (found & REOPENED && load<i32>(cls, CLASS_RATE_COUNT) > 0 && reduceRates(cls, verdict)) {
      totalsAndTree(cls, verdict, 0, load<i32>(FLEET_ADDRESS, FLEET_CAPACITY));
    } else {
      const head = load<u32>(FLEET_ADDRESS, FLEET_JOURNAL_HEAD);
      for (let at = from; at != head; at++) {
        totalsOfSpan(cls, verdict, journalRow(at) & ~(SPAN - 1));
      }
    }
  }
  store<u32>(cls, load<u32>(FLEET_ADDRESS, FLEET_JOURNAL_HEAD), CLASS_REVISION);
  store<u32>(cls, sum, CLASS_WATCHED_SUM);
  store<i32>(cls, 3, CLASS_STAGE);
}
