import { assert } from '../base/assert.ts';
import { OPEN } from '../layout/layout.generated.ts';
import { type Pod, podKey } from '../model/pod.ts';
import type { Provenance, Schedule } from '../model/results.ts';
import type { StopAt } from './attempt-outcome.ts';
import { type Change, checkKnown } from './change.ts';
import type { ClassesPosition } from './classes.ts';
import { pathsOf, pathsSince } from './decision-paths.ts';
import type { Fleet } from './fleet.ts';
import type { Settings } from './options.ts';
import { type PendingPods, pendingPods } from './pending-pods.ts';
import { isLocal } from './preemption-local.ts';
import { renderRun } from './render-run.ts';
import type { ScheduleRun } from './schedule-run.ts';
import { Scheduler } from './scheduler.ts';

/** What is to be known of an engine to try something on its fleet. */
export interface WhatIfSetup {
  readonly fleet: Fleet;
  readonly settings: Settings;
  readonly provenance: Provenance;
  readonly notModelled: readonly string[];
}

/** A state of a what-if to come back to. */
export interface WhatIfMark {
  readonly changes: number;
  readonly out: number;
  readonly doors: number;
  readonly classes: ClassesPosition;
}

/**
 * A trial on a fleet that is laid out already: nodes go, pods leave and others are scheduled, at the cost of what changes; `undo` leaves no trace.
 * It answers as an engine made from the changed cluster would, as long as all nodes are looked at and ties do not depend on their order beyond the
 * first (see `canTry`). Pods that wait in the engine take no part.
 */
export class WhatIf {
  private readonly setup: WhatIfSetup;
  private readonly fleet: Fleet;
  /** Pods that wait, in the order in which they came. */
  private readonly waiting = new Map<string, Pod>();
  /** Rows taken out so far. */
  private readonly out: number[] = [];
  /** Rows closed or opened so far, oldest first. */
  private readonly doors: { readonly rows: readonly number[]; readonly closed: boolean }[] = [];
  private reserved = false;
  private readonly start: WhatIfMark;

  constructor(setup: WhatIfSetup) {
    this.setup = setup;
    this.fleet = setup.fleet;
    assert(this.fleet.log === undefined, 'one what-if at a time');
    this.fleet.log = [];
    this.start = this.mark();
  }

  /** The nodes are not there any more, nor is what runs on them. O(nodes, and pods on those nodes). */
  takeOut(nodeNames: readonly string[]): void {
    const rows = nodeNames.map((name) => this.rowOf(name));
    this.fleet.classes.keepsAll = true;
    this.fleet.setOut(rows, true);
    this.out.push(...rows);
  }

  /** The nodes take no more pods: they are being drained, and nothing tolerates that. O(nodes closed). */
  close(nodeNames: readonly string[]): void {
    this.fleet.classes.keepsAll = true;
    this.setClosed(nodeNames, true);
  }

  /** The nodes take pods again. */
  open(nodeNames: readonly string[]): void {
    this.setClosed(nodeNames, false);
  }

  private setClosed(nodeNames: readonly string[], closed: boolean): void {
    const rows = nodeNames.map((name) => this.rowOf(name)).filter((row) => this.fleet.closedRows.has(row) !== closed);
    if (rows.length === 0) return;
    this.fleet.setClosed(rows, closed);
    this.doors.push({ rows, closed });
  }

  /** The pods on a node in the order in which they came there. */
  podsOn(nodeName: string): readonly Pod[] {
    return this.fleet.podsOnRow[this.rowOf(nodeName)] as readonly Pod[];
  }

  /** As `Engine.apply`, for pods that wait then: O(pods on the node and of the template). `before`: a changed or removed pod where it was. */
  apply(change: Extract<Change, { kind: `pod${string}` }>, before?: Pod): void {
    const key = podKey(change.pod);
    const waits = this.waiting.has(key);
    const nodeName = before?.nodeName ?? '';
    checkKnown(waits || nodeName !== '', change.kind === 'podAdded', 'pod', key);
    if (!waits && before) this.fleet.remove(before, this.rowOf(nodeName));
    if (change.kind === 'podRemoved') this.waiting.delete(key);
    else {
      assert(change.pod.nodeName === '', 'pods of a what-if are placed by scheduling them');
      this.waiting.set(key, change.pod);
    }
  }

  /**
   * As `Engine.schedule`: what waits is tried, and what is placed stays until `undo`. `stopAt`: the run ends with the first pod that would evict others,
   * which is told as a preemption and has not come to pass; for `refusal` also with the first that surely finds no node, as if without preemption,
   * and untold why. All that can be done then is `undo`.
   */
  async schedule(stopAt?: StopAt): Promise<Schedule> {
    const { fleet, setup } = this;
    fleet.forgetPorts();
    const pending = pendingPods(this.waiting.values(), fleet);
    const { waiting, promised } = pending;
    const before = pathsOf(fleet.core);
    const at = fleet.log?.length ?? 0;
    let run = await this.decide(pending, stopAt);
    if (run.doubtful && run.failed.size === 0) {
      // Everybody found a node in the end: now it counts who would have evicted others on the way.
      fleet.undo(at);
      if (run.reserved) fleet.forgetReservations();
      run = await this.decide(pending, 'preemption');
    }
    this.keep(run, waiting, promised);
    const { provenance, notModelled } = setup;
    return renderRun(run, pending, {
      provenance,
      notModelled,
      nodes: fleet.nodeCount,
      paths: pathsSince(fleet.core, before),
      nameOf: (row) => fleet.nodes[row]?.name ?? '',
    });
  }

  /**
   * Nodes that have room for a pod like this one as things are, two at most; undefined where that depends on more than each node alone, so that pods
   * which come to other nodes may change it. O(changed rows + nodes).
   */
  roomFor(pod: Pod): readonly string[] | undefined {
    const { fleet } = this;
    const profile = fleet.profileOf(pod);
    const cls = profile && fleet.classOf(pod, profile);
    if (!cls || !isLocal(cls)) return undefined;
    fleet.core.exports.refreshVerdicts(cls.address);
    const names: string[] = [];
    const lane = fleet.core.u8.subarray(cls.verdictLane, cls.verdictLane + fleet.nodes.length);
    for (let row = lane.indexOf(OPEN); row >= 0 && names.length < 2; row = lane.indexOf(OPEN, row + 1))
      names.push(fleet.nodes[row]?.name ?? '');
    return names;
  }

  private decide({ waiting, promised }: PendingPods, stopAt: StopAt | undefined): Promise<ScheduleRun> {
    const { tie, seed } = this.setup.settings;
    return new Scheduler(this.fleet, waiting, { tie, seed, untilStable: true, promised, ...(stopAt ? { stopAt } : {}) }).run();
  }

  /** Nothing may wait. */
  mark(): WhatIfMark {
    assert(this.waiting.size === 0, 'a state in which pods wait cannot be returned to');
    const { log, classes } = this.fleet;
    return { changes: log?.length ?? 0, out: this.out.length, doors: this.doors.length, classes: classes.position };
  }

  /** Everything since the mark is taken back. O(nodes + what has changed). */
  undo({ changes, out, doors, classes }: WhatIfMark): void {
    this.waiting.clear();
    this.fleet.clearNominations();
    this.fleet.setOut(this.out.splice(out), false);
    for (const { rows, closed } of this.doors.splice(doors).reverse()) this.fleet.setClosed(rows, !closed);
    this.fleet.undo(changes);
    if (this.reserved) this.fleet.forgetReservations();
    this.fleet.forgetPorts();
    this.reserved = false;
    this.fleet.classes.rewind(classes);
  }

  /** Everything is taken back, and the fleet is the engine's again. */
  end(): void {
    this.undo(this.start);
    this.fleet.classes.keepsAll = false;
    this.fleet.log = undefined;
  }

  private rowOf(nodeName: string): number {
    const row = this.fleet.rowOf(nodeName);
    assert(row !== undefined, 'a what-if names nodes that are there');
    return row;
  }

  private keep(run: ScheduleRun, waiting: readonly Pod[], promised: readonly Pod[]): void {
    if (run.reserved) this.reserved = true;
    for (const { index } of run.placed) this.waiting.delete(podKey(waiting[index] as Pod));
    for (const pod of [...[...run.failed.keys()].map((index) => waiting[index] as Pod), ...promised]) {
      const nominatedNodeName = run.nominated.get(podKey(pod)) ?? '';
      if (nominatedNodeName !== pod.nominatedNodeName) this.waiting.set(podKey(pod), { ...pod, nominatedNodeName });
    }
    for (const { victims } of run.preemptions) for (const victim of victims) this.waiting.delete(podKey(victim));
  }
}

/** Whether what-ifs on a kept fleet decide as a fresh one would: upstream's order of nodes, which sampling and heap ties depend on, is laid out once. */
export function canTry({ tie, profiles }: Settings): boolean {
  return tie !== 'heap' && profiles.every(({ percentageOfNodesToScore }) => percentageOfNodesToScore >= 100);
}
