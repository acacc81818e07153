import { isSince, type KubeVersion } from '../model/gates.ts';
import type { Pod, PodTemplate } from '../model/pod.ts';
import { type PlainRule, type Prepared, SKIP, type Status, unresolvable } from './rule.ts';
import type { ClusterView, NodeView } from './view.ts';

const FROM_137: ReadonlySet<string> = new Set(['VolumeBindMountOptions']);
const REASON = "node(s) didn't match Pod's required features";

/** The features that a release knows; it asks for no others. */
export function requiredFeatures(template: PodTemplate, version: KubeVersion): readonly string[] {
  const required = template.requiredFeatures ?? [];
  if (!isSince(version, '1.36')) return [];
  return isSince(version, '1.37') ? required : required.filter((name) => !FROM_137.has(name));
}

/** Off before 1.36. Which features a pod requires is inferred while reading it (specification 8.17); most pods require none. */
export const nodeDeclaredFeatures: PlainRule<never, readonly string[]> = {
  name: 'NodeDeclaredFeatures',

  prepareFilter(pod: Pod, cluster: ClusterView): Prepared<readonly string[]> {
    const required = requiredFeatures(pod.template, cluster.semantics.kubeVersion);
    return required.length === 0 ? SKIP : { kind: 'state', state: required };
  },

  accepts(required, _pod: Pod, node: NodeView): Status | undefined {
    return required.every((feature) => node.node.declaredFeatures.includes(feature)) ? undefined : unresolvable(REASON);
  },
};
