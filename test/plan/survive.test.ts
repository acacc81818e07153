import { describe, expect, it } from 'vitest';
import { survivalSchema } from '../../scripts/result-schemas.ts';
import { Engine } from '../../src/engine/engine.ts';
import { parseHosts } from '../../src/model/hosts-csv.ts';
import type { Survival } from '../../src/model/plan-results.ts';
import { type Pod, podKey } from '../../src/model/pod.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { scaledSnapshot } from '../../src/plan/load.ts';
import { schedule } from '../../src/plan/schedule.ts';
import { type SurviveOptions, survive } from '../../src/plan/survive.ts';
import { readSnapshot } from '../../src/sources/read-snapshot.ts';
import { semantics } from '../support/builders.ts';
import { workloadCluster } from '../support/workloads.ts';

const RUNS = Number(process.env.PLIMSOLL_RUNS ?? 40);

async function ask(snapshot: Snapshot, domain: string, options: SurviveOptions = {}): Promise<Survival> {
  return survivalSchema.parse(JSON.parse(JSON.stringify(await survive(snapshot, domain, options)))) as Survival;
}

const daemon = (pod: Pod) => pod.template.owner?.kind === 'DaemonSet';

/** The nodes gone, what they ran waiting: scheduled by hand. Messages by pod that stays without a node. */
async function byHand(snapshot: Snapshot, gone: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
  const nodes = snapshot.nodes.filter(({ name }) => !gone.has(name));
  const staying = snapshot.pods.filter(({ nodeName }) => !gone.has(nodeName));
  // In the order of the nodes that are lost, which decides between pods of one priority.
  const lost = snapshot.nodes.flatMap(({ name }) =>
    gone.has(name) ? snapshot.pods.filter((pod) => pod.nodeName === name && !daemon(pod)) : [],
  );
  const waiting = lost.map((pod): Pod => ({ ...pod, nodeName: '', phase: '', createdMs: 1 }));
  const { unschedulable } = await schedule({ ...snapshot, nodes, pods: [...staying, ...waiting] }, { untilStable: true });
  return new Map(unschedulable.map((pod) => [podKey(pod), pod.message]));
}

describe('survive', () => {
  it.each([1, 2])('is the same as removing %i domains and scheduling by hand', async (losses) => {
    const failures: string[] = [];
    let survived = 0;
    let lost = 0;
    for (let seed = 1; seed <= RUNS; seed++) {
      const snapshot = await readSnapshot(workloadCluster(seed));
      for (const domain of ['zone', 'node']) {
        const nodesOf = (name: string) =>
          snapshot.nodes.filter((node) => (domain === 'node' ? node.name : node.labels.get('topology.kubernetes.io/zone')) === name);
        const domains = new Set(
          snapshot.nodes.map((node) => (domain === 'node' ? node.name : node.labels.get('topology.kubernetes.io/zone'))),
        );
        if (domains.size < losses) continue;
        const { results, summary, survives } = await ask(snapshot, domain, { losses });
        const choices = losses === 1 ? domains.size : (domains.size * (domains.size - 1)) / 2;
        if (results.length !== choices || survives !== results.every((result) => result.survived) || summary.domains !== domains.size)
          failures.push(`seed ${seed}: ${results.length} results`);
        for (const result of results) {
          const gone = new Set(result.domains.flatMap(nodesOf).map(({ name }) => name));
          const want = await byHand(snapshot, gone);
          const have = new Map(result.pending.map((pod) => [podKey(pod), pod.message]));
          if (result.survived) survived++;
          else lost++;
          if (JSON.stringify([...want].sort()) !== JSON.stringify([...have].sort()))
            failures.push(`seed ${seed}: ${domain} ${result.domains}`);
        }
      }
    }
    expect(failures).toEqual([]);
    expect(Math.min(survived, lost)).toBeGreaterThan(0);
  });

  it('finds a load that survives while one percent more does not', async () => {
    const checked: string[] = [];
    let grown = 0;
    for (let seed = 1; seed <= RUNS / 2; seed++) {
      const snapshot = await readSnapshot(workloadCluster(seed));
      if (snapshot.nodes.length < 2) continue;
      const { loadPercent = -1, survives } = await ask(snapshot, 'node', { headroom: true });
      if (survives ? loadPercent < 100 : loadPercent >= 100) checked.push(`seed ${seed}: ${loadPercent}`);
      if (loadPercent > 100) grown++;
      if (loadPercent > 0 && !(await survivesAt(snapshot, loadPercent))) checked.push(`seed ${seed}: not ${loadPercent}`);
      if (await survivesAt(snapshot, loadPercent + 1)) checked.push(`seed ${seed}: ${loadPercent} and more`);
    }
    expect(checked).toEqual([]);
    expect(grown).toBeGreaterThan(0);
  });

  async function survivesAt(snapshot: Snapshot, percent: number): Promise<boolean> {
    const scaled = scaledSnapshot(snapshot, percent, semantics());
    const engine = new Engine(scaled, { untilStable: true });
    if ((await engine.schedule()).unschedulable.length > 0) return false;
    // The pods of a node stand in the order in which they came there.
    const { pods } = engine.snapshot();
    for (const { name } of snapshot.nodes) if ((await byHand({ ...scaled, pods }, new Set([name]))).size > 0) return false;
    return true;
  }

  const node = (name: string, cpu: string, labels: object = {}) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    status: { allocatable: { cpu, memory: '8Gi', pods: '9' } },
  });
  const pod = (name: string, on: string, cpu: string, priority = 0) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      labels: { app: 'a' },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 's', uid: 'u', controller: true }],
    },
    spec: { ...(on ? { nodeName: on } : {}), priority, containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }] },
    status: on ? { phase: 'Running' } : {},
  });
  const of = async (items: readonly object[], domain = 'node', options: SurviveOptions = {}) =>
    ask(await readSnapshot(items), domain, options);

  it('has no load to grow where no pod asks for anything', async () => {
    expect((await of([node('x', '2'), node('y', '2')], 'node', { headroom: true })).loadPercent).toBeUndefined();
  });

  it('puts the worst loss first, with what is left', async () => {
    const items = [node('x', '2'), node('y', '4'), node('z', '3'), pod('p', 'x', '1'), pod('q', 'y', '3'), pod('r', 'z', '1')];
    const { results } = await of(items);
    expect(results.map(({ domains, pending, free }) => [domains[0], pending.length, free.cpu])).toEqual([
      ['y', 1, 0.6],
      ['z', 0, 0.1667],
      ['x', 0, 0.2857],
    ]);
  });

  it('tells who is preempted and stays without a node', async () => {
    const [lost] = (await of([node('x', '2'), node('y', '2'), pod('high', 'x', '2', 9), pod('low', 'y', '1')])).results;
    expect(lost).toMatchObject({ domains: ['x'], survived: false, preempted: 1, pending: [{ name: 'low', preempted: true }] });
  });

  it('leaves pods out that have no node before', async () => {
    const answer = await of([node('x', '2'), node('y', '2'), pod('p', 'x', '1'), pod('huge', '', '9')]);
    expect(answer).toMatchObject({ survives: true, summary: { pendingBefore: 1, survived: 2 } });
  });

  it('names budgets and Services that a loss takes under their minimum', async () => {
    const budget = {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'b' },
      spec: { minAvailable: 2, selector: { matchLabels: { app: 'a' } } },
    };
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { selector: { app: 'a' } } };
    const items = [node('x', '4'), node('y', '4'), pod('p', 'x', '1'), pod('q', 'x', '1'), pod('r', 'y', '1'), budget, service];
    const { results, survives } = await of(items);
    expect([survives, results[0]?.budgets]).toEqual([true, [{ namespace: 'default', name: 'b', healthy: 1, needed: 2, services: ['s'] }]]);
    expect(results[1]?.budgets).toEqual([]);
    expect((await of(items, 'node', { keepBudgets: true })).survives).toBe(false);
  });

  it('answers the same with threads', async () => {
    for (const seed of [3, 4, 6]) {
      const snapshot = await readSnapshot(workloadCluster(seed));
      const timeless = ({ summary: { seconds: _, ...summary }, ...rest }: Survival) => ({ ...rest, summary });
      const calls: number[] = [];
      const alone = timeless(await ask(snapshot, 'node', { keepBudgets: true }));
      expect(timeless(await ask(snapshot, 'node', { keepBudgets: true, workers: 2, onLoss: (done) => calls.push(done) }))).toEqual(alone);
      expect(calls).toEqual(alone.results.map((_, i) => i + 1));
    }
    await expect(of([node('x', '1')], 'node', { workers: -1 })).rejects.toThrow('USAGE: workers: must be a whole number from 0');
  });

  it('answers for machines and racks, and counts a node without a place as a domain of its own', async () => {
    const snapshot = await readSnapshot([node('x', '4'), node('y', '4'), node('z', '1'), pod('p', 'x', '1'), pod('q', 'y', '1')]);
    const hosts = parseHosts([{ text: 'node,host,rack\nx,h1,r1\ny,h1,r1\n', file: 'h.csv' }]);
    const answer = await ask(snapshot, 'host', { hosts });
    expect(answer).toMatchObject({
      domain: 'plimsoll.dev/host',
      survives: false,
      results: [{ domains: ['h1'], pods: 2, pending: [{}] }, { domains: ['z'] }],
    });
    expect(answer.notModelled).toContain('1 node has no label plimsoll.dev/host (z): each counts as a domain of its own');
    expect((await ask(snapshot, 'rack', { hosts })).results[0]?.domains).toEqual(['r1']);
    await expect(ask(snapshot, 'rack')).rejects.toThrow(
      'NOT_FOUND: domain: no node has a label of that name, got "rack" (say where the nodes stand: --hosts',
    );
  });

  it.each<[domain: string, options: SurviveOptions, message: string]>([
    ['zone', {}, 'NOT_FOUND: domain: no node has a label of that name, got "zone" (use node, or a label of the nodes: they have none)'],
    ['node', { losses: 0 }, 'USAGE: losses: must be a whole number from 1 to 3, got "0"'],
    ['node', { losses: 3 }, 'USAGE: losses: cannot be more than the 2 domains, got "3"'],
  ])('refuses %s %j', async (domain, options, message) => {
    await expect(of([node('x', '2'), node('y', '2')], domain, options)).rejects.toThrow(message);
  });

  it('refuses more losses than anybody waits for', async () => {
    const items = Array.from({ length: 202 }, (_, i) => node(`n${i}`, '1'));
    await expect(of(items, 'node', { losses: 2 })).rejects.toThrow(
      'USAGE: losses: asks for more than 20000 losses, got "2" (202 domains make 20301',
    );
    await expect(of([pod('p', '', '1')], 'node')).rejects.toThrow('NOT_FOUND: domain: the snapshot has no nodes');
  });
});
