import { describe, expect, test } from 'vitest';
import { Prng } from '../../src/base/prng.ts';

describe('Prng', () => {
  test('is xoshiro128** 1.1: the published sequence of state 1, 2, 3, 4', () => {
    const prng = new Prng([1, 2, 3, 4]);
    const words = Array.from({ length: 10 }, () => prng.next());
    expect(words).toEqual([11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804]);
  });

  test('one seed gives one sequence, for seeds of every size', () => {
    const words = (seed: number) => {
      const prng = new Prng(seed);
      return Array.from({ length: 8 }, () => prng.next()).join();
    };
    const seeds = [0, 1, 2, -1, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1, -(2 ** 40)];
    expect(seeds.map(words)).toEqual(seeds.map(words));
    expect(new Set(seeds.map(words)).size).toBe(seeds.length);
  });

  test('below(n) stays in range, reaches every value and is even', () => {
    const prng = new Prng(7);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[prng.below(7)] = (counts[prng.below(7)] ?? 0) + 1;
    for (let i = 0; i < 70_000; i++) {
      const value = prng.below(7);
      expect(value >= 0 && value < 7 && Number.isInteger(value)).toBe(true);
    }
    expect(counts.every((count) => count > 0)).toBe(true);
    expect(new Prng(1).below(1)).toBe(0);
    expect(new Prng(1).below(2 ** 32)).toBe(new Prng(1).next());
  });

  test('below(n) has no modulo bias near 2^32', () => {
    const prng = new Prng(11);
    const n = 3 * 2 ** 30;
    let low = 0;
    for (let i = 0; i < 30_000; i++) if (prng.below(n) < 2 ** 30) low++;
    // A plain remainder would put half of the draws below 2^30.
    expect(Math.abs(low - 10_000)).toBeLessThan(500);
  });

  test('chance, between, pick and shuffle follow their counts', () => {
    const prng = new Prng(3);
    let hits = 0;
    for (let i = 0; i < 10_000; i++) if (prng.chance(1, 4)) hits++;
    expect(Math.abs(hits - 2_500)).toBeLessThan(250);
    expect([prng.chance(0, 5), prng.chance(5, 5)]).toEqual([false, true]);
    const drawn = new Set(Array.from({ length: 200 }, () => prng.between(-2, 2)));
    expect([...drawn].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
    expect(prng.pick(['only'])).toBe('only');
    const shuffled = prng.shuffle(Array.from({ length: 50 }, (_, i) => i));
    expect(shuffled).not.toEqual([...shuffled].sort((a, b) => a - b));
    expect(new Set(shuffled).size).toBe(50);
  });

  test('a fork yields a stream of its own', () => {
    const prng = new Prng(5);
    const fork = prng.fork();
    expect([fork.next(), fork.next()]).not.toEqual([prng.next(), prng.next()]);
  });

  test('refuses bounds and seeds that mean nothing', () => {
    expect(() => new Prng(Number.NaN)).toThrow('finite');
    expect(() => new Prng([0, 0, 0, 0])).toThrow('fixed point');
    expect(() => new Prng(1).below(0)).toThrow('bound');
    expect(() => new Prng(1).pick([])).toThrow('pick');
  });
});
