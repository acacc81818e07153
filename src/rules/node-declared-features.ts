import type { Pod } from '../model/pod.ts';
import { type PlainRule, type Prepared, SKIP, type Status, unresolvable } from './rule.ts';
import type { ClusterView, NodeView } from './view.ts';

const REASON = "node(s) didn't match Pod's required features";

/** Off before 1.36. Which features a pod requires is inferred while reading it (specification 8.17); most pods require none. */
export const nodeDeclaredFeatures: PlainRule<never, readonly string[]> = {
  name: 'NodeDeclaredFeatures',

  prepareFilter(pod: Pod, cluster: ClusterView): Prepared<readonly string[]> {
    const required = pod.template.requiredFeatures ?? [];
    return cluster.semantics.kubeVersion !== '1.36' || required.length === 0 ? SKIP : { kind: 'state', state: required };
  },

  accepts(required, _pod: Pod, node: NodeView): Status | undefined {
    return required.every((feature) => node.node.declaredFeatures.includes(feature)) ? undefined : unresolvable(REASON);
  },
};
