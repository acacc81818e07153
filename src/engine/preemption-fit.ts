import type { FeatureGates } from '../model/gates.ts';
import type { Pod, PodResize, PodTemplate } from '../model/pod.ts';
import { podUsage } from '../model/requests.ts';
import type { Amount, ResourceVector } from '../model/resources.ts';
import { comparedRequests, type NodeResourcesFitArgs } from '../rules/node-resources-fit.ts';
import { type Status, type StatusCode, unschedulable } from '../rules/rule.ts';
import type { NodeView } from '../rules/view.ts';
import { nominatedOn, type PreparedFilters, type PreparedRule } from './cycle.ts';
import type { VictimTrial } from './preemption-victims.ts';

/** Up to here doubles hold every whole number. */
const EXACT_MAX = 2 ** 53;

/** Filters that never look at the pods of a node. */
const BLIND_FILTERS: ReadonlySet<string> = new Set(['NodeUnschedulable', 'NodeName', 'TaintToleration', 'NodeAffinity']);

/** What a pod takes of the resources that a class asks for, in the order of its requests, and the greatest of it. */
interface Taken {
  readonly amounts: readonly number[];
  readonly greatest: number;
  readonly negative: boolean;
}

/** The refusal of a trial; whoever runs one this way asks only whether there is one. */
const SHORT = unschedulable();

/**
 * The dry runs of a class of which nothing but NodeResourcesFit looks at the pods on a node, in doubles where they are exact: sums and comparisons
 * instead of filters on copies.
 */
export class FitTrials {
  private readonly names: readonly string[];
  private readonly requests: readonly number[];
  /** By template, or by status of a resize. */
  private readonly taken = new Map<PodTemplate | PodResize, Taken>();
  /** By row: 0 = not asked, 1 = the filters that see no pods pass the node, 2 = one refuses. */
  private readonly blind: Uint8Array;

  private constructor(requests: readonly (readonly [string, Amount])[], rows: number) {
    this.names = requests.map(([name]) => name);
    this.requests = requests.map(([, amount]) => Number(amount));
    this.blind = new Uint8Array(rows);
  }

  /** Undefined where other filters look at pods, or amounts are too large for doubles. */
  static of(filters: PreparedFilters): FitTrials | undefined {
    const fit = filters.rules.find(({ rule }) => rule.name === 'NodeResourcesFit');
    if (fit?.state === undefined || filters.rules.some((other) => other !== fit && !isBlind(other))) return undefined;
    const requests = comparedRequests(fit.state as ResourceVector, fit.args as NodeResourcesFitArgs);
    if (requests.some(([, amount]) => Number(amount) > EXACT_MAX)) return undefined;
    return new FitTrials(requests, filters.cluster.nodes.length);
  }

  /** The node with the pods on it and those that it is promised to; undefined where the plain filters have to be asked. */
  on(filters: PreparedFilters, node: NodeView): FitTrial | undefined {
    if (!this.passesBlind(filters, node)) return undefined;
    const promised = nominatedOn(node, filters.pod, filters.cluster);
    const { gates } = filters.cluster.semantics;
    const exact = EXACT_MAX / (node.pods.length + promised.length + 3);
    const capacities = this.names.map((name) => Number(amountOf(node.node.allocatable, name)));
    const free = this.names.map((name, i) => (capacities[i] as number) - Number(amountOf(node.requested, name)));
    if (capacities.some((amount) => amount > exact) || free.some((amount) => Math.abs(amount) > exact)) return undefined;
    const takenBy = (pod: Pod): Taken => this.takenBy(pod, gates);
    for (const pod of node.pods) if (takenBy(pod).greatest > exact) return undefined;
    let slots = Number(node.node.allocatable.pods) - node.pods.length - 1;
    for (const pod of promised) {
      const { amounts, greatest, negative } = takenBy(pod);
      // A promised pod that gives resources would make the pass without it the stricter one.
      if (negative || greatest > exact) return undefined;
      for (let i = 0; i < free.length; i++) free[i] = (free[i] as number) - (amounts[i] as number);
      slots--;
    }
    return new FitTrial(this.requests, capacities, free, slots, (pod) => takenBy(pod).amounts, promised.length > 0);
  }

  private passesBlind(filters: PreparedFilters, node: NodeView): boolean {
    if (this.blind[node.row] === 0) {
      const passes = filters.rules.every((prepared) => !isBlind(prepared) || accepts(filters, prepared, node));
      this.blind[node.row] = passes ? 1 : 2;
    }
    return this.blind[node.row] === 1;
  }

  private takenBy(pod: Pod, gates: FeatureGates): Taken {
    const key = (gates.InPlacePodVerticalScaling ? pod.resize : undefined) ?? pod.template;
    let taken = this.taken.get(key);
    if (taken === undefined) {
      const { requested } = podUsage(pod, gates);
      const amounts = this.names.map((name) => Number(amountOf(requested, name)));
      const greatest = amounts.reduce((most, amount) => Math.max(most, Math.abs(amount)), 0);
      taken = { amounts, greatest, negative: amounts.some((amount) => amount < 0) };
      this.taken.set(key, taken);
    }
    return taken;
  }
}

/** One node while pods go and come back. Both of upstream's passes in one: the pods that it is promised to only ever take. */
export class FitTrial implements VictimTrial {
  /** Whether the node is promised to pods that count. */
  readonly promised: boolean;
  private readonly requests: readonly number[];
  private readonly capacities: readonly number[];
  private readonly free: number[];
  /** Pods that would still be allowed beside the preemptor. */
  private slots: number;
  private readonly takenBy: (pod: Pod) => readonly number[];

  constructor(
    requests: readonly number[],
    capacities: readonly number[],
    free: number[],
    slots: number,
    takenBy: (pod: Pod) => readonly number[],
    promised: boolean,
  ) {
    this.requests = requests;
    this.capacities = capacities;
    this.free = free;
    this.slots = slots;
    this.takenBy = takenBy;
    this.promised = promised;
  }

  /** Why the preemptor does not fit now; undefined = it does. */
  refusal(): StatusCode | undefined {
    if (this.fits()) return undefined;
    for (let i = 0; i < this.requests.length; i++) {
      if ((this.requests[i] as number) > (this.capacities[i] as number)) return 'UnschedulableAndUnresolvable';
    }
    return 'Unschedulable';
  }

  remove(pod: Pod): void {
    this.add(pod, -1);
  }

  check(): Status | undefined {
    return this.fits() ? undefined : SHORT;
  }

  reprieve(pod: Pod): boolean {
    this.add(pod, 1);
    if (this.fits()) return true;
    this.add(pod, -1);
    return false;
  }

  private add(pod: Pod, sign: 1 | -1): void {
    const amounts = this.takenBy(pod);
    for (let i = 0; i < amounts.length; i++) this.free[i] = (this.free[i] as number) - sign * (amounts[i] as number);
    this.slots -= sign;
  }

  private fits(): boolean {
    if (this.slots < 0) return false;
    for (let i = 0; i < this.requests.length; i++) if ((this.requests[i] as number) > (this.free[i] as number)) return false;
    return true;
  }
}

function isBlind({ rule }: PreparedRule): boolean {
  return BLIND_FILTERS.has(rule.name);
}

function accepts({ pod, cluster }: PreparedFilters, { rule, state, args }: PreparedRule, node: NodeView): boolean {
  return rule.accepts?.(state, pod, node, cluster, args) === undefined;
}

function amountOf(vector: ResourceVector, name: string): Amount {
  switch (name) {
    case 'cpu':
      return vector.cpu;
    case 'memory':
      return vector.memory;
    case 'ephemeral-storage':
      return vector.ephemeralStorage;
    default:
      return vector.scalars.get(name) ?? 0n;
  }
}
