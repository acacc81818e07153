import { describe, expect, it } from 'vitest';
import { parseQuantity } from '../../src/model/quantity.ts';
import type { CSIStorageCapacity, PersistentVolumeClaim, Volume } from '../../src/model/volume.ts';
import { unresolvable } from '../../src/rules/rule.ts';
import type { ClusterView, NodeView } from '../../src/rules/view.ts';
import { volumeBinding } from '../../src/rules/volume-binding.ts';
import {
  ask,
  boundTo,
  makeClaim,
  makeClass,
  makeCluster,
  makeNode,
  makePod,
  makeVolume,
  pairs,
  reservedFor,
  type Scene,
  term,
  useClaim,
  type Verdict,
} from './volume-support.ts';

const NODE_CONFLICT = "node(s) didn't match PersistentVolume's node affinity";
const BIND_CONFLICT = "node(s) didn't find available persistent volumes to bind";
const NOT_ENOUGH_SPACE = 'node(s) did not have enough free storage';
const VOLUME_MISSING = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

const PASS: Verdict = [undefined];
const refused = (...reasons: string[]): Verdict => [unresolvable(...reasons)];

const onNode = (name: string) => [term({ key: [name] })];
const waiting = (name: string, size: string, more: Partial<PersistentVolumeClaim> = {}) =>
  makeClaim(name, { storageClassName: 'wait', size, ...more });

/** Local volumes of upstream's binder tests: two on node1, one on node2, one bound, and the claims they are for. */
const unbound = waiting('unbound', '1G');
const unbound2 = waiting('unbound2', '5G');
const bound = makeClaim('bound', { storageClassName: 'wait', size: '1G', ...boundTo('pv-bound') });
const prebound = waiting('prebound', '1G', { volumeName: 'pv-node1a' });
const provisioned = makeClaim('provisioned', { storageClassName: 'wait-make', size: '1Gi' });
const noProvisioner = makeClaim('no-provisioner', { storageClassName: 'wait', size: '1Gi' });
const elsewhere = makeClaim('elsewhere', { storageClassName: 'wait-elsewhere', size: '1Gi' });
const selected = { ...provisioned, annotations: pairs({ [SELECTED_NODE]: 'node1' }) };
const immediate = makeClaim('immediate', { storageClassName: 'immediate', size: '1G' });
const immediateBound = makeClaim('immediate-bound', { storageClassName: 'immediate', size: '1G', ...boundTo('pv-immediate') });

const node1a = makeVolume('pv-node1a', { storageClassName: 'wait', size: '5G', nodeAffinity: onNode('node1') });
const node1b = makeVolume('pv-node1b', { storageClassName: 'wait', size: '10G', nodeAffinity: onNode('node1') });
const node2 = makeVolume('pv-node2', { storageClassName: 'wait', size: '1G', nodeAffinity: onNode('node2') });
const pvBound = makeVolume('pv-bound', { storageClassName: 'wait', size: '1G', nodeAffinity: onNode('node1'), ...reservedFor(bound) });
const pvImmediate = makeVolume('pv-immediate', { storageClassName: 'immediate', size: '1G', nodeAffinity: onNode('node1') });

const CLASSES = [
  makeClass('wait', { provisioner: 'kubernetes.io/no-provisioner' }),
  makeClass('wait-make', { provisioner: 'driver', allowedTopologies: [[{ key: 'key', values: ['node1', 'reference-value'] }]] }),
  makeClass('wait-elsewhere', { provisioner: 'driver', allowedTopologies: [[{ key: 'key', values: ['reference-value'] }]] }),
  makeClass('immediate', { volumeBindingMode: 'Immediate', provisioner: 'driver' }),
];

function scene(claims: PersistentVolumeClaim[], volumes: Scene['volumes'], more: Scene = {}): ClusterView {
  return makeCluster({ nodes: [makeNode('node1', { key: 'node1' })], classes: CLASSES, claims, ...(volumes ? { volumes } : {}), ...more });
}

function podOf(claims: readonly PersistentVolumeClaim[]) {
  return makePod('p', useClaim(...claims.map(({ name }) => name)));
}

/** Reserves the pod's claims on the first node; the result in terms of claim → volume or node. */
function reserve(claims: readonly PersistentVolumeClaim[], cluster: ClusterView): Record<string, string> {
  volumeBinding.reserve?.(podOf(claims), cluster.nodes[0] as NodeView, cluster, {});
  const outcome: Record<string, string> = {};
  for (const { name } of claims) {
    const claim = cluster.persistentVolumeClaims.get(`default/${name}`);
    outcome[name] = claim?.volumeName || claim?.annotations.get(SELECTED_NODE) || '';
  }
  return outcome;
}

describe('claims that refuse every node', () => {
  const cases: [name: string, claims: PersistentVolumeClaim[], present: PersistentVolumeClaim[], reason: string][] = [
    ['missing', [bound], [], 'persistentvolumeclaim "bound" not found'],
    ['second missing', [bound, unbound], [bound], 'persistentvolumeclaim "unbound" not found'],
    ['lost', [bound], [{ ...bound, phase: 'Lost' }], 'persistentvolumeclaim "bound" bound to non-existent persistentvolume "pv-bound"'],
    ['terminating', [bound], [{ ...bound, terminating: true }], 'persistentvolumeclaim "bound" is being deleted'],
    ['immediate', [immediate], [immediate], 'pod has unbound immediate PersistentVolumeClaims'],
    ['immediate beside bound', [immediate, bound], [immediate, bound], 'pod has unbound immediate PersistentVolumeClaims'],
    ['immediate beside waiting', [immediate, unbound], [immediate, unbound], 'pod has unbound immediate PersistentVolumeClaims'],
    ['pre-bound by its user', [prebound], [prebound], 'pod has unbound immediate PersistentVolumeClaims'],
    ['without class', [unbound], [makeClaim('unbound')], 'pod has unbound immediate PersistentVolumeClaims'],
    [
      'of an unknown class',
      [unbound],
      [makeClaim('unbound', { storageClassName: 'nowhere' })],
      'pod has unbound immediate PersistentVolumeClaims',
    ],
    [
      'of a class without binding mode',
      [immediate, unbound],
      [immediate, makeClaim('unbound', { storageClassName: 'unset' })],
      'VolumeBindingMode not set for StorageClass "unset"',
    ],
  ];
  it.each(cases)('%s', (_name, claims, present, reason) => {
    const cluster = scene(present, [node1a, node1b, pvBound], {
      classes: [...CLASSES, makeClass('unset', { volumeBindingMode: undefined })],
    });
    expect(ask(volumeBinding, podOf(claims), cluster)).toEqual(unresolvable(reason));
  });

  it('needs nothing without claims', () => {
    expect(ask(volumeBinding, makePod('p', [{ kind: 'csiInline', name: 'v', driver: 'd' }]), scene([], []))).toBe('skip');
  });
});

describe('generic ephemeral volumes', () => {
  const volumes: Volume[] = [{ kind: 'ephemeral', name: 'data' }];
  const pod = makePod('p', volumes);
  const owner = { kind: 'Pod', name: 'p', uid: pod.uid };
  const claim = makeClaim('p-data', { storageClassName: 'wait', size: '1G', ...boundTo('pv-bound'), owner });

  it('waits for the claim', () => {
    const text = 'waiting for ephemeral volume controller to create the persistentvolumeclaim "p-data"';
    expect(ask(volumeBinding, pod, scene([], []))).toEqual(unresolvable(text));
  });

  it('refuses somebody else’s claim', () => {
    const text = 'PVC default/p-data was not created for pod default/p (pod is not owner)';
    const stranger = { ...owner, uid: 'other' };
    expect(ask(volumeBinding, pod, scene([makeClaim('p-data', boundTo('pv-bound'))], [pvBound]))).toEqual(unresolvable(text));
    expect(ask(volumeBinding, pod, scene([{ ...claim, owner: stranger }], [pvBound]))).toEqual(unresolvable(text));
  });

  it('is bound like any other', () => {
    expect(ask(volumeBinding, pod, scene([claim], [pvBound]))).toEqual(PASS);
  });
});

describe('bound claims', () => {
  it('follow the affinity of their volume', () => {
    expect(ask(volumeBinding, podOf([bound]), scene([bound], [pvBound]))).toEqual(PASS);
    expect(ask(volumeBinding, podOf([immediateBound]), scene([immediateBound], [pvImmediate]))).toEqual(PASS);
    const away = { ...pvImmediate, nodeAffinity: onNode('node2') };
    expect(ask(volumeBinding, podOf([immediateBound]), scene([immediateBound], [away]))).toEqual(refused(NODE_CONFLICT));
  });

  const affinities: [name: string, nodeAffinity: unknown[], expected: Verdict][] = [
    ['terms are ORed', [term({ key: ['x'] }), term({ key: ['node1'] })], PASS],
    ['requirements are ANDed', [term({ key: ['node1'], zone: ['a'] })], refused(NODE_CONFLICT)],
    ['no terms match nothing', [], refused(NODE_CONFLICT)],
    ['an empty term matches nothing', [{ matchExpressions: [], matchFields: [] }], refused(NODE_CONFLICT)],
    ['fields are not compared', [{ matchExpressions: [], matchFields: [{ key: 'metadata.name', operator: 'In', values: ['x'] }] }], PASS],
    [
      'a broken term matches nothing',
      [{ matchExpressions: [{ key: 'key', operator: 'Within', values: ['node1'] }], matchFields: [] }],
      refused(NODE_CONFLICT),
    ],
  ];
  it.each(affinities)('%s', (_name, nodeAffinity, expected) => {
    const volume = { ...pvBound, nodeAffinity: nodeAffinity as ReturnType<typeof onNode> };
    expect(ask(volumeBinding, podOf([bound]), scene([bound], [volume]))).toEqual(expected);
  });

  it('end at the first that fails', () => {
    const away = makeClaim('away', boundTo('pv-away'));
    const pvAway = makeVolume('pv-away', { nodeAffinity: onNode('node2') });
    const cluster = scene([bound, away], [pvAway]);
    expect(ask(volumeBinding, podOf([bound]), cluster)).toEqual(refused(VOLUME_MISSING));
    expect(ask(volumeBinding, podOf([bound, away]), cluster)).toEqual(refused(VOLUME_MISSING));
    expect(ask(volumeBinding, podOf([away, bound]), cluster)).toEqual(refused(NODE_CONFLICT));
  });

  it('are reported beside the unbound ones, in upstream’s order', () => {
    const away = { ...pvBound, nodeAffinity: onNode('node2') };
    expect(ask(volumeBinding, podOf([bound, unbound]), scene([bound, unbound], [away]))).toEqual(refused(NODE_CONFLICT, BIND_CONFLICT));
    expect(ask(volumeBinding, podOf([unbound, bound]), scene([bound, unbound], []))).toEqual(refused(BIND_CONFLICT, VOLUME_MISSING));
    const tracking = [{ name: 'driver', storageCapacity: true, preventPodSchedulingIfMissing: false }];
    const full = scene([bound, provisioned], [], { csiDrivers: tracking });
    expect(ask(volumeBinding, podOf([bound, provisioned]), full)).toEqual(refused(NOT_ENOUGH_SPACE, VOLUME_MISSING));
  });
});

describe('claims that wait for their first consumer, existing volumes', () => {
  const cases: [
    name: string,
    claims: PersistentVolumeClaim[],
    volumes: Scene['volumes'],
    expected: Verdict,
    bindings?: Record<string, string>,
  ][] = [
    ['volume on the node', [unbound], [node2, node1a, node1b], PASS, { unbound: 'pv-node1a' }],
    ['volume on another node', [unbound], [node2], refused(BIND_CONFLICT)],
    ['two claims', [unbound, unbound2], [node1a, node1b], PASS, { unbound: 'pv-node1a', unbound2: 'pv-node1b' }],
    ['two claims, the larger first', [unbound2, unbound], [node1a, node1b], PASS, { unbound: 'pv-node1a', unbound2: 'pv-node1b' }],
    ['two claims, one volume', [unbound, unbound2], [node1a], refused(BIND_CONFLICT)],
    ['bound and unbound', [unbound, bound], [pvBound, node1a], PASS, { unbound: 'pv-node1a', bound: 'pv-bound' }],
    ['bound and unbound, no match', [unbound, bound], [pvBound, node2], refused(BIND_CONFLICT)],
    ['no volumes', [noProvisioner], [], refused(BIND_CONFLICT)],
  ];
  it.each(cases)('%s', (_name, claims, volumes, expected, bindings) => {
    const cluster = scene(claims, volumes);
    expect(ask(volumeBinding, podOf(claims), cluster)).toEqual(expected);
    const untouched = Object.fromEntries(claims.map(({ name, volumeName }) => [name, volumeName]));
    expect(reserve(claims, cluster)).toEqual(bindings ?? untouched);
  });
});

describe('the volume that is chosen', () => {
  const chosen = (claim: PersistentVolumeClaim, volumes: Scene['volumes']) => reserve([claim], scene([claim], volumes))[claim.name] || null;
  const vol = (name: string, more: Parameters<typeof makeVolume>[1] = {}) =>
    makeVolume(name, { storageClassName: 'wait', size: '5G', ...more });

  const cases: [name: string, volumes: Scene['volumes'], chosen: string | null, claim?: Partial<PersistentVolumeClaim>][] = [
    ['the smallest', [vol('a', { size: '10G' }), vol('b', { size: '5G' }), vol('c', { size: '7G' })], 'b'],
    ['the first by name among equals', [vol('b'), vol('c'), vol('a')], 'a'],
    ['large enough', [vol('a', { size: '999M' })], null],
    ['exactly large enough', [vol('a', { size: '1G' })], 'a'],
    ['free', [vol('a', { claimRef: { namespace: 'default', name: 'other', uid: '' } }), vol('b')], 'b'],
    ['available', [vol('a', { phase: 'Released' }), vol('b', { phase: 'Pending' }), vol('c', { phase: '' })], null],
    ['not being deleted', [vol('a', { terminating: true })], null],
    ['of the class', [vol('a', { storageClassName: 'other' })], null],
    [
      'of the class, by annotation',
      [vol('a', { storageClassName: 'other', annotations: pairs({ 'volume.beta.kubernetes.io/storage-class': 'wait' }) })],
      'a',
    ],
    ['of the mode', [vol('a', { volumeMode: 'Block' }), vol('b', { volumeMode: 'Filesystem' })], 'b'],
    ['of the mode, asked for', [vol('a', { volumeMode: 'Block' }), vol('b')], 'a', { volumeMode: 'Block' }],
    ['of the attributes class', [vol('a', { volumeAttributesClassName: 'gold' }), vol('b')], 'b'],
    [
      'of the attributes class, asked for',
      [vol('a', { volumeAttributesClassName: 'gold' }), vol('b')],
      'a',
      { volumeAttributesClassName: 'gold' },
    ],
    [
      'with the access modes',
      [vol('a', { accessModes: ['ReadOnlyMany'] }), vol('b', { accessModes: ['ReadOnlyMany', 'ReadWriteOnce'] })],
      'b',
    ],
    [
      'with the labels',
      [vol('a'), vol('b', { labels: pairs({ disk: 'ssd' }) })],
      'b',
      { selector: { requirements: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
    ],
    ['any label', [vol('a')], 'a', { selector: { requirements: [] } }],
    ['reserved for the claim, though larger', [vol('a'), vol('b', { size: '50G', ...reservedFor(unbound) })], 'b'],
    ['reserved by name alone', [vol('a'), vol('b', { ...reservedFor(unbound, '') })], 'b'],
    ['not one reserved for an earlier claim of that name', [vol('a', { ...reservedFor(unbound, 'older') })], null],
    [
      'reserved in any phase, whatever its labels and modes',
      [vol('a', { ...reservedFor(unbound), phase: 'Released', accessModes: [] })],
      'a',
    ],
    ['reserved, not too small', [vol('a', { ...reservedFor(unbound), size: '1M' }), vol('b')], 'b'],
    ['reserved on another node: none', [vol('a'), vol('b', { ...reservedFor(unbound), nodeAffinity: onNode('node2') })], null],
    ['any size for a claim without size', [vol('a', { size: '0' })], 'a', { request: undefined }],
  ];
  it.each(cases)('%s', (_name, volumes, expected, more = {}) => {
    expect(chosen({ ...unbound, ...more }, volumes)).toBe(expected);
  });

  it('is not one that an earlier claim of the pod has taken', () => {
    const claims = [unbound, { ...unbound, name: 'again', uid: 'again' }];
    expect(reserve(claims, scene(claims, [vol('a'), vol('b')]))).toEqual({ unbound: 'a', again: 'b' });
  });

  it('binds two volumes to a claim that the pod lists twice', () => {
    const cluster = scene([unbound], [vol('a'), vol('b')]);
    expect(reserve([unbound, unbound], cluster)).toEqual({ unbound: 'a' });
    expect([...cluster.persistentVolumes.values()].map(({ claimRef }) => claimRef?.name)).toEqual(['unbound', 'unbound']);
  });

  it('fails on a selector that upstream cannot parse', () => {
    const broken = { ...unbound, selector: { requirements: [{ key: 'disk', operator: 'Within', values: ['ssd'] }] } };
    const text = 'error creating internal label selector for claim: default/unbound: "Within" is not a valid label selector operator';
    expect(ask(volumeBinding, podOf([broken]), scene([broken], [node1a]))).toEqual(refused(text));
  });

  it('differs by node', () => {
    const nodes = ['n1', 'n2', 'n3'].map((name) => makeNode(name, { key: name, zone: 'z' }));
    const volumes = [
      vol('zonal', { size: '9G', nodeAffinity: [term({ zone: ['z'], key: ['n1', 'n2'] })] }),
      vol('local', { size: '2G', nodeAffinity: onNode('n2') }),
      vol('either', { size: '8G', nodeAffinity: [term({ key: ['n4'] }), term({ key: ['n1'] })] }),
    ];
    const bindings = nodes.map((node) => reserve([unbound], scene([unbound], volumes, { nodes: [node] })).unbound);
    expect(bindings).toEqual(['either', 'local', '']);
    expect(ask(volumeBinding, podOf([unbound]), scene([unbound], volumes, { nodes }))).toEqual([
      undefined,
      undefined,
      ...(refused(BIND_CONFLICT) as []),
    ]);
  });
});

describe('claims that wait for their first consumer, new volumes', () => {
  const tracked = [{ name: 'driver', storageCapacity: true, preventPodSchedulingIfMissing: false }];
  const untracked = [{ name: 'driver', storageCapacity: false, preventPodSchedulingIfMissing: false }];
  const FULL = refused(NOT_ENOUGH_SPACE);
  const NO_WAY = refused(BIND_CONFLICT);
  const cases: [
    name: string,
    claims: PersistentVolumeClaim[],
    volumes: Scene['volumes'],
    expected: Verdict,
    /** With a driver that tracks capacity and has none. */
    expectedWhenFull: Verdict,
    outcome: Record<string, string>,
  ][] = [
    ['one', [provisioned], [], PASS, FULL, { provisioned: 'node1' }],
    ['one to bind, one to make', [unbound, provisioned], [node1a], PASS, FULL, { unbound: 'pv-node1a', provisioned: 'node1' }],
    ['bound and to make', [bound, provisioned], [pvBound], PASS, FULL, { bound: 'pv-bound', provisioned: 'node1' }],
    ['bound and being made', [bound, selected], [pvBound], PASS, FULL, { bound: 'pv-bound', provisioned: 'node1' }],
    ['no provisioner', [noProvisioner], [], NO_WAY, NO_WAY, { 'no-provisioner': '' }],
    ['topology not allowed', [elsewhere], [], NO_WAY, NO_WAY, { elsewhere: '' }],
    ['one of two cannot be made', [provisioned, elsewhere], [], NO_WAY, FULL, { provisioned: '', elsewhere: '' }],
  ];
  it.each(cases)('%s', (_name, claims, volumes, expected, expectedWhenFull, outcome) => {
    for (const csiDrivers of [[], untracked]) {
      const cluster = scene(claims, volumes, { csiDrivers });
      expect(ask(volumeBinding, podOf(claims), cluster)).toEqual(expected);
      expect(reserve(claims, cluster)).toEqual(outcome);
    }
    expect(ask(volumeBinding, podOf(claims), scene(claims, volumes, { csiDrivers: tracked }))).toEqual(expectedWhenFull);
  });

  it('stay with the node that was chosen before', () => {
    const nodes = [makeNode('node1', { key: 'node1' }), makeNode('node2', { key: 'node1' })];
    const conflict = unresolvable(BIND_CONFLICT);
    expect(ask(volumeBinding, podOf([selected]), scene([selected], [], { nodes }))).toEqual([undefined, conflict]);
    const second = { ...selected, name: 'second', annotations: pairs({ [SELECTED_NODE]: 'node2' }) };
    expect(ask(volumeBinding, podOf([selected, second]), scene([selected, second], [], { nodes }))).toEqual([conflict, conflict]);
    expect(ask(volumeBinding, podOf([unbound, selected]), scene([selected, unbound], [node1a], { nodes }))).toEqual([undefined, conflict]);
  });

  const topologies: [name: string, terms: { key: string; values: string[] }[][], expected: boolean][] = [
    ['none: everywhere', [], true],
    ['terms are ORed', [[{ key: 'key', values: ['x'] }], [{ key: 'zone', values: ['a', 'b'] }]], true],
    [
      'expressions are ANDed',
      [
        [
          { key: 'key', values: ['node1'] },
          { key: 'zone', values: ['b'] },
        ],
      ],
      false,
    ],
    ['a missing label', [[{ key: 'rack', values: ['r'] }]], false],
    ['an empty term matches nothing', [[]], false],
    ['a term without values matches nothing', [[{ key: 'key', values: [] }]], false],
    ['a term with a broken value matches nothing', [[{ key: 'key', values: ['node1', 'not valid'] }]], false],
  ];
  it.each(topologies)('allowed topologies: %s', (_name, allowedTopologies, expected) => {
    const classes = [makeClass('wait-make', { provisioner: 'driver', allowedTopologies })];
    const cluster = scene([provisioned], [], { classes, nodes: [makeNode('node1', { key: 'node1', zone: 'a' })] });
    expect(ask(volumeBinding, podOf([provisioned]), cluster)).toEqual(expected ? PASS : refused(BIND_CONFLICT));
  });
});

function pool(name: string, capacity: string | undefined, more: Partial<CSIStorageCapacity> = {}): CSIStorageCapacity {
  return {
    namespace: 'kube-system',
    name,
    storageClassName: 'wait-make',
    nodeTopology: { requirements: [] },
    ...(capacity === undefined ? {} : { capacity: parseQuantity(capacity) }),
    ...more,
  };
}

const atKey = (value: string) => ({ requirements: [{ key: 'key', operator: 'In', values: [value] }] });

describe('tracked storage capacity', () => {
  const csiDrivers = [{ name: 'driver', storageCapacity: true, preventPodSchedulingIfMissing: false }];
  const cases: [name: string, capacities: CSIStorageCapacity[], fits: boolean][] = [
    ['no pool', [], false],
    ['a pool for all nodes', [pool('net', '1Gi')], true],
    ['a pool of the node', [pool('n1', '1Gi', { nodeTopology: atKey('node1') })], true],
    ['a pool of another node', [pool('n2', '1Gi', { nodeTopology: atKey('node2') })], false],
    ['a pool without topology', [pool('net', '1Gi', { nodeTopology: undefined })], false],
    [
      'a pool with a broken topology',
      [pool('net', '1Gi', { nodeTopology: { requirements: [{ key: 'key', operator: '?', values: [] }] } })],
      false,
    ],
    ['a pool of another class', [pool('net', '1Gi', { storageClassName: 'wait' })], false],
    ['too small', [pool('net', '1023Mi')], false],
    ['no size known', [pool('net', undefined)], false],
    ['the largest volume decides', [pool('net', '10Gi', { maximumVolumeSize: parseQuantity('1Mi') })], false],
    ['the largest volume alone', [pool('net', undefined, { maximumVolumeSize: parseQuantity('1Gi') })], true],
    [
      'one of several',
      [pool('a', '1Mi'), pool('b', '1Gi', { nodeTopology: atKey('node2') }), pool('c', '2Gi', { nodeTopology: atKey('node1') })],
      true,
    ],
  ];
  it.each(cases)('%s', (_name, capacities, fits) => {
    const cluster = scene([provisioned], [], { csiDrivers, capacities });
    expect(ask(volumeBinding, podOf([provisioned]), cluster)).toEqual(fits ? PASS : refused(NOT_ENOUGH_SPACE));
  });

  it('is not asked by a claim without size', () => {
    const claim = { ...provisioned, request: undefined };
    expect(ask(volumeBinding, podOf([claim]), scene([claim], [], { csiDrivers }))).toEqual(PASS);
  });

  it('is counted for every claim by itself', () => {
    const claims = [provisioned, { ...provisioned, name: 'second' }];
    expect(ask(volumeBinding, podOf(claims), scene(claims, [], { csiDrivers, capacities: [pool('net', '1Gi')] }))).toEqual(PASS);
  });
});

describe('in-tree volumes that have moved to a CSI driver', () => {
  const claim = makeClaim('c', boundTo('pv'));
  const volume = makeVolume('pv', {
    inTree: { kind: 'gce', id: 'disk' },
    labels: pairs({ 'failure-domain.beta.kubernetes.io/zone': 'us-east-1' }),
  });
  const annotated = (plugins: string) => ({
    name: 'node1',
    annotations: pairs({ 'storage.alpha.kubernetes.io/migrated-plugins': plugins }),
    drivers: [],
  });
  const inZone = (zone: string) => [makeNode('node1', { 'topology.gke.io/zone': zone })];
  const run = (zone: string, more: Scene, pv = volume) =>
    ask(volumeBinding, podOf([claim]), scene([claim], [pv], { nodes: inZone(zone), ...more }));

  it('are compared with the driver’s zone label where the node has migrated', () => {
    const csiNodes = [annotated('kubernetes.io/aws-ebs,kubernetes.io/gce-pd')];
    expect(run('us-east-1', { csiNodes })).toEqual(PASS);
    expect(run('us-east-2', { csiNodes })).toEqual(refused(NODE_CONFLICT));
  });

  it('keep their own affinity elsewhere', () => {
    expect(run('us-east-2', { csiNodes: [annotated('')] })).toEqual(PASS);
    expect(run('us-east-2', { csiNodes: [annotated('kubernetes.io/aws-ebs')] })).toEqual(PASS);
    expect(run('us-east-2', {})).toEqual(PASS);
  });

  it('end the cycle where they cannot be translated', () => {
    const broken = { ...volume, labels: pairs({ 'topology.kubernetes.io/zone': 'us-east-1__somewhere' }) };
    const problem = 'zone in unexpected format, expected: {locale}-{region}-{zone}, got: somewhere';
    const text = `could not translate pv: failed to get region from zones: ${problem}`;
    expect(run('us-east-1', { csiNodes: [annotated('kubernetes.io/gce-pd')] }, broken)).toEqual(refused(text));
  });
});

describe('reserve', () => {
  it('leaves the snapshot’s own objects alone', () => {
    const cluster = scene([unbound, provisioned], [node1a]);
    reserve([unbound, provisioned], cluster);
    expect(cluster.objects.persistentVolumes.get('pv-node1a')).toBe(node1a);
    expect(cluster.objects.persistentVolumeClaims.get('default/unbound')).toBe(unbound);
    expect(node1a.claimRef).toBeUndefined();
  });

  it('binds volume and claim to each other', () => {
    const cluster = scene([unbound], [node1a]);
    reserve([unbound], cluster);
    const volume = cluster.persistentVolumes.get('pv-node1a');
    expect(volume?.claimRef).toEqual({ namespace: 'default', name: 'unbound', uid: 'uid-unbound' });
    expect(volume?.phase).toBe('Bound');
    expect(volume?.annotations.get('pv.kubernetes.io/bound-by-controller')).toBe('yes');
    const claim = cluster.persistentVolumeClaims.get('default/unbound');
    expect(claim?.volumeName).toBe('pv-node1a');
    expect(claim?.annotations.has('pv.kubernetes.io/bind-completed')).toBe(true);
    expect(claim?.phase).toBe('Bound');
  });

  it('does not call a user’s reservation the controller’s', () => {
    const cluster = scene([unbound], [{ ...node1a, ...reservedFor(unbound, '') }]);
    reserve([unbound], cluster);
    const volume = cluster.persistentVolumes.get('pv-node1a');
    expect(volume?.annotations.size).toBe(0);
    expect(volume?.claimRef?.uid).toBe('uid-unbound');
  });

  it('is seen by the next pods: the same claim stays, another claim finds the volume gone', () => {
    const nodes = [makeNode('node1', { key: 'node1' }), makeNode('node2', { key: 'node2' })];
    const other = { ...unbound, name: 'other', uid: 'uid-other' };
    const cluster = scene([unbound, other], [node1a, node2], { nodes });
    reserve([unbound], cluster);
    expect(ask(volumeBinding, podOf([unbound]), cluster)).toEqual([undefined, unresolvable(NODE_CONFLICT)]);
    expect(ask(volumeBinding, podOf([other]), cluster)).toEqual([unresolvable(BIND_CONFLICT), undefined]);
  });

  it('pins a claim whose volume has still to be made to the node', () => {
    const nodes = [makeNode('node1', { key: 'node1' }), makeNode('node2', { key: 'node1' })];
    const cluster = scene([provisioned], [], { nodes });
    reserve([provisioned], cluster);
    expect(ask(volumeBinding, podOf([provisioned]), cluster)).toEqual([undefined, unresolvable(BIND_CONFLICT)]);
  });

  it('writes nothing when the node does not take the pod', () => {
    const cluster = scene([unbound, elsewhere], [node1a]);
    expect(reserve([unbound, elsewhere], cluster)).toEqual({ unbound: '', elsewhere: '' });
    expect(cluster.persistentVolumes.get('pv-node1a')).toBe(node1a);
  });
});

describe('scores', () => {
  const gates = { StorageCapacityScoring: true };
  const nodes = ['a', 'b', 'c'].map((name) => makeNode(name, { key: name }));
  const local = (name: string, on: string, size: string, storageClassName = 'wait') =>
    makeVolume(name, { storageClassName, size, nodeAffinity: onNode(on) });
  const LINE = [
    { utilization: 0, score: 0 },
    { utilization: 100, score: 10 },
  ];
  const claim = (name: string, size: string, storageClassName = 'wait') => makeClaim(name, { storageClassName, size });
  const csiDrivers = [{ name: 'driver', storageCapacity: true, preventPodSchedulingIfMissing: false }];
  const classes = [makeClass('wait'), makeClass('slow'), makeClass('pool', { provisioner: 'driver' })];
  const pools = (...sizes: string[]) =>
    sizes.map((size, i) => pool(`p${i}`, size, { storageClassName: 'pool', nodeTopology: atKey(nodes[i]?.name as string) }));

  const cases: [name: string, claims: PersistentVolumeClaim[], more: Scene, shape: typeof LINE | undefined, scores: number[]][] = [
    [
      'the closest volume',
      [claim('x', '50Gi')],
      { volumes: [local('1', 'a', '200Gi'), local('2', 'a', '200Gi'), local('3', 'b', '100Gi')] },
      LINE,
      [25, 50, 0],
    ],
    [
      'the mean over classes',
      [claim('x', '50Gi'), claim('y', '100Gi', 'slow')],
      { volumes: [local('1', 'a', '200Gi'), local('2', 'a', '200Gi', 'slow'), local('3', 'b', '100Gi'), local('4', 'b', '100Gi', 'slow')] },
      LINE,
      [38, 75, 0],
    ],
    [
      'another shape',
      [claim('x', '50Gi')],
      { volumes: [local('1', 'a', '200Gi'), local('2', 'b', '100Gi')] },
      [
        { utilization: 0, score: 0 },
        { utilization: 50, score: 3 },
        { utilization: 100, score: 5 },
      ],
      [15, 30, 0],
    ],
    ['pools', [claim('x', '10Gi', 'pool')], { capacities: pools('100Gi', '50Gi', '10Gi') }, LINE, [10, 20, 100]],
    [
      'pools, upstream’s default shape',
      [claim('x', '10Gi', 'pool')],
      { capacities: pools('100Gi', '20Gi', '10Gi') },
      undefined,
      [90, 50, 0],
    ],
    [
      'existing volumes alone when there are some',
      [claim('x', '10Gi', 'pool'), claim('y', '50Gi')],
      {
        capacities: pools('100Gi', '50Gi', '10Gi'),
        volumes: [local('1', 'a', '100Gi'), local('2', 'b', '100Gi'), local('3', 'c', '100Gi')],
      },
      LINE,
      [50, 50, 50],
    ],
    [
      'two claims of one pool',
      [claim('x', '50Gi', 'pool'), claim('y', '50Gi', 'pool')],
      { capacities: pools('100Gi', '100Gi', '400Gi') },
      LINE,
      [100, 100, 25],
    ],
    ['no claims', [], {}, LINE, [0, 0, 0]],
  ];
  it.each(cases)('%s', (_name, claims, more, shape, scores) => {
    const cluster = makeCluster({ nodes, gates, csiDrivers, classes, claims, ...more });
    const args = shape ? { shape } : {};
    const pod = podOf(claims);
    const state = volumeBinding.prepareScore?.(pod, cluster.nodes, cluster, args);
    if (state === 'skip') throw new Error('the gate is on');
    expect(cluster.nodes.map((view) => volumeBinding.rate?.(state, pod, view, cluster, args))).toEqual(scores);
  });

  it('are left out without the gate', () => {
    const cluster = scene([unbound], [node1a]);
    expect(volumeBinding.prepareScore?.(podOf([unbound]), cluster.nodes, cluster, {})).toBe('skip');
  });
});
