// What each row says of itself: lanes that classes share whose pods ask the same of a node (the LOCAL record).
//
//   fixed ──min──► near          scores ─sum─► score
//   (static)      (row's pods)
//
// They have a journal position of their own, so that a row that has changed is redone once for all classes.

import {
  FLEET_ADDRESS, FLEET_CAPACITY, FLEET_CLOSED, FLEET_JOURNAL_HEAD, LOCAL_FILTERS, LOCAL_FILTER_COUNT, LOCAL_FIXED, LOCAL_NEAR, LOCAL_REVISION,
  LOCAL_SCORE, LOCAL_SCORES, LOCAL_SCORE_COUNT, LOCAL_STAGE, LOCAL_STATIC_FILTERS, LOCAL_STATIC_FILTER_COUNT, SPAN, STEP_BYTES, STEP_CODE, STEP_KERNEL,
  STEP_PARAMS,
} from './layout.generated';
import { journalRow } from './commit';
import { filterKernel, scoreKernel } from './kernels.generated';
import { copyLane, openLane } from './lane';
import { buildPlainRow, plainOf } from './plain';

/** Stages of the lanes. */
export const FIXED_BUILT: i32 = 1;
export const LANES_BUILT: i32 = 2;

export function runFilters(steps: usize, count: i32, begin: i32, end: i32, lane: usize): void {
  for (let i = 0; i < count; i++) {
    const step = steps + <usize>i * STEP_BYTES;
    filterKernel(load<i32>(step, STEP_KERNEL), load<usize>(step, STEP_PARAMS), load<i32>(step, STEP_CODE), begin, end, lane);
  }
}

/** From so many changed rows on all rows are redone: in order each costs an eighth of what a plain row costs alone, and of a span far less. */
export function isFarBehind(local: usize, changes: u32): bool {
  return changes > <u32>(load<i32>(FLEET_ADDRESS, FLEET_CAPACITY) >> (plainOf(local) ? 3 : 5));
}

/** fixed lane: closed rows and the rules that read the node object alone. */
export function buildStatic(local: usize, begin: i32, end: i32): void {
  const lane = load<usize>(local, LOCAL_FIXED);
  openLane(lane, load<usize>(FLEET_ADDRESS, FLEET_CLOSED), begin, end);
  runFilters(load<usize>(local, LOCAL_STATIC_FILTERS), load<i32>(local, LOCAL_STATIC_FILTER_COUNT), begin, end, lane);
}

/** near and score lanes of a range. */
export function buildLocal(local: usize, begin: i32, end: i32): void {
  const near = load<usize>(local, LOCAL_NEAR);
  const fixed = load<usize>(local, LOCAL_FIXED);
  const score = load<usize>(local, LOCAL_SCORE);
  if (end - begin == SPAN) {
    store<u32>(near + <usize>begin, load<u32>(fixed + <usize>begin));
    v128.store(score + (<usize>begin << 2), i32x4.splat(0));
  } else {
    copyLane(near, fixed, begin, end);
    memory.fill(score + (<usize>begin << 2), 0, <usize>(end - begin) << 2);
  }
  runFilters(load<usize>(local, LOCAL_FILTERS), load<i32>(local, LOCAL_FILTER_COUNT), begin, end, near);
  const scores = load<usize>(local, LOCAL_SCORES);
  const count = load<i32>(local, LOCAL_SCORE_COUNT);
  for (let i = 0; i < count; i++) {
    const step = scores + <usize>i * STEP_BYTES;
    scoreKernel(load<i32>(step, STEP_KERNEL), load<usize>(step, STEP_PARAMS), load<i32>(step, STEP_CODE), begin, end, score);
  }
}

/**
 * Builds all lanes for all rows. Reads columns and writes nothing but the record's own lanes: workers run it side by side, each record in one of
 * them, and running it again from the start gives the same bytes.
 */
export function build(local: usize): void {
  const capacity = load<i32>(FLEET_ADDRESS, FLEET_CAPACITY);
  const head = load<u32>(FLEET_ADDRESS, FLEET_JOURNAL_HEAD);
  if (load<i32>(local, LOCAL_STAGE) == 0) buildStatic(local, 0, capacity);
  buildLocal(local, 0, capacity);
  store<u32>(local, head, LOCAL_REVISION);
  store<i32>(local, LANES_BUILT, LOCAL_STAGE);
}

/** Brings all lanes up to the journal's head. */
export function catchUpLocal(local: usize): void {
  const head = load<u32>(FLEET_ADDRESS, FLEET_JOURNAL_HEAD);
  const seen = load<u32>(local, LOCAL_REVISION);
  if (load<i32>(local, LOCAL_STAGE) < LANES_BUILT || isFarBehind(local, head - seen)) {
    build(local);
    return;
  }
  const plain = plainOf(local);
  for (let at = seen; at != head; at++) {
    const row = journalRow(at);
    const begin = row & ~(SPAN - 1);
    if (plain) buildPlainRow(local, plain, row);
    else buildLocal(local, begin, begin + SPAN);
  }
  store<u32>(local, head, LOCAL_REVISION);
}
