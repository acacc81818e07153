import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainCounts } from '../../src/rules/domain-counts.ts';

describe('DomainCounts', () => {
  it('counts domains with 0, and new ones', () => {
    const counts = DomainCounts.of(new Map([['a', 0]]));
    expect([counts.size, counts.isZero, counts.minimum()]).toEqual([1, true, 0]);
    counts.add('b', 2);
    expect([counts.size, counts.isZero, counts.minimum(), counts.get('c')]).toEqual([2, false, 0, 0]);
    counts.add('a', 3);
    expect(counts.minimum()).toBe(2);
  });

  it('keeps clones apart', () => {
    const counts = DomainCounts.of(
      new Map([
        ['a', 1],
        ['b', 5],
      ]),
    );
    const copy = counts.clone();
    copy.add('a', 9);
    expect([counts.minimum(), copy.minimum(), counts.get('a'), copy.get('a')]).toEqual([1, 5, 1, 10]);
  });

  it('agrees with a plain map after any changes', () => {
    const values = fc.constantFrom('', 'a', 'b', 'c', 'd');
    const start = fc.array(fc.tuple(values, fc.nat(4)), { minLength: 1 });
    const changes = fc.array(fc.tuple(values, fc.integer({ min: -3, max: 3 })));
    fc.assert(
      fc.property(start, changes, (pairs, steps) => {
        const plain = new Map(pairs);
        const counts = DomainCounts.of(new Map(pairs)).clone();
        for (const [value, delta] of steps) {
          plain.set(value, (plain.get(value) ?? 0) + delta);
          counts.add(value, delta);
        }
        expect(counts.minimum()).toBe(Math.min(...plain.values()));
        expect(counts.size).toBe(plain.size);
        expect(counts.isZero).toBe([...plain.values()].every((count) => count === 0));
      }),
    );
  });
});
