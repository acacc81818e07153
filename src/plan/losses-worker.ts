/** Worker entry: losses of domains, each from the same state. */
import { workerData } from 'piscina';
import { type EngineOptions, resolveOptions } from '../engine/options.ts';
import { Core } from '../layout/core.ts';
import type { DomainLoss } from '../model/plan-results.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { Budgets } from './budgets.ts';
import type { Domain } from './domains.ts';
import { Losses } from './losses.ts';

export interface LossesSetup {
  readonly base: Snapshot;
  readonly options: EngineOptions;
  /** Slack of each budget, in their order. */
  readonly slack: readonly number[];
  readonly keepBudgets: boolean;
}

let losses: Losses | undefined;

/** Running it again gives the same answer. */
export function lose(domains: readonly Domain[]): Promise<DomainLoss> {
  const { base, options, slack, keepBudgets } = workerData as LossesSetup;
  if (!losses) {
    const budgets = new Budgets(base);
    budgets.states.forEach((state, i) => {
      state.slack = slack[i] as number;
    });
    losses = new Losses(base, options, budgets, resolveOptions(options).semantics, new Core());
  }
  return losses.lose(domains, keepBudgets);
}
