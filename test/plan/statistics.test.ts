import { describe, expect, it } from 'vitest';
import { Prng } from '../../src/base/prng.ts';
import { parseSeeds, seedsText } from '../../src/plan/seeds.ts';
import { percentile, sampleOf, studentT975 } from '../../src/plan/statistics.ts';

describe('the 97.5% point of Student t', () => {
  // Printed tables of the distribution (for example NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2).
  it.each([
    [1, 12.706],
    [2, 4.303],
    [3, 3.182],
    [4, 2.776],
    [5, 2.571],
    [6, 2.447],
    [7, 2.365],
    [8, 2.306],
    [9, 2.262],
    [10, 2.228],
    [15, 2.131],
    [20, 2.086],
    [30, 2.042],
    [40, 2.021],
    [60, 2.0],
    [80, 1.99],
    [100, 1.984],
    [1000, 1.962],
    [1_000_000_000, 1.96],
  ])('for %i degrees of freedom is that of the tables', (freedom, value) => {
    expect(Number(studentT975(freedom).toFixed(3))).toBe(value);
  });

  it('has closed forms for one and two degrees of freedom', () => {
    expect(studentT975(1)).toBeCloseTo(Math.tan(0.475 * Math.PI), 9);
    expect(studentT975(2)).toBeCloseTo(0.95 / Math.sqrt(2 * 0.975 * 0.025), 11);
  });

  it('holds 95% of the density between minus and plus, by Simpson’s rule', () => {
    for (const freedom of [1, 2, 3, 4, 7, 19, 20, 49, 199, 200, 201, 202, 1000]) {
      // The factor of the density, from those of one and two degrees of freedom: Gamma(x + 1) = x Gamma(x).
      let factor = freedom % 2 === 1 ? 1 / Math.PI : 1 / Math.sqrt(8);
      for (let v = freedom % 2 === 1 ? 1 : 2; v < freedom; v += 2) factor *= ((v + 1) / v) * Math.sqrt(v / (v + 2));
      const density = (t: number) => factor * (1 + (t * t) / freedom) ** (-(freedom + 1) / 2);
      const steps = 20_000;
      const width = studentT975(freedom) / steps;
      let sum = density(0) + density(steps * width);
      for (let i = 1; i < steps; i++) sum += density(i * width) * (i % 2 === 1 ? 4 : 2);
      expect(Math.abs((2 * sum * width) / 3 - 0.95)).toBeLessThan(1e-11);
    }
  });

  it('falls with the degrees of freedom, without a step where the formula changes', () => {
    for (let freedom = 1; freedom < 400; freedom++) expect(studentT975(freedom)).toBeGreaterThan(studentT975(freedom + 1));
    const [before, at, after] = [199, 200, 201].map(studentT975) as [number, number, number];
    expect(Math.abs(at - before - (after - at))).toBeLessThan(2e-6);
  });
});

describe('a sample', () => {
  it('has mean, deviation and interval', () => {
    const { halfWidth, ...rest } = sampleOf([2, 4, 4, 4, 5, 5, 7, 9]);
    expect(rest).toEqual({ count: 8, mean: 5, stddev: Math.sqrt(32 / 7), min: 2, max: 9 });
    expect(halfWidth).toBeCloseTo((2.364624 * Math.sqrt(32 / 7)) / Math.sqrt(8), 6);
  });

  it('of equal values has no width, and of one value no interval', () => {
    expect(sampleOf([0.1, 0.1, 0.1])).toEqual({ count: 3, mean: 0.1, stddev: 0, min: 0.1, max: 0.1, halfWidth: 0 });
    expect(sampleOf([7])).toEqual({ count: 1, mean: 7, stddev: 0, min: 7, max: 7 });
  });

  it('covers the true mean in 95 of 100 cases', () => {
    const prng = new Prng(5);
    let covered = 0;
    for (let trial = 0; trial < 4000; trial++) {
      // Sums of uniform numbers are close to normal; the true mean is 6 * 50.
      const values = Array.from({ length: 6 }, () => Array.from({ length: 6 }, () => prng.between(0, 100)).reduce((sum, x) => sum + x, 0));
      const { mean, halfWidth = 0 } = sampleOf(values);
      if (Math.abs(mean - 300) <= halfWidth) covered++;
    }
    // Four standard errors of a share of 0.95 in 4000 trials are 0.014.
    expect(covered / 4000).toBeGreaterThan(0.936);
    expect(covered / 4000).toBeLessThan(0.964);
  });
});

describe('a percentile', () => {
  it('is the smallest value that the share does not exceed', () => {
    const prng = new Prng(3);
    for (let trial = 0; trial < 200; trial++) {
      const values = Float64Array.from({ length: prng.between(1, 40) }, () => prng.between(-10, 30));
      const answer = percentile(values, 0.95);
      const atMost = (bound: number) => values.filter((value) => value <= bound).length / values.length;
      expect(atMost(answer)).toBeGreaterThanOrEqual(0.95);
      const smaller = values.filter((value) => value < answer);
      if (smaller.length > 0) expect(atMost(Math.max(...smaller))).toBeLessThan(0.95);
    }
  });
});

describe('seeds', () => {
  it.each([
    ['1..5', [1, 2, 3, 4, 5], '1..5'],
    ['42', [42], '42'],
    ['3, 1..2,2..4', [3, 1, 2, 4], '3,1..2,4'],
    ['9007199254740991', [Number.MAX_SAFE_INTEGER], '9007199254740991'],
  ])('%s', (text, seeds, written) => {
    expect(parseSeeds(text)).toEqual(seeds);
    expect(seedsText(seeds)).toBe(written);
    expect(parseSeeds(written)).toEqual(seeds);
  });

  it.each(['', '1..', '5..1', 'a', '1...3', '-1', '1;2', '9007199254740992', '0..1000000'])('refuses %j', (text) => {
    expect(() => parseSeeds(text)).toThrow('USAGE: must be');
  });
});
