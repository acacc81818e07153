import { CLASS_MEMORY_MAX } from '../base/limits.ts';
import type { Core } from '../layout/core.ts';
import { TURN_BYTES, TURN_CLASS, TURN_USAGE } from '../layout/layout.generated.ts';
import type { PodTemplate } from '../model/pod.ts';
import type { ClusterObjects } from '../model/snapshot.ts';
import { encodingOf } from '../rules/encode/index.ts';
import type { Semantics } from '../rules/rule.ts';
import { ClassEncoder } from './class-encoder.ts';
import type { Piece } from './class-memory.ts';
import type { Columns } from './columns.ts';
import type { Counts } from './counts.ts';
import type { CodeMeaning, HostFilter } from './encoded.ts';
import { journalHead, rewindJournal } from './journal.ts';
import { type LocalLanes, LocalLanesPool } from './local-lanes.ts';
import type { ResolvedProfile, WeightedRule } from './resolved-profile.ts';
import type { TemplateEntry } from './templates.ts';

/** A class: the compiled request of one template under one profile. Classes that ask the same of a node share lanes in the core's memory. */
export interface PodClass {
  readonly template: PodTemplate;
  readonly entry: TemplateEntry;
  readonly profile: ResolvedProfile;
  /** Address of the CLASS record, which other templates may share. */
  readonly address: number;
  readonly local: LocalLanes;
  /** Nothing counts or normalises: scores are those of single rows. */
  readonly bare: boolean;
  readonly codes: readonly CodeMeaning[];
  /** Rows that PreFilter left, ascending; undefined = all. */
  readonly narrowed: readonly number[] | undefined;
  readonly hostFilters: readonly HostFilter[];
  readonly hostScores: readonly WeightedRule[];
  /** i32 lane for host scores; 0 = none. */
  readonly hostLane: number;
  readonly verdictLane: number;
  /** A rule refuses the pods of this class for the whole cluster. */
  readonly refused: boolean;
  /** Memory that goes with the class. */
  readonly own: readonly Piece[];
  readonly heldTables: readonly number[];
  /** What must hold of the nodes that are there, and the revision of these for which it was last seen to hold. */
  readonly conditions: readonly (() => boolean)[];
  heldAt: number;
  /** A template registered later acts on this class: compile it again before its next decision. */
  stale: boolean;
  /** Logical time of the last use. */
  usedAt: number;
}

/** A state of the nodes to go back to. */
export interface ClassesPosition {
  readonly journal: number;
  readonly shut: number;
}

/** Builds the lanes of many LOCAL records at once: the seam for worker threads. */
export interface ClassBuilder {
  build(addresses: readonly number[]): Promise<void>;
}

/** Compiles classes and keeps them by template, the least recently used ones only while memory allows. */
export class Classes {
  private readonly core: Core;
  private readonly columns: Columns;
  private readonly counts: Counts;
  private readonly semantics: Semantics;
  private readonly objects: ClusterObjects;
  private readonly bytesMax: number;
  private readonly byTemplate = new Map<PodTemplate, PodClass>();
  private readonly locals: LocalLanesPool;
  /** Of memory that goes with classes. */
  private ownBytes = 0;
  /** Classes stay while there is room: their pods come again. */
  keepsAll = false;
  /** Classes compiled so far. */
  compiled = 0;
  /** Classes used at or after the mark are in use and stay. */
  private mark = 0;
  private clock = 0;

  constructor(
    core: Core,
    columns: Columns,
    counts: Counts,
    semantics: Semantics,
    objects: ClusterObjects,
    bytesMax: number = CLASS_MEMORY_MAX,
  ) {
    this.core = core;
    this.bytesMax = bytesMax;
    this.columns = columns;
    this.locals = new LocalLanesPool(core, columns, bytesMax);
    this.counts = counts;
    this.semantics = semantics;
    this.objects = objects;
    counts.onNewTerm = (term) => this.outdate(term.selects);
    columns.onNegative = () => this.outdate(() => true);
  }

  /** Classes of these templates are compiled again before their next decision. */
  outdate(concerns: (template: PodTemplate) => boolean): void {
    for (const cls of this.byTemplate.values()) if (concerns(cls.template)) cls.stale = true;
  }

  get size(): number {
    return this.byTemplate.size;
  }

  /** Sets of lanes that classes share. */
  get localCount(): number {
    return this.locals.size;
  }

  private get bytes(): number {
    return this.ownBytes + this.locals.bytes;
  }

  /** The class of a template, compiled on first sight. Amortised O(1) per pod. */
  of(template: PodTemplate, profile: ResolvedProfile): PodClass {
    const known = this.byTemplate.get(template);
    if (known && !known.stale && this.holds(known)) {
      known.usedAt = ++this.clock;
      this.locals.bringUp(known.local);
      return known;
    }
    if (known) this.drop(known);
    if (this.bytes > this.bytesMax) this.evict();
    const cls = this.compile(this.counts.entry(template), profile);
    cls.usedAt = ++this.clock;
    this.ownBytes += bytesOf(cls);
    this.compiled++;
    this.byTemplate.set(template, cls);
    return cls;
  }

  private holds(cls: PodClass): boolean {
    const { nodesRevision } = this.columns;
    if (cls.heldAt !== nodesRevision && !cls.conditions.every((condition) => condition())) return false;
    cls.heldAt = nodesRevision;
    return true;
  }

  /** Compiles nothing. */
  peek(template: PodTemplate): PodClass | undefined {
    return this.byTemplate.get(template);
  }

  /** From here on every class asked for stays until the next mark. */
  pin(): void {
    this.mark = this.clock + 1;
  }

  /** True when the classes in use alone fill the memory: the caller should finish with them before asking for more. */
  get crowded(): boolean {
    return this.bytes > this.bytesMax && !this.locals.hasIdle && this.evictable().length === 0;
  }

  private evictable(): PodClass[] {
    return [...this.byTemplate.values()].filter((cls) => cls.usedAt < this.mark);
  }

  /** Drops lanes without classes, and the less recently used half of the classes that are not in use. */
  private evict(): void {
    this.locals.dropIdle();
    if (this.bytes <= this.bytesMax) return;
    const idle = this.evictable().sort((a, b) => a.usedAt - b.usedAt);
    for (const cls of idle.slice(0, Math.ceil(idle.length / 2))) this.drop(cls);
  }

  /** These rows have been closed or opened; the journal has to tell of them, too. */
  noteShut(rows: readonly number[]): void {
    this.locals.noteShut(rows);
  }

  /** A state to go back to with `rewind`. */
  get position(): ClassesPosition {
    return { journal: journalHead(this.core), shut: this.locals.shutCount };
  }

  /**
   * Everything about the nodes is again as it was at the position: lanes that nobody has asked for since are as good as they were then, and the
   * others redo the rows that had changed. O(classes, and changed rows of those used).
   */
  rewind({ journal, shut }: ClassesPosition): void {
    this.locals.rewindShut(shut);
    const classes = new Set(this.locals.bareClasses());
    for (const { address } of this.byTemplate.values()) classes.add(address);
    rewindJournal(this.core, journal, { locals: this.locals.addresses(), classes: [...classes], bounds: this.columns.bounds.addresses });
  }

  /** The last pod of a class has been decided: it is freed unless classes are kept. */
  retire(cls: PodClass): void {
    if (!this.keepsAll) this.drop(cls);
  }

  /** Frees all classes. */
  dropAll(): void {
    for (const cls of [...this.byTemplate.values()]) this.drop(cls);
    this.locals.dropIdle();
  }

  /** Frees a class; it comes back exact when asked for again. */
  drop(cls: PodClass): void {
    if (this.byTemplate.get(cls.template) !== cls) return;
    this.release(cls.own, cls.heldTables);
    this.locals.leave(cls.local);
    this.byTemplate.delete(cls.template);
    this.ownBytes -= bytesOf(cls);
  }

  private compile(entry: TemplateEntry, profile: ResolvedProfile): PodClass {
    const encoder = new ClassEncoder(this.core, this.columns, this.counts, entry.template, this.semantics, this.objects);
    const { lanes, record, own, bare } = this.write(encoder, profile);
    const { template, codes, narrowed, hostFilters, hostScores, heldTables, refused, conditions } = encoder;
    return {
      ...record,
      ...{ template, codes, narrowed, hostFilters, hostScores, heldTables, refused, conditions },
      local: lanes,
      own,
      bare,
      entry,
      profile,
      stale: false,
      heldAt: this.columns.nodesRevision,
      usedAt: 0,
    };
  }

  private write(encoder: ClassEncoder, profile: ResolvedProfile): ReturnType<LocalLanesPool['of']> {
    try {
      this.encode(encoder, profile);
      return this.locals.of(encoder);
    } catch (error) {
      this.release([...encoder.records, ...encoder.lanes], encoder.heldTables);
      throw error;
    }
  }

  private release(pieces: readonly Piece[], heldTables: readonly number[]): void {
    for (const { address, bytes } of pieces) this.core.release(address, bytes);
    for (const table of heldTables) this.counts.release(table);
  }

  private encode(encoder: ClassEncoder, profile: ResolvedProfile): void {
    for (const bound of profile.filter) {
      encoder.enter(bound);
      const filter = encodingOf(bound.rule)?.filter;
      if (filter) filter(encoder, bound.args as never);
      else encoder.hostFilter();
    }
    for (const weighted of profile.score) {
      encoder.enter(weighted);
      const score = encodingOf(weighted.rule)?.score;
      if (score) score(encoder, weighted.args as never, weighted.weight);
      else encoder.hostScore();
    }
  }
}

/** Writes the TURN record of one pod of the class into a list for `decideRun`. */
export function writeTurn({ u32 }: Core, list: number, index: number, { address, entry }: PodClass): void {
  const at = (list + index * TURN_BYTES) / 4;
  u32[at + TURN_CLASS / 4] = address;
  u32[at + TURN_USAGE / 4] = entry.usage;
}

function bytesOf(cls: PodClass): number {
  return cls.own.reduce((sum, { bytes }) => sum + bytes, 0);
}
