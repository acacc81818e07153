import { assert } from '../base/assert.ts';
import type { Prng } from '../base/prng.ts';
import { CLASS_STAGE, CLASS_TOTAL, CLOSED, FLEET_ADDRESS, FLEET_ORDER, FLEET_SAMPLED, OPEN } from '../layout/layout.generated.ts';
import type { Pod } from '../model/pod.ts';
import type { TieMode } from '../model/results.ts';
import type { PodClass } from './classes.ts';
import { noteScan } from './decision-paths.ts';
import type { Fleet } from './fleet.ts';
import { runHostFilters, runHostScores } from './host-rules.ts';
import { nodesWanted } from './sampling.ts';
import { heapWinner } from './scoring.ts';

/** Verdict of a row that is kept for another pod. */
const KEPT = 0;

/** From one kept row in so many on a pass over all rows costs less than closing and opening them. */
const KEPT_SHARE = 16;

/** Rows that are promised to other pods. */
export interface PromisedRows {
  readonly rows: readonly number[];
  /** Whether the pod may not have the row because of them. */
  readonly refuses: (row: number) => boolean;
}

/** Chooses a row for a pod. Decisions only: placing is the caller's. */
export class Decider {
  private readonly fleet: Fleet;
  private readonly tie: TieMode;
  private readonly prng: Prng;
  /** Place of each row in node order. */
  private positions: Int32Array | undefined;

  constructor(fleet: Fleet, tie: TieMode, prng: Prng) {
    this.fleet = fleet;
    this.tie = tie;
    this.prng = prng;
  }

  /** True when a run of such pods can be decided inside the core without coming back for each. */
  isBulk(cls: PodClass): boolean {
    return this.tie === 'first' && this.scansAll(cls);
  }

  /** True when a decision looks at all nodes and the lanes alone say what they are worth. */
  scansAll(cls: PodClass): boolean {
    return !cls.refused && !this.samples(cls) && cls.hostFilters.length === 0 && cls.hostScores.length === 0;
  }

  /**
   * The row for one pod of the class, -1 when none is feasible, -2 when a rule refuses the pod for the whole cluster. After -1 the verdict lane is
   * fresh, apart from `promised` rows. O(changed rows) for classes whose scores are local, O(rows) otherwise.
   */
  decide(cls: PodClass, pod: Pod, promised?: PromisedRows): number {
    const { exports } = this.fleet.core;
    if (cls.refused || (cls.hostFilters.length > 0 && !runHostFilters(this.fleet, cls, pod))) return -2;
    if (promised && promised.rows.length > 0) return this.decideAround(cls, pod, promised);
    if (this.samples(cls) || cls.hostFilters.length > 0 || cls.hostScores.length > 0) {
      exports.refreshVerdicts(cls.address);
      return this.decideJudged(cls, pod);
    }
    const start = this.fleet.nextStart;
    if (this.tie === 'first') {
      this.noteScanned(cls);
      return exports.chooseBest(cls.address);
    }
    exports.refresh(cls.address);
    noteScan(this.fleet.core);
    this.noteScanned(cls);
    return this.choose(cls, start);
  }

  /** Rows that are kept for others are closed for this decision alone. */
  private decideAround(cls: PodClass, pod: Pod, promised: PromisedRows): number {
    const { rows, refuses } = promised;
    const { core } = this.fleet;
    const row = this.isBulk(cls) ? this.decideBeside(cls, promised) : -1;
    if (row >= 0) {
      this.noteScanned(cls);
      return row;
    }
    core.exports.refreshVerdicts(cls.address);
    const kept = rows.filter((row) => core.u8[cls.verdictLane + row] === OPEN && refuses(row));
    for (const row of kept) core.u8[cls.verdictLane + row] = KEPT;
    try {
      return this.decideJudged(cls, pod);
    } finally {
      // The totals stay behind: after refreshVerdicts the next refresh settles all rows.
      for (const row of kept) core.u8[cls.verdictLane + row] = OPEN;
    }
  }

  /** As decideAround without a look at all rows; -1 where that cannot be or finds nothing. */
  private decideBeside(cls: PodClass, { rows, refuses }: PromisedRows): number {
    const { core } = this.fleet;
    if (cls.bare) {
      // Scores of single rows: what is kept matters only where it is best.
      const row = core.exports.chooseBest(cls.address);
      if (row < 0 || !rows.includes(row) || !refuses(row)) return row;
    }
    core.exports.catchUpLocal(cls.local.address);
    const kept = rows.filter((row) => core.u8[cls.local.near + row] === OPEN && refuses(row));
    if (kept.length * KEPT_SHARE > this.fleet.nodes.length) return -1;
    const bytes = kept.length * 8;
    const list = core.allocate(bytes, false);
    core.i32.set(kept, list / 4);
    const row = core.exports.chooseAround(cls.address, list, kept.length);
    core.release(list, bytes);
    return row;
  }

  /** Over a fresh verdict lane. */
  private decideJudged(cls: PodClass, pod: Pod): number {
    if (this.samples(cls)) return this.decideSampled(cls, pod);
    const start = this.fleet.nextStart;
    noteScan(this.fleet.core);
    this.noteScanned(cls);
    if (cls.hostScores.length > 0) runHostScores(this.fleet, cls, pod, cls.verdictLane);
    this.fleet.core.exports.settleAll(cls.address, cls.verdictLane);
    return this.choose(cls, start);
  }

  /** Upstream's start index moves on by the nodes that a scan has looked at; after a scan of all nodes it is where it was. */
  noteScanned(cls: PodClass): void {
    if (cls.narrowed) this.advance(cls.narrowed.length);
  }

  /** Brings the verdict lane up to date without deciding; false when the whole cluster refuses. */
  judge(cls: PodClass, pod: Pod): boolean {
    if (cls.refused || (cls.hostFilters.length > 0 && !runHostFilters(this.fleet, cls, pod))) return false;
    this.fleet.core.exports.refreshVerdicts(cls.address);
    return true;
  }

  /** Whether anybody has asked about the class yet. */
  hasLanes({ address }: PodClass): boolean {
    return this.fleet.core.i32[(address + CLASS_STAGE) / 4] !== 0;
  }

  private samples(cls: PodClass): boolean {
    const candidates = cls.narrowed?.length ?? this.fleet.nodeCount;
    return nodesWanted(candidates, cls.profile, this.tie) < candidates;
  }

  private decideSampled(cls: PodClass, pod: Pod): number {
    const { core } = this.fleet;
    const start = this.fleet.nextStart;
    const taken = cls.narrowed ? this.sampleNarrowed(cls, cls.narrowed) : this.sampleAll(cls);
    if (taken === 0) return -1;
    const sampled = core.u32[(FLEET_ADDRESS + FLEET_SAMPLED) / 4] as number;
    if (cls.hostScores.length > 0) runHostScores(this.fleet, cls, pod, sampled);
    core.exports.settleAll(cls.address, sampled);
    return this.choose(cls, start);
  }

  private sampleAll(cls: PodClass): number {
    return this.fleet.core.exports.sample(cls.address, nodesWanted(this.fleet.nodeCount, cls.profile, this.tie));
  }

  /** The sampled scan over the nodes that PreFilter left. */
  private sampleNarrowed(cls: PodClass, narrowed: readonly number[]): number {
    const { core } = this.fleet;
    const sampled = core.u32[(FLEET_ADDRESS + FLEET_SAMPLED) / 4] as number;
    const wanted = nodesWanted(narrowed.length, cls.profile, this.tie);
    core.u8.fill(0, sampled, sampled + this.fleet.columns.capacity);
    let taken = 0;
    let failures = 0;
    for (const row of this.scanOrder(narrowed, this.fleet.nextStart)) {
      if (core.u8[cls.verdictLane + row] !== OPEN) failures++;
      else if (taken === wanted) break;
      else {
        core.u8[sampled + row] = OPEN;
        taken++;
      }
    }
    this.advance(taken + failures);
    return taken;
  }

  /** The rows that PreFilter left, in node order from the start index on; upstream's own order of them is a map's. */
  private scanOrder(narrowed: readonly number[], start: number): number[] {
    this.positions ??= this.positionsOfRows();
    const { positions } = this;
    const list = [...narrowed].sort((a, b) => (positions[a] as number) - (positions[b] as number));
    return list.map((_, i) => list[(start + i) % list.length] as number);
  }

  private positionsOfRows(): Int32Array {
    const { core, nodes } = this.fleet;
    const order = (core.u32[(FLEET_ADDRESS + FLEET_ORDER) / 4] as number) / 4;
    const positions = new Int32Array(nodes.length);
    for (let i = 0; i < nodes.length; i++) positions[core.i32[order + i] as number] = i;
    return positions;
  }

  private choose(cls: PodClass, start: number): number {
    const { exports } = this.fleet.core;
    switch (this.tie) {
      case 'first':
        return exports.chooseFirst(cls.address);
      case 'heap':
        return cls.narrowed ? this.chooseNarrowed(cls, this.scanOrder(cls.narrowed, start)) : exports.chooseHeap(cls.address, start);
      case 'seeded': {
        const tied = exports.countTied(cls.address);
        // A winner without rivals draws nothing, as it is taken unscored where it is the only feasible node.
        return tied === 0 ? -1 : exports.chooseTied(cls.address, tied === 1 ? 0 : this.prng.below(tied));
      }
    }
  }

  /** The root of upstream's heap over those of the rows that are open; -1 when none is. */
  private chooseNarrowed(cls: PodClass, rows: readonly number[]): number {
    const { core } = this.fleet;
    const totals = (core.u32[(cls.address + CLASS_TOTAL) / 4] as number) / 4;
    const open = rows.filter((row) => core.i32[totals + row] !== CLOSED);
    return open.length === 0 ? -1 : (open[heapWinner(open.map((row) => core.i32[totals + row] as number))] as number);
  }

  private advance(examined: number): void {
    assert(this.fleet.nodeCount > 0, 'a scan looks at nodes');
    this.fleet.nextStart = (this.fleet.nextStart + examined) % this.fleet.nodeCount;
  }
}
