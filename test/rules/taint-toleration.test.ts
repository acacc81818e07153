import { describe, expect, it } from 'vitest';
import { KUBE_VERSIONS } from '../../src/model/gates.ts';
import { taintToleration } from '../../src/rules/taint-toleration.ts';
import { makeCluster, makeNode, makePod, rated, semantics, toleration, verdicts } from '../support/builders.ts';

function verdict(taints: string[], tolerations: Parameters<typeof toleration>[0][], meaning = semantics()): string {
  const cluster = makeCluster([makeNode('n', { taints })], [], {}, meaning);
  const pod = makePod('p', { tolerations: tolerations.map(toleration) });
  return (verdicts(taintToleration, pod, cluster) as Record<string, string>).n as string;
}

const REFUSED = 'UU node(s) had untolerated taint(s)';

describe('filter', () => {
  it.each([
    [['a=1:PreferNoSchedule'], [], 'ok'],
    [['a=1:Unknown'], [], 'ok'],
    [['a=1:NoSchedule'], [], REFUSED],
    [['a=1:NoExecute'], [], REFUSED],
    [['a=1:NoSchedule'], [{ key: 'a', value: '1' }], 'ok'],
    [['a=1:NoSchedule'], [{ key: 'a', operator: 'Equal', value: '1', effect: 'NoSchedule' }], 'ok'],
    [['a=1:NoSchedule'], [{ key: 'a', value: '2' }], REFUSED],
    [['a=1:NoSchedule'], [{ key: 'a', operator: 'Exists', effect: 'NoExecute' }], REFUSED],
    [['a=1:NoSchedule'], [{ operator: 'Exists' }], 'ok'],
    [['a=1:NoSchedule'], [{ value: '1' }], 'ok'], // an empty key with Equal matches any key of that value
    [['a:NoSchedule'], [{ key: 'a' }], 'ok'],
    [['a=1:NoSchedule', 'b:NoExecute'], [{ key: 'a', operator: 'Exists' }], REFUSED],
    [['a=1:NoSchedule'], [{ key: 'a', operator: 'In', value: '1' }], REFUSED],
  ])('taints %j, tolerations %j: %s', (taints, tolerations, expected) => {
    expect(verdict(taints, tolerations)).toBe(expected);
  });

  it('gives the same reason in every release, whichever taint it is', () => {
    const taints = ['a=1:PreferNoSchedule', 'b:NoSchedule', 'c=3:NoExecute'];
    for (const version of KUBE_VERSIONS) {
      expect(verdict(taints, [], semantics(version))).toBe(REFUSED);
      expect(verdict(taints, [{ key: 'b' }], semantics(version))).toBe(REFUSED);
    }
  });

  it.each([
    ['Lt', '10', 'ok'],
    ['Lt', '5', REFUSED],
    ['Gt', '4', 'ok'],
    ['Gt', '5', REFUSED],
    ['Gt', '4.5', REFUSED],
    ['Lt', '+6', 'ok'],
    ['Gt', '99999999999999999999', REFUSED],
  ])('behind its gate %s %s compares with the taint value 5: %s', (operator, value, expected) => {
    const gated = semantics('1.36', { TaintTolerationComparisonOperators: true });
    expect(verdict(['a=5:NoSchedule'], [{ key: 'a', operator, value }], gated)).toBe(expected);
    expect(verdict(['a=5:NoSchedule'], [{ key: 'a', operator, value }])).toBe(REFUSED);
  });
});

describe('score', () => {
  it('counts soft taints that nothing tolerates, and reverses', () => {
    const cluster = makeCluster([
      makeNode('clean'),
      makeNode('one', { taints: ['a:PreferNoSchedule', 'x:NoSchedule'] }),
      makeNode('two', { taints: ['a:PreferNoSchedule', 'b:PreferNoSchedule'] }),
    ]);
    expect(rated(taintToleration, makePod('p'), cluster)).toEqual({
      raw: { clean: 0, one: 1, two: 2 },
      normalized: { clean: 100, one: 50, two: 0 },
    });
  });

  it('looks only at tolerations without effect or with PreferNoSchedule', () => {
    const cluster = makeCluster([makeNode('n', { taints: ['a:PreferNoSchedule', 'b:PreferNoSchedule', 'c:PreferNoSchedule'] })]);
    const tolerations = [
      toleration({ key: 'a', operator: 'Exists', effect: 'NoSchedule' }),
      toleration({ key: 'b', operator: 'Exists' }),
      toleration({ key: 'c', operator: 'Exists', effect: 'PreferNoSchedule' }),
    ];
    expect(rated(taintToleration, makePod('p', { tolerations }), cluster)).toEqual({ raw: { n: 1 }, normalized: { n: 0 } });
  });

  it('gives every node 100 where there are no soft taints', () => {
    const cluster = makeCluster([makeNode('a'), makeNode('b')]);
    expect(rated(taintToleration, makePod('p'), cluster)).toEqual({ raw: { a: 0, b: 0 }, normalized: { a: 100, b: 100 } });
  });
});
