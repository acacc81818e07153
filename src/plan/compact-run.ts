import type { StopAt } from '../engine/attempt-outcome.ts';
import type { WhatIf, WhatIfMark } from '../engine/what-if.ts';
import type { CompactMove, StayingNode } from '../model/compact-results.ts';
import { type Pod, type PodTemplate, podKey } from '../model/pod.ts';
import type { Schedule } from '../model/results.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Budgets } from './budgets.ts';
import { replacementOf } from './cluster.ts';
import { type DrainFlags, drainVerdict, evictionNow, evictionRefusal } from './drain-pods.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A node that has been drained. */
export interface DrainedStep {
  readonly name: string;
  readonly moves: readonly CompactMove[];
  readonly ignored: number;
  readonly waves: number;
}

/** Why a node cannot be drained as things stand. */
export type Refusal = Pick<StayingNode, 'because' | 'reason'>;

/** Nobody asks why. */
const HOPELESS: Refusal = { because: 'no room', reason: '' };

/** Everything about a run that can be taken back. */
export interface RunMark {
  readonly trial: WhatIfMark;
  readonly slack: Int32Array;
}

/** What never changes about a pod that may move. */
interface Known {
  readonly key: string;
  /** In the snapshot: evictions follow it, as those of `drain` do. */
  readonly place: number;
  /** The pod that a controller makes for it, wherever it was. */
  readonly replacement: Pod;
}

/** Drains nodes for good or not at all, one after the other, on a fleet that is tried out. */
export class CompactRun {
  /** Nodes that were tried. */
  trials = 0;
  private readonly trial: WhatIf;
  private readonly budgets: Budgets;
  private readonly flags: DrainFlags;
  /** By the pod on its node, as the snapshot has it, and by its replacement. */
  private readonly known = new Map<Pod, Known>();
  /**
   * Templates for whose pods no node has room, or only this one: that stays so while nodes are drained, as pods leave none but those. Holds for filters
   * that look at one node at a time.
   */
  private readonly roomOn = new Map<PodTemplate, string | undefined>();

  /** @param laterMs When replacements are made, in ms since 1970. */
  constructor(trial: WhatIf, budgets: Budgets, { nodes, pods }: Pick<Snapshot, 'nodes' | 'pods'>, laterMs: number, flags: DrainFlags) {
    this.trial = trial;
    this.budgets = budgets;
    this.flags = { ...flags, ignoreDaemonsets: true };
    const places = new Map(pods.map((pod, place) => [podKey(pod), place]));
    for (const { name } of nodes) {
      for (const pod of trial.podsOn(name)) {
        const key = podKey(pod);
        const known = { key, place: places.get(key) ?? Number.POSITIVE_INFINITY, replacement: replacementOf(pod, laterMs) };
        this.known.set(pod, known).set(known.replacement, known);
      }
    }
  }

  mark(): RunMark {
    return { trial: this.trial.mark(), slack: this.budgets.save() };
  }

  /** O(nodes + what has changed since). */
  undo(mark: RunMark): void {
    this.takeBack(mark);
    this.roomOn.clear();
  }

  private takeBack({ trial, slack }: RunMark): void {
    this.trial.undo(trial);
    this.budgets.restore(slack);
  }

  /** Nobody comes to the nodes any more. */
  cordon(names: readonly string[]): void {
    this.trial.close(names);
  }

  uncordon(name: string): void {
    this.trial.open([name]);
    this.roomOn.clear();
  }

  /** Pods on the node now, in the order of the snapshot. */
  podsOn(name: string): readonly Pod[] {
    const pods = this.trial.podsOn(name).map((pod) => ({ pod, place: (this.known.get(pod) as Known).place }));
    return pods.sort((a, b) => a.place - b.place).map(({ pod }) => pod);
  }

  /** The pod that keeps the node, if some does; kubectl's reason. */
  blocker(name: string, pods = this.podsOn(name)): Refusal | undefined {
    for (const pod of pods) {
      const verdict = drainVerdict(pod, this.flags);
      if (verdict.kind === 'refuse') return { because: 'pod', reason: `${podKey(pod)}: ${verdict.reason}` };
    }
    return undefined;
  }

  /** Pods that draining the node would evict now. */
  evictable(name: string, pods = this.podsOn(name)): readonly Pod[] {
    return pods.filter((pod) => drainVerdict(pod, this.flags).kind === 'evict');
  }

  /**
   * Evicts what is on the node, wave by wave as its budgets allow, and has the scheduler place it. Where a pod finds no node, or takes the place of
   * another, nothing has happened. O(pods of the node) decisions.
   *
   * @param wave Number of the first wave.
   * @param stopAt `refusal`: it matters whether the node can be drained, not why it cannot.
   */
  async drain(name: string, wave: number, stopAt: StopAt): Promise<DrainedStep | Refusal> {
    const pods = this.podsOn(name);
    const evicted = this.evictable(name, pods);
    if (stopAt === 'refusal' && evicted.some(({ template }) => this.isHopeless(template, name))) return HOPELESS;
    this.trials++;
    const start = this.mark();
    this.cordon([name]);
    const drain = new NodeDrain(this.trial, this.budgets, this.known, name);
    const waved = this.blocker(name, pods) ?? (await drain.all(evicted, wave, stopAt));
    if (!('because' in waved)) return { name, ignored: pods.length - evicted.length, ...waved };
    this.takeBack(start);
    if (stopAt === 'refusal' && drain.refused) this.noteRefused(drain.refused);
    return waved;
  }

  /** The replacement of a pod of the template would have no node to go to. */
  private isHopeless(template: PodTemplate, from: string): boolean {
    if (!template.owner || !this.roomOn.has(template)) return false;
    const only = this.roomOn.get(template);
    return only === undefined || only === from;
  }

  /** Asked when everything has been taken back: what the pods before this one took may be left to it another time. */
  private noteRefused(pod: Pod): void {
    const names = this.trial.roomFor(pod);
    if (names && names.length <= 1) this.roomOn.set(pod.template, names[0]);
  }
}

/** One node being drained. What has been done to the trial is the caller's to take back. */
class NodeDrain {
  /** The pod that found no node. */
  refused: Pod | undefined;
  private readonly trial: WhatIf;
  private readonly budgets: Budgets;
  private readonly known: ReadonlyMap<Pod, Known>;
  private readonly node: string;
  private readonly moves = new Map<string, { readonly pod: Pod; readonly move: Mutable<CompactMove> }>();

  constructor(trial: WhatIf, budgets: Budgets, known: ReadonlyMap<Pod, Known>, node: string) {
    this.trial = trial;
    this.budgets = budgets;
    this.known = known;
    this.node = node;
  }

  async all(pods: readonly Pod[], firstWave: number, stopAt: StopAt): Promise<Pick<DrainedStep, 'moves' | 'waves'> | Refusal> {
    let left = pods;
    let wave = firstWave;
    for (; left.length > 0; wave++) {
      const kept = left.filter((pod) => !this.tryEvict(pod, wave));
      const [first] = kept;
      if (first && kept.length === left.length)
        return { because: 'budget', reason: `${podKey(first)}: ${evictionRefusal(first, this.budgets)}` };
      const refusal = this.settle(await this.trial.schedule(stopAt));
      if (refusal) return refusal;
      left = kept;
    }
    return { moves: Array.from(this.moves.values(), ({ move }) => move), waves: wave - firstWave };
  }

  private tryEvict(pod: Pod, wave: number): boolean {
    const { trial, budgets, node } = this;
    const { allowed, budget } = evictionNow(pod, budgets);
    if (!allowed) return false;
    const { key, replacement } = this.known.get(pod) as Known;
    const { namespace, name, template } = pod;
    const move: Mutable<CompactMove> = { namespace, name, node, wave };
    if (budget) move.budget = budget.name;
    this.moves.set(key, { pod: replacement, move });
    const there = { ...pod, nodeName: node };
    budgets.left(there);
    if (template.owner) trial.apply({ kind: 'podChanged', pod: replacement }, there);
    else {
      move.deleted = true;
      trial.apply({ kind: 'podRemoved', pod }, there);
    }
    return true;
  }

  /** Places what has been evicted; the reason why not. */
  private settle({ placements, unschedulable: [waiting], preemptions: [preemption] }: Schedule): Refusal | undefined {
    if (preemption) return { because: 'preemption', reason: `${podKey(preemption)} would evict others from ${preemption.node}` };
    if (waiting) {
      const key = podKey(waiting);
      this.refused = this.moves.get(key)?.pod;
      return { because: 'no room', reason: `${key}: ${waiting.message}` };
    }
    for (const placement of placements) {
      const moved = this.moves.get(podKey(placement));
      if (!moved) continue;
      moved.move.to = placement.node;
      this.budgets.returned(moved.pod);
    }
    return undefined;
  }
}
