import { assert } from '../base/assert.ts';
import type { Prng } from '../base/prng.ts';
import { FLEET_ADDRESS, FLEET_NEXT_START, FLEET_ORDER, FLEET_SAMPLED, OPEN } from '../layout/layout.generated.ts';
import type { Pod } from '../model/pod.ts';
import type { TieMode } from '../model/results.ts';
import type { PodClass } from './classes.ts';
import type { Fleet } from './fleet.ts';
import { runHostFilters, runHostScores } from './host-rules.ts';
import { feasibleNodesWanted } from './sampling.ts';

/** Chooses a row for a pod. Decisions only: placing is the caller's. */
export class Decider {
  private readonly fleet: Fleet;
  private readonly tie: TieMode;
  private readonly prng: Prng;

  constructor(fleet: Fleet, tie: TieMode, prng: Prng) {
    this.fleet = fleet;
    this.tie = tie;
    this.prng = prng;
  }

  /** True when a run of such pods can be decided inside the core without coming back for each. */
  isBulk(cls: PodClass): boolean {
    return this.tie === 'first' && !cls.refused && !this.samples(cls) && cls.hostFilters.length === 0 && cls.hostScores.length === 0;
  }

  /**
   * The row for one pod of the class, -1 when none is feasible, -2 when a rule refuses the pod for the whole cluster. The verdict lane is fresh
   * afterwards (not after -2). O(changed rows) for classes whose scores are local, O(rows) otherwise.
   */
  decide(cls: PodClass, pod: Pod): number {
    const { exports } = this.fleet.core;
    if (cls.refused || (cls.hostFilters.length > 0 && !runHostFilters(this.fleet, cls, pod))) return -2;
    if (this.samples(cls)) return this.decideSampled(cls, pod);
    if (cls.hostFilters.length > 0 || cls.hostScores.length > 0) {
      exports.refreshVerdicts(cls.address);
      if (cls.hostScores.length > 0) runHostScores(this.fleet, cls, pod, cls.verdictLane);
      exports.settleAll(cls.address, cls.verdictLane);
    } else exports.refresh(cls.address);
    const row = this.choose(cls);
    if (cls.narrowed) this.advance(cls.narrowed.length);
    return row;
  }

  /** Brings the verdict lane up to date without deciding; false when the whole cluster refuses. */
  judge(cls: PodClass, pod: Pod): boolean {
    if (cls.refused || (cls.hostFilters.length > 0 && !runHostFilters(this.fleet, cls, pod))) return false;
    this.fleet.core.exports.refreshVerdicts(cls.address);
    return true;
  }

  private samples(cls: PodClass): boolean {
    const candidates = cls.narrowed?.length ?? this.fleet.nodes.length;
    return feasibleNodesWanted(candidates, cls.profile.percentageOfNodesToScore) < candidates;
  }

  private decideSampled(cls: PodClass, pod: Pod): number {
    const { core } = this.fleet;
    core.exports.refreshVerdicts(cls.address);
    const start = this.nextStart;
    const taken = cls.narrowed ? this.sampleNarrowed(cls, cls.narrowed) : this.sampleAll(cls);
    if (taken === 0) return -1;
    const sampled = core.u32[(FLEET_ADDRESS + FLEET_SAMPLED) / 4] as number;
    if (cls.hostScores.length > 0) runHostScores(this.fleet, cls, pod, sampled);
    core.exports.settleAll(cls.address, sampled);
    return this.choose(cls, start);
  }

  private sampleAll(cls: PodClass): number {
    return this.fleet.core.exports.sample(cls.address, feasibleNodesWanted(this.fleet.nodes.length, cls.profile.percentageOfNodesToScore));
  }

  /** The sampled scan over the nodes that PreFilter left, in node order; upstream's own order of them is a map's. */
  private sampleNarrowed(cls: PodClass, narrowed: readonly number[]): number {
    const { core, nodes } = this.fleet;
    const order = (core.u32[(FLEET_ADDRESS + FLEET_ORDER) / 4] as number) / 4;
    const sampled = core.u32[(FLEET_ADDRESS + FLEET_SAMPLED) / 4] as number;
    const members = new Set(narrowed);
    const list = Array.from({ length: nodes.length }, (_, i) => core.i32[order + i] as number).filter((row) => members.has(row));
    const wanted = feasibleNodesWanted(list.length, cls.profile.percentageOfNodesToScore);
    core.u8.fill(0, sampled, sampled + this.fleet.columns.capacity);
    let taken = 0;
    let failures = 0;
    for (let i = 0; i < list.length; i++) {
      const row = list[(this.nextStart + i) % list.length] as number;
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

  private choose(cls: PodClass, start = this.nextStart): number {
    const { exports } = this.fleet.core;
    switch (this.tie) {
      case 'first':
        return exports.chooseFirst(cls.address);
      case 'heap':
        return exports.chooseHeap(cls.address, start);
      case 'seeded': {
        const tied = exports.countTied(cls.address);
        return tied === 0 ? -1 : exports.chooseTied(cls.address, this.prng.below(tied));
      }
    }
  }

  private get nextStart(): number {
    return this.fleet.core.i32[(FLEET_ADDRESS + FLEET_NEXT_START) / 4] as number;
  }

  private advance(examined: number): void {
    assert(this.fleet.nodes.length > 0, 'a scan looks at nodes');
    this.fleet.core.i32[(FLEET_ADDRESS + FLEET_NEXT_START) / 4] = (this.nextStart + examined) % this.fleet.nodes.length;
  }
}
