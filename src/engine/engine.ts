import { PlimsollError } from '../base/errors.ts';
import { Core } from '../layout/core.ts';
import type { Node } from '../model/node.ts';
import { type Pod, podKey } from '../model/pod.ts';
import { API_VERSION, type Explanation, type PodReference, type Provenance, type Schedule } from '../model/results.ts';
import type { ClusterObjects, Snapshot } from '../model/snapshot.ts';
import { type Change, checkChange, checkKnown } from './change.ts';
import type { ClassBuilder } from './classes.ts';
import { explainIn } from './explanation.ts';
import { type Filled, type FillItem, fill } from './fill.ts';
import { Fleet } from './fleet.ts';
import type { LatencyRecorder } from './latencies.ts';
import { type EngineOptions, idleHosts, resolveOptions, type Settings, withHosts } from './options.ts';
import { isFinished, pendingPods } from './pending-pods.ts';
import { provenanceOf } from './provenance.ts';
import { type ScheduleRun, Scheduler } from './scheduler.ts';

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
    const { waiting, held, foreign, promised } = pendingPods(this.pods.values(), fleet);
    const { tie, seed, untilStable } = this.settings;
    const builder = builderFor?.(fleet.core);
    const { onProgress } = this.options;
    const extras = { ...(onProgress ? { onProgress } : {}), ...(builder ? { builder } : {}), ...(latencies ? { latencies } : {}) };
    this.busy = true;
    try {
      const run = await new Scheduler(fleet, waiting, { tie, seed, untilStable, promised, ...extras }).run();
      const result = this.render(run, waiting, held, foreign);
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
    const { waiting, promised } = pendingPods(this.pods.values(), fleet);
    const nominated = [...waiting, ...promised].filter(({ nominatedNodeName }) => nominatedNodeName !== '');
    try {
      return fill(fleet, items, { ...this.settings, limit, nominated, onProgress: this.options.onProgress });
    } finally {
      this.dropFleet();
    }
  }

  /** What answers of this engine depend on. */
  get provenance(): Provenance {
    return provenanceOf(this.settings, this.source.hash);
  }

  /** Threads are awaited in the midst of a run: nothing may be asked or changed meanwhile. */
  private checkIdle(): void {
    if (this.busy) throw new PlimsollError('USAGE', 'the engine is scheduling', { hint: 'await schedule first, or fork before it' });
  }

  private currentFleet(): Fleet {
    // Who holds a disputed port is remembered within a run only, as upstream's memory of it ends with the process.
    if (this.fleet && !this.fleet.columns.portsDisputed) return this.fleet;
    this.dropFleet();
    this.core ??= new Core();
    this.core.reset();
    const { nodes, pods, objects, notModelled } = withHosts(this.snapshot(), this.options);
    const fleet = new Fleet(nodes, objects, this.settings.semantics, this.settings.profiles, this.core);
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

  private render(
    run: ScheduleRun,
    waiting: readonly Pod[],
    held: ReadonlyMap<Pod, string>,
    foreign: ReadonlyMap<string, number>,
  ): Schedule {
    const reference = ({ namespace, name }: Pod) => ({ namespace, name });
    const failed = [...run.failed].sort(([a], [b]) => a - b).map(([index, message]) => ({ ...reference(waiting[index] as Pod), message }));
    const unschedulable = [...failed, ...[...held].map(([pod, message]) => ({ ...reference(pod), message }))];
    const pending = waiting.length + held.size;
    const { seconds, decideSeconds } = run;
    // A pod that was placed and evicted again in the same run is told as a victim only.
    const evicted = new Set(run.preemptions.flatMap(({ victims }) => victims));
    const placed = run.placed.filter(({ index }) => !evicted.has(waiting[index] as Pod));
    const strangers = [...foreign].map(
      ([name, count]) =>
        `${count} pending ${count === 1 ? 'pod asks' : 'pods ask'} for the scheduler ${JSON.stringify(name)}, which no profile serves.`,
    );
    return {
      apiVersion: API_VERSION,
      kind: 'Schedule',
      provenance: this.provenance,
      placements: placed.map(({ index, row }) => ({ ...reference(waiting[index] as Pod), node: (this.nodes[row] as Node).name })),
      unschedulable,
      preemptions: run.preemptions.map(({ index, node, victims }) => ({
        ...reference(waiting[index] as Pod),
        node,
        victims: victims.map(reference),
      })),
      summary: {
        nodes: this.nodes.length,
        pending,
        placed: placed.length,
        unschedulable: unschedulable.length,
        seconds,
        decideSeconds,
        decisionsPerSecond: decideSeconds > 0 ? Math.round(pending / decideSeconds) : 0,
      },
      notModelled: [...this.notModelled, ...this.settings.warnings, ...strangers],
    };
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
