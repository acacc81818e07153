import { secondsNow } from '../base/clock.ts';
import { PlimsollError } from '../base/errors.ts';
import { type EngineOptions, withHosts } from '../engine/options.ts';
import type { WhatIf } from '../engine/what-if.ts';
import { type Catalogue, formatPrice, type Price, priceOfNode } from '../model/catalogue.ts';
import type { CompactedNode, Compaction, StayingNode } from '../model/compact-results.ts';
import { compileSelector } from '../model/match.ts';
import type { Node } from '../model/node.ts';
import { parseSelectorText } from '../model/parse/selector-text.ts';
import type { Pod } from '../model/pod.ts';
import { podUsage } from '../model/requests.ts';
import { API_VERSION } from '../model/results.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Semantics } from '../rules/rule.ts';
import { checkCount, checkNodeNames, NODES_HINT, selectorHint } from './checks.ts';
import { afterAll, Cluster } from './cluster.ts';
import { type BoundNode, nodesNeeded } from './compact-bound.ts';
import { CompactRun } from './compact-run.ts';
import { type CompactPlan, type NodeRank, type OnTrial, searchPlan } from './compact-search.ts';
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
  readonly onTrial?: OnTrial;
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
  const { maxMoves = Number.POSITIVE_INFINITY, atLeast = 1, prices, onTrial } = options;
  checkCount('maxMoves', options.maxMoves ?? 0, 0, COUNT_MAX);
  checkCount('atLeast', atLeast, 0, COUNT_MAX);
  const placed = withHosts(snapshot, options);
  if (placed.nodes.length === 0) throw new PlimsollError('NOT_FOUND', 'the snapshot has no nodes', { path: 'nodes', hint: NODES_HINT });
  const kept = keptNodes(placed, options);
  const money = prices && new Money(placed.nodes, prices);
  const rest = engineOptions(options);
  const cluster = new Cluster(placed, rest);
  const { waiting } = await cluster.settle();
  const settled = cluster.engine.snapshot();
  const base = { ...settled, pods: settled.pods.filter(({ nodeName }) => nodeName !== '') };
  const { semantics } = cluster.engine.settings;
  const trial = trialOn(cluster);
  const run = runOn(trial, cluster, base, options);
  const bound = nodesNeeded(boundNodes(base, run, kept), cluster.engine.settings);
  const plan = await searchPlan(run, {
    candidates: base.nodes.map(({ name }) => name).filter((name) => !kept.has(name)),
    movesMax: maxMoves,
    nodesMax: base.nodes.length - bound.nodes,
    ...new Ranks(base.nodes, run, semantics, money).both,
    onTrial: onTrial ?? (() => {}),
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
  if (selected.length === 0) {
    throw new PlimsollError('NOT_FOUND', 'the selector selects no node', { path: 'keep', value: keep, hint: selectorHint(snapshot.nodes) });
  }
  return new Set([...excludeNodes, ...selected.map(({ name }) => name)]);
}

function trialOn({ engine }: Cluster): WhatIf {
  const trial = engine.whatIf();
  if (trial) return trial;
  throw new PlimsollError('UNSUPPORTED', 'compact looks at all nodes and takes the first of equals, or one by seed', {
    path: 'tie',
    hint: 'leave out tie heap and percentageOfNodesToScore below 100',
  });
}

function runOn(trial: WhatIf, { budgets }: Cluster, base: Snapshot, flags: CompactOptions): CompactRun {
  return new CompactRun(trial, budgets, base, afterAll(base), flags);
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

/**
 * What goes first. A node that goes takes room with it, used or not: as long as moves are plenty, nodes with little room go first, or with prices those
 * that save most for the room. Where moves are few, those with few evictions go first, or those that save most per eviction.
 */
class Ranks {
  private readonly byName: ReadonlyMap<string, Node>;
  private readonly run: CompactRun;
  private readonly semantics: Semantics;
  private readonly money: Money | undefined;
  /** CPU and memory of all nodes. */
  private readonly total: { readonly cpu: number; readonly memory: number };

  constructor(nodes: readonly Node[], run: CompactRun, semantics: Semantics, money: Money | undefined) {
    this.byName = new Map(nodes.map((node) => [node.name, node]));
    this.run = run;
    this.semantics = semantics;
    this.money = money;
    const sum = (of: (node: Node) => bigint) => nodes.reduce((total, node) => total + Number(of(node)), 0);
    this.total = { cpu: sum(({ allocatable }) => allocatable.cpu), memory: sum(({ allocatable }) => allocatable.memory) };
  }

  get both(): { readonly rank: NodeRank; readonly thriftyRank: NodeRank } {
    return {
      rank: (name) => {
        const { room, used, evictions } = this.see(name);
        return [this.money ? perUnit(-Number(this.money.of(name)), room) : room, used, evictions];
      },
      thriftyRank: (name) => {
        const { room, used, evictions } = this.see(name);
        if (!this.money) return [evictions, room, used];
        const price = Number(this.money.of(name));
        return [perUnit(-price, evictions), -price, used];
      },
    };
  }

  /** `room`: the larger share of the cluster's CPU and memory that the node has; `used`: the larger share of the node's that its pods ask for. */
  private see(name: string): { readonly room: number; readonly used: number; readonly evictions: number } {
    const node = this.byName.get(name) as Node;
    const pods = this.run.evictable(name);
    const { cpu, memory } = node.allocatable;
    const room = Math.max(share(Number(cpu), this.total.cpu), share(Number(memory), this.total.memory));
    return { room, used: usedShare(node, pods, this.semantics), evictions: pods.length };
  }
}

/** What costs nothing comes before everything else. */
function perUnit(amount: number, units: number): number {
  return units === 0 ? Number.NEGATIVE_INFINITY : amount / units;
}

function share(asked: number, offered: number): number {
  return offered > 0 ? asked / offered : 0;
}

/** The larger share of CPU and memory that the pods ask for. */
function usedShare({ allocatable }: Node, pods: readonly Pod[], semantics: Semantics): number {
  let [cpu, memory] = [0, 0];
  for (const pod of pods) {
    const { requested } = podUsage(pod, semantics);
    cpu += Number(requested.cpu);
    memory += Number(requested.memory);
  }
  return Math.max(share(cpu, Number(allocatable.cpu)), share(memory, Number(allocatable.memory)));
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
