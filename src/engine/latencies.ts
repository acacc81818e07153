import { assert } from '../base/assert.ts';
import type { Core } from '../layout/core.ts';
import { FLEET_ADDRESS, FLEET_LATENCY } from '../layout/layout.generated.ts';

/**
 * Times of single decisions over one or more runs. The core counts them in a histogram of its own (assembly/latency.ts), since reading the
 * clock is all that a decision of a fraction of a microsecond can bear; the counts are taken over at the end of each run.
 */
export class LatencyRecorder {
  /** Decisions by the longest time in nanoseconds that is counted with them (steps of 0.8 %). */
  readonly counts = new Map<number, number>();
  private core: Core | undefined;
  private address = 0;

  /** Starts recording the decisions of a core. */
  attach(core: Core): void {
    assert(this.core === undefined, 'a recorder listens to one run at a time');
    this.address = core.allocate(core.exports.latencyCounters() * 4);
    core.u32[(FLEET_ADDRESS + FLEET_LATENCY) / 4] = this.address;
    this.core = core;
  }

  /** A decision made outside of the core's runs. */
  record(seconds: number): void {
    this.core?.exports.recordLatency(seconds * 1000);
  }

  /** Stops recording and takes the counts over. */
  detach(): void {
    const { core, address } = this;
    if (!core) return;
    const counters = core.exports.latencyCounters();
    for (let i = 0; i < counters; i++) {
      const count = core.u32[address / 4 + i] as number;
      if (count === 0) continue;
      const upTo = core.exports.latencyUpTo(i);
      this.counts.set(upTo, (this.counts.get(upTo) ?? 0) + count);
    }
    core.release(address, counters * 4);
    core.u32[(FLEET_ADDRESS + FLEET_LATENCY) / 4] = 0;
    this.core = undefined;
  }
}
