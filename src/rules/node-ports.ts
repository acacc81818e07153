import type { ContainerPort, Pod } from '../model/pod.ts';
import { hostPorts } from './host-ports.ts';
import { type PlainRule, type Prepared, SKIP, type Status, unschedulable } from './rule.ts';
import type { NodeView } from './view.ts';

export const REASON = "node(s) didn't have free ports for the requested pod ports";

/** Ports of the pod that are taken on the node, in the pod's order. The pod's own ports are not held against each other. */
export function takenPorts(wanted: readonly ContainerPort[], node: NodeView): readonly ContainerPort[] {
  return wanted.filter((port) => node.usedPorts.conflicts(port));
}

export const nodePorts: PlainRule<never, readonly ContainerPort[]> = {
  name: 'NodePorts',

  prepareFilter(pod: Pod): Prepared<readonly ContainerPort[]> {
    const ports = hostPorts(pod.template);
    return ports.length === 0 ? SKIP : { kind: 'state', state: ports };
  },

  accepts(wanted, _pod: Pod, node: NodeView): Status | undefined {
    return takenPorts(wanted, node).length === 0 ? undefined : unschedulable(REASON);
  },
};
