/** A quick packing into a fleet of nodes that is known beforehand. */
import { evenFleet } from './buy-fleet.ts';
import type { Filled, Packing } from './buy-pack.ts';
import { type Counts, type Demand, type Problem, type Shape, within } from './buy-problem.ts';
import type { MakeProgram } from './buy-solve.ts';

/** Power of the share left by which room gets dearer. */
const STEEPNESS = 2;
/** Nodes times pods up to which fleets are filled. */
const WORK_MAX = 20_000_000;
/** Room that the nodes have to spare, in pods of a large size. */
const WASTE = 0.5;

/** A fleet of nodes in proportion to what the pods ask for, filled; it holds nearly all. Undefined: it would be too large. O(pods · nodes). */
export function packEvenly(problem: Problem, make: MakeProgram): Packing | undefined {
  const pods = problem.demands.reduce((sum, { count }) => sum + count, 0);
  const counts = evenFleet(problem, WASTE, make);
  if (!counts || !within(problem, counts) || counts.reduce((sum, count) => sum + count, 0) * pods > WORK_MAX) return undefined;
  return fill(problem, counts);
}

/**
 * Puts the heaviest pods first, each where it takes least: room costs the more the less of it the node has left, so that pods which ask for much of
 * something go where that is plentiful. Prices of the catalogue have no say: the cheap dimension, when it is full, ends a node too. O(pods · nodes).
 */
export function fill(problem: Problem, counts: Counts): Packing {
  const { demands, dimensions } = problem;
  const nodes = [...counts].flatMap((count, shape) => new Array<number>(count).fill(shape));
  const filling = new Filling(problem, nodes);
  const taken = nodes.map(() => new Map<number, number>());
  const unplaced = new Int32Array(demands.length);
  const needs = Array.from({ length: dimensions }, (_, r) =>
    Math.max(
      1,
      demands.reduce((sum, { amounts, count }) => sum + (amounts[r] as number) * count, 0),
    ),
  );
  const weights = demands.map(({ amounts }) => amounts.reduce((sum, amount, r) => sum + amount / (needs[r] as number), 0));
  const order = demands.map((_, i) => i).sort((a, b) => (weights[b] as number) - (weights[a] as number) || a - b);
  for (const index of order) {
    const demand = demands[index] as Demand;
    for (let pod = 0; pod < demand.count; pod++) {
      const node = filling.cheapest(demand);
      if (node < 0) {
        unplaced[index] = demand.count - pod;
        break;
      }
      filling.take(node, demand);
      const content = taken[node] as Map<number, number>;
      content.set(index, (content.get(index) ?? 0) + 1);
    }
  }
  const contents = nodes.map((shape, node): Filled => {
    const content = taken[node] as Map<number, number>;
    return { shape, times: 1, demands: [...content.keys()], counts: [...content.values()] };
  });
  return { counts, contents, unplaced };
}

/** Share of the room below which what is left costs no more. */
const SHARE_MIN = 1e-3;

class Filling {
  private readonly nodes: readonly number[];
  private readonly dimensions: number;
  private readonly room: Float64Array;
  private readonly rest: Float64Array;
  /** Of one unit, by node and dimension. */
  private readonly prices: Float64Array;

  constructor({ shapes, dimensions }: Problem, nodes: readonly number[]) {
    this.nodes = nodes;
    this.dimensions = dimensions;
    this.room = Float64Array.from(nodes.flatMap((shape) => [...(shapes[shape] as Shape).room]));
    this.rest = this.room.slice();
    this.prices = new Float64Array(this.room.length);
    for (let at = 0; at < this.room.length; at++) this.price(at);
  }

  /** -1: no node has room. */
  cheapest({ amounts, allowed }: Demand): number {
    const { nodes, dimensions, rest, prices } = this;
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let node = 0, at = 0; node < nodes.length; node++, at += dimensions) {
      if (allowed[nodes[node] as number] === 0) continue;
      let sum = 0;
      let r = 0;
      for (; r < dimensions && (amounts[r] as number) <= (rest[at + r] as number); r++)
        sum += (amounts[r] as number) * (prices[at + r] as number);
      if (r === dimensions && sum < least) [best, least] = [node, sum];
    }
    return best;
  }

  take(node: number, { amounts }: Demand): void {
    for (let r = 0, at = node * this.dimensions; r < this.dimensions; r++, at++) {
      if (amounts[r] === 0) continue;
      this.rest[at] = (this.rest[at] as number) - (amounts[r] as number);
      this.price(at);
    }
  }

  private price(at: number): void {
    const room = this.room[at] as number;
    if (room > 0) this.prices[at] = 1 / (room * Math.max(SHARE_MIN, (this.rest[at] as number) / room) ** STEEPNESS);
  }
}
