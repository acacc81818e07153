// Choosing a row from a class's totals.

import {
  BLOCK, CLASS_BLOCK_MAX, CLASS_SUPER_MAX, CLASS_TOTAL, CLASS_VERDICT, CLOSED, FLEET_ADDRESS, FLEET_CAPACITY, FLEET_EXAMINED_FAILURES, FLEET_NEXT_START,
  FLEET_ORDER, FLEET_ROWS, FLEET_SAMPLED, FLEET_SCRATCH, OPEN,
} from './layout.generated';
import { maximumOf, positionOf } from './lane';

/** First position of the largest of `count` values; -1 when all are CLOSED. */
function firstMaximum(values: usize, count: i32): i32 {
  const best = maximumOf(values, count);
  return best == CLOSED ? -1 : positionOf(values, count, best);
}

/** First row with the highest total, -1 when none is open. The tree narrows 4096 rows, then 64 rows. */
export function chooseFirst(cls: usize): i32 {
  const blocks = load<i32>(FLEET_ADDRESS, FLEET_CAPACITY) / BLOCK;
  const group = firstMaximum(load<usize>(cls, CLASS_SUPER_MAX), (blocks + 63) >> 6);
  if (group < 0) return -1;
  const left = blocks - (group << 6);
  const block = (group << 6) + firstMaximum(load<usize>(cls, CLASS_BLOCK_MAX) + (<usize>group << 8), left < 64 ? left : 64);
  return block * BLOCK + firstMaximum(load<usize>(cls, CLASS_TOTAL) + (<usize>block << 8), BLOCK);
}

/**
 * The root of upstream's heap over the open rows in node order starting at `start`: best(i) = i unless a child's best is strictly greater; of two
 * children the right one wins only when strictly greater. O(rows).
 */
export function chooseHeap(cls: usize, start: i32): i32 {
  const rows = load<i32>(FLEET_ADDRESS, FLEET_ROWS);
  const order = load<usize>(FLEET_ADDRESS, FLEET_ORDER);
  const totals = load<usize>(cls, CLASS_TOTAL);
  const list = load<usize>(FLEET_ADDRESS, FLEET_SCRATCH);
  let count = 0;
  for (let i = 0; i < rows; i++) {
    let position = start + i;
    if (position >= rows) position -= rows;
    const row = load<i32>(order + (<usize>position << 2));
    if (load<i32>(totals + (<usize>row << 2)) == CLOSED) continue;
    store<i32>(list + (<usize>count << 2), row);
    count++;
  }
  if (count == 0) return -1;
  // Children come before parents: each cell turns into the winning row of its subtree.
  for (let i = (count >> 1) - 1; i >= 0; i--) {
    let winner = load<i32>(list + (<usize>i << 2));
    let best = load<i32>(totals + (<usize>winner << 2));
    for (let child = 2 * i + 1; child <= 2 * i + 2 && child < count; child++) {
      const row = load<i32>(list + (<usize>child << 2));
      const value = load<i32>(totals + (<usize>row << 2));
      if (value > best) {
        best = value;
        winner = row;
      }
    }
    store<i32>(list + (<usize>i << 2), winner);
  }
  return load<i32>(list);
}

/** Number of rows that share the highest total. */
export function countTied(cls: usize): i32 {
  const first = chooseFirst(cls);
  if (first < 0) return 0;
  const capacity = load<i32>(FLEET_ADDRESS, FLEET_CAPACITY);
  const totals = load<usize>(cls, CLASS_TOTAL);
  const best = load<i32>(totals + (<usize>first << 2));
  let count = 0;
  for (let row = first; row < capacity; row++) count += i32(load<i32>(totals + (<usize>row << 2)) == best);
  return count;
}

/** The n-th (from 0) row in snapshot order among those that share the highest total. */
export function chooseTied(cls: usize, n: i32): i32 {
  const first = chooseFirst(cls);
  const totals = load<usize>(cls, CLASS_TOTAL);
  const best = load<i32>(totals + (<usize>first << 2));
  let row = first;
  for (let left = n; left > 0; left--) {
    row++;
    while (load<i32>(totals + (<usize>row << 2)) != best) row++;
  }
  return row;
}

/**
 * Upstream's sampled scan at parallelism 1: from `nextStart` in node order until `wanted` open rows are found and one more is met, or all
 * rows are seen. Rows not taken get code 0 in the sampled lane. Returns the number taken; advances nextStart by what was examined.
 */
export function sample(cls: usize, wanted: i32): i32 {
  const rows = load<i32>(FLEET_ADDRESS, FLEET_ROWS);
  const order = load<usize>(FLEET_ADDRESS, FLEET_ORDER);
  const verdict = load<usize>(cls, CLASS_VERDICT);
  const sampled = load<usize>(FLEET_ADDRESS, FLEET_SAMPLED);
  const start = load<i32>(FLEET_ADDRESS, FLEET_NEXT_START);
  memory.fill(sampled, 0, <usize>load<i32>(FLEET_ADDRESS, FLEET_CAPACITY));
  let taken = 0;
  let failures = 0;
  for (let i = 0; i < rows; i++) {
    const row = load<i32>(order + (<usize>((start + i) % rows) << 2));
    if (<i32>load<u8>(verdict + <usize>row) != OPEN) {
      failures++;
      continue;
    }
    if (taken == wanted) break;
    store<u8>(sampled + <usize>row, <u8>OPEN);
    taken++;
  }
  store<i32>(FLEET_ADDRESS, failures, FLEET_EXAMINED_FAILURES);
  if (rows > 0) store<i32>(FLEET_ADDRESS, (start + taken + failures) % rows, FLEET_NEXT_START);
  return taken;
}
