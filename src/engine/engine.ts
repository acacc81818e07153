import { PlimsollError } from '../base/errors.ts';
import { Core } from '../layout/core.ts';
import { checkSnapshot } from '../model/check-snapshot.ts';
import type { Node } from '../model/node.ts';
import { type Pod, podKey } from '../model/pod.ts';
import type { Explanation, PodReference, Provenance, Schedule } from '../model/results.ts';
import type { ClusterObjects, Snapshot } from '../model/snapshot.ts';
import { Batch } from './batch.ts';
import { type Change, checkChange, checkKnown } from './change.ts';
import type { ClassBuilder } from './classes.ts';
import { pathsOf, pathsSince } from './decision-paths.ts';
import { explainIn } from './explanation.ts';
import { type Filled, type FillItem, fill } from './fill.ts';
import { Fleet } from './fleet.ts';
import type { LatencyRecorder } from './latencies.ts';
import { type EngineOptions, idleHosts, resolveOptions, type Settings, withHosts } from './options.ts';
import { isFinished, pendingPods } from './pending-pods.ts';
import { provenanceOf } from './provenance.ts';
import { renderRun } from './render-run.ts';
import type { ScheduleRun } from './schedule-run.ts';
import { Scheduler } from './scheduler.ts';
import { canTry, WhatIf } from './what-if.ts';

/** Makes a builder of class tables over a core, for worker threads; see `schedule`. */
export type BuilderFactory = (core: Core) => ClassBuilder;

/**
 * A cluster held in memory: ask for placements, change it, ask again, fork it for a what-if.
 *
 * Pods that find a node stay on it; victims of preemption leave. The engine is used by one caller at a time.
 */
export class Engine {
  readonly settings: Settings;
  private readonly options: EngineOptions;
  private readonly source: Snapshot;
  private objects: ClusterObjects;
  private nodes: Node[];
  private pods: Map<string, Pod>;
  private fleet: Fleet | undefined;
  /** What was found to be unknown of the machines when the fleet was laid out. */
  private notModelled: readonly string[] = [];
  private busy = false;
  private core: Core | undefined;

  /** `core`: memory of an engine that is done. `pods`: by `podKey`, instead of the snapshot's. @throws PlimsollError, see `resolveOptions`. */
  constructor(snapshot: Snapshot, options: EngineOptions = {}, core?: Core, pods?: Map<string, Pod>) {
    checkSnapshot(snapshot);
    this.options = options;
    this.settings = resolveOptions(options);
    this.source = snapshot;
    this.objects = snapshot.objects;
    this.nodes = [...snapshot.nodes];
    this.pods = pods ?? new Map(snapshot.pods.map((pod) => [podKey(pod), pod]));
    this.core = core;
    // What contradicts itself is refused here rather than at the first question.
    withHosts(snapshot, options);
  }

  /**
   * The cluster as it is now; pods that were placed carry their node, and those on one node stand in the order in which they came there. An engine
   * made from it answers as this one does. O(nodes + pods).
   */
  snapshot(): Snapshot {
    this.checkIdle();
    const pods = this.orderedPods().filter((pod) => !isFinished(pod));
    return { ...this.source, nodes: [...this.nodes], pods, objects: this.objects };
  }

  /** One attempt for one pod as the cluster is now, told in full. @throws PlimsollError NOT_FOUND for the pod or its profile. */
  explain(reference: PodReference): Explanation {
    return explainIn(withHosts(this.snapshot(), this.options), reference, this.settings);
  }

  /** An independent copy for a what-if. O(nodes + pods). */
  fork(): Engine {
    return new Engine(this.snapshot(), this.options);
  }

  /**
   * Applies one change. Pod changes are kept up incrementally; a node change lays the columns out anew before the next decision.
   * @throws PlimsollError DUPLICATE for an added object that exists, NOT_FOUND for a changed or removed one that does not, USAGE during `schedule`
   * and for what is no change.
   */
  apply(change: Change): void {
    this.checkIdle();
    checkChange(change);
    switch (change.kind) {
      case 'nodeAdded':
      case 'nodeChanged':
      case 'nodeRemoved':
        this.applyToNodes(change);
        this.dropFleet();
        return;
      case 'podAdded':
      case 'podChanged':
      case 'podRemoved':
        this.applyToPods(change);
        // Rules about machines know how many replicas there are.
        if (this.options.hosts) this.dropFleet();
    }
  }

  /**
   * Schedules the waiting pods in queue order. Each gets one attempt, and more where evictions may help it; with `untilStable` also where
   * placements may, until nothing more can move. Calling again tries again. `latencies` records how long each decision takes.
   */
  async schedule(builderFor?: BuilderFactory, latencies?: LatencyRecorder): Promise<Schedule> {
    this.checkIdle();
    const fleet = this.currentFleet();
    const pending = pendingPods(this.pods.values(), fleet);
    const { waiting, promised } = pending;
    const { tie, seed, untilStable } = this.settings;
    const builder = builderFor?.(fleet.core);
    const { onProgress } = this.options;
    const extras = { ...(onProgress ? { onProgress } : {}), ...(builder ? { builder } : {}), ...(latencies ? { latencies } : {}) };
    this.busy = true;
    const before = pathsOf(fleet.core);
    try {
      const run = await new Scheduler(fleet, waiting, { tie, seed, untilStable, promised, ...extras }).run();
      const result = renderRun(run, pending, {
        provenance: this.provenance,
        nameOf: (row) => (this.nodes[row] as Node).name,
        nodes: this.nodes.length,
        notModelled: [...this.notModelled, ...this.settings.warnings],
        paths: pathsSince(fleet.core, before),
      });
      this.keep(run, waiting, promised, fleet);
      return result;
    } catch (error) {
      // Half a run is no state to go on from.
      this.fleet = undefined;
      throw error;
    } finally {
      this.busy = false;
    }
  }

  /**
   * How often the pods fit beside everything that is placed, round after round in their order, without evicting anybody: an attempt like those of
   * `schedule` for each copy, `limit` rounds at most. The cluster stays as it is; pods that wait take no room except where they were promised it.
   * @throws PlimsollError NOT_FOUND for the profile of a pod.
   */
  fill(items: readonly FillItem[], limit: number): Filled {
    this.checkIdle();
    this.dropFleet();
    const fleet = this.currentFleet();
    try {
      return fill(fleet, items, { ...this.settings, limit, nominated: this.nominatedPods(fleet), onProgress: this.options.onProgress });
    } finally {
      this.dropFleet();
    }
  }

  /**
   * A trial on this engine's fleet, which costs what it changes and leaves no trace; undefined where only a fork will do (`canTry`). The engine
   * must not be asked or changed before the trial has ended.
   */
  whatIf(): WhatIf | undefined {
    this.checkIdle();
    // Replicas of owners, which rules about machines know, follow each change of pods.
    if (this.options.hosts || !canTry(this.settings)) return undefined;
    const fleet = this.currentFleet();
    return new WhatIf({
      fleet,
      settings: this.settings,
      provenance: this.provenance,
      notModelled: [...this.notModelled, ...this.settings.warnings],
    });
  }

  /**
   * Decides copies of pods in bulk, kinds in and rows out, as typed arrays: for benchmarks and searches that make millions of decisions. It has the
   * cluster as it is now for its own; pods that wait take no room except where they were promised it. O(nodes + pods) to make.
   * @throws PlimsollError NOT_FOUND for the profile of a pod.
   */
  batch(pods: readonly Pod[]): Batch {
    const fork = this.fork();
    const fleet = fork.currentFleet();
    return new Batch(fleet, pods, { ...this.settings, nominated: fork.nominatedPods(fleet) });
  }

  /** What answers of this engine depend on. */
  get provenance(): Provenance {
    return provenanceOf(this.settings, this.source.hash);
  }

  /** Threads are awaited in the midst of a run: nothing may be asked or changed meanwhile. */
  private checkIdle(): void {
    if (this.busy) throw new PlimsollError('USAGE', 'the engine is scheduling', { hint: 'await schedule first, or fork before it' });
    if (this.fleet?.log) throw new PlimsollError('USAGE', 'a what-if of the engine is under way', { hint: 'end it first' });
  }

  /** Pods that wait for a node they were promised. */
  private nominatedPods(fleet: Fleet): Pod[] {
    const { waiting, promised } = pendingPods(this.pods.values(), fleet);
    return [...waiting, ...promised].filter(({ nominatedNodeName }) => nominatedNodeName !== '');
  }

  private currentFleet(): Fleet {
    // Who holds a disputed port is remembered within a run only, as upstream's memory of it ends with the process.
    if (this.fleet && !this.fleet.columns.portsDisputed) return this.fleet;
    this.dropFleet();
    this.core ??= new Core();
    this.core.reset();
    const { nodes, pods, objects, notModelled } = withHosts(this.snapshot(), this.options);
    const fleet = new Fleet(nodes, objects, this.settings.semantics, this.settings.profiles, this.core, this.options.classMemoryMax);
    for (const pod of pods) {
      const row = pod.nodeName === '' ? undefined : fleet.rowOf(pod.nodeName);
      if (row !== undefined) fleet.place(pod, row);
    }
    this.fleet = fleet;
    this.notModelled = [...notModelled, ...idleHosts(objects, this.settings.profiles)];
    return fleet;
  }

  /** The fleet is laid out anew when it is needed next. O(nodes + pods). */
  private dropFleet(): void {
    if (!this.fleet) return;
    this.pods = new Map(this.orderedPods().map((pod) => [podKey(pod), pod]));
    this.fleet = undefined;
  }

  /** All pods in snapshot order, except that the places of the pods on one node are taken by these pods in the order of their arrival. */
  private orderedPods(): Pod[] {
    const pods = [...this.pods.values()];
    const { fleet } = this;
    if (!fleet) return pods;
    const taken = new Uint32Array(fleet.nodes.length);
    return pods.map((pod) => {
      const row = rowHeldBy(pod, fleet);
      if (row === undefined) return pod;
      const next = fleet.podsOnRow[row]?.[taken[row] as number] as Pod;
      taken[row] = (taken[row] as number) + 1;
      return this.pods.get(podKey(next)) as Pod;
    });
  }

  /** Remembers what the run did: the fleet has it already. */
  private keep(run: ScheduleRun, waiting: readonly Pod[], promised: readonly Pod[], fleet: Fleet): void {
    if (run.reserved) this.objects = fleet.view().reservedObjects();
    for (const { index, row } of run.placed) {
      const pod = waiting[index] as Pod;
      this.pods.set(podKey(pod), { ...pod, nodeName: (this.nodes[row] as Node).name, nominatedNodeName: '' });
    }
    for (const pod of [...[...run.failed.keys()].map((index) => waiting[index] as Pod), ...promised]) {
      const nominatedNodeName = run.nominated.get(podKey(pod)) ?? '';
      if (nominatedNodeName !== pod.nominatedNodeName) this.pods.set(podKey(pod), { ...pod, nominatedNodeName });
    }
    for (const { victims } of run.preemptions) for (const victim of victims) this.pods.delete(podKey(victim));
    if (this.options.hosts && run.preemptions.length > 0) this.dropFleet();
  }

  private applyToNodes(change: Extract<Change, { kind: `node${string}` }>): void {
    const name = change.kind === 'nodeRemoved' ? change.name : change.node.name;
    const at = this.nodes.findIndex((node) => node.name === name);
    checkKnown(at >= 0, change.kind.endsWith('Added'), 'node', name);
    if (change.kind === 'nodeAdded') this.nodes.push(change.node);
    else if (change.kind === 'nodeChanged') this.nodes[at] = change.node;
    else this.nodes.splice(at, 1);
  }

  private applyToPods(change: Extract<Change, { kind: `pod${string}` }>): void {
    const key = podKey(change.pod);
    const known = this.pods.get(key);
    checkKnown(known !== undefined, change.kind === 'podAdded', 'pod', key);
    const oldRow = known && this.fleet && rowHeldBy(known, this.fleet);
    if (known && oldRow !== undefined) this.fleet?.remove(known, oldRow);
    if (change.kind === 'podRemoved') {
      this.pods.delete(key);
      return;
    }
    this.pods.set(key, change.pod);
    const row = this.fleet && rowHeldBy(change.pod, this.fleet);
    if (row !== undefined) this.fleet?.place(change.pod, row);
  }
}

/** A finished pod holds nothing and waits for nothing; it is kept until its removal is told. */
function rowHeldBy(pod: Pod, fleet: Fleet): number | undefined {
  return pod.nodeName === '' || isFinished(pod) ? undefined : fleet.rowOf(pod.nodeName);
}
