import { expect, it } from 'vitest';
import { drain, Engine, explain, fit as fitPods, rollout, schedule, survive } from '../../src/index.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';

const MESSAGE = /^USAGE: snapshot: is not a snapshot, got .*await readSnapshot/;

it.each<[what: string, snapshot: unknown]>([
  ['undefined', undefined],
  ['null', null],
  ['a path', 'cluster.json'],
  ['a list', { apiVersion: 'v1', kind: 'List', items: [] }],
  ['a promise', Promise.resolve()],
])('every question refuses %s instead of a snapshot', async (_what, value) => {
  const snapshot = value as Snapshot;
  const pod = { namespace: 'a', name: 'b' };
  expect(() => new Engine(snapshot)).toThrow(MESSAGE);
  const questions = [
    () => schedule(snapshot),
    () => explain(snapshot, pod),
    () => fitPods(snapshot, []),
    () => drain(snapshot, ['a']),
    () => survive(snapshot, 'zone'),
    () => rollout(snapshot, { kind: 'Deployment', ...pod }),
  ];
  for (const question of questions) await expect(question()).rejects.toThrow(MESSAGE);
});
