/** A packing: nodes built for handfuls of pods, then emptied a few at a time and built anew wherever that is cheaper. */
import { Prng } from '../base/prng.ts';
import type { Counts, Problem } from './buy-problem.ts';
import { type Built, Rebuilder } from './buy-rebuild.ts';

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

export interface Effort {
  /** Pods that are held against a node at most. */
  readonly steps: number;
  /** A cost that is good enough, in units of 10^-9. */
  readonly enough?: bigint;
  /** Most nodes are built as balanced ones. */
  readonly balanced?: boolean;
}

/** Pods that are packed together at first. */
const HANDFUL = 150;
/** Nodes that are emptied at once, at least and at most, and pods on them from which no further node is. */
const EMPTIED_MIN = 2;
const EMPTIED_MAX = 6;
const POOL_MAX = 150;
/** Pods are taken by weight, changed by up to this share of it. */
const NOISE = 0.2;
const SEED = 1;
/** One rebuilding of so many looks at balance where the others do not, or the other way round. */
const OTHER_EVERY = 16;

/**
 * Packs all pods onto nodes of the shapes: pods at random in handfuls, the heaviest of a handful first, weighed by prices of resources (per unit of each
 * dimension, any positive numbers). `balanced`: see `Rebuilder`. O(pods · shapes · handful) at most.
 */
export function pack(problem: Problem, prices: Float64Array, balanced = false): Packing {
  const packer = new Packer(problem, prices, balanced);
  packer.begin();
  return packer.packing();
}

/**
 * A packing of all pods that costs no more than the one given, where that leaves none out: ruin and recreate (Schrimpf et al. 2000). Again and again a few nodes are emptied, and their pods
 * packed in an order that differs a little; what costs no more is kept.
 */
export function improvedPacking(problem: Problem, prices: Float64Array, packing: Packing, effort: Effort): Packing {
  const packer = new Packer(problem, prices, effort.balanced ?? false);
  packer.resume(packing);
  packer.improve(effort);
  return packer.packing();
}

class Packer {
  private readonly problem: Problem;
  private readonly rebuilder: Rebuilder;
  private readonly random = new Prng(SEED);
  private readonly keys: Float64Array;
  private readonly nodes: Built[] = [];
  /** By node: share of its price that its content does not weigh. */
  private readonly losses: number[] = [];
  private readonly balanced: boolean;
  private left: readonly number[] = [];
  private cost = 0n;

  constructor(problem: Problem, prices: Float64Array, balanced: boolean) {
    this.balanced = balanced;
    this.problem = problem;
    this.rebuilder = new Rebuilder(problem, prices);
    this.rebuilder.balanced = balanced;
    this.keys = new Float64Array(problem.demands.length);
  }

  begin(): void {
    const pods = this.random.shuffle(this.problem.demands.flatMap(({ count }, demand) => new Array<number>(count).fill(demand)));
    this.left = this.build(pods);
  }

  resume({ contents, unplaced }: Packing): void {
    const rest = this.problem.demands.map(({ count }, demand) => count - (unplaced[demand] as number));
    for (const { shape, times, demands, counts } of contents)
      for (let n = 0; n < times; n++) {
        const pods = demands.flatMap((demand, i) => {
          const taken = Math.min(rest[demand] as number, counts[i] as number);
          rest[demand] = (rest[demand] as number) - taken;
          return new Array<number>(taken).fill(demand);
        });
        if (pods.length === 0) continue;
        this.rebuilder.charge(shape, 1);
        this.add({ shape, pods });
      }
    const left = [...unplaced].flatMap((count, demand) => new Array<number>(count).fill(demand));
    this.left = this.build(left);
  }

  improve({ steps, enough = 0n }: Effort): void {
    const { rebuilder } = this;
    while (rebuilder.steps < steps && this.nodes.length > 0 && (this.cost > enough || this.left.length > 0)) {
      // Where few nodes are left to change, rebuilding is quick and counts little: each round counts some steps by itself.
      rebuilder.steps += 10;
      this.rebuildSome();
    }
  }

  packing(): Packing {
    const { demands, shapes } = this.problem;
    const counts = new Int32Array(shapes.length);
    const unplaced = new Int32Array(demands.length);
    for (const demand of this.left) unplaced[demand] = (unplaced[demand] as number) + 1;
    const contents = this.nodes.map(({ shape, pods }): Filled => {
      counts[shape] = (counts[shape] as number) + 1;
      const held = new Map<number, number>();
      for (const demand of pods) held.set(demand, (held.get(demand) ?? 0) + 1);
      return { shape, times: 1, demands: [...held.keys()], counts: [...held.values()] };
    });
    return { counts, contents, unplaced };
  }

  /** Nodes for the pods, a handful after the other. @returns Those that no node is left for. */
  private build(pods: readonly number[]): number[] {
    const left: number[] = [];
    for (let from = 0; from < pods.length; from += HANDFUL) {
      const built = this.rebuilder.rebuild(this.ordered(pods.slice(from, from + HANDFUL), 0), Number.POSITIVE_INFINITY);
      for (const node of built?.nodes ?? []) this.add(node);
      left.push(...(built?.left ?? []));
    }
    return left;
  }

  private rebuildSome(): void {
    const { rebuilder, nodes } = this;
    const chosen = this.choose();
    const left = this.left.slice(0, HANDFUL);
    const pool = [...chosen.flatMap((node) => (nodes[node] as Built).pods), ...left];
    const before = chosen.reduce((sum, node) => sum + this.priceOf(node), 0) + left.length * rebuilder.penalty;
    for (const node of chosen) rebuilder.charge((nodes[node] as Built).shape, -1);
    rebuilder.balanced = this.random.chance(1, OTHER_EVERY) ? !this.balanced : this.balanced;
    const built = rebuilder.rebuild(this.ordered(pool, NOISE), before);
    if (!built) {
      for (const node of chosen) rebuilder.charge((nodes[node] as Built).shape, 1);
      return;
    }
    for (const node of chosen.sort((a, b) => b - a)) this.remove(node);
    for (const node of built.nodes) this.add(node);
    if (this.left.length > 0) this.left = [...built.left, ...this.left.slice(HANDFUL)];
  }

  /** Different nodes at random, the first of them the worse of two. */
  private choose(): number[] {
    const { random, nodes, losses } = this;
    const wanted = Math.min(nodes.length, random.between(EMPTIED_MIN, EMPTIED_MAX));
    const [one, other] = [random.below(nodes.length), random.below(nodes.length)];
    const chosen = [(losses[one] as number) < (losses[other] as number) ? other : one];
    let pods = nodes[chosen[0] as number]?.pods.length as number;
    while (chosen.length < wanted) {
      const next = random.below(nodes.length);
      if (chosen.includes(next)) continue;
      pods += nodes[next]?.pods.length as number;
      if (chosen.length >= EMPTIED_MIN && pods > POOL_MAX) break;
      chosen.push(next);
    }
    return chosen;
  }

  /** The heaviest first, by weights that differ up or down by the share of noise. */
  private ordered(pods: number[], noise: number): number[] {
    const { keys, random } = this;
    const { weights } = this.rebuilder;
    const order = Array.from(pods, (_, k) => k);
    const keyOf = keys.length >= pods.length ? keys : new Float64Array(pods.length);
    for (let k = 0; k < pods.length; k++)
      keyOf[k] = (weights[pods[k] as number] as number) * (noise === 0 ? 1 : 1 + (noise * (random.next() - 2 ** 31)) / 2 ** 31);
    order.sort((a, b) => (keyOf[b] as number) - (keyOf[a] as number) || a - b);
    return order.map((k) => pods[k] as number);
  }

  private priceOf(node: number): number {
    return this.rebuilder.prices[(this.nodes[node] as Built).shape] as number;
  }

  private add(node: Built): void {
    const { prices, weights } = this.rebuilder;
    const price = prices[node.shape] as number;
    this.nodes.push(node);
    this.losses.push(1 - node.pods.reduce((sum, demand) => sum + (weights[demand] as number), 0) / Math.max(price, 1));
    this.cost += BigInt(price);
  }

  private remove(node: number): void {
    this.cost -= BigInt(this.priceOf(node));
    const [last, loss] = [this.nodes.pop() as Built, this.losses.pop() as number];
    if (node === this.nodes.length) return;
    this.nodes[node] = last;
    this.losses[node] = loss;
  }
}
