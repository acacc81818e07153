import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ENGINE_VERSION } from '../../src/base/version.ts';
import type { Pod } from '../../src/model/pod.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { explain } from '../../src/plan/explain.ts';
import { makeNode, makePod, NO_OBJECTS } from '../support/builders.ts';

function snapshot(pods: readonly Pod[]): Snapshot {
  const nodes = ['a', 'b'].map((name) => makeNode(name, { has: { cpu: '2', memory: '4Gi' } }));
  return { nodes, pods, objects: NO_OBJECTS, notModelled: ['1 pod asks for something else'], ignoredKinds: new Map(), hash: 'abc' };
}

const cpu = (amount: string) => ({ requests: { cpu: amount, memory: '0' } });
const ref = (name: string, namespace = 'default') => ({ namespace, name });

describe('explain', () => {
  it('carries what the answer depends on', async () => {
    const explanation = await explain(snapshot([makePod('p', cpu('1'))]), ref('p'), { kubeVersion: '1.35', tie: 'seeded', seed: 5 });
    expect(explanation).toMatchObject({
      apiVersion: 'plimsoll.dev/v1',
      kind: 'Explanation',
      provenance: {
        engineVersion: ENGINE_VERSION,
        kubeVersion: '1.35',
        profiles: ['default-scheduler'],
        tie: 'seeded',
        seed: 5,
        percentageOfNodesToScore: 100,
        snapshot: 'abc',
      },
      pod: { namespace: 'default', name: 'p' },
      notModelled: ['1 pod asks for something else'],
    });
  });

  it('takes a bound pod off its node first, and leaves the others where they are', async () => {
    const pods = [makePod('full', { ...cpu('2'), on: 'a' }), makePod('other', { ...cpu('2'), on: 'b' })];
    const explanation = await explain(snapshot(pods), ref('full'));
    expect([explanation.node, explanation.nodes.map(({ feasible }) => feasible)]).toEqual(['a', [true, false]]);
  });

  it('refuses every node for a pod that names one outside the snapshot', async () => {
    const explanation = await explain(snapshot([makePod('p', { on: 'gone' })]), ref('p'));
    expect(explanation.nodes.map(({ plugin }) => plugin)).toEqual(['NodeName', 'NodeName']);
  });

  it('honours pods that wait for a nominated node, unless they are gated or of a foreign scheduler', async () => {
    const waiting = (name: string, more: object) => makePod(name, { ...cpu('2'), nominatedNodeName: 'a', ...more });
    const pods = [makePod('p', cpu('1')), waiting('gated', { schedulingGates: ['g'] }), waiting('foreign', { schedulerName: 'x' })];
    expect((await explain(snapshot(pods), ref('p'))).node).toBe('a');
    expect((await explain(snapshot([...pods, waiting('w', {})]), ref('p'))).node).toBe('b');
  });

  it('ends the message as upstream does, with preemption', async () => {
    const low = makePod('low', { ...cpu('2'), on: 'a' });
    const refused = await explain(snapshot([low, makePod('p', cpu('4'))]), ref('p'));
    expect(refused.message).toBe(
      '0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
    );
    const blocker = makePod('other', { ...cpu('2'), on: 'b', priority: 100 });
    const preempting = await explain(snapshot([low, blocker, makePod('p', { ...cpu('2'), priority: 10 })]), ref('p'));
    expect(preempting.message).toBe('0/2 nodes are available: 2 Insufficient cpu.');
  });
});

describe('what cannot be explained', () => {
  const pods = [makePod('web-1'), makePod('db', { namespace: 'shop' }), makePod('odd', { schedulerName: 'mine' })];

  it.each([
    [ref('web-2'), 'did you mean default/web-1?'],
    [ref('db'), 'did you mean shop/db?'],
    [ref('unlike anything'), 'for example default/web-1'],
  ])('a pod that is not there: %j, %s', async (reference, hint) => {
    const answer = explain(snapshot(pods), reference);
    await expect(answer).rejects.toMatchObject({ code: 'NOT_FOUND', place: { hint } });
  });

  it('any pod of a snapshot without pods', async () => {
    await expect(explain(snapshot([]), ref('p'))).rejects.toMatchObject({ place: { hint: 'the snapshot has no pods' } });
  });

  it('a pod of a scheduler that no profile serves', async () => {
    await expect(explain(snapshot(pods), ref('odd'))).rejects.toThrow(
      'NOT_FOUND: spec.schedulerName: no profile serves the scheduler that the pod asks for, got "mine"',
    );
  });
});

it('has the version of the package', () => {
  expect(JSON.parse(readFileSync('package.json', 'utf8'))).toMatchObject({ version: ENGINE_VERSION });
});
