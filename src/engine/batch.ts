/** Decisions in bulk: kinds of pods in, rows out, as typed arrays. */
import { PlimsollError } from '../base/errors.ts';
import { TURN_BYTES } from '../layout/layout.generated.ts';
import type { Pod } from '../model/pod.ts';
import { type PodClass, writeTurn } from './classes.ts';
import { Copies, type CopyKind, type CopyOptions } from './copies.ts';
import type { Fleet } from './fleet.ts';
import type { LatencyRecorder } from './latencies.ts';

/** Decisions per call of the core. */
const BATCH = 1 << 16;

/**
 * Places copies of a few pods on a cluster of its own, as often and in the order that the caller says, without an object per decision. Each copy
 * sees those before it; nobody is evicted, nobody waits, and the cluster that it was made from stays as it is.
 */
export class Batch {
  /** Name of the node in each row. */
  readonly nodeNames: readonly string[];
  private readonly copies: Copies;
  private readonly classes: readonly PodClass[] | undefined;
  /** TURN records in, rows out. */
  private readonly list: number;
  private readonly rows: number;
  private decided = 0;

  /** See `Engine.batch`. @throws PlimsollError NOT_FOUND where no profile serves a pod. */
  constructor(fleet: Fleet, pods: readonly Pod[], options: CopyOptions) {
    this.copies = new Copies(fleet, pods, options);
    this.classes = this.copies.bulkClasses();
    this.nodeNames = fleet.nodes.map(({ name }) => name);
    this.list = fleet.core.allocate(BATCH * TURN_BYTES);
    this.rows = fleet.core.allocate(BATCH * 4);
  }

  /**
   * Decides one copy per element of `kinds` (positions in the list of pods) and writes each row into `rows`, -1 where no node takes the copy.
   * O(1) per copy beyond the decision itself where the core decides alone, as it does for pods without claims and rules without kernels.
   * @throws PlimsollError USAGE for a kind that is none, or arrays of different lengths.
   */
  decide(kinds: Uint32Array, rows: Int32Array = new Int32Array(kinds.length), latencies?: LatencyRecorder): Int32Array {
    this.check(kinds, rows);
    const { core } = this.copies.fleet;
    latencies?.attach(core);
    try {
      if (this.classes) this.decideInCore(this.classes, kinds, rows);
      else this.decideOneByOne(kinds, rows);
    } finally {
      latencies?.detach();
    }
    return rows;
  }

  private check(kinds: Uint32Array, rows: Int32Array): void {
    const { length } = this.copies.kinds;
    if (rows.length !== kinds.length) {
      throw new PlimsollError('USAGE', `must be as long as the ${kinds.length} kinds`, { path: 'rows.length', value: rows.length });
    }
    const at = kinds.findIndex((kind) => kind >= length);
    if (at < 0) return;
    throw new PlimsollError('USAGE', `must be below the ${length} pods of the batch`, { path: `kinds[${at}]`, value: kinds[at] });
  }

  private decideInCore(classes: readonly PodClass[], kinds: Uint32Array, rows: Int32Array): void {
    const { core } = this.copies.fleet;
    for (let from = 0; from < kinds.length; from += BATCH) {
      const count = Math.min(BATCH, kinds.length - from);
      for (let i = 0; i < count; i++) writeTurn(core, this.list, i, classes[kinds[from + i] as number] as PodClass);
      for (let done = 0; done < count; ) {
        const placed = core.exports.decideRun(this.list + done * TURN_BYTES, this.rows, count - done);
        rows.set(core.i32.subarray(this.rows / 4, this.rows / 4 + placed), from + done);
        done += placed;
        // The core stops at a copy that no row takes; the next may be smaller.
        if (done < count) rows[from + done++] = -1;
      }
    }
  }

  private decideOneByOne(kinds: Uint32Array, rows: Int32Array): void {
    for (let i = 0; i < kinds.length; i++) {
      rows[i] = this.copies.placeOne(this.copies.kinds[kinds[i] as number] as CopyKind, this.decided++);
    }
  }
}
