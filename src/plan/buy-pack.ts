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
/** Difference of the shares of room left that is still balanced: of the whole room, and more of the room left. */
const TILT = 0.02;
const TILT_PER_SHARE = 0.1;
/** Demands in a row that do not suit, after which those of about the same weight are passed over, and where the next ones begin. */
const MISSES_MAX = 50;
const LIGHTER = 0.9;
/** A dimension counts as paid from this part of the dearest one on. */
const PAID = 1e-3;

/**
 * Packs all pods onto nodes of the shapes. Pods and contents are weighed by prices of resources (per unit of each dimension, any positive numbers).
 * Each node begins with the heaviest pod left and takes, again and again, the heaviest that still fits; of the shapes tried the one with the best
 * weight for its price is taken, as often as its content repeats; at last each content moves to the cheapest shape that holds it.
 * O(nodes · shapes tried · (pods of a node + log weights)).
 */
export function pack(problem: Problem, prices: Float64Array): Packing {
  return new Packer(problem, prices).run();
}

class Packer {
  private readonly problem: Problem;
  private readonly weights: Float64Array;
  /** By demand and dimension. */
  private readonly amounts: Float64Array;
  /** Demands that still have pods, the heaviest first. */
  private order: number[];
  private readonly rest: Int32Array;
  private readonly counts: Counts;
  private readonly unplaced: Int32Array;
  private readonly contents: Filled[] = [];
  private readonly prices: Float64Array;
  /** Dimensions whose room costs something. */
  private readonly paid: readonly number[];
  private readonly left: number[];
  /** Shapes by weight of their room for their price, best first. */
  private readonly ranked: readonly number[];

  constructor(problem: Problem, prices: Float64Array) {
    const { demands, shapes, limits } = problem;
    const weigh = (amounts: Float64Array) => this.weigh(amounts);
    this.prices = prices;
    this.problem = problem;
    const scales = shapes.reduce(
      (largest, { room }) => largest.map((width, r) => Math.max(width, room[r] as number)),
      new Float64Array(problem.dimensions),
    );
    const shares = scales.map((scale, r) => scale * (prices[r] as number));
    this.paid = [...shares.keys()].filter((r) => (shares[r] as number) > PAID * Math.max(...shares));
    this.weights = Float64Array.from(demands, ({ amounts }) => weigh(amounts));
    this.amounts = new Float64Array(demands.length * problem.dimensions);
    for (const [i, { amounts }] of demands.entries()) this.amounts.set(amounts, i * problem.dimensions);
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

  /**
   * The heaviest pods first, each as often as it fits: at first only those that keep the shares of room left in the dimensions close together, then
   * whatever fits. What weighs more than the room left cannot fit and is jumped over.
   */
  private fill(shape: number): Content {
    const { shapes } = this.problem;
    const { room, price } = shapes[shape] as Shape;
    const filling: Filling = { shape, rest: room.slice(), taken: new Map() };
    this.take(filling, room, true);
    this.take(filling, room, false);
    const { rest, taken } = filling;
    const used = room.map((amount, r) => amount - (rest[r] as number));
    const demands = [...taken.keys()];
    const weight = demands.reduce((sum, demand) => sum + (this.weights[demand] as number) * (taken.get(demand) as number), 0);
    return { shape, demands, counts: [...taken.values()], used, weight, rate: weight / Math.max(price, 1) };
  }

  private take({ shape, rest, taken }: Filling, room: Float64Array, balanced: boolean): void {
    const { order, weights } = this;
    const { demands } = this.problem;
    let misses = 0;
    let left = this.weigh(rest);
    for (let k = 0; k < order.length; k++) {
      const demand = order[k] as number;
      if (misses > MISSES_MAX) {
        misses = 0;
        k = this.firstUpTo((weights[demand] as number) * LIGHTER, k + 1) - 1;
        continue;
      }
      misses++;
      if ((weights[demand] as number) > left) {
        k = this.firstUpTo(left, k) - 1;
        continue;
      }
      if (!this.hasRoom(demand, rest)) continue;
      const { amounts, allowed } = demands[demand] as Problem['demands'][number];
      if (allowed[shape] === 0) continue;
      let most = this.mostOf(amounts, rest, (this.rest[demand] as number) - (taken.get(demand) ?? 0));
      if (balanced) while (most > 0 && this.tilts(rest, amounts, room, most)) most >>= 1;
      if (most === 0) continue;
      misses = 0;
      for (let r = 0; r < rest.length; r++) rest[r] = (rest[r] as number) - (amounts[r] as number) * most;
      left = this.weigh(rest);
      taken.set(demand, (taken.get(demand) ?? 0) + most);
    }
  }

  /** One pod fits: asked for nearly all demands of each node, so from one array. */
  private hasRoom(demand: number, rest: Float64Array): boolean {
    const { amounts } = this;
    const { length } = rest;
    for (let r = 0, at = demand * length; r < length; r++, at++) if ((amounts[at] as number) > (rest[r] as number)) return false;
    return true;
  }

  private mostOf(amounts: Float64Array, rest: Float64Array, pods: number): number {
    let most = pods;
    for (let r = 0; r < rest.length && most > 0; r++) {
      const amount = amounts[r] as number;
      if (amount > 0 && amount * most > (rest[r] as number)) most = Math.floor((rest[r] as number) / amount);
    }
    return most;
  }

  /** Whether so many pods would leave much less of one paid dimension than of another, by share of the room. */
  private tilts(rest: Float64Array, amounts: Float64Array, room: Float64Array, times: number): boolean {
    let [least, most] = [1, 0];
    for (const r of this.paid) {
      if (room[r] === 0) continue;
      const share = ((rest[r] as number) - (amounts[r] as number) * times) / (room[r] as number);
      least = Math.min(least, share);
      most = Math.max(most, share);
    }
    return most - least > TILT + TILT_PER_SHARE * most;
  }

  private weigh(amounts: Float64Array): number {
    let sum = 0;
    for (let r = 0; r < amounts.length; r++) sum += (amounts[r] as number) * (this.prices[r] as number);
    return sum;
  }

  /** The first place in the order from `low` on whose demand weighs no more: weights fall along the order. */
  private firstUpTo(weight: number, low: number): number {
    let [from, to] = [low, this.order.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.weights[this.order[middle] as number] as number) > weight) from = middle + 1;
      else to = middle;
    }
    return from;
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

interface Filling {
  readonly shape: number;
  readonly rest: Float64Array;
  /** Pods by demand. */
  readonly taken: Map<number, number>;
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
