/** A power law through measured points. */

export interface Point {
  readonly x: number;
  /** Nanoseconds for a decision, or whatever grows. */
  readonly y: number;
}

export interface PowerLaw {
  readonly exponent: number;
  /** y at x = 1. */
  readonly factor: number;
  /** Share of the variance of ln y that the law explains; 1 where y does not vary. */
  readonly r2: number;
  readonly from: number;
  readonly to: number;
  readonly points: number;
}

/** Least squares of ln y over ln x, over the points from `from` to `to`. Undefined for fewer than three points. O(points). */
export function fitPowerLaw(points: readonly Point[], from = 0, to = Number.POSITIVE_INFINITY): PowerLaw | undefined {
  const used = points.filter(({ x, y }) => x >= from && x <= to && x > 0 && y > 0);
  if (used.length < 3) return undefined;
  const logs = used.map(({ x, y }) => [Math.log(x), Math.log(y)] as const);
  const mean = (of: (log: readonly [number, number]) => number) => logs.reduce((sum, log) => sum + of(log), 0) / logs.length;
  const [mx, my] = [mean(([x]) => x), mean(([, y]) => y)];
  const xx = mean(([x]) => (x - mx) ** 2);
  const xy = mean(([x, y]) => (x - mx) * (y - my));
  const yy = mean(([, y]) => (y - my) ** 2);
  const exponent = xy / xx;
  const xs = used.map(({ x }) => x);
  return {
    exponent,
    factor: Math.exp(my - exponent * mx),
    r2: yy === 0 ? 1 : (xy * xy) / (xx * yy),
    from: Math.min(...xs),
    to: Math.max(...xs),
    points: used.length,
  };
}
