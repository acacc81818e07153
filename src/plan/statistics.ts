/** Sample statistics of numbers that runs give. Plain doubles: they are for people, decisions never depend on them. */

/** 97.5 % point of the normal distribution. */
const NORMAL_975 = 1.959963984540054;

/** Up to here the exact sums are short; from here on the expansion is exact to 12 digits. */
const EXACT_FREEDOM_MAX = 200;

export interface Sample {
  readonly count: number;
  readonly mean: number;
  /** With n - 1; 0 for a single value. */
  readonly stddev: number;
  readonly min: number;
  readonly max: number;
  /** Half the width of the 95 % confidence interval of the mean (Student's t); absent for a single value. */
  readonly halfWidth?: number;
}

/** O(n), in two passes, so that large equal values have no spread. `values` is not empty. */
export function sampleOf(values: readonly number[]): Sample {
  const count = values.length;
  const [first = Number.NaN] = values;
  // Sums of equal values are not exact multiples of them.
  if (values.every((value) => value === first)) {
    return { count, mean: first, stddev: 0, min: first, max: first, ...(count > 1 ? { halfWidth: 0 } : {}) };
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const stddev = Math.sqrt(squares / (count - 1));
  const min = values.reduce((least, value) => Math.min(least, value), first);
  const max = values.reduce((most, value) => Math.max(most, value), first);
  return { count, mean, stddev, min, max, halfWidth: (studentT975(count - 1) * stddev) / Math.sqrt(count) };
}

const quantiles = new Map<number, number>();

/**
 * The 97.5 % point of Student's t distribution, for two-sided 95 % intervals. Abramowitz and Stegun, Handbook of Mathematical Functions: up to
 * 200 degrees of freedom the finite sums 26.7.3 and 26.7.4 by bisection, beyond them the expansion 26.7.5. `freedom` is a whole number from 1.
 */
export function studentT975(freedom: number): number {
  if (freedom > EXACT_FREEDOM_MAX) return expansion(freedom);
  let known = quantiles.get(freedom);
  if (known === undefined) {
    let low = 0;
    let high = 16;
    while (high - low > 1e-13 * high) {
      const middle = (low + high) / 2;
      // The interval shrinks to two neighbouring doubles at last.
      if (middle === low || middle === high) break;
      if (centralShare(middle, freedom) < 0.95) low = middle;
      else high = middle;
    }
    known = high;
    quantiles.set(freedom, known);
  }
  return known;
}

/** Probability between -t and t. */
function centralShare(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const square = Math.cos(angle) ** 2;
  const odd = freedom % 2 === 1;
  let term = odd ? Math.cos(angle) : 1;
  let sum = 0;
  for (let k = odd ? 3 : 2; k <= freedom; k += 2) {
    sum += term;
    term *= (square * (k - 1)) / k;
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}

function expansion(freedom: number): number {
  const x = NORMAL_975;
  const g1 = (x ** 3 + x) / 4;
  const g2 = (5 * x ** 5 + 16 * x ** 3 + 3 * x) / 96;
  const g3 = (3 * x ** 7 + 19 * x ** 5 + 17 * x ** 3 - 15 * x) / 384;
  const g4 = (79 * x ** 9 + 776 * x ** 7 + 1482 * x ** 5 - 1920 * x ** 3 - 945 * x) / 92160;
  return x + g1 / freedom + g2 / freedom ** 2 + g3 / freedom ** 3 + g4 / freedom ** 4;
}

/** The smallest value that at least `share` of the values do not exceed (nearest rank). O(n log n); `values` is not empty. */
export function percentile(values: Float64Array, share: number): number {
  const sorted = values.slice().sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number;
}
