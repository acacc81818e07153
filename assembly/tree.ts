// The max-tree over a class's totals: blockMax over 64 rows, superMax over 64 blocks.

import { CLASS_BLOCK_MAX, CLASS_SUPER_MAX, CLASS_TOTAL, FLEET_ADDRESS, FLEET_CAPACITY } from './layout.generated';
import { maximumOf } from './lane';

/** Block maxima of the blocks that hold rows [begin, end), and the maxima above them. */
export function raiseTree(cls: usize, begin: i32, end: i32): void {
  const totals = load<usize>(cls, CLASS_TOTAL);
  const blocks = load<usize>(cls, CLASS_BLOCK_MAX);
  const first = begin >> 6;
  const last = (end + 63) >> 6;
  for (let block = first; block < last; block++) store<i32>(blocks + (<usize>block << 2), maximumOf(totals + (<usize>block << 8), 64));
  const supers = load<usize>(cls, CLASS_SUPER_MAX);
  const blockCount = load<i32>(FLEET_ADDRESS, FLEET_CAPACITY) >> 6;
  for (let group = first >> 6; group < (last + 63) >> 6; group++) {
    const left = blockCount - (group << 6);
    store<i32>(supers + (<usize>group << 2), maximumOf(blocks + (<usize>group << 8), left < 64 ? left : 64));
  }
}

/** A new total of one row, and the tree above it: looked through again only where the row held a maximum and goes down. */
// @ts-ignore: decorator
@inline
export function storeTotal(cls: usize, row: i32, after: i32): void {
  const at = load<usize>(cls, CLASS_TOTAL) + (<usize>row << 2);
  const before = load<i32>(at);
  if (after == before) return;
  store<i32>(at, after);
  const maximum = load<usize>(cls, CLASS_BLOCK_MAX) + (<usize>(row >> 6) << 2);
  const old = load<i32>(maximum);
  if (after < old) {
    if (before == old) raiseTree(cls, row, row + 1);
    return;
  }
  store<i32>(maximum, after);
  const above = load<usize>(cls, CLASS_SUPER_MAX) + (<usize>(row >> 12) << 2);
  if (after > load<i32>(above)) store<i32>(above, after);
}
