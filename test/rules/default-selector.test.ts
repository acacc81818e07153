import { expect, it } from 'vitest';
import type { ClusterObjects } from '../../src/model/snapshot.ts';
import { defaultSelector } from '../../src/rules/default-selector.ts';
import { labels, makePod, NO_OBJECTS, selector } from '../support/builders.ts';

type Pairs = Record<string, string>;

function service(pairs: Pairs | undefined, namespace = 'default') {
  return { namespace, name: 's', ...(pairs ? { selector: labels(pairs) } : {}) };
}

function owned(apiVersion: string, kind: string) {
  return { owner: { apiVersion, kind, name: 'owner', uid: 'u' } };
}

const controllers: Partial<ClusterObjects> = {
  replicationControllers: new Map([['default/owner', { namespace: 'default', name: 'owner', selector: labels({ rc: '1' }) }]]),
  replicaSets: new Map([['default/owner', { namespace: 'default', name: 'owner', selector: selector('rs', 'tier in a,b') }]]),
  statefulSets: new Map([['default/owner', { namespace: 'default', name: 'owner', selector: selector('ss=1') }]]),
};

it.each([
  ['no services', [], {}, undefined],
  ['a service that selects the pod', [service({ app: 'web' })], {}, ['app=web']],
  ['several are merged', [service({ app: 'web' }), service({ tier: 'a' })], {}, ['app=web', 'tier=a']],
  ['a service that does not select the pod', [service({ app: 'web', tier: 'b' })], {}, undefined],
  ['an empty selector adds nothing', [service({})], {}, undefined],
  ['a nil selector selects nothing', [service(undefined)], {}, undefined],
  ['a service of another namespace', [service({ app: 'web' }, 'other')], {}, undefined],
  ['a ReplicationController is merged', [service({ app: 'web' })], owned('v1', 'ReplicationController'), ['app=web', 'rc=1']],
  ['requirements of a ReplicaSet are added', [service({ app: 'web' })], owned('apps/v1', 'ReplicaSet'), ['app=web', 'rs', 'tier in a,b']],
  ['a StatefulSet alone', [], owned('apps/v1', 'StatefulSet'), ['ss=1']],
  ['other kinds and groups do not count', [], owned('extensions/v1beta1', 'ReplicaSet'), undefined],
  ['nor do Jobs', [], owned('batch/v1', 'Job'), undefined],
])('%s', (_, services, more, expected) => {
  const { template } = makePod('p', { labels: { app: 'web', tier: 'a' }, ...more });
  expect(defaultSelector(template, { ...NO_OBJECTS, ...controllers, services })).toEqual(expected && selector(...expected));
});

it('passes over a controller that is missing or whose selector does not parse', () => {
  const broken = { requirements: [{ key: 'a', operator: 'Near', values: [] }] };
  const replicaSets = new Map([['default/owner', { namespace: 'default', name: 'owner', selector: broken }]]);
  const { template } = makePod('p', owned('apps/v1', 'ReplicaSet'));
  expect(defaultSelector(template, { ...NO_OBJECTS, replicaSets })).toBeUndefined();
  expect(defaultSelector(template, NO_OBJECTS)).toBeUndefined();
});
