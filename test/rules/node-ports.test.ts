import { describe, expect, it } from 'vitest';
import type { ContainerPort } from '../../src/model/pod.ts';
import { hostPorts } from '../../src/rules/host-ports.ts';
import { nodePorts } from '../../src/rules/node-ports.ts';
import { container, makeCluster, makeNode, makePod, verdicts } from '../support/builders.ts';

/** `UDP/127.0.0.1/8080`. */
function port(text: string): Partial<ContainerPort> {
  const [protocol = '', hostIP = '', number = ''] = text.split('/');
  return { protocol, hostIP, hostPort: Number(number) };
}

function podWith(name: string, ports: string[], on = '') {
  return makePod(name, { containers: [container({}, { ports: ports.map(port) })], on });
}

const REFUSED = "U node(s) didn't have free ports for the requested pod ports";

it.each([
  // Upstream's HostPortInfo facts.
  [['TCP/127.0.0.1/80'], '//81', 'ok'],
  [['TCP/127.0.0.1/80'], '//80', REFUSED],
  [['TCP/127.0.0.1/80'], 'TCP/0.0.0.0/80', REFUSED],
  [['UDP/127.0.0.1/80'], 'TCP/0.0.0.0/80', 'ok'],
  [['TCP/127.0.0.1/79', 'TCP/127.0.0.1/81', 'TCP/127.0.0.1/82'], 'TCP/0.0.0.0/80', 'ok'],
  [['TCP/0.0.0.0/80'], 'TCP/127.0.0.1/80', REFUSED],
  [['TCP/0.0.0.0/79', 'UDP/0.0.0.0/80', 'TCP/0.0.0.0/81'], 'TCP/127.0.0.1/80', 'ok'],
  [['TCP/127.0.0.1/79', 'UDP/127.0.0.1/80', 'TCP/127.0.0.1/81'], 'TCP/127.0.0.1/80', 'ok'],
  // Addresses are text: the IPv6 wildcard is an address like any other.
  [['TCP/10.0.0.1/80'], 'TCP/10.0.0.2/80', 'ok'],
  [['TCP/::/80'], 'TCP/10.0.0.1/80', 'ok'],
  [['TCP/::/80'], '//80', REFUSED],
  [['SCTP//80'], 'TCP//80', 'ok'],
])('held %j, wanted %s: %s', (held, wanted, expected) => {
  const cluster = makeCluster([makeNode('n')], [podWith('old', held, 'n')]);
  expect(verdicts(nodePorts, podWith('new', [wanted]), cluster)).toEqual({ n: expected });
});

it('skips a pod without host ports', () => {
  expect(verdicts(nodePorts, podWith('p', ['//0']), makeCluster([makeNode('n')]))).toBe('skip');
});

it('does not hold the pod against itself', () => {
  expect(verdicts(nodePorts, podWith('p', ['//80', '//80']), makeCluster([makeNode('n')]))).toEqual({ n: 'ok' });
});

describe('hostPorts', () => {
  it('takes those of sidecars and containers, not those of ordinary init containers', () => {
    const init = container({}, { ports: [{ hostPort: 1 }] });
    const sidecar = container({}, { ports: [{ hostPort: 2, protocol: 'UDP' }], restartable: true });
    const main = container({}, { ports: [{ hostPort: 3, hostIP: '10.0.0.1' }] });
    const { template } = makePod('p', { initContainers: [init, sidecar], containers: [main] });
    expect(hostPorts(template)).toEqual([
      { hostIP: '0.0.0.0', hostPort: 2, protocol: 'UDP' },
      { hostIP: '10.0.0.1', hostPort: 3, protocol: 'TCP' },
    ]);
  });
});

it('shares one entry between pods that were forced onto one port: the removal of either frees it', () => {
  const first = podWith('first', ['//80'], 'n');
  const cluster = makeCluster([makeNode('n')], [first, podWith('second', ['//80'], 'n')]);
  cluster.nodes[0]?.removePod(first);
  expect(verdicts(nodePorts, podWith('p', ['//80']), cluster)).toEqual({ n: 'ok' });
});

it('keeps the ports of a copied node apart', () => {
  const held = podWith('held', ['//80'], 'n');
  const cluster = makeCluster([makeNode('n')], [held]);
  const copy = cluster.nodes[0]?.clone();
  copy?.removePod(held);
  const wanted = { hostIP: '0.0.0.0', hostPort: 80, protocol: 'TCP' };
  expect([copy?.usedPorts.conflicts(wanted), cluster.nodes[0]?.usedPorts.conflicts(wanted)]).toEqual([false, true]);
});
