import { describe, expect, it } from 'vitest';
import type { InTreeKind, PersistentVolume, Volume } from '../../src/model/volume.ts';
import { nodeVolumeLimits } from '../../src/rules/node-volume-limits.ts';
import { filterFailure, unresolvable, unschedulable } from '../../src/rules/rule.ts';
import {
  ask,
  makeClaim,
  makeClass,
  makeCluster,
  makePod,
  makeVolume,
  pairs,
  type Scene,
  useClaim,
  type Verdict,
} from './volume-support.ts';

const EBS = 'ebs.csi.aws.com';
const GCE = 'pd.csi.storage.gke.io';
const EBS_IN_TREE = 'kubernetes.io/aws-ebs';
const PASS: Verdict = [undefined];
const TOO_MANY: Verdict = [unschedulable('node(s) exceed max volume count')];
const failure = filterFailure.bind(undefined, 'NodeVolumeLimits');

/** Volumes ebs-0.. and gce-0.. with claims of the same names, in-tree ones as tree-0.., and a few odd claims. */
function storage(provisioner = EBS): Pick<Scene, 'claims' | 'volumes' | 'classes'> {
  const range = [0, 1, 2, 3];
  const volumes: PersistentVolume[] = range.flatMap((i) => [
    makeVolume(`ebs-${i}`, { csi: { driver: EBS, volumeHandle: `vol-${i}` } }),
    makeVolume(`gce-${i}`, { csi: { driver: GCE, volumeHandle: `disk-${i}` } }),
    makeVolume(`tree-${i}`, { inTree: { kind: 'ebs', id: `vol-tree-${i}` } }),
    makeVolume(`local-${i}`),
  ]);
  const claims = [
    ...volumes.map(({ name }) => makeClaim(name, { volumeName: name })),
    makeClaim('pending', { storageClassName: 'class' }),
    makeClaim('pending-2', { storageClassName: 'class' }),
    makeClaim('no-class'),
    makeClaim('unknown-class', { storageClassName: 'nowhere' }),
    makeClaim('volume-gone', { storageClassName: 'class', volumeName: 'gone' }),
    makeClaim('abc-xyz', { storageClassName: 'class', owner: { kind: 'Pod', name: 'abc', uid: 'uid-abc' } }),
    makeClaim('abc-x', { storageClassName: 'class', owner: { kind: 'Pod', name: 'abc', uid: 'uid-abc' } }),
    makeClaim('abc-y', { storageClassName: 'class', owner: { kind: 'Pod', name: 'abc', uid: 'uid-abc' } }),
  ];
  return { volumes, claims, classes: [makeClass('class', { provisioner })] };
}

const ephemeral = (...names: string[]): Volume[] => names.map((name) => ({ kind: 'ephemeral', name }));
const inline = (volumeID: string): Volume[] => [{ kind: 'ebs', name: 'data', volumeID }];

function limits(counts: Record<string, number | undefined>, annotations: Record<string, string> = {}) {
  const drivers = Object.entries(counts).map(([name, count]) => (count === undefined ? { name } : { name, count }));
  return [{ name: 'node-1', annotations: pairs(annotations), drivers }];
}

interface Case {
  readonly name: string;
  readonly wanted: Volume[];
  readonly placed?: Volume[][];
  readonly limit?: Record<string, number | undefined>;
  readonly attached?: string[];
  readonly provisioner?: string;
  readonly expected: Verdict;
}

const CASES: Case[] = [
  {
    name: 'attached volumes of gone pods count',
    wanted: useClaim('ebs-0'),
    limit: { [EBS]: 2 },
    attached: ['ebs-1', 'ebs-2'],
    expected: TOO_MANY,
  },
  { name: 'attached volumes within the limit', wanted: useClaim('ebs-0'), limit: { [EBS]: 2 }, attached: ['ebs-1'], expected: PASS },
  {
    name: 'a volume that is only attached counts as new as well',
    wanted: useClaim('ebs-0'),
    limit: { [EBS]: 1 },
    attached: ['ebs-0'],
    expected: TOO_MANY,
  },
  {
    name: 'an attached volume of a placed pod counts once',
    wanted: useClaim('ebs-0'),
    placed: [useClaim('ebs-1')],
    limit: { [EBS]: 2 },
    attached: ['ebs-1'],
    expected: PASS,
  },
  {
    name: 'below the limit',
    wanted: useClaim('ebs-0'),
    placed: [useClaim('ebs-3'), useClaim('ebs-1', 'ebs-2')],
    limit: { [EBS]: 4 },
    expected: PASS,
  },
  {
    name: 'above the limit',
    wanted: useClaim('ebs-0'),
    placed: [useClaim('ebs-3'), useClaim('ebs-1', 'ebs-2')],
    limit: { [EBS]: 2 },
    expected: TOO_MANY,
  },
  {
    name: 'a volume in use on the node is free',
    wanted: useClaim('ebs-1'),
    placed: [useClaim('ebs-1', 'ebs-2')],
    limit: { [EBS]: 2 },
    expected: PASS,
  },
  {
    name: 'a driver without a count has no limit',
    wanted: useClaim('ebs-0'),
    placed: [useClaim('ebs-1', 'ebs-2')],
    limit: { [EBS]: undefined },
    expected: PASS,
  },
  { name: 'no CSINode, no limit', wanted: useClaim('ebs-0'), placed: [useClaim('ebs-1', 'ebs-2')], expected: PASS },
  { name: 'limit 0', wanted: useClaim('ebs-0'), limit: { [EBS]: 0 }, expected: TOO_MANY },
  {
    name: 'pending claims of placed pods count',
    wanted: useClaim('ebs-0'),
    placed: [useClaim('pending'), useClaim('ebs-1', 'ebs-2')],
    limit: { [EBS]: 3 },
    expected: TOO_MANY,
  },
  {
    name: 'one pending claim of two pods counts once',
    wanted: useClaim('ebs-0'),
    placed: [useClaim('pending'), useClaim('pending'), useClaim('ebs-1', 'ebs-2')],
    limit: { [EBS]: 4 },
    expected: PASS,
  },
  {
    name: 'two pending claims count twice',
    wanted: useClaim('ebs-0'),
    placed: [useClaim('pending'), useClaim('pending-2'), useClaim('ebs-1', 'ebs-2')],
    limit: { [EBS]: 4 },
    expected: TOO_MANY,
  },
  {
    name: 'a claim whose volume is gone counts by its class',
    wanted: useClaim('ebs-0'),
    placed: [useClaim('volume-gone'), useClaim('ebs-1', 'ebs-2')],
    limit: { [EBS]: 3 },
    expected: TOO_MANY,
  },
  {
    name: 'claims without a class are not counted',
    wanted: useClaim('ebs-0'),
    placed: [useClaim('ebs-1'), useClaim('no-class', 'unknown-class')],
    limit: { [EBS]: 2 },
    expected: PASS,
  },
  {
    name: 'every driver by itself: the full one',
    wanted: useClaim('ebs-0'),
    placed: [useClaim('gce-1', 'gce-2'), useClaim('ebs-1', 'ebs-2')],
    limit: { [EBS]: 2, [GCE]: 2 },
    expected: TOO_MANY,
  },
  {
    name: 'every driver by itself: the free one',
    wanted: useClaim('gce-1', 'gce-2'),
    placed: [useClaim('ebs-1', 'ebs-2', 'ebs-3')],
    limit: { [EBS]: 2, [GCE]: 2 },
    expected: PASS,
  },
  {
    name: 'volumes without a driver are not counted',
    wanted: useClaim('local-0'),
    placed: [useClaim('ebs-1', 'ebs-2')],
    limit: { [EBS]: 2 },
    expected: PASS,
  },
  {
    name: 'missing claims of placed pods are ignored',
    wanted: useClaim('ebs-0'),
    placed: [useClaim('absent', 'ebs-1')],
    limit: { [EBS]: 2 },
    expected: PASS,
  },
  {
    name: 'missing claim of the pod',
    wanted: useClaim('ebs-0', 'absent'),
    limit: { [EBS]: 2 },
    expected: [unresolvable('looking up PVC default/absent: persistentvolumeclaim "absent" not found')],
  },
  {
    name: 'claim without a name',
    wanted: useClaim(''),
    limit: { [EBS]: 2 },
    expected: [failure('PersistentVolumeClaim had no name')],
  },
  {
    name: 'claim without a name of a placed pod',
    wanted: useClaim('ebs-0'),
    placed: [useClaim('')],
    limit: { [EBS]: 2 },
    expected: [failure('PersistentVolumeClaim had no name')],
  },
  {
    name: 'in-tree volumes count for the driver that replaced them',
    wanted: useClaim('tree-0'),
    placed: [useClaim('tree-1', 'tree-2')],
    limit: { [EBS]: 2 },
    expected: TOO_MANY,
  },
  {
    name: 'in-tree and CSI volumes together',
    wanted: useClaim('ebs-0'),
    placed: [useClaim('tree-1', 'tree-2')],
    limit: { [EBS]: 2 },
    expected: TOO_MANY,
  },
  { name: 'in-tree volumes need a CSINode', wanted: inline('vol-new'), placed: [useClaim('tree-1', 'tree-2')], expected: PASS },
  {
    name: 'inline volumes count',
    wanted: inline('vol-new'),
    placed: [useClaim('tree-1', 'tree-2')],
    limit: { [EBS]: 2 },
    expected: TOO_MANY,
  },
  {
    name: 'inline, in-tree and CSI volumes together',
    wanted: inline('vol-new'),
    placed: [useClaim('ebs-1', 'ebs-2'), useClaim('tree-0')],
    limit: { [EBS]: 3 },
    expected: TOO_MANY,
  },
  {
    name: 'an inline volume that a CSI claim holds on the node is free',
    wanted: inline('vol-1'),
    placed: [useClaim('ebs-1', 'ebs-2'), useClaim('tree-0')],
    limit: { [EBS]: 3 },
    expected: PASS,
  },
  {
    name: 'an inline volume under its long name',
    wanted: inline('aws://zone-a/vol-1'),
    placed: [useClaim('ebs-1')],
    limit: { [EBS]: 1 },
    expected: PASS,
  },
  {
    name: 'an inline volume with a broken name',
    wanted: inline('aws://zone-a/disk'),
    limit: { [EBS]: 1 },
    expected: [
      failure(
        'converting volume(data) from inline to csi: failed to translate Kubernetes ID to EBS Volume ID Invalid format for AWS volume (aws://zone-a/disk)',
      ),
    ],
  },
  {
    name: 'pending in-tree claims',
    wanted: useClaim('pending'),
    placed: [useClaim('tree-1', 'tree-2')],
    limit: { [EBS]: 2 },
    provisioner: EBS_IN_TREE,
    expected: TOO_MANY,
  },
  { name: 'configuration volumes alone', wanted: [], limit: { [EBS]: 2 }, expected: 'skip' },
  { name: 'CSI inline volumes', wanted: [{ kind: 'csiInline', name: 'v', driver: EBS }], limit: { [EBS]: 0 }, expected: 'skip' },
  {
    name: 'inline volumes that never migrate',
    wanted: [{ kind: 'iscsi', name: 'v', iqn: 'iqn', readOnly: false }],
    limit: { [EBS]: 0 },
    expected: 'skip',
  },
];

describe('volume counts against CSINode limits', () => {
  it.each(CASES)('$name', ({ wanted, placed = [], limit, attached = [], provisioner, expected }) => {
    const cluster = makeCluster({
      ...storage(provisioner),
      pods: placed.map((volumes, i) => makePod(`placed-${i}`, volumes)),
      attachments: attached.map((name) => ({ name, attacher: EBS, nodeName: 'node-1', persistentVolumeName: name })),
      csiNodes: limit === undefined ? [] : limits(limit),
    });
    expect(ask(nodeVolumeLimits, makePod('p', wanted), cluster)).toEqual(expected);
  });

  it('skips attachments of other nodes, without attacher, without volume and of volumes without driver', () => {
    const cluster = makeCluster({
      ...storage(),
      csiNodes: limits({ [EBS]: 1 }),
      attachments: [
        { name: '1', attacher: EBS, nodeName: 'node-2', persistentVolumeName: 'ebs-1' },
        { name: '2', attacher: '', nodeName: 'node-1', persistentVolumeName: 'ebs-1' },
        { name: '3', attacher: EBS, nodeName: 'node-1', persistentVolumeName: '' },
        { name: '4', attacher: EBS, nodeName: 'node-1', persistentVolumeName: 'local-1' },
      ],
    });
    expect(ask(nodeVolumeLimits, makePod('p', useClaim('ebs-0')), cluster)).toEqual(PASS);
  });

  it('sees a claim anew after it has been bound', () => {
    const cluster = makeCluster({ ...storage(), pods: [makePod('placed', useClaim('pending'))], csiNodes: limits({ [EBS]: 1 }) });
    const pod = makePod('p', useClaim('ebs-0'));
    expect(ask(nodeVolumeLimits, pod, cluster)).toEqual(TOO_MANY);
    cluster.persistentVolumeClaims.set('default/pending', makeClaim('pending', { volumeName: 'local-0' }));
    expect(ask(nodeVolumeLimits, pod, cluster)).toEqual(PASS);
    cluster.persistentVolumes.set('local-0', makeVolume('local-0', { csi: { driver: EBS, volumeHandle: 'late' } }));
    expect(ask(nodeVolumeLimits, pod, cluster)).toEqual(TOO_MANY);
  });
});

describe('generic ephemeral volumes', () => {
  const run = (wanted: Volume[], limit: number, placed: Volume[][] = [], owner = 'uid-abc') => {
    const base = storage();
    const cluster = makeCluster({
      ...base,
      pods: placed.map((volumes, i) => makePod(volumes[0]?.kind === 'ephemeral' ? 'abc' : `placed-${i}`, volumes)),
      csiNodes: limits({ [EBS]: limit }),
    });
    return ask(nodeVolumeLimits, makePod('abc', wanted, { uid: owner }), cluster);
  };

  it('refuses everywhere while the claim is missing', () => {
    const text = 'looking up PVC default/abc-nope: persistentvolumeclaim "abc-nope" not found';
    expect(run(ephemeral('nope'), 1)).toEqual([unresolvable(text)]);
  });

  it('fails when the claim belongs to another pod', () => {
    const verdict = failure('PVC default/abc-xyz was not created for pod default/abc (pod is not owner)');
    expect(run(ephemeral('xyz'), 1, [], 'uid-other')).toEqual([verdict]);
  });

  it('counts like any unbound claim', () => {
    expect(run(ephemeral('xyz'), 1)).toEqual(PASS);
    expect(run(ephemeral('xyz'), 2, [useClaim('ebs-3'), useClaim('ebs-1', 'ebs-2')])).toEqual(TOO_MANY);
    expect(run(useClaim('ebs-0'), 2, [useClaim('ebs-3'), ephemeral('x', 'y')])).toEqual(TOO_MANY);
    expect(run(useClaim('ebs-0'), 4, [useClaim('ebs-3'), ephemeral('x', 'y')])).toEqual(PASS);
  });
});

describe('in-tree plugins', () => {
  const sources: [InTreeKind, driver: string, counts: boolean][] = [
    ['gce', GCE, true],
    ['ebs', EBS, true],
    ['azureDisk', 'disk.csi.azure.com', true],
    ['cinder', 'cinder.csi.openstack.org', true],
    ['portworx', 'pxd.portworx.com', true],
    ['azureFile', 'file.csi.azure.com', false],
    ['vsphere', 'csi.vsphere.vmware.com', false],
  ];
  it.each(sources)('%s counts for %s: %s', (kind, driver, counts) => {
    const scene = {
      volumes: [makeVolume('pv', { inTree: { kind, id: 'disk' } })],
      claims: [makeClaim('c', { volumeName: 'pv' })],
      csiNodes: limits({ [driver]: 0 }),
    };
    expect(ask(nodeVolumeLimits, makePod('p', useClaim('c')), makeCluster(scene))).toEqual(counts ? TOO_MANY : PASS);
  });

  it('reads the annotation for Portworx until 1.35', () => {
    const wanted: Volume[] = [{ kind: 'portworx', name: 'v', volumeID: 'x' }];
    const annotated = { 'storage.alpha.kubernetes.io/migrated-plugins': 'kubernetes.io/gce-pd,kubernetes.io/portworx-volume' };
    const run = (kubeVersion: '1.35' | '1.36', annotations: Record<string, string>) =>
      ask(nodeVolumeLimits, makePod('p', wanted), makeCluster({ kubeVersion, csiNodes: limits({ 'pxd.portworx.com': 0 }, annotations) }));
    expect(run('1.36', {})).toEqual(TOO_MANY);
    expect(run('1.35', {})).toEqual(PASS);
    expect(run('1.35', annotated)).toEqual(TOO_MANY);
  });

  it('tells one GCE disk in two zones apart, as its handle does', () => {
    const zoned = (name: string, zone: string) =>
      makeVolume(name, { inTree: { kind: 'gce', id: 'disk' }, labels: pairs({ 'topology.kubernetes.io/zone': zone }) });
    const scene: Scene = {
      volumes: [zoned('a', 'us-east-1'), zoned('b', 'us-east-1'), zoned('c', 'us-east-2'), zoned('r', 'us-east-1__us-east-2')],
      claims: ['a', 'b', 'c', 'r'].map((name) => makeClaim(name, { volumeName: name })),
      pods: [makePod('placed', useClaim('a'))],
      csiNodes: limits({ [GCE]: 1 }),
    };
    const verdicts = ['b', 'c', 'r'].map((name) => ask(nodeVolumeLimits, makePod('p', useClaim(name)), makeCluster(scene)));
    expect(verdicts).toEqual([PASS, TOO_MANY, TOO_MANY]);
  });

  it('leaves an unmanaged Azure disk of a claim out and fails on an inline one', () => {
    const source = { kind: 'azureDisk', id: 'uri', diskKind: 'Dedicated' } as const;
    const scene = {
      volumes: [makeVolume('pv', { inTree: source })],
      claims: [makeClaim('c', { volumeName: 'pv' })],
      csiNodes: limits({ 'disk.csi.azure.com': 0 }),
    };
    const disk: Volume = { kind: 'azureDisk', name: 'data', diskName: 'd', diskURI: 'uri', diskKind: 'Dedicated' };
    expect(ask(nodeVolumeLimits, makePod('p', useClaim('c')), makeCluster(scene))).toEqual(PASS);
    expect(ask(nodeVolumeLimits, makePod('p', [disk]), makeCluster(scene))).toEqual([
      failure('converting volume(data) from inline to csi: kind(Dedicated) is not supported in csi migration'),
    ]);
  });
});

describe('gate VolumeLimitScaling', () => {
  const ABSENT: Verdict = [unschedulable(`${EBS} CSI driver is not installed on the node`)];
  const cases: [name: string, gate: boolean, object: 'none' | 'plain' | 'strict', installed: boolean, expected: Verdict][] = [
    ['the driver does not ask for it', true, 'plain', false, PASS],
    ['the driver is missing', true, 'strict', false, ABSENT],
    ['the gate is off', false, 'strict', false, PASS],
    ['the driver is there, within its limit', true, 'strict', true, PASS],
    ['no CSIDriver object', true, 'none', false, PASS],
  ];
  it.each(cases)('%s', (_name, VolumeLimitScaling, object, installed, expected) => {
    const driver = { name: EBS, storageCapacity: false, preventPodSchedulingIfMissing: object === 'strict' };
    const cluster = makeCluster({
      ...storage(),
      gates: { VolumeLimitScaling },
      csiDrivers: object === 'none' ? [] : [driver],
      csiNodes: limits(installed ? { [EBS]: 2 } : {}),
    });
    expect(ask(nodeVolumeLimits, makePod('p', useClaim('ebs-0')), cluster)).toEqual(expected);
  });

  it('needs no opt-in of the driver in 1.35', () => {
    const csiDrivers = [{ name: EBS, storageCapacity: false, preventPodSchedulingIfMissing: false }];
    const cluster = makeCluster({ ...storage(), kubeVersion: '1.35', gates: { VolumeLimitScaling: true }, csiDrivers });
    expect(ask(nodeVolumeLimits, makePod('p', useClaim('ebs-0')), cluster)).toEqual(ABSENT);
  });
});
