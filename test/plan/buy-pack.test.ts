import { describe, expect, it } from 'vitest';
import { Prng } from '../../src/base/prng.ts';
import { improvedPacking, type Packing, pack } from '../../src/plan/buy-pack.ts';
import { costOf, type Problem, type Shape } from '../../src/plan/buy-problem.ts';
import { boundsOf, dimensionPrices, packings } from '../../src/plan/buy-solve.ts';
import { withPrograms } from '../../src/plan/linear-program.ts';
import { expectValid } from './buy-support.ts';

interface Mix {
  readonly seed: number;
  readonly kinds: number;
  /** What a larger node costs more or less for each unit, from one size to the next. */
  readonly growth: number;
  readonly limited?: boolean;
  /** Some pods want a node to themselves, and some types are closed to some pods. */
  readonly picky?: boolean;
}

/** Pods of many sizes, of which some want a node to themselves; nodes with 2, 4 and 8 of the second resource for each of the first, in four sizes. */
function mixed({ seed, kinds, growth, limited = false, picky = false }: Mix): Problem {
  const random = new Prng(seed);
  const shapes = [2, 4, 8].flatMap((ratio, family) =>
    [4, 16, 64, 256].map((cpu, size): Shape => {
      const price = Math.round(cpu * (25 + 3 * ratio + random.between(0, 4)) * (1 + growth) ** size * 1_000_000);
      return {
        offers: [4 * family + size],
        price,
        room: Float64Array.of(12 * cpu, cpu * 1000 - 80, cpu * ratio * 1000 - 300, 1),
        limit: limited && size === 3 ? 0 : -1,
      };
    }),
  );
  const demands = Array.from({ length: kinds }, () => {
    const cpu = Math.round(50 * 80 ** (random.between(0, 1000) / 1000));
    const memory = Math.round((cpu * random.between(10, 80)) / 10);
    const alone = picky && random.chance(1, 50) ? 1 : 0;
    const allowed = Uint8Array.from(shapes, ({ room }, shape) =>
      (room[1] as number) >= cpu && (room[2] as number) >= memory && (!picky || shape >= 4 || !random.chance(1, 10)) ? 1 : 0,
    );
    return { count: random.between(1, 12), amounts: Float64Array.of(1, cpu, memory, alone), allowed };
  });
  return { dimensions: 4, demands, shapes, limits: limited ? [3] : [] };
}

describe('a packing', () => {
  it.each([1, 2, 3, 4])('holds each pod once, and costs no more the longer it is improved, seed %i', async (seed) => {
    for (const limited of [false, true]) {
      const problem = mixed({ seed, kinds: 200, growth: seed % 2 === 0 ? 0.05 : -0.02, limited, picky: true });
      await withPrograms((make) => {
        const prices = dimensionPrices(problem, make);
        for (const balanced of [false, true]) {
          let last = pack(problem, prices, balanced);
          expectValid(problem, last);
          expect(last.unplaced.every((count) => count === 0)).toBe(true);
          for (const steps of [10_000, 1_000_000]) {
            const next = improvedPacking(problem, prices, last, { steps, balanced });
            expectValid(problem, next);
            expect(costOf(problem, next.counts)).toBeLessThanOrEqual(costOf(problem, last.counts));
            expect(improvedPacking(problem, prices, last, { steps, balanced })).toEqual(next);
            last = next;
          }
        }
      });
    }
  });

  it('counts the pods that no node is left for, and finds a place for them where some pod can make room', async () => {
    const shape: Shape = { offers: [0], price: 5, room: Float64Array.of(10), limit: 0 };
    const demand = (amount: number, count: number) => ({ count, amounts: Float64Array.of(amount), allowed: Uint8Array.of(1) });
    const problem = (limit: number): Problem => ({
      dimensions: 1,
      shapes: [shape],
      limits: [limit],
      demands: [demand(6, 2), demand(5, 2), demand(4, 2)],
    });
    const prices = Float64Array.of(0.5);
    const short = improvedPacking(problem(2), prices, pack(problem(2), prices), { steps: 10_000 });
    expectValid(problem(2), short);
    expect(short.unplaced.reduce((sum, count) => sum + count, 0)).toBe(2);
    // 6 and 4, 6 and 4, 5 and 5: not what taking the heaviest first on two nodes would leave.
    const wasteful: Packing = {
      counts: Int32Array.of(3),
      contents: [
        { shape: 0, times: 1, demands: [0], counts: [1] },
        { shape: 0, times: 1, demands: [1, 2], counts: [1, 1] },
        { shape: 0, times: 1, demands: [1, 2], counts: [1, 1] },
      ],
      unplaced: Int32Array.of(1, 0, 0),
    };
    const better = improvedPacking(problem(3), prices, wasteful, { steps: 10_000 });
    expectValid(problem(3), better);
    expect([...better.unplaced]).toEqual([0, 0, 0]);
  });

  it.each([
    { seed: 11, kinds: 2500, growth: 0, picky: true },
    { seed: 12, kinds: 2500, growth: 0.04, picky: true },
    { seed: 13, kinds: 300, growth: 0, picky: true },
    { seed: 14, kinds: 300, growth: 0.04, picky: true },
    { seed: 15, kinds: 800, growth: -0.03 },
    { seed: 16, kinds: 2500, growth: -0.03 },
  ])('of many demands is within 5 percent of the bound: %j', { timeout: 60_000 }, async (mix) => {
    const problem = mixed(mix);
    await withPrograms((make) => {
      const { bound, columns } = boundsOf(problem, make);
      const [best] = packings(problem, columns, make, bound) as [Packing];
      expectValid(problem, best);
      expect(Number(costOf(problem, best.counts)) / Number(bound)).toBeLessThanOrEqual(1.05);
    });
  });
});
