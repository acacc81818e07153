import type { Core } from '../layout/core.ts';
import {
  BLOCK,
  PARTITION_BLOCKS,
  PARTITION_BYTES,
  PARTITION_COUNT,
  PARTITION_FIRST_BLOCK,
  PARTITION_OF_BLOCK,
  PARTITION_POSITION_OF,
  PARTITION_ROW_OF,
} from '../layout/layout.generated.ts';
import type { LabelColumn, RowFact } from '../rules/encode/encoder.ts';

/** Up to so many values a partition each costs less than a cell per row, */
const CODES_FEW = 64;
/** and up to so many less than a pass over all rows. */
const CODES_MAX = 512;

/** An i32 lane of raw values that only the node objects decide; `shared` = it outlives the class. */
export interface FinalLane {
  readonly address: number;
  readonly shared: boolean;
}

/** What the rows of one partition agree in: the code in a column, whether there is one, or the value of a lane. */
interface Part {
  readonly kind: 'code' | 'presence' | 'lane';
  readonly address: number;
  /** Freed with the class. */
  readonly own?: boolean;
}

/** A count of which every row has a cell of its own. */
export interface OwnCell {
  readonly table: number;
  /** Address of the column of codes; 0 = the row is the code. */
  readonly column: number;
}

/** How the rows of a class fall into groups. */
export interface Grouping {
  readonly parts: readonly Part[];
  readonly cells: readonly OwnCell[];
}

/** Undefined where some fact neither has few values nor is the row's own: such a class is scanned in full. */
export function groupingOf(
  facts: readonly RowFact[],
  lanes: readonly FinalLane[],
  isOwn: (column: LabelColumn) => boolean,
): Grouping | undefined {
  const parts = new Map<string, Part>();
  const cells = new Map<string, OwnCell>();
  const addPart = (part: Part) => parts.set(`${part.kind}${part.address}`, part);
  const addCell = (cell: OwnCell) => cells.set(`${cell.table}/${cell.column}`, cell);
  for (const { address, shared } of lanes) addPart({ kind: 'lane', address, own: !shared });
  for (const { column, table, presence } of facts) {
    if (!column) addCell({ table: table as number, column: 0 });
    else if (presence) addPart({ kind: 'presence', address: column.address });
    else if (domains(column) > CODES_FEW && table !== undefined && isOwn(column)) {
      addPart({ kind: 'presence', address: column.address });
      addCell({ table, column: column.address });
    } else if (domains(column) <= CODES_MAX) addPart({ kind: 'code', address: column.address });
    else return undefined;
  }
  return { parts: [...parts.values()], cells: [...cells.values()] };
}

/** Values of the column; code 0 stands for none. */
function domains({ values }: LabelColumn): number {
  return values.length - 1;
}

/** Bytes of the record and of its arrays, for giving them back. */
export interface PartitionRecord {
  readonly address: number;
  readonly count: number;
  readonly blocks: number;
  readonly allocations: readonly { readonly address: number; readonly bytes: number }[];
}

/** The partitions of a fleet: made when first asked for, and kept unless they depend on a class's own lane. */
export class Partitions {
  private readonly core: Core;
  private readonly rows: number;
  private readonly capacity: number;
  private readonly known = new Map<string, PartitionRecord | undefined>();

  constructor(core: Core, rows: number, capacity: number) {
    this.core = core;
    this.rows = rows;
    this.capacity = capacity;
  }

  /** `own`: the caller frees the record's allocations. */
  of(parts: readonly Part[]): { readonly record: PartitionRecord; readonly own: boolean } | undefined {
    const own = parts.some((part) => part.own);
    const key = parts.map(({ kind, address }) => `${kind}${address}`).join();
    const record = own || !this.known.has(key) ? writePartition(this.core, this.rows, this.capacity, parts) : this.known.get(key);
    if (!own) this.known.set(key, record);
    return record && { record, own };
  }
}

/** Writes a PARTITION record; undefined where the padding to whole blocks would outweigh the rows. O(rows · parts). */
function writePartition(core: Core, rows: number, capacity: number, parts: readonly Part[]): PartitionRecord | undefined {
  const { ids, count } = partitionIds(core, rows, parts);
  const sizes = new Int32Array(count);
  for (const id of ids) sizes[id] = (sizes[id] as number) + 1;
  const firstBlock = new Int32Array(count + 1);
  for (let id = 0; id < count; id++) firstBlock[id + 1] = (firstBlock[id] as number) + Math.ceil((sizes[id] as number) / BLOCK);
  const blocks = firstBlock[count] as number;
  if (blocks > 2 * (capacity / BLOCK) + 16) return undefined;
  const allocations: { address: number; bytes: number }[] = [];
  const allocate = (bytes: number): number => {
    const address = core.allocate(bytes);
    allocations.push({ address, bytes });
    return address;
  };
  const rowOf = allocate(blocks * BLOCK * 4);
  const positionOf = allocate(capacity * 4);
  core.i32.fill(-1, rowOf / 4, rowOf / 4 + blocks * BLOCK);
  const next = Int32Array.from(firstBlock, (block) => block * BLOCK);
  ids.forEach((id, row) => {
    const position = next[id] as number;
    next[id] = position + 1;
    core.i32[rowOf / 4 + position] = row;
    core.i32[positionOf / 4 + row] = position;
  });
  const firsts = allocate((count + 1) * 4);
  core.i32.set(firstBlock, firsts / 4);
  const ofBlock = allocate(blocks * 4);
  for (let id = 0; id < count; id++)
    core.i32.fill(id, ofBlock / 4 + (firstBlock[id] as number), ofBlock / 4 + (firstBlock[id + 1] as number));
  const address = allocate(PARTITION_BYTES);
  const fields: readonly [field: number, value: number][] = [
    [PARTITION_COUNT, count],
    [PARTITION_BLOCKS, blocks],
    [PARTITION_ROW_OF, rowOf],
    [PARTITION_POSITION_OF, positionOf],
    [PARTITION_FIRST_BLOCK, firsts],
    [PARTITION_OF_BLOCK, ofBlock],
  ];
  for (const [field, value] of fields) core.i32[(address + field) / 4] = value;
  return { address, count, blocks, allocations };
}

/** Numbers the distinct vectors of the parts in order of first appearance. */
function partitionIds(core: Core, rows: number, parts: readonly Part[]): { ids: Int32Array; count: number } {
  let ids = new Int32Array(rows);
  let count = rows > 0 ? 1 : 0;
  for (const { kind, address } of parts) {
    const values = core.i32.subarray(address / 4, address / 4 + rows);
    const finer = new Map<number, number>();
    const refined = new Int32Array(rows);
    for (let row = 0; row < rows; row++) {
      const value = kind === 'presence' ? Number(values[row] !== 0) : (values[row] as number);
      // Values are int32 and ids below 2^20: the key is exact.
      const key = (ids[row] as number) * 2 ** 32 + (value >>> 0);
      let id = finer.get(key);
      if (id === undefined) {
        id = finer.size;
        finer.set(key, id);
      }
      refined[row] = id;
    }
    ids = refined;
    count = finer.size;
  }
  return { ids, count };
}
