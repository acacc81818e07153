import { expect, test } from 'vitest';
import { decisionHash, fnv1a } from '../../bench/decision-hash.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { Schedule } from '../../src/model/results.ts';
import { makeNode, makePod, NO_OBJECTS } from '../support/builders.ts';

// Published test vectors of FNV-1a, 32 bits.
test.each([
  ['', 0x811c9dc5],
  ['a', 0xe40c292c],
  ['foobar', 0xbf9cf968],
])('FNV-1a of %j', (text, hash) => {
  expect(fnv1a(text)).toBe(hash);
});

async function answer(): Promise<Schedule> {
  const pods = ['x', 'y', 'z'].map((name, i) => makePod(name, { requests: { cpu: `${i + 1}` } }));
  const nodes = [makeNode('a', { has: { cpu: '2', memory: '1Gi' } }), makeNode('b', { has: { cpu: '2', memory: '1Gi' } })];
  const engine = new Engine({ nodes, pods, objects: NO_OBJECTS, notModelled: [], ignoredKinds: new Map(), hash: '' });
  return engine.schedule();
}

test('the hash is that of what was decided, and of nothing else', async () => {
  const schedule = await answer();
  expect(schedule.placements.length).toBe(2);
  expect(schedule.unschedulable.length).toBe(1);
  const hash = decisionHash(schedule);
  expect(hash).toMatch(/^[0-9a-f]{8}$/);
  expect(decisionHash({ ...(await answer()), summary: { ...schedule.summary, seconds: 1 } })).toBe(hash);
  const [first, second] = schedule.placements as [(typeof schedule.placements)[0], (typeof schedule.placements)[0]];
  const changed: Partial<Schedule>[] = [
    { placements: [second, first] },
    { placements: [first, { ...second, node: first.node }] },
    { placements: [first] },
    { unschedulable: [] },
    { unschedulable: schedule.unschedulable.map((pod) => ({ ...pod, message: `${pod.message} ` })) },
    { preemptions: [{ namespace: 'default', name: 'z', node: 'a', victims: [{ namespace: 'default', name: 'x' }] }] },
  ];
  for (const change of changed) expect(decisionHash({ ...schedule, ...change })).not.toBe(hash);
});
