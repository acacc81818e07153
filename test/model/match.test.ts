import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compileNodeTerm,
  compileSelector,
  mapSelectorMatches,
  nodeTermsMatch,
  nodeTermsProblem,
  preferredTermsProblem,
  preferredTermsScore,
  requiredNodeAffinityMatches,
  requirementMatches,
} from '../../src/model/match.ts';
import type { NodeSelectorTerm, Requirement } from '../../src/model/selector.ts';
import { factsOf } from './facts.ts';

type LabelRecord = Readonly<Record<string, string>>;
type Fact = { readonly labels: LabelRecord; readonly error?: string } & (
  | { readonly selector: readonly Requirement[]; readonly matches: boolean }
  | { readonly required: readonly NodeSelectorTerm[]; readonly name: string; readonly matches: boolean }
  | { readonly preferred: readonly { weight: number; preference: NodeSelectorTerm }[]; readonly name: string; readonly score?: number }
);

const labelsOf = (record: LabelRecord) => new Map(Object.entries(record));

describe('what Go says', () => {
  const facts = factsOf<Fact>('selectors.jsonl');
  const numbered = facts.map((fact, i) => [i, fact] as const);

  it.each(numbered)('fact %i', (_, fact) => {
    const labels = labelsOf(fact.labels);
    if ('selector' in fact) {
      const compiled = compileSelector({ requirements: fact.selector });
      expect([compiled.matches(labels), compiled.invalid]).toEqual([fact.matches, fact.error]);
    } else if ('required' in fact) {
      expect(nodeTermsMatch(fact.required, { name: fact.name, labels })).toBe(fact.matches);
      expect(nodeTermsProblem(fact.required)).toBe(fact.error);
    } else {
      expect(preferredTermsProblem(fact.preferred)).toBe(fact.error);
      if (fact.error === undefined) expect(preferredTermsScore(fact.preferred, { name: fact.name, labels })).toBe(fact.score);
    }
  });
});

describe('label selectors', () => {
  it('nil matches nothing, one without requirements everything', () => {
    expect(compileSelector(undefined)).toMatchObject({ kind: 'nothing' });
    expect(compileSelector(undefined).matches(new Map())).toBe(false);
    expect(compileSelector({ requirements: [] })).toMatchObject({ kind: 'everything' });
    expect(compileSelector({ requirements: [] }).matches(new Map([['a', 'b']]))).toBe(true);
  });

  it('is compiled once per object', () => {
    const selector = { requirements: [{ key: 'a', operator: 'Exists', values: [] }] };
    expect(compileSelector(selector)).toBe(compileSelector(selector));
  });

  it('map selectors need every pair', () => {
    const labels = new Map([
      ['a', '1'],
      ['b', '2'],
    ]);
    expect(mapSelectorMatches(new Map(), labels)).toBe(true);
    expect(mapSelectorMatches(new Map([['a', '1']]), labels)).toBe(true);
    expect(mapSelectorMatches(new Map([['a', '2']]), labels)).toBe(false);
    expect(mapSelectorMatches(new Map([['c', '']]), labels)).toBe(false);
  });

  it('agrees with a reading of the rules, for long and short value lists', () => {
    const value = fc.constantFrom('', 'x', 'y', '1', '-7', '99999999999999999999');
    const requirement = fc.record({
      key: fc.constantFrom('a', 'b'),
      operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt', 'Other'),
      values: fc.array(value, { maxLength: 12 }),
    });
    fc.assert(
      fc.property(requirement, fc.option(value, { nil: undefined }), (given, present) => {
        const labels = new Map(present === undefined ? [] : [['a', present]]);
        expect(requirementMatches(given, labels)).toBe(holds(given, given.key === 'a' ? present : undefined));
      }),
    );
  });
});

function holds({ operator, values }: Requirement, present: string | undefined): boolean {
  const listed = present !== undefined && values.includes(present);
  if (operator === 'In') return listed;
  if (operator === 'NotIn') return !listed;
  if (operator === 'Exists') return present !== undefined;
  if (operator === 'DoesNotExist') return present === undefined;
  const int64 = (text: string | undefined) => (text !== undefined && /^-?\d{1,18}$/.test(text) ? Number(text) : undefined);
  const [left, right] = [int64(present), values.length === 1 ? int64(values[0]) : undefined];
  if (left === undefined || right === undefined) return false;
  return operator === 'Gt' ? left > right : operator === 'Lt' && left < right;
}

describe('node affinity', () => {
  const node = { name: 'n1', labels: new Map([['zone', 'a']]) };
  const inZone = (...values: string[]): NodeSelectorTerm => ({
    matchExpressions: [{ key: 'zone', operator: 'In', values }],
    matchFields: [],
  });

  it('a required object without terms matches no node, an absent one every node', () => {
    expect(requiredNodeAffinityMatches({ nodeAffinity: { required: [] } }, node)).toBe(false);
    expect(requiredNodeAffinityMatches({ nodeAffinity: {} }, node)).toBe(true);
    expect(requiredNodeAffinityMatches({}, node)).toBe(true);
  });

  it('nodeSelector and required terms must both match', () => {
    const nodeSelector = new Map([['zone', 'a']]);
    expect(requiredNodeAffinityMatches({ nodeSelector, nodeAffinity: { required: [inZone('b'), inZone('a')] } }, node)).toBe(true);
    expect(requiredNodeAffinityMatches({ nodeSelector, nodeAffinity: { required: [inZone('b')] } }, node)).toBe(false);
    expect(requiredNodeAffinityMatches({ nodeSelector: new Map([['zone', 'b']]), nodeAffinity: { required: [inZone('a')] } }, node)).toBe(
      false,
    );
  });

  it('a term that cannot be parsed never matches, the others still do', () => {
    const broken: NodeSelectorTerm = { matchExpressions: [{ key: 'zone', operator: 'Exists', values: ['a'] }], matchFields: [] };
    expect(nodeTermsMatch([broken], node)).toBe(false);
    expect(nodeTermsMatch([broken, inZone('a')], node)).toBe(true);
    expect(compileNodeTerm(broken).invalid).toHaveLength(1);
  });

  it('fields are left out for a node without a name, any field but metadata.name reads as empty', () => {
    const named = (key: string, value: string, operator = 'In'): NodeSelectorTerm => ({
      matchExpressions: [],
      matchFields: [{ key, operator, values: [value] }],
    });
    expect(nodeTermsMatch([named('metadata.name', 'other')], { ...node, name: '' })).toBe(true);
    expect(nodeTermsMatch([named('spec.other', '')], node)).toBe(true);
    expect(nodeTermsMatch([named('metadata.name', 'n1', 'NotIn')], node)).toBe(false);
  });
});
