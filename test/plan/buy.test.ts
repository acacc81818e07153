import { describe, expect, it } from 'vitest';
import { Prng } from '../../src/base/prng.ts';
import { readManifests } from '../../src/cli/read-files.ts';
import type { Buy } from '../../src/model/buy-results.ts';
import { buy } from '../../src/plan/buy.ts';
import { schedule } from '../../src/plan/schedule.ts';
import { readCatalogue } from '../../src/sources/catalogue.ts';
import { readSnapshot } from '../../src/sources/read-snapshot.ts';
import { ask, money, pod, randomCloud, randomMix } from './buy-support.ts';

const CATALOGUE = 'type,cpu,memory,pods,price\nsmall,2,8Gi,20,1\nbig,8,32Gi,20,3.5';

const node = (name: string, cpu: string, labels: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
  status: { allocatable: { cpu, memory: '64Gi', pods: '110' } },
});
const daemonSet = (name: string, cpu: string, spec: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name, namespace: 'kube-system' },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }], ...spec },
    },
  },
});
const several = (count: number, requests: Record<string, string>, more: object = {}, labels: Record<string, string> = {}) =>
  Array.from({ length: count }, (_, i) => pod(`p${i}`, requests, more, labels));
const bought = ({ nodes }: Buy) => nodes.map(({ type, zone, count }) => `${count} ${type}${zone === undefined ? '' : `/${zone}`}`);

describe('buy', () => {
  it('takes the cheapest nodes that hold everything, and says that nothing is cheaper', async () => {
    const answer = await ask(several(10, { cpu: '1' }), CATALOGUE);
    expect([bought(answer), answer.cost, answer.bound, answer.gapPercent]).toEqual([['1 small', '1 big'], '4.50', '4.50', 0]);
    expect(answer.placements).toHaveLength(10);
  });

  it('buys nothing where there is room, and only for what is left where there is some', async () => {
    const roomy = await ask([node('n', '16'), ...several(10, { cpu: '1' })], CATALOGUE);
    expect([bought(roomy), roomy.cost, roomy.complete, roomy.summary.pending]).toEqual([[], '0.00', true, 0]);
    const short = await ask([node('n', '8'), ...several(10, { cpu: '1' })], CATALOGUE);
    expect([bought(short), short.cost, short.summary.pending]).toEqual([['1 small'], '1.00', 2]);
  });

  it('evicts nobody: room is bought instead', async () => {
    const low = { ...pod('low', { cpu: '2' }, { nodeName: 'n', priority: 0 }) };
    const answer = await ask([node('n', '2'), low, pod('high', { cpu: '2' }, { priority: 1000 })], CATALOGUE);
    expect([bought(answer), answer.placements]).toEqual([['1 small'], [{ namespace: 'default', name: 'high', node: 'new-small-1' }]]);
  });

  it('counts slots for pods', async () => {
    const answer = await ask(several(41, { cpu: '10m' }), 'type,cpu,memory,pods,price\nsmall,2,8Gi,20,1');
    expect([bought(answer), answer.bound]).toEqual([['3 small'], '3.00']);
  });

  it('has pods of DaemonSets on each node that they select, and of the catalogue on all', async () => {
    const items = [
      daemonSet('agent', '500m'),
      daemonSet('elsewhere', '1', { nodeSelector: { disk: 'ssd' } }),
      daemonSet('intolerant', '1', { nodeSelector: { 'node.kubernetes.io/instance-type': 'small' } }),
      ...several(3, { cpu: '500m' }, { tolerations: [{ operator: 'Exists' }] }),
    ];
    const catalogue = 'type,cpu,memory,price,taints,daemonsets\nsmall,2,8Gi,1,only=me:NoSchedule,log cpu=500m memory=1Gi';
    const tolerant = { tolerations: [{ key: 'only', operator: 'Exists' }] };
    const answer = await ask([...items.slice(1), daemonSet('agent', '500m', tolerant)].slice(0), catalogue);
    expect(answer.nodes).toMatchObject([
      { count: 2, daemonSets: ['kube-system/agent', 'kube-system/log'], overhead: { cpu: '1', memory: '1Gi' } },
    ]);
    expect(answer.nodes[0]?.used.cpu).toBe(0.875);
  });

  it('has pods of DaemonSets on nodes without a network only where these use the network of the host', async () => {
    const catalogue = 'type,cpu,memory,price,taints\nt,2,8Gi,1,node.kubernetes.io/network-unavailable:NoSchedule';
    const items = [daemonSet('inside', '500m'), daemonSet('outside', '250m', { hostNetwork: true })];
    const answer = await ask([...items, ...several(1, { cpu: '1' }, { tolerations: [{ operator: 'Exists' }] })], catalogue);
    expect(answer.nodes).toMatchObject([{ count: 1, daemonSets: ['kube-system/outside'], overhead: { cpu: '250m' } }]);
  });

  it('keeps taints, selectors and limits of the catalogue', async () => {
    const catalogue =
      'type,cpu,memory,price,arch,taints,max-count\ncheap,8,32Gi,1,arm64,,\nspecial,8,32Gi,1.5,amd64,dedicated=x:NoSchedule,\nfew,8,32Gi,2,amd64,,1\nplain,8,32Gi,3,amd64,,';
    const amd = { nodeSelector: { 'kubernetes.io/arch': 'amd64' } };
    expect(bought(await ask(several(16, { cpu: '1' }), catalogue))).toEqual(['2 cheap']);
    expect(bought(await ask(several(16, { cpu: '1' }, amd), catalogue))).toEqual(['1 few', '1 plain']);
    const tolerant = { ...amd, tolerations: [{ key: 'dedicated', operator: 'Exists' }] };
    expect(bought(await ask(several(16, { cpu: '1' }, tolerant), catalogue))).toEqual(['2 special']);
  });

  describe('pods that are to be spread', () => {
    const labels = { app: 'x' };
    const constraint = {
      maxSkew: 1,
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: labels },
    };
    const spread = (count: number) => several(count, { cpu: '1' }, { topologySpreadConstraints: [constraint] }, labels);
    const zoned = 'type,cpu,memory,price,zone\nsmall,2,8Gi,1,a\nsmall,2,8Gi,1.1,b\nbig,8,32Gi,3.5,a|b|c';
    const inZone = (zone: string, number: number, cpu: string) =>
      node(`${zone}${number}`, cpu, { 'topology.kubernetes.io/zone': zone, 'node.kubernetes.io/instance-type': 'small' });

    it('go to all zones on offer; the bound holds for a single zone too, which satisfies the scheduler', async () => {
      const answer = await ask(spread(3), zoned);
      expect([bought(answer), answer.cost, answer.bound]).toEqual([['1 small/a', '1 small/b', '1 big/c'], '5.60', '2.00']);
      expect(answer.notModelled).toEqual([expect.stringContaining('over all domains on offer')]);
      const single = await schedule(await readSnapshot([inZone('a', 1, '2'), inZone('a', 2, '2'), ...spread(3)]));
      expect(single.unschedulable).toEqual([]);
      // A single pod goes to the first zone, and the cheapest is another one.
      const dearFirst = await ask(spread(1), 'type,cpu,memory,price,zone\nsmall,2,8Gi,1,a\nsmall,2,8Gi,0.5,b');
      expect([money(dearFirst.bound) <= money('0.50'), dearFirst.complete]).toEqual([true, true]);
    });

    it('have to go to zones that have nodes: the bound counts these', async () => {
      const full = ['a', 'b', 'c'].map((zone) => inZone(zone, 0, '500m'));
      const answer = await ask([...full, ...spread(3)], zoned);
      expect([answer.cost, answer.bound]).toEqual(['5.60', '5.60']);
      // A node that the scheduler does not count forces nothing.
      const tainted = full.map((each) => ({ ...each, spec: { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] } }));
      expect((await ask([...tainted, ...spread(3)], zoned)).bound).toBe('2.00');
    });
  });

  it('keeps pods apart that do not want to be together, and holds one host port per node', async () => {
    const labels = { app: 'x' };
    const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: labels } };
    const apart = { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } };
    const answer = await ask(several(4, { cpu: '100m' }, apart, labels), CATALOGUE);
    expect([bought(answer), answer.bound]).toEqual([['4 small'], '4.00']);
    const ported = Array.from({ length: 3 }, (_, i) => ({
      ...pod(`h${i}`, {}, { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80, hostPort: 80 }] }] }),
    }));
    expect(bought(await ask(ported, CATALOGUE))).toEqual(['3 small']);
  });

  it('names pods that no type can take, with the nearest miss, and buys for the others', async () => {
    const answer = await ask([pod('huge', { cpu: '9' }), pod('gpu', { 'nvidia.com/gpu': '1' }), pod('fine', { cpu: '1' })], CATALOGUE);
    expect([answer.complete, answer.cost, answer.bound, answer.summary.placed]).toEqual([false, '1.00', '1.00', 1]);
    expect(answer.impossible.map(({ name, nearestMiss: [nearest] }) => [name, nearest])).toEqual([
      ['huge', { node: 'big', changes: ['1 CPU short'] }],
      ['gpu', { node: 'small', changes: ['1 nvidia.com/gpu short'] }],
    ]);
  });

  it('buys nothing for pods whose hard topology no type has', async () => {
    const labels = { app: 'x' };
    const topologyKey = 'topology.kubernetes.io/zone';
    const labelSelector = { matchLabels: labels };
    const spread = { topologySpreadConstraints: [{ maxSkew: 1, topologyKey, whenUnsatisfiable: 'DoNotSchedule', labelSelector }] };
    const near = { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector }] } } };
    for (const more of [spread, near]) {
      const answer = await ask([...several(5, { cpu: '1' }, more, labels), pod('fine', { cpu: '1' })], CATALOGUE);
      expect([bought(answer), answer.bound, answer.summary.placed, answer.complete]).toEqual([['1 small'], '1.00', 1, false]);
      expect(answer.impossible).toMatchObject([{ alike: 4, nearestMiss: [{ changes: [`label ${topologyKey}`] }, {}] }]);
      const zoned = await ask(several(5, { cpu: '1' }, more, labels), 'type,cpu,memory,zone,price\nnone,9,9Gi,,1\nzoned,9,9Gi,a,2');
      expect([bought(zoned), zoned.bound, zoned.complete]).toEqual([['1 zoned/a'], '2.00', true]);
    }
  });

  it('keeps no nodes that were tried for pods that nothing helps', async () => {
    const labels = { app: 'x' };
    const term = (app: string, topologyKey: string) => ({ topologyKey, labelSelector: { matchLabels: { app } } });
    const require = (kind: string, app: string, topologyKey: string) => ({
      affinity: { [kind]: { requiredDuringSchedulingIgnoredDuringExecution: [term(app, topologyKey)] } },
    });
    const near = require('podAffinity', 'nowhere', 'kubernetes.io/hostname');
    const alone = await ask(several(3, { cpu: '1' }, near, labels), CATALOGUE);
    expect([bought(alone), alone.cost, alone.bound, alone.summary.placed]).toEqual([[], '0.00', undefined, 0]);
    expect(alone.impossible).toMatchObject([{ alike: 2, message: expect.stringContaining("didn't match pod affinity rules") }]);
    const mixed = await ask([...several(3, { cpu: '1' }, near, labels), pod('fine', { cpu: '1' })], CATALOGUE);
    expect([bought(mixed), mixed.summary.placed]).toEqual([['1 small'], 1]);
    const apart = require('podAntiAffinity', 'x', 'topology.kubernetes.io/zone');
    const zones = await ask(several(4, { cpu: '1' }, apart, labels), 'type,cpu,memory,zone,price\nt,8,9Gi,a|b,2');
    expect([bought(zones), zones.summary.placed, zones.complete]).toEqual([['1 t/a', '1 t/b'], 2, false]);
  });

  it('says that no plan places everything where limits forbid it', async () => {
    const answer = await ask(several(5, { cpu: '2' }), 'type,cpu,memory,price,max-count\nsmall,2,8Gi,1,3');
    expect([answer.complete, answer.bound, answer.summary.placed, bought(answer)]).toEqual([false, undefined, 3, ['3 small']]);
    expect(answer.impossible).toMatchObject([{ alike: 1, nearestMiss: [{ changes: ['2 CPU short'] }, {}, {}] }]);
  });
});

describe('the nodes bought', () => {
  it.each([1, 2, 3])('hold everything when the scheduler as configured places it by itself, mix %i', { timeout: 60_000 }, async (mix) => {
    const random = new Prng(mix);
    const catalogue = randomCloud(random);
    const items = randomMix(random, 60, 8);
    const answer = await ask(items, catalogue, { placement: 'configured' });
    expect(answer.complete).toBe(true);
    const rows = new Map(catalogue.split('\n').map((line) => [line.split(',')[0], line.split(',')]));
    const nodes = answer.nodes.flatMap(({ type, nodes: names }) => {
      const [, cpu, memory, pods, , reservedCpu, reservedMemory] = rows.get(type) as string[];
      const allocatable = {
        cpu: `${Number(cpu) * 1000 - Number.parseInt(reservedCpu as string, 10)}m`,
        memory: `${Number.parseInt(memory as string, 10) * 1024 - Number.parseInt(reservedMemory as string, 10)}Mi`,
        pods,
      };
      const labels = (name: string) => ({ 'kubernetes.io/hostname': name, 'node.kubernetes.io/instance-type': type });
      return names.map((name) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels: labels(name) }, status: { allocatable } }));
    });
    const again = await schedule(await readSnapshot([...nodes, ...items]));
    expect(again.unschedulable).toEqual([]);
    expect(again.placements).toEqual(answer.placements);
  });

  it('say how many pods would wait where nobody promises them a node', async () => {
    // Two of 4 CPU and four of 1 on three nodes of 4: a scheduler that takes the small ones first spreads them.
    const small = several(4, { cpu: '1' }).map((each, i) => ({ ...each, metadata: { name: `a${i}`, namespace: 'default' } }));
    const large = [pod('large-1', { cpu: '4' }), pod('large-2', { cpu: '4' })];
    const catalogue = 'type,cpu,memory,price\nfour,4,8Gi,1';
    const answer = await ask([...small, ...large], catalogue);
    expect([bought(answer), answer.complete, answer.gapPercent]).toEqual([['3 four'], true, 0]);
    const nodes = answer.nodes[0]?.nodes.map((name) => node(name, '4')) ?? [];
    const alone = await schedule(await readSnapshot([...nodes, ...small, ...large]));
    expect(alone.unschedulable.length).toBeGreaterThan(0);
    expect(answer.unaided).toEqual({ waiting: alone.unschedulable.length });
    const left = await ask([...small, ...large], catalogue, { placement: 'configured' });
    expect([left.unaided, left.packing?.nodes, left.summary.nodesBought > 3]).toEqual([undefined, 3, true]);
    expect((await ask(large, catalogue)).unaided).toEqual({ waiting: 0 });
  });

  it('are the same for the same question, and cost what they say', async () => {
    const random = new Prng(9);
    const catalogue = randomCloud(random);
    const items = randomMix(random, 60, 8);
    const [one, two] = [await ask(items, catalogue), await ask(items, catalogue)];
    const timeless = ({ summary: { seconds: _, ...summary }, ...rest }: Buy) => ({ ...rest, summary });
    expect(timeless(one)).toEqual(timeless(two));
    expect(one.nodes.reduce((sum, { cost }) => sum + money(cost), 0n)).toBe(money(one.cost));
    expect(money(one.packing?.cost)).toBeLessThanOrEqual(money(one.cost));
  });
});

describe('the examples', () => {
  it.each([
    [['examples/buy.yaml'], []],
    [['examples/shop.yaml'], []],
    [[], [['examples/fit-pod.yaml', 40]]],
    [
      [],
      [
        ['examples/fit-pod.yaml', 25],
        ['examples/fit-cache.yaml', 9],
      ],
    ],
    [['examples/zones.yaml'], [['examples/fit-cache.yaml', 60]]],
  ] as const)('%j %j are within 3 percent of the bound, packed and placed as configured', { timeout: 60_000 }, async (files, podspecs) => {
    const snapshot =
      files.length > 0
        ? await readSnapshot([...files], { expand: files[0] === 'examples/buy.yaml' })
        : await readSnapshot({ apiVersion: 'v1', kind: 'List', items: [] });
    const podspec = await Promise.all(
      podspecs.map(async ([file, count]) => ({ manifest: (await readManifests(file))[0]?.manifest, count })),
    );
    for (const asked of [{}, { placement: 'configured' }] as const) {
      const answer = await buy(snapshot, await readCatalogue('examples/catalogue.csv'), { podspec, ...asked });
      expect(answer.summary.nodesBought).toBeGreaterThan(0);
      expect(answer.gapPercent).toBeLessThanOrEqual(3);
    }
  });
});
