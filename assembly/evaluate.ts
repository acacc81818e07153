// A class's totals, from the lanes of its LOCAL record (local.ts):
//
//   near ──min──► verdict ──┐
//          (counts)         ├─► total ─► blockMax ─► superMax
//   score ──────────────────┤   CLOSED where verdict is not OPEN
//   rates (normalised) ─────┘
//
// Classes whose rules normalise or count are decided by the group index (groups.ts), from near and score alone, where they can be.
// catchUp brings groups and verdicts of changed rows up to the journal's head; settleAll redoes what depends on counts and normalisation.

import {
  CLASS_BLOCK_MAX, CLASS_BOUNDS, CLASS_CONSTANT, CLASS_COUNTING_FILTER_COUNT, CLASS_COUNTING_FILTERS, CLASS_HOST_LANE, CLASS_LOCAL, CLASS_RATE_COUNT,
  CLASS_RATES, CLASS_REVISION, CLASS_STAGE, CLASS_SUPER_MAX, CLASS_TOTAL, CLASS_VERDICT, CLASS_WATCHED, CLASS_WATCHED_COUNT, CLASS_WATCHED_SUM,
  CLOSED, FLEET_ADDRESS, FLEET_CAPACITY, FLEET_JOURNAL_HEAD, LOCAL_NEAR, LOCAL_SCORE, OPEN, RATE_BYTES, RATE_HIGH,
  RATE_INTER_POD_AFFINITY, RATE_KERNEL, RATE_LOW, RATE_MAXIMUM_REVERSED, RATE_POD_TOPOLOGY_SPREAD, RATE_RAW, RATE_WEIGHT, SPAN, STEP_BYTES, STEP_KERNEL,
  STEP_PARAMS, TABLE_REVISION,
} from './layout.generated';
import { journalRow } from './commit';
import { copyLane, highest, openSpan } from './lane';
import { forgetGroups, updateGroups } from './groups';
import { catchUpLocal, runFilters } from './local';
import { normalizeMaximum } from './normalize';
import { plainOf } from './plain';
import { redoPlainRows } from './plain-rows';
import { raiseTree } from './tree';
import { prepareKernel } from './kernels.generated';
import { normalizeSpread, rateSpread } from './rules/pod-topology-spread-score';
import { normalizePodAffinity, ratePodAffinity } from './rules/inter-pod-affinity';

/** What catchUp found: bit 0 = some row changed, bit 1 = some row opened or closed, bit 2 = all rows are to be looked at. */
const CHANGED = 1;
const REOPENED = 2;
const REBUILT = 4;

/** Stages of a class. */
export const TOTALS_BEHIND: i32 = 1;
export const TOTALS_BUILT: i32 = 2;

/** Totals of a range from verdicts, local scores and the rates' last minima and maxima. */
function total(cls: usize, verdict: usize, begin: i32, end: i32): void {
  const totals = load<usize>(cls, CLASS_TOTAL);
  const score = load<usize>(load<usize>(cls, CLASS_LOCAL), LOCAL_SCORE);
  const constant = load<i32>(cls, CLASS_CONSTANT);
  const hostLane = load<usize>(cls, CLASS_HOST_LANE);
  const open = i32x4.splat(OPEN);
  const closed = i32x4.splat(CLOSED);
  for (let row = begin; row < end; row += 4) {
    const at = <usize>row << 2;
    const verdicts = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(verdict + <usize>row)));
    let sum = i32x4.add(v128.load(score + at), i32x4.splat(constant));
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

/** From so many changed rows on all totals, or groups, are redone: in order each row costs about an eighth. */
export function isOutOfDate(changes: u32): bool {
  return changes > <u32>(load<i32>(FLEET_ADDRESS, FLEET_CAPACITY) >> 3);
}

/** Brings the lanes of the class's LOCAL record up to date, and for rows that changed since the class last looked groups and verdicts. */
export function catchUp(cls: usize): i32 {
  const local = load<usize>(cls, CLASS_LOCAL);
  catchUpLocal(local);
  const head = load<u32>(FLEET_ADDRESS, FLEET_JOURNAL_HEAD);
  const seen = load<u32>(cls, CLASS_REVISION);
  if (load<i32>(cls, CLASS_STAGE) < TOTALS_BEHIND || isOutOfDate(head - seen)) {
    forgetGroups(cls);
    return REBUILT | CHANGED | REOPENED;
  }
  if (head == seen) return 0;
  const near = load<usize>(local, LOCAL_NEAR);
  const verdict = load<usize>(cls, CLASS_VERDICT);
  const isCopy = verdict != near && load<i32>(cls, CLASS_COUNTING_FILTER_COUNT) == 0;
  let found = CHANGED;
  for (let at = seen; at != head; at++) {
    const row = journalRow(at);
    const begin = row & ~(SPAN - 1);
    if (openSpan(near, begin) != openSpan(verdict, begin)) found |= REOPENED;
    if (isCopy) store<u32>(verdict + <usize>begin, load<u32>(near + <usize>begin));
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
  const near = load<usize>(load<usize>(cls, CLASS_LOCAL), LOCAL_NEAR);
  if (verdict == near) return;
  copyLane(verdict, near, 0, capacity);
  for (let i = 0; i < count; i++) {
    const step = steps + <usize>i * STEP_BYTES;
    prepareKernel(load<i32>(step, STEP_KERNEL), load<usize>(step, STEP_PARAMS));
  }
  runFilters(steps, count, 0, capacity, verdict);
}

/** Brings the verdict lane up to date; the host calls it alone when it must add scores of its own before `settle`. */
export function refreshVerdicts(cls: usize): void {
  const found = catchUp(cls);
  if (found || load<i32>(cls, CLASS_STAGE) < TOTALS_BUILT || load<i32>(cls, CLASS_COUNTING_FILTER_COUNT)) judge(cls);
  store<u32>(cls, load<u32>(FLEET_ADDRESS, FLEET_JOURNAL_HEAD), CLASS_REVISION);
  // The next refresh settles all rows.
  store<i32>(cls, TOTALS_BEHIND, CLASS_STAGE);
}

/** Totals of all rows over the given verdicts (the class's own lane, or a sampled one). */
export function settleAll(cls: usize, verdict: usize): void {
  reduceRates(cls, verdict);
  totalsAndTree(cls, verdict, 0, load<i32>(FLEET_ADDRESS, FLEET_CAPACITY));
}

/**
 * Totals and tree where local scores are all there is: rows changed since the class last looked, one by one. Lanes stay behind, each would cost a
 * line of the cache per row. False: there is more to be done.
 */
function refreshPlain(cls: usize): bool {
  const plain = plainOf(load<usize>(cls, CLASS_LOCAL));
  if (!plain || !load<usize>(cls, CLASS_BOUNDS) || load<i32>(cls, CLASS_STAGE) < TOTALS_BUILT) return false;
  const head = load<u32>(FLEET_ADDRESS, FLEET_JOURNAL_HEAD);
  const seen = load<u32>(cls, CLASS_REVISION);
  if (isOutOfDate(head - seen)) return false;
  redoPlainRows(cls, plain, seen, head);
  return true;
}

/** Brings totals and tree of a class up to date, and lanes only where they are needed for it. */
export function refreshTotals(cls: usize): void {
  if (!refreshPlain(cls)) settleChanges(cls);
}

/** Brings all lanes and the tree of a class up to date. */
export function refresh(cls: usize): void {
  if (refreshPlain(cls)) catchUpLocal(load<usize>(cls, CLASS_LOCAL));
  else settleChanges(cls);
}

function settleChanges(cls: usize): void {
  const from = load<u32>(cls, CLASS_REVISION);
  const found = catchUp(cls);
  const verdict = load<usize>(cls, CLASS_VERDICT);
  const sum = watchedSum(cls);
  const counting = load<i32>(cls, CLASS_WATCHED_COUNT) > 0;
  const unsettled = load<i32>(cls, CLASS_STAGE) < TOTALS_BUILT || (found & REBUILT) != 0;
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
  store<i32>(cls, TOTALS_BUILT, CLASS_STAGE);
}
