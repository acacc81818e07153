/** Copies of pods, one after the other, until one fits nowhere. */
import { secondsNow } from '../base/clock.ts';
import { TURN_BYTES } from '../layout/layout.generated.ts';
import type { Pod } from '../model/pod.ts';
import type { NearestMiss } from '../model/results.ts';
import { type PodClass, writeTurn } from './classes.ts';
import { Copies, type CopyKind, type CopyOptions } from './copies.ts';
import { explainPod } from './explain.ts';
import type { Fleet } from './fleet.ts';

/** A pod to be copied, and how many copies each round has. */
export interface FillItem {
  readonly pod: Pod;
  readonly count: number;
}

export interface FillOptions extends CopyOptions {
  /** Rounds at most. */
  readonly limit: number;
  readonly onProgress?: ((placed: number, total: number) => void) | undefined;
}

export interface Filled {
  /** For each item the copies by row. */
  readonly rows: readonly Uint32Array[];
  /** Copies of all items. */
  readonly placed: number;
  /** The copy that fits nowhere; absent: the limit has been reached. */
  readonly stopped?: { readonly item: number; readonly message: string; readonly nearestMiss: readonly NearestMiss[] };
  readonly seconds: number;
}

/** Decisions per call of the core. */
const BATCH = 1 << 16;

/** Nodes and copies up to which the nearest misses are looked for: beyond, picturing single pods would cost more than the whole answer. */
const PICTURED_MAX = 100_000;

/**
 * Places round after round in the order of the items, each copy seeing those before it, without evicting anybody. The fleet is used up: where the
 * core decides alone only its columns know the copies.
 *
 * O(copies) decisions; copies of one pod that counts and normalises nothing are dealt in closed form (assembly/deal.ts).
 */
export function fill(fleet: Fleet, items: readonly FillItem[], options: FillOptions): Filled {
  return new Filling(fleet, items, options).run();
}

interface Kind extends CopyKind {
  readonly rows: Uint32Array;
}

class Filling {
  private readonly fleet: Fleet;
  private readonly options: FillOptions;
  private readonly kinds: readonly Kind[];
  /** Item of each copy of a round. */
  private readonly round: readonly number[];
  private readonly total: number;
  private readonly copies: Copies;
  private placed = 0;

  constructor(fleet: Fleet, items: readonly FillItem[], options: FillOptions) {
    this.fleet = fleet;
    this.options = options;
    this.copies = new Copies(
      fleet,
      items.map(({ pod }) => pod),
      options,
    );
    this.kinds = this.copies.kinds.map((kind) => ({ ...kind, rows: new Uint32Array(fleet.nodes.length) }));
    this.round = items.flatMap(({ count }, item) => Array.from({ length: count }, () => item));
    this.total = this.round.length * options.limit;
  }

  run(): Filled {
    const started = secondsNow();
    const classes = this.copies.bulkClasses();
    if (classes) this.decideInCore(classes);
    else this.decideOneByOne();
    const stopped = this.placed < this.total ? this.explainStop(classes !== undefined) : undefined;
    return {
      rows: this.kinds.map(({ rows }) => rows),
      placed: this.placed,
      ...(stopped ? { stopped } : {}),
      seconds: secondsNow() - started,
    };
  }

  private decideInCore(classes: readonly PodClass[]): void {
    const { core } = this.fleet;
    const { round, total } = this;
    if (classes.length === 1) this.deal(classes[0] as PodClass);
    const length = Math.min(BATCH, total);
    const list = core.allocate(length * TURN_BYTES);
    const rows = core.allocate(length * 4);
    try {
      for (let written = -1; this.placed < total; ) {
        const first = this.placed % round.length;
        const count = Math.min(length, total - this.placed);
        if (first !== written) {
          for (let i = 0; i < length; i++) writeTurn(core, list, i, classes[round[(first + i) % round.length] as number] as PodClass);
          written = first;
        }
        const done = core.exports.decideRun(list, rows, count);
        this.note(rows / 4, done);
        if (done < count) return;
        this.options.onProgress?.(this.placed, total);
      }
    } finally {
      core.release(list, length * TURN_BYTES);
      core.release(rows, length * 4);
    }
  }

  /** Copies of one pod whose score is its node's alone, in closed form; what is left over is decided one by one. */
  private deal({ address, entry }: PodClass): void {
    const { core, columns } = this.fleet;
    const counts = core.allocate(columns.capacity * 4);
    try {
      const dealt = core.exports.deal(address, entry.usage, counts, this.total);
      const { rows } = this.kinds[0] as Kind;
      rows.set(core.u32.subarray(counts / 4, counts / 4 + rows.length));
      this.placed += dealt;
    } finally {
      core.release(counts, columns.capacity * 4);
    }
  }

  private note(at: number, count: number): void {
    const { i32 } = this.fleet.core;
    const { round, kinds } = this;
    for (let i = 0; i < count; i++) {
      const { rows } = kinds[round[(this.placed + i) % round.length] as number] as Kind;
      const row = i32[at + i] as number;
      rows[row] = (rows[row] as number) + 1;
    }
    this.placed += count;
  }

  private decideOneByOne(): void {
    while (this.placed < this.total) {
      const kind = this.nextKind();
      const row = this.copies.placeOne(kind, this.placed);
      if (row < 0) return;
      kind.rows[row] = (kind.rows[row] as number) + 1;
      this.placed++;
      if (this.placed % BATCH === 0) this.options.onProgress?.(this.placed, this.total);
    }
  }

  private explainStop(inCore: boolean): Filled['stopped'] {
    const item = this.round[this.placed % this.round.length] as number;
    const { pod, profile } = this.nextKind();
    const outcome = this.copies.attempts.attempt(pod, profile);
    const message = outcome.kind === 'failed' ? outcome.message : '';
    if (this.fleet.nodes.length + this.placed > PICTURED_MAX) return { item, message, nearestMiss: [] };
    if (inCore) this.picture();
    const { tie, seed } = this.options;
    const { nearestMiss } = explainPod(this.fleet.view(), pod, profile, { tie, seed });
    return { item, message, nearestMiss };
  }

  /** Tells the plain picture of the copies that the core has placed. */
  private picture(): void {
    for (const { pod, rows } of this.kinds) {
      rows.forEach((copies, row) => {
        for (let i = 0; i < copies; i++) this.fleet.notePlaced({ ...pod, name: `${pod.name}-${row}-${i}` }, row);
      });
    }
  }

  private nextKind(): Kind {
    return this.kinds[this.round[this.placed % this.round.length] as number] as Kind;
  }
}
