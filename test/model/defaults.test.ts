import { describe, expect, it } from 'vitest';
import { canonical } from '../../src/model/parse/canonical.ts';
import { SnapshotBuilder } from '../../src/model/parse/snapshot-builder.ts';
import { parsePod } from '../../src/model/parse/source-of.ts';
import type { PodTemplate } from '../../src/model/pod.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { factsOf } from './facts.ts';

type Raw = Readonly<Record<string, unknown>>;

interface World {
  readonly PriorityClasses: readonly Raw[];
  readonly RuntimeClasses: readonly Raw[];
  readonly LimitRanges: readonly Raw[];
}

interface Fact {
  readonly world: World;
  readonly raw: Raw & { readonly metadata: Raw };
  readonly stored?: Raw & { readonly metadata: Raw };
  readonly refused?: string;
}

function build(raws: readonly unknown[], defaults = true): Snapshot {
  const builder = new SnapshotBuilder({ defaults });
  for (const raw of raws) builder.add(raw, {});
  return builder.finish();
}

function templateOf(raws: readonly unknown[], defaults = true): PodTemplate {
  return build(raws, defaults).pods[0]?.template as PodTemplate;
}

function objectsOf(world: World): readonly Raw[] {
  return [
    ...world.PriorityClasses.map((each) => ({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', ...each })),
    ...world.RuntimeClasses.map((each) => ({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', ...each })),
    ...world.LimitRanges.map((each) => ({ apiVersion: 'v1', kind: 'LimitRange', ...each })),
  ];
}

const pod = (spec: object = {}, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', ...metadata },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
});
const STORED = { uid: 'u', creationTimestamp: '2026-01-01T00:00:00Z' };

describe('what an API server stores', () => {
  const [first, ...facts] = factsOf<Fact>('pods.jsonl');
  const objects = objectsOf((first as Fact).world);
  const numbered = facts.map((fact, i) => [i, fact] as const);

  it.each(numbered.filter(([, fact]) => fact.stored))('pod %i', (_, { raw, stored }) => {
    const expected = canonical(templateOf([...objects, stored], false));
    // Policies may come before or after the pod.
    expect(canonical(templateOf([...objects, raw]))).toBe(expected);
    expect(canonical(templateOf([raw, ...objects]))).toBe(expected);
    // Reading a dump of the stored pod changes nothing.
    expect(canonical(templateOf([...objects, { ...stored, metadata: { ...stored?.metadata, ...STORED } }]))).toBe(expected);
    expect(canonical(parsePod(raw, {}, build(objects)).template)).toBe(expected);
  });

  it.each(numbered.filter(([, fact]) => fact.refused))('refuses pod %i', (_, { raw }) => {
    expect(() => templateOf([...objects, raw])).toThrow(/^(FIELD|NAME|SELECTOR|QUANTITY): (metadata|spec)\b/);
  });
});

describe('admission', () => {
  const priorityClass = (name: string, value: number, rest: object = {}) => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value,
    ...rest,
  });
  const limitRange = {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'l' },
    spec: { limits: [{ type: 'Container', default: { cpu: '2' } }] },
  };

  it('leaves a stored pod alone, although a LimitRange and a default PriorityClass came later', () => {
    const template = templateOf([limitRange, priorityClass('d', 5, { globalDefault: true }), pod({}, STORED)]);
    expect([template.priority, template.containers[0]?.requests.size, template.tolerations]).toEqual([0, 0, []]);
  });

  it('of several default PriorityClasses the lowest counts', () => {
    const classes = [
      priorityClass('a', 9, { globalDefault: true }),
      priorityClass('b', 5, { globalDefault: true, preemptionPolicy: 'Never' }),
    ];
    expect(templateOf([...classes, pod()])).toMatchObject({ priority: 5, preemptionPolicy: 'Never' });
  });

  it('knows the two classes of Kubernetes itself', () => {
    expect(templateOf([pod({ priorityClassName: 'system-node-critical' })]).priority).toBe(2_000_001_000);
  });

  it('keeps a priority that no class explains', () => {
    expect(templateOf([pod({ priority: 42 })]).priority).toBe(42);
  });

  it('a mistake found after the last object still names the place of its pod', () => {
    const builder = new SnapshotBuilder();
    const resources = { requests: { cpu: '3' } };
    builder.add(pod({ containers: [{ name: 'c', image: 'i', resources }] }), { file: 'pods.yaml', line: 12 });
    builder.add(limitRange, { file: 'limits.yaml' });
    expect(() => builder.finish()).toThrow(
      'FIELD: pods.yaml: line 12: spec.containers[0].resources.requests.cpu: must be less than or equal to the cpu limit of 2',
    );
  });
});

describe('without defaults', () => {
  it('objects are taken as they are, also what an API server would refuse', () => {
    const spec = {
      containers: [],
      nodeSelector: {},
      priorityClassName: 'x',
      affinity: {
        nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] },
        podAffinity: {},
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: { matchExpressions: [{ key: '', operator: 'X' }] } }],
        },
      },
      topologySpreadConstraints: [{ maxSkew: 0 }],
    };
    const template = templateOf([pod(spec)], false);
    expect(template.nodeSelector).toEqual(new Map());
    expect(template.nodeAffinity).toEqual({ preferred: [] });
    expect(template.podAffinity).toEqual({ required: [], preferred: [] });
    expect(template.podAntiAffinity?.required[0]?.labelSelector?.requirements).toEqual([{ key: '', operator: 'X', values: [] }]);
    expect(template).toMatchObject({
      schedulerName: '',
      priority: 0,
      tolerations: [],
      spreadConstraints: [{ maxSkew: 0, topologyKey: '' }],
    });
  });

  it('nil and empty stay apart', () => {
    const term = (rest: object) => ({
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'z', ...rest }] },
    });
    const read = (rest: object) => templateOf([pod({ affinity: term(rest) })], false).podAntiAffinity?.required[0];
    expect(read({})?.labelSelector).toBeUndefined();
    expect(read({ labelSelector: {} })?.labelSelector).toEqual({ requirements: [] });
    expect(read({ namespaceSelector: null })?.namespaceSelector).toBeUndefined();
    expect(templateOf([pod()], false)).toMatchObject({ nodeSelector: undefined, nodeAffinity: undefined, podAffinity: undefined });
    expect(templateOf([pod({ affinity: {} })], false)).toMatchObject({ nodeAffinity: undefined, podAntiAffinity: undefined });
    expect(templateOf([pod({ resources: {} })], false).podRequests).toEqual(new Map());
    expect(templateOf([pod()], false).podRequests).toBeUndefined();
  });

  it('types are still checked', () => {
    expect(() => templateOf([pod({ tolerations: [{ key: 1 }] })], false)).toThrow(
      'FIELD: spec.tolerations[0].key: must be a string, got "1"',
    );
  });

  it('matchLabels come first, sorted by key', () => {
    const labelSelector = { matchExpressions: [{ key: 'm', operator: 'Exists' }], matchLabels: { z: '1', a: '2' } };
    const constraint = { maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'DoNotSchedule', labelSelector };
    const [read] = templateOf([pod({ topologySpreadConstraints: [constraint] })], false).spreadConstraints;
    expect(read?.labelSelector?.requirements.map(({ key }) => key)).toEqual(['a', 'z', 'm']);
  });
});

describe('nodes', () => {
  const node = (spec: object) => build([{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec }]).nodes[0];
  const taint = { key: 'node.kubernetes.io/unschedulable', value: '', effect: 'NoSchedule' };

  it('a cordoned node carries the taint, once', () => {
    expect(node({ unschedulable: true })?.taints).toEqual([taint]);
    expect(node({ unschedulable: true, taints: [taint] })?.taints).toEqual([taint]);
    expect(node({})?.taints).toEqual([]);
  });
});

describe('claims', () => {
  const storageClass = (name: string, created: string, isDefault = 'true') => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name, creationTimestamp: created, annotations: { 'storageclass.kubernetes.io/is-default-class': isDefault } },
  });
  const classes = [
    storageClass('old', '2026-01-01T00:00:00Z'),
    storageClass('new-b', '2026-02-01T00:00:00Z'),
    storageClass('new-a', '2026-02-01T00:00:00Z'),
    storageClass('other', '2026-03-01T00:00:00Z', 'false'),
  ];
  const claim = (spec: object, metadata: object = {}) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'c', ...metadata },
    spec,
  });
  const classOf = (raw: object, defaults = true) =>
    build([raw, ...classes], defaults).objects.persistentVolumeClaims.get('default/c')?.storageClassName;

  it('without a class get the newest default class, of equally new ones the first by name', () => {
    expect(classOf(claim({}))).toBe('new-a');
    expect(classOf(claim({ volumeName: 'v' }))).toBe('new-a');
    expect(classOf(claim({}, STORED))).toBe('new-a');
  });

  it('keep an explicit class, even an empty one, and stay without when bound already', () => {
    expect(classOf(claim({ storageClassName: '' }))).toBe('');
    expect(classOf(claim({ storageClassName: 'x' }))).toBe('x');
    expect(classOf(claim({ volumeName: 'v' }, STORED))).toBeUndefined();
    expect(classOf(claim({}, { annotations: { 'volume.beta.kubernetes.io/storage-class': 'beta' } }))).toBe('beta');
    expect(classOf(claim({}), false)).toBeUndefined();
  });
});
