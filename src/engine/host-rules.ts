import { OPEN } from '../layout/layout.generated.ts';
import type { Pod } from '../model/pod.ts';
import type { PodClass } from './classes.ts';
import type { Fleet } from './fleet.ts';
import { scoreRule } from './scoring.ts';

/**
 * Runs the plain twins of a class's rules that have no kernel and writes their verdicts into the lanes that the hostLane kernel reads.
 * False when a rule refuses the pod for the whole cluster, or fails on some row: whether the scan gets there is for the plain cycle to see.
 * O(rows) twin calls.
 */
export function runHostFilters(fleet: Fleet, cls: PodClass, pod: Pod): boolean {
  const view = fleet.view();
  for (const { bound, lane } of cls.hostFilters) {
    const { rule, args } = bound;
    const { u8 } = fleet.core;
    const prepared = rule.prepareFilter?.(pod, view, args) ?? { kind: 'state', state: undefined };
    if (prepared.kind === 'status') return false;
    u8.fill(OPEN, lane, lane + view.rows.length);
    if (prepared.kind === 'skip') continue;
    for (const node of view.nodes) {
      const elsewhere = prepared.nodeNames !== undefined && !prepared.nodeNames.has(node.node.name);
      const refusal = elsewhere ? undefined : rule.accepts?.(prepared.state, pod, node, view, args);
      if (refusal?.failure) return false;
      if (elsewhere || refusal) u8[lane + node.row] = 0;
    }
  }
  return true;
}

/**
 * Weighted, normalised scores of rules without kernels over the open rows of the verdict lane.
 *
 * @throws PlimsollError FIELD for a score outside 0 to 100.
 */
export function runHostScores(fleet: Fleet, cls: PodClass, pod: Pod, verdictLane: number): void {
  const view = fleet.view();
  const { core } = fleet;
  const feasible = view.nodes.filter((node) => core.u8[verdictLane + node.row] === OPEN);
  const lane = core.i32.subarray(cls.hostLane / 4, cls.hostLane / 4 + fleet.columns.capacity);
  lane.fill(0);
  // A node without rivals is taken unscored: what cannot be scored is no obstacle then.
  if (feasible.length <= 1) return;
  for (const bound of cls.hostScores) {
    const scores = scoreRule(bound, pod, feasible, view)?.normalized ?? [];
    scores.forEach((score, i) => {
      const { row } = feasible[i] as (typeof feasible)[number];
      lane[row] = (lane[row] as number) + bound.weight * score;
    });
  }
}
