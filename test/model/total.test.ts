import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PlimsollError } from '../../src/base/errors.ts';
import { compileSelector, nodeTermsMatch } from '../../src/model/match.ts';
import { SnapshotBuilder } from '../../src/model/parse/snapshot-builder.ts';
import { podRequests, podUsage } from '../../src/model/requests.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { semantics } from '../support/builders.ts';

const DEFAULTS = semantics();

const selector = { matchLabels: { app: 'a' }, matchExpressions: [{ key: 'b', operator: 'In', values: ['c'] }] };
const term = {
  topologyKey: 'zone',
  labelSelector: selector,
  namespaces: ['x'],
  namespaceSelector: {},
  matchLabelKeys: ['k'],
  mismatchLabelKeys: ['m'],
};
const nodeTerm = {
  matchExpressions: [{ key: 'z', operator: 'Gt', values: ['1'] }],
  matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }],
};
const resources = { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '2' } };

/** One object of every kind, with every field that is read. */
const OBJECTS: readonly object[] = [
  {
    kind: 'Node',
    apiVersion: 'v1',
    metadata: { name: 'n', uid: 'u', labels: { a: 'b' }, annotations: { c: 'd' }, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { unschedulable: true, taints: [{ key: 'a', value: 'b', effect: 'NoSchedule' }] },
    status: {
      capacity: { cpu: '4' },
      allocatable: { cpu: 4, pods: '110' },
      images: [{ names: ['i'], sizeBytes: 5 }],
      declaredFeatures: ['F'],
    },
  },
  {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      name: 'p',
      namespace: 'x',
      uid: 'v',
      labels: { k: 'a', m: 'b' },
      annotations: {},
      ownerReferences: [{ apiVersion: 'v1', kind: 'ReplicaSet', name: 'r', uid: 'w', controller: true }],
    },
    spec: {
      containers: [{ name: 'c', image: 'i', resources, ports: [{ containerPort: 80, hostPort: 80, protocol: 'TCP', hostIP: '' }] }],
      initContainers: [{ name: 'd', image: 'i', resources, restartPolicy: 'Always', restartPolicyRules: [{ action: 'Restart' }] }],
      nodeSelector: { a: 'b' },
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [nodeTerm] },
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, preference: nodeTerm }],
        },
        podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, podAffinityTerm: term }] },
        podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] },
      },
      tolerations: [{ key: 'a', operator: 'Equal', value: 'b', effect: 'NoExecute', tolerationSeconds: 5 }],
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'z',
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: selector,
          minDomains: 2,
          nodeTaintsPolicy: 'Honor',
        },
      ],
      volumes: [
        { name: 'v', persistentVolumeClaim: { claimName: 'c' } },
        { name: 'w', rbd: { monitors: ['m'], image: 'i' } },
      ],
      overhead: { cpu: '1m' },
      resources: { requests: { cpu: '3' }, limits: { cpu: '4' } },
      schedulingGates: [{ name: 'g' }],
      resourceClaims: [{ name: 'r' }],
      schedulingGroup: {},
      priority: 5,
      runtimeClassName: 'rc',
      schedulerName: 's',
      hostNetwork: true,
      nodeName: 'n',
    },
    status: {
      phase: 'Running',
      startTime: '2026-01-01T00:00:00Z',
      conditions: [{ type: 'PodResizePending', reason: 'Infeasible' }],
      containerStatuses: [{ name: 'c', resources: { requests: { cpu: '1' } }, allocatedResources: { cpu: '1' } }],
      resources: { requests: { cpu: '1' } },
    },
  },
  { kind: 'PriorityClass', apiVersion: 'scheduling.k8s.io/v1', metadata: { name: 'pc' }, value: 5, globalDefault: true },
  {
    kind: 'RuntimeClass',
    metadata: { name: 'rc' },
    overhead: { podFixed: { cpu: '1m' } },
    scheduling: { nodeSelector: { r: 'c' }, tolerations: [{ key: 'a' }] },
  },
  {
    kind: 'LimitRange',
    metadata: { name: 'l', namespace: 'x' },
    spec: { limits: [{ type: 'Container', default: { cpu: '2' }, min: { memory: '1' } }] },
  },
  {
    kind: 'PersistentVolume',
    metadata: { name: 'pv' },
    spec: { capacity: { storage: '1Gi' }, claimRef: { name: 'c', namespace: 'x' }, azureDisk: { diskURI: 'x' } },
  },
  { kind: 'PersistentVolumeClaim', metadata: { name: 'c', namespace: 'x' }, spec: { resources: { requests: { storage: '1' } }, selector } },
  {
    kind: 'StorageClass',
    metadata: { name: 's' },
    provisioner: 'p',
    allowedTopologies: [{ matchLabelExpressions: [{ key: 'a', values: ['b'] }] }],
  },
  { kind: 'CSINode', metadata: { name: 'n' }, spec: { drivers: [{ name: 'd', allocatable: { count: 5 } }] } },
  {
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b' },
    spec: { minAvailable: '5%', selector },
    status: { disruptionsAllowed: 1, disruptedPods: {} },
  },
  { kind: 'Deployment', metadata: { name: 'd' }, spec: { replicas: 3 } },
  { kind: 'ReplicaSet', metadata: { name: 'r' }, spec: { selector } },
  { kind: 'Service', metadata: { name: 's' }, spec: { selector: { a: 'b' } } },
];

const PATHS = OBJECTS.flatMap((object, i) => pathsOf(object).map((path) => [i, ...path]));

function pathsOf(value: unknown): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, item]) => pathsOf(item).map((path) => [key, ...path]))];
}

/** The objects with the value at one path replaced; undefined removes it. */
function replaced(path: readonly (string | number)[], odd: unknown): unknown[] {
  const copy = structuredClone(OBJECTS) as unknown[];
  let holder = copy as unknown as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string, unknown>;
  holder[path[path.length - 1] as string] = odd;
  return copy;
}

function build(objects: readonly unknown[], defaults: boolean): Snapshot {
  const builder = new SnapshotBuilder({ defaults });
  for (const [i, object] of objects.entries()) builder.add(object, { path: `items[${i}]` });
  return builder.finish();
}

/** Everything that is computed from a snapshot's pods without a cluster. */
function use({ pods, nodes }: Snapshot): void {
  for (const pod of pods) {
    podUsage(pod, DEFAULTS);
    podRequests(pod.template, DEFAULTS, pod.resize);
    for (const constraint of pod.template.spreadConstraints) compileSelector(constraint.labelSelector).matches(pod.template.labels);
    for (const each of nodes) nodeTermsMatch(pod.template.nodeAffinity?.required ?? [], each);
  }
}

it('reads the objects as they are', () => {
  expect(() => use(build(OBJECTS, false))).not.toThrow();
  expect(() => use(build(OBJECTS, true))).not.toThrow();
});

it('answers any replaced field with a snapshot or one error that names a field', () => {
  const odd = fc.oneof(
    fc.constantFrom(
      undefined,
      null,
      true,
      0,
      -1,
      1.5,
      2 ** 53,
      1e300,
      Number.NaN,
      '',
      'x',
      '-1',
      '1e99',
      'a/b/c',
      '\u0000',
      '\ud800',
      'é',
      {},
      [],
    ),
    fc.constantFrom([null], [[]], [1], [{}], { a: null }, { a: [] }, { __proto__: null }, 'v'.repeat(1000), '９', 10n),
    fc.anything({ maxDepth: 2 }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...PATHS), odd, fc.boolean(), (path, value, defaults) => {
      try {
        use(build(replaced(path, value), defaults));
      } catch (error) {
        if (!(error instanceof PlimsollError)) throw error;
        expect(error.message).toMatch(/^(FIELD|QUANTITY|SELECTOR|NAME|DUPLICATE|INPUT_KIND): items\[\d+\]/);
        expect(error.message.length).toBeLessThan(1200);
      }
    }),
    { numRuns: 3000 },
  );
});
