import { describe, expect, it } from 'vitest';
import type { RawObject } from '../../src/model/parse/fields.ts';
import { decisionIn, decisionKey, reasonsOf } from '../../src/plan/decision.ts';
import { schedule } from '../../src/plan/schedule.ts';
import { type ShrinkOptions, shrinkSnapshot } from '../../src/plan/shrink.ts';
import { readSnapshot } from '../../src/sources/read-snapshot.ts';
import { hardCluster } from '../support/fleets.ts';

const IDENTITY = ['kind', 'apiVersion', 'metadata', 'name', 'namespace'];
const ROOM = ['allocatable', 'cpu', 'memory', 'pods', 'ephemeral-storage'];

/** Every object, and every field that does not name its object, one at a time left out. */
function* oneLess(items: readonly RawObject[], stays: readonly string[]): Generator<readonly RawObject[]> {
  for (const [i, item] of items.entries()) {
    yield items.filter((_, other) => other !== i);
    for (const smaller of withoutOneField(item, stays)) yield items.with(i, smaller as RawObject);
  }
}

function* withoutOneField(value: unknown, stays: readonly string[]): Generator<unknown> {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) {
      yield value.filter((_, other) => other !== i);
      for (const smaller of withoutOneField(item, stays)) yield value.with(i, smaller);
    }
    return;
  }
  for (const [key, field] of Object.entries(value)) {
    const { [key]: _gone, ...rest } = value as Record<string, unknown>;
    if (!stays.includes(key)) yield rest;
    for (const smaller of withoutOneField(field, stays)) yield { ...value, [key]: smaller };
  }
}

describe('shrinkSnapshot', () => {
  const seeds = Array.from({ length: 24 }, (_, i) => i + 1);
  it.each(seeds)('shows the same decision with nothing that can go, seed %i', async (seed) => {
    const { list, config } = hardCluster(seed, { maxNodes: 24, maxPods: 60, features: { overflow: false } });
    const snapshot = await readSnapshot(list);
    const { placements, unschedulable } = await schedule(snapshot, { config });
    const failed = unschedulable[seed % Math.max(1, unschedulable.length)];
    const pod = failed ?? placements[seed % Math.max(1, placements.length)];
    if (!pod) return;
    const over = failed
      ? []
      : snapshot.nodes
          .map(({ name }) => name)
          .filter((name) => name !== placements.find(({ name: own }) => own === pod.name)?.node)
          .slice(0, 1);
    const options: ShrinkOptions = { pod, over, config };
    const { snapshot: small, decision, summary } = await shrinkSnapshot(list.items, options);
    const before = await decisionIn(list.items, options, { config });
    const wanted = decisionKey(before, false);
    expect(decisionKey(decision, false)).toBe(wanted);
    expect(decision.node).toBe(before.node);
    expect(summary).toMatchObject({ objects: small.items.length, minimal: true });
    for (const candidate of oneLess(small.items, over.length > 0 ? [...IDENTITY, ...ROOM] : IDENTITY)) {
      const shown = await decisionIn(candidate, options, { config }).then(
        (other) => decisionKey(other, false),
        () => 'refused',
      );
      expect(shown).not.toBe(wanted);
    }
  });

  const node = (name: string, cpu: string, more: object = {}) => ({
    kind: 'Node',
    metadata: { name, labels: { disk: 'ssd' } },
    status: { allocatable: { cpu, memory: '8Gi', pods: '10' } },
    ...more,
  });
  const pod = (name: string, cpu: string, more: object = {}) => ({
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }], ...more },
  });
  const reference = { namespace: 'default', name: 'p' };

  it('leaves one node for each reason, and their numbers only when asked', async () => {
    const tainted = node('c', '4', {
      spec: {
        taints: [
          { key: 'gpu', effect: 'NoSchedule' },
          { key: 'x', effect: 'PreferNoSchedule' },
        ],
      },
    });
    const objects = [node('a', '1'), node('b', '1'), tainted, pod('q', '1', { nodeName: 'b' }), pod('p', '2')];
    const { snapshot, decision, summary } = await shrinkSnapshot(objects, { pod: reference });
    expect(snapshot.items.map(({ kind }) => kind)).toEqual(['Node', 'Node', 'Pod']);
    expect(reasonsOf(decision.message)).toEqual(expect.arrayContaining(['Insufficient cpu', 'node(s) had untolerated taint(s)']));
    expect(snapshot.items.find(({ spec }) => (spec as { taints?: unknown[] } | undefined)?.taints)).toMatchObject({
      spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] },
    });
    expect(summary).toMatchObject({ objectsBefore: 5, objects: 3 });
    const exact = await shrinkSnapshot(objects, { pod: reference, exact: true });
    expect(exact.snapshot.items.map(({ kind }) => kind)).toEqual(['Node', 'Node', 'Node', 'Pod']);
  });

  it('keeps what makes the pod take one node over another', async () => {
    const objects = [
      node('a', '4'),
      node('b', '4'),
      node('c', '4'),
      pod('q', '1', { nodeName: 'a' }),
      pod('r', '1', { nodeName: 'c' }),
      pod('p', '1'),
    ];
    const alone = await shrinkSnapshot(objects, { pod: reference });
    expect(alone.decision.node).toBe('b');
    expect(alone.snapshot.items.length).toBe(2);
    const over = await shrinkSnapshot(objects, { pod: reference, over: ['a'] });
    expect(over.decision).toMatchObject({ node: 'b', verdicts: [{ node: 'a', reasons: [] }] });
    expect(over.snapshot.items.map(({ metadata }) => (metadata as { readonly name: string }).name)).toEqual(['a', 'b', 'q', 'p']);
  });

  it('asks about bound pods as explain does, and stops when the attempts are used up', async () => {
    const objects = [node('a', '4'), node('b', '2'), pod('p', '1', { nodeName: 'b' })];
    expect((await shrinkSnapshot(objects, { pod: reference, over: ['b'] })).decision.node).toBe('a');
    const { summary } = await shrinkSnapshot(objects, { pod: reference, attempts: 2 });
    expect(summary).toMatchObject({ attempts: 2, minimal: false });
  });

  it.each<[options: Partial<ShrinkOptions>, message: string]>([
    [{ pod: { namespace: 'default', name: 'x' } }, 'NOT_FOUND: '],
    [{ over: ['x'] }, 'NOT_FOUND: over: there is no such node in the snapshot, got "x"'],
  ])('refuses %j', async (options, message) => {
    await expect(shrinkSnapshot([node('a', '4'), pod('p', '1')], { pod: reference, ...options })).rejects.toThrow(message);
  });
});
