import { describe, expect, it } from 'vitest';
import { drainSchema } from '../../scripts/result-schemas.ts';
import { Prng } from '../../src/base/prng.ts';
import type { Drain, DrainStep } from '../../src/model/plan-results.ts';
import { type Pod, podKey } from '../../src/model/pod.ts';
import { podUsage } from '../../src/model/requests.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { type DrainOptions, type DrainTarget, drain } from '../../src/plan/drain.ts';
import { schedule } from '../../src/plan/schedule.ts';
import { readSnapshot } from '../../src/sources/read-snapshot.ts';
import { semantics } from '../support/builders.ts';
import { workloadCluster } from '../support/workloads.ts';

const RUNS = Number(process.env.PLIMSOLL_RUNS ?? 60);
const ALL: DrainOptions = { ignoreDaemonsets: true, deleteEmptydirData: true, force: true };

async function ask(snapshot: Snapshot, target: DrainTarget, options: DrainOptions = ALL): Promise<Drain> {
  return drainSchema.parse(JSON.parse(JSON.stringify(await drain(snapshot, target, options)))) as Drain;
}

/** Budgets by hand: healthy pods that an application has above what must stay. */
function slackOf(snapshot: Snapshot, pods: readonly Pod[], app: string): number {
  const budget = snapshot.objects.podDisruptionBudgets.find(({ name }) => name === app);
  if (!budget) return Number.POSITIVE_INFINITY;
  const all = snapshot.pods.filter(({ template }) => template.labels.get('app') === app).length;
  const healthy = pods.filter(({ nodeName, template }) => nodeName !== '' && template.labels.get('app') === app).length;
  const { minAvailable, maxUnavailable } = budget;
  if (typeof minAvailable === 'number') return healthy - minAvailable;
  return healthy - Math.max(0, all - (typeof maxUnavailable === 'string' ? Math.ceil(all / 2) : (maxUnavailable as number)));
}

const appOf = (pod: Pod) => pod.template.labels.get('app') ?? '';

/** Plays the steps again, wave by wave, and says what is wrong with one of the states on the way. */
async function replay(snapshot: Snapshot, names: readonly string[], { steps }: Drain): Promise<string | undefined> {
  const cordon = { key: 'node.kubernetes.io/unschedulable', value: '', effect: 'NoSchedule' };
  const nodes = snapshot.nodes.map((node) => (names.includes(node.name) ? { ...node, unschedulable: true, taints: [cordon] } : node));
  let pods = [...snapshot.pods];
  const waves = new Map<number, DrainStep[]>();
  for (const step of steps) waves.set(step.wave, [...(waves.get(step.wave) ?? []), step]);
  for (const wave of waves.values()) {
    for (const step of wave) {
      const pod = pods.find((other) => podKey(other) === podKey(step)) as Pod;
      if (pod.nodeName !== step.node) return `${step.name} is not on ${step.node}`;
      if (slackOf(snapshot, pods, appOf(pod)) <= 0) return `${step.name} overdraws its budget`;
      pods = pods.flatMap((other) => (other !== pod ? [other] : step.deleted ? [] : [{ ...pod, nodeName: '', phase: '', createdMs: 1 }]));
    }
    const { placements } = await schedule({ ...snapshot, nodes, pods }, { untilStable: true });
    const to = new Map(placements.map((placed) => [podKey(placed), placed.node]));
    pods = pods.map((pod) => (to.has(podKey(pod)) ? { ...pod, nodeName: to.get(podKey(pod)) as string } : pod));
    for (const node of nodes) {
      const used = pods
        .filter(({ nodeName }) => nodeName === node.name)
        .reduce((sum, pod) => sum + podUsage(pod, semantics()).requested.cpu, 0n);
      if (used > node.allocatable.cpu) return `${node.name} holds more than it can`;
    }
  }
  for (const step of steps) {
    const { nodeName = '<deleted>' } = pods.find((pod) => podKey(pod) === podKey(step)) ?? {};
    const told = step.deleted ? '<deleted>' : (step.to ?? '');
    if (nodeName !== told) return `${step.name} goes to ${nodeName}, not to ${told}`;
  }
  return undefined;
}

describe('a drain', () => {
  it('keeps the budgets and the room of nodes in every state, and goes as the scheduler goes', async () => {
    const failures: string[] = [];
    let drained = 0;
    for (let seed = 1; seed <= RUNS && failures.length < 3; seed++) {
      const snapshot = await readSnapshot(workloadCluster(seed));
      const prng = new Prng(seed);
      const names = snapshot.nodes.map(({ name }) => name).filter(() => prng.chance(1, 2));
      if (names.length === 0) continue;
      const plan = await ask(snapshot, names);
      if (plan.drained) drained++;
      const wrong = (await replay(snapshot, names, plan)) ?? checkAnswer(snapshot, plan);
      if (wrong) failures.push(`seed ${seed}: ${wrong}`);
    }
    expect(failures).toEqual([]);
    expect(drained).toBeGreaterThan(RUNS / 10);
  });

  /** A drained node takes as few waves as its budgets allow, pods that are left have a budget with nothing left, and groups overdraw nothing. */
  function checkAnswer(snapshot: Snapshot, plan: Drain): string | undefined {
    const slack = (app: string) => slackOf(snapshot, snapshot.pods, app);
    const evicted = (node: string) => snapshot.pods.filter((pod) => pod.nodeName === node && appOf(pod) !== 'agent');
    const charges = (nodes: readonly string[], app: string) => nodes.flatMap(evicted).filter((pod) => appOf(pod) === app).length;
    const apps = [...new Set(snapshot.pods.map(appOf))];
    if (plan.drained) {
      for (const { name, waves } of plan.nodes) {
        const least = Math.max(
          ...apps.map((app) => (charges([name], app) === 0 ? 0 : Math.max(1, Math.ceil(charges([name], app) / slack(app))))),
        );
        if (waves !== least) return `${name} takes ${waves} waves instead of ${least}`;
      }
    }
    const told = new Set(plan.steps.map(podKey));
    for (const pod of plan.blocked)
      if (told.has(podKey(pod)) || !pod.reason.includes('disruption budget')) return `${pod.name}: ${pod.reason}`;
    for (const group of plan.groups) {
      const over = apps.find((app) => charges(group, app) > slack(app) && group.filter((name) => charges([name], app) > 0).length > 1);
      if (over) return `the group ${group} overdraws ${over}`;
    }
    return plan.groups.flat().length === plan.nodes.length ? undefined : 'a node is in no group';
  }

  const node = (name: string, labels: object = {}, cpu = '2') => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    status: { allocatable: { cpu, memory: '8Gi', pods: '9' } },
  });
  const pod = (name: string, on: string, more: { metadata?: object; spec?: object; status?: object; owner?: string } = {}) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      labels: { app: 'a' },
      ...(more.owner === ''
        ? {}
        : { ownerReferences: [{ apiVersion: 'apps/v1', kind: more.owner ?? 'ReplicaSet', name: 's', uid: 'u', controller: true }] }),
      ...more.metadata,
    },
    spec: { nodeName: on, containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }], ...more.spec },
    status: { phase: 'Running', ...more.status },
  });
  const budget = (name: string, spec: object, status?: object) => ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name },
    spec: { selector: { matchLabels: { app: 'a' } }, ...spec },
    ...(status ? { status } : {}),
  });
  const of = (items: readonly object[], target: DrainTarget = ['x'], options: DrainOptions = {}) =>
    readSnapshot(items).then((snapshot) => ask(snapshot, target, options));

  it('treats pods as kubectl does', async () => {
    const odd = [
      node('x', {}, '9'),
      node('y', {}, '9'),
      pod('daemon', 'x', { owner: 'DaemonSet' }),
      pod('static', 'x', { owner: 'Node', metadata: { annotations: { 'kubernetes.io/config.mirror': '' } } }),
      pod('local', 'x', { spec: { volumes: [{ name: 'v', emptyDir: {} }] } }),
      pod('bare', 'x', { owner: '' }),
      pod('going', 'x', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }),
      pod('plain', 'x'),
    ];
    const refused = await of(odd);
    expect(refused.blocked.map(({ name, reason }) => `${name}: ${reason}`)).toEqual([
      'daemon: cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)',
      'local: cannot delete Pods with local storage (use --delete-emptydir-data to override)',
      'bare: cannot delete Pods that declare no controller (use --force to override)',
    ]);
    expect([refused.drained, refused.steps, refused.groups]).toEqual([false, [], []]);
    const allowed = await of(odd, ['x'], ALL);
    expect(allowed).toMatchObject({ drained: true, blocked: [], nodes: [{ name: 'x', drained: true, evictions: 3, waves: 1 }] });
    expect(allowed.steps.map(({ name, to, deleted }) => [name, to ?? deleted])).toEqual([
      ['local', 'y'],
      ['bare', true],
      ['plain', 'y'],
    ]);
    expect(allowed.ignored.map(({ name }) => name)).toEqual(['daemon', 'static', 'going']);
    expect(allowed.warnings.map(({ name }) => name)).toEqual(['local', 'bare']);
  });

  it('refuses what the eviction API refuses, and evicts pods that have not started whatever their budget', async () => {
    const nodes = [node('x'), node('y')];
    const two = await of([...nodes, pod('p', 'x'), budget('a', { minAvailable: 0 }), budget('b', { minAvailable: 0 })]);
    expect(two.blocked[0]?.reason).toBe(
      'more than one PodDisruptionBudget selects it, which the eviction API does not support: default/a, default/b',
    );
    const none = await of([...nodes, pod('p', 'x'), budget('a', { minAvailable: 1 })]);
    expect(none).toMatchObject({
      drained: false,
      blocked: [{ reason: "Cannot evict pod as it would violate the pod's disruption budget default/a: 1 healthy, 1 needed" }],
    });
    expect(await of([...nodes, pod('p', 'x', { status: { phase: 'Pending' } }), budget('a', { minAvailable: 1 })])).toMatchObject({
      drained: true,
    });
  });

  it("goes by a budget's status where it has one", async () => {
    const status = { currentHealthy: 3, desiredHealthy: 2, disruptionsAllowed: 1, expectedPods: 3 };
    const items = [node('x'), node('y'), pod('p', 'x'), pod('q', 'x'), budget('a', { minAvailable: 2 }, status)];
    expect(await of(items)).toMatchObject({ drained: true, nodes: [{ waves: 2 }] });
    const short = { ...status, currentHealthy: 1, disruptionsAllowed: 0 };
    expect((await of([...items.slice(0, 4), budget('a', { minAvailable: 2 }, short)])).blocked).toHaveLength(2);
  });

  it('says who is preempted for an evicted pod, and where that one goes', async () => {
    const high = pod('high', 'x', {
      spec: { priority: 1000, containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '2' } } }] },
    });
    const items = [node('x'), node('y'), node('z', {}, '1'), high, pod('low', 'y')];
    const answer = await of(items);
    expect(answer).toMatchObject({
      drained: true,
      steps: [{ name: 'high', to: 'y' }],
      preempted: [{ name: 'low', node: 'y', by: 'default/high', to: 'z' }],
    });
    expect(await of(items.filter((_, i) => i !== 2))).toMatchObject({ drained: false, preempted: [{ name: 'low', by: 'default/high' }] });
  });

  it('says when a pod comes back because it tolerates cordons', async () => {
    const stubborn = pod('p', 'x', { spec: { tolerations: [{ operator: 'Exists' }] } });
    const answer = await of([node('x', {}, '4'), stubborn]);
    expect(answer).toMatchObject({
      drained: false,
      blocked: [{ name: 'p', reason: 'comes back: it tolerates node.kubernetes.io/unschedulable' }],
    });
  });

  it('takes nodes by label', async () => {
    const nodes = [node('x', { pool: 'old' }), node('y', { pool: 'new' }), node('z', { pool: 'old', gpu: '' })];
    const names = async (selector: string) => (await of(nodes, { selector })).nodes.map(({ name }) => name).join();
    expect(await names('pool=old')).toBe('x,z');
    expect(await names('pool in (old, new),!gpu')).toBe('x,y');
    expect(await names('pool!=old')).toBe('y');
    expect(await names('gpu')).toBe('z');
    expect(await names('pool notin (new),pool==old,!gpu')).toBe('x');
  });

  it.each<[target: DrainTarget, message: string]>([
    [[], 'USAGE: nodes: no node is named'],
    [['w'], 'NOT_FOUND: nodes: there is no such node in the snapshot, got "w"'],
    [{ selector: 'a=b' }, 'NOT_FOUND: selector: the selector selects no node, got "a=b"'],
    [{ selector: 'a in b' }, 'SELECTOR: selector: is no label selector, got "a in b"'],
    [{ selector: '' }, 'SELECTOR: selector: is no label selector'],
    [{ selector: 'a==b==c' }, 'SELECTOR: selector: is no label selector'],
  ])('refuses %j', async (target, message) => {
    await expect(of([node('x'), node('y')], target)).rejects.toThrow(message);
  });
});
