import { describe, expect, it } from 'vitest';
import { applyHosts, ownerKey } from '../../src/model/hosts.ts';
import { parseHosts } from '../../src/model/hosts-csv.ts';
import { type Pod, podKey } from '../../src/model/pod.ts';
import { isFixed } from '../../src/plan/cluster.ts';
import { withReplicas } from '../../src/plan/replicas.ts';
import { readSnapshot } from '../../src/sources/read-snapshot.ts';
import { workloadCluster } from '../support/workloads.ts';

const RUNS = Number(process.env.PLIMSOLL_RUNS ?? 30);

/** Pods of each controller that has its pods anywhere; others one by one. */
function groups(pods: readonly Pod[]): ReadonlyMap<string, readonly Pod[]> {
  const found = new Map<string, Pod[]>();
  for (const pod of pods) {
    const key = isFixed(pod) || pod.terminating ? `pod ${podKey(pod)}` : (ownerKey(pod.template) ?? `pod ${podKey(pod)}`);
    found.set(key, [...(found.get(key) ?? []), pod]);
  }
  return found;
}

describe('more and fewer replicas', () => {
  it.each([1, 34, 50, 99, 100, 101, 150, 200, 730])('%i percent of every controller, rounded up', async (percent) => {
    let changed = 0;
    for (let seed = 1; seed <= RUNS; seed++) {
      const read = await readSnapshot(workloadCluster(seed));
      const dump = {
        ...read,
        pods: read.pods.map((pod, i) => (i % 5 === 2 ? { ...pod, nodeName: '' } : i % 11 === 3 ? { ...pod, terminating: true } : pod)),
      };
      const after = withReplicas(dump, percent);
      expect(new Set(after.pods.map(podKey)).size).toBe(after.pods.length);
      for (const [key, before] of groups(dump.pods)) {
        const now = groups(after.pods).get(key) ?? [];
        if (key.startsWith('pod ')) {
          expect(now).toEqual(before);
          continue;
        }
        expect(now).toHaveLength(Math.ceil((before.length * percent) / 100));
        const kept = now.filter((pod) => before.includes(pod));
        expect(kept).toHaveLength(Math.min(before.length, now.length));
        for (const pod of now)
          if (!kept.includes(pod)) expect(pod).toMatchObject({ nodeName: '', phase: '', template: before[0]?.template });
        // Nobody on a node goes while somebody waits.
        if (kept.some(({ nodeName }) => nodeName === ''))
          expect(kept.filter((pod) => pod.nodeName !== '')).toEqual(before.filter((pod) => pod.nodeName !== ''));
        changed += Math.abs(now.length - before.length);
      }
      const order = dump.pods.filter((pod) => after.pods.includes(pod));
      expect(after.pods.slice(0, order.length)).toEqual(order);
    }
    if (percent === 100) expect(changed).toBe(0);
    else if (percent < 50 || percent > 100) expect(changed).toBeGreaterThan(RUNS);
  });

  it('are what rules about machines count with; copies of copies have names of their own', async () => {
    const [node] = workloadCluster(3);
    const owned = (name: string) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'u', controller: true }] },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    });
    const dump = await readSnapshot([node as object, owned('a'), owned('a-copy1')]);
    const placed = applyHosts(dump, parseHosts([{ text: 'node,host\nn0,h1\n', file: 'h.csv' }]));
    const after = withReplicas(placed, 250);
    expect(after.pods.map(({ name }) => name)).toEqual(['a', 'a-copy1', 'a-copy2', 'a-copy1-copy1', 'a-copy3']);
    expect([...(after.objects.hosts?.replicas ?? [])]).toEqual([['default/ReplicaSet/r', 5]]);
    expect(placed.objects.hosts?.replicas.get('default/ReplicaSet/r')).toBe(2);
  });
});
