import { describe, expect, it } from 'vitest';
import { type NodeAffinityArgs, namedNodes, nodeAffinity } from '../../src/rules/node-affinity.ts';
import { makeCluster, makeNode, makePod, nodeTerm, type PodSpec, rated, verdicts } from '../support/builders.ts';

const POD = "UU node(s) didn't match Pod's node affinity/selector";
const ENFORCED = "UU node(s) didn't match scheduler-enforced node affinity";
const cluster = makeCluster([
  makeNode('a', { labels: { zone: 'z1', cpus: '8', '': '' } }),
  makeNode('b', { labels: { zone: 'z2', gpu: '' } }),
]);

function verdict(pod: PodSpec, args: NodeAffinityArgs = {}) {
  return verdicts(nodeAffinity, makePod('p', pod), cluster, args);
}

function required(...terms: string[][]): PodSpec {
  return { nodeAffinity: { required: terms.map((term) => nodeTerm(...term)) } };
}

const onlyA = { a: 'ok', b: POD };
const onlyB = { a: POD, b: 'ok' };
const both = { a: 'ok', b: 'ok' };
const none = { a: POD, b: POD };

describe('filter', () => {
  it('skips a pod without selector and affinity, but not one with an empty selector', () => {
    expect(verdict({})).toBe('skip');
    expect(verdict({ nodeAffinity: {} })).toBe('skip');
    expect(verdict({ nodeSelector: {} })).toEqual(both);
  });

  it.each<[string, PodSpec, unknown]>([
    ['nodeSelector', { nodeSelector: { zone: 'z1' } }, onlyA],
    ['all pairs of it', { nodeSelector: { zone: 'z2', gpu: 'x' } }, none],
    ['In', required(['zone in z1,z3']), onlyA],
    ['NotIn also where the label is missing', required(['gpu notin x']), both],
    ['Exists', required(['gpu']), onlyB],
    ['DoesNotExist', required(['!gpu']), onlyA],
    ['Gt', required(['cpus>7']), onlyA],
    ['Gt is strict', required(['cpus>8']), none],
    ['Lt', required(['cpus<9']), onlyA],
    ['Gt on a label that is no number', required(['zone>1']), none],
    ['expressions are ANDed', required(['zone', 'gpu']), onlyB],
    ['terms are ORed', required(['zone in z1'], ['gpu']), both],
    ['an empty term matches no node', required([]), none],
    ['an empty term list matches no node', required(), none],
    ['a term that does not parse matches no node, others may', required(['zone in z1', 'zone>x'], ['gpu']), onlyB],
    ['selector and affinity are ANDed', { ...required(['zone']), nodeSelector: { zone: 'z1' } }, onlyA],
    ['fields', required(['@in a']), onlyA],
    ['fields NotIn', required(['@notin a']), onlyB],
    ['fields and expressions', required(['@in a', 'gpu']), none],
    ['a field with two values does not parse', required(['@in a,b']), none],
  ])('%s', (_, pod, expected) => {
    expect(verdict(pod)).toEqual(expected);
  });

  it("asks for the profile's affinity first", () => {
    const args = { addedAffinity: { required: [nodeTerm('zone in z1')] } };
    expect(verdict({}, args)).toEqual({ a: 'ok', b: ENFORCED });
    expect(verdict({ nodeSelector: { gpu: '' } }, args)).toEqual({ a: POD, b: ENFORCED });
    expect(verdict({}, { addedAffinity: { preferred: [] } })).toBe('skip');
  });
});

describe('narrowing by name', () => {
  it.each<[string, string[][], string[] | undefined]>([
    ['no terms', [], undefined],
    ['every term names nodes', [['@in a'], ['@in b', 'zone']], ['a', 'b']],
    ['one term does not', [['@in a'], ['zone']], undefined],
    ['lists of one term are intersected', [['@in a', '@in b'], ['@in c']], ['c']],
    ['NotIn names none', [['@notin a']], undefined],
    ['all terms contradict themselves', [['@in a', '@in b']], []],
  ])('%s', (_, terms, expected) => {
    const names = namedNodes(terms.map((term) => nodeTerm(...term)));
    expect(names && [...names].sort()).toEqual(expected);
  });

  it('refuses the whole cluster when nothing is left, and hands the names on otherwise', () => {
    expect(verdict(required(['@in a', '@in b']))).toBe('UU pod affinity terms conflict');
    const pod = makePod('p', required(['@in a'], ['@in gone']));
    expect(nodeAffinity.prepareFilter?.(pod, cluster, {})).toMatchObject({ nodeNames: new Set(['a', 'gone']) });
  });
});

describe('score', () => {
  function preferred(...terms: [weight: number, ...texts: string[]][]): PodSpec {
    return { nodeAffinity: { preferred: terms.map(([weight, ...texts]) => ({ weight, preference: nodeTerm(...texts) })) } };
  }

  it('adds the weights of the terms that match, and normalises by the greatest', () => {
    const pod = makePod('p', preferred([3, 'zone in z1'], [5, 'zone'], [4, 'gpu', '@in b'], [9, 'gpu', '@in a']));
    expect(rated(nodeAffinity, pod, cluster, {})).toEqual({ raw: { a: 8, b: 9 }, normalized: { a: 88, b: 100 } });
  });

  it('ignores weight 0 and empty preferences, parsing errors of the former included', () => {
    const pod = makePod('p', preferred([0, 'cpus>x'], [7], [1, 'gpu']));
    expect(rated(nodeAffinity, pod, cluster, {})).toEqual({ raw: { a: 0, b: 1 }, normalized: { a: 0, b: 100 } });
  });

  it('skips a pod without a list, but not one with an empty list', () => {
    expect(rated(nodeAffinity, makePod('p', required(['zone'])), cluster, {})).toBe('skip');
    expect(rated(nodeAffinity, makePod('p', preferred()), cluster, {})).toEqual({ raw: { a: 0, b: 0 }, normalized: { a: 0, b: 0 } });
  });

  it("adds the profile's terms", () => {
    const args = { addedAffinity: { preferred: [{ weight: 2, preference: nodeTerm('gpu') }] } };
    expect(rated(nodeAffinity, makePod('p'), cluster, args)).toMatchObject({ raw: { a: 0, b: 2 } });
    expect(rated(nodeAffinity, makePod('p', preferred([3, 'gpu'])), cluster, args)).toMatchObject({ raw: { a: 0, b: 5 } });
  });

  it('refuses preferred terms that do not parse, as upstream gives up', () => {
    expect(() => rated(nodeAffinity, makePod('p', preferred([1, 'cpus>x'])), cluster, {})).toThrow(
      /^SELECTOR: spec\.affinity\.nodeAffinity\.preferredDuring\w+: pod default\/p: \[0\]\.matchExpressions\[0\]\.values\[0\]: Invalid value: "x"/,
    );
  });
});
