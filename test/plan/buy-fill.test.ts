import { describe, expect, it } from 'vitest';
import { Prng } from '../../src/base/prng.ts';
import { fill, packEvenly } from '../../src/plan/buy-fill.ts';
import { evenFleet } from '../../src/plan/buy-fleet.ts';
import type { Packing } from '../../src/plan/buy-pack.ts';
import { costOf, type Problem, type Shape } from '../../src/plan/buy-problem.ts';
import { boundsOf, packings } from '../../src/plan/buy-solve.ts';
import { withPrograms } from '../../src/plan/linear-program.ts';
import { expectValid } from './buy-support.ts';

/** Pods of many sizes; nodes with 2, 4 and 8 of the second resource for each of the first, at prices in proportion. */
function mixed(seed: number, kinds: number): Problem {
  const random = new Prng(seed);
  const shapes = [2, 4, 8].flatMap((ratio) =>
    [16, 64, 256].map(
      (cpu, i): Shape => ({
        offers: [i],
        price: cpu * (25 + ratio) * 1_000_000,
        room: Float64Array.of(8 * cpu, cpu * 1000, cpu * ratio * 1000),
        limit: -1,
      }),
    ),
  );
  const demands = Array.from({ length: kinds }, () => {
    const cpu = random.between(50, 4000);
    const allowed = Uint8Array.from(shapes, (_, shape) => (random.between(0, 9) === 0 && shape < 3 ? 0 : 1));
    return { count: random.between(1, 12), amounts: Float64Array.of(1, cpu, Math.round((cpu * random.between(10, 80)) / 10)), allowed };
  });
  return { dimensions: 3, demands, shapes, limits: [] };
}

describe('a fleet that is filled', () => {
  it.each([1, 2, 3, 4, 5])('holds each pod once or says that it does not, seed %i', async (seed) => {
    const problem = mixed(seed, 300);
    await withPrograms((make) => {
      for (const waste of [0, 1, 4]) {
        const counts = evenFleet(problem, waste, make);
        expect(counts).toBeDefined();
        expectValid(problem, fill(problem, counts as Int32Array));
      }
      // One node is too few: what is left over is counted.
      const one = new Int32Array(problem.shapes.length);
      one[0] = 1;
      const short = fill(problem, one);
      expectValid(problem, short);
      expect(short.unplaced.some((count) => count > 0)).toBe(true);
    });
  });

  it.each([1, 2, 3, 4, 5])('is what a packing of many demands begins with, seed %i', async (seed) => {
    const problem = mixed(seed, 2500);
    await withPrograms((make) => {
      const { bound } = boundsOf(problem, make);
      const begun = packEvenly(problem, make) as Packing;
      expectValid(problem, begun);
      // Most pods have a place, the largest first: the rest is built for by itself.
      const room = (counts: Int32Array) =>
        problem.demands.reduce((sum, { amounts }, i) => sum + (amounts[1] as number) * (counts[i] as number), 0);
      expect(room(begun.unplaced)).toBeLessThan(0.25 * room(Int32Array.from(problem.demands, ({ count }) => count)));
      const [best] = packings(problem, undefined, make, bound) as [Packing];
      expectValid(problem, best);
      expect(best.unplaced.every((count) => count === 0)).toBe(true);
      expect(Number(costOf(problem, best.counts)) / Number(bound)).toBeLessThanOrEqual(1.03);
    });
  });
});
