import { isSince, type KubeVersion } from '../model/gates.ts';
import { compileSelector } from '../model/match.ts';
import type { Pod, PodTemplate } from '../model/pod.ts';
import type { PodDisruptionBudget } from '../model/snapshot.ts';

/** Victims of one node, each list in the order of the input. */
export interface BudgetSplit {
  readonly violating: readonly Pod[];
  readonly rest: readonly Pod[];
}

/**
 * The PodDisruptionBudgets of a run with what they still allow. Upstream's preemption reads `status.disruptionsAllowed`
 * and never writes it: it is the disruption controller that lowers it when a healthy pod goes. This class plays that
 * controller, so that one allowance is not used by two preemptions: `podLeft` takes one from every budget of the pod, down
 * to 0. Nothing gives back, because a replacement counts only when it has become ready, which is beyond a scheduler's horizon.
 */
export class DisruptionBudgets {
  private readonly budgets: readonly PodDisruptionBudget[];
  private readonly allowed: Int32Array;
  /** Another object whenever an allowance has changed, and for every run. */
  revision: object = {};
  /** Every change so far: which budget, and what it allowed before. */
  readonly changes: { readonly budget: number; readonly before: number }[] = [];
  /** Indices of the budgets that select pods of a template. */
  private readonly selecting = new WeakMap<PodTemplate, readonly number[]>();

  constructor(budgets: readonly PodDisruptionBudget[]) {
    this.budgets = budgets;
    this.allowed = Int32Array.from(budgets, (budget) => budget.disruptionsAllowed);
  }

  /** There is no budget at all. */
  get none(): boolean {
    return this.budgets.length === 0;
  }

  /** An independent copy, for what-if runs. */
  clone(): DisruptionBudgets {
    const copy = new DisruptionBudgets(this.budgets);
    copy.allowed.set(this.allowed);
    return copy;
  }

  /**
   * Which of the pods, evicted one after the other, would overdraw a budget (upstream filterPodsWithPDBViolation): every
   * budget of a pod is charged, also when another one is overdrawn already; from 1.37 on none after the first that is overdrawn. Pods listed in `disruptedPods` are charged before.
   */
  split(pods: readonly Pod[], version: KubeVersion): BudgetSplit {
    if (this.budgets.length === 0) return { violating: [], rest: pods };
    const left = this.allowed.slice();
    const firstOnly = isSince(version, '1.37');
    const violating: Pod[] = [];
    const rest: Pod[] = [];
    for (const pod of pods) {
      let overdrawn = false;
      for (const index of this.chargedFor(pod)) {
        const value = (left[index] as number) - 1;
        left[index] = value;
        if (value < 0) overdrawn = true;
        if (overdrawn && firstOnly) break;
      }
      (overdrawn ? violating : rest).push(pod);
    }
    return { violating, rest };
  }

  /** A pod has been evicted. A pod that was terminating already was not counted as healthy any more. */
  podLeft(pod: Pod): void {
    if (pod.terminating) return;
    for (const budget of this.chargedFor(pod)) {
      const before = this.allowed[budget] as number;
      const after = Math.max(0, before - 1);
      if (after === before) continue;
      this.allowed[budget] = after;
      this.revision = {};
      this.changes.push({ budget, before });
    }
  }

  /**
   * How often `split` would charge each budget for these pods. While the lesser of this and the budget's allowance stays the same, so does what
   * `split` says of them.
   */
  charges(pods: readonly Pod[]): ReadonlyMap<number, number> {
    const counts = new Map<number, number>();
    for (const pod of pods) for (const budget of this.chargedFor(pod)) counts.set(budget, (counts.get(budget) ?? 0) + 1);
    return counts;
  }

  private chargedFor(pod: Pod): readonly number[] {
    return this.selectingTemplate(pod.template).filter((index) => !this.budgets[index]?.disruptedPods.has(pod.name));
  }

  /** An empty or nil selector selects nothing here, and a pod without labels is in no budget. */
  private selectingTemplate(template: PodTemplate): readonly number[] {
    let indices = this.selecting.get(template);
    if (indices === undefined) {
      indices = this.budgets.flatMap(({ namespace, selector }, index) => {
        if (template.labels.size === 0 || namespace !== template.namespace) return [];
        const compiled = compileSelector(selector);
        return compiled.kind === 'requirements' && compiled.matches(template.labels) ? [index] : [];
      });
      this.selecting.set(template, indices);
    }
    return indices;
  }
}
