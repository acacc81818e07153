import { describe, expect, it } from 'vitest';
import type { Pod } from '../../src/model/pod.ts';
import type { Volume } from '../../src/model/volume.ts';
import { unresolvable, unschedulable } from '../../src/rules/rule.ts';
import type { NodeView } from '../../src/rules/view.ts';
import { volumeRestrictions } from '../../src/rules/volume-restrictions.ts';
import { ask, makeClaim, makeCluster, makeNode, makePod, useClaim, type Verdict } from './volume-support.ts';

const DISK: Verdict = [unschedulable('node(s) had no available disk')];
const IN_USE = unschedulable(
  'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
);
const PASS: Verdict = [undefined];

const gce = (pdName: string, readOnly = false): Volume => ({ kind: 'gce', name: 'v', pdName, readOnly });
const ebs = (volumeID: string): Volume => ({ kind: 'ebs', name: 'v', volumeID });
const iscsi = (iqn: string, readOnly = false): Volume => ({ kind: 'iscsi', name: 'v', iqn, readOnly });
const rbd = (monitors: string[], pool: string, image: string, readOnly = false): Volume => ({
  kind: 'rbd',
  name: 'v',
  monitors,
  pool,
  image,
  readOnly,
});

describe('inline disks', () => {
  const cases: [name: string, wanted: Volume[], taken: Volume[], expected: Verdict][] = [
    ['no volumes at all', [], [], 'skip'],
    ['only the other pod has a disk', [], [gce('foo')], 'skip'],
    ['a volume without restrictions', [{ kind: 'csiInline', name: 'v', driver: 'd' }], [gce('foo')], 'skip'],
    ['same GCE disk', [gce('foo')], [gce('foo')], DISK],
    ['another GCE disk', [gce('bar')], [gce('foo')], PASS],
    ['same GCE disk, both read', [gce('foo', true)], [gce('foo', true)], PASS],
    ['same GCE disk, one writes', [gce('foo', true)], [gce('foo')], DISK],
    ['same EBS volume', [ebs('foo')], [ebs('foo')], DISK],
    ['another EBS volume', [ebs('bar')], [ebs('foo')], PASS],
    ['same iSCSI target', [iscsi('iqn.a')], [iscsi('iqn.a')], DISK],
    ['same iSCSI target, both read', [iscsi('iqn.a', true)], [iscsi('iqn.a', true)], PASS],
    ['another iSCSI target', [iscsi('iqn.b')], [iscsi('iqn.a')], PASS],
    ['same RBD image', [rbd(['a', 'b'], 'p', 'i')], [rbd(['b', 'c'], 'p', 'i')], DISK],
    ['same RBD image, both read', [rbd(['a'], 'p', 'i', true)], [rbd(['a'], 'p', 'i', true)], PASS],
    ['RBD monitors apart', [rbd(['c', 'd'], 'p', 'i')], [rbd(['a', 'b'], 'p', 'i')], PASS],
    ['RBD pools apart', [rbd(['a'], 'q', 'i')], [rbd(['a'], 'p', 'i')], PASS],
    ['RBD images apart', [rbd(['a'], 'p', 'j')], [rbd(['a'], 'p', 'i')], PASS],
    ['equal ids of different kinds', [ebs('foo')], [gce('foo')], PASS],
    ['the second volume of each', [gce('x'), gce('foo')], [ebs('y'), gce('foo')], DISK],
  ];
  it.each(cases)('%s', (_name, wanted, taken, expected) => {
    const cluster = makeCluster({ pods: [makePod('other', taken)] });
    expect(ask(volumeRestrictions, makePod('p', wanted), cluster)).toEqual(expected);
  });

  it('refuses only the node that has the disk', () => {
    const cluster = makeCluster({
      nodes: [makeNode('a'), makeNode('b')],
      pods: [makePod('other', [gce('foo')], { nodeName: 'b' })],
    });
    expect(ask(volumeRestrictions, makePod('p', [gce('foo')]), cluster)).toEqual([undefined, ...(DISK as [])]);
  });
});

describe('ReadWriteOncePod claims', () => {
  const claims = [
    makeClaim('once-1', { accessModes: ['ReadWriteOncePod'] }),
    makeClaim('once-2', { accessModes: ['ReadWriteOncePod'] }),
    makeClaim('many', { accessModes: ['ReadWriteMany'] }),
  ];
  const cases: [name: string, wanted: string[], taken: string[][], expected: Verdict][] = [
    ['free claim', ['once-1'], [['many']], 'skip'],
    ['shared claim', ['many'], [['many']], 'skip'],
    ['missing claim', ['nowhere'], [], unresolvable('persistentvolumeclaim "nowhere" not found')],
    ['taken claim', ['once-1'], [['once-1'], ['many']], [IN_USE]],
    ['two taken claims', ['once-1', 'once-2'], [['once-1', 'once-2'], ['many']], [IN_USE]],
  ];
  it.each(cases)('%s', (_name, wanted, taken, expected) => {
    const pods = taken.map((names, i) => makePod(`other-${i}`, useClaim(...names)));
    expect(ask(volumeRestrictions, makePod('p', useClaim(...wanted)), makeCluster({ claims, pods }))).toEqual(expected);
  });

  it('counts a claim once however many pods use it, and every use that is added or removed', () => {
    const [first, second] = [makePod('first', useClaim('once-1')), makePod('second', useClaim('once-1'))];
    expect(conflicts({ placed: [first, second] })).toBe(1);
    expect(conflicts({ placed: [first, second], removed: [first] })).toBe(0);
    expect(conflicts({ placed: [first, second], removed: [first, second] })).toBe(-1);
    expect(conflicts({ placed: [first], added: [makePod('twice', useClaim('once-1', 'once-1'))] })).toBe(3);
  });

  it('is not confused by a claim of the same name in another namespace, except for pods added and removed', () => {
    const foreign = makePod('foreign', useClaim('once-1'), { namespace: 'elsewhere' });
    expect(ask(volumeRestrictions, makePod('p', useClaim('once-1')), makeCluster({ claims, pods: [foreign] }))).toBe('skip');
    expect(conflicts({ placed: [makePod('first', useClaim('once-1'))], removed: [foreign] })).toBe(0);
  });

  it('names the disk before the claim', () => {
    const cluster = makeCluster({ claims, pods: [makePod('other', [...useClaim('once-1'), gce('foo')])] });
    expect(ask(volumeRestrictions, makePod('p', [...useClaim('once-1'), gce('foo')]), cluster)).toEqual(DISK);
  });

  it('keeps the original state apart from its copy', () => {
    const other = makePod('other', useClaim('once-1'));
    const cluster = makeCluster({ claims, pods: [other] });
    const pod = makePod('p', useClaim('once-1'));
    const prepared = volumeRestrictions.prepareFilter?.(pod, cluster, {});
    if (prepared?.kind !== 'state') throw new Error('the claim is taken');
    const copy = volumeRestrictions.cloneState?.(prepared.state);
    const node = cluster.nodes[0] as NodeView;
    if (copy) volumeRestrictions.podRemoved?.(copy, pod, other, node, cluster, {});
    expect(copy && volumeRestrictions.accepts?.(copy, pod, node, cluster, {})).toBeUndefined();
    expect(volumeRestrictions.accepts?.(prepared.state, pod, node, cluster, {})).toEqual(IN_USE);
  });

  function conflicts(change: { placed: Pod[]; added?: Pod[]; removed?: Pod[] }): number {
    const cluster = makeCluster({ claims, pods: change.placed });
    const node = cluster.nodes[0] as NodeView;
    const pod = makePod('p', useClaim('once-1'));
    const prepared = volumeRestrictions.prepareFilter?.(pod, cluster, {});
    if (prepared?.kind !== 'state') throw new Error('the claim is taken');
    for (const other of change.added ?? []) volumeRestrictions.podAdded?.(prepared.state, pod, other, node, cluster, {});
    for (const other of change.removed ?? []) volumeRestrictions.podRemoved?.(prepared.state, pod, other, node, cluster, {});
    return prepared.state.conflicts;
  }
});
