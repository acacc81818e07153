import { describe, expect, it } from 'vitest';
import { fitSchema } from '../../scripts/result-schemas.ts';
import { applyHosts, NO_HOSTS } from '../../src/model/hosts.ts';
import type { Fit } from '../../src/model/plan-results.ts';
import * as plan from '../../src/plan/fit.ts';
import type { PodManifest } from '../../src/plan/pod-templates.ts';
import { readSnapshot } from '../../src/sources/read-snapshot.ts';

const node = (name: string, cpu: string, pods = '110') => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name } },
  status: { allocatable: { cpu, memory: '8Gi', pods } },
});
const spec = (cpu?: string, more: object = {}) => ({
  containers: [{ name: 'c', image: 'i', ...(cpu ? { resources: { requests: { cpu } } } : {}) }],
  ...more,
});
const pod = (name: string, cpu?: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: spec(cpu, more),
});
const deployment = (name: string, replicas: number, cpu: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: { replicas, template: { metadata: { labels: { app: name } }, spec: spec(cpu) } },
});

async function ask(
  items: readonly object[],
  podspec: readonly (object & Partial<PodManifest>)[],
  options: plan.FitOptions = {},
): Promise<Fit> {
  const manifests = podspec.map((each) => ('manifest' in each ? (each as PodManifest) : { manifest: each }));
  const result = await plan.fit(await readSnapshot(items), manifests, options);
  return fitSchema.parse(JSON.parse(JSON.stringify(result))) as Fit;
}

const cluster = [node('a', '4'), node('b', '2'), { ...pod('runs', '1', { nodeName: 'a' }) }];

describe('fit', () => {
  it('says how many, where and why no more', async () => {
    expect(await ask(cluster, [pod('p', '900m')])).toMatchObject({
      replicas: 5,
      rounds: 5,
      failReason: {
        failType: 'Unschedulable',
        failMessage: '0/2 nodes are available: 2 Insufficient cpu.',
        podName: 'p',
        failSummary: [{ reason: 'Insufficient cpu', count: 2 }],
      },
      pods: [
        {
          podName: 'p',
          requirements: { cpu: '900m' },
          replicasOnNodes: [
            { nodeName: 'a', replicas: 3 },
            { nodeName: 'b', replicas: 2 },
          ],
        },
      ],
      nearestMiss: [
        { node: 'a', changes: ['600m CPU short'] },
        { node: 'b', changes: ['700m CPU short'] },
      ],
      summary: { nodes: 2, pending: 0 },
    });
  });

  it('stops at the limit', async () => {
    const { replicas, failReason } = await ask(cluster, [pod('p', '100m')], { maxLimit: 3 });
    expect([replicas, failReason]).toEqual([
      3,
      { failType: 'LimitReached', failMessage: 'Maximum number of pods simulated: 3', failSummary: [] },
    ]);
  });

  it('leaves excluded nodes out with what runs there', async () => {
    expect((await ask(cluster, [pod('p', '1')], { excludeNodes: ['a'] })).pods[0]?.replicasOnNodes).toEqual([
      { nodeName: 'b', replicas: 2 },
    ]);
    expect((await ask(cluster, [pod('p', '1')], { excludeNodes: ['a', 'b'] })).failReason.failMessage).toBe(
      'no nodes available to schedule pods',
    );
  });

  it('places waiting pods first only when asked', async () => {
    const waiting = [...cluster, pod('waits', '2')];
    expect(await ask(waiting, [pod('p', '1')])).toMatchObject({ replicas: 5, summary: { pending: 1 } });
    expect(await ask(waiting, [pod('p', '1')], { pendingFirst: true })).toMatchObject({ replicas: 3, summary: { pending: 0 } });
  });

  it('evicts nobody', async () => {
    const critical = pod('p', '1', { priorityClassName: 'system-node-critical' });
    expect((await ask(cluster, [critical])).replicas).toBe(5);
  });

  it('takes controllers, one copy at a time when alone and as rounds of their replicas otherwise', async () => {
    expect(await ask(cluster, [deployment('web', 3, '1')])).toMatchObject({ replicas: 5, rounds: 5, pods: [{ podName: 'web', count: 1 }] });
    expect(await ask(cluster, [deployment('web', 3, '1'), pod('side', '500m')])).toMatchObject({
      replicas: 5,
      rounds: 1,
      pods: [
        { podName: 'web', count: 3, replicas: 4 },
        { podName: 'side', count: 1, replicas: 1 },
      ],
      failReason: { podName: 'web' },
    });
    const cron = { kind: 'CronJob', metadata: { name: 'night' }, spec: { jobTemplate: { spec: { template: { spec: spec('1') } } } } };
    expect(await ask(cluster, [cron])).toMatchObject({ replicas: 5, pods: [{ podName: 'night' }] });
    expect((await ask(cluster, [{ manifest: deployment('web', 3, '1'), count: 2 }])).rounds).toBe(2);
  });

  it('forgets the node, the state and the deletion of a pod that was taken from a cluster', async () => {
    const taken = { ...pod('p', '1', { nodeName: 'a' }), status: { phase: 'Running', nominatedNodeName: 'b' } };
    const deleted = { ...taken, metadata: { name: 'p', deletionTimestamp: '2026-01-01T00:00:00Z' } };
    expect((await ask(cluster, [deleted])).replicas).toBe(5);
  });

  it("applies the snapshot's LimitRanges, also where machines are known", async () => {
    const range = {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'l' },
      spec: { limits: [{ type: 'Container', defaultRequest: { cpu: '1' } }] },
    };
    expect((await ask([...cluster, range], [pod('p')])).replicas).toBe(5);
    const snapshot = applyHosts(await readSnapshot([...cluster, range]), NO_HOSTS);
    expect((await plan.fit(snapshot, [{ manifest: pod('p') }])).replicas).toBe(5);
  });

  it.each<[podspec: object[], options: plan.FitOptions, message: string]>([
    [[], {}, 'USAGE: podspec: no pod is given'],
    [[{ kind: 'Service', metadata: { name: 's' } }], {}, 'INPUT_KIND: kind: has no pod template, got "Service"'],
    [[{ kind: 'Deployment', metadata: { name: 'd' }, spec: {} }], {}, 'FIELD: spec.template: '],
    [[{ manifest: 7 }], {}, 'INPUT_KIND: is no Kubernetes object, got "7"'],
    [[{ manifest: pod('p'), count: 0 }], {}, 'USAGE: count: must be a whole number from 1 to 10000, got "0"'],
    [[pod('p', 'lots')], {}, 'QUANTITY: spec.containers[0].resources.requests.cpu: '],
    [[deployment('d', 1, 'lots')], {}, 'QUANTITY: spec.template.spec.containers[0].resources.requests.cpu: '],
    [[pod('P')], {}, 'NAME: metadata.name: '],
    [
      [pod('p', '1', { schedulerName: 'other' })],
      {},
      'NOT_FOUND: spec.schedulerName: no profile serves the scheduler that the pod asks for, got "other"',
    ],
    [[pod('p')], { maxLimit: 0 }, 'USAGE: maxLimit: must be a whole number from 1 to 100000000, got "0"'],
    [[pod('p')], { maxLimit: 1.5 }, 'USAGE: maxLimit: must be a whole number'],
    [[pod('p')], { excludeNodes: ['c'] }, 'NOT_FOUND: excludeNodes: there is no such node in the snapshot, got "c"'],
  ])('refuses %j', async (podspec, options, message) => {
    await expect(ask(cluster, podspec, options)).rejects.toThrow(message);
  });
});
