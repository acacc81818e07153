import { describe, expect, it } from 'vitest';
import { Prng } from '../../src/base/prng.ts';
import { Knapsack } from '../../src/plan/buy-knapsack.ts';
import { costOf, type Problem } from '../../src/plan/buy-problem.ts';
import { boundsOf, packings } from '../../src/plan/buy-solve.ts';
import { withPrograms } from '../../src/plan/linear-program.ts';
import {
  ask,
  leastCost,
  money,
  PUBLIC_LIST,
  pod,
  randomCloud,
  randomMix,
  type SmallPod,
  type SmallType,
  simulatedList,
  smallCase,
} from './buy-support.ts';

const CENT = 10_000_000n;

function catalogueOf(types: readonly SmallType[]): string {
  const rows = types.map(({ cpu, memory, pods, price }, i) => `t${i},${cpu},${memory}Gi,${pods},${(price / 100).toFixed(2)}`);
  return ['type,cpu,memory,pods,price', ...rows].join('\n');
}

function podsOf(pods: readonly SmallPod[]): object[] {
  return pods.map(({ cpu, memory }, i) => pod(`p${i}`, { cpu: `${cpu}`, memory: `${memory}Gi` }));
}

function problemOf(pods: readonly SmallPod[], types: readonly SmallType[]): Problem {
  return {
    dimensions: 3,
    limits: [],
    demands: pods.map(({ cpu, memory }) => ({
      count: 1,
      amounts: Float64Array.of(1, cpu, memory),
      allowed: Uint8Array.from(types, (type) => Number(cpu <= type.cpu && memory <= type.memory)),
    })),
    shapes: types.map((type, i) => ({
      offers: [i],
      price: type.price * Number(CENT),
      room: Float64Array.of(type.pods, type.cpu, type.memory),
      limit: -1,
    })),
  };
}

describe('the best purchase of small cases, found by trying everything', () => {
  it('is never under the bound, and no packing is cheaper', async () => {
    let optimal = 0;
    await withPrograms((make) => {
      for (let seed = 0; seed < 100; seed++) {
        const { pods, types } = smallCase(seed);
        const problem = problemOf(pods, types);
        const optimum = BigInt(leastCost(pods, types)) * CENT;
        const { bound, columns } = boundsOf(problem, make);
        expect(bound, `bound of seed ${seed}`).toBeLessThanOrEqual(optimum);
        const [best] = packings(problem, columns, make);
        const cost = best ? costOf(problem, best.counts) : 0n;
        expect(cost, `packing of seed ${seed}`).toBeGreaterThanOrEqual(optimum);
        if (bound === optimum && cost === optimum) optimal++;
      }
    });
    // Most small cases are solved to the end; a bound of 0 or a packing of single pods would pass all else.
    expect(optimal).toBeGreaterThan(70);
  });

  it.each(Array.from({ length: 24 }, (_, i) => 1000 + i))('bounds the answers of buy, seed %i', async (seed) => {
    const { pods, types } = smallCase(seed);
    const optimum = BigInt(leastCost(pods, types)) * CENT;
    for (const placement of ['configured', 'packed'] as const) {
      const answer = await ask(podsOf(pods), catalogueOf(types), { placement });
      expect(answer.complete).toBe(true);
      expect(answer.placements).toHaveLength(pods.length);
      expect(money(answer.bound)).toBeLessThanOrEqual(optimum);
      expect(money(answer.cost)).toBeGreaterThanOrEqual(optimum);
      if (answer.gapPercent === 0) expect(money(answer.cost)).toBe(optimum);
    }
  });
});

describe('the most valuable content of a node', () => {
  it('is that of trying everything', () => {
    const random = new Prng(7);
    for (let trial = 0; trial < 300; trial++) {
      const room = Float64Array.of(random.between(3, 12), random.between(3, 12));
      const demands = Array.from({ length: random.between(1, 4) }, () => ({
        count: random.between(1, 4),
        amounts: Float64Array.of(random.between(0, 5), random.between(1, 5)),
        allowed: Uint8Array.of(1),
      }));
      const values = Float64Array.from(demands, () => random.between(0, 50));
      const best = (from: number, cpu: number, memory: number): number => {
        const demand = demands[from];
        if (!demand) return 0;
        const [c = 0, m = 0] = demand.amounts;
        let most = 0;
        for (let n = 0; n <= demand.count && n * c <= cpu && n * m <= memory; n++)
          most = Math.max(most, n * (values[from] as number) + best(from + 1, cpu - n * c, memory - n * m));
        return most;
      };
      const knapsack = new Knapsack({ dimensions: 2, limits: [], demands, shapes: [{ offers: [0], price: 1, room, limit: -1 }] }, 0);
      const truth = best(0, room[0] as number, room[1] as number);
      const found = knapsack.best(values, 100_000);
      expect([found.value, found.bound], `trial ${trial}`).toEqual([truth, truth]);
      // However little is searched, the bound holds and the content is worth what it says.
      const hasty = knapsack.best(values, 1);
      expect(hasty.bound).toBeGreaterThanOrEqual(truth);
      expect(hasty.demands.reduce((sum, demand, i) => sum + (hasty.counts[i] as number) * (values[demand] as number), 0)).toBe(hasty.value);
    }
  });
});

describe('the gap', () => {
  it.each(Array.from({ length: 20 }, (_, i) => i))('of packed random mix %i is at most 5 percent', { timeout: 60_000 }, async (mix) => {
    const random = new Prng(4000 + mix);
    const catalogue = randomCloud(random);
    const answer = await ask(randomMix(random, 30 + 15 * mix, 6 + mix), catalogue, { placement: 'packed' });
    expect(answer.complete).toBe(true);
    expect(answer.gapPercent).toBeLessThanOrEqual(5);
  });

  const CATALOGUES = [
    ['a random cloud', (random: Prng) => randomCloud(random)],
    ['a public price list', () => PUBLIC_LIST],
    ['a list of even prices', () => simulatedList()],
  ] as const;
  const MIXES = [
    [60, 8],
    [300, 20],
    [700, 60],
    [1200, 400],
    [2500, 2500],
  ] as const;

  // The default way of asking, on numbers of pods and kinds that nothing was adjusted to.
  describe.each(CATALOGUES)('on %s', (_, catalogueOfMix) => {
    it.each(MIXES)('of %i pods of %i kinds is at most 5 percent', { timeout: 60_000 }, async (pods, kinds) => {
      for (const seed of [1, 2]) {
        const random = new Prng(70_000 + pods + seed);
        const catalogue = catalogueOfMix(random);
        const answer = await ask(randomMix(random, pods, kinds), catalogue);
        expect(answer.complete).toBe(true);
        expect(answer.placement).toBe('packed');
        expect(answer.gapPercent, `seed ${seed}`).toBeLessThanOrEqual(5);
      }
    });
  });
});
