import type { WhatIf, WhatIfMark } from '../engine/what-if.ts';
import type { CompactMove, StayingNode } from '../model/compact-results.ts';
import { type Pod, podKey } from '../model/pod.ts';
import type { Budgets } from './budgets.ts';
import { Controllers, type PodBook, type Settled } from './cluster.ts';
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

/** Everything about a run that can be taken back. */
export interface RunMark {
  readonly trial: WhatIfMark;
  readonly pods: number;
  readonly slack: Int32Array;
}

/** Drains nodes for good or not at all, one after the other, on a fleet that is tried out. */
export class CompactRun {
  /** Nodes that were tried. */
  trials = 0;
  private readonly trial: WhatIf;
  private readonly budgets: Budgets;
  private readonly controllers: Controllers<WhatIf>;
  private readonly flags: DrainFlags;
  /** Place of each pod in the snapshot: evictions follow it, as those of `drain` do. */
  private readonly places: ReadonlyMap<string, number>;

  constructor(trial: WhatIf, budgets: Budgets, pods: PodBook, places: ReadonlyMap<string, number>, laterMs: number, flags: DrainFlags) {
    this.trial = trial;
    this.budgets = budgets;
    this.controllers = new Controllers(trial, budgets, pods, laterMs);
    this.flags = { ...flags, ignoreDaemonsets: true };
    this.places = places;
  }

  mark(): RunMark {
    return { trial: this.trial.mark(), pods: this.controllers.pods.mark(), slack: this.budgets.save() };
  }

  /** O(nodes + what has changed since). */
  undo({ trial, pods, slack }: RunMark): void {
    this.trial.undo(trial);
    this.controllers.pods.undo(pods);
    this.budgets.restore(slack);
  }

  /** Nobody comes to the node any more. */
  cordon(name: string): void {
    this.trial.close(name);
  }

  /** Pods on the node now, as they stand in the snapshot. */
  podsOn(name: string): readonly Pod[] {
    const place = (pod: Pod) => this.places.get(podKey(pod)) ?? Number.POSITIVE_INFINITY;
    const pods = this.trial.podsOn(name).map((pod) => this.controllers.pods.get(podKey(pod)) as Pod);
    return pods.sort((a, b) => place(a) - place(b));
  }

  /** The pod that keeps the node, if some does; kubectl's reason. */
  blocker(name: string): Refusal | undefined {
    for (const pod of this.podsOn(name)) {
      const verdict = drainVerdict(pod, this.flags);
      if (verdict.kind === 'refuse') return { because: 'pod', reason: `${podKey(pod)}: ${verdict.reason}` };
    }
    return undefined;
  }

  /** Pods that draining the node would evict now. */
  evictable(name: string): readonly Pod[] {
    return this.podsOn(name).filter((pod) => drainVerdict(pod, this.flags).kind === 'evict');
  }

  /**
   * Evicts what is on the node, wave by wave as its budgets allow, and has the scheduler place it. Where a pod finds no node, or takes the place of
   * another, nothing has happened. O(pods of the node) decisions.
   *
   * @param wave Number of the first wave.
   */
  async drain(name: string, wave: number): Promise<DrainedStep | Refusal> {
    this.trials++;
    const start = this.mark();
    this.cordon(name);
    const pods = this.podsOn(name);
    const refusal = this.blocker(name);
    const step = refusal ?? (await this.evictAll(name, this.evictable(name), pods.length, wave));
    if ('because' in step) this.undo(start);
    return step;
  }

  private async evictAll(name: string, pods: readonly Pod[], count: number, firstWave: number): Promise<DrainedStep | Refusal> {
    const moves = new Map<string, Mutable<CompactMove>>();
    let left = pods;
    let wave = firstWave;
    for (; left.length > 0; wave++) {
      const evicted = left.filter((pod) => this.tryEvict(pod, name, wave, moves));
      if (evicted.length === 0)
        return { because: 'budget', reason: `${podKey(left[0] as Pod)}: ${evictionRefusal(left[0] as Pod, this.budgets)}` };
      const refusal = this.settle(await this.controllers.settleGently(this.trial), moves);
      if (refusal) return refusal;
      left = left.filter((pod) => !evicted.includes(pod));
    }
    return { name, moves: [...moves.values()], ignored: count - pods.length, waves: wave - firstWave };
  }

  private tryEvict(pod: Pod, node: string, wave: number, moves: Map<string, Mutable<CompactMove>>): boolean {
    const { allowed, budget } = evictionNow(pod, this.budgets);
    if (!allowed) return false;
    const { namespace, name, template } = pod;
    const move: Mutable<CompactMove> = { namespace, name, node, wave };
    if (budget) move.budget = budget.name;
    moves.set(podKey(pod), move);
    if (template.owner) this.controllers.evict(pod);
    else {
      move.deleted = true;
      this.controllers.remove(pod);
    }
    return true;
  }

  private settle({ placed, waiting, preempted }: Settled, moves: ReadonlyMap<string, Mutable<CompactMove>>): Refusal | undefined {
    const [preemption] = preempted;
    if (preemption) return { because: 'preemption', reason: `${preemption.by} would evict others from ${preemption.node}` };
    for (const [key, message] of waiting) return { because: 'no room', reason: `${key}: ${message}` };
    for (const [key, to] of placed) {
      const move = moves.get(key);
      if (move) move.to = to;
    }
    return undefined;
  }
}
