import type { Core } from '../layout/core.ts';
import {
  BLOCK,
  CELL_BYTES,
  CELL_COLUMN,
  CELL_TABLE,
  GROUPS_BEST,
  GROUPS_BEST_ROW,
  GROUPS_BLOCK_MAX,
  GROUPS_BYTES,
  GROUPS_CELL_COUNT,
  GROUPS_CELLS,
  GROUPS_KEY,
  GROUPS_LEVEL,
  GROUPS_LEVEL_CELLS,
  GROUPS_LEVEL_ROWS,
  GROUPS_OPEN_COUNT,
  GROUPS_PARTITION,
  GROUPS_RAW,
  GROUPS_TOTAL,
  LEVELS,
} from '../layout/layout.generated.ts';
import type { OwnCell, PartitionRecord } from './partitions.ts';

/** Memory that lives as long as the class. */
interface GroupMemory {
  allocate(bytes: number): number;
  unwritten(bytes: number): number;
}

/**
 * Writes a class's GROUPS record and sets its arrays aside; the core fills them when the class first decides.
 */
export function writeGroups(core: Core, memory: GroupMemory, partition: PartitionRecord, cells: readonly OwnCell[], rates: number): number {
  const { count, blocks } = partition;
  const groups = count * LEVELS;
  const address = memory.allocate(GROUPS_BYTES);
  const list = memory.allocate(cells.length * CELL_BYTES);
  cells.forEach(({ table, column }, i) => {
    core.u32[(list + i * CELL_BYTES + CELL_TABLE) / 4] = table;
    core.u32[(list + i * CELL_BYTES + CELL_COLUMN) / 4] = column;
  });
  const fields: readonly [field: number, value: number][] = [
    [GROUPS_PARTITION, partition.address],
    [GROUPS_CELLS, list],
    [GROUPS_CELL_COUNT, cells.length],
    [GROUPS_KEY, memory.unwritten(blocks * BLOCK * 4)],
    [GROUPS_LEVEL, memory.unwritten(blocks * BLOCK)],
    [GROUPS_BLOCK_MAX, memory.unwritten(blocks * LEVELS * 4)],
    [GROUPS_OPEN_COUNT, memory.allocate(groups * 4)],
    [GROUPS_BEST, memory.allocate(groups * 4)],
    [GROUPS_BEST_ROW, memory.allocate(groups * 4)],
    [GROUPS_TOTAL, memory.allocate(groups * 4)],
    [GROUPS_RAW, memory.allocate(rates * groups * 8)],
    [GROUPS_LEVEL_ROWS, memory.allocate(LEVELS * 4)],
    [GROUPS_LEVEL_CELLS, memory.allocate(LEVELS * cells.length * 8)],
  ];
  for (const [field, value] of fields) core.u32[(address + field) / 4] = value;
  return address;
}
