import type { Pod } from '../model/pod.ts';
import { type Taint, type Toleration, tolerates, untoleratedTaint } from '../model/taint.ts';
import { normalizeByMaximum, type PlainRule, type Status, unresolvable } from './rule.ts';
import type { ClusterView, NodeView } from './view.ts';

/** Effects that keep a pod off a node. */
export const REPELLING_EFFECTS: readonly string[] = ['NoSchedule', 'NoExecute'];

/** Up to 1.34.1 the reason named the first such taint; of each release its newest patch is reproduced. */
export const UNTOLERATED: Status = unresolvable('node(s) had untolerated taint(s)');

/** The tolerations that can count against PreferNoSchedule taints: those with that effect or with none. */
export function softTolerations(tolerations: readonly Toleration[]): readonly Toleration[] {
  return tolerations.filter((toleration) => toleration.effect === '' || toleration.effect === 'PreferNoSchedule');
}

/** Number of PreferNoSchedule taints that none of the (soft) tolerations tolerates. */
export function countSoftTaints(taints: readonly Taint[], soft: readonly Toleration[], comparison: boolean): number {
  let count = 0;
  for (const taint of taints) {
    if (taint.effect === 'PreferNoSchedule' && !soft.some((toleration) => tolerates(toleration, taint, comparison))) count++;
  }
  return count;
}

/** Never skips its score: a cluster without PreferNoSchedule taints gives every node 100. */
export const taintToleration: PlainRule<never, never, readonly Toleration[]> = {
  name: 'TaintToleration',

  accepts(_state, pod: Pod, node: NodeView, cluster: ClusterView): Status | undefined {
    const { TaintTolerationComparisonOperators: comparison } = cluster.semantics.gates;
    return untoleratedTaint(node.node.taints, pod.template.tolerations, REPELLING_EFFECTS, comparison) && UNTOLERATED;
  },

  prepareScore(pod: Pod): readonly Toleration[] {
    return softTolerations(pod.template.tolerations);
  },

  rate(soft, _pod: Pod, node: NodeView, cluster: ClusterView): number {
    return countSoftTaints(node.node.taints, soft, cluster.semantics.gates.TaintTolerationComparisonOperators);
  },

  normalize(_soft, scores: number[]): void {
    normalizeByMaximum(scores, true);
  },
};
