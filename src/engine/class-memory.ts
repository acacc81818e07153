import type { Core } from '../layout/core.ts';
import type { Columns } from './columns.ts';

/** A piece of the core's memory. */
export interface Piece {
  readonly address: number;
  readonly bytes: number;
}

/** Records of a usual class fit into one. */
const CHUNK_BYTES = 1024;
const RECORD_ALIGNMENT = 16;

/** The memory that one class is written into. */
export class ClassMemory {
  /** Pieces that hold records and what belongs to them, */
  readonly records: Piece[] = [];
  /** and lanes. */
  readonly lanes: Piece[] = [];
  protected readonly core: Core;
  protected readonly columns: Columns;
  private chunkNext = 0;
  private chunkEnd = 0;

  constructor(core: Core, columns: Columns) {
    this.core = core;
    this.columns = columns;
  }

  allocate(bytes: number): number {
    // Records are many and small: they share chunks, so that a class has few pieces of memory to ask for and to give back.
    const size = Math.ceil(Math.max(bytes, 1) / RECORD_ALIGNMENT) * RECORD_ALIGNMENT;
    if (size > CHUNK_BYTES / 4) return this.piece(bytes, this.records);
    if (this.chunkNext + size > this.chunkEnd) {
      this.chunkNext = this.piece(CHUNK_BYTES, this.records);
      this.chunkEnd = this.chunkNext + CHUNK_BYTES;
    }
    const address = this.chunkNext;
    this.chunkNext += size;
    return address;
  }

  /** Zeroed memory of its own, aligned for lanes. */
  protected piece(bytes: number, list: Piece[]): number {
    const address = this.core.allocate(bytes);
    list.push({ address, bytes });
    return address;
  }

  /** Memory of its own that the core writes before it reads it. */
  unwritten(bytes: number, list: Piece[] = this.lanes): number {
    const address = this.core.allocate(bytes, false);
    list.push({ address, bytes });
    return address;
  }

  /** A lane that goes with the records, and that the core writes in full before it reads it. */
  recordLane(bytesPerRow: 1 | 4): number {
    return this.unwritten(this.columns.capacity * bytesPerRow, this.records);
  }

  /** A lane that the core writes in full before it reads it. */
  rawLane(bytesPerRow: 1 | 4 | 8): number {
    return this.unwritten(this.columns.capacity * bytesPerRow);
  }

  lane(bytesPerRow: 4 | 8): number {
    return this.piece(this.columns.capacity * bytesPerRow, this.lanes);
  }

  u8(address: number, value: number): void {
    this.core.u8[address] = value;
  }

  u32(address: number, value: number): void {
    this.core.u32[address / 4] = value;
  }

  i64(address: number, value: bigint): void {
    this.core.i64[address / 8] = this.columns.narrow(value);
  }

  f64(address: number, value: number): void {
    this.core.f64[address / 8] = value;
  }
}
