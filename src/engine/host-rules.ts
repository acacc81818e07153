import { OPEN } from '../layout/layout.generated.ts';
import type { Pod } from '../model/pod.ts';
import type { PodClass } from './classes.ts';
import type { Fleet } from './fleet.ts';

/**
 * Runs the plain twins of a class's rules that have no kernel and writes their verdicts into the lanes that the hostLane kernel reads.
 * False when a rule refuses the pod for the whole cluster. O(rows) twin calls.
 */
export function runHostFilters(fleet: Fleet, cls: PodClass, pod: Pod): boolean {
  const view = fleet.view();
  for (const { bound, lane } of cls.hostFilters) {
    const { rule, args } = bound;
    const { u8 } = fleet.core;
    const prepared = rule.prepareFilter?.(pod, view, args) ?? { kind: 'state', state: undefined };
    if (prepared.kind === 'status') return false;
    u8.fill(OPEN, lane, lane + view.nodes.length);
    if (prepared.kind === 'skip') continue;
    for (const node of view.nodes) {
      const elsewhere = prepared.nodeNames !== undefined && !prepared.nodeNames.has(node.node.name);
      if (elsewhere || rule.accepts?.(prepared.state, pod, node, view, args)) u8[lane + node.row] = 0;
    }
  }
  return true;
}

/** Weighted, normalised scores of rules without kernels over the open rows of the verdict lane. */
export function runHostScores(fleet: Fleet, cls: PodClass, pod: Pod, verdictLane: number): void {
  const view = fleet.view();
  const { core } = fleet;
  const feasible = view.nodes.filter((node) => core.u8[verdictLane + node.row] === OPEN);
  const lane = core.i32.subarray(cls.hostLane / 4, cls.hostLane / 4 + fleet.columns.capacity);
  lane.fill(0);
  // A node without rivals is taken unscored: what cannot be scored is no obstacle then.
  if (feasible.length <= 1) return;
  for (const { rule, args, weight } of cls.hostScores) {
    const state = rule.prepareScore?.(pod, feasible, view, args);
    if (state === 'skip') continue;
    const scores = feasible.map((node) => rule.rate?.(state, pod, node, view, args) ?? 0);
    rule.normalize?.(state, scores, feasible, view);
    feasible.forEach((node, i) => {
      lane[node.row] = (lane[node.row] as number) + weight * (scores[i] as number);
    });
  }
}
