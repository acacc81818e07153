import type { Pod } from '../model/pod.ts';
import { type Taint, tolerates } from '../model/taint.ts';
import { type PlainRule, type Semantics, type Status, unresolvable } from './rule.ts';
import type { ClusterView, NodeView } from './view.ts';

/** The taint that stands for spec.unschedulable; a pod that tolerates it may go to a cordoned node. */
export const UNSCHEDULABLE_TAINT: Taint = { key: 'node.kubernetes.io/unschedulable', value: '', effect: 'NoSchedule' };

export const REASON = 'node(s) were unschedulable';

export function toleratesCordon(pod: Pick<Pod, 'template'>, semantics: Semantics): boolean {
  const comparison = semantics.gates.TaintTolerationComparisonOperators;
  return pod.template.tolerations.some((toleration) => tolerates(toleration, UNSCHEDULABLE_TAINT, comparison));
}

export const nodeUnschedulable: PlainRule = {
  name: 'NodeUnschedulable',

  accepts(_state, pod: Pod, node: NodeView, cluster: ClusterView): Status | undefined {
    if (!node.node.unschedulable || toleratesCordon(pod, cluster.semantics)) return undefined;
    return unresolvable(REASON);
  },
};
