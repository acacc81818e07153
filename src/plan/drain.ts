import { secondsNow } from '../base/clock.ts';
import { PlimsollError } from '../base/errors.ts';
import type { EngineOptions } from '../engine/options.ts';
import { checkSnapshot } from '../model/check-snapshot.ts';
import { compileSelector } from '../model/match.ts';
import type { Node } from '../model/node.ts';
import { parseSelectorText } from '../model/parse/selector-text.ts';
import type { Drain, DrainedNode, DrainPod, DrainPreemption, DrainStep } from '../model/plan-results.ts';
import { type Pod, podKey } from '../model/pod.ts';
import { API_VERSION } from '../model/results.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { checkNodeNames, selectorHint } from './checks.ts';
import { Cluster, type Settled } from './cluster.ts';
import { drainGroups, type NodeToDrain } from './drain-groups.ts';
import { type DrainFlags, drainVerdict, evictionNow, evictionRefusal } from './drain-pods.ts';
import type { Watched } from './states.ts';

export interface DrainOptions extends EngineOptions, DrainFlags, Watched {}

/** Nodes by name, or those that a label selector (kubectl's -l) selects. */
export type DrainTarget = readonly string[] | { readonly selector: string };

/** The taint that the node lifecycle controller puts on a cordoned node. */
const CORDON = { key: 'node.kubernetes.io/unschedulable', value: '', effect: 'NoSchedule' };

/**
 * What kubectl drain would do to the nodes: all are cordoned, then one after the other loses its pods, in the order in which its
 * PodDisruptionBudgets allow it, and the scheduler places what controllers make again. Waiting pods of the snapshot are placed before the drain.
 *
 * O(waves) runs of the scheduler.
 *
 * @throws PlimsollError NOT_FOUND for a node, SELECTOR for a selector, USAGE when nothing is named, and what `resolveOptions` throws.
 */
export async function drain(snapshot: Snapshot, target: DrainTarget, options: DrainOptions = {}): Promise<Drain> {
  const started = secondsNow();
  const nodes = nodesOf(snapshot, target);
  const cluster = new Cluster(snapshot, options);
  const before = await cluster.settle();
  const settled = options.onStates && cluster.engine.snapshot();
  const drainer = new Drainer(cluster, options);
  const groups = await drainer.drainAll(nodes);
  if (settled) options.onStates?.({ before: settled, after: cluster.engine.snapshot() });
  const { steps, blocked } = drainer;
  const placed = steps.filter(({ to }) => to !== undefined).length;
  const pending = steps.filter(({ message }) => message !== undefined).length;
  const lost = drainer.preempted.filter(({ to }) => to === undefined).length;
  return {
    apiVersion: API_VERSION,
    kind: 'Drain',
    provenance: cluster.engine.provenance,
    drained: blocked.length === 0 && pending === 0 && lost === 0,
    nodes: drainer.nodes,
    steps,
    blocked,
    ignored: drainer.ignored,
    warnings: drainer.warnings,
    preempted: drainer.preempted,
    groups,
    summary: {
      nodes: nodes.length,
      evictions: steps.length,
      placed,
      pending,
      pendingBefore: before.waiting.size,
      seconds: secondsNow() - started,
    },
    notModelled: [...snapshot.notModelled, ...cluster.engine.settings.warnings],
  };
}

function nodesOf(snapshot: Snapshot, target: DrainTarget): readonly Node[] {
  checkSnapshot(snapshot);
  if ('selector' in target) {
    const selector = compileSelector(parseSelectorText(target.selector, 'selector'));
    const selected = snapshot.nodes.filter(({ labels }) => selector.matches(labels));
    if (selected.length > 0) return selected;
    throw new PlimsollError('NOT_FOUND', 'the selector selects no node', {
      path: 'selector',
      value: target.selector,
      hint: selectorHint(snapshot.nodes),
    });
  }
  if (target.length === 0)
    throw new PlimsollError('USAGE', 'no node is named', { path: 'nodes', hint: 'name nodes, or select them by label' });
  checkNodeNames(snapshot, target, 'nodes');
  const byName = new Map(snapshot.nodes.map((node) => [node.name, node]));
  return [...new Set(target)].map((name) => byName.get(name) as Node);
}

function cordoned(node: Node): Node {
  const tainted = node.taints.some(({ key, effect }) => key === CORDON.key && effect === CORDON.effect);
  return { ...node, unschedulable: true, taints: tainted ? node.taints : [...node.taints, CORDON] };
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

class Drainer {
  nodes: readonly DrainedNode[] = [];
  readonly steps: Mutable<DrainStep>[] = [];
  readonly blocked: DrainPod[] = [];
  readonly ignored: DrainPod[] = [];
  readonly warnings: DrainPod[] = [];
  readonly preempted: Mutable<DrainPreemption>[] = [];
  private readonly cluster: Cluster;
  private readonly flags: DrainFlags;
  private readonly stepOf = new Map<string, Mutable<DrainStep>>();
  private readonly preemptionOf = new Map<string, Mutable<DrainPreemption>>();
  /** Names of the nodes. */
  private readonly draining = new Set<string>();
  private wave = 1;

  constructor(cluster: Cluster, flags: DrainFlags) {
    this.cluster = cluster;
    this.flags = flags;
  }

  /** Returns the groups of nodes that could be drained side by side. */
  async drainAll(nodes: readonly Node[]): Promise<string[][]> {
    for (const node of nodes) {
      this.draining.add(node.name);
      this.cluster.changeNode(cordoned(node));
    }
    const on = podsByNode(this.cluster.pods.values(), nodes);
    const plans = nodes.map(({ name }) => this.planFor(name, on.get(name) as readonly Pod[]));
    const groups = drainGroups(
      plans.filter(({ refused }) => !refused),
      this.cluster.budgets,
    );
    const counts: Omit<DrainedNode, 'drained'>[] = [];
    for (const plan of plans) counts.push(await this.drainNode(plan));
    const stuck = new Set(this.blocked.map(({ node }) => node));
    this.nodes = counts.map(({ name, evictions, waves }) => ({ name, drained: !stuck.has(name), evictions, waves }));
    return groups;
  }

  /** What kubectl finds on the node. As in kubectl one pod that it refuses to delete keeps the whole node as it is. */
  private planFor(name: string, pods: readonly Pod[]): NodeToDrain & { readonly refused: boolean } {
    const evicted: Pod[] = [];
    let refused = false;
    for (const pod of pods) {
      const verdict = drainVerdict(pod, this.flags);
      if (verdict.kind === 'evict') {
        evicted.push(pod);
        for (const reason of verdict.warnings) this.warnings.push(noteOf(pod, name, reason));
      } else if (verdict.kind === 'ignore') this.ignored.push(noteOf(pod, name, verdict.reason));
      else {
        refused = true;
        this.blocked.push(noteOf(pod, name, verdict.reason));
      }
    }
    return { name, pods: evicted, refused };
  }

  private async drainNode({ name, pods, refused }: NodeToDrain & { readonly refused: boolean }): Promise<Omit<DrainedNode, 'drained'>> {
    // Preemption may have taken some of them since.
    let left = refused ? [] : pods.filter((pod) => this.cluster.pods.get(podKey(pod))?.nodeName === name);
    const count = left.length;
    let waves = 0;
    while (left.length > 0) {
      const evicted = left.filter((pod) => this.tryEvict(pod, name));
      if (evicted.length === 0) break;
      waves++;
      this.note(await this.cluster.settle());
      this.wave++;
      left = left.filter((pod) => !evicted.includes(pod) && this.cluster.pods.get(podKey(pod))?.nodeName === name);
    }
    for (const pod of left) this.blocked.push(noteOf(pod, name, evictionRefusal(pod, this.cluster.budgets)));
    return { name, evictions: count - left.length, waves };
  }

  /** One call of the eviction API. */
  private tryEvict(pod: Pod, node: string): boolean {
    const { allowed, budget } = evictionNow(pod, this.cluster.budgets);
    if (!allowed) return false;
    const { namespace, name, template } = pod;
    const step: Mutable<DrainStep> = { namespace, name, node, wave: this.wave };
    if (budget) step.budget = budget.name;
    this.steps.push(step);
    if (template.owner) {
      this.stepOf.set(podKey(pod), step);
      this.cluster.evict(pod);
    } else {
      step.deleted = true;
      this.cluster.remove(pod);
    }
    return true;
  }

  private note({ placed, waiting, preempted }: Settled): void {
    for (const { victim, node: from, by } of preempted) this.notePreempted(victim, from, by);
    for (const [key, to] of placed) {
      const step = this.stepOf.get(key);
      const preemption = this.preemptionOf.get(key);
      if (step) {
        delete step.message;
        step.to = to;
        if (this.draining.has(to)) this.blocked.push(noteOf(step, to, 'comes back: it tolerates node.kubernetes.io/unschedulable'));
      }
      if (preemption) preemption.to = to;
    }
    for (const [key, message] of waiting) {
      const step = this.stepOf.get(key);
      if (!step) continue;
      delete step.to;
      step.message = message;
    }
  }

  private notePreempted(victim: Pod, node: string, by: string): void {
    const key = podKey(victim);
    if (this.stepOf.has(key)) return;
    const preemption = { namespace: victim.namespace, name: victim.name, node, by };
    this.preempted.push(preemption);
    this.preemptionOf.set(key, preemption);
  }
}

function noteOf({ namespace, name }: Pick<Pod, 'namespace' | 'name'>, node: string, reason: string): DrainPod {
  return { namespace, name, node, reason };
}

function podsByNode(pods: Iterable<Pod>, nodes: readonly Node[]): ReadonlyMap<string, Pod[]> {
  const on = new Map<string, Pod[]>(nodes.map(({ name }) => [name, []]));
  for (const pod of pods) on.get(pod.nodeName)?.push(pod);
  return on;
}
