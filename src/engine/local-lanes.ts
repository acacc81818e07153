import type { Core } from '../layout/core.ts';
import { BLOCK, LOCAL_REVISION, LOCAL_STAGE } from '../layout/layout.generated.ts';
import type { ClassEncoder } from './class-encoder.ts';
import type { Piece } from './class-memory.ts';
import { type ClassRecord, isBare, writeClass, writeLocal } from './class-record.ts';
import type { Columns } from './columns.ts';
import type { EncodedStep } from './encoded.ts';
import { journalHead } from './journal.ts';

/** A LOCAL record with its lanes: what each row says by itself to pods that ask the same of a node. */
export interface LocalLanes {
  readonly address: number;
  /** u8 lane of verdicts. */
  readonly near: number;
  /** Parameters of the NodeResourcesFit filter, for diagnosis. */
  readonly fitParams: number;
  /** Equal for templates that ask the same; undefined = the lanes of one class alone. */
  readonly signature: string | undefined;
  readonly pieces: Piece[];
  /** Classes that add nothing to the lanes but a constant, by it: templates share them whole. */
  readonly bare: Map<number, ClassRecord>;
  users: number;
  bytes: number;
  /** How much of the list of shut rows the static lane knows. */
  shutAt: number;
  /** Its signature has come back: the lanes are worth keeping while nobody uses them. */
  recurs: boolean;
}

/** Signatures remembered, so that the second class with one is known as such. */
const SEEN_MAX = 1 << 14;
/** Share of the class memory that lanes without a user may hold. */
const IDLE_SHARE = 16;

/**
 * The lanes that classes share. A Deployment's pods differ from another's in labels, owner or spreading, and often not in what they ask of a node: then
 * each changed row is redone once for all of them.
 */
export class LocalLanesPool {
  /** Bytes in use, idle ones included. */
  bytes = 0;
  private readonly core: Core;
  private readonly columns: Columns;
  private readonly idleMax: number;
  private readonly all = new Set<LocalLanes>();
  private readonly bySignature = new Map<string, LocalLanes>();
  /** Least recently used first. */
  private readonly idle = new Set<LocalLanes>();
  private idleBytes = 0;
  private readonly seen = new Set<string>();
  /** Rows that have been closed or opened, oldest first: lanes learn of them when a class is used next. */
  private readonly shut: number[] = [];

  constructor(core: Core, columns: Columns, bytesMax: number) {
    this.core = core;
    this.columns = columns;
    this.idleMax = bytesMax / IDLE_SHARE;
  }

  get hasIdle(): boolean {
    return this.idle.size > 0;
  }

  /** LOCAL records there are. */
  get size(): number {
    return this.all.size;
  }

  /**
   * The lanes and the CLASS record for what has been encoded, found or written. `own`: the memory that belongs to the class alone. Amortised O(steps).
   */
  of(encoder: ClassEncoder): {
    readonly lanes: LocalLanes;
    readonly record: ClassRecord;
    readonly own: readonly Piece[];
    readonly bare: boolean;
  } {
    const { lanes, isNew } = this.take(encoder);
    const bare = isBare(encoder);
    const known = bare ? lanes.bare.get(encoder.constantScore) : undefined;
    const record = known ?? this.writeClass(encoder, lanes, isNew);
    const own = isNew ? encoder.lanes : [...encoder.records, ...encoder.lanes];
    if (known) {
      this.giveBack(own);
      return { lanes, record, own: [], bare };
    }
    if (!bare) {
      this.count(lanes);
      return { lanes, record, own, bare };
    }
    lanes.bare.set(encoder.constantScore, record);
    lanes.pieces.push(...own);
    this.count(lanes);
    return { lanes, record, own: [], bare };
  }

  /** When memory is full the lanes lose the user that they have just got, and the caller gives back what the encoder holds. */
  private writeClass(encoder: ClassEncoder, lanes: LocalLanes, isNew: boolean): ClassRecord {
    try {
      return writeClass(this.core, this.columns, encoder, lanes);
    } catch (error) {
      if (isNew) this.forget(lanes);
      else this.leave(lanes);
      throw error;
    }
  }

  /** A class has gone. */
  leave(lanes: LocalLanes): void {
    if (--lanes.users > 0) return;
    if (!lanes.recurs) {
      this.free(lanes);
      return;
    }
    this.idle.add(lanes);
    this.idleBytes += lanes.bytes;
    for (const oldest of this.idle) {
      if (this.idleBytes <= this.idleMax && !this.isFarBehind(oldest)) break;
      this.free(oldest);
    }
  }

  /** Frees all lanes that nobody uses. */
  dropIdle(): void {
    for (const lanes of [...this.idle]) this.free(lanes);
  }

  /** Addresses of all LOCAL records. */
  addresses(): number[] {
    return Array.from(this.all, ({ address }) => address);
  }

  /** Addresses of the CLASS records that go with the lanes. */
  bareClasses(): number[] {
    return Array.from(this.all, ({ bare }) => Array.from(bare.values(), ({ address }) => address)).flat();
  }

  /** These rows have been closed or opened. */
  noteShut(rows: readonly number[]): void {
    for (const row of rows) this.shut.push(row);
  }

  /** Rows closed or opened so far. */
  get shutCount(): number {
    return this.shut.length;
  }

  /** Rows are closed or open again as they were when so many had been. */
  rewindShut(count: number): void {
    for (const lanes of this.all) {
      if (lanes.shutAt <= count) continue;
      this.bringUp(lanes);
      lanes.shutAt = count;
    }
    this.shut.length = count;
  }

  /** What the node objects alone say of rows that have been closed or opened is worked out anew. */
  bringUp(lanes: LocalLanes): void {
    const from = lanes.shutAt;
    lanes.shutAt = this.shut.length;
    if (from === lanes.shutAt || this.core.i32[(lanes.address + LOCAL_STAGE) / 4] === 0) return;
    const blocks = new Set<number>();
    for (let i = from; i < lanes.shutAt; i++) blocks.add(Math.floor((this.shut[i] as number) / BLOCK));
    for (const block of blocks) this.core.exports.buildStatic(lanes.address, block * BLOCK, (block + 1) * BLOCK);
  }

  /** So far that the core builds lanes anew unless they are plain (isFarBehind in assembly/local.ts): then those that wait here are not worth their memory. */
  private isFarBehind({ address }: LocalLanes): boolean {
    const behind = (journalHead(this.core) - (this.core.u32[(address + LOCAL_REVISION) / 4] as number)) >>> 0;
    return behind > this.columns.capacity >> 5;
  }

  private take(encoder: ClassEncoder): { lanes: LocalLanes; isNew: boolean } {
    const signature = signatureOf(encoder);
    const known = signature === undefined ? undefined : this.bySignature.get(signature);
    if (!known) return { lanes: this.write(encoder, signature), isNew: true };
    if (this.idle.delete(known)) this.idleBytes -= known.bytes;
    this.bringUp(known);
    known.recurs = true;
    known.users++;
    return { lanes: known, isNew: false };
  }

  private write(encoder: ClassEncoder, signature: string | undefined): LocalLanes {
    const record = writeLocal(this.core, encoder);
    const recurs = signature !== undefined && this.recurs(signature);
    const { fitParams, records: pieces } = encoder;
    const lanes: LocalLanes = {
      ...record,
      fitParams,
      signature,
      pieces,
      bare: new Map(),
      users: 1,
      bytes: 0,
      recurs,
      shutAt: this.shut.length,
    };
    this.all.add(lanes);
    if (signature !== undefined) this.bySignature.set(signature, lanes);
    return lanes;
  }

  private recurs(signature: string): boolean {
    if (this.seen.has(signature)) return true;
    if (this.seen.size >= SEEN_MAX) this.seen.clear();
    this.seen.add(signature);
    return false;
  }

  private count(lanes: LocalLanes): void {
    const bytes = lanes.pieces.reduce((sum, piece) => sum + piece.bytes, 0);
    this.bytes += bytes - lanes.bytes;
    lanes.bytes = bytes;
  }

  private free(lanes: LocalLanes): void {
    this.forget(lanes);
    this.giveBack(lanes.pieces);
  }

  private forget(lanes: LocalLanes): void {
    if (this.idle.delete(lanes)) this.idleBytes -= lanes.bytes;
    this.all.delete(lanes);
    if (lanes.signature !== undefined) this.bySignature.delete(lanes.signature);
    this.bytes -= lanes.bytes;
  }

  private giveBack(pieces: readonly Piece[]): void {
    for (const { address, bytes } of pieces) this.core.release(address, bytes);
  }
}

/** What the lanes depend on besides the rows, as text; undefined where a rule has not said it. */
function signatureOf({ staticFilters, localFilters, localScores, staticLaneSignature }: ClassEncoder): string | undefined {
  if (staticLaneSignature === undefined) return undefined;
  let text = staticLaneSignature;
  for (const steps of [staticFilters, localFilters, localScores]) {
    text += '\n';
    for (const step of steps) {
      if (step.signature === undefined) return undefined;
      text += stepSignature(step);
    }
  }
  return text;
}

function stepSignature({ kernel, code, signature }: EncodedStep): string {
  return `${kernel}:${code}:${signature}|`;
}
