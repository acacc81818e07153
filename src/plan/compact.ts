import { secondsNow } from '../base/clock.ts';
import { PlimsollError } from '../base/errors.ts';
import { Engine } from '../engine/engine.ts';
import { type EngineOptions, withHosts } from '../engine/options.ts';
import type { WhatIf } from '../engine/what-if.ts';
import { type Catalogue, formatPrice, type Price, priceOfNode } from '../model/catalogue.ts';
import type { CompactedNode, Compaction, StayingNode } from '../model/compact-results.ts';
import { compileSelector } from '../model/match.ts';
import type { Node } from '../model/node.ts';
import { parseSelectorText } from '../model/parse/selector-text.ts';
import { type Pod, podKey } from '../model/pod.ts';
import { podUsage } from '../model/requests.ts';
import { API_VERSION } from '../model/results.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Semantics } from '../rules/rule.ts';
import { checkCount, checkNodeNames } from './checks.ts';
import { afterAll, Cluster, PodBook } from './cluster.ts';
import { type BoundNode, nodesNeeded } from './compact-bound.ts';
import { CompactRun } from './compact-run.ts';
import { type CompactPlan, searchPlan } from './compact-search.ts';
import { type DrainFlags, drainVerdict } from './drain-pods.ts';
import { nodePrices } from './node-prices.ts';

export interface CompactOptions extends EngineOptions, Omit<DrainFlags, 'ignoreDaemonsets'> {
  /** Evictions at most; default: any number. */
  readonly maxMoves?: number;
  /** Label selector (kubectl's -l) of nodes that stay, */
  readonly keep?: string;
  /** and names of such nodes. */
  readonly excludeNodes?: readonly string[];
  /** Nodes that have to go for the answer to be "yes"; default 1. */
  readonly atLeast?: number;
  /** What nodes cost: those that save most per eviction go first. */
  readonly prices?: Catalogue;
  /** Called before each trial: trials so far. */
  readonly onTrial?: (trials: number) => void;
}

const COUNT_MAX = Number.MAX_SAFE_INTEGER;

/**
 * How many nodes can go: which, in which order, and where each pod goes. Nodes are drained as `drain` does it, so that budgets hold throughout; a node
 * whose pods do not all find a place, without evicting others, stays. Pods that find no node before are left out. The search is greedy; `bound`
 * says how many nodes must stay whatever is done.
 *
 * @throws PlimsollError USAGE, SELECTOR or NOT_FOUND for the options, NOT_FOUND for a node without a price, UNSUPPORTED where decisions depend on
 * the order of nodes beyond ties (`tie: heap`, sampling), and what `resolveOptions` throws.
 */
export async function compact(snapshot: Snapshot, options: CompactOptions = {}): Promise<Compaction> {
  const started = secondsNow();
  const { maxMoves = COUNT_MAX, atLeast = 1, prices } = options;
  checkCount('maxMoves', maxMoves, 0, COUNT_MAX);
  checkCount('atLeast', atLeast, 0, COUNT_MAX);
  const placed = withHosts(snapshot, options);
  if (placed.nodes.length === 0) throw new PlimsollError('NOT_FOUND', 'the snapshot has no nodes', { path: 'nodes' });
  const kept = keptNodes(placed, options);
  const money = prices && new Money(placed.nodes, prices);
  const rest = engineOptions(options);
  const cluster = new Cluster(placed, rest);
  const { waiting } = await cluster.settle();
  const settled = cluster.engine.snapshot();
  const base = { ...settled, pods: settled.pods.filter(({ nodeName }) => nodeName !== '') };
  const { semantics } = cluster.engine.settings;
  const trial = trialOn(base, rest);
  const run = runOn(trial, cluster, base, options);
  const bound = nodesNeeded(boundNodes(base, run, kept), cluster.engine.settings);
  const plan = await searchPlan(run, {
    candidates: base.nodes.map(({ name }) => name).filter((name) => !kept.has(name)),
    movesMax: maxMoves,
    rank: rankBy(base.nodes, run, semantics, money),
    onTrial: () => options.onTrial?.(run.trials),
  });
  const told = tell(plan, base.nodes, kept, money);
  const { nodes, moves } = told;
  return {
    apiVersion: API_VERSION,
    kind: 'Compaction',
    provenance: cluster.engine.provenance,
    compacts: nodes.length >= atLeast,
    ...told,
    bound,
    summary: {
      nodes: base.nodes.length,
      removed: nodes.length,
      remaining: base.nodes.length - nodes.length,
      moves: moves.length,
      waves: plan.steps.reduce((sum, { waves }) => sum + waves, 0),
      trials: run.trials,
      pendingBefore: waiting.size,
      seconds: secondsNow() - started,
    },
    notModelled: [...placed.notModelled, ...cluster.engine.settings.warnings],
  };
}

function engineOptions(options: CompactOptions): EngineOptions {
  const { hosts: _hosts, maxMoves: _moves, keep: _keep, excludeNodes: _exclude, atLeast: _least, prices: _prices, ...rest } = options;
  const { onTrial: _onTrial, deleteEmptydirData: _delete, force: _force, onProgress: _progress, ...engine } = rest;
  return engine;
}

/** Names of the nodes that are asked to stay. */
function keptNodes(snapshot: Snapshot, { keep, excludeNodes = [] }: CompactOptions): ReadonlySet<string> {
  checkNodeNames(snapshot, excludeNodes, 'excludeNodes');
  if (keep === undefined) return new Set(excludeNodes);
  const selector = compileSelector(parseSelectorText(keep, 'keep'));
  const selected = snapshot.nodes.filter(({ labels }) => selector.matches(labels));
  if (selected.length === 0) throw new PlimsollError('NOT_FOUND', 'the selector selects no node', { path: 'keep', value: keep });
  return new Set([...excludeNodes, ...selected.map(({ name }) => name)]);
}

function trialOn(base: Snapshot, options: EngineOptions): WhatIf {
  const trial = new Engine(base, { ...options, untilStable: true }).whatIf();
  if (trial) return trial;
  throw new PlimsollError('UNSUPPORTED', 'compact looks at all nodes and takes the first of equals, or one by seed', {
    path: 'tie',
    hint: 'leave out tie heap and percentageOfNodesToScore below 100',
  });
}

function runOn(trial: WhatIf, { budgets }: Cluster, base: Snapshot, flags: CompactOptions): CompactRun {
  const byKey = new Map(base.pods.map((pod) => [podKey(pod), pod]));
  const places = new Map([...byKey.keys()].map((key, place) => [key, place]));
  return new CompactRun(trial, budgets, new PodBook(byKey), places, afterAll(base), flags);
}

function boundNodes({ nodes }: Snapshot, run: CompactRun, kept: ReadonlySet<string>): BoundNode[] {
  return nodes.map((node) => {
    const movable = run.evictable(node.name).filter(({ template }) => template.owner);
    const fixed = run
      .podsOn(node.name)
      .filter((pod) => !pod.terminating && drainVerdict(pod, { ignoreDaemonsets: true }).kind === 'ignore');
    return { node, stays: kept.has(node.name) || run.blocker(node.name) !== undefined, movable, fixed };
  });
}

/** Nodes that save most per eviction come first; without prices those that are used least, then those with fewer evictions. */
function rankBy(
  nodes: readonly Node[],
  run: CompactRun,
  semantics: Semantics,
  money: Money | undefined,
): (name: string) => readonly number[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  return (name) => {
    const pods = run.evictable(name);
    const used = usedShare(byName.get(name) as Node, pods, semantics);
    if (!money) return [used, pods.length];
    return [pods.length === 0 ? Number.NEGATIVE_INFINITY : -Number(money.of(name)) / pods.length, used];
  };
}

/** The larger share of CPU and memory that the pods ask for. */
function usedShare({ allocatable }: Node, pods: readonly Pod[], semantics: Semantics): number {
  let [cpu, memory] = [0, 0];
  for (const pod of pods) {
    const { requested } = podUsage(pod, semantics);
    cpu += Number(requested.cpu);
    memory += Number(requested.memory);
  }
  const share = (asked: number, offered: bigint) => (offered > 0n ? asked / Number(offered) : 0);
  return Math.max(share(cpu, allocatable.cpu), share(memory, allocatable.memory));
}

/** What nodes cost. */
class Money {
  private readonly currency: string;
  private readonly byName: ReadonlyMap<string, Price>;

  /** @throws PlimsollError NOT_FOUND for a node that the catalogue does not know. */
  constructor(nodes: readonly Node[], catalogue: Catalogue) {
    nodePrices(nodes, catalogue);
    this.currency = catalogue.currency;
    this.byName = new Map(nodes.map(({ name, labels }) => [name, priceOfNode(catalogue, labels) as Price]));
  }

  of(name: string): Price {
    return this.byName.get(name) as Price;
  }

  saved(names: readonly string[]): NonNullable<Compaction['saved']> {
    const sum = (all: Iterable<string>) => formatPrice([...all].reduce((total, name) => total + this.of(name), 0n));
    return { currency: this.currency, price: sum(names), before: sum(this.byName.keys()) };
  }
}

type Told = Pick<Compaction, 'nodes' | 'later' | 'moves' | 'stays' | 'saved'>;

function tell(
  { steps, cordonedFirst, refusals }: CompactPlan,
  all: readonly Node[],
  kept: ReadonlySet<string>,
  money: Money | undefined,
): Told {
  const names = steps.map(({ name }) => name);
  const gone = new Set(names);
  const stays = all.flatMap(({ name }): StayingNode[] => {
    if (gone.has(name)) return [];
    if (kept.has(name)) return [{ name, because: 'kept', reason: 'asked to stay' }];
    const refusal = refusals.get(name);
    return refusal ? [{ name, ...refusal }] : [];
  });
  return {
    nodes: steps.map(({ name, moves, ignored }): CompactedNode => {
      const price = money && { price: formatPrice(money.of(name)) };
      return { name, moves: moves.length, ignored, ...price };
    }),
    later: names.slice(cordonedFirst),
    moves: steps.flatMap(({ moves }) => moves),
    stays,
    ...(money ? { saved: money.saved(names) } : {}),
  };
}
