import { secondsNow } from '../base/clock.ts';
import { PlimsollError } from '../base/errors.ts';
import { type EngineOptions, resolveOptions, withHosts } from '../engine/options.ts';
import { Core } from '../layout/core.ts';
import type { DomainLoss, Survival } from '../model/plan-results.ts';
import { API_VERSION } from '../model/results.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Semantics } from '../rules/rule.ts';
import { checkCount, NODES_HINT } from './checks.ts';
import { Cluster, isFixed } from './cluster.ts';
import { combinationCount, combinations, type Domain, domainsOf } from './domains.ts';
import { hopelessPercent, scaledSnapshot } from './load.ts';
import { Losses, type LostDomain } from './losses.ts';
import type { LossesSetup } from './losses-worker.ts';
import { afterLoss } from './settled-states.ts';
import type { Watched } from './states.ts';

/** The states of `onStates` are those around the worst loss. */
export interface SurviveOptions extends EngineOptions, Watched {
  /** Domains lost at once, 1 to 3; default 1. */
  readonly losses?: number;
  /** A loss that takes a PodDisruptionBudget under its minimum, before anything is placed again, is not survived. */
  readonly keepBudgets?: boolean;
  /** Find `loadPercent` too: about ten times the work. */
  readonly headroom?: boolean;
  /** Called after each loss. */
  readonly onLoss?: (done: number, total: number) => void;
}

const LOSSES_MAX = 3;
/** Runs in one question; pairs of 200 domains. */
const RUNS_MAX = 20_000;

/**
 * Takes each failure domain away in turn (each pair, with `losses: 2`), has the scheduler place what it ran, by priority, and says what stays without
 * a node. Pods that have no node before are left out. Pods without a controller are placed again like all others.
 *
 * @param domain `zone`, `host`, `rack`, `node`, or a label key; see `domainsOf`.
 * @throws PlimsollError NOT_FOUND for the domain, USAGE for the options, INCONSISTENT for hosts, and what `resolveOptions` throws.
 */
export async function survive(snapshot: Snapshot, domain: string, options: SurviveOptions = {}): Promise<Survival> {
  const started = secondsNow();
  const { losses = 1, keepBudgets = false, headroom = false, onLoss = () => {}, onStates } = options;
  checkCount('losses', losses, 1, LOSSES_MAX);
  const rest = engineOptions(options);
  const placed = withHosts(snapshot, options);
  const { key, all, remarks } = domainsOf(placed.nodes, domain);
  const choices = choicesOf(all, losses);
  const question = new Question(placed, rest, choices, keepBudgets);
  const { today, results } = await question.loseAll(options.workers ?? 0, (done) => onLoss(done, choices.length));
  const worstFirst = results.map((_, i) => i).sort((a, b) => worse(results[a] as DomainLoss, results[b] as DomainLoss));
  const [worst = 0] = worstFirst;
  if (onStates) onStates({ before: today.base, after: await afterLoss(today.base, choices[worst] as LostDomain[], rest) });
  const survived = results.filter((result) => result.survived).length;
  const survives = survived === results.length;
  const loadPercent = headroom ? await question.loadPercent(survives, worstFirst) : undefined;
  return {
    apiVersion: API_VERSION,
    kind: 'Survival',
    provenance: today.cluster.engine.provenance,
    survives,
    domain: key,
    losses,
    results: worstFirst.map((i) => results[i] as DomainLoss),
    ...(loadPercent === undefined ? {} : { loadPercent }),
    summary: {
      nodes: placed.nodes.length,
      domains: all.length,
      survived,
      pendingBefore: today.pending,
      uncontrolled: today.base.pods.filter((pod) => !pod.template.owner && !isFixed(pod)).length,
      seconds: secondsNow() - started,
    },
    notModelled: [...placed.notModelled, ...remarks, ...today.cluster.engine.settings.warnings],
  };
}

/** What decides, without what is this question's own: it can be sent to threads. Hosts are among the nodes by then. */
function engineOptions(options: SurviveOptions): EngineOptions {
  const {
    hosts: _hosts,
    onProgress: _onProgress,
    losses: _losses,
    keepBudgets: _keep,
    headroom: _headroom,
    onLoss: _onLoss,
    onStates: _onStates,
    ...rest
  } = options;
  return rest;
}

/** The threads start while the caller prepares what to give them. Undefined: everything is done in this one. */
async function startThreads(workers: number, tasks: number) {
  checkCount('workers', workers, 0, Number.MAX_SAFE_INTEGER);
  if (workers === 0) return undefined;
  // Threads are Node's; without them the engine runs anywhere, so they are loaded only when asked for.
  const { TaskPool, taskEntry } = await import('../parallel/task-pool.ts');
  return new TaskPool(taskEntry('losses-worker', 'prepareLosses', import.meta.url), Math.min(workers, tasks));
}

function choicesOf(domains: readonly Domain[], losses: number): LostDomain[][] {
  if (domains.length === 0) throw new PlimsollError('NOT_FOUND', 'the snapshot has no nodes', { path: 'domain', hint: NODES_HINT });
  if (losses > domains.length) {
    throw new PlimsollError('USAGE', `cannot be more than the ${domains.length} domains`, { path: 'losses', value: losses });
  }
  const count = combinationCount(domains.length, losses);
  const named = domains.map(({ name, nodes }) => ({ name, nodes: nodes.map((node) => node.name) }));
  if (count <= RUNS_MAX) return [...combinations(named, losses)];
  const hint = `${domains.length} domains make ${count} choices of ${losses}; ask about larger domains`;
  throw new PlimsollError('USAGE', `asks for more than ${RUNS_MAX} losses`, { path: 'losses', value: losses, hint });
}

/** Pods without a node first, then broken budgets, then little room; otherwise as the nodes name the domains. */
function worse(a: DomainLoss, b: DomainLoss): number {
  const least = ({ free }: DomainLoss) => Math.min(free.cpu, free.memory);
  return (
    Number(a.survived) - Number(b.survived) ||
    b.pending.length - a.pending.length ||
    b.budgets.length - a.budgets.length ||
    least(a) - least(b)
  );
}

interface State {
  readonly cluster: Cluster;
  readonly base: Snapshot;
  /** Laid out when first asked for. */
  readonly losses: () => Losses;
  /** Pods that have no node before anything is lost. */
  readonly pending: number;
}

class Question {
  private readonly snapshot: Snapshot;
  private readonly options: EngineOptions;
  private readonly choices: readonly LostDomain[][];
  private readonly keepBudgets: boolean;
  private readonly semantics: Semantics;
  private readonly core = new Core();
  private today: Snapshot | undefined;

  constructor(snapshot: Snapshot, options: EngineOptions, choices: readonly LostDomain[][], keepBudgets: boolean) {
    this.snapshot = snapshot;
    this.options = options;
    this.semantics = resolveOptions(options).semantics;
    this.choices = choices;
    this.keepBudgets = keepBudgets;
  }

  /** The cluster as it settles under a load, without what finds no node. */
  private async at(percent: number): Promise<State> {
    const { semantics } = this;
    const start = this.today ? scaledSnapshot(this.today, percent, semantics) : this.snapshot;
    const cluster = new Cluster(start, this.options, { core: this.core });
    const { waiting } = await cluster.settle();
    const settled = cluster.engine.snapshot();
    const base = { ...settled, pods: settled.pods.filter(({ nodeName }) => nodeName !== '') };
    this.today ??= base;
    // A fleet keeps the objects that it was laid out with, without the volumes that settling has bound.
    const engine = base.objects === start.objects ? cluster.engine : undefined;
    let losses: Losses | undefined;
    return {
      cluster,
      base,
      losses: () => (losses ??= new Losses(base, this.options, { budgets: cluster.budgets, semantics, core: this.core, engine })),
      pending: waiting.size,
    };
  }

  /** Today's cluster, and all losses in the order of the choices, with `workers` side by side. */
  async loseAll(workers: number, onDone: (done: number) => void): Promise<{ today: State; results: DomainLoss[] }> {
    const { choices, keepBudgets, options } = this;
    const pool = await startThreads(workers, choices.length);
    try {
      const today = await this.at(100);
      const here = (choice: readonly LostDomain[]) => today.losses().lose(choice, keepBudgets);
      if (pool) {
        const setup: LossesSetup = { base: today.base, options, slack: today.cluster.budgets.save(), keepBudgets };
        return { today, results: await pool.run({ setup, tasks: choices, here, onDone, worksAlong: true }) };
      }
      const results: DomainLoss[] = [];
      for (const choice of choices) onDone(results.push(await here(choice)));
      return { today, results };
    } finally {
      await pool?.close();
    }
  }

  /** Bisection over whole percentages: the answer is survived and one more is not. Not monotone in theory; the answer is such a step in any case. */
  async loadPercent(survivesToday: boolean, worstFirst: readonly number[]): Promise<number | undefined> {
    const today = this.today as Snapshot;
    let good = survivesToday ? 100 : 0;
    const hopeless = hopelessPercent(today, this.semantics);
    if (hopeless === undefined) return undefined;
    let bad = survivesToday ? hopeless : 100;
    while (bad - good > 1) {
      const middle = Math.floor((good + bad) / 2);
      if (await this.survivesAt(middle, worstFirst)) good = middle;
      else bad = middle;
    }
    return good;
  }

  private async survivesAt(percent: number, worstFirst: readonly number[]): Promise<boolean> {
    const state = await this.at(percent);
    if (state.pending > 0) return false;
    for (const i of worstFirst) if (!(await state.losses().lose(this.choices[i] as LostDomain[], this.keepBudgets)).survived) return false;
    return true;
  }
}
