import { assert } from '../base/assert.ts';
import { Core } from '../layout/core.ts';
import { FLEET_ADDRESS, FLEET_NEXT_START, FLEET_POD_COUNT } from '../layout/layout.generated.ts';
import type { Node } from '../model/node.ts';
import type { Pod, PodTemplate } from '../model/pod.ts';
import { podUsage } from '../model/requests.ts';
import { AMOUNT_MAX } from '../model/resources.ts';
import type { ClusterObjects } from '../model/snapshot.ts';
import { hostPorts } from '../rules/host-ports.ts';
import type { Semantics } from '../rules/rule.ts';
import type { ClusterView } from '../rules/view.ts';
import { Classes, type PodClass } from './classes.ts';
import { Columns } from './columns.ts';
import { Counts } from './counts.ts';
import { Picture } from './picture.ts';
import { LeastPriorities } from './preemption-index.ts';
import type { ResolvedProfile } from './resolved-profile.ts';
import { releaseUsage, writeUsage } from './templates.ts';

/** A pod that has come to a row, or has left it; `at`: its place among the row's pods. */
export interface FleetChange {
  readonly pod: Pod;
  readonly row: number;
  readonly at: number;
  readonly placed: boolean;
}

/**
 * The engine's state: nodes as columns, the pods on them, and the classes compiled so far. One thread writes it.
 *
 * Two pictures of the same cluster are kept: the columns, which decide, and a ClusterView for the plain twins (messages, preemption, rules
 * without kernels), which is made when first needed and then kept up with every placement.
 */
export class Fleet {
  readonly core: Core;
  readonly nodes: readonly Node[];
  readonly objects: ClusterObjects;
  readonly semantics: Semantics;
  readonly columns: Columns;
  readonly counts: Counts;
  readonly classes: Classes;
  /** Pods of each row in order of arrival; a removal moves the last pod into the hole, as in NodeView. */
  readonly podsOnRow: Pod[][];
  /** Grow with every change of a row's pods or promises. */
  readonly rowVersions: Uint32Array;
  private readonly profiles: ReadonlyMap<string, ResolvedProfile>;
  /** What has become of pods since a trial began, oldest first. */
  log: FleetChange[] | undefined;
  private readonly picture: Picture;
  private least: LeastPriorities | undefined;

  constructor(
    nodes: readonly Node[],
    objects: ClusterObjects,
    semantics: Semantics,
    profiles: readonly ResolvedProfile[],
    core = new Core(),
    classBytesMax?: number,
  ) {
    this.core = core;
    this.nodes = nodes;
    this.objects = objects;
    this.semantics = semantics;
    this.profiles = new Map(profiles.map((profile) => [profile.schedulerName, profile]));
    this.columns = new Columns(core, nodes);
    this.counts = new Counts(core, this.columns, objects, semantics);
    this.classes = new Classes(core, this.columns, this.counts, semantics, objects, classBytesMax);
    this.podsOnRow = nodes.map(() => []);
    this.rowVersions = new Uint32Array(nodes.length);
    this.picture = new Picture(this);
  }

  /** Where the next scan starts, in node order (upstream nextStartNodeIndex); one index for all pods and profiles. */
  get nextStart(): number {
    return this.core.i32[(FLEET_ADDRESS + FLEET_NEXT_START) / 4] as number;
  }

  set nextStart(position: number) {
    this.core.i32[(FLEET_ADDRESS + FLEET_NEXT_START) / 4] = position;
  }

  /** Nodes that no trial has taken out. */
  get nodeCount(): number {
    return this.columns.nodeCount;
  }

  rowOf(nodeName: string): number | undefined {
    return this.columns.rowByName.get(nodeName);
  }

  profileOf(pod: Pod): ResolvedProfile | undefined {
    return this.profileFor(pod.template);
  }

  profileFor(template: PodTemplate): ResolvedProfile | undefined {
    return this.profiles.get(template.schedulerName);
  }

  classOf(pod: Pod, profile: ResolvedProfile): PodClass {
    return this.classes.of(pod.template, profile);
  }

  /** Puts the pod on the row. The caller has decided; nothing is checked. */
  place(pod: Pod, row: number): void {
    const entry = this.counts.entry(pod.template);
    if (pod.resize) {
      this.commitResized(pod, row, 1);
      this.core.exports.commitEffects(entry.usage, row, 1, pod.terminating ? 1 : 0);
      this.core.exports.recordChange(row);
    } else this.core.exports.commit(entry.usage, row, 1, pod.terminating ? 1 : 0);
    this.notePlaced(pod, row);
  }

  /** The bookkeeping of a placement that the core has already committed. */
  notePlaced(pod: Pod, row: number): void {
    const entry = this.counts.entry(pod.template);
    (pod.terminating ? entry.terminatingRows : entry.rows).push(row);
    const at = (this.podsOnRow[row] as Pod[]).push(pod) - 1;
    this.touch(row);
    this.log?.push({ pod, row, at, placed: true });
    this.picture.podAdded(pod, row);
    this.least?.podAdded(pod, row);
  }

  /** Takes the pod off the row. O(pods on the row + pods of the template). */
  remove(pod: Pod, row: number): void {
    const pods = this.podsOnRow[row] as Pod[];
    const at = pods.findIndex((other) => other.name === pod.name && other.namespace === pod.namespace);
    assert(at >= 0, 'a pod is removed from the row it is on');
    this.disputePorts(pods[at] as Pod, pods);
    this.picture.podRemoved(this.withdraw(at, row), row);
    this.core.exports.recordChange(row);
  }

  /** Takes a pod off everything but the plain picture; the caller records that the row has changed. */
  private withdraw(at: number, row: number): Pod {
    const pods = this.podsOnRow[row] as Pod[];
    const removed = pods[at] as Pod;
    const last = pods.pop() as Pod;
    if (at < pods.length) pods[at] = last;
    this.log?.push({ pod: removed, row, at, placed: false });
    this.touch(row);
    const entry = this.counts.entry(removed.template);
    entry.forget(row, removed.terminating);
    const terminating = removed.terminating ? 1 : 0;
    if (this.saturated(row)) this.sumAnew(row);
    else if (removed.resize) this.commitResized(removed, row, -1);
    else this.core.exports.commitUsage(entry.usage, row, -1);
    this.core.exports.commitEffects(entry.usage, row, -1, terminating);
    this.least?.podRemoved(removed, row);
    return removed;
  }

  /** Takes back what the log tells from `length` on: every pod is in its old place. O(changes, pods of their rows). */
  undo(length: number): void {
    const { log } = this;
    if (!log) return;
    this.log = undefined;
    const rows = new Set<number>();
    while (log.length > length) {
      const change = log.pop() as FleetChange;
      rows.add(change.row);
      if (change.placed) this.withdraw(change.at, change.row);
      else this.restore(change);
    }
    this.log = log;
    for (const row of rows) {
      // In the order of the pods, as if nothing had happened.
      if (this.saturated(row)) this.sumAnew(row);
      this.core.exports.recordChange(row);
    }
    this.picture.redraw(rows);
  }

  private restore({ pod, row, at }: FleetChange): void {
    const entry = this.counts.entry(pod.template);
    (pod.terminating ? entry.terminatingRows : entry.rows).push(row);
    const pods = this.podsOnRow[row] as Pod[];
    // A removal has moved the last pod into the hole.
    if (at < pods.length) pods.push(pods[at] as Pod);
    pods[at] = pod;
    this.touch(row);
    if (pod.resize) this.commitResized(pod, row, 1);
    else this.core.exports.commitUsage(entry.usage, row, 1);
    this.core.exports.commitEffects(entry.usage, row, 1, pod.terminating ? 1 : 0);
    this.least?.podAdded(pod, row);
  }

  /** As if these nodes and what runs there were not there, or were again; pods come back with `undo`. O(nodes, and pods on them). */
  setOut(rows: readonly number[], out: boolean): void {
    for (const row of rows) {
      for (let at = (this.podsOnRow[row] as Pod[]).length - 1; out && at >= 0; at--) this.withdraw(at, row);
      this.columns.setOut(row, out);
      this.touch(row);
      this.core.exports.recordChange(row);
      this.least?.noteChange(row);
    }
    this.classes.noteShut(rows);
    this.picture.redraw(rows);
  }

  /** The nodes take no more pods and keep those they have, as cordoned ones that no pod tolerates; or they take pods again. */
  setClosed(rows: readonly number[], closed: boolean): void {
    for (const row of rows) {
      this.columns.rowStates.setClosed(row, closed);
      this.touch(row);
      this.core.exports.recordChange(row);
      this.least?.noteChange(row);
    }
    this.classes.noteShut(rows);
  }

  /** Rows of such nodes, also of those that are out by now. */
  get closedRows(): ReadonlySet<number> {
    return this.columns.rowStates.closed;
  }

  /** Who held a disputed host port first is remembered within a run only, as upstream's memory of it ends with the process. O(nodes + pods) if any was. */
  forgetPorts(): void {
    if (!this.columns.portsDisputed) return;
    this.columns.portsDisputed = false;
    this.classes.dropAll();
    this.picture.redrawAll();
  }

  /** Volumes and claims are again as in the objects. O(nodes + pods) when the plain picture is needed next. */
  forgetReservations(): void {
    this.picture.forget();
  }

  /**
   * Pods that were forced onto one host port share upstream's entry for it, so that the port counts as free once the first of them leaves. Counts
   * of holders cannot tell that: from then on NodePorts runs over the plain picture, which remembers.
   */
  private disputePorts(leaving: Pod, onRow: readonly Pod[]): void {
    const ports = hostPorts(leaving.template);
    if (ports.length === 0 || this.columns.portsDisputed) return;
    const held = onRow.filter((pod) => pod !== leaving).flatMap((pod) => hostPorts(pod.template));
    const same = ({ hostIP, hostPort, protocol }: (typeof ports)[number]) =>
      held.some((other) => other.hostIP === hostIP && other.hostPort === hostPort && other.protocol === protocol);
    if (!ports.some(same)) return;
    this.view();
    this.columns.portsDisputed = true;
    this.classes.outdate((template) => hostPorts(template).length > 0);
  }

  /** The plain picture of the cluster as it is now. */
  view(): ClusterView {
    return this.picture.now();
  }

  /** No pod is promised a node. */
  clearNominations(): void {
    const { nominated } = this.picture;
    for (const name of nominated?.keys() ?? []) {
      const row = this.rowOf(name);
      if (row !== undefined) this.noteNomination(row);
    }
    nominated?.clear();
  }

  /** The pods that the row is promised to have changed. */
  noteNomination(row: number): void {
    this.touch(row);
    this.least?.noteChange(row);
  }

  private touch(row: number): void {
    this.rowVersions[row] = (this.rowVersions[row] as number) + 1;
  }

  /** Least priorities per node and in the cluster, for preemption. */
  leastPriorities(): LeastPriorities {
    this.least ??= new LeastPriorities({ nodes: this.podsOnRow.map((pods) => ({ pods })) });
    return this.least;
  }

  private commitResized(pod: Pod, row: number, sign: 1 | -1): void {
    const usage = writeUsage(this.core, this.columns, podUsage(pod, this.semantics));
    this.core.exports.commitUsage(usage, row, sign);
    releaseUsage(this.core, usage);
  }

  /** A sum that has reached the int64 limit has lost what it was made of. */
  private saturated(row: number): boolean {
    return this.columns.usedColumns().some((column) => this.core.i64[column / 8 + row] === AMOUNT_MAX);
  }

  private sumAnew(row: number): void {
    for (const column of this.columns.usedColumns()) this.core.i64[column / 8 + row] = 0n;
    this.core.i32[(this.core.u32[(FLEET_ADDRESS + FLEET_POD_COUNT) / 4] as number) / 4 + row] = 0;
    for (const pod of this.podsOnRow[row] as Pod[]) {
      if (pod.resize) this.commitResized(pod, row, 1);
      else this.core.exports.commitUsage(this.counts.entry(pod.template).usage, row, 1);
    }
  }
}
