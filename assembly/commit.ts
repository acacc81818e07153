// One placement changes its row's sums, the counts named by the template's effects, and the journal.

import {
  AMOUNT_AMOUNT, AMOUNT_BYTES, AMOUNT_USED, EFFECT_BYTES, EFFECT_COLUMN, EFFECT_INCLUDE, EFFECT_TABLE, EFFECT_TERMINATING, EFFECT_WEIGHT,
  FLEET_ADDRESS, FLEET_JOURNAL, FLEET_JOURNAL_HEAD, FLEET_JOURNAL_MASK, FLEET_NON_ZERO_CPU, FLEET_NON_ZERO_MEMORY, FLEET_POD_COUNT, FLEET_WIDE,
  TABLE_CELLS, TABLE_FLOAT, TABLE_REVISION, TABLE_SUM, USAGE_AMOUNT_COUNT, USAGE_AMOUNTS, USAGE_EFFECT_COUNT, USAGE_EFFECTS, USAGE_NON_ZERO_CPU,
  USAGE_NON_ZERO_MEMORY,
} from './layout.generated';
import { addSaturating } from './exact';
import { refreshBalances } from './rules/node-resources-balanced-allocation';

/** Sums from here on leave the range in which doubles are exact (see rules/resource-shares). */
export const WIDE_SUM: i64 = 1 << 51;

// @ts-ignore: decorator
@inline
function add(cell: usize, amount: i64): void {
  const sum = addSaturating(load<i64>(cell), amount);
  store<i64>(cell, sum);
  if (sum >= WIDE_SUM) store<i32>(FLEET_ADDRESS, 1, FLEET_WIDE);
}

/** Adds the pod to the row (sign 1) or takes it away (sign -1). A saturated sum cannot be taken back: the host then sums the row anew. */
export function commitUsage(usage: usize, row: i32, sign: i32): void {
  const at8 = <usize>row << 3;
  const at4 = <usize>row << 2;
  const amounts = load<usize>(usage, USAGE_AMOUNTS);
  const last = amounts + <usize>load<i32>(usage, USAGE_AMOUNT_COUNT) * AMOUNT_BYTES;
  for (let entry = amounts; entry < last; entry += AMOUNT_BYTES) {
    add(load<usize>(entry, AMOUNT_USED) + at8, <i64>sign * load<i64>(entry, AMOUNT_AMOUNT));
  }
  add(load<usize>(FLEET_ADDRESS, FLEET_NON_ZERO_CPU) + at8, <i64>sign * load<i64>(usage, USAGE_NON_ZERO_CPU));
  add(load<usize>(FLEET_ADDRESS, FLEET_NON_ZERO_MEMORY) + at8, <i64>sign * load<i64>(usage, USAGE_NON_ZERO_MEMORY));
  const pods = load<usize>(FLEET_ADDRESS, FLEET_POD_COUNT) + at4;
  store<i32>(pods, load<i32>(pods) + sign);
}

/** weight * times into one cell of a count table. */
export function bump(table: usize, cell: i32, amount: i32): void {
  const cells = load<usize>(table, TABLE_CELLS);
  if (load<i32>(table, TABLE_FLOAT)) {
    const at = cells + (<usize>cell << 3);
    store<f64>(at, load<f64>(at) + <f64>amount);
  } else {
    const at = cells + (<usize>cell << 2);
    store<i32>(at, load<i32>(at) + amount);
    store<i32>(table, load<i32>(table, TABLE_SUM) + amount, TABLE_SUM);
  }
  store<u32>(table, load<u32>(table) + 1, TABLE_REVISION);
}

/** Applies one effect `times` times for a pod on `row`. */
export function applyEffect(effect: usize, row: i32, times: i32): void {
  const include = load<usize>(effect, EFFECT_INCLUDE);
  if (include && !load<u8>(include + <usize>row)) return;
  const column = load<usize>(effect, EFFECT_COLUMN);
  const cell = column ? load<i32>(column + (<usize>row << 2)) : row;
  if (column && cell == 0) return;
  bump(load<usize>(effect, EFFECT_TABLE), cell, times * load<i32>(effect, EFFECT_WEIGHT));
}

// @ts-ignore: decorator
@inline
function record(row: i32): void {
  const head = load<u32>(FLEET_ADDRESS, FLEET_JOURNAL_HEAD);
  store<i32>(load<usize>(FLEET_ADDRESS, FLEET_JOURNAL) + (<usize>(head & load<u32>(FLEET_ADDRESS, FLEET_JOURNAL_MASK)) << 2), row);
  store<u32>(FLEET_ADDRESS, head + 1, FLEET_JOURNAL_HEAD);
}

/** The row of a journal entry that is still in the ring. */
// @ts-ignore: decorator
@inline
export function journalRow(at: u32): i32 {
  const mask = load<u32>(FLEET_ADDRESS, FLEET_JOURNAL_MASK);
  return load<i32>(load<usize>(FLEET_ADDRESS, FLEET_JOURNAL) + (<usize>(at & mask) << 2));
}

/** Notes that the row's columns changed, and redoes what is derived from them. */
export function recordChange(row: i32): void {
  refreshBalances(row);
  record(row);
}

/** Counts elsewhere that a pod on `row` changes; terminating pods change only some. */
export function commitEffects(usage: usize, row: i32, sign: i32, terminating: i32): void {
  const effects = load<usize>(usage, USAGE_EFFECTS);
  const last = effects + <usize>load<i32>(usage, USAGE_EFFECT_COUNT) * EFFECT_BYTES;
  for (let effect = effects; effect < last; effect += EFFECT_BYTES) {
    if (terminating && !load<i32>(effect, EFFECT_TERMINATING)) continue;
    applyEffect(effect, row, sign);
  }
}

/** The whole placement: usage, effects, journal. */
export function commit(usage: usize, row: i32, sign: i32, terminating: i32): void {
  commitUsage(usage, row, sign);
  commitEffects(usage, row, sign, terminating);
  recordChange(row);
}
