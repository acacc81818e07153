import { describe, expect, it } from 'vitest';
import { applyHosts } from '../../src/model/hosts.ts';
import { parseHosts } from '../../src/model/hosts-csv.ts';
import { type HostCapacityArgs, hostCapacity } from '../../src/rules/host-capacity.ts';
import { ClusterView, type NodeView } from '../../src/rules/view.ts';
import { makeNode, makePod, NO_OBJECTS, say, semantics } from '../support/builders.ts';

const MAPPING = 'node,host\na1,ha\na2,ha\nb1,hb\nc1,hc\n';
const NODES = ['a1', 'a2', 'b1', 'c1', 'x1'].map((name) => makeNode(name));

const asks = (name: string, requests: Record<string, string>, on = '') => makePod(name, { requests, on });

/** 3 CPUs and 6Gi on ha, nothing on hb; hc has no capacity and x1 no host. */
const PLACED = [
  asks('p1', { cpu: '2', memory: '4Gi' }, 'a1'),
  asks('p2', { cpu: '1', memory: '2Gi' }, 'a2'),
  asks('p3', { cpu: '90' }, 'c1'),
  asks('p4', { cpu: '90' }, 'x1'),
];

function clusterOf(capacities: string): ClusterView {
  const raw = { nodes: NODES, pods: PLACED, objects: NO_OBJECTS, notModelled: [], ignoredKinds: new Map(), hash: '' };
  return ClusterView.of(applyHosts(raw, parseHosts([{ text: MAPPING }, { text: capacities }])), semantics());
}

function ask(requests: Record<string, string>, capacities: string, args?: HostCapacityArgs): string[] | 'skip' {
  const cluster = clusterOf(capacities);
  const pod = asks('new', requests);
  const prepared = hostCapacity.prepareFilter?.(pod, cluster, args);
  if (prepared?.kind !== 'state') return 'skip';
  return cluster.nodes.map((view) => say(hostCapacity.accepts?.(prepared.state, pod, view, cluster, args)));
}

const CPU = 'U physical host has insufficient cpu';

describe('HostCapacity', () => {
  const cases: [
    name: string,
    requests: Record<string, string>,
    capacities: string,
    args: HostCapacityArgs | undefined,
    expected: string[] | 'skip',
  ][] = [
    ['exactly fits', { cpu: '1' }, 'host,cpu\nha,4\nhb,4\n', undefined, ['ok', 'ok', 'ok', 'ok', 'ok']],
    [
      'the machine is full, whatever its virtual machines promise',
      { cpu: '1001m' },
      'host,cpu\nha,4\nhb,4\n',
      undefined,
      [CPU, CPU, 'ok', 'ok', 'ok'],
    ],
    [
      'larger than the machine: unresolvable',
      { cpu: '5' },
      'host,cpu\nha,4\nhb,4\n',
      undefined,
      [`U${CPU}`, `U${CPU}`, `U${CPU}`, 'ok', 'ok'],
    ],
    [
      'every resource that is short, in the order of the table',
      { cpu: '2', memory: '3Gi' },
      'host,memory,cpu\nha,8Gi,4\nhb,4Gi,4\n',
      undefined,
      [
        'U physical host has insufficient memory; physical host has insufficient cpu',
        'U physical host has insufficient memory; physical host has insufficient cpu',
        'ok',
        'ok',
        'ok',
      ],
    ],
    ['a resource that is not limited', { memory: '1Ti' }, 'host,cpu\nha,4\n', undefined, 'skip'],
    [
      'a resource that this host does not limit',
      { memory: '1Ti' },
      'host,cpu,memory\nha,4,\nhb,,2Ti\n',
      undefined,
      ['ok', 'ok', 'ok', 'ok', 'ok'],
    ],
    ['nothing asked for', {}, 'host,cpu\nha,1\n', undefined, 'skip'],
    [
      'an overbooked machine takes pods that do not ask for it',
      { memory: '1Mi' },
      'host,cpu,memory\nha,1,8Gi\n',
      undefined,
      ['ok', 'ok', 'ok', 'ok', 'ok'],
    ],
    [
      'extended resources',
      { 'example.com/gpu': '2' },
      'host,example.com/gpu\nha,1\nhb,2\n',
      undefined,
      ['UU physical host has insufficient example.com/gpu', 'UU physical host has insufficient example.com/gpu', 'ok', 'ok', 'ok'],
    ],
    ['overcommit', { cpu: '3' }, 'host,cpu\nha,4\nhb,2\n', { overcommit: { cpu: 1.5 } }, ['ok', 'ok', 'ok', 'ok', 'ok']],
    ['overcommit is exact', { cpu: '3001m' }, 'host,cpu\nha,4\nhb,2\n', { overcommit: { cpu: 1.5 } }, [CPU, CPU, `U${CPU}`, 'ok', 'ok']],
    ['undercommit', { cpu: '1' }, 'host,cpu\nha,4\nhb,4\n', { overcommit: { cpu: 0.9 } }, [CPU, CPU, 'ok', 'ok', 'ok']],
    ['of another resource', { cpu: '2' }, 'host,cpu\nha,4\nhb,2\n', { overcommit: { memory: 2 } }, [CPU, CPU, 'ok', 'ok', 'ok']],
  ];
  it.each(cases)('%s', (_name, requests, capacities, args, expected) => {
    expect(ask(requests, capacities, args)).toEqual(expected);
  });

  it('is skipped without a table of capacities', () => {
    const raw = { nodes: NODES, pods: PLACED, objects: NO_OBJECTS, notModelled: [], ignoredKinds: new Map(), hash: '' };
    const cluster = ClusterView.of(applyHosts(raw, parseHosts([{ text: MAPPING }])), semantics());
    expect(hostCapacity.prepareFilter?.(asks('new', { cpu: '99' }), cluster, undefined)).toEqual({ kind: 'skip' });
    expect(hostCapacity.prepareFilter?.(asks('new', { cpu: '99' }), ClusterView.of(raw, semantics()), undefined)).toEqual({ kind: 'skip' });
  });

  it('frees the machine when a pod leaves any of its virtual machines, on a copy', () => {
    const cluster = clusterOf('host,cpu\nha,4\n');
    const pod = asks('new', { cpu: '2' });
    const prepared = hostCapacity.prepareFilter?.(pod, cluster, undefined);
    if (prepared?.kind !== 'state') throw new Error('the pod asks for what is limited');
    const copy = hostCapacity.cloneState?.(prepared.state);
    if (!copy) throw new Error('states can be copied');
    const [a1, a2, , , x1] = cluster.nodes as [NodeView, NodeView, NodeView, NodeView, NodeView];
    const says = (state: typeof copy, view: NodeView) => say(hostCapacity.accepts?.(state, pod, view, cluster, undefined));
    hostCapacity.podRemoved?.(copy, pod, PLACED[1] as (typeof PLACED)[number], a2, cluster, undefined);
    expect([says(copy, a1), says(copy, a2)]).toEqual(['ok', 'ok']);
    expect([says(prepared.state, a1), says(prepared.state, a2)]).toEqual([CPU, CPU]);
    hostCapacity.podAdded?.(copy, pod, asks('p5', { cpu: '1m' }), a1, cluster, undefined);
    hostCapacity.podAdded?.(copy, pod, asks('p6', { cpu: '99' }), x1, cluster, undefined);
    expect([says(copy, a1), says(copy, x1)]).toEqual([CPU, 'ok']);
  });
});
