// The group index: exact decisions of classes with normalised or counting rules, without a look at every row.
//
// What such rules say about a row depends on little: its domains, taints and preferred terms (its partition) and on counts that belong to the row
// alone (its level). Rows of one partition and level are a group: one verdict and one normalised score for all of them, so that its best row is
// the one with the best local score.
//
//   position   0 ........... 63 | 64 ........ 127 | 128 ....... 191 | ...   rows in order, partition by partition, padded to whole blocks
//   partition  |------ 0 -------------------------|------ 1 -------|
//   blockMax   one maximum of the key for each level and block
//   group      partition * LEVELS + level: openCount, best, bestRow; constants are worked out anew for each decision

import {
  BLOCK, CELL_BYTES, CELL_COLUMN, CELL_TABLE, CLASS_GROUPS, CLASS_LOCAL, CLOSED, GROUPS_BEST, GROUPS_BEST_ROW,
  GROUPS_BLOCK_MAX, GROUPS_CELLS, GROUPS_CELL_COUNT, GROUPS_KEY, GROUPS_LEVEL, GROUPS_LEVEL_CELLS, GROUPS_LEVEL_ROWS, GROUPS_OPEN_COUNT,
  GROUPS_PARTITION, GROUPS_READY, LEVELS, LOCAL_NEAR, LOCAL_SCORE, OPEN, PARTITION_BLOCKS, PARTITION_COUNT, PARTITION_FIRST_BLOCK, PARTITION_OF_BLOCK,
  PARTITION_POSITION_OF, PARTITION_ROW_OF, TABLE_CELLS, TABLE_FLOAT,
} from './layout.generated';
import { highest, maximumOf, positionOf } from './lane';

/** The row of the group's best is not known. */
export const UNKNOWN: i32 = -1;

// @ts-ignore: decorator
@inline
export function i32At(array: usize, index: i32): i32 {
  return load<i32>(array + (<usize>index << 2));
}

// @ts-ignore: decorator
@inline
export function setI32(array: usize, index: i32, value: i32): void {
  store<i32>(array + (<usize>index << 2), value);
}

function cellAt(cell: usize, row: i32): f64 {
  const table = load<usize>(cell, CELL_TABLE);
  const column = load<usize>(cell, CELL_COLUMN);
  const code = column ? i32At(column, row) : row;
  const cells = load<usize>(table, TABLE_CELLS);
  if (load<i32>(table, TABLE_FLOAT)) return load<f64>(cells + (<usize>code << 3));
  return <f64>i32At(cells, code);
}

function isLevelOf(groups: usize, level: i32, row: i32): bool {
  const count = load<i32>(groups, GROUPS_CELL_COUNT);
  const cells = load<usize>(groups, GROUPS_CELLS);
  const values = load<usize>(groups, GROUPS_LEVEL_CELLS) + (<usize>(level * count) << 3);
  for (let i = 0; i < count; i++) {
    if (load<f64>(values + (<usize>i << 3)) != cellAt(cells + <usize>i * CELL_BYTES, row)) return false;
  }
  return true;
}

/** The level of the row's vector, a free one where no row has it yet; -1 when all are taken. */
function levelOf(groups: usize, row: i32): i32 {
  const rows = load<usize>(groups, GROUPS_LEVEL_ROWS);
  let free = -1;
  for (let level = 0; level < LEVELS; level++) {
    if (i32At(rows, level) == 0) {
      if (free < 0) free = level;
    } else if (isLevelOf(groups, level, row)) return level;
  }
  if (free < 0) return -1;
  const count = load<i32>(groups, GROUPS_CELL_COUNT);
  const cells = load<usize>(groups, GROUPS_CELLS);
  const values = load<usize>(groups, GROUPS_LEVEL_CELLS) + (<usize>(free * count) << 3);
  for (let i = 0; i < count; i++) store<f64>(values + (<usize>i << 3), cellAt(cells + <usize>i * CELL_BYTES, row));
  return free;
}

// @ts-ignore: decorator
@inline
function keyOf(cls: usize, row: i32): i32 {
  const local = load<usize>(cls, CLASS_LOCAL);
  return <i32>load<u8>(load<usize>(local, LOCAL_NEAR) + <usize>row) == OPEN ? i32At(load<usize>(local, LOCAL_SCORE), row) : CLOSED;
}

/** Largest key of one block at one level. */
function blockMaximum(groups: usize, block: i32, level: i32): i32 {
  const first = <usize>(block * BLOCK);
  const keys = load<usize>(groups, GROUPS_KEY) + (first << 2);
  const levels = load<usize>(groups, GROUPS_LEVEL) + first;
  const wanted = i32x4.splat(level);
  const closed = i32x4.splat(CLOSED);
  let most = closed;
  for (let i: usize = 0; i < <usize>BLOCK; i += 4) {
    const own = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(levels + i)));
    most = i32x4.max_s(most, v128.bitselect(v128.load(keys + (i << 2)), closed, i32x4.eq(own, wanted)));
  }
  return highest(most);
}

function refreshBlock(groups: usize, block: i32, level: i32): void {
  const partition = load<usize>(groups, GROUPS_PARTITION);
  const maxima = load<usize>(groups, GROUPS_BLOCK_MAX);
  setI32(maxima, level * load<i32>(partition, PARTITION_BLOCKS) + block, blockMaximum(groups, block, level));
  setI32(load<usize>(groups, GROUPS_BEST_ROW), i32At(load<usize>(partition, PARTITION_OF_BLOCK), block) * LEVELS + level, UNKNOWN);
}

/** Builds everything from the near and score lanes; false when the rows need more levels than there are. O(rows). */
export function buildGroups(cls: usize, groups: usize): bool {
  const partition = load<usize>(groups, GROUPS_PARTITION);
  const count = load<i32>(partition, PARTITION_COUNT);
  const blocks = load<i32>(partition, PARTITION_BLOCKS);
  const rowOf = load<usize>(partition, PARTITION_ROW_OF);
  const keys = load<usize>(groups, GROUPS_KEY);
  const levels = load<usize>(groups, GROUPS_LEVEL);
  const open = load<usize>(groups, GROUPS_OPEN_COUNT);
  const levelRows = load<usize>(groups, GROUPS_LEVEL_ROWS);
  memory.fill(open, 0, <usize>(count * LEVELS) << 2);
  memory.fill(levelRows, 0, <usize>LEVELS << 2);
  let used = 1;
  for (let position = 0; position < blocks * BLOCK; position++) {
    const row = i32At(rowOf, position);
    if (row < 0) {
      setI32(keys, position, CLOSED);
      store<u8>(levels + <usize>position, 0);
      continue;
    }
    const level = levelOf(groups, row);
    if (level < 0) return false;
    if (level >= used) used = level + 1;
    const key = keyOf(cls, row);
    setI32(keys, position, key);
    store<u8>(levels + <usize>position, <u8>level);
    setI32(levelRows, level, i32At(levelRows, level) + 1);
    if (key == CLOSED) continue;
    const group = i32At(load<usize>(partition, PARTITION_OF_BLOCK), position / BLOCK) * LEVELS + level;
    setI32(open, group, i32At(open, group) + 1);
  }
  const maxima = load<usize>(groups, GROUPS_BLOCK_MAX);
  for (let i = used * blocks; i < LEVELS * blocks; i++) setI32(maxima, i, CLOSED);
  for (let level = 0; level < used; level++) for (let block = 0; block < blocks; block++) refreshBlock(groups, block, level);
  for (let group = 0; group < count * LEVELS; group++) setI32(load<usize>(groups, GROUPS_BEST_ROW), group, UNKNOWN);
  store<i32>(groups, 1, GROUPS_READY);
  return true;
}

/** The class's lanes are built anew: so must be its groups. */
export function forgetGroups(cls: usize): void {
  const groups = load<usize>(cls, CLASS_GROUPS);
  if (groups) store<i32>(groups, 0, GROUPS_READY);
}

/** The row has changed, and its lanes are up to date. */
export function updateGroups(cls: usize, row: i32): void {
  const groups = load<usize>(cls, CLASS_GROUPS);
  if (!groups || !load<i32>(groups, GROUPS_READY)) return;
  const partition = load<usize>(groups, GROUPS_PARTITION);
  const position = i32At(load<usize>(partition, PARTITION_POSITION_OF), row);
  const at = load<usize>(groups, GROUPS_LEVEL) + <usize>position;
  const keys = load<usize>(groups, GROUPS_KEY);
  const levelRows = load<usize>(groups, GROUPS_LEVEL_ROWS);
  const before = <i32>load<u8>(at);
  const oldKey = i32At(keys, position);
  const newKey = keyOf(cls, row);
  let level = before;
  if (!isLevelOf(groups, before, row)) {
    setI32(levelRows, before, i32At(levelRows, before) - 1);
    level = levelOf(groups, row);
    if (level < 0) {
      store<i32>(groups, 0, GROUPS_READY);
      return;
    }
    setI32(levelRows, level, i32At(levelRows, level) + 1);
  }
  if (level == before && newKey == oldKey) return;
  store<u8>(at, <u8>level);
  setI32(keys, position, newKey);
  const block = position / BLOCK;
  const group = i32At(load<usize>(partition, PARTITION_OF_BLOCK), block) * LEVELS;
  const open = load<usize>(groups, GROUPS_OPEN_COUNT);
  if (oldKey != CLOSED) setI32(open, group + before, i32At(open, group + before) - 1);
  if (newKey != CLOSED) setI32(open, group + level, i32At(open, group + level) + 1);
  refreshBlock(groups, block, before);
  if (level != before) refreshBlock(groups, block, level);
}

/** Looks up the best key of a group and the smallest row that has it. O(blocks of the partition + 64). */
export function findBest(groups: usize, partition: usize, part: i32, level: i32): void {
  const blocks = load<i32>(partition, PARTITION_BLOCKS);
  const firstBlock = load<usize>(partition, PARTITION_FIRST_BLOCK);
  const maxima = load<usize>(groups, GROUPS_BLOCK_MAX) + (<usize>(level * blocks) << 2);
  const first = i32At(firstBlock, part);
  const count = i32At(firstBlock, part + 1) - first;
  const own = maxima + (<usize>first << 2);
  const best = maximumOf(own, count);
  const keys = load<usize>(groups, GROUPS_KEY);
  const levels = load<usize>(groups, GROUPS_LEVEL);
  let position = (first + positionOf(own, count, best)) * BLOCK;
  while (i32At(keys, position) != best || <i32>load<u8>(levels + <usize>position) != level) position++;
  const group = part * LEVELS + level;
  setI32(load<usize>(groups, GROUPS_BEST), group, best);
  setI32(load<usize>(groups, GROUPS_BEST_ROW), group, i32At(load<usize>(partition, PARTITION_ROW_OF), position));
}
