import { expect, it } from 'vitest';
import { nodeUnschedulable } from '../../src/rules/node-unschedulable.ts';
import { makeCluster, makeNode, makePod, semantics, toleration, verdicts } from '../support/builders.ts';

const cluster = makeCluster([makeNode('open'), makeNode('cordoned', { unschedulable: true })]);
const refused = { open: 'ok', cordoned: 'UU node(s) were unschedulable' };
const accepted = { open: 'ok', cordoned: 'ok' };
const key = 'node.kubernetes.io/unschedulable';

it('refuses a cordoned node', () => {
  expect(verdicts(nodeUnschedulable, makePod('p'), cluster)).toEqual(refused);
});

it.each([
  [{ key, operator: 'Exists' }, accepted],
  [{ operator: 'Exists' }, accepted],
  [{ key, effect: 'NoSchedule' }, accepted],
  [{ key, value: 'x' }, refused],
  [{ key, operator: 'Exists', effect: 'NoExecute' }, refused],
])('a toleration %j', (given, expected) => {
  expect(verdicts(nodeUnschedulable, makePod('p', { tolerations: [toleration(given)] }), cluster)).toEqual(expected);
});

it('compares numbers only behind the gate: the empty value of the taint is no number either way', () => {
  const gated = makeCluster(
    [makeNode('cordoned', { unschedulable: true })],
    [],
    {},
    semantics('1.36', { TaintTolerationComparisonOperators: true }),
  );
  const pod = makePod('p', { tolerations: [toleration({ key, operator: 'Lt', value: '5' })] });
  expect(verdicts(nodeUnschedulable, pod, gated)).toEqual({ cordoned: 'UU node(s) were unschedulable' });
});
