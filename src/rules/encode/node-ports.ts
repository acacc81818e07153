import { FILTER_ROW_COUNT } from '../../layout/layout.generated.ts';
import type { ContainerPort } from '../../model/pod.ts';
import { hostPorts, portsConflict } from '../host-ports.ts';
import { REASON } from '../node-ports.ts';
import { unschedulable } from '../rule.ts';
import type { RuleEncoding, Tally } from './encoder.ts';

export const encodeNodePorts: RuleEncoding = {
  filter(encoder) {
    for (const port of hostPorts(encoder.template)) {
      const table = encoder.countTable({ feeds: [{ tally: portHolders(port), weight: 1 }] });
      encoder.localFilter(FILTER_ROW_COUNT, table, [unschedulable(REASON)]);
    }
  },
};

/** Pods that hold a host port in conflict with the wanted one. */
function portHolders(wanted: ContainerPort): Tally {
  return {
    key: `port\u0000${wanted.protocol}\u0000${wanted.hostPort}\u0000${wanted.hostIP}`,
    terminating: true,
    count: (template) => (hostPorts(template).some((held) => portsConflict(held, wanted)) ? 1 : 0),
  };
}
