/** The most valuable content of one node. */
import type { Problem, Shape } from './buy-problem.ts';

export interface Content {
  /** Pods by demand, only those that are there. */
  readonly demands: readonly number[];
  readonly counts: readonly number[];
  readonly value: number;
  /** No content is worth more; equal to `value` where the search came to its end. */
  readonly bound: number;
}

const EMPTY: Content = { demands: [], counts: [], value: 0, bound: 0 };

/** Steps of descent towards the best prices of room: the bound is valid after any number. */
const DESCENT_STEPS = 40;
/** Doubles lose less than this share on sums of this size. */
const ROUNDING = 1e-12;

/**
 * Packs nodes of one shape, again and again for other values. A bounded knapsack in several dimensions, solved by branch and bound; prices of room
 * bound what is still to come (Lagrange): value so far + price of the room left + what remaining demands are worth above the price of what they take.
 * The prices of one question are where the next begins.
 */
export class Knapsack {
  /** Demands that fit an empty node, with their amounts as shares of its room. */
  private readonly demands: readonly number[];
  private readonly shares: Float64Array;
  private readonly dimensions: number;
  private readonly most: Int32Array;
  private prices: Float64Array;

  constructor({ demands, shapes, dimensions }: Problem, shapeIndex: number) {
    const { room } = shapes[shapeIndex] as Shape;
    const found: number[] = [];
    const most: number[] = [];
    for (const [demand, { amounts, allowed, count }] of demands.entries()) {
      if (allowed[shapeIndex] === 0) continue;
      const fits = room.reduce(
        (least, width, r) => ((amounts[r] as number) > 0 ? Math.min(least, Math.floor(width / (amounts[r] as number))) : least),
        count,
      );
      if (fits === 0) continue;
      found.push(demand);
      most.push(fits);
    }
    this.demands = found;
    this.most = Int32Array.from(most);
    this.dimensions = dimensions;
    this.shares = new Float64Array(found.length * dimensions);
    for (const [i, demand] of found.entries())
      for (let r = 0; r < dimensions; r++) {
        const amount = demands[demand]?.amounts[r] as number;
        // Rounded up by a hair: a content that fits by shares fits by amounts. Whole amounts below 2^40 differ by more than the hair.
        this.shares[i * dimensions + r] = amount === 0 ? 0 : amount / (room[r] as number);
      }
    this.prices = new Float64Array(dimensions);
  }

  /** The content worth most by `values`, whole numbers by demand. A search of more than `nodesMax` nodes stops with its best and the bound of its root. */
  best(values: Float64Array, nodesMax: number): Content {
    const { dimensions, shares, demands } = this;
    const items = demands.map((_, i) => i).filter((i) => (values[demands[i] as number] as number) > 0);
    if (items.length === 0) return EMPTY;
    const worth = Float64Array.from(items, (i) => values[demands[i] as number] as number);
    const most = Int32Array.from(items, (i) => this.most[i] as number);
    const amounts = new Float64Array(items.length * dimensions);
    for (const [k, i] of items.entries())
      for (let r = 0; r < dimensions; r++) amounts[k * dimensions + r] = shares[i * dimensions + r] as number;
    const search = new Search(worth, most, amounts, dimensions);
    this.prices = search.descend(this.prices, DESCENT_STEPS);
    search.run(nodesMax);
    const chosen = items
      .map((i, k) => ({ demand: demands[i] as number, count: search.best[k] as number }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => a.demand - b.demand);
    return {
      demands: chosen.map(({ demand }) => demand),
      counts: chosen.map(({ count }) => count),
      value: search.bestValue,
      bound: search.complete ? search.bestValue : Math.max(search.bestValue, Math.floor(search.bound * (1 + ROUNDING)) + 1),
    };
  }
}

/** Room left below which a share still fits: sums of shares are rounded. */
const HAIR = 1e-9;

/** One question: all room is 1 in each dimension. */
class Search {
  readonly best: Int32Array;
  bestValue = 0;
  bound = Number.POSITIVE_INFINITY;
  complete = true;
  private readonly worth: Float64Array;
  private readonly most: Int32Array;
  private readonly amounts: Float64Array;
  private readonly dimensions: number;
  private readonly order: Int32Array;
  private readonly rest: Float64Array;
  private readonly chosen: Int32Array;
  private readonly surplus: Float64Array;
  private prices: Float64Array;
  private left = 0;

  constructor(worth: Float64Array, most: Int32Array, amounts: Float64Array, dimensions: number) {
    const { length } = worth;
    this.worth = worth;
    this.most = most;
    this.amounts = amounts;
    this.dimensions = dimensions;
    this.best = new Int32Array(length);
    this.chosen = new Int32Array(length);
    this.order = Int32Array.from(worth, (_, i) => i);
    this.rest = new Float64Array(dimensions);
    this.surplus = new Float64Array(length + 1);
    this.prices = new Float64Array(dimensions);
  }

  /** Polyak's subgradient steps from the given prices towards the least bound; each point also gives a content by greedy choice. */
  descend(start: Float64Array, steps: number): Float64Array {
    const { dimensions, worth, most, amounts } = this;
    let prices = start.some((price) => price > 0) ? start.slice() : this.firstPrices();
    this.prices = prices;
    const excess = new Float64Array(dimensions);
    let patience = 1;
    for (let step = 0; step < steps; step++) {
      let bound = 0;
      for (let r = 0; r < dimensions; r++) {
        bound += prices[r] as number;
        excess[r] = -1;
      }
      for (let i = 0, at = 0; i < worth.length; i++, at += dimensions) {
        let gain = worth[i] as number;
        for (let r = 0; r < dimensions; r++) gain -= (prices[r] as number) * (amounts[at + r] as number);
        if (gain <= 0) continue;
        const times = most[i] as number;
        bound += gain * times;
        for (let r = 0; r < dimensions; r++) excess[r] = (excess[r] as number) + (amounts[at + r] as number) * times;
      }
      if (bound < this.bound) {
        this.bound = bound;
        this.prices = prices;
        if (step % 4 === 0) this.greedy(prices);
      } else patience *= 0.7;
      let norm = 0;
      for (let r = 0; r < dimensions; r++) {
        // A price of 0 that would fall further stays where it is.
        if ((excess[r] as number) < 0 && (prices[r] as number) === 0) excess[r] = 0;
        norm += (excess[r] as number) ** 2;
      }
      const aim = bound - this.bestValue;
      if (norm < 1e-12 || aim < 1 || patience < 0.02) break;
      const size = (patience * aim) / norm;
      const next = new Float64Array(dimensions);
      for (let r = 0; r < dimensions; r++) next[r] = Math.max(0, (prices[r] as number) + size * (excess[r] as number));
      prices = next;
    }
    this.greedy(this.prices);
    return this.prices;
  }

  /** Branch and bound, depth first, each item as often as it fits at first. */
  run(nodesMax: number): void {
    const { worth, most, order, surplus } = this;
    this.sortBy(this.prices);
    for (let k = order.length - 1; k >= 0; k--) {
      const i = order[k] as number;
      surplus[k] = (surplus[k + 1] as number) + Math.max(0, (worth[i] as number) - this.costOf(i, this.prices)) * (most[i] as number);
    }
    this.rest.fill(1);
    this.chosen.fill(0);
    this.left = nodesMax;
    this.visit(0, 0);
  }

  private firstPrices(): Float64Array {
    const { dimensions, worth, amounts } = this;
    const prices = new Float64Array(dimensions);
    for (let i = 0; i < worth.length; i++) {
      let sum = 0;
      for (let r = 0; r < dimensions; r++) sum += amounts[i * dimensions + r] as number;
      for (let r = 0; r < dimensions; r++)
        if ((amounts[i * dimensions + r] as number) > 0) prices[r] = Math.max(prices[r] as number, (worth[i] as number) / sum / dimensions);
    }
    return prices;
  }

  private costOf(i: number, prices: Float64Array): number {
    let cost = 0;
    for (let r = 0, at = i * this.dimensions; r < this.dimensions; r++) cost += (prices[r] as number) * (this.amounts[at + r] as number);
    return cost;
  }

  private sortBy(prices: Float64Array): void {
    const rates = Float64Array.from(this.worth, (value, i) => value / Math.max(this.costOf(i, prices), 1e-9 * value));
    this.order.sort((a, b) => (rates[b] as number) - (rates[a] as number) || a - b);
  }

  private greedy(prices: Float64Array): void {
    this.sortBy(prices);
    this.rest.fill(1);
    this.chosen.fill(0);
    let value = 0;
    for (const i of this.order) {
      const times = this.mostOf(i);
      if (times === 0) continue;
      this.take(i, times);
      value += times * (this.worth[i] as number);
    }
    this.keep(value);
  }

  private keep(value: number): void {
    if (value <= this.bestValue) return;
    this.bestValue = value;
    this.best.set(this.chosen);
  }

  private visit(from: number, value: number): void {
    this.keep(value);
    if (this.left <= 0) {
      this.complete = false;
      return;
    }
    const { order, surplus, prices, rest } = this;
    let at = from;
    let most = 0;
    for (; at < order.length; at++) {
      let open = value + (surplus[at] as number);
      for (let r = 0; r < rest.length; r++) open += (prices[r] as number) * (rest[r] as number);
      // A better content is worth one unit more at least.
      if (open * (1 + ROUNDING) < this.bestValue + 1) return;
      most = this.mostOf(order[at] as number);
      if (most > 0) break;
    }
    if (at === order.length) return;
    const item = order[at] as number;
    for (let count = most; count >= 0; count--) {
      this.left--;
      this.take(item, count);
      this.visit(at + 1, value + (this.worth[item] as number) * count);
      this.take(item, -count);
      if (this.left <= 0) {
        if (count > 0) this.complete = false;
        return;
      }
    }
  }

  private take(i: number, count: number): void {
    for (let r = 0, at = i * this.dimensions; r < this.dimensions; r++)
      this.rest[r] = (this.rest[r] as number) - (this.amounts[at + r] as number) * count;
    this.chosen[i] = (this.chosen[i] as number) + count;
  }

  private mostOf(i: number): number {
    let fits = this.most[i] as number;
    for (let r = 0, at = i * this.dimensions; r < this.dimensions && fits > 0; r++) {
      const amount = this.amounts[at + r] as number;
      if (amount * fits > (this.rest[r] as number) + HAIR) fits = Math.floor(((this.rest[r] as number) + HAIR) / amount);
    }
    return fits;
  }
}
