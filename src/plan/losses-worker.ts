/** What threads know about losses of domains, each from the same state. */
import { type EngineOptions, resolveOptions } from '../engine/options.ts';
import { Core } from '../layout/core.ts';
import type { DomainLoss } from '../model/plan-results.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { Budgets } from './budgets.ts';
import { Losses, type LostDomain } from './losses.ts';

export interface LossesSetup {
  readonly base: Snapshot;
  readonly options: EngineOptions;
  /** Slack of each budget, in their order. */
  readonly slack: Int32Array;
  readonly keepBudgets: boolean;
}

export function prepareLosses({ base, options, slack, keepBudgets }: LossesSetup): (domains: readonly LostDomain[]) => Promise<DomainLoss> {
  const budgets = new Budgets(base);
  budgets.restore(slack);
  const losses = new Losses(base, options, { budgets, semantics: resolveOptions(options).semantics, core: new Core() });
  return (domains) => losses.lose(domains, keepBudgets);
}
