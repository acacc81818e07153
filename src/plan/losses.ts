import { Engine } from '../engine/engine.ts';
import type { EngineOptions } from '../engine/options.ts';
import type { WhatIf } from '../engine/what-if.ts';
import type { Core } from '../layout/core.ts';
import { mapSelectorMatches } from '../model/match.ts';
import type { BrokenBudget, DomainLoss, PendingPod } from '../model/plan-results.ts';
import { type Pod, type PodTemplate, podKey } from '../model/pod.ts';
import { podUsage } from '../model/requests.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Semantics } from '../rules/rule.ts';
import type { BudgetState, Budgets } from './budgets.ts';
import { afterAll, Cluster, Controllers, isFixed, noBudgets, PodBook, replacementOf, type Settled } from './cluster.ts';

/** CPU in thousandths and memory in bytes. */
interface Amounts {
  cpu: bigint;
  memory: bigint;
}

/** A failure domain by the names of its nodes. */
export interface LostDomain {
  readonly name: string;
  readonly nodes: readonly string[];
}

/** What losses are counted with. */
export interface LossesParts {
  /** As they stand in the cluster. */
  readonly budgets: Budgets;
  readonly semantics: Semantics;
  /** Memory that the runs share one after the other. */
  readonly core: Core;
  /** The cluster laid out already, perhaps with waiting pods, for trials alone; default: one of its own. */
  readonly engine?: Engine | undefined;
}

/** What open nodes offer, and what the pods on them ask for. */
interface Sums {
  readonly offered: Amounts;
  readonly asked: Amounts;
}

/** What is left of a cluster, with those who have lost their node placed again. */
interface Aftermath extends Settled {
  readonly pods: PodBook;
}

/**
 * A settled cluster from which domains are taken away, each time from the same state: as trials on one fleet, and where that cannot be, in a cluster
 * laid out anew for each loss.
 */
export class Losses {
  /** Losses for which a cluster was laid out anew. */
  anew = 0;
  private readonly base: Snapshot;
  private readonly options: EngineOptions;
  private readonly budgets: Budgets;
  private readonly semantics: Semantics;
  private readonly core: Core;
  private readonly podsOn = new Map<string, Pod[]>();
  private readonly byKey: ReadonlyMap<string, Pod>;
  /** Open nodes, by name. */
  private readonly sums: ReadonlyMap<string, Sums>;
  private readonly total = noSums();
  private readonly laterMs: number;
  private readonly noBudgets: Budgets;
  private readonly engine: Engine;
  private readonly services = new WeakMap<PodTemplate, readonly string[]>();

  /** @param base The cluster without waiting pods. */
  constructor(base: Snapshot, options: EngineOptions, { budgets, semantics, core, engine }: LossesParts) {
    this.base = base;
    this.options = options;
    this.budgets = budgets;
    this.semantics = semantics;
    this.core = core;
    this.laterMs = afterAll(base);
    this.byKey = new Map(base.pods.map((pod) => [podKey(pod), pod]));
    this.noBudgets = noBudgets(base);
    this.engine = engine ?? new Engine(base, options, core);
    const open = base.nodes.filter(({ unschedulable }) => !unschedulable);
    this.sums = new Map(
      open.map(({ name, allocatable }) => [
        name,
        { offered: { cpu: allocatable.cpu, memory: allocatable.memory }, asked: { cpu: 0n, memory: 0n } },
      ]),
    );
    for (const pod of base.pods) {
      const others = this.podsOn.get(pod.nodeName);
      if (others) others.push(pod);
      else this.podsOn.set(pod.nodeName, [pod]);
      const sums = this.sums.get(pod.nodeName);
      if (sums) add(sums.asked, this.usageOf(pod), 1n);
    }
    for (const sums of this.sums.values()) addSums(this.total, sums, 1n);
  }

  /** The domains are gone; what they ran is placed again by priority. O(nodes + pods of the domains) and the run of the scheduler. */
  async lose(domains: readonly LostDomain[], keepBudgets: boolean): Promise<DomainLoss> {
    const gone = new Set(domains.flatMap(({ nodes }) => nodes));
    const leaving = [...gone].flatMap((name) => this.podsOn.get(name) ?? []);
    const lost = leaving.filter((pod) => !pod.terminating);
    const movable = lost.filter((pod) => !isFixed(pod));
    const trial = this.engine.whatIf();
    const after = trial ? await this.tryOn(trial, gone, leaving, movable) : await this.layOutAnew(gone, leaving, movable);
    const { preempted } = after;
    const pending = pendingAfter(after, movable);
    const budgets = this.brokenBy(lost);
    return {
      domains: domains.map(({ name }) => name),
      survived: pending.length === 0 && (!keepBudgets || budgets.length === 0),
      nodes: gone.size,
      pods: movable.length,
      pending,
      preempted: new Set(preempted.map(({ victim }) => podKey(victim))).size,
      budgets,
      free: this.freeBeside(
        gone,
        movable,
        after.pods,
        preempted.map(({ victim }) => victim),
      ),
    };
  }

  /** On the fleet that is kept for all losses. */
  private async tryOn(trial: WhatIf, gone: ReadonlySet<string>, leaving: readonly Pod[], movable: readonly Pod[]): Promise<Aftermath> {
    try {
      trial.takeOut([...gone]);
      const cluster = new Controllers(trial, this.noBudgets, new PodBook(this.byKey), this.laterMs);
      for (const pod of leaving) cluster.pods.delete(podKey(pod));
      for (const pod of movable) cluster.add(replacementOf(pod, this.laterMs));
      return { ...(await cluster.settle()), pods: cluster.pods };
    } finally {
      trial.end();
    }
  }

  /** In a cluster without the nodes, with replacements of the movable pods waiting behind the others. Copying the map of pods is what costs least. */
  private async layOutAnew(gone: ReadonlySet<string>, leaving: readonly Pod[], movable: readonly Pod[]): Promise<Aftermath> {
    this.anew++;
    const nodes = this.base.nodes.filter(({ name }) => !gone.has(name));
    const pods = new Map(this.byKey);
    for (const pod of leaving) pods.delete(podKey(pod));
    const replacements = movable.map((pod) => replacementOf(pod, this.laterMs));
    for (const pod of replacements) pods.set(podKey(pod), pod);
    const { core, laterMs, byKey: known } = this;
    const cluster = new Cluster({ ...this.base, nodes, pods: [] }, this.options, { core, pods, known, laterMs, budgets: false });
    for (const pod of leaving) cluster.pods.delete(podKey(pod));
    for (const pod of replacements) cluster.pods.set(podKey(pod), pod);
    return { ...(await cluster.settle()), pods: cluster.pods };
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

  /** Free shares: what has gone and moved is taken from the sums of all nodes. */
  private freeBeside(gone: ReadonlySet<string>, moved: readonly Pod[], after: PodBook, victims: readonly Pod[]): DomainLoss['free'] {
    const { offered, asked } = addSums(noSums(), this.total, 1n);
    for (const name of gone) {
      const sums = this.sums.get(name);
      if (sums) addSums({ offered, asked }, sums, -1n);
    }
    const isOpen = (name: string) => this.sums.has(name) && !gone.has(name);
    const seen = new Set<string>();
    for (const pod of [...victims, ...moved]) {
      const key = podKey(pod);
      if (seen.has(key)) continue;
      seen.add(key);
      if (isOpen(pod.nodeName)) add(asked, this.usageOf(pod), -1n);
      if (isOpen(after.get(key)?.nodeName ?? '')) add(asked, this.usageOf(pod), 1n);
    }
    return { cpu: freeShare(offered.cpu, asked.cpu), memory: freeShare(offered.memory, asked.memory) };
  }

  private usageOf(pod: Pod): Readonly<Amounts> {
    return podUsage(pod, this.semantics).requested;
  }
}

function noSums(): Sums {
  return { offered: { cpu: 0n, memory: 0n }, asked: { cpu: 0n, memory: 0n } };
}

function add(sum: Amounts, { cpu, memory }: Readonly<Amounts>, sign: 1n | -1n): void {
  sum.cpu += sign * cpu;
  sum.memory += sign * memory;
}

function addSums(sums: Sums, { offered, asked }: Sums, sign: 1n | -1n): Sums {
  add(sums.offered, offered, sign);
  add(sums.asked, asked, sign);
  return sums;
}

/** Of what is offered, in steps of 0.01 %: it is for people. */
function freeShare(offered: bigint, asked: bigint): number {
  return offered > 0n ? Math.max(0, Math.round((1 - Number(asked) / Number(offered)) * 10_000) / 10_000) : 0;
}

/** Who is left without a node: those who have lost theirs, and those who were evicted for them. */
function pendingAfter({ waiting, preempted, pods }: Aftermath, movable: readonly Pod[]): PendingPod[] {
  const lostKeys = new Set(movable.map(podKey));
  const pending = [...waiting].map(([key, message]): PendingPod => {
    const { namespace, name } = pods.get(key) as Pod;
    return { namespace, name, message, ...(lostKeys.has(key) ? {} : { preempted: true }) };
  });
  for (const { victim, by } of preempted) {
    // Nobody makes it again: it does not even wait.
    if (pods.has(podKey(victim))) continue;
    pending.push({ namespace: victim.namespace, name: victim.name, message: `preempted by ${by}`, preempted: true });
  }
  return pending;
}
