import { type Pod, podKey } from '../model/pod.ts';
import { nominatedOn } from './cycle.ts';
import type { Fleet } from './fleet.ts';

const NONE: readonly number[] = [];

/** Pods that preemption (or the snapshot) has promised a node and that are not on it yet (upstream's nominator). */
export class Nominations {
  private readonly fleet: Fleet;
  private readonly nodeOf = new Map<string, string>();
  /** Number of promises of nodes that exist, by the pod's priority. */
  private readonly counts = new Map<number, number>();
  /** Promises of nodes that exist, made and taken back so far. */
  revision = 0;
  /** Rows that concern pods without a promise, by their priority, and for which revision. */
  private readonly known = new Map<number, readonly number[]>();
  private knownAt = 0;

  /** The fleet forgets the promises of an earlier run. */
  constructor(fleet: Fleet) {
    this.fleet = fleet;
    fleet.clearNominations();
  }

  add(pod: Pod, nodeName: string): void {
    this.delete(pod);
    this.nodeOf.set(podKey(pod), nodeName);
    const { nominated } = this.fleet.view();
    nominated.set(nodeName, [...(nominated.get(nodeName) ?? []), pod]);
    this.note(nodeName, pod.template.priority, 1);
  }

  delete(pod: Pod): void {
    const key = podKey(pod);
    const nodeName = this.nodeOf.get(key);
    if (nodeName === undefined) return;
    this.nodeOf.delete(key);
    const { nominated } = this.fleet.view();
    const all = nominated.get(nodeName) ?? [];
    const left = all.filter((other) => podKey(other) !== key);
    if (left.length > 0) nominated.set(nodeName, left);
    else nominated.delete(nodeName);
    for (const other of all) if (podKey(other) === key) this.note(nodeName, other.template.priority, -1);
  }

  private note(nodeName: string, priority: number, change: number): void {
    const row = this.fleet.rowOf(nodeName);
    if (row === undefined) return;
    this.revision++;
    this.counts.set(priority, (this.counts.get(priority) ?? 0) + change);
    this.fleet.noteNomination(row);
  }

  /** Whether nodes are promised to other pods that the pod must respect. O(distinct priorities). */
  anyConcerning(pod: Pod): boolean {
    const { priority } = pod.template;
    let count = 0;
    for (const [other, promises] of this.counts) if (other >= priority) count += promises;
    const own = count === 0 ? undefined : this.nodeOf.get(podKey(pod));
    return count > (own !== undefined && this.fleet.rowOf(own) !== undefined ? 1 : 0);
  }

  /** Promised nodes by `podKey`. */
  get all(): ReadonlyMap<string, string> {
    return this.nodeOf;
  }

  /** The node promised to the pod; undefined = none. */
  of(pod: Pod): string | undefined {
    return this.nodeOf.size === 0 ? undefined : this.nodeOf.get(podKey(pod));
  }

  /** Rows promised to other pods that the pod must respect: those of its priority or more. O(nominations) where any has changed since. */
  concerning(pod: Pod): readonly number[] {
    if (this.nodeOf.size === 0) return NONE;
    if (this.nodeOf.has(podKey(pod))) return this.rowsFor(pod);
    if (this.knownAt !== this.revision) {
      this.known.clear();
      this.knownAt = this.revision;
    }
    const { priority } = pod.template;
    const rows = this.known.get(priority) ?? this.rowsFor(pod);
    this.known.set(priority, rows);
    return rows;
  }

  private rowsFor(pod: Pod): readonly number[] {
    const cluster = this.fleet.view();
    return [...cluster.nominated.keys()].flatMap((name) => {
      const node = cluster.nodeByName.get(name);
      return node && nominatedOn(node, pod, cluster).length > 0 ? [node.row] : [];
    });
  }

  /** Pods of less priority lose their nomination to the node (upstream, when a preemptor takes it). */
  clearBelow(nodeName: string, priority: number): Pod[] {
    if (this.nodeOf.size === 0) return [];
    const lower = (this.fleet.view().nominated.get(nodeName) ?? []).filter((other) => other.template.priority < priority);
    for (const pod of lower) this.delete(pod);
    return lower;
  }
}
