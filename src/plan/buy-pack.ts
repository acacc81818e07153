/** A quick packing: nodes filled one after the other, each of the shape that holds most for its price. */
import type { Counts, Problem, Shape } from './buy-problem.ts';

/** Nodes of one shape with equal contents; the last may have less. */
export interface Filled {
  readonly shape: number;
  readonly times: number;
  readonly demands: readonly number[];
  readonly counts: readonly number[];
}

export interface Packing {
  readonly counts: Counts;
  readonly contents: readonly Filled[];
  /** Pods of each demand that no node is left for. */
  readonly unplaced: Int32Array;
}

/** Shapes that are tried for each node: the best by the prices of resources. */
const SHAPES_TRIED = 12;

/**
 * Packs all pods onto nodes of the shapes. Pods and contents are weighed by prices of resources (per unit of each dimension, any positive numbers).
 * Each node begins with the heaviest pod left and takes, again and again, the heaviest that still fits; of the shapes tried the one with the best
 * weight for its price is taken, as often as its content repeats; at last each content moves to the cheapest shape that holds it.
 * O(nodes · shapes tried · demands).
 */
export function pack(problem: Problem, prices: Float64Array): Packing {
  return new Packer(problem, prices).run();
}

class Packer {
  private readonly problem: Problem;
  private readonly weights: Float64Array;
  /** Demands that still have pods, the heaviest first. */
  private order: number[];
  private readonly rest: Int32Array;
  private readonly counts: Counts;
  private readonly unplaced: Int32Array;
  private readonly contents: Filled[] = [];
  private readonly left: number[];
  /** Shapes by weight of their room for their price, best first. */
  private readonly ranked: readonly number[];

  constructor(problem: Problem, prices: Float64Array) {
    const { demands, shapes, limits } = problem;
    const weigh = (amounts: Float64Array) => amounts.reduce((sum, amount, r) => sum + amount * (prices[r] as number), 0);
    this.problem = problem;
    this.weights = Float64Array.from(demands, ({ amounts }) => weigh(amounts));
    this.order = demands.map((_, i) => i).sort((a, b) => (this.weights[b] as number) - (this.weights[a] as number) || a - b);
    this.rest = Int32Array.from(demands, ({ count }) => count);
    this.counts = new Int32Array(shapes.length);
    this.unplaced = new Int32Array(demands.length);
    this.left = [...limits];
    const rates = shapes.map(({ room, price }) => weigh(room) / Math.max(price, 1));
    this.ranked = shapes.map((_, i) => i).sort((a, b) => (rates[b] as number) - (rates[a] as number) || a - b);
  }

  run(): Packing {
    while (this.order.length > 0) {
      const first = this.order[0] as number;
      const node = this.bestNode(first);
      if (node === undefined) {
        this.unplaced[first] = this.rest[first] as number;
        this.rest[first] = 0;
      } else this.buy(node);
      this.order = this.order.filter((demand) => (this.rest[demand] as number) > 0);
    }
    return { counts: this.counts, contents: this.contents, unplaced: this.unplaced };
  }

  private available({ limit }: Shape): boolean {
    return limit < 0 || (this.left[limit] as number) > 0;
  }

  private bestNode(first: number): Content | undefined {
    const { shapes, demands } = this.problem;
    const { allowed } = demands[first] as Problem['demands'][number];
    let best: Content | undefined;
    let tried = 0;
    for (const shape of this.ranked) {
      const candidate = shapes[shape] as Shape;
      if (allowed[shape] === 0 || !this.available(candidate)) continue;
      const content = this.cheaper(this.fill(shape));
      if (best === undefined || content.rate > best.rate) best = content;
      if (++tried >= SHAPES_TRIED) break;
    }
    return best;
  }

  /** The heaviest pods first, each as often as it fits. */
  private fill(shape: number): Content {
    const { demands, shapes } = this.problem;
    const { room } = shapes[shape] as Shape;
    const rest = room.slice();
    const chosen: number[] = [];
    const counts: number[] = [];
    let weight = 0;
    for (const demand of this.order) {
      const { amounts, allowed } = demands[demand] as Problem['demands'][number];
      if (allowed[shape] === 0) continue;
      let most = this.rest[demand] as number;
      for (let r = 0; r < rest.length && most > 0; r++) {
        const amount = amounts[r] as number;
        if (amount > 0 && amount * most > (rest[r] as number)) most = Math.floor((rest[r] as number) / amount);
      }
      if (most === 0) continue;
      for (let r = 0; r < rest.length; r++) rest[r] = (rest[r] as number) - (amounts[r] as number) * most;
      chosen.push(demand);
      counts.push(most);
      weight += most * (this.weights[demand] as number);
    }
    const used = room.map((amount, r) => amount - (rest[r] as number));
    return { shape, demands: chosen, counts, used, weight, rate: weight / Math.max((shapes[shape] as Shape).price, 1) };
  }

  /** The same content on the cheapest shape that holds it. */
  private cheaper(content: Content): Content {
    const { demands, shapes } = this.problem;
    let best = content.shape;
    for (const [shape, candidate] of shapes.entries()) {
      if (candidate.price >= (shapes[best] as Shape).price || !this.available(candidate)) continue;
      if (!candidate.room.every((amount, r) => amount >= (content.used[r] as number))) continue;
      if (content.demands.every((demand) => demands[demand]?.allowed[shape] === 1)) best = shape;
    }
    return { ...content, shape: best, rate: content.weight / Math.max((shapes[best] as Shape).price, 1) };
  }

  private buy({ shape, demands, counts }: Content): void {
    let times = Number.MAX_SAFE_INTEGER;
    for (const [i, demand] of demands.entries()) times = Math.min(times, Math.floor((this.rest[demand] as number) / (counts[i] as number)));
    const { limit } = this.problem.shapes[shape] as Shape;
    if (limit >= 0) {
      times = Math.min(times, this.left[limit] as number);
      this.left[limit] = (this.left[limit] as number) - times;
    }
    for (const [i, demand] of demands.entries()) this.rest[demand] = (this.rest[demand] as number) - (counts[i] as number) * times;
    this.counts[shape] = (this.counts[shape] as number) + times;
    this.contents.push({ shape, times, demands, counts });
  }
}

interface Content {
  readonly shape: number;
  readonly demands: readonly number[];
  readonly counts: readonly number[];
  readonly used: Float64Array;
  readonly weight: number;
  /** Weight for the price. */
  readonly rate: number;
}
