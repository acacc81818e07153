/** What preemption and the queue do otherwise from Kubernetes 1.37 on. */
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { DisruptionBudgets } from '../../src/engine/preemption-budgets.ts';
import { sortByImportance } from '../../src/engine/preemption-order.ts';
import { queueHints } from '../../src/engine/queue-hints.ts';
import type { KubeVersion } from '../../src/model/gates.ts';
import { SnapshotBuilder } from '../../src/model/parse/snapshot-builder.ts';
import type { Pod } from '../../src/model/pod.ts';
import { affinityTerm, makeCluster, makePod, selector, semantics } from '../support/builders.ts';

const names = (pods: readonly Pod[]) => pods.map(({ name }) => name);

it('of victims without a start time the first on the node is the more important', () => {
  const asked = ['a', 'b', 'c'].map((name) => makePod(name));
  const pods = [...asked].reverse();
  sortByImportance(pods, '1.37', asked);
  expect(names(pods)).toEqual(['a', 'b', 'c']);
  sortByImportance(pods, '1.36');
  expect(names(pods)).toEqual(['c', 'b', 'a']);
});

it('a victim leaves the budgets alone that come after the first overdrawn one', () => {
  const budget = (name: string, labels: string, disruptionsAllowed: number) => ({
    namespace: 'default',
    name,
    selector: selector(labels),
    disruptionsAllowed,
    disruptedPods: new Set<string>(),
  });
  const budgets = new DisruptionBudgets([budget('none', 'first=yes', 0), budget('one', 'app=web', 1)]);
  const pods = [makePod('a', { labels: { app: 'web', first: 'yes' } }), makePod('b', { labels: { app: 'web' } })];
  expect(names(budgets.split(pods, '1.36').violating)).toEqual(['a', 'b']);
  expect(names(budgets.split(pods, '1.37').violating)).toEqual(['a']);
});

it('the departure of a pod wakes another when one of several anti-affinity terms has matched', () => {
  const terms = ['db', 'web'].map((app) => affinityTerm('zone', selector(`app=${app}`)));
  const waiting = makePod('waiting', { podAntiAffinity: { required: terms, preferred: [] } }).template;
  const helps = (kubeVersion: KubeVersion) => {
    const source = { objects: makeCluster([]).objects, semantics: semantics(kubeVersion), profileOf: () => undefined };
    return queueHints(source).deleted.get('InterPodAffinity')?.(waiting, makePod('other', { labels: { app: 'db' } }).template);
  };
  expect([helps('1.36'), helps('1.37')]).toEqual([false, true]);
});

describe('one node with room for one pod', () => {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, status: { allocatable: { pods: '1' } } };
  const pod = (name: string, spec: object, status: object = {}) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name: 'c' }], ...spec },
    status,
  });
  const engine = (kubeVersion: KubeVersion, ...pods: object[]) => {
    const builder = new SnapshotBuilder({ defaults: true });
    for (const object of [node, ...pods]) builder.add(object, {});
    return new Engine(builder.finish(), { kubeVersion });
  };

  it.each([
    ['1.36', ['waiting']],
    ['1.37', []],
  ] as const)('that a gated pod was promised: in %s %j gets it', async (version, placed) => {
    const gated = pod('gated', { schedulingGates: [{ name: 'example.com/wait' }] }, { nominatedNodeName: 'n' });
    const { placements } = await engine(version, gated, pod('waiting', {})).schedule();
    expect(placements.map(({ name }) => name)).toEqual(placed);
    expect(
      (engine(version, gated, pod('waiting', {})).explain({ namespace: 'default', name: 'waiting' }).node !== undefined) ===
        placed.length > 0,
    ).toBe(true);
  });

  it('that preemption finds is named in the message', () => {
    const explained = (version: KubeVersion) =>
      engine(version, pod('bound', { nodeName: 'n' }), pod('urgent', { priority: 5 })).explain({ namespace: 'default', name: 'urgent' })
        .message;
    expect(explained('1.36')).toBe('0/1 nodes are available: 1 Too many pods.');
    expect(explained('1.37')).toBe(
      '0/1 nodes are available: 1 Too many pods. preemption: found a potential placement for pod on node n, preempting 1 victims',
    );
  });
});
