import { describe, expect, it } from 'vitest';
import { SnapshotBuilder } from '../../src/model/parse/snapshot-builder.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';

function build(raws: readonly unknown[], defaults = true): Snapshot {
  const builder = new SnapshotBuilder({ defaults });
  for (const [i, raw] of raws.entries()) builder.add(raw, { path: `items[${i}]` });
  return builder.finish();
}

const STORED = { creationTimestamp: '2026-01-01T00:00:00Z' };
const pod = (name: string, spec: object = {}, metadata: object = {}, status: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, uid: `uid-${name}`, ...STORED, ...metadata },
  spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } }, env: [{ name: 'X', value: name }] }], ...spec },
  status,
});
const node = (name: string, rest: object = {}) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name }, ...rest });

describe('templates', () => {
  it('pods that ask for the same share one template, whatever scheduling does not read', () => {
    const { pods } = build([
      pod('a'),
      pod('b', {}, { annotations: { x: 'y' } }),
      pod('c', { volumes: [{ name: 'v', emptyDir: {} }] }),
      pod('d', { schedulerName: 'default-scheduler', priority: 0, tolerations: [] }),
      pod('e', { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1000m' } } }] }),
      pod('f', { containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: 1 } } }] }),
    ]);
    expect(new Set(pods.map((each) => each.template)).size).toBe(1);
  });

  it('any difference that scheduling reads makes another template', () => {
    const different = [
      pod('a'),
      pod('b', {}, { namespace: 'other' }),
      pod('c', {}, { labels: { a: 'b' } }),
      pod('d', { priority: 1 }),
      pod('e', { containers: [{ name: 'c', image: 'j', resources: { requests: { cpu: '1' } } }] }),
      pod('f', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'x' } }] }),
      pod('g', {}, { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'u', controller: true }] }),
      pod('h', {}, { annotations: { 'kubernetes.io/config.mirror': 'x' } }),
      pod('i', { hostNetwork: true }),
      pod('j', { nodeSelector: { a: 'b' } }),
    ];
    expect(new Set(build(different).pods.map((each) => each.template)).size).toBe(different.length);
  });

  it('pods that differ in labels alone share every other part', () => {
    const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'z', labelSelector: {} }] } };
    const [a, b] = build([pod('a', { affinity }, { labels: { n: '1' } }), pod('b', { affinity }, { labels: { n: '2' } })]).pods;
    expect(a?.template).not.toBe(b?.template);
    expect(a?.template.containers).toBe(b?.template.containers);
    expect(a?.template.podAntiAffinity).toBe(b?.template.podAntiAffinity);
  });

  it('labels of a pod with a known spec are still checked', () => {
    expect(() => build([pod('a'), pod('b', {}, { labels: { '-x': '' } })])).toThrow('NAME: items[1].metadata.labels: ');
    expect(() => build([pod('a'), pod('b', {}, { namespace: 'A' })])).toThrow('NAME: items[1].metadata.namespace: ');
  });

  it('pods of odd shape are refused as such, not mistaken for known ones', () => {
    expect(() => build([pod('a', { containers: [{}] }), pod('b', { containers: [[]] })])).toThrow(
      'FIELD: items[1].spec.containers[0]: must be an object',
    );
    expect(() => build([pod('a', { volumes: [] }), pod('b', { volumes: [null] })])).toThrow(
      'FIELD: items[1].spec.volumes[0]: must be an object',
    );
  });
});

describe('selectors that an API server would refuse today', () => {
  const labelSelector = { matchLabels: { a: 'not a value' } };
  const spread = { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'DoNotSchedule', labelSelector }] };
  const budget = (metadata: object) => ({
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b', ...metadata },
    spec: { selector: labelSelector },
  });

  it('are refused in new objects', () => {
    expect(() => build([pod('a', spread, { uid: '' })])).toThrow('SELECTOR: items[0].spec.topologySpreadConstraints[0].labelSelector: ');
    expect(() => build([budget({})])).toThrow('SELECTOR: items[0].spec.selector: ');
  });

  it('stay in objects that an API server has stored', () => {
    const snapshot = build([pod('a', spread), budget({ uid: 'u', ...STORED })]);
    expect(snapshot.pods[0]?.template.spreadConstraints).toHaveLength(1);
    expect(snapshot.objects.podDisruptionBudgets).toHaveLength(1);
  });
});

describe('pods', () => {
  it('carry identity and state', () => {
    const status = {
      phase: 'Running',
      startTime: '2026-01-01T00:00:10Z',
      nominatedNodeName: 'm',
      conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }],
    };
    const metadata = { namespace: 'x', deletionTimestamp: '2026-01-01T00:01:00Z' };
    const snapshot = build([node('n'), pod('a', { nodeName: 'n' }, metadata, status)]);
    expect(snapshot.pods[0]).toMatchObject({
      namespace: 'x',
      name: 'a',
      uid: 'uid-a',
      nodeName: 'n',
      nominatedNodeName: 'm',
      phase: 'Running',
      terminating: true,
      createdMs: Date.UTC(2026, 0, 1),
      startedMs: Date.UTC(2026, 0, 1, 0, 0, 10),
      disruptedByScheduler: true,
      resize: undefined,
    });
    expect(snapshot.notModelled).toEqual([]);
  });

  it('finished ones are dropped and counted', () => {
    const snapshot = build([
      pod('a', {}, {}, { phase: 'Succeeded' }),
      pod('b', {}, {}, { phase: 'Failed' }),
      pod('c', {}, {}, { phase: 'Running' }),
    ]);
    expect(snapshot.pods.map(({ name }) => name)).toEqual(['c']);
    expect([...snapshot.ignoredKinds]).toEqual([['Pod (Succeeded or Failed)', 2]]);
  });

  it('bound to missing nodes stay in the list and are said', () => {
    const snapshot = build([pod('a', { nodeName: 'gone' }), pod('b', { nodeName: 'gone' })]);
    expect(snapshot.pods).toHaveLength(2);
    expect(snapshot.notModelled).toEqual(['2 pods are bound to nodes that are not in the snapshot: they hold nothing.']);
  });

  it('what is not modelled is said with its count', () => {
    const claims = { resourceClaims: [{ name: 'gpu', resourceClaimName: 'x' }] };
    const snapshot = build([pod('a', claims), pod('b', claims), pod('c', { schedulingGroup: { podGroupName: 'g' } })]);
    expect(snapshot.pods[0]?.template.resourceClaims).toEqual(['gpu']);
    expect(snapshot.notModelled).toEqual([
      '2 pods use resourceClaims: dynamic resource allocation is not modelled.',
      '1 pod belongs to a scheduling group: gang scheduling is not modelled.',
    ]);
  });

  it('features that a node must declare are read', () => {
    const restartPolicyRules = [{ action: 'RestartAllContainers', exitCodes: {} }];
    const [read] = build([pod('a', { containers: [{ name: 'c', image: 'i', restartPolicyRules }] })]).pods;
    expect(read?.template.requiredFeatures).toEqual(['RestartAllContainersOnContainerExits']);
  });
});

describe('kinds', () => {
  const base = (kind: string, apiVersion: string, rest: object = {}) => ({ kind, apiVersion, metadata: { name: 'x' }, ...rest });

  it('a kind of another group is read past, under its full name', () => {
    const snapshot = build([
      base('Service', 'serving.knative.dev/v1'),
      base('ConfigMap', 'v1'),
      base('ConfigMap', 'v1'),
      base('Ingress', 'networking.k8s.io/v1'),
      base('ResourceQuota', 'v1'),
    ]);
    expect(Object.fromEntries(snapshot.ignoredKinds)).toEqual({
      'Service.serving.knative.dev': 1,
      ConfigMap: 2,
      'Ingress.networking.k8s.io': 1,
      ResourceQuota: 1,
    });
  });

  it('a kind that an API server would not know for its case is refused', () => {
    expect(() => build([base('pod', 'v1')])).toThrow('INPUT_KIND: items[0].kind: there is no such kind, got "pod" (did you mean Pod?)');
    expect(() => build([base('statefulset', 'apps/v1')])).toThrow('(did you mean StatefulSet?)');
    expect(Object.fromEntries(build([base('pod', 'example.com/v1')]).ignoredKinds)).toEqual({ 'pod.example.com': 1 });
  });

  it('an object may leave out apiVersion, and a typed list the kind of its items', () => {
    const list = {
      kind: 'PodList',
      apiVersion: 'v1',
      items: [{ metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } }],
    };
    const snapshot = build([{ kind: 'Node', metadata: { name: 'n' } }, list]);
    expect([snapshot.nodes.length, snapshot.pods.length]).toEqual([1, 1]);
    expect(() => build([{ kind: 'List', apiVersion: 'v1', items: [base('Node', 'v1'), { metadata: {} }] }])).toThrow(
      'INPUT_KIND: items[0].items[1].kind: the object does not say its kind',
    );
  });

  it('every lookup table is filled', () => {
    const { objects } = build([
      base('Namespace', 'v1', { metadata: { name: 'x', labels: { a: 'b' } } }),
      base('Service', 'v1', { spec: { selector: { app: 'a' } } }),
      base('ReplicationController', 'v1', { spec: { replicas: 2, template: { metadata: { labels: { app: 'r' } } } } }),
      base('ReplicaSet', 'apps/v1', { spec: { selector: { matchLabels: { app: 'a' } } } }),
      base('StatefulSet', 'apps/v1', { spec: { replicas: 3, selector: {} } }),
      base('Deployment', 'apps/v1', { spec: { replicas: 4 } }),
      base('DaemonSet', 'apps/v1', { status: { desiredNumberScheduled: 7 } }),
      base('Job', 'batch/v1', { spec: { parallelism: 5 } }),
      base('CronJob', 'batch/v1'),
      base('PodDisruptionBudget', 'policy/v1', {
        spec: { minAvailable: '50%', selector: { matchLabels: { app: 'a' } } },
        status: { disruptionsAllowed: 2, disruptedPods: { p: null } },
      }),
      base('PersistentVolume', 'v1', {
        spec: {
          capacity: { storage: '1Gi' },
          accessModes: ['ReadWriteOnce'],
          storageClassName: 's',
          csi: { driver: 'd', volumeHandle: 'h' },
          nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'z', operator: 'In', values: ['a'] }] }] } },
        },
      }),
      base('PersistentVolumeClaim', 'v1', { spec: { resources: { requests: { storage: '1Gi' } }, accessModes: ['ReadWriteOnce'] } }),
      base('StorageClass', 'storage.k8s.io/v1', {
        provisioner: 'd',
        allowedTopologies: [{ matchLabelExpressions: [{ key: 'z', values: ['a'] }] }],
        parameters: { p: 'q' },
      }),
      base('CSINode', 'storage.k8s.io/v1', { spec: { drivers: [{ name: 'd', allocatable: { count: 25 } }, { name: 'e' }] } }),
      base('CSIDriver', 'storage.k8s.io/v1', { spec: { storageCapacity: true } }),
      base('CSIStorageCapacity', 'storage.k8s.io/v1', { storageClassName: 's', capacity: '5Gi', nodeTopology: {} }),
      base('VolumeAttachment', 'storage.k8s.io/v1', { spec: { attacher: 'd', nodeName: 'n', source: { persistentVolumeName: 'x' } } }),
    ]);
    expect(objects.namespaces.get('x')).toEqual(
      new Map([
        ['a', 'b'],
        ['kubernetes.io/metadata.name', 'x'],
      ]),
    );
    expect(objects.services).toEqual([{ namespace: 'default', name: 'x', selector: new Map([['app', 'a']]) }]);
    expect(objects.replicationControllers.get('default/x')?.selector).toEqual(new Map([['app', 'r']]));
    expect(objects.replicaSets.get('default/x')?.selector?.requirements).toEqual([{ key: 'app', operator: 'In', values: ['a'] }]);
    expect(objects.statefulSets.get('default/x')?.selector).toEqual({ requirements: [] });
    expect(objects.controllers.map(({ kind, replicas }) => [kind, replicas])).toEqual([
      ['ReplicationController', 2],
      ['ReplicaSet', 1],
      ['StatefulSet', 3],
      ['Deployment', 4],
      ['DaemonSet', 7],
      ['Job', 5],
      ['CronJob', 0],
    ]);
    expect(objects.podDisruptionBudgets[0]).toMatchObject({ disruptionsAllowed: 2, disruptedPods: new Set(['p']), minAvailable: '50%' });
    expect(objects.persistentVolumes.get('x')).toMatchObject({
      capacity: 1_073_741_824_000_000_000n,
      phase: 'Available',
      csi: { driver: 'd', volumeHandle: 'h' },
      nodeAffinity: [{ matchExpressions: [{ key: 'z' }], matchFields: [] }],
    });
    expect(objects.persistentVolumeClaims.get('default/x')).toMatchObject({ request: 1_073_741_824_000_000_000n, phase: 'Pending' });
    expect(objects.storageClasses.get('x')).toMatchObject({
      volumeBindingMode: 'Immediate',
      allowedTopologies: [[{ key: 'z', values: ['a'] }]],
    });
    expect(objects.csiNodes.get('x')?.drivers).toEqual([{ name: 'd', count: 25 }, { name: 'e' }]);
    expect(objects.csiDrivers.get('x')?.storageCapacity).toBe(true);
    expect(objects.csiStorageCapacities[0]).toMatchObject({ storageClassName: 's', nodeTopology: { requirements: [] } });
    expect(objects.volumeAttachments[0]).toMatchObject({ attacher: 'd', nodeName: 'n', persistentVolumeName: 'x' });
  });

  it('one name may stand in several namespaces and kinds, but once in each', () => {
    const service = (namespace: string) => ({ kind: 'Service', apiVersion: 'v1', metadata: { name: 'x', namespace } });
    expect(
      build([service('a'), service('b'), base('ReplicaSet', 'apps/v1'), base('StatefulSet', 'apps/v1')]).objects.services,
    ).toHaveLength(2);
    expect(() => build([service('a'), service('a')])).toThrow(
      'DUPLICATE: items[1].metadata.name: Service "a/x" is there twice, first at items[0]',
    );
  });
});

describe('hash', () => {
  const items = [node('n', { status: { allocatable: { cpu: '1' } } }), node('m'), pod('a', {}, { labels: { a: '1', b: '2' } }), pod('b')];
  const hash = (raws: readonly unknown[]) => build(raws).hash;

  it('is the same for the same content, however it is written', () => {
    expect(hash(items)).toMatch(/^[0-9a-f]{32}$/);
    const rewritten = [items[0], items[1], pod('a', { dnsPolicy: 'None' }, { labels: { b: '2', a: '1' }, managedFields: [{}] }), items[3]];
    expect(hash(rewritten)).toBe(hash(items));
  });

  it.each([
    ['order of nodes', [items[1], items[0], items[2], items[3]]],
    ['order of pods', [items[0], items[1], items[3], items[2]]],
    ['an amount', [node('n', { status: { allocatable: { cpu: '2' } } }), ...items.slice(1)]],
    ['a label', [...items.slice(0, 2), pod('a', {}, { labels: { a: '1', b: '3' } }), items[3]]],
    ['a name', [...items.slice(0, 3), pod('c')]],
    ['the node of a pod', [...items.slice(0, 3), pod('b', { nodeName: 'n' })]],
    ['an object', [...items, { kind: 'Service', apiVersion: 'v1', metadata: { name: 's' } }]],
  ])('changes with %s', (_, raws) => {
    expect(hash(raws)).not.toBe(hash(items));
  });
});
