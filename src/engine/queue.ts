/**
 * The scheduling queue of a closed world. Upstream's queue (pkg/scheduler/backend/queue) reacts to events over time; here
 * nothing happens but what the run itself does, and decisions take no time. The rules are upstream's with its clock
 * standing still while any pod can be tried:
 *
 * 1. *Active.* Pods wait in order of priority (high first), then creation time, then input order.
 * 2. *Waiting.* A pod that found no node waits for an event that may help it: a pod placed, a pod that left its node, or a
 *    pod of no less priority that has lost its nomination, if the hint of a plugin that refused it says so (queue-hints.ts).
 * 3. *Backoff.* A pod that such an event wakes, a preemptor whose victims leave among them, backs off 1, 2, 4, 8, then 10
 *    seconds for its first, second, ... failed attempt. Since the clock stands still, that means: after all active pods,
 *    and among backing-off pods the shorter backoff first, then priority, then the longer wait (as upstream pops from its
 *    backoff queue when nothing is active).
 * 4. *Leftovers.* When nothing else can be tried, upstream's clock would run on and after five minutes retry every
 *    waiting pod, whatever the hints said. Here those go active again for which something can have changed since their last
 *    attempt: a pod has left or a nomination was lost; or, for a pod that a rule of attraction refused, a pod was placed.
 *    So a run ends in a state in which no waiting pod fits anywhere.
 *
 * The run ends: a pod is retried only after a placement or a departure, both are finitely many, and one pod fails at most
 * ATTEMPTS_MAX times.
 *
 * A pod that failed with an error (no plugin refused it) waits for rule 4 like the others; upstream would repeat the same
 * error every ten seconds.
 */
import { KeyHeap } from '../base/heap.ts';
import type { Pod, PodTemplate } from '../model/pod.ts';
import { type QueueHints, queueHints } from './queue-hints.ts';
import { queueOrder } from './queue-order.ts';
import { WaitingPods } from './queue-waiting.ts';

/**
 * Failed attempts for one pod. A pod is seldom tried more than three times; the bound keeps a set of pods that wake each other
 * one by one from costing the square of its size without end.
 */
export const ATTEMPTS_MAX = 1000;

/** Room for the time stamp below the priority's rank in one double: 2^33 returns, 2^20 priorities. */
const STAMPS = 2 ** 33;

export interface QueueOptions {
  /** Default: hints that know the pods' own constraints only. */
  readonly hints?: QueueHints;
  /** Pods wake when a placement may help them, default true. False: only departures wake, so a pod that fails is tried once. */
  readonly wakeAfterPlacement?: boolean;
  /** podInitialBackoffSeconds, default 1. */
  readonly initialBackoffSeconds?: number;
  /** podMaxBackoffSeconds, default 10. 0: woken pods are active at once, ahead of all pods of less priority. */
  readonly maxBackoffSeconds?: number;
}

/** Pods are named by their index in the list given to the constructor. Every pod taken must be reported on. */
export class SchedulingQueue {
  private readonly pods: readonly Pod[];
  private indices: ReadonlyMap<Pod, number> | undefined;
  private readonly order: Uint32Array;
  private readonly rank: Uint32Array;
  /** Next position of `order`. */
  private cursor = 0;
  /** Failed attempts by pod. */
  private readonly attempts: Uint16Array;
  private readonly waiting: WaitingPods;
  /** Woken pods without backoff. */
  private readonly active = new KeyHeap();
  /** Backing-off pods by length of the backoff. */
  private readonly backoff: readonly KeyHeap[];
  /** Logical time: number of returns so far, and by pod the time of its last return. */
  private now = 0;
  private readonly returned: Float64Array;

  /** O(n) for pods in queue order, O(n log n) otherwise. */
  constructor(pods: readonly Pod[], options: QueueOptions = {}) {
    const { order, rank } = queueOrder(pods);
    this.pods = pods;
    this.order = order;
    this.rank = rank;
    this.attempts = new Uint16Array(pods.length);
    this.returned = new Float64Array(pods.length);
    this.waiting = new WaitingPods(options.hints ?? queueHints(), options.wakeAfterPlacement ?? true);
    this.backoff = backoffLevels(options.initialBackoffSeconds ?? 1, options.maxBackoffSeconds ?? 10).map(() => new KeyHeap());
  }

  /** Pods that would be tried if nothing more happened. Pods that wait for an event do not count. */
  get ready(): number {
    return this.order.length - this.cursor + this.active.size + this.backoff.reduce((sum, heap) => sum + heap.size, 0);
  }

  /**
   * The next pods to try, at most `max`, in order; empty when nothing more can move. More than one are returned only if
   * nothing that becomes of the first can change the order of the rest; all of them are to be tried. O(1) per pod.
   */
  take(max: number): number[] {
    if (this.ready === 0) this.retryLeftovers();
    if (this.cursor < this.order.length && this.initialKey() < this.active.least) {
      // Without backoff a woken pod may overtake the rest at any moment.
      const length = this.backoff.length === 0 && this.waiting.size + this.active.size > 0 ? 1 : max;
      const run = Array.from(this.order.subarray(this.cursor, this.cursor + length));
      this.cursor += run.length;
      return run;
    }
    const heap = [this.active, ...this.backoff].find(({ size }) => size > 0);
    return heap === undefined ? [] : [heap.pop()];
  }

  /** The pod found no node. `plugins`: those that refused it on some node; none when the attempt ended in an error. */
  failed(index: number, plugins: ReadonlySet<string>): void {
    if (this.noteAttempt(index) < ATTEMPTS_MAX) this.waiting.add(index, this.template(index), plugins);
  }

  /**
   * The pod is nominated to a node, and its victims are about to leave it. `plugins`: those that refused the pod: it waits until a departure helps
   * by their hints, and that of its own victims need not. Absent: it is tried again after its backoff.
   */
  preempting(index: number, plugins?: ReadonlySet<string>): void {
    const attempts = this.noteAttempt(index);
    if (plugins === undefined) this.requeue(index);
    else if (attempts < ATTEMPTS_MAX) this.waiting.add(index, this.template(index), plugins);
  }

  /** The pod has been placed. O(1) while no pod waits for company. */
  placed(index: number): void {
    for (const woken of this.waiting.afterPlacement(this.template(index))) this.requeue(woken);
  }

  /** A pod has left its node. O(groups of equal waiting pods). */
  deleted(pod: Pod): void {
    for (const woken of this.waiting.afterDeletion(pod.template)) this.requeue(woken);
  }

  /** A pod has lost its nomination to one of more priority, which frees what was kept for it. */
  nominationTaken(pod: Pod): void {
    this.waiting.noteDeparture();
    this.nominationLost(pod);
  }

  /** A pod that has just failed has lost its nomination, or exchanged it for another; it may wake itself too. O(groups of equal waiting pods). */
  nominationLost(pod: Pod): void {
    for (const woken of this.waiting.afterNominationLost(pod.template, this.indexOf(pod))) this.requeue(woken);
  }

  /** Undefined for a pod that is not in the queue's hands. O(pods) the first time. */
  private indexOf(pod: Pod): number | undefined {
    this.indices ??= new Map(this.pods.map((known, index) => [known, index]));
    return this.indices.get(pod);
  }

  private template(index: number): PodTemplate {
    return (this.pods[index] as Pod).template;
  }

  /** Key of the next pod of the initial order: before every returned pod of the same priority. */
  private initialKey(): number {
    return (this.rank[this.order[this.cursor] as number] as number) * STAMPS;
  }

  private returnedKey(index: number): number {
    return (this.rank[index] as number) * STAMPS + (this.returned[index] as number);
  }

  /** The number of the pod's attempts. */
  private noteAttempt(index: number): number {
    this.returned[index] = ++this.now;
    const attempts = Math.min(ATTEMPTS_MAX, (this.attempts[index] as number) + 1);
    this.attempts[index] = attempts;
    return attempts;
  }

  private requeue(index: number): void {
    const level = Math.min(this.attempts[index] as number, this.backoff.length) - 1;
    (this.backoff[level] ?? this.active).push(this.returnedKey(index), index);
  }

  private retryLeftovers(): void {
    for (const index of this.waiting.leftovers()) this.active.push(this.returnedKey(index), index);
  }
}

/** The lengths of the backoff after the first, second, ... failed attempt, up to the last different one; none for maximum 0. */
export function backoffLevels(initialSeconds: number, maxSeconds: number): number[] {
  if (maxSeconds <= 0) return [];
  const levels: number[] = [];
  for (let seconds = initialSeconds; seconds < maxSeconds && seconds > 0; seconds *= 2) levels.push(seconds);
  return [...levels, Math.min(initialSeconds, maxSeconds) <= 0 ? initialSeconds : maxSeconds];
}
