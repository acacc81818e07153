import type { EngineOptions } from '../engine/options.ts';
import type { Core } from '../layout/core.ts';
import { mapSelectorMatches } from '../model/match.ts';
import type { Node } from '../model/node.ts';
import type { BrokenBudget, DomainLoss, PendingPod } from '../model/plan-results.ts';
import { type Pod, type PodTemplate, podKey } from '../model/pod.ts';
import { podUsage } from '../model/requests.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Semantics } from '../rules/rule.ts';
import type { BudgetState, Budgets } from './budgets.ts';
import { afterAll, Cluster, isFixed, replacementOf } from './cluster.ts';
import type { Domain } from './domains.ts';

/** CPU in thousandths and memory in bytes, as doubles: shares of them are for people. */
interface Amounts {
  cpu: number;
  memory: number;
}

/** A settled cluster from which domains are taken away, each time from the same state. */
export class Losses {
  private readonly base: Snapshot;
  private readonly options: EngineOptions;
  private readonly budgets: Budgets;
  private readonly semantics: Semantics;
  private readonly core: Core;
  private readonly podsOn = new Map<string, Pod[]>();
  private readonly byKey: ReadonlyMap<string, Pod>;
  /** What pods ask for and what nodes offer, by node. */
  private readonly asked = new Map<string, Amounts>();
  private readonly laterMs: number;
  private readonly services = new WeakMap<PodTemplate, readonly string[]>();

  /**
   * @param base The cluster without waiting pods.
   * @param budgets As they stand in it.
   * @param core Memory that the runs share one after the other.
   */
  constructor(base: Snapshot, options: EngineOptions, budgets: Budgets, semantics: Semantics, core: Core) {
    this.base = base;
    this.options = options;
    this.budgets = budgets;
    this.semantics = semantics;
    this.core = core;
    this.laterMs = afterAll(base);
    this.byKey = new Map(base.pods.map((pod) => [podKey(pod), pod]));
    for (const pod of base.pods) {
      const others = this.podsOn.get(pod.nodeName);
      if (others) others.push(pod);
      else this.podsOn.set(pod.nodeName, [pod]);
      const asked = this.asked.get(pod.nodeName) ?? { cpu: 0, memory: 0 };
      this.asked.set(pod.nodeName, asked);
      add(asked, this.usageOf(pod), 1);
    }
  }

  /** The domains are gone; what they ran is placed again by priority. O(nodes + pods) and the run of the scheduler. */
  async lose(domains: readonly Domain[], keepBudgets: boolean): Promise<DomainLoss> {
    const gone = new Set(domains.flatMap(({ nodes }) => nodes.map(({ name }) => name)));
    const leaving = [...gone].flatMap((name) => this.podsOn.get(name) ?? []);
    const lost = leaving.filter((pod) => !pod.terminating);
    const movable = lost.filter((pod) => !isFixed(pod));
    const nodes = this.base.nodes.filter(({ name }) => !gone.has(name));
    const cluster = this.clusterOf(nodes, leaving, movable);
    const { waiting, preempted } = await cluster.settle();
    const budgets = this.brokenBy(lost);
    const lostKeys = new Set(movable.map(podKey));
    const pending = [...waiting].map(([key, message]): PendingPod => {
      const { namespace, name } = cluster.pods.get(key) as Pod;
      return { namespace, name, message, ...(lostKeys.has(key) ? {} : { preempted: true }) };
    });
    for (const { victim, by } of preempted) {
      // Nobody makes it again: it does not even wait.
      if (cluster.pods.has(podKey(victim))) continue;
      pending.push({ namespace: victim.namespace, name: victim.name, message: `preempted by ${by}`, preempted: true });
    }
    return {
      domains: domains.map(({ name }) => name),
      survived: pending.length === 0 && (!keepBudgets || budgets.length === 0),
      nodes: gone.size,
      pods: movable.length,
      pending,
      preempted: new Set(preempted.map(({ victim }) => podKey(victim))).size,
      budgets,
      free: this.freeOn(
        nodes,
        movable,
        cluster,
        preempted.map(({ victim }) => victim),
      ),
    };
  }

  /** What is left, with replacements of the movable pods waiting behind the others. Copying the map of pods is what costs least. */
  private clusterOf(nodes: readonly Node[], leaving: readonly Pod[], movable: readonly Pod[]): Cluster {
    const pods = new Map(this.byKey);
    for (const pod of leaving) pods.delete(podKey(pod));
    const replacements = movable.map((pod) => replacementOf(pod, this.laterMs));
    for (const pod of replacements) pods.set(podKey(pod), pod);
    const { core, laterMs, byKey: known } = this;
    const cluster = new Cluster({ ...this.base, nodes, pods: [] }, this.options, { core, pods, known, laterMs, budgets: false });
    for (const pod of leaving) cluster.pods.delete(podKey(pod));
    for (const pod of replacements) cluster.pods.set(podKey(pod), pod);
    return cluster;
  }

  private brokenBy(lost: readonly Pod[]): BrokenBudget[] {
    const hit = new Map<BudgetState, Pod[]>();
    for (const pod of lost) for (const state of this.budgets.of(pod)) hit.set(state, [...(hit.get(state) ?? []), pod]);
    const broken = [...hit].filter(([state, pods]) => state.slack < pods.length);
    return broken.map(([{ budget, healthy, desired }, pods]) => ({
      namespace: budget.namespace,
      name: budget.name,
      healthy: Math.max(0, healthy - pods.length),
      needed: desired,
      services: [...new Set(pods.flatMap(({ template }) => this.servicesOf(template)))],
    }));
  }

  private servicesOf(template: PodTemplate): readonly string[] {
    let names = this.services.get(template);
    if (!names) {
      names = this.base.objects.services
        .filter(
          ({ namespace, selector }) =>
            namespace === template.namespace && selector && selector.size > 0 && mapSelectorMatches(selector, template.labels),
        )
        .map(({ name }) => name);
      this.services.set(template, names);
    }
    return names;
  }

  /** Free shares, from the sums by node: only what has moved is looked at again. */
  private freeOn(nodes: readonly Node[], moved: readonly Pod[], cluster: Cluster, victims: readonly Pod[]): DomainLoss['free'] {
    const open = new Set<string>();
    const offered: Amounts = { cpu: 0, memory: 0 };
    const asked: Amounts = { cpu: 0, memory: 0 };
    for (const { name, unschedulable, allocatable } of nodes) {
      if (unschedulable) continue;
      open.add(name);
      add(offered, allocatable, 1);
      const on = this.asked.get(name);
      asked.cpu += on?.cpu ?? 0;
      asked.memory += on?.memory ?? 0;
    }
    const seen = new Set<string>();
    for (const pod of [...victims, ...moved]) {
      const key = podKey(pod);
      if (seen.has(key)) continue;
      seen.add(key);
      if (open.has(pod.nodeName)) add(asked, this.usageOf(pod), -1);
      if (open.has(cluster.pods.get(key)?.nodeName ?? '')) add(asked, this.usageOf(pod), 1);
    }
    const share = (all: number, used: number) => (all > 0 ? Math.max(0, Math.round((1 - used / all) * 10_000) / 10_000) : 0);
    return { cpu: share(offered.cpu, asked.cpu), memory: share(offered.memory, asked.memory) };
  }

  private usageOf(pod: Pod): { readonly cpu: bigint; readonly memory: bigint } {
    return podUsage(pod, this.semantics).requested;
  }
}

function add(sum: Amounts, { cpu, memory }: { readonly cpu: bigint; readonly memory: bigint }, sign: 1 | -1): void {
  sum.cpu += sign * Number(cpu);
  sum.memory += sign * Number(memory);
}
