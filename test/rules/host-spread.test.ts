import { describe, expect, it } from 'vitest';
import { applyHosts, NO_HOSTS } from '../../src/model/hosts.ts';
import { parseHosts } from '../../src/model/hosts-csv.ts';
import type { Node } from '../../src/model/node.ts';
import type { Pod } from '../../src/model/pod.ts';
import { type HostSpreadArgs, hostSpread } from '../../src/rules/host-spread.ts';
import { ClusterView, type NodeView } from '../../src/rules/view.ts';
import { makeNode, makePod, NO_OBJECTS, say, semantics } from '../support/builders.ts';

const WEB = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'u1' };
const DB = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid: 'u2' };

/** Five machines' worth of virtual machines: two racks, one machine with three of them, and one node nobody mapped. */
const MAPPING = `node,host,rack
a1,ha,r1
a2,ha,r1
a3,ha,r1
b1,hb,r1
c1,hc,r2
d1,,r2
`;
const NODES = ['a1', 'a2', 'a3', 'b1', 'c1', 'd1', 'x1'].map((name) => makeNode(name, { labels: { zone: 'z' } }));

interface Scene {
  readonly mapping?: string;
  readonly nodes?: readonly Node[];
  /** Waiting replicas of WEB besides the pod. */
  readonly waiting?: number;
}

const replica = (name: string, on = '', owner = WEB, more = {}) => makePod(name, { owner, on, ...more });

function clusterOf(placed: readonly Pod[], scene: Scene = {}): ClusterView {
  const waiting = Array.from({ length: scene.waiting ?? 0 }, (_, i) => replica(`waiting-${i}`));
  const pods = [...placed, ...waiting];
  const raw = { nodes: scene.nodes ?? NODES, pods, objects: NO_OBJECTS, notModelled: [], ignoredKinds: new Map(), hash: '' };
  return ClusterView.of(applyHosts(raw, scene.mapping === '' ? NO_HOSTS : parseHosts([{ text: scene.mapping ?? MAPPING }])), semantics());
}

/** Normalised scores by node, or 'skip'. */
function scores(pod: Pod, cluster: ClusterView, args?: HostSpreadArgs): Record<string, number> | 'skip' {
  const state = hostSpread.prepareScore?.(pod, cluster.nodes, cluster, args);
  if (state === undefined || state === 'skip') return 'skip';
  const list = cluster.nodes.map((view) => hostSpread.rate?.(state, pod, view, cluster, args) ?? Number.NaN);
  hostSpread.normalize?.(state, list, cluster.nodes, cluster);
  return Object.fromEntries(cluster.nodes.map(({ node }, i) => [node.name, list[i] as number]));
}

/** Nodes that take the pod, or 'skip'. */
function fits(pod: Pod, cluster: ClusterView, args: HostSpreadArgs): string {
  const prepared = hostSpread.prepareFilter?.(pod, cluster, args);
  if (prepared?.kind !== 'state') return prepared?.kind ?? 'none';
  return cluster.nodes
    .filter((view) => say(hostSpread.accepts?.(prepared.state, pod, view, cluster, args)) === 'ok')
    .map(({ node }) => node.name)
    .join(' ');
}

const pod = replica('new');

describe('soft: score', () => {
  it('is highest where the fewest replicas share a domain, level by level', () => {
    // On a1: 1 on the host + 1 in the rack; b1: 0 + 1; everywhere else nothing.
    expect(scores(pod, clusterOf([replica('r', 'a1')]))).toEqual({ a1: 0, a2: 0, a3: 0, b1: 50, c1: 100, d1: 100, x1: 100 });
  });

  it('never falls to 0 once every domain has a replica', () => {
    const placed = ['a1', 'b1', 'c1', 'd1', 'x1', 'a2'].map((on, i) => replica(`r${i}`, on));
    // Host + rack: ha 2 + 3, hb 1 + 3, hc and d1 1 + 2, x1 1 + 1: (5 + 2 - sum) * 100 / 5.
    expect(scores(pod, clusterOf(placed))).toEqual({ a1: 40, a2: 40, a3: 40, b1: 60, c1: 80, d1: 80, x1: 100 });
  });

  it('is 100 everywhere for the first replica', () => {
    expect(new Set(Object.values(scores(pod, clusterOf([]))))).toEqual(new Set([100]));
  });

  it('counts replicas of the same owner alone', () => {
    const strangers = [
      replica('other-kind', 'a1', DB),
      replica('other-namespace', 'a1', WEB, { namespace: 'other' }),
      replica('leaving', 'a1', WEB, { terminating: true }),
      makePod('nobody', { on: 'a1' }),
    ];
    expect(new Set(Object.values(scores(pod, clusterOf(strangers))))).toEqual(new Set([100]));
  });

  it('leaves pods without a controller alone', () => {
    expect(scores(makePod('alone'), clusterOf([replica('r', 'a1')]))).toBe('skip');
  });

  it('looks at the levels that are asked for', () => {
    const cluster = clusterOf([replica('r', 'a1')]);
    expect(scores(pod, cluster, { levels: ['rack'] })).toEqual({ a1: 0, a2: 0, a3: 0, b1: 0, c1: 100, d1: 100, x1: 100 });
    expect(scores(pod, cluster, { levels: ['host'] })).toEqual({ a1: 0, a2: 0, a3: 0, b1: 100, c1: 100, d1: 100, x1: 100 });
  });

  it('takes node labels for levels, and leaves out those that tell no nodes apart', () => {
    const nodes = ['m', 'n', 'n', 'm'].map((rack, i) =>
      makeNode(`n${i}`, { labels: { 'example.com/rack': rack, 'example.com/site': 's' } }),
    );
    const cluster = clusterOf([replica('r', 'n0')], { nodes, mapping: '' });
    const levels = ['example.com/rack', 'example.com/site'];
    expect(scores(pod, cluster, { levels })).toEqual({ n0: 0, n1: 100, n2: 100, n3: 0 });
    expect(scores(pod, cluster, { levels: ['example.com/site'] })).toBe('skip');
  });

  it('treats every node as a host of its own while nothing is known', () => {
    const cluster = clusterOf([replica('r', 'a1')], { mapping: '' });
    expect(scores(pod, cluster)).toEqual({ a1: 0, a2: 100, a3: 100, b1: 100, c1: 100, d1: 100, x1: 100 });
  });

  it('refuses no node', () => {
    expect(hostSpread.prepareFilter?.(pod, clusterOf([replica('r', 'a1')]), undefined)).toEqual({ kind: 'skip' });
    expect(fits(pod, clusterOf([replica('r', 'a1')]), { mode: 'soft' })).toBe('skip');
  });
});

describe('hard: at most the even share', () => {
  const hosts: HostSpreadArgs = { levels: ['host'], mode: 'hard' };

  it('takes one per host while there are hosts enough', () => {
    const cluster = clusterOf([replica('r', 'a1')], { waiting: 3 });
    expect(fits(pod, cluster, hosts)).toBe('b1 c1 d1 x1');
  });

  it('takes ceil(replicas / domains), counting the replicas that still wait', () => {
    // Six replicas over five hosts: two per host.
    expect(fits(pod, clusterOf([replica('r', 'a1')], { waiting: 5 }), hosts)).toBe('a1 a2 a3 b1 c1 d1 x1');
    expect(fits(pod, clusterOf([replica('r', 'a1'), replica('s', 'a2')], { waiting: 4 }), hosts)).toBe('b1 c1 d1 x1');
  });

  it('counts the pod itself when the snapshot does not know it', () => {
    const placed = ['a1', 'b1', 'c1', 'd1', 'x1'].map((on, i) => replica(`r${i}`, on));
    expect(fits(pod, clusterOf(placed), hosts)).toBe('a1 a2 a3 b1 c1 d1 x1');
    expect(fits(pod, clusterOf(placed.slice(1)), hosts)).toBe('a1 a2 a3');
  });

  it('holds at every level and names the one that refuses', () => {
    const cluster = clusterOf([replica('r', 'a1'), replica('s', 'b1')], { waiting: 2 });
    const args: HostSpreadArgs = { levels: ['host', 'rack'], mode: 'hard' };
    // Four replicas: one per host, two per rack (x1 is a rack of its own).
    expect(fits(pod, cluster, args)).toBe('c1 d1 x1');
    const prepared = hostSpread.prepareFilter?.(pod, cluster, args);
    if (prepared?.kind !== 'state') throw new Error('the pod has an owner');
    const statuses = cluster.nodes.map((view) => say(hostSpread.accepts?.(prepared.state, pod, view, cluster, args)));
    expect(statuses[0]).toBe('U node(s) in a host that already has its share of replicas');
    const racks = clusterOf([replica('r', 'a1'), replica('s', 'a2')], { waiting: 2, nodes: NODES.slice(0, 6) });
    const again = hostSpread.prepareFilter?.(pod, racks, { levels: ['rack'], mode: 'hard' });
    if (again?.kind !== 'state') throw new Error('the pod has an owner');
    const b1 = racks.nodeByName.get('b1') as NodeView;
    expect(say(hostSpread.accepts?.(again.state, pod, b1, racks, args))).toBe('U node(s) in a rack that already has its share of replicas');
  });

  it('gives no share to hosts that cannot take the pod', () => {
    const nodes = [
      ...NODES.slice(0, 5),
      makeNode('d1', { taints: ['control-plane:NoSchedule'] }),
      makeNode('x1', { unschedulable: true }),
      makeNode('y1', { taints: ['slow:PreferNoSchedule'], labels: { zone: 'other' } }),
    ];
    const selective = replica('new', '', WEB, { nodeSelector: { zone: 'z' } });
    // Six replicas over ha, hb and hc.
    const cluster = clusterOf([replica('r', 'a1'), replica('s', 'a2'), replica('t', 'b1')], { nodes, waiting: 3 });
    expect(fits(selective, cluster, hosts)).toBe('b1 c1 d1 x1 y1');
    // Without the selector y1 is a fourth.
    expect(fits(pod, clusterOf([replica('r', 'a1')], { nodes, waiting: 3 }), hosts)).toBe('b1 c1 d1 x1 y1');
    const tolerant = replica('new', '', WEB, { tolerations: [{ key: '', operator: 'Exists', value: '', effect: '' }] });
    // To this pod all six hosts are open.
    expect(fits(tolerant, clusterOf([replica('r', 'a1')], { nodes, waiting: 5 }), hosts)).toBe('b1 c1 d1 x1 y1');
    expect(fits(tolerant, clusterOf([replica('r', 'a1')], { nodes, waiting: 6 }), hosts)).toBe('a1 a2 a3 b1 c1 d1 x1 y1');
  });

  it('leaves pods without a controller alone', () => {
    expect(fits(makePod('alone'), clusterOf([]), hosts)).toBe('skip');
  });

  it('follows pods that are added and removed, on a copy', () => {
    const cluster = clusterOf([replica('r', 'a1')], { waiting: 3 });
    const prepared = hostSpread.prepareFilter?.(pod, cluster, hosts);
    if (prepared?.kind !== 'state') throw new Error('the pod has an owner');
    const copy = hostSpread.cloneState?.(prepared.state);
    if (!copy) throw new Error('states can be copied');
    const [a1, , , b1] = cluster.nodes as [NodeView, NodeView, NodeView, NodeView];
    const says = (state: typeof copy, view: NodeView) => say(hostSpread.accepts?.(state, pod, view, cluster, hosts));
    hostSpread.podRemoved?.(copy, pod, replica('r', 'a1'), a1, cluster, hosts);
    hostSpread.podAdded?.(copy, pod, replica('s', 'b1'), b1, cluster, hosts);
    hostSpread.podAdded?.(copy, pod, makePod('stranger'), a1, cluster, hosts);
    expect([says(copy, a1), says(copy, b1)]).toEqual(['ok', 'U node(s) in a host that already has its share of replicas']);
    expect([says(prepared.state, a1), says(prepared.state, b1)]).toEqual([
      'U node(s) in a host that already has its share of replicas',
      'ok',
    ]);
  });
});
