import type { Pod } from '../model/pod.ts';
import { type PlainRule, type Status, unresolvable } from './rule.ts';
import type { NodeView } from './view.ts';

export const REASON = "node(s) didn't match the requested node name";

export const nodeName: PlainRule = {
  name: 'NodeName',

  accepts(_state, pod: Pod, node: NodeView): Status | undefined {
    return pod.nodeName === '' || pod.nodeName === node.node.name ? undefined : unresolvable(REASON);
  },
};
