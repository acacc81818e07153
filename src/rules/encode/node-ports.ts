import { FILTER_ROW_COUNT } from '../../layout/layout.generated.ts';
import type { ContainerPort } from '../../model/pod.ts';
import { hostPorts, portsConflict } from '../host-ports.ts';
import { REASON } from '../node-ports.ts';
import { unschedulable } from '../rule.ts';
import type { RuleEncoding, Tally } from './encoder.ts';

export const encodeNodePorts: RuleEncoding = {
  filter(encoder) {
    const wanted = hostPorts(encoder.template);
    if (wanted.length === 0) return;
    if (encoder.portsDisputed) {
      encoder.hostFilter();
      return;
    }
    const table = encoder.countTable({ feeds: [{ tally: portHolders(wanted), weight: 1 }] });
    encoder.localFilter(FILTER_ROW_COUNT, table, [unschedulable(REASON)]);
  },
};

/** Pods that hold a host port in conflict with one of the wanted ones. */
function portHolders(wanted: readonly ContainerPort[]): Tally {
  return {
    key: `ports\u0000${JSON.stringify(wanted.map(({ protocol, hostPort, hostIP }) => [protocol, hostPort, hostIP]))}`,
    terminating: true,
    count: (template) => (hostPorts(template).some((held) => wanted.some((port) => portsConflict(held, port))) ? 1 : 0),
  };
}
