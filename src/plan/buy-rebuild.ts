/** Pods to nodes, one node after the other: the step that packings are made of. */
import type { Demand, Problem, Shape } from './buy-problem.ts';

/** One node with its pods, by demand; a demand is named once for each pod. */
export interface Built {
  readonly shape: number;
  readonly pods: readonly number[];
}

export interface Rebuilt {
  readonly nodes: readonly Built[];
  /** Demands of pods that no node is left for. */
  readonly left: readonly number[];
}

/** Difference of the shares of room left that is still balanced: of the whole room, and more of the room left. */
const TILT = 0.02;
const TILT_PER_SHARE = 0.1;
/** A dimension counts as paid from this part of the dearest one on. */
const PAID = 1e-3;

/** Builds nodes for pods again and again; all numbers lie in flat arrays, so that a node costs about as much as its pods are compared. */
export class Rebuilder {
  readonly dimensions: number;
  /** By demand: what one pod weighs. */
  readonly weights: Float64Array;
  /** By shape, in units of 10^-9. */
  readonly prices: Float64Array;
  /** Nodes that may still be bought, by limit. */
  readonly quotas: number[];
  /** What a pod without a node counts: more than any node, so that none is left out to save one. */
  readonly penalty: number;
  /** Pods that were held against a node so far. */
  steps = 0;
  /** Nodes first take only pods that keep the shares of room left close together: what is left over of a large node would else be of one kind. */
  balanced = false;
  private readonly problem: Problem;
  /** By demand and dimension. */
  private readonly all: Float64Array;
  /** Shapes by weight of their room for their price, best first, with that quotient. */
  private readonly ranked: readonly number[];
  private readonly rates: Float64Array;
  /** Dimensions that pods of the pool ask for, and what each of them asks for of these: one pod after the other. */
  private readonly asked: number[] = [];
  private amounts = new Float64Array(1024);
  private readonly rest: Float64Array;
  /** Places in the pool: of the node being filled, and of the best one so far. */
  private taken: number[] = [];
  /** By place in the pool: taken while the node was balanced. */
  private marks = new Uint8Array(1024);
  /** By dimension asked for: 1 / room of the node where that is paid for, else 0. */
  private readonly perRoom: Float64Array;
  /** By dimension: whether its room costs something. */
  private readonly paid: Uint8Array;
  private best: number[] = [];

  /** @param unitPrices Prices by which pods and room are weighed, per unit of each dimension: any positive numbers. */
  constructor(problem: Problem, unitPrices: Float64Array) {
    const { demands, shapes, limits, dimensions } = problem;
    const weigh = (amounts: Float64Array) => amounts.reduce((sum, amount, r) => sum + amount * (unitPrices[r] as number), 0);
    this.problem = problem;
    this.dimensions = dimensions;
    this.weights = Float64Array.from(demands, ({ amounts }) => weigh(amounts));
    this.prices = Float64Array.from(shapes, ({ price }) => price);
    this.quotas = [...limits];
    this.penalty = 2 * this.prices.reduce((most, price) => Math.max(most, price), 1);
    const rates = shapes.map(({ room, price }) => weigh(room) / Math.max(price, 1));
    this.ranked = shapes.map((_, i) => i).sort((a, b) => (rates[b] as number) - (rates[a] as number) || a - b);
    this.rates = Float64Array.from(rates);
    const shares = Array.from(unitPrices, (price, r) => price * shapes.reduce((most, { room }) => Math.max(most, room[r] as number), 0));
    this.paid = Uint8Array.from(shares, (share) => (share > PAID * Math.max(...shares) ? 1 : 0));
    this.perRoom = new Float64Array(dimensions);
    this.rest = new Float64Array(dimensions);
    this.all = new Float64Array(demands.length * dimensions);
    for (const [i, { amounts }] of demands.entries()) this.all.set(amounts, i * dimensions);
  }

  /**
   * Each node begins with the first pod left and takes, in order, whatever still fits; of all shapes the one whose content weighs most for its price is
   * taken. Undefined: that costs more than `ceiling`. Quotas are charged for what is built. O(nodes · shapes · pods) at most; shapes whose room is
   * worth less than the best content found are not tried.
   */
  rebuild(pool: number[], ceiling: number): Rebuilt | undefined {
    const nodes: Built[] = [];
    const left: number[] = [];
    let total = 0;
    this.gather(pool);
    while (pool.length > 0) {
      const shape = this.bestShape(pool);
      if (shape < 0) {
        this.best = [0];
        left.push(...this.take(pool));
        total += this.penalty;
      } else {
        nodes.push({ shape, pods: this.take(pool) });
        total += this.prices[shape] as number;
        this.charge(shape, 1);
      }
      if (total > ceiling) {
        for (const node of nodes) this.charge(node.shape, -1);
        return undefined;
      }
    }
    return { nodes, left };
  }

  /** Counts nodes of a shape against its limit. */
  charge(shape: number, nodes: number): void {
    const limit = this.problem.shapes[shape]?.limit as number;
    if (limit >= 0) this.quotas[limit] = (this.quotas[limit] as number) - nodes;
  }

  /** The shape of the best node that the first pod of the pool can begin, its content in `best`; -1: there is none. */
  private bestShape(pool: readonly number[]): number {
    const { problem, prices, rates, weights } = this;
    const weight = pool.reduce((sum, demand) => sum + (weights[demand] as number), 0);
    const { allowed } = problem.demands[pool[0] as number] as Demand;
    let found = -1;
    let most = -1;
    for (const shape of this.ranked) {
      // No content weighs more than the room, nor than the whole pool.
      if ((rates[shape] as number) <= most) break;
      const price = Math.max(prices[shape] as number, 1);
      if (weight / price <= most || allowed[shape] === 0) continue;
      const limit = problem.shapes[shape]?.limit as number;
      if (limit >= 0 && (this.quotas[limit] as number) <= 0) continue;
      const rate = this.fill(shape, pool) / price;
      if (rate <= most) continue;
      most = rate;
      found = shape;
      [this.best, this.taken] = [this.taken, this.best];
    }
    return found;
  }

  /** Fills a node of the shape; its content is in `taken`. @returns What it weighs. */
  private fill(shape: number, pool: readonly number[]): number {
    const { rest, asked, taken, marks, perRoom, paid } = this;
    const { room } = this.problem.shapes[shape] as Shape;
    for (let i = 0; i < asked.length; i++) {
      const r = asked[i] as number;
      const width = room[r] as number;
      rest[i] = width;
      perRoom[i] = paid[r] === 1 && width > 0 ? 1 / width : 0;
    }
    taken.length = 0;
    if (!this.balanced) return this.pass(shape, pool, false);
    const weight = this.pass(shape, pool, true);
    const first = taken.length;
    for (let i = 0; i < first; i++) marks[taken[i] as number] = 1;
    const all = weight + this.pass(shape, pool, false);
    for (let i = 0; i < first; i++) marks[taken[i] as number] = 0;
    return all;
  }

  /** One look at the pool, in order. */
  private pass(shape: number, pool: readonly number[], balanced: boolean): number {
    const { problem, rest, asked, amounts, weights, taken, marks } = this;
    const { demands } = problem;
    const { length } = asked;
    this.steps += pool.length;
    let weight = 0;
    for (let k = 0, from = 0; k < pool.length; k++, from += length) {
      let r = 0;
      while (r < length && (amounts[from + r] as number) <= (rest[r] as number)) r++;
      if (r < length || marks[k] === 1) continue;
      if (balanced && this.tilts(from)) continue;
      const demand = pool[k] as number;
      if (demands[demand]?.allowed[shape] === 0) continue;
      for (r = 0; r < length; r++) rest[r] = (rest[r] as number) - (amounts[from + r] as number);
      weight += weights[demand] as number;
      taken.push(k);
    }
    return weight;
  }

  /** Whether the pod would leave much less of one paid dimension than of another, by share of the room. */
  private tilts(from: number): boolean {
    const { rest, amounts, perRoom } = this;
    let [least, most] = [1, 0];
    for (let r = 0; r < this.asked.length; r++) {
      const per = perRoom[r] as number;
      if (per === 0) continue;
      const share = ((rest[r] as number) - (amounts[from + r] as number)) * per;
      if (share < least) least = share;
      if (share > most) most = share;
    }
    return most - least > TILT + TILT_PER_SHARE * most;
  }

  /** Writes what the pods of the pool ask for one behind the other. */
  private gather(pool: readonly number[]): void {
    const { asked, dimensions, all, rest } = this;
    rest.fill(0);
    for (const demand of pool)
      for (let r = 0, at = demand * dimensions; r < dimensions; r++, at++) rest[r] = Math.max(rest[r] as number, all[at] as number);
    asked.length = 0;
    for (let r = dimensions - 1; r >= 0; r--) if ((rest[r] as number) > 0) asked.push(r);
    if (this.marks.length < pool.length) this.marks = new Uint8Array(2 * pool.length);
    if (this.amounts.length < pool.length * asked.length) this.amounts = new Float64Array(2 * pool.length * asked.length);
    const { amounts } = this;
    const { length } = asked;
    let at = 0;
    for (let k = 0; k < pool.length; k++) {
      const from = (pool[k] as number) * dimensions;
      for (let r = 0; r < length; r++) amounts[at++] = all[from + (asked[r] as number)] as number;
    }
  }

  /** Moves the best content out of the pool. */
  private take(pool: number[]): number[] {
    const { best, amounts } = this;
    const { length } = this.asked;
    best.sort((a, b) => a - b);
    const pods = best.map((k) => pool[k] as number);
    let kept = 0;
    let next = 0;
    for (let k = 0; k < pool.length; k++) {
      if (next < best.length && best[next] === k) {
        next++;
        continue;
      }
      amounts.copyWithin(kept * length, k * length, (k + 1) * length);
      pool[kept++] = pool[k] as number;
    }
    pool.length = kept;
    return pods;
  }
}
