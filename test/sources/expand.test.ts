import { describe, expect, it } from 'vitest';
import { expandControllers } from '../../src/sources/expand/expand.ts';
import { Inventory } from '../../src/sources/expand/inventory.ts';
import { Collector, problemOf } from './collect.ts';

interface Manifest {
  readonly kind: string;
  readonly apiVersion?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly object[];
    readonly [field: string]: unknown;
  };
  readonly spec?: { readonly [field: string]: unknown };
  readonly status?: object;
}

/** What expansion adds to the objects. */
function expand(...objects: readonly object[]): Manifest[] {
  const collector = new Collector();
  const inventory = new Inventory(collector);
  for (const [i, object] of objects.entries()) inventory.add(object, { file: 'f', path: `items[${i}]` });
  expandControllers(inventory);
  return collector.raws.slice(objects.length) as Manifest[];
}

const names = (manifests: readonly Manifest[], kind = 'Pod') => manifests.filter((m) => m.kind === kind).map((m) => m.metadata.name);

const podSpec = { containers: [{ name: 'main' }] };
const template = { metadata: { labels: { app: 'web' } }, spec: podSpec };
const selector = { matchLabels: { app: 'web' } };

function controller(kind: string, name: string, spec: object, extra: object = {}): Manifest {
  const apiVersion = { Job: 'batch/v1', CronJob: 'batch/v1', ReplicationController: 'v1' }[kind] ?? 'apps/v1';
  return { apiVersion, kind, metadata: { name, namespace: 'shop', uid: `${name}-uid`, ...extra }, spec: spec as Record<string, unknown> };
}

function pod(
  name: string,
  ownerKind: string,
  ownerName: string,
  extra: { labels?: object; node?: string; phase?: string; deleted?: boolean } = {},
): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      labels: extra.labels ?? {},
      ownerReferences: [{ apiVersion: 'apps/v1', kind: ownerKind, name: ownerName, uid: 'u', controller: true }],
      ...(extra.deleted && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    },
    spec: { ...podSpec, ...(extra.node && { nodeName: extra.node }) },
    status: { phase: extra.phase ?? 'Running' },
  };
}

describe('Deployment', () => {
  it('expands into a ReplicaSet with the selector of the Deployment and its pods', () => {
    const made = expand(controller('Deployment', 'web', { replicas: 2, selector, template }));
    expect(made).toEqual([
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: {
          name: 'web',
          namespace: 'shop',
          ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'web-uid', controller: true }],
        },
        spec: { replicas: 2, selector, template },
      },
      ...['web-0', 'web-1'].map((name) => ({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name,
          namespace: 'shop',
          labels: { app: 'web' },
          annotations: undefined,
          ownerReferences: [
            { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: '', controller: true, blockOwnerDeletion: true },
          ],
        },
        spec: podSpec,
      })),
    ]);
  });

  it('has one replica when it names none, and none when it names 0', () => {
    expect(names(expand(controller('Deployment', 'web', { selector, template })))).toEqual(['web-0']);
    expect(names(expand(controller('Deployment', 'web', { replicas: 0, selector, template })))).toEqual([]);
  });

  it('counts pods of its ReplicaSets, and continues the newest of them', () => {
    const owner = [{ kind: 'Deployment', name: 'web', controller: true }];
    const set = (name: string, revision: string, hash: string) =>
      controller(
        'ReplicaSet',
        name,
        { replicas: 1, selector, template: { ...template, metadata: { labels: { app: 'web', 'pod-template-hash': hash } } } },
        {
          ownerReferences: owner,
          annotations: { 'deployment.kubernetes.io/revision': revision },
        },
      );
    const made = expand(
      set('web-new', '10', 'new'),
      set('web-old', '9', 'old'),
      controller('Deployment', 'web', { replicas: 5, selector, template }),
      pod('web-new-a', 'ReplicaSet', 'web-new'),
      pod('web-old-a', 'ReplicaSet', 'web-old'),
      pod('web-old-b', 'ReplicaSet', 'web-old', { phase: 'Failed' }),
      pod('web-old-c', 'ReplicaSet', 'web-old', { deleted: true }),
    );
    expect(names(made, 'ReplicaSet')).toEqual([]);
    expect(names(made)).toEqual(['web-0', 'web-1', 'web-2']);
    expect(made[0]?.metadata.labels).toEqual({ app: 'web', 'pod-template-hash': 'new' });
    expect(made[0]?.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'ReplicaSet', name: 'web-new', uid: 'web-new-uid' });
  });

  it('knows its pods by the hash in their names when the ReplicaSet is missing, and adds that ReplicaSet', () => {
    const labels = { app: 'web', 'pod-template-hash': '7d9f' };
    const made = expand(
      controller('Deployment', 'web', { replicas: 3, selector, template }),
      pod('web-7d9f-x', 'ReplicaSet', 'web-7d9f', { labels }),
    );
    expect(names(made, 'ReplicaSet')).toEqual(['web-7d9f']);
    expect(made[0]?.spec?.selector).toEqual({ matchLabels: labels });
    expect(names(made)).toEqual(['web-0', 'web-1']);
    expect(made[1]?.metadata.labels).toEqual(labels);
  });

  it('uses no name that is taken, and no pod of another namespace or owner', () => {
    const other = { ...(pod('web-1', 'StatefulSet', 'web') as Manifest) };
    const elsewhere = controller('Deployment', 'web', { replicas: 1, selector, template }, { namespace: 'other' });
    const made = expand(controller('Deployment', 'web', { replicas: 2, selector, template }), other, elsewhere);
    expect(made.filter((m) => m.kind === 'Pod').map((m) => `${m.metadata.namespace}/${m.metadata.name}`)).toEqual([
      'shop/web-0',
      'shop/web-2',
      'other/web-0',
    ]);
  });
});

describe('ReplicaSet and ReplicationController', () => {
  it('expand alone, or where their Deployment is missing', () => {
    const owned = { ownerReferences: [{ kind: 'Deployment', name: 'gone', controller: true }] };
    const made = expand(
      controller('ReplicaSet', 'rs', { replicas: 2, selector, template }, owned),
      controller('ReplicationController', 'rc', { replicas: 2, selector: { app: 'web' }, template }),
      pod('rc-x', 'ReplicationController', 'rc'),
    );
    expect(names(made)).toEqual(['rs-0', 'rs-1', 'rc-0']);
    expect(made[2]?.metadata.ownerReferences?.[0]).toMatchObject({
      apiVersion: 'v1',
      kind: 'ReplicationController',
      name: 'rc',
      uid: 'rc-uid',
    });
  });
});

describe('StatefulSet', () => {
  const claim = {
    metadata: { name: 'data', labels: { tier: 'db' } },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };

  it('fills the missing ordinals, with labels and claims', () => {
    const spec = {
      replicas: 3,
      ordinals: { start: 5 },
      selector,
      volumeClaimTemplates: [claim],
      template: {
        ...template,
        spec: {
          ...podSpec,
          volumes: [
            { name: 'data', emptyDir: {} },
            { name: 'tmp', emptyDir: {} },
          ],
        },
      },
    };
    const existingClaim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data-db-7', namespace: 'shop' } };
    const made = expand(controller('StatefulSet', 'db', spec), pod('db-6', 'StatefulSet', 'db', { deleted: true }), existingClaim);
    expect(names(made, 'PersistentVolumeClaim')).toEqual(['data-db-5']);
    expect(made[0]?.metadata).toEqual({ labels: { tier: 'db', app: 'web' }, annotations: undefined, name: 'data-db-5', namespace: 'shop' });
    expect(made[0]?.spec).toEqual(claim.spec);
    expect(names(made)).toEqual(['db-5', 'db-7']);
    const first = made.find((m) => m.metadata.name === 'db-5');
    expect(first?.metadata.labels).toEqual({
      app: 'web',
      'statefulset.kubernetes.io/pod-name': 'db-5',
      'apps.kubernetes.io/pod-index': '5',
    });
    expect(first?.spec?.volumes).toEqual([
      { name: 'data', persistentVolumeClaim: { claimName: 'data-db-5' } },
      { name: 'tmp', emptyDir: {} },
    ]);
  });
});

describe('DaemonSet', () => {
  const node = (name: string, extra: { labels?: object; taints?: object[]; unschedulable?: boolean } = {}) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: extra.labels ?? {} },
    spec: { taints: extra.taints ?? [] },
  });
  const NoSchedule = (key: string) => ({ key, effect: 'NoSchedule' });
  const affinity = (values: string[]) => ({
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values }] }],
      },
    },
  });
  const targets = (made: readonly Manifest[]) =>
    made.map((m) => {
      const terms = (
        m.spec as { affinity: { nodeAffinity: Record<string, { nodeSelectorTerms: { matchFields: { values: string[] }[] }[] }> } }
      ).affinity.nodeAffinity;
      return terms.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms.map((term) => term.matchFields[0]?.values);
    });

  it('has one pod on each node that it fits and is not on', () => {
    const made = expand(
      node('a', { labels: { zone: 'x' } }),
      node('b', { labels: { zone: 'x' }, taints: [NoSchedule('dedicated')] }),
      node('c', {
        labels: { zone: 'x' },
        taints: [NoSchedule('node.kubernetes.io/unschedulable'), { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }],
      }),
      node('d', { labels: { zone: 'y' } }),
      node('e', { labels: { zone: 'x' }, taints: [{ key: 'soft', effect: 'PreferNoSchedule' }] }),
      node('f', { labels: { zone: 'x' } }),
      controller('DaemonSet', 'agent', { selector, template: { ...template, spec: { ...podSpec, affinity: affinity(['x']) } } }),
      pod('agent-q', 'DaemonSet', 'agent', { node: 'f' }),
    );
    expect(names(made)).toEqual(['agent-0', 'agent-1', 'agent-2']);
    expect(targets(made)).toEqual([[['a']], [['c']], [['e']]]);
    expect(made[0]?.spec?.tolerations).toHaveLength(6);
    expect(made[0]?.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'DaemonSet', name: 'agent' });
  });

  it('knows a waiting pod by the node that it is meant for', () => {
    const waiting = pod('agent-w', 'DaemonSet', 'agent') as { spec: Record<string, unknown> };
    waiting.spec.affinity = {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }],
        },
      },
    };
    expect(names(expand(node('a'), node('b'), controller('DaemonSet', 'agent', { selector, template }), waiting))).toHaveLength(1);
  });

  it('tolerates a missing network only on the host network, and honours nodeSelector and nodeName', () => {
    const nodes = [node('a', { taints: [NoSchedule('node.kubernetes.io/network-unavailable')] }), node('b', { labels: { disk: 'ssd' } })];
    const count = (spec: object) =>
      names(expand(...nodes, controller('DaemonSet', 'agent', { selector, template: { ...template, spec: { ...podSpec, ...spec } } })))
        .length;
    expect(count({})).toBe(1);
    expect(count({ hostNetwork: true })).toBe(2);
    expect(count({ nodeSelector: { disk: 'ssd' } })).toBe(1);
    expect(count({ nodeSelector: { disk: 'hdd' } })).toBe(0);
    expect(count({ nodeName: 'b' })).toBe(1);
    expect(count({ tolerations: [{ operator: 'Exists' }] })).toBe(2);
  });

  it('replaces a toleration with a time limit by its own', () => {
    const given = { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 };
    const [made] = expand(
      node('a'),
      controller('DaemonSet', 'agent', { selector, template: { ...template, spec: { ...podSpec, tolerations: [given] } } }),
    );
    const matching = ((made?.spec?.tolerations ?? []) as { key: string }[]).filter((toleration) => toleration.key === given.key);
    expect(matching).toEqual([{ key: given.key, operator: 'Exists', effect: 'NoExecute' }]);
  });
});

describe('Job and CronJob', () => {
  const job = (spec: object, status: object = {}) => ({ ...controller('Job', 'report', { template, ...spec }), status });

  it.each<[string, object, number]>([
    ['one pod by default', job({}), 1],
    ['as many as run at once', job({ completions: 10, parallelism: 3 }), 3],
    ['no more than are left', job({ completions: 10, parallelism: 3 }, { succeeded: 8 }), 2],
    ['a work queue', job({ parallelism: 4 }), 4],
    ['a work queue after its first success', job({ parallelism: 4 }, { succeeded: 1 }), 0],
    ['none when suspended', job({ suspend: true }), 0],
    ['none when finished', job({}, { conditions: [{ type: 'Complete', status: 'True' }] }), 0],
    ['some when another condition holds', job({}, { conditions: [{ type: 'Complete', status: 'False' }] }), 1],
    ['once for a CronJob', controller('CronJob', 'report', { jobTemplate: { spec: { parallelism: 2, completions: 2, template } } }), 2],
    ['none for a suspended CronJob', controller('CronJob', 'report', { suspend: true, jobTemplate: { spec: { template } } }), 0],
  ])('%s', (_, manifest, count) => {
    expect(names(expand(manifest))).toHaveLength(count);
  });

  it('counts running pods and labels new ones', () => {
    const made = expand(
      job({ parallelism: 3, completions: 9, completionMode: 'Indexed' }),
      pod('report-0-x', 'Job', 'report'),
      pod('report-1-x', 'Job', 'report', { phase: 'Succeeded' }),
    );
    expect(names(made)).toEqual(['report-0', 'report-1']);
    expect(made[1]?.metadata.labels).toEqual({
      app: 'web',
      'batch.kubernetes.io/job-name': 'report',
      'job-name': 'report',
      'batch.kubernetes.io/job-completion-index': '2',
    });
  });

  it('does not run a CronJob whose job is in the input', () => {
    const cron = controller('CronJob', 'nightly', { jobTemplate: { spec: { template } } });
    const running = controller(
      'Job',
      'nightly-1',
      { template },
      { ownerReferences: [{ kind: 'CronJob', name: 'nightly', controller: true }] },
    );
    expect(names(expand(cron, running))).toEqual(['nightly-1-0']);
  });
});

describe('anything', () => {
  it('gets the claims of generic ephemeral volumes', () => {
    const volumes = [
      { name: 'scratch', ephemeral: { volumeClaimTemplate: { metadata: { labels: { a: 'b' } }, spec: { storageClassName: 'fast' } } } },
    ];
    const made = expand(controller('ReplicaSet', 'rs', { selector, template: { ...template, spec: { ...podSpec, volumes } } }));
    expect(names(made, 'PersistentVolumeClaim')).toEqual(['rs-0-scratch']);
    const [replica, claim] = made;
    expect(claim?.metadata.ownerReferences).toEqual([
      { apiVersion: 'v1', kind: 'Pod', name: 'rs-0', uid: replica?.metadata.uid, controller: true },
    ]);
    expect(replica?.metadata.uid).toBe('shop/rs-0');
  });

  it('is left alone when it is being deleted, or of another API group', () => {
    const deleted = controller('Deployment', 'web', { selector, template }, { deletionTimestamp: '2026-01-01T00:00:00Z' });
    const foreign = { ...controller('Deployment', 'web', { selector, template }), apiVersion: 'example.com/v1' };
    expect(expand(deleted)).toEqual([]);
    expect(expand(foreign)).toEqual([]);
  });

  it('inside a list inside a list is found, with the kind that its list implies', () => {
    const inner = {
      kind: 'DeploymentList',
      apiVersion: 'apps/v1',
      items: [{ metadata: { name: 'web' }, spec: { replicas: 2, selector, template } }],
    };
    const made = expand({ kind: 'List', apiVersion: 'v1', items: [inner] });
    expect(names(made)).toEqual(['web-0', 'web-1']);
    expect(made[1]?.metadata.namespace).toBe('default');
  });

  it.each<[object, string]>([
    [{ replicas: -1, template }, 'FIELD: f: items[0].spec.replicas: must not be negative, got "-1"'],
    [{ replicas: 2_000_000, template }, 'INPUT_LIMIT: f: items[0].spec.replicas: expands to more than 1000000 pods'],
    [{ replicas: 1 }, 'FIELD: f: items[0].spec.template: must be an object'],
  ])('is refused with file and path: %j', async (spec, message) => {
    const problem = await problemOf(() => expand(controller('ReplicaSet', 'rs', spec)));
    expect(problem?.message.slice(0, message.length)).toBe(message);
  });

  it('places what is wrong in a pod at the template', () => {
    const collector = new Collector();
    const inventory = new Inventory(collector);
    inventory.add(controller('CronJob', 'c', { jobTemplate: { spec: { template } } }), { file: 'f', path: 'items[7]', line: 9 });
    expandControllers(inventory);
    expect(collector.objects[1]?.place).toEqual({ file: 'f', path: 'items[7].spec.jobTemplate.spec.template', line: 9 });
  });
});
