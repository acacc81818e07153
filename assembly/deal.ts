// Many copies of one plain class at once. A placement changes the score of its own row alone, so the order in which greedy decisions take rows is known
// without looking for the best row each time: from the highest score down, at each score row by row in ascending order, each row for as long as
// its score stays there or above. (A row that is left is below the score for good; one that rises stays the best and is taken again.)
//
// While copies are dealt only the gathered rows (plain-rows.ts) know of them; the columns learn it in the end, once per row.

import {
  AMOUNT_AMOUNT, AMOUNT_BYTES, AMOUNT_USED, BOUNDS_BEFORE, BOUNDS_COUNTED_A, BOUNDS_COUNTED_B, BOUNDS_ROWS, BOUNDS_ROWS_READY, BOUNDS_USED_A,
  BOUNDS_USED_B, CLASS_BLOCK_MAX, CLASS_BOUNDS, CLASS_CONSTANT, CLASS_LOCAL, CLASS_STAGE, CLASS_TOTAL, CLOSED, EFFECT_BYTES, FIT_REQUESTS, FIT_REQUEST_ALLOCATABLE,
  FIT_REQUEST_AMOUNT, FIT_REQUEST_BYTES, FIT_REQUEST_COUNT, FIT_REQUEST_USED, FLEET_ADDRESS, FLEET_CAPACITY, FLEET_JOURNAL_HEAD, FLEET_NON_ZERO_CPU,
  FLEET_NON_ZERO_MEMORY, FLEET_POD_COUNT, NUMBERS_HUNDRED, NUMBERS_ONE, PLAIN_BALANCED, PLAIN_BALANCED_WEIGHT, PLAIN_FIT, PLAIN_LEAST,
  PLAIN_LEAST_WEIGHT, PLAIN_STATIC_LANE, SHARE_REQUEST, SHARE_WEIGHT, USAGE_AMOUNT_COUNT, USAGE_AMOUNTS, USAGE_EFFECT_COUNT, USAGE_EFFECTS, USAGE_NON_ZERO_CPU,
  USAGE_NON_ZERO_MEMORY,
} from './layout.generated';
import { applyEffect, recordChange, WIDE_SUM } from './commit';
import { refresh } from './evaluate';
import { twice } from './exact';
import { balancedOf, evenness, leastOf, plainOf } from './plain';
import { gatherRows, pairOf, ROW_BYTES } from './plain-rows';

/** What one copy adds to a column. */
function addedTo(usage: usize, column: usize): f64 {
  if (column == load<usize>(FLEET_ADDRESS, FLEET_NON_ZERO_CPU)) return <f64>load<i64>(usage, USAGE_NON_ZERO_CPU);
  if (column == load<usize>(FLEET_ADDRESS, FLEET_NON_ZERO_MEMORY)) return <f64>load<i64>(usage, USAGE_NON_ZERO_MEMORY);
  const amounts = load<usize>(usage, USAGE_AMOUNTS);
  const last = amounts + <usize>load<i32>(usage, USAGE_AMOUNT_COUNT) * AMOUNT_BYTES;
  for (let entry = amounts; entry < last; entry += AMOUNT_BYTES) {
    if (load<usize>(entry, AMOUNT_USED) == column) return <f64>load<i64>(entry, AMOUNT_AMOUNT);
  }
  return 0;
}

/** Copies that the row has room for, from its columns: podsLeft of the gathered row bounds the rest. */
function roomFor(fit: usize, row: i32, podsLeft: f64): i32 {
  const requests = load<usize>(fit, FIT_REQUESTS);
  const last = requests + <usize>load<i32>(fit, FIT_REQUEST_COUNT) * FIT_REQUEST_BYTES;
  const at8 = <usize>row << 3;
  let room: i64 = podsLeft > 0 ? <i64>podsLeft : 0;
  for (let request = requests; request < last; request += FIT_REQUEST_BYTES) {
    const free = load<i64>(load<usize>(request, FIT_REQUEST_ALLOCATABLE) + at8) - load<i64>(load<usize>(request, FIT_REQUEST_USED) + at8);
    const most = free < 0 ? 0 : free / load<i64>(request, FIT_REQUEST_AMOUNT);
    if (most < room) room = most;
  }
  return <i32>room;
}

/** The columns, counts elsewhere and the journal for `copies` more on a row. */
function settleRow(usage: usize, row: i32, copies: i32): void {
  const at8 = <usize>row << 3;
  const amounts = load<usize>(usage, USAGE_AMOUNTS);
  const last = amounts + <usize>load<i32>(usage, USAGE_AMOUNT_COUNT) * AMOUNT_BYTES;
  for (let entry = amounts; entry < last; entry += AMOUNT_BYTES) addTo(load<usize>(entry, AMOUNT_USED) + at8, load<i64>(entry, AMOUNT_AMOUNT), copies);
  addTo(load<usize>(FLEET_ADDRESS, FLEET_NON_ZERO_CPU) + at8, load<i64>(usage, USAGE_NON_ZERO_CPU), copies);
  addTo(load<usize>(FLEET_ADDRESS, FLEET_NON_ZERO_MEMORY) + at8, load<i64>(usage, USAGE_NON_ZERO_MEMORY), copies);
  const pods = load<usize>(FLEET_ADDRESS, FLEET_POD_COUNT) + (<usize>row << 2);
  store<i32>(pods, load<i32>(pods) + copies);
  const effects = load<usize>(usage, USAGE_EFFECTS);
  const end = effects + <usize>load<i32>(usage, USAGE_EFFECT_COUNT) * EFFECT_BYTES;
  for (let effect = effects; effect < end; effect += EFFECT_BYTES) applyEffect(effect, row, copies);
  recordChange(row);
}

// @ts-ignore: decorator
@inline
function addTo(cell: usize, amount: i64, copies: i32): void {
  store<i64>(cell, load<i64>(cell) + amount * <i64>copies);
}

/**
 * Deals up to `limit` copies that change what the USAGE record says; counts[row] (i32, zeroed by the caller) receives how many each row got. Returns
 * how many were dealt: fewer when no row is left, when amounts grow out of the range of doubles, or 0 for a class that is not plain.
 * O(copies + scores * blocks + rows).
 */
export function deal(cls: usize, usage: usize, counts: usize, limit: i32): i32 {
  const plain = plainOf(load<usize>(cls, CLASS_LOCAL));
  const bounds = load<usize>(cls, CLASS_BOUNDS);
  if (!plain || !bounds) return 0;
  refresh(cls);
  gatherRows(bounds, load<u32>(FLEET_ADDRESS, FLEET_JOURNAL_HEAD));
  const blocks = load<i32>(FLEET_ADDRESS, FLEET_CAPACITY) >> 6;
  const blockMax = load<usize>(cls, CLASS_BLOCK_MAX);
  const totals = load<usize>(cls, CLASS_TOTAL);
  let level = CLOSED;
  for (let block = 0; block < blocks; block++) level = max<i32>(level, load<i32>(blockMax + (<usize>block << 2)));
  let dealt = 0;
  while (level != CLOSED && dealt < limit) {
    let next = CLOSED;
    for (let block = 0; block < blocks && dealt < limit; block++) {
      const at = blockMax + (<usize>block << 2);
      if (load<i32>(at) >= level) {
        const got = dealBlock(cls, plain, usage, counts, block << 6, level, limit - dealt);
        // Negative: as many, and the last row has left the range.
        dealt += got < 0 ? ~got : got;
        let top = CLOSED;
        for (let row = block << 6; row < (block + 1) << 6; row++) top = max<i32>(top, load<i32>(totals + (<usize>row << 2)));
        store<i32>(at, top);
        if (got < 0) limit = dealt;
      }
      next = max<i32>(next, load<i32>(at));
    }
    level = next;
  }
  for (let row = 0; row < blocks << 6; row++) {
    const copies = load<i32>(counts + (<usize>row << 2));
    if (copies > 0) settleRow(usage, row, copies);
  }
  // Lanes and gathered rows are made anew from the columns when they are asked for.
  store<i32>(bounds, 0, BOUNDS_ROWS_READY);
  store<i32>(cls, 0, CLASS_STAGE);
  return dealt;
}

/** The rows of a block at one score; how many copies they took, complemented when amounts left the range of exact doubles. */
function dealBlock(cls: usize, plain: usize, usage: usize, counts: usize, first: i32, level: i32, limit: i32): i32 {
  const bounds = load<usize>(cls, CLASS_BOUNDS);
  const least = load<usize>(plain, PLAIN_LEAST);
  const balanced = load<usize>(plain, PLAIN_BALANCED);
  const countedAdd = f64x2(addedTo(usage, load<usize>(bounds, BOUNDS_COUNTED_A)), addedTo(usage, load<usize>(bounds, BOUNDS_COUNTED_B)));
  const usedAdd = f64x2(addedTo(usage, load<usize>(bounds, BOUNDS_USED_A)), addedTo(usage, load<usize>(bounds, BOUNDS_USED_B)));
  const countedRequests = pairOf(least, SHARE_REQUEST);
  const requests = pairOf(balanced, SHARE_REQUEST);
  const weights = pairOf(least, SHARE_WEIGHT);
  const inverse = 1 / (f64x2.extract_lane(weights, 0) + f64x2.extract_lane(weights, 1));
  const relative = load<usize>(bounds, BOUNDS_BEFORE) != 0;
  const lane = load<usize>(plain, PLAIN_STATIC_LANE);
  const fit = load<usize>(plain, PLAIN_FIT);
  const one = twice(NUMBERS_ONE);
  const hundred = twice(NUMBERS_HUNDRED);
  const widest = f64x2.splat(<f64>WIDE_SUM);
  const totals = load<usize>(cls, CLASS_TOTAL);
  let dealt = 0;
  let wide = false;
  for (let row = first; row < first + 64; row++) {
    const cell = totals + (<usize>row << 2);
    let total = load<i32>(cell);
    if (total < level || total == CLOSED) continue;
    const at = load<usize>(bounds, BOUNDS_ROWS) + <usize>row * ROW_BYTES;
    const base = load<i32>(cls, CLASS_CONSTANT) + (lane ? load<i32>(lane + (<usize>row << 2)) : 0);
    const allocatable = v128.load(at);
    const reciprocal = v128.load(at, 48);
    const had = load<i32>(counts + (<usize>row << 2));
    const room = roomFor(fit, row, load<f64>(at, 72));
    let counted = v128.load(at, 16);
    let used = v128.load(at, 32);
    let copies = had;
    while (total >= level && dealt < limit) {
      const nextCounted = f64x2.add(counted, countedAdd);
      const nextUsed = f64x2.add(used, usedAdd);
      wide = v128.any_true(v128.or(f64x2.ge(nextCounted, widest), f64x2.ge(nextUsed, widest)));
      if (wide) break;
      counted = nextCounted;
      used = nextUsed;
      copies++;
      dealt++;
      if (relative) store<f64>(at, Math.trunc(evenness(f64x2.pmin(f64x2.div(used, allocatable), one))), 64);
      total = CLOSED;
      if (copies >= room) break;
      total = base + load<i32>(plain, PLAIN_LEAST_WEIGHT) * leastOf(f64x2.add(counted, countedRequests), allocatable, reciprocal, weights, inverse, hundred, one);
      total += load<i32>(plain, PLAIN_BALANCED_WEIGHT) * balancedOf(f64x2.add(used, requests), allocatable, reciprocal, relative ? at + 64 : 0, one);
    }
    v128.store(at, counted, 16);
    v128.store(at, used, 32);
    store<i32>(counts + (<usize>row << 2), copies);
    store<i32>(cell, total);
    if (wide) return ~dealt;
    if (dealt >= limit) break;
  }
  return dealt;
}
