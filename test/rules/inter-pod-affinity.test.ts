import { describe, expect, it } from 'vitest';
import type { PodAffinity, PodAffinityTerm } from '../../src/model/pod.ts';
import { defaultArgs, interPodAffinity } from '../../src/rules/inter-pod-affinity.ts';
import { normalizeAffinity } from '../../src/rules/inter-pod-affinity-score.ts';
import {
  affinityTerm,
  labels,
  makeCluster,
  makeNode,
  makePod,
  type PodSpec,
  rated,
  selector,
  semantics,
  verdicts,
} from '../support/builders.ts';

const AFFINITY = "UU node(s) didn't match pod affinity rules";
const ANTI = "U node(s) didn't match pod anti-affinity rules";
const EXISTING = "U node(s) didn't satisfy existing pods anti-affinity rules";

const nodes = [
  makeNode('a1', { labels: { host: 'a1', zone: 'a' } }),
  makeNode('a2', { labels: { host: 'a2', zone: 'a' } }),
  makeNode('b1', { labels: { host: 'b1', zone: 'b' } }),
  makeNode('bare'),
];
const WEB = selector('app=web');
const DB = selector('app=db');

function required(...terms: PodAffinityTerm[]): PodAffinity {
  return { required: terms, preferred: [] };
}

function preferred(...terms: [number, PodAffinityTerm][]): PodAffinity {
  return { required: [], preferred: terms.map(([weight, term]) => ({ weight, term })) };
}

function app(name: string, more: PodSpec = {}): PodSpec {
  return { labels: { app: name }, ...more };
}

const namespaces = new Map([
  ['default', labels({ team: 'core' })],
  ['other', labels({ team: 'labs' })],
]);

function cluster(...existing: [node: string, pod: PodSpec][]) {
  return makeCluster(
    nodes,
    existing.map(([on, pod], i) => makePod(`e${i}`, { ...pod, on })),
    { namespaces },
  );
}

function verdict(pod: PodSpec, ...existing: [node: string, pod: PodSpec][]) {
  return verdicts(interPodAffinity, makePod('p', pod), cluster(...existing), defaultArgs);
}

describe('filter: required affinity', () => {
  const wantsDb = app('web', { podAffinity: required(affinityTerm('zone', DB)) });

  it('needs a matching pod in the domain, and its key on the node', () => {
    expect(verdict(wantsDb, ['a1', app('db')])).toEqual({ a1: 'ok', a2: 'ok', b1: AFFINITY, bare: AFFINITY });
    expect(verdict(wantsDb)).toEqual({ a1: AFFINITY, a2: AFFINITY, b1: AFFINITY, bare: AFFINITY });
  });

  it('counts a pod only if it matches all terms, each in its own domain', () => {
    const both = app('web', { podAffinity: required(affinityTerm('zone', selector('x')), affinityTerm('host', selector('y'))) });
    const x = { labels: { x: '' } };
    const xy = { labels: { x: '', y: '' } };
    expect(verdict(both, ['a1', x], ['b1', xy])).toEqual({ a1: AFFINITY, a2: AFFINITY, b1: 'ok', bare: AFFINITY });
    expect(verdict(both, ['a1', x], ['a2', { labels: { y: '' } }])).toMatchObject({ a1: AFFINITY, a2: AFFINITY });
  });

  it('lets the first pod of a group in, wherever the key is, as long as nothing matches anywhere', () => {
    const first = app('web', { podAffinity: required(affinityTerm('zone', WEB)) });
    expect(verdict(first)).toEqual({ a1: 'ok', a2: 'ok', b1: 'ok', bare: AFFINITY });
    expect(verdict(first, ['b1', app('web')])).toEqual({ a1: AFFINITY, a2: AFFINITY, b1: 'ok', bare: AFFINITY });
    // A match on a node without the key is not counted, so the group still has no first pod.
    expect(verdict(first, ['bare', app('web')])).toMatchObject({ a1: 'ok', b1: 'ok' });
  });

  it('skips pods that nothing concerns', () => {
    expect(verdict(app('web'), ['a1', app('db')])).toBe('skip');
    expect(verdict(app('web', { podAffinity: preferred([1, affinityTerm('zone', DB)]) }))).toBe('skip');
  });
});

describe('filter: required anti-affinity', () => {
  it('refuses the domain of a matching pod; nodes without the key pass', () => {
    const pod = app('web', { podAntiAffinity: required(affinityTerm('zone', WEB), affinityTerm('host', DB)) });
    expect(verdict(pod, ['a1', app('web')], ['b1', app('db')])).toEqual({ a1: ANTI, a2: ANTI, b1: ANTI, bare: 'ok' });
    expect(verdict(pod, ['a1', app('db')])).toEqual({ a1: ANTI, a2: 'ok', b1: 'ok', bare: 'ok' });
  });

  it('of existing pods holds against the incoming one, terminating ones included', () => {
    const jealous = app('db', { podAntiAffinity: required(affinityTerm('zone', WEB)), terminating: true });
    expect(verdict(app('web'), ['a1', jealous])).toEqual({ a1: EXISTING, a2: EXISTING, b1: 'ok', bare: 'ok' });
    expect(verdict(app('other'), ['a1', jealous])).toBe('skip');
    expect(verdict(app('web'), ['bare', jealous])).toBe('skip');
  });

  it('is told after affinity and before that of existing pods', () => {
    const jealous = app('db', { podAntiAffinity: required(affinityTerm('zone', WEB)) });
    const pod = app('web', { podAntiAffinity: required(affinityTerm('host', DB)) });
    expect(verdict(pod, ['a1', jealous])).toMatchObject({ a1: ANTI, a2: EXISTING, b1: 'ok' });
  });
});

describe('filter: namespaces', () => {
  function anti(more: Partial<PodAffinityTerm>) {
    return app('web', { podAntiAffinity: required(affinityTerm('host', WEB, more)) });
  }
  const here: [string, PodSpec] = ['a1', app('web')];
  const there: [string, PodSpec] = ['b1', app('web', { namespace: 'other' })];
  const unknown: [string, PodSpec] = ['a2', app('web', { namespace: 'unknown' })];

  it.each<[string, Partial<PodAffinityTerm>, object]>([
    ['none named: the own one', {}, { a1: ANTI, a2: 'ok', b1: 'ok' }],
    ['a list replaces the own one', { namespaces: ['other'] }, { a1: 'ok', a2: 'ok', b1: ANTI }],
    ['a selector that selects all', { namespaceSelector: selector() }, { a1: ANTI, a2: ANTI, b1: ANTI }],
    ['a selector by label', { namespaceSelector: selector('team=labs') }, { a1: 'ok', a2: 'ok', b1: ANTI }],
    ['a selector and a list', { namespaceSelector: selector('team=labs'), namespaces: ['default'] }, { a1: ANTI, a2: 'ok', b1: ANTI }],
    [
      'an upstream bug: NotIn matches every namespace',
      { namespaceSelector: selector('team notin core') },
      { a1: ANTI, a2: ANTI, b1: ANTI },
    ],
    ['an upstream bug: so does DoesNotExist', { namespaceSelector: selector('!team') }, { a1: ANTI, a2: ANTI, b1: ANTI }],
  ])('%s', (_, more, expected) => {
    expect(verdict(anti(more), here, there, unknown)).toMatchObject(expected);
  });

  it('are resolved and then dropped from 1.37 on', () => {
    const pod = anti({ namespaceSelector: selector('team notin core') });
    const pods = [here, there, unknown].map(([on, spec], i) => makePod(`e${i}`, { ...spec, on }));
    const later = makeCluster(nodes, pods, { namespaces }, semantics('1.37'));
    expect(verdicts(interPodAffinity, makePod('p', pod), later, defaultArgs)).toMatchObject({ a1: 'ok', a2: 'ok', b1: ANTI });
  });

  it("of existing pods' terms are judged by the labels of the incoming pod's namespace", () => {
    const jealous = app('db', { podAntiAffinity: required(affinityTerm('host', WEB, { namespaceSelector: selector('team notin core') })) });
    expect(verdict(app('web'), ['a1', jealous])).toBe('skip');
    expect(verdict(app('web', { namespace: 'other' }), ['a1', jealous])).toMatchObject({ a1: EXISTING });
    expect(verdict(app('web', { namespace: 'unknown' }), ['a1', jealous])).toMatchObject({ a1: EXISTING });
  });

  it('a nil label selector matches nothing, an empty one everything', () => {
    const pod = (term: PodAffinityTerm) => app('web', { podAntiAffinity: required(term) });
    expect(verdict(pod(affinityTerm('host', undefined)), here)).toMatchObject({ a1: 'ok' });
    expect(verdict(pod(affinityTerm('host', selector())), here)).toMatchObject({ a1: ANTI });
  });
});

describe('terms that do not parse', () => {
  const near = affinityTerm('host', { requirements: [{ key: 'a', operator: 'Near', values: [] }] });
  const empty = affinityTerm('host', { requirements: [{ key: 'a', operator: 'In', values: [] }] });

  it('of the incoming pod refuse the whole cluster, with all texts', () => {
    expect(verdict(app('web', { podAffinity: required(near) }))).toBe(
      'UU parsing pod: requiredAffinityTerms: "Near" is not a valid label selector operator',
    );
    expect(verdict(app('web', { podAffinity: preferred([1, near]), podAntiAffinity: required(empty) }))).toBe(
      `UU parsing pod: [requiredAntiAffinityTerms: values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty, preferredAffinityTerms: "Near" is not a valid label selector operator]`,
    );
  });

  it('of an existing pod void the list that they are in, and only that', () => {
    const good = affinityTerm('host', WEB);
    const broken = app('db', { podAntiAffinity: required(good, near) });
    const half = app('db', { podAffinity: required(near), podAntiAffinity: required(good) });
    expect(verdict(app('web'), ['a1', broken])).toBe('skip');
    expect(verdict(app('web'), ['a1', half])).toMatchObject({ a1: EXISTING });
  });
});

describe('pods that come and go', () => {
  it('change a copy of the state alone, and re-open the first-pod rule', () => {
    const other = makePod('other', app('web', { on: 'b1' }));
    const all = makeCluster(nodes, [other], { namespaces });
    const pod = makePod('p', app('web', { podAffinity: required(affinityTerm('zone', WEB)) }));
    const prepared = interPodAffinity.prepareFilter?.(pod, all, defaultArgs);
    const [a1, , b1] = all.nodes;
    if (prepared?.kind !== 'state' || !a1 || !b1) throw new Error('the rule applies');
    const copy = interPodAffinity.cloneState?.(prepared.state);
    if (!copy) throw new Error('the state can be copied');
    interPodAffinity.podRemoved?.(copy, pod, other, b1, all, defaultArgs);
    expect(interPodAffinity.accepts?.(prepared.state, pod, a1, all, defaultArgs)?.code).toBe('UnschedulableAndUnresolvable');
    expect(interPodAffinity.accepts?.(copy, pod, a1, all, defaultArgs)).toBeUndefined();
    const jealous = makePod('jealous', app('db', { podAntiAffinity: required(affinityTerm('host', WEB)) }));
    interPodAffinity.podAdded?.(copy, pod, jealous, a1, all, defaultArgs);
    expect(interPodAffinity.accepts?.(copy, pod, a1, all, defaultArgs)?.reasons).toEqual([EXISTING.slice(2)]);
  });
});

describe('score', () => {
  function score(pod: PodSpec, existing: [node: string, pod: PodSpec][], args = defaultArgs) {
    const result = rated(interPodAffinity, makePod('p', pod), cluster(...existing), args);
    return result === 'skip' ? 'skip' : Object.values(result.raw);
  }
  const zoneWeb = affinityTerm('zone', WEB);

  it("adds and subtracts the weights of the pod's own preferred terms, once per matching pod", () => {
    const pod = app('x', {
      podAffinity: preferred([5, affinityTerm('zone', DB)], [2, affinityTerm('host', DB)]),
      podAntiAffinity: preferred([3, zoneWeb]),
    });
    expect(
      score(pod, [
        ['a1', app('db')],
        ['a2', app('db')],
        ['b1', app('web')],
        ['bare', app('web')],
      ]),
    ).toEqual([12, 12, -3, 0]);
  });

  it("adds what existing pods' terms say about the pod", () => {
    const wants = app('db', { podAffinity: { required: [zoneWeb], preferred: [{ weight: 7, term: zoneWeb }] } });
    const shuns = app('db', { podAntiAffinity: preferred([4, zoneWeb]) });
    expect(
      score(app('web'), [
        ['a1', wants],
        ['b1', shuns],
      ]),
    ).toEqual([8, 8, -4, 0]);
    expect(score(app('web'), [['a1', wants]], { ...defaultArgs, hardPodAffinityWeight: 50 })).toEqual([57, 57, 0, 0]);
    expect(score(app('web'), [['a1', wants]], { ...defaultArgs, hardPodAffinityWeight: 0 })).toEqual([7, 7, 0, 0]);
    expect(
      score(app('other'), [
        ['a1', wants],
        ['b1', shuns],
      ]),
    ).toBe('skip');
  });

  it('skips where no pair is touched, and not where the sum is 0', () => {
    const pod = app('x', { podAffinity: preferred([5, zoneWeb]), podAntiAffinity: preferred([5, zoneWeb]) });
    expect(score(pod, [])).toBe('skip');
    expect(score(pod, [['bare', app('web')]])).toBe('skip');
    expect(score(pod, [['a1', app('web')]])).toEqual([0, 0, 0, 0]);
  });

  it('can be told to leave pods without preferred terms of their own alone', () => {
    const args = { ...defaultArgs, ignorePreferredTermsOfExistingPods: true };
    const wants = app('db', { podAffinity: preferred([7, zoneWeb]) });
    expect(score(app('web'), [['a1', wants]], args)).toBe('skip');
    expect(score(app('web', { podAffinity: preferred([1, affinityTerm('host', DB)]) }), [['a1', wants]], args)).toEqual([8, 7, 0, 0]);
  });

  it('resolves namespace selectors with the upstream bug', () => {
    const pod = app('x', { podAffinity: preferred([5, affinityTerm('host', WEB, { namespaceSelector: selector('team notin core') })]) });
    expect(score(pod, [['a1', app('web')]])).toEqual([5, 0, 0, 0]);
  });
});

it('normalises with the noise of upstream floats: divide first, then multiply, then truncate', () => {
  const normalized = (score: number, of: number) => {
    const scores = [0, score, of];
    normalizeAffinity(scores);
    return scores;
  };
  expect(normalized(29, 50)).toEqual([0, 57, 100]);
  expect(normalized(29, 100)).toEqual([0, 28, 100]);
  expect(normalized(57, 100)).toEqual([0, 56, 100]);
  expect(normalized(58, 100)).toEqual([0, 57, 100]);
  const flat = [-3, -3];
  normalizeAffinity(flat);
  expect(flat).toEqual([0, 0]);
});
