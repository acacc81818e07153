import { ownerKey } from '../model/hosts.ts';
import { compileSelector } from '../model/match.ts';
import type { Pod, PodTemplate } from '../model/pod.ts';
import type { PodDisruptionBudget, Snapshot } from '../model/snapshot.ts';

/** One budget as it stands at a moment of a plan. */
export class BudgetState {
  readonly budget: PodDisruptionBudget;
  /** Pods that must stay healthy. */
  readonly desired: number;
  /** Healthy pods above what must stay; below zero: pods that are missing. */
  slack: number;

  constructor(budget: PodDisruptionBudget, desired: number, slack: number) {
    this.budget = budget;
    this.desired = desired;
    this.slack = slack;
  }

  get healthy(): number {
    return this.desired + this.slack;
  }

  get name(): string {
    return `${this.budget.namespace}/${this.budget.name}`;
  }
}

/**
 * The PodDisruptionBudgets of a plan, kept up as the disruption controller does: a pod that leaves takes one from each budget that selects it, and
 * gives it back when its replacement is on a node (readiness is assumed, here and for the pods of the snapshot). Where a budget has a status, it
 * is where the count begins; else the controller's rule gives it: expected pods are those that controllers want, shares are rounded up.
 */
export class Budgets {
  readonly states: readonly BudgetState[];
  private readonly byNamespace = new Map<string, BudgetState[]>();
  private readonly selecting = new WeakMap<PodTemplate, readonly BudgetState[]>();

  /** O(pods + budgets · templates of their namespace). */
  constructor(snapshot: Snapshot) {
    const { podDisruptionBudgets } = snapshot.objects;
    const selected = podDisruptionBudgets.length === 0 ? [] : podsByBudget(snapshot);
    this.states = podDisruptionBudgets.map((budget, i) => stateOf(budget, selected[i] as readonly Pod[], snapshot));
    for (const state of this.states) {
      const others = this.byNamespace.get(state.budget.namespace) ?? [];
      this.byNamespace.set(state.budget.namespace, [...others, state]);
    }
  }

  /** Budgets that select the pod (as the eviction API sees it: an empty selector selects the whole namespace). */
  of({ template }: Pod): readonly BudgetState[] {
    let states = this.selecting.get(template);
    if (!states) {
      states = (this.byNamespace.get(template.namespace) ?? []).filter(({ budget }) => selects(budget, template));
      this.selecting.set(template, states);
    }
    return states;
  }

  /** Slack of each budget, for `restore`. */
  save(): Int32Array {
    return Int32Array.from(this.states, ({ slack }) => slack);
  }

  restore(saved: Int32Array): void {
    for (const [i, state] of this.states.entries()) state.slack = saved[i] as number;
  }

  left(pod: Pod): void {
    if (isHealthy(pod)) for (const state of this.of(pod)) state.slack--;
  }

  returned(pod: Pod): void {
    for (const state of this.of(pod)) state.slack++;
  }
}

/** Counts for a budget: on a node, neither waiting for its start nor on its way out. A manifest without phase is taken to run. */
export function isHealthy({ nodeName, phase, terminating }: Pod): boolean {
  return nodeName !== '' && phase !== 'Pending' && !terminating;
}

function selects({ selector }: PodDisruptionBudget, template: PodTemplate): boolean {
  return compileSelector(selector).matches(template.labels);
}

function podsByBudget({ pods, objects }: Snapshot): Pod[][] {
  const indices = new Map<string, number[]>();
  objects.podDisruptionBudgets.forEach(({ namespace }, i) => {
    indices.set(namespace, [...(indices.get(namespace) ?? []), i]);
  });
  const selected = objects.podDisruptionBudgets.map((): Pod[] => []);
  const matching = new Map<PodTemplate, readonly number[]>();
  for (const pod of pods) {
    const { template } = pod;
    let found = matching.get(template);
    if (!found) {
      found = (indices.get(template.namespace) ?? []).filter((i) =>
        selects(objects.podDisruptionBudgets[i] as PodDisruptionBudget, template),
      );
      matching.set(template, found);
    }
    for (const i of found) selected[i]?.push(pod);
  }
  return selected;
}

function stateOf(budget: PodDisruptionBudget, pods: readonly Pod[], snapshot: Snapshot): BudgetState {
  const { currentHealthy, desiredHealthy, disruptionsAllowed } = budget;
  if (currentHealthy !== undefined && desiredHealthy !== undefined) {
    return new BudgetState(budget, desiredHealthy, currentHealthy < desiredHealthy ? currentHealthy - desiredHealthy : disruptionsAllowed);
  }
  const desired = desiredOf(budget, pods, snapshot);
  return new BudgetState(budget, desired, pods.filter(isHealthy).length - desired);
}

/** Upstream DisruptionController.getExpectedPodCount. */
function desiredOf({ minAvailable, maxUnavailable }: PodDisruptionBudget, pods: readonly Pod[], snapshot: Snapshot): number {
  if (maxUnavailable !== undefined) {
    const expected = expectedScale(pods, snapshot);
    return Math.max(0, expected - scaled(maxUnavailable, expected));
  }
  if (minAvailable === undefined) return 0;
  return typeof minAvailable === 'number' ? minAvailable : scaled(minAvailable, expectedScale(pods, snapshot));
}

function scaled(value: string | number, total: number): number {
  return typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) * total) / 100);
}

/** What the controllers of the pods want together; a controller that is not in the snapshot wants the pods it has. */
function expectedScale(pods: readonly Pod[], { objects }: Snapshot): number {
  const owned = new Map<string, number>();
  let expected = 0;
  for (const { template } of pods) {
    const key = ownerKey(template);
    if (key !== undefined) owned.set(key, (owned.get(key) ?? 0) + 1);
  }
  for (const { kind, namespace, name, replicas } of objects.controllers) {
    const key = `${namespace}/${kind}/${name}`;
    if (!owned.has(key)) continue;
    owned.delete(key);
    expected += replicas;
  }
  for (const count of owned.values()) expected += count;
  return expected;
}
