import { assert } from './assert.ts';

/**
 * Seeded generator of 32-bit words: xoshiro128** 1.1 (David Blackman and Sebastiano Vigna, https://prng.di.unimi.it/,
 * public domain), its state filled by SplitMix32. Whole numbers only, so that the same seed gives the same run on every machine.
 */
export class Prng {
  private s0: number;
  private s1: number;
  private s2: number;
  private s3: number;

  /** `seed`: any finite number, its fraction is ignored; or the generator's four state words, not all zero. */
  constructor(seed: number | readonly [number, number, number, number]) {
    const [s0, s1, s2, s3] = typeof seed === 'number' ? expandSeed(seed) : seed;
    assert((s0 | s1 | s2 | s3) !== 0, 'the all-zero state is the one fixed point of the generator');
    this.s0 = s0 | 0;
    this.s1 = s1 | 0;
    this.s2 = s2 | 0;
    this.s3 = s3 | 0;
  }

  /** The next word, 0 to 2^32 - 1. */
  next(): number {
    const scrambled = Math.imul(rotate(Math.imul(this.s1, 5), 7), 9);
    const shifted = this.s1 << 9;
    this.s2 ^= this.s0;
    this.s3 ^= this.s1;
    this.s1 ^= this.s2;
    this.s0 ^= this.s3;
    this.s2 ^= shifted;
    this.s3 = rotate(this.s3, 11);
    return scrambled >>> 0;
  }

  /** Uniform whole number from 0 to n - 1, without bias (words above the last multiple of n are drawn again); 1 <= n <= 2^32. */
  below(n: number): number {
    assert(Number.isInteger(n) && n >= 1 && n <= 0x1_0000_0000, 'the bound of a random number is 1 to 2^32');
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % n);
    let word = this.next();
    while (word >= limit) word = this.next();
    return word % n;
  }

  /** Uniform whole number from low to high, both included; high - low < 2^32. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True in `numerator` of `denominator` cases. */
  chance(numerator: number, denominator: number): boolean {
    return this.below(denominator) < numerator;
  }

  /** One of the items, each equally likely. */
  pick<T>(items: readonly T[]): T {
    assert(items.length > 0, 'there is something to pick from');
    return items[this.below(items.length)] as T;
  }

  /** Shuffles in place (Fisher-Yates) and returns the same array. */
  shuffle<T extends { readonly length: number; [index: number]: unknown }>(items: T): T {
    const array: { [index: number]: unknown } = items;
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = array[i];
      array[i] = array[j];
      array[j] = held;
    }
    return items;
  }

  /** A generator whose stream is independent of what this one yields later. */
  fork(): Prng {
    return new Prng(this.next() * 0x20_0000 + (this.next() >>> 11));
  }
}

/** Four words from one number: SplitMix32 with the constants of Chris Wellons' search for low bias. */
function expandSeed(seed: number): [number, number, number, number] {
  const whole = Math.trunc(seed);
  assert(Number.isFinite(whole), 'a seed is a finite number');
  let state = mix(Math.floor(whole / 0x1_0000_0000) | 0) ^ (whole | 0);
  const word = (): number => {
    state = (state + 0x9e3779b9) | 0;
    return mix(state);
  };
  return [word(), word(), word(), word() | 1];
}

function mix(word: number): number {
  let z = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
