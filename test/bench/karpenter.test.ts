import { expect, test } from 'vitest';
import { withAffinityZones } from '../../bench/peers/affinity-zones.ts';
import { checkPacking, packOnce } from '../../bench/peers/cases.ts';
import { KINDS, karpenterCatalogue, karpenterPods, ZONES } from '../../bench/peers/karpenter-case.ts';
import { withPrograms } from '../../src/plan/linear-program.ts';

const COUNT = 500;
const snapshot = karpenterPods(COUNT);

test('the workload has as many pods of each kind, and types that grow', () => {
  for (const kind of KINDS) expect(snapshot.pods.filter(({ name }) => name.startsWith(`${kind}-`)).length).toBe(COUNT / KINDS.length);
  const [first, second] = karpenterCatalogue(400).types;
  expect(first?.allocatable).toMatchObject({ cpu: 900n, memory: BigInt((2048 - 10) * 2 ** 20), pods: 10n });
  expect(second?.allocatable).toMatchObject({ cpu: 1900n, pods: 20n });
  // 0.1 for a CPU and 0.1 for 10^9 bytes of memory.
  expect(first?.price).toBe(314_748_365n);
});

test('pods that want the zone of their like get one zone, and no others do', () => {
  const zoneOf = new Map<string, Set<string | undefined>>();
  for (const { name, template } of withAffinityZones(snapshot.pods, ZONES)) {
    const zone = template.nodeSelector?.get('topology.kubernetes.io/zone');
    if (!name.startsWith('zone-affinity-')) expect(zone).toBeUndefined();
    else zoneOf.set(`${[...template.labels.values()]}`, (zoneOf.get(`${[...template.labels.values()]}`) ?? new Set()).add(zone));
  }
  expect(zoneOf.size).toBe(7);
  for (const zones of zoneOf.values()) expect(zones.size).toBe(1);
  expect(new Set([...zoneOf.values()].map((zones) => [...zones][0]))).toEqual(new Set(ZONES));
});

test('the packing holds every pod, one that keeps off its like on a node, and a packing that does not is refused', async () => {
  const pods = withAffinityZones(snapshot.pods, ZONES);
  await withPrograms((make) => {
    const { problem, packing } = packOnce({ ...snapshot, pods }, karpenterCatalogue(40), make);
    expect(() => checkPacking(problem, packing, COUNT)).not.toThrow();
    expect(packing.counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(COUNT / KINDS.length);
    const [first, ...rest] = packing.contents;
    expect(() => checkPacking(problem, { ...packing, contents: rest }, COUNT)).toThrow('the contents hold all pods');
    const doubled = { ...(first as NonNullable<typeof first>), counts: (first?.counts ?? []).map((count) => count * 50) };
    expect(() => checkPacking(problem, { ...packing, contents: [doubled, ...rest] }, COUNT)).toThrow('a node has room for its contents');
    expect(() => checkPacking(problem, packing, COUNT + 1)).toThrow('no pod is forgotten');
  });
});
