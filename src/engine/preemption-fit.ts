import type { Semantics } from '../model/gates.ts';
import type { Pod, PodResize, PodTemplate } from '../model/pod.ts';
import { podUsage } from '../model/requests.ts';
import { amountOf, type ResourceVector } from '../model/resources.ts';
import { comparedRequests, type NodeResourcesFitArgs } from '../rules/node-resources-fit.ts';
import type { StatusCode } from '../rules/rule.ts';
import type { NodeView } from '../rules/view.ts';
import { nominatedOn, type PreparedFilters, type PreparedRule } from './cycle.ts';
import type { DisruptionBudgets } from './preemption-budgets.ts';
import type { LeastPriorities } from './preemption-index.ts';
import { type Candidate, sortByImportance } from './preemption-order.ts';
import { isPreemptable, victimsAmong } from './preemption-victims.ts';

/** Up to here doubles hold every whole number. */
const EXACT_MAX = 2 ** 53;

/** Filters that never look at the pods of a node. */
const BLIND_FILTERS: ReadonlySet<string> = new Set(['NodeUnschedulable', 'NodeName', 'TaintToleration', 'NodeAffinity']);

/** What dry runs for preemptors of one priority look at on one row. */
interface FitRow {
  /** That of the row when it was looked at. */
  readonly revision: number;
  /** Doubles hold all of it exactly. */
  readonly exact: boolean;
  /** Whether the row is promised to pods that count. */
  readonly promised: boolean;
  readonly capacities: readonly number[];
  /** What the pods on the row and those that it is promised to leave free, and pods that would still be allowed beside one more; */
  readonly free: readonly number[];
  readonly slots: number;
  /** the same without the pods that can be evicted. */
  readonly emptied: readonly number[];
  readonly emptiedSlots: number;
  /** Those pods, most important first. */
  readonly evictable: readonly Pod[];
}

/**
 * Free amounts of some resources, row by row, in doubles: shared by the classes of one priority that ask for these resources, and worked out anew
 * for rows that have changed. No pod anywhere may take an amount below zero.
 */
export class FitRows {
  private readonly names: readonly string[];
  private readonly priorities: LeastPriorities;
  private readonly rows: (FitRow | undefined)[] = [];
  /** Amounts by template, or by status of a resize. */
  private readonly taken = new Map<PodTemplate | PodResize, readonly number[]>();

  constructor(names: readonly string[], priorities: LeastPriorities) {
    this.names = names;
    this.priorities = priorities;
  }

  /** The node for a pod that is promised none. */
  at(filters: PreparedFilters, node: NodeView): FitRow {
    const revision = this.priorities.revisionOf(node.row);
    let found = this.rows[node.row];
    if (found?.revision !== revision) {
      found = this.read(filters, node, revision);
      this.rows[node.row] = found;
    }
    return found;
  }

  takenBy(pod: Pod, semantics: Semantics): readonly number[] {
    const key = (semantics.gates.InPlacePodVerticalScaling ? pod.resize : undefined) ?? pod.template;
    let amounts = this.taken.get(key);
    if (amounts === undefined) {
      const { requested } = podUsage(pod, semantics);
      amounts = this.names.map((name) => Number(amountOf(requested, name)));
      this.taken.set(key, amounts);
    }
    return amounts;
  }

  private read({ pod, cluster }: PreparedFilters, node: NodeView, revision: number): FitRow {
    const { semantics } = cluster;
    const promised = nominatedOn(node, pod, cluster);
    // What is free lies between this and the capacity while pods go and come back, whatever single pods take.
    const most = EXACT_MAX / (promised.length + 2);
    const beside = promised.map((other) => this.takenBy(other, semantics));
    const capacities = this.names.map((name) => Number(amountOf(node.node.allocatable, name)));
    const left = this.names.map((name, i) => (capacities[i] as number) - Number(amountOf(node.requested, name)));
    const exact = [...capacities, ...left, ...beside.flat()].every((amount) => Math.abs(amount) <= most);
    const free = left.map((amount, i) => beside.reduce((rest, amounts) => rest - (amounts[i] as number), amount));
    const evictable = node.pods.filter((other) => isPreemptable(other, pod.template.priority));
    sortByImportance(evictable, semantics.kubeVersion);
    const going = evictable.map((other) => this.takenBy(other, semantics));
    const emptied = free.map((amount, i) => going.reduce((sum, amounts) => sum + (amounts[i] as number), amount));
    const slots = Number(node.node.allocatable.pods) - node.pods.length - promised.length - 1;
    const emptiedSlots = slots + evictable.length;
    return { revision, exact, promised: promised.length > 0, capacities, free, slots, emptied, emptiedSlots, evictable };
  }
}

/**
 * The dry runs of a class of which nothing but NodeResourcesFit looks at the pods on a node: sums and comparisons instead of filters on copies.
 * Both of upstream's passes are one here, since pods that a node is promised to only ever take.
 */
export class FitTrials {
  private readonly requests: readonly number[];
  private readonly rows: FitRows;
  /** By row: 0 = not asked, 1 = the filters that see no pods pass the node, 2 = one refuses. */
  private readonly blind: Uint8Array;

  private constructor(requests: readonly number[], rows: FitRows, rowCount: number) {
    this.requests = requests;
    this.rows = rows;
    this.blind = new Uint8Array(rowCount);
  }

  /** Undefined where other filters look at pods, or amounts are too large for doubles. */
  static of(filters: PreparedFilters, rowsOf: (names: readonly string[]) => FitRows): FitTrials | undefined {
    const fit = filters.rules.find(({ rule }) => rule.name === 'NodeResourcesFit');
    if (fit?.state === undefined || filters.rules.some((other) => other !== fit && !isBlind(other))) return undefined;
    const requests = comparedRequests(fit.state as ResourceVector, fit.args as NodeResourcesFitArgs);
    const amounts = requests.map(([, amount]) => Number(amount));
    if (amounts.some((amount) => amount > EXACT_MAX)) return undefined;
    return new FitTrials(amounts, rowsOf(requests.map(([name]) => name)), filters.cluster.rows.length);
  }

  /** The node as the class sees it; undefined where the plain filters have to be asked. */
  on(filters: PreparedFilters, node: NodeView): FitRow | undefined {
    if (!this.passesBlind(filters, node)) return undefined;
    const row = this.rows.at(filters, node);
    return row.exact ? row : undefined;
  }

  /** Why a pod of the class is refused on the row with the pods that it is promised to; undefined = it is not. */
  refusalOn({ free, slots, capacities }: FitRow): StatusCode | undefined {
    if (slots >= 0 && this.fits(free)) return undefined;
    return this.fits(capacities) ? 'Unschedulable' : 'UnschedulableAndUnresolvable';
  }

  /** What selectVictims says of the node; undefined = it is no use. */
  victimsOn({ evictable, emptied, emptiedSlots }: FitRow, { row, semantics }: NodeView, budgets: DisruptionBudgets): Candidate | undefined {
    if (evictable.length === 0 || emptiedSlots < 0 || !this.fits(emptied)) return undefined;
    const free = [...emptied];
    let slots = emptiedSlots;
    const reprieve = (pod: Pod): boolean => {
      const amounts = this.rows.takenBy(pod, semantics);
      for (let i = 0; i < free.length; i++) free[i] = (free[i] as number) - (amounts[i] as number);
      slots--;
      if (slots >= 0 && this.fits(free)) return true;
      for (let i = 0; i < free.length; i++) free[i] = (free[i] as number) + (amounts[i] as number);
      slots++;
      return false;
    };
    return { row, ...victimsAmong(evictable, budgets, semantics.kubeVersion, reprieve) };
  }

  private fits(free: readonly number[]): boolean {
    for (let i = 0; i < this.requests.length; i++) if ((this.requests[i] as number) > (free[i] as number)) return false;
    return true;
  }

  private passesBlind(filters: PreparedFilters, node: NodeView): boolean {
    if (this.blind[node.row] === 0) {
      const passes = filters.rules.every((prepared) => !isBlind(prepared) || accepts(filters, prepared, node));
      this.blind[node.row] = passes ? 1 : 2;
    }
    return this.blind[node.row] === 1;
  }
}

function isBlind({ rule }: PreparedRule): boolean {
  return BLIND_FILTERS.has(rule.name);
}

function accepts({ pod, cluster }: PreparedFilters, { rule, state, args }: PreparedRule, node: NodeView): boolean {
  return rule.accepts?.(state, pod, node, cluster, args) === undefined;
}
