import { describe, expect, it } from 'vitest';
import { unresolvable } from '../../src/rules/rule.ts';
import { volumeZone } from '../../src/rules/volume-zone.ts';
import { ask, makeClaim, makeClass, makeCluster, makeNode, makePod, makeVolume, pairs, useClaim, type Verdict } from './volume-support.ts';

const BETA_ZONE = 'failure-domain.beta.kubernetes.io/zone';
const BETA_REGION = 'failure-domain.beta.kubernetes.io/region';
const ZONE = 'topology.kubernetes.io/zone';
const REGION = 'topology.kubernetes.io/region';

const PASS: Verdict = [undefined];
const CONFLICT: Verdict = [unresolvable('node(s) had no available volume zone')];

type Labels = Record<string, string>;

describe('bound volumes with topology labels', () => {
  const cases: [name: string, volume: Labels, node: Labels, expected: Verdict][] = [
    ['a node without topology labels takes every volume', { [BETA_ZONE]: 'a' }, { other: 'x' }, PASS],
    ['beta zone matched', { [BETA_ZONE]: 'a' }, { [BETA_ZONE]: 'a', other: 'x' }, PASS],
    ['beta zone mismatched', { [BETA_ZONE]: 'a' }, { [BETA_ZONE]: 'not-a', other: 'x' }, CONFLICT],
    ['beta region matched', { [BETA_REGION]: 'r', other: 'x' }, { [BETA_REGION]: 'r' }, PASS],
    ['beta region mismatched', { [BETA_REGION]: 'r' }, { [BETA_REGION]: 'not-r' }, CONFLICT],
    ['GA zone matched', { [ZONE]: 'a' }, { [ZONE]: 'a' }, PASS],
    ['GA zone mismatched', { [ZONE]: 'a' }, { [ZONE]: 'b' }, CONFLICT],
    ['GA region matched', { [REGION]: 'r' }, { [REGION]: 'r' }, PASS],
    ['GA region mismatched', { [REGION]: 'r' }, { [REGION]: 's' }, CONFLICT],
    ['zone and region asked, node has the zone alone', { [ZONE]: 'a', [REGION]: 'r' }, { [ZONE]: 'a' }, CONFLICT],
    ['beta volume, GA node, matched', { [BETA_ZONE]: 'a' }, { [ZONE]: 'a' }, PASS],
    ['beta volume, GA node, mismatched', { [BETA_ZONE]: 'a' }, { [ZONE]: 'b' }, CONFLICT],
    ['GA volume, beta node: never compared', { [ZONE]: 'a' }, { [BETA_ZONE]: 'a' }, CONFLICT],
    ['the beta label of the node wins over its GA label', { [BETA_ZONE]: 'a' }, { [BETA_ZONE]: 'b', [ZONE]: 'a' }, CONFLICT],
    ['set of zones, beta', { [BETA_ZONE]: 'c__a' }, { [BETA_ZONE]: 'a' }, PASS],
    ['set of zones, GA', { [ZONE]: 'c__a' }, { [ZONE]: 'a' }, PASS],
    ['set of zones without the node’s', { [ZONE]: 'c__a' }, { [ZONE]: 'b' }, CONFLICT],
    ['members are trimmed', { [ZONE]: 'c __ a' }, { [ZONE]: 'a' }, PASS],
    ['volume labelled, node labelled by region only', { [ZONE]: 'a' }, { [REGION]: 'r' }, CONFLICT],
  ];
  it.each(cases)('%s', (_name, volumeLabels, nodeLabels, expected) => {
    const cluster = makeCluster({
      nodes: [makeNode('host1', nodeLabels)],
      claims: [makeClaim('c', { volumeName: 'pv' })],
      volumes: [makeVolume('pv', { labels: pairs(volumeLabels) })],
    });
    expect(ask(volumeZone, makePod('p', useClaim('c')), cluster)).toEqual(expected);
  });

  it.each(['', 'a__', 'a__ __b'])('ignores a label value with an empty member: %j', (value) => {
    const cluster = makeCluster({
      nodes: [makeNode('host1', { [ZONE]: 'z' })],
      claims: [makeClaim('c', { volumeName: 'pv' })],
      volumes: [makeVolume('pv', { labels: pairs({ [ZONE]: value }) })],
    });
    expect(ask(volumeZone, makePod('p', useClaim('c')), cluster)).toBe('skip');
  });

  it('holds every volume of the pod to the node', () => {
    const cluster = makeCluster({
      nodes: [makeNode('a', { [ZONE]: 'a' }), makeNode('b', { [ZONE]: 'b' })],
      claims: [makeClaim('c1', { volumeName: 'pv1' }), makeClaim('c2', { volumeName: 'pv2' })],
      volumes: [makeVolume('pv1', { labels: pairs({ [ZONE]: 'a__b' }) }), makeVolume('pv2', { labels: pairs({ [ZONE]: 'b' }) })],
    });
    expect(ask(volumeZone, makePod('p', useClaim('c1', 'c2')), cluster)).toEqual([...(CONFLICT as []), undefined]);
  });
});

describe('claims that need no zone or refuse every node', () => {
  const cluster = makeCluster({
    nodes: [makeNode('host1', { [BETA_ZONE]: 'a' })],
    classes: [
      makeClass('wait'),
      makeClass('immediate', { volumeBindingMode: 'Immediate' }),
      makeClass('unset', { volumeBindingMode: undefined }),
    ],
    volumes: [makeVolume('pv', { labels: pairs({ [BETA_ZONE]: 'a' }) }), makeVolume('plain')],
    claims: [
      makeClaim('bound', { volumeName: 'pv' }),
      makeClaim('plain', { volumeName: 'plain' }),
      makeClaim('lost', { volumeName: 'gone' }),
      makeClaim('no-class'),
      makeClaim('empty-class', { storageClassName: '' }),
      makeClaim('unknown-class', { storageClassName: 'nowhere' }),
      makeClaim('waiting', { storageClassName: 'wait' }),
      makeClaim('waiting-by-annotation', {
        storageClassName: 'immediate',
        annotations: pairs({ 'volume.beta.kubernetes.io/storage-class': 'wait' }),
      }),
      makeClaim('immediate', { storageClassName: 'immediate' }),
      makeClaim('unset-mode', { storageClassName: 'unset' }),
    ],
  });
  const cases: [claims: string[], expected: Verdict][] = [
    [[], 'skip'],
    [['bound'], PASS],
    [['plain'], 'skip'],
    [['waiting'], 'skip'],
    [['waiting-by-annotation'], 'skip'],
    [['waiting', 'bound'], PASS],
    [[''], unresolvable('PersistentVolumeClaim had no name')],
    [['absent'], unresolvable('persistentvolumeclaim "absent" not found')],
    [['lost'], unresolvable('persistentvolume "gone" not found')],
    [['no-class'], unresolvable('PersistentVolumeClaim had no pv name and storageClass name')],
    [['empty-class'], unresolvable('PersistentVolumeClaim had no pv name and storageClass name')],
    [['unknown-class'], unresolvable('storageclass.storage.k8s.io "nowhere" not found')],
    [['unset-mode'], unresolvable('VolumeBindingMode not set for StorageClass "unset"')],
    [['immediate'], unresolvable('PersistentVolume had no name')],
    [['absent', 'immediate'], unresolvable('persistentvolumeclaim "absent" not found')],
  ];
  it.each(cases)('%j', (claims, expected) => {
    expect(ask(volumeZone, makePod('p', useClaim(...claims)), cluster)).toEqual(expected);
  });

  it('looks claims up in the pod’s namespace', () => {
    const pod = makePod('p', useClaim('bound'), { namespace: 'elsewhere' });
    expect(ask(volumeZone, pod, cluster)).toEqual(unresolvable('persistentvolumeclaim "bound" not found'));
  });

  it('does not look at generic ephemeral volumes', () => {
    expect(ask(volumeZone, makePod('p', [{ kind: 'ephemeral', name: 'data' }]), cluster)).toBe('skip');
  });
});
