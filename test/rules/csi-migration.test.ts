import { describe, expect, it } from 'vitest';
import type { NodeSelectorTerm } from '../../src/model/selector.ts';
import type { InTreeKind } from '../../src/model/volume.ts';
import { inlineHandle, inlineSource, translatedAffinity, volumeHandle } from '../../src/rules/csi-migration.ts';
import { makeVolume, pairs, term } from './volume-support.ts';

const ZONE = 'topology.kubernetes.io/zone';
const REGION = 'topology.kubernetes.io/region';
const BETA_ZONE = 'failure-domain.beta.kubernetes.io/zone';
const BETA_REGION = 'failure-domain.beta.kubernetes.io/region';
const GCE_ZONE = 'topology.gke.io/zone';
const EBS_ZONE = 'topology.ebs.csi.aws.com/zone';

describe('handles', () => {
  const ebs: [id: string, handle: string | undefined][] = [
    ['vol-1', 'vol-1'],
    ['anything', 'anything'],
    ['aws://us-east-1a/vol-1', 'vol-1'],
    ['aws:///vol-1', 'vol-1'],
    ['aws:////vol-1//', 'vol-1'],
    ['aws://us-east-1a', undefined],
    ['aws://us-east-1a/disk-1', undefined],
    ['aws://us-east-1a/x/vol-1', undefined],
  ];
  it.each(ebs)('of the EBS volume %s', (id, handle) => {
    const text = `failed to translate Kubernetes ID to EBS Volume ID Invalid format for AWS volume (${id})`;
    expect(inlineHandle({ kind: 'ebs', id })).toEqual(handle === undefined ? { error: text } : { value: handle });
  });

  const gce: [labels: Record<string, string>, handle: string][] = [
    [{}, 'projects/UNSPECIFIED/zones/UNSPECIFIED/disks/d'],
    [{ [ZONE]: 'us-east1-a' }, 'projects/UNSPECIFIED/zones/us-east1-a/disks/d'],
    [{ [BETA_ZONE]: 'us-east1-b', [ZONE]: 'us-east1-a' }, 'projects/UNSPECIFIED/zones/us-east1-b/disks/d'],
    [{ [BETA_ZONE]: '', [ZONE]: 'us-east1-a' }, 'projects/UNSPECIFIED/zones/us-east1-a/disks/d'],
    [{ [ZONE]: 'us-east1-a__us-east1-c' }, 'projects/UNSPECIFIED/regions/us-east1/disks/d'],
  ];
  it.each(gce)('of a GCE disk labelled %j', (labels, value) => {
    expect(volumeHandle(makeVolume('pv', { labels: pairs(labels) }), { kind: 'gce', id: 'd' })).toEqual({ value });
  });

  it('of a GCE disk in two regions does not exist', () => {
    const volume = makeVolume('pv', { labels: pairs({ [ZONE]: 'us-west1-a__us-east1-c' }) });
    const text = 'failed to get region from zones: multiple or no regions gotten from zones, got: map[us-east1:{} us-west1:{}]';
    expect(volumeHandle(volume, { kind: 'gce', id: 'd' })).toEqual({ error: text });
  });

  it('of a managed Azure disk is its URI, whatever the case of the word', () => {
    const disk = { kind: 'azureDisk', name: 'v', diskName: 'd', diskURI: 'uri', diskKind: 'managed' } as const;
    const source = inlineSource(disk);
    expect(source && inlineHandle(source)).toEqual({ value: 'uri' });
  });
});

describe('affinity after translation', () => {
  const cases: [
    name: string,
    kind: InTreeKind,
    labels: Record<string, string>,
    before: NodeSelectorTerm[] | undefined,
    after: NodeSelectorTerm[] | undefined,
  ][] = [
    ['nothing known', 'gce', {}, undefined, undefined],
    ['zone label', 'gce', { [ZONE]: 'a' }, undefined, [term({ [GCE_ZONE]: ['a'] })]],
    ['beta zone label', 'ebs', { [BETA_ZONE]: 'a' }, undefined, [term({ [EBS_ZONE]: ['a'] })]],
    ['set of zones, sorted', 'ebs', { [ZONE]: 'b__a__b' }, undefined, [term({ [EBS_ZONE]: ['a', 'b'] })]],
    ['empty zone label', 'gce', { [ZONE]: '' }, undefined, undefined],
    ['zone key', 'gce', { [ZONE]: 'ignored' }, [term({ [ZONE]: ['a'] })], [term({ [GCE_ZONE]: ['a'] })]],
    [
      'zone key of one of two terms',
      'gce',
      {},
      [term({ [ZONE]: ['a'] }), term({ x: ['y'] })],
      [term({ [GCE_ZONE]: ['a'] }), term({ x: ['y'] })],
    ],
    ['other keys, zone label', 'gce', { [ZONE]: 'a' }, [term({ x: ['y'] })], [term({ x: ['y'], [GCE_ZONE]: ['a'] })]],
    ['no terms, zone label', 'gce', { [ZONE]: 'a' }, [], [term({ [GCE_ZONE]: ['a'] })]],
    [
      'beta keys: the region becomes GA',
      'gce',
      {},
      [term({ [BETA_ZONE]: ['a'], [BETA_REGION]: ['r'] })],
      [term({ [GCE_ZONE]: ['a'], [REGION]: ['r'] })],
    ],
    [
      'GA zone key beside a beta region: the region stays',
      'gce',
      {},
      [term({ [ZONE]: ['a'], [BETA_REGION]: ['r'] })],
      [term({ [GCE_ZONE]: ['a'], [BETA_REGION]: ['r'] })],
    ],
    ['the label follows the generation of the keys', 'gce', { [ZONE]: 'a', [BETA_ZONE]: 'b' }, undefined, [term({ [GCE_ZONE]: ['a'] })]],
    ['drivers without their own zone label', 'azureDisk', { [ZONE]: 'a' }, [term({ [ZONE]: ['a'] })], [term({ [ZONE]: ['a'] })]],
    ['Portworx', 'portworx', { [ZONE]: 'a' }, undefined, undefined],
    ['Cinder', 'cinder', { [ZONE]: 'a' }, undefined, [term({ 'topology.cinder.csi.openstack.org/zone': ['a'] })]],
  ];
  it.each(cases)('%s', (_name, kind, labels, nodeAffinity, after) => {
    const volume = makeVolume('pv', { labels: pairs(labels), nodeAffinity });
    expect(translatedAffinity(volume, { kind, id: 'vol-1' })).toEqual({ value: after });
  });

  it('keeps a zone key without values and adds the label’s zones', () => {
    const exists: NodeSelectorTerm = { matchExpressions: [{ key: ZONE, operator: 'Exists', values: [] }], matchFields: [] };
    const volume = makeVolume('pv', { labels: pairs({ [ZONE]: 'a' }), nodeAffinity: [exists] });
    const added = { key: GCE_ZONE, operator: 'In', values: ['a'] };
    expect(translatedAffinity(volume, { kind: 'gce', id: 'd' })).toEqual({
      value: [{ matchExpressions: [...exists.matchExpressions, added], matchFields: [] }],
    });
  });
});
