import type { Pod } from '../model/pod.ts';
import type { BudgetState, Budgets } from './budgets.ts';

/** A node with what a drain evicts there. */
export interface NodeToDrain {
  readonly name: string;
  readonly pods: readonly Pod[];
}

/**
 * Nodes that can be drained at the same time: together they ask no budget for more than it has left, so that no eviction waits because of another
 * node of its group. First fit in the given order, so not always the fewest groups. A node that alone asks for more shares that budget with nobody.
 *
 * O(nodes · groups · budgets of a node).
 */
export function drainGroups(nodes: readonly NodeToDrain[], budgets: Budgets): string[][] {
  const groups: { readonly names: string[]; readonly charged: Map<BudgetState, number> }[] = [];
  for (const { name, pods } of nodes) {
    const charges = new Map<BudgetState, number>();
    for (const pod of pods) for (const state of budgets.of(pod)) charges.set(state, (charges.get(state) ?? 0) + 1);
    const fits = (charged: ReadonlyMap<BudgetState, number>) =>
      [...charges].every(([state, count]) => !charged.has(state) || (charged.get(state) as number) + count <= state.slack);
    let group = groups.find(({ charged }) => fits(charged));
    if (!group) {
      group = { names: [], charged: new Map() };
      groups.push(group);
    }
    group.names.push(name);
    for (const [state, count] of charges) group.charged.set(state, (group.charged.get(state) ?? 0) + count);
  }
  return groups.map(({ names }) => names);
}
