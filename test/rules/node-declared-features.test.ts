import { expect, it } from 'vitest';
import { nodeDeclaredFeatures } from '../../src/rules/node-declared-features.ts';
import { makeCluster, makeNode, makePod, semantics, verdicts } from '../support/builders.ts';

const nodes = [makeNode('old'), makeNode('new', { declaredFeatures: ['RestartAllContainersOnContainerExits', 'Other'] })];
const pod = makePod('p', { requiredFeatures: ['RestartAllContainersOnContainerExits'] });

it('refuses nodes that do not declare every feature', () => {
  expect(verdicts(nodeDeclaredFeatures, pod, makeCluster(nodes))).toEqual({
    old: "UU node(s) didn't match Pod's required features",
    new: 'ok',
  });
});

it('skips pods that need none, and every pod before 1.36', () => {
  expect(verdicts(nodeDeclaredFeatures, makePod('p'), makeCluster(nodes))).toBe('skip');
  expect(verdicts(nodeDeclaredFeatures, pod, makeCluster(nodes, [], {}, semantics('1.35')))).toBe('skip');
});

it('knows bind mount options from 1.37 on', () => {
  const mounting = makePod('p', { requiredFeatures: ['VolumeBindMountOptions'] });
  expect(verdicts(nodeDeclaredFeatures, mounting, makeCluster(nodes))).toBe('skip');
  const cluster = makeCluster([...nodes, makeNode('able', { declaredFeatures: ['VolumeBindMountOptions'] })], [], {}, semantics('1.37'));
  expect(verdicts(nodeDeclaredFeatures, mounting, cluster)).toMatchObject({
    able: 'ok',
    new: "UU node(s) didn't match Pod's required features",
  });
});
