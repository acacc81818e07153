import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatAmount,
  formatBytes,
  formatCpu,
  formatQuantity,
  isWhole,
  milliValue,
  parseQuantity,
  quantityOf,
  roundToMilli,
  value,
} from '../../src/model/quantity.ts';
import { AMOUNT_MAX } from '../../src/model/resources.ts';

const facts = JSON.parse(readFileSync(new URL('./facts/quantities.json', import.meta.url), 'utf8')) as {
  readonly accepted: readonly [text: string, value: string, milli: string][];
  readonly refused: readonly string[];
};

describe('parseQuantity', () => {
  it.each(facts.accepted)('%s is what Go says', (text, whole, milli) => {
    const quantity = parseQuantity(text);
    expect([String(value(quantity)), String(milliValue(quantity))]).toEqual([whole, milli]);
  });

  it.each(facts.refused)('refuses %j', (text) => {
    expect(() => parseQuantity(text)).toThrow('QUANTITY');
  });

  it('agrees with fractions computed another way', () => {
    const suffixes: readonly [suffix: string, numerator: bigint, denominator: bigint][] = [
      ['', 1n, 1n],
      ['m', 1n, 1000n],
      ['u', 1n, 1_000_000n],
      ['n', 1n, 1_000_000_000n],
      ['k', 1000n, 1n],
      ['G', 1_000_000_000n, 1n],
      ['Ki', 1024n, 1n],
      ['Gi', 1n << 30n, 1n],
      ['e2', 100n, 1n],
      ['E-4', 1n, 10_000n],
    ];
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.array(fc.nat(9), { maxLength: 12 }), fc.constantFrom(...suffixes), (whole, digits, suffix) => {
        const [letters, numerator, denominator] = suffix;
        const text = `${whole}${digits.length > 0 ? `.${digits.join('')}` : ''}${letters}`;
        const scale = 10n ** BigInt(digits.length);
        const above = (BigInt(whole) * scale + BigInt(digits.join('') || '0')) * numerator * 1_000_000_000n;
        const below = scale * denominator;
        expect(parseQuantity(text)).toBe((above + below - 1n) / below);
      }),
    );
  });

  it('finer parts than 10^-9 are rounded away from zero', () => {
    expect(parseQuantity('0.0000000001')).toBe(1n);
    expect(parseQuantity('-0.0000000001')).toBe(-1n);
    expect(parseQuantity('1e-64')).toBe(1n);
  });

  it('caps binary quantities at int64 and refuses larger decimal ones', () => {
    expect(value(parseQuantity('8Ei'))).toBe(AMOUNT_MAX);
    expect(value(parseQuantity('9223372036854775807'))).toBe(AMOUNT_MAX);
    expect(() => parseQuantity('9223372036854775808')).toThrow('larger than 2^63-1');
  });

  it('ignores spaces around, like the JSON reader of quantities', () => {
    expect(parseQuantity(' 5 ')).toBe(5_000_000_000n);
  });

  it('stays right when more texts come than it remembers', () => {
    for (let i = 0; i < 70_000; i++) expect(parseQuantity(`${i}m`)).toBe(BigInt(i) * 1_000_000n);
    expect(parseQuantity('7m')).toBe(7_000_000n);
  });
});

describe('amounts', () => {
  it('saturate in thousandths instead of wrapping', () => {
    expect(milliValue(parseQuantity('1E'))).toBe(AMOUNT_MAX);
    expect(milliValue(parseQuantity('10P'))).toBe(AMOUNT_MAX);
    expect(milliValue(-parseQuantity('1E'))).toBe(-AMOUNT_MAX - 1n);
    expect(value(parseQuantity('9E') * 100n)).toBe(AMOUNT_MAX);
  });

  it('round away from zero', () => {
    expect([value(1n), value(-1n), milliValue(1n), milliValue(1_000_000n), milliValue(1_000_001n)]).toEqual([1n, -1n, 1n, 1n, 2n]);
    expect([roundToMilli(1n), roundToMilli(0n), roundToMilli(2_000_000n)]).toEqual([1_000_000n, 0n, 2_000_000n]);
    expect([isWhole(0n), isWhole(3_000_000_000n), isWhole(1n)]).toEqual([true, true, false]);
  });
});

describe('quantityOf', () => {
  it('takes strings and exact numbers', () => {
    expect([quantityOf('2'), quantityOf(2), quantityOf(0.25), quantityOf(1e-7)]).toEqual([
      2_000_000_000n,
      2_000_000_000n,
      250_000_000n,
      100n,
    ]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, true, null, undefined, {}, ['1']])('refuses %s', (raw) => {
    expect(() => quantityOf(raw)).toThrow('QUANTITY');
  });
});

describe('texts for people', () => {
  it('formatQuantity is read back to the same quantity', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 18n), 10n ** 18n), (quantity) => {
        expect(parseQuantity(formatQuantity(quantity))).toBe(quantity);
      }),
    );
  });

  it.each([
    ['cpu', 300n, '300m'],
    ['cpu', 2000n, '2'],
    ['cpu', 1500n, '1500m'],
    ['memory', 512n, '512'],
    ['memory', 1610612736n, '1.5Gi'],
    ['memory', 1610612737n, '1.6Gi'],
    ['memory', (1n << 40n) - 1n, '1Ti'],
    ['memory', -2048n, '-2Ki'],
    ['ephemeral-storage', 209715200n, '200Mi'],
    ['hugepages-2Mi', 4194304n, '4Mi'],
    ['memory', AMOUNT_MAX, '8Ei'],
    ['nvidia.com/gpu', 2048n, '2048'],
  ])('formatAmount(%s, %s) is %s', (name, amount, text) => {
    expect(formatAmount(name, amount)).toBe(text);
  });

  it('formatBytes never promises less than the amount', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, AMOUNT_MAX), (amount) => {
        expect(value(parseQuantity(formatBytes(amount))) >= amount).toBe(true);
      }),
    );
    expect(formatCpu(0n)).toBe('0');
  });
});
