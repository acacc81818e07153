import { describe, expect, it } from 'vitest';
import { rolloutSchema } from '../../scripts/result-schemas.ts';
import { Prng } from '../../src/base/prng.ts';
import type { Rollout } from '../../src/model/plan-results.ts';
import { type RolloutOptions, rollout } from '../../src/plan/rollout.ts';
import type { WorkloadReference } from '../../src/plan/workload.ts';
import { readSnapshot } from '../../src/sources/read-snapshot.ts';

const RUNS = Number(process.env.PLIMSOLL_RUNS ?? 150);

const node = (name: string, cpu: number, labels: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
  status: { allocatable: { cpu: String(cpu), memory: '64Gi', pods: '110' } },
});
const container = (cpu: string) => ({ name: 'c', image: 'i', resources: { requests: { cpu } } });
const owner = (kind: string, name: string) => [{ apiVersion: 'apps/v1', kind, name, uid: `u-${name}`, controller: true }];
const pod = (name: string, on: string, app: string, kind: string, set: string, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app }, ownerReferences: owner(kind, set) },
  spec: { nodeName: on, containers: [container('1')], ...spec },
  status: { phase: 'Running' },
});
const workload = (kind: string, name: string, replicas: number, more: object = {}, podSpec: object = {}) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [container('1')], ...podSpec } },
    ...more,
  },
});
const rolling = (maxSurge: number | string, maxUnavailable: number | string) => ({
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
});
const web: WorkloadReference = { kind: 'Deployment', namespace: 'default', name: 'web' };
const db: WorkloadReference = { kind: 'StatefulSet', namespace: 'default', name: 'db' };

async function ask(items: readonly object[], reference = web, options: RolloutOptions = {}): Promise<Rollout> {
  return rolloutSchema.parse(JSON.parse(JSON.stringify(await rollout(await readSnapshot(items), reference, options)))) as Rollout;
}

/** `+3 new 10/3`: the act with the pods of both revisions after it. */
function acts({ steps }: Rollout): string[] {
  return steps.map(
    ({ action, revision, pods, old, new: fresh }) => `${action === 'create' ? '+' : '-'}${pods.length} ${revision} ${old}/${fresh}`,
  );
}

/** Nodes of some slots each, filled with the replicas of web; `free` slots stay. */
function slots(replicas: number, free: number, more: object, podSpec: object = {}): object[] {
  const items: object[] = [node('big', replicas + free), workload('Deployment', 'web', replicas, more, podSpec)];
  for (let i = 0; i < replicas; i++) items.push(pod(`web-${i}`, 'big', 'web', 'ReplicaSet', 'web-1', podSpec));
  return items;
}

describe('a rolling update', () => {
  it('goes as the Deployment controller goes', async () => {
    expect(acts(await ask(slots(10, 5, rolling(3, 2))))).toEqual(['+3 new 10/3', '-5 old 5/3', '+5 new 5/8', '-5 old 0/8', '+2 new 0/10']);
    expect(acts(await ask(slots(4, 1, rolling(1, 0))))).toEqual([
      '+1 new 4/1',
      '-1 old 3/1',
      '+1 new 3/2',
      '-1 old 2/2',
      '+1 new 2/3',
      '-1 old 1/3',
      '+1 new 1/4',
      '-1 old 0/4',
    ]);
    expect(acts(await ask(slots(3, 0, rolling(0, 1))))).toEqual([
      '-1 old 2/0',
      '+1 new 2/1',
      '-1 old 1/1',
      '+1 new 1/2',
      '-1 old 0/2',
      '+1 new 0/3',
    ]);
    expect(acts(await ask(slots(3, 0, { strategy: { type: 'Recreate' } })))).toEqual(['-3 old 0/0', '+3 new 0/3']);
  });

  it('deadlocks exactly where the surge has no room and nothing may be missing, and keeps both bounds on the way', async () => {
    const wrong: string[] = [];
    let stuck = 0;
    for (let seed = 1; seed <= RUNS; seed++) {
      const prng = new Prng(seed);
      const replicas = prng.between(1, 9);
      const free = prng.between(0, 3);
      const surge = prng.between(0, 3);
      const unavailable = prng.between(surge === 0 ? 1 : 0, 3);
      const answer = await ask(slots(replicas, free, rolling(surge, unavailable)));
      const said = `seed ${seed}: ${replicas} replicas, ${free} free, surge ${surge}, unavailable ${unavailable}`;
      if (answer.completes !== (free > 0 || unavailable > 0)) wrong.push(said);
      if (!answer.completes) stuck++;
      if (!answer.completes && answer.remedy !== 'maxUnavailable=1') wrong.push(`${said}: ${answer.remedy}`);
      for (const step of answer.steps) {
        if (step.old + step.new > replicas + surge) wrong.push(`${said}: too many pods`);
        if (step.available < replicas - unavailable || step.available > replicas + free) wrong.push(`${said}: ${step.available} available`);
      }
      if (answer.completes && answer.steps.at(-1)?.available !== replicas) wrong.push(`${said}: ends early`);
    }
    expect(wrong).toEqual([]);
    expect(stuck).toBeGreaterThan(0);
  });

  it('deadlocks where each pod wants a node of its own and there are as many nodes as pods', async () => {
    const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } };
    const apart = { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } };
    const nodes = ['a', 'b', 'c'].map((name) => node(name, 8));
    const pods = nodes.map(({ metadata: { name } }) => pod(`web-${name}`, name, 'web', 'ReplicaSet', 'web-1', apart));
    const answer = await ask([...nodes, workload('Deployment', 'web', 3, {}, apart), ...pods]);
    expect(answer).toMatchObject({ completes: false, remedy: 'maxUnavailable=1', strategy: { maxSurge: 1, maxUnavailable: 0 } });
    expect(answer.reason).toMatch(
      /^stops with 3 old and 1 new pods of 3: 1 without a node, 3 available, 3 needed\. web-rollout-0: 0\/3 nodes are available: 3 node\(s\) didn't match pod anti-affinity rules\./,
    );
    expect((await ask([...nodes, node('d', 8), workload('Deployment', 'web', 3, {}, apart), ...pods])).completes).toBe(true);
    expect(await ask([...nodes, workload('Deployment', 'web', 3, {}, apart), ...pods], web, { set: ['maxUnavailable=1'] })).toMatchObject({
      completes: true,
    });
  });

  it('takes settings: amounts, replicas that reach the old pods first, paths', async () => {
    const items = slots(2, 1, rolling(1, 0));
    expect((await ask(items, web, { set: ['cpu=2'] })).completes).toBe(false);
    expect((await ask(items, web, { set: ['c.cpu=500m'] })).completes).toBe(true);
    expect(acts(await ask(items, web, { set: ['replicas=3', 'maxSurge=0', 'maxUnavailable=3'] }))).toEqual([
      '+1 old 3/0',
      '-3 old 0/0',
      '+3 new 0/3',
    ]);
    expect(acts(await ask(items, web, { set: ['replicas=1'] }))).toEqual(['-1 old 1/0', '+1 new 1/1', '-1 old 0/1']);
    expect((await ask(items, web, { set: ['spec.template.spec.nodeSelector.disk=ssd'] })).reason).toContain(
      "didn't match Pod's node affinity/selector",
    );
    expect((await ask(items, web, { set: ['spec.template.spec.containers[0].resources.requests.cpu=2'] })).completes).toBe(false);
  });

  it('deletes first what has no node, then where siblings stand together', async () => {
    const items = [node('a', 2), node('b', 2), workload('Deployment', 'web', 3, rolling(0, 1))];
    const pods = [
      pod('web-1', 'b', 'web', 'ReplicaSet', 'w'),
      pod('web-2', 'a', 'web', 'ReplicaSet', 'w'),
      pod('web-3', 'a', 'web', 'ReplicaSet', 'w'),
    ];
    expect((await ask([...items, ...pods])).steps[0]?.pods[0]?.name).toBe('web-2');
    const waiting = { ...pods[0], spec: { containers: [container('9')] }, status: {} };
    expect((await ask([...items, waiting, ...pods.slice(1)])).steps[0]).toMatchObject({ action: 'delete', pods: [{ name: 'web-1' }] });
  });

  it('does not count pods on nodes that are not there', async () => {
    const stuck = await ask(slots(2, 1, rolling(1, 0)), web, { set: ['spec.template.spec.nodeName=gone'] });
    expect(stuck).toMatchObject({ completes: false, pending: [{ message: 'is bound to gone, which is not in the snapshot' }] });
    const lost = slots(2, 1, rolling(1, 0)).map((item, i) => (i === 3 ? pod('web-1', 'gone', 'web', 'ReplicaSet', 'web-1') : item));
    expect((await ask(lost)).steps[1]).toMatchObject({ action: 'delete', pods: [{ name: 'web-1' }], available: 2 });
  });

  it('tells who is preempted', async () => {
    const priority = { priority: 100 };
    const items = [
      node('a', 2),
      workload('Deployment', 'web', 1, rolling(1, 0), priority),
      pod('web-1', 'a', 'web', 'ReplicaSet', 'w', priority),
      pod('low', 'a', 'low', 'ReplicaSet', 'l'),
    ];
    expect(await ask(items)).toMatchObject({ completes: true, preempted: [{ name: 'low', by: 'default/web-rollout-0', to: 'a' }] });
  });
});

describe('a StatefulSet', () => {
  const items = (more: object = {}, free = 0) => [
    node('a', 3 + free),
    workload('StatefulSet', 'db', 3, more),
    ...[0, 1, 2].map((i) => pod(`db-${i}`, 'a', 'db', 'StatefulSet', 'db')),
  ];
  const names = ({ steps }: Rollout) =>
    steps.filter(({ action }) => action === 'delete').flatMap(({ pods }) => pods.map(({ name }) => name));

  it('is updated from the last ordinal down to the partition', async () => {
    expect(names(await ask(items(), db))).toEqual(['db-2', 'db-1', 'db-0']);
    expect(names(await ask(items(), db, { set: ['partition=2'] }))).toEqual(['db-2']);
    expect(await ask(items({ updateStrategy: { type: 'OnDelete' } }), db)).toMatchObject({ completes: true, steps: [] });
  });

  it('stops at the first pod without a node', async () => {
    const answer = await ask(items({}, 1), db, { set: ['cpu=3'] });
    expect(answer).toMatchObject({ completes: false, pending: [{ name: 'db-2' }], summary: { leastAvailable: 2 } });
    expect(answer.reason).toMatch(
      /^stops with 2 old and 1 new pods of 3: the next one waits for db-2\. db-2: 0\/1 nodes are available: 1 Insufficient cpu\./,
    );
  });

  it('makes missing ordinals first and takes surplus ones away', async () => {
    expect(acts(await ask(items({}, 1), db, { set: ['replicas=4', 'partition=3'] }))).toEqual(['+1 new 3/1']);
    expect(names(await ask(items(), db, { set: ['replicas=2', 'partition=2'] }))).toEqual(['db-2']);
  });
});

describe('rollout refuses', () => {
  it.each<[reference: WorkloadReference, set: string[], message: string]>([
    [
      { ...web, name: 'wep' },
      [],
      'NOT_FOUND: workload: there is no such Deployment in the snapshot, got "default/wep" (did you mean default/web?)',
    ],
    [db, [], 'NOT_FOUND: workload: there is no such StatefulSet in the snapshot, got "default/db" (the snapshot has no StatefulSet)'],
    [web, ['replicas'], 'USAGE: set: is no NAME=VALUE, got "replicas"'],
    [web, ['colour=red'], 'USAGE: set: names nothing that can be set, got "colour=red"'],
    [web, ['d.cpu=1'], 'USAGE: set: names no container: there is c, got "d.cpu=1"'],
    [web, ['spec.template.spec.containers[7].image=x'], 'USAGE: set: names no list item'],
    [web, ['spec.replicas.x=1'], 'USAGE: set: leads through what is no object'],
    [web, ['replicas=-1'], 'FIELD: spec.replicas: must not be negative'],
    [web, ['replicas=many'], 'FIELD: spec.replicas: '],
    [
      web,
      ['maxSurge=0', 'maxUnavailable=0'],
      'FIELD: spec.strategy.rollingUpdate.maxUnavailable: may not be 0 when maxSurge is 0, got "0"',
    ],
    [web, ['maxSurge=half'], 'FIELD: spec.strategy.rollingUpdate.maxSurge: must be a whole number from 0 or a percentage, got "half"'],
    [web, ['strategy=BlueGreen'], 'FIELD: spec.strategy.type: must be RollingUpdate or Recreate, got "BlueGreen"'],
    [web, ['cpu=lots'], 'QUANTITY: spec.template.spec.containers[0].resources.requests.cpu: '],
  ])('%j %j', async (reference, set, message) => {
    await expect(ask(slots(2, 1, {}), reference, { set })).rejects.toThrow(message);
  });
});
