import type { Change } from '../engine/change.ts';
import { Engine } from '../engine/engine.ts';
import type { EngineOptions } from '../engine/options.ts';
import type { Core } from '../layout/core.ts';
import type { Node } from '../model/node.ts';
import { type Pod, podKey } from '../model/pod.ts';
import type { Schedule } from '../model/results.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { Budgets } from './budgets.ts';

/** What a caller with many clusters alike need not have made for each. */
export interface ClusterParts {
  readonly core?: Core;
  readonly budgets?: boolean;
  readonly pods?: Map<string, Pod>;
  readonly known?: ReadonlyMap<string, Pod>;
  readonly laterMs?: number;
}

/** A time after everything in the snapshot, in ms since 1970: when replacements are made. */
export function afterAll({ pods }: Snapshot): number {
  return pods.reduce((latest, { createdMs }) => Math.max(latest, createdMs), 0) + 1;
}

/** Pods by key: those that were known at first, and what has become of some of them. */
export class PodBook {
  private readonly known: ReadonlyMap<string, Pod>;
  private readonly changed = new Map<string, Pod | undefined>();

  constructor(known: ReadonlyMap<string, Pod>) {
    this.known = known;
  }

  get(key: string): Pod | undefined {
    return this.changed.has(key) ? this.changed.get(key) : this.known.get(key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, pod: Pod): void {
    this.changed.set(key, pod);
  }

  delete(key: string): void {
    this.changed.set(key, undefined);
  }

  /** Those known at first in their order, then those added. */
  *values(): Generator<Pod> {
    for (const key of this.known.keys()) {
      const pod = this.get(key);
      if (pod) yield pod;
    }
    for (const [key, pod] of this.changed) if (pod && !this.known.has(key)) yield pod;
  }
}

/** What became of the waiting pods, by `podKey`. */
export interface Settled {
  readonly placed: ReadonlyMap<string, string>;
  /** Upstream's message for each pod that still waits. */
  readonly waiting: ReadonlyMap<string, string>;
  /** Pods that were evicted by preemption, with the pod that took their place. */
  readonly preempted: readonly { readonly victim: Pod; readonly node: string; readonly by: string }[];
}

/** What places pods and can be told of changes: an engine, or a trial on one. */
export interface Placing {
  /** `before`: the pod that changes or goes, where it was. */
  apply(change: Extract<Change, { kind: `pod${string}` }>, before?: Pod): void;
  schedule(): Promise<Schedule>;
}

/**
 * Controllers at work: what leaves is made again, and what waits is placed until nothing more can move. The plan's own picture of pods and budgets is
 * kept beside the engine's.
 */
export class Controllers<Engine extends Placing = Placing> {
  readonly engine: Engine;
  readonly budgets: Budgets;
  readonly pods: PodBook;
  /** When replacements are made: after everything in the snapshot. */
  private readonly laterMs: number;

  constructor(engine: Engine, budgets: Budgets, pods: PodBook, laterMs: number) {
    this.engine = engine;
    this.budgets = budgets;
    this.pods = pods;
    this.laterMs = laterMs;
  }

  add(pod: Pod): void {
    this.put('podAdded', pod);
  }

  /** The pod leaves its node; a controller makes another one, which waits under the same name. */
  evict(pod: Pod): void {
    this.budgets.left(pod);
    this.put('podChanged', replacementOf(pod, this.laterMs), pod);
  }

  /** The pod leaves for good. */
  remove(pod: Pod): void {
    this.budgets.left(pod);
    this.pods.delete(podKey(pod));
    this.engine.apply({ kind: 'podRemoved', pod }, pod);
  }

  /** Places what waits, with everybody who is evicted on the way made again. Each round of evictions goes to lesser priorities, so it ends. */
  async settle(): Promise<Settled> {
    const placed = new Map<string, string>();
    const preempted: { victim: Pod; node: string; by: string }[] = [];
    for (;;) {
      const { placements, unschedulable, preemptions } = await this.engine.schedule();
      for (const { victim, node, by } of this.notePreemptions(preemptions)) preempted.push({ victim, node, by });
      for (const placement of placements) {
        const key = podKey(placement);
        placed.set(key, placement.node);
        this.notePlaced(key, placement.node);
      }
      for (const { victim } of preempted) if (!this.nodeOf(victim)) placed.delete(podKey(victim));
      if (preemptions.length === 0) return { placed, waiting: new Map(unschedulable.map((pod) => [podKey(pod), pod.message])), preempted };
    }
  }

  private nodeOf(pod: Pod): string {
    return this.pods.get(podKey(pod))?.nodeName ?? '';
  }

  private notePlaced(key: string, nodeName: string): void {
    const pod = { ...(this.pods.get(key) as Pod), nodeName, nominatedNodeName: '' };
    this.pods.set(key, pod);
    this.budgets.returned(pod);
  }

  /** The engine has forgotten the victims already. */
  private notePreemptions(preemptions: Schedule['preemptions']): { victim: Pod; node: string; by: string }[] {
    const noted: { victim: Pod; node: string; by: string }[] = [];
    for (const preemption of preemptions) {
      for (const reference of preemption.victims) {
        const key = podKey(reference);
        const victim = this.pods.get(key);
        if (!victim) continue;
        noted.push({ victim, node: preemption.node, by: podKey(preemption) });
        this.budgets.left(victim);
        this.pods.delete(key);
        if (victim.template.owner && !victim.terminating) this.add(replacementOf(victim, this.laterMs));
      }
    }
    return noted;
  }

  private put(kind: Extract<Change['kind'], 'podAdded' | 'podChanged'>, pod: Pod, before?: Pod): void {
    this.pods.set(podKey(pod), pod);
    this.engine.apply({ kind, pod }, before);
  }
}

/** A cluster of its own in which controllers are at work. */
export class Cluster extends Controllers<Engine> {
  readonly nodeNames: ReadonlySet<string>;

  /**
   * @param parts.core Memory to use, of an engine that is done.
   * @param parts.pods The snapshot's pods by `podKey`: the map goes to the engine, the plan reads those it has not changed itself from `known`.
   * @param parts.budgets Whether budgets are kept up; default true.
   */
  constructor(snapshot: Snapshot, options: EngineOptions, parts: ClusterParts = {}) {
    const engine = new Engine(snapshot, { ...options, untilStable: true }, parts.core, parts.pods);
    const book = new PodBook(parts.known ?? new Map(snapshot.pods.map((pod) => [podKey(pod), pod])));
    super(engine, parts.budgets === false ? noBudgets(snapshot) : new Budgets(snapshot), book, parts.laterMs ?? afterAll(snapshot));
    this.nodeNames = new Set(snapshot.nodes.map(({ name }) => name));
  }

  changeNode(node: Node): void {
    this.engine.apply({ kind: 'nodeChanged', node });
  }
}

/** For plans in which budgets have no say. */
export function noBudgets(snapshot: Snapshot): Budgets {
  return new Budgets({ ...snapshot, objects: { ...snapshot.objects, podDisruptionBudgets: [] } });
}

/** The pod that a controller makes for one that has left: nothing of its state, and the same name, so that the two are seen to be one. */
export function replacementOf({ namespace, name, template, localStorage }: Pod, createdMs: number): Pod {
  return {
    namespace,
    name,
    uid: '',
    template,
    nodeName: '',
    nominatedNodeName: '',
    phase: '',
    terminating: false,
    createdMs,
    disruptedByScheduler: false,
    ...(localStorage ? { localStorage } : {}),
  };
}

/** Owners whose pods cannot be elsewhere: one pod for each node, or started by the node itself. */
const FIXED_OWNERS: ReadonlySet<string> = new Set(['DaemonSet', 'Node']);

/** Whether the pod belongs to its node and goes with it. */
export function isFixed({ template }: Pod): boolean {
  return template.mirror || (template.owner !== undefined && FIXED_OWNERS.has(template.owner.kind));
}
