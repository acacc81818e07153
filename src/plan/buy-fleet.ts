/** Numbers of nodes for a scheduler that spreads pods and looks for no packing. */
import { roomCuts, wholeNodes } from './buy-bound.ts';
import type { Counts, Problem } from './buy-problem.ts';
import { dimensionPrices, type MakeProgram } from './buy-solve.ts';

/** Price by which a node seems dearer when it is full in one dimension and empty in another. */
const TILT_CHARGE = 0.04;
/** Seeming prices are no exact costs: the last part in a thousand is not worth a search. */
const GAP = 1e-3;

/**
 * The same nodes with less room: a scheduler that spreads pods, and takes them in their order, leaves on each node about what a large pod would need.
 * Large means the size of the pod that an average unit of the resource belongs to; `waste` counts such pods.
 */
export function wasteful({ demands, shapes, dimensions, ...rest }: Problem, waste: number): Problem {
  const large = Array.from({ length: dimensions }, (_, r) => {
    let [sum, squares] = [0, 0];
    for (const { amounts, count } of demands) {
      sum += (amounts[r] as number) * count;
      squares += (amounts[r] as number) ** 2 * count;
    }
    // Things of which a node has one are no room.
    return sum === 0 || shapes.every(({ room }) => room[r] === 1) ? 0 : squares / sum;
  });
  const less = (room: Float64Array) => room.map((amount, r) => Math.max(0, amount - waste * (large[r] as number)));
  return { ...rest, demands, dimensions, shapes: shapes.map((shape) => ({ ...shape, room: less(shape.room) })) };
}

/**
 * About the cheapest fleet of nodes that leave some room, of shapes in proportion to what pods ask for. Nodes of opposite proportions hold as much
 * where pods are sorted by theirs; a scheduler that spreads does not sort. Undefined: none of the fleets is large enough.
 */
export function evenFleet(problem: Problem, waste: number, make: MakeProgram): Counts | undefined {
  const tilts = tiltsOf(problem, dimensionPrices(problem, make));
  const shapes = problem.shapes.map((shape, i) => ({ ...shape, price: Math.ceil(shape.price * (1 + TILT_CHARGE * (tilts[i] as number))) }));
  return wholeNodes({ ...problem, shapes }, roomCuts(wasteful(problem, waste)), make, { nodesMax: 8, gap: GAP }).counts;
}

/** By shape, the share of its worth that stays unused when average pods have filled it in one dimension: 0 to 1. */
function tiltsOf({ shapes, demands, dimensions }: Problem, prices: Float64Array): number[] {
  const needs = Array.from({ length: dimensions }, (_, r) =>
    // Things of which a node has one do not grow with the node.
    shapes.every(({ room }) => (room[r] as number) <= 1)
      ? 0
      : demands.reduce((sum, { amounts, count }) => sum + (amounts[r] as number) * count, 0),
  );
  return shapes.map(({ room }) => {
    const rates = needs.map((need, r) => (need === 0 ? 0 : need / Math.max(room[r] as number, 1)));
    const fullest = Math.max(...rates);
    const worths = needs.map((need, r) => (need === 0 ? 0 : (room[r] as number) * (prices[r] as number)));
    const all = worths.reduce((sum, worth) => sum + worth, 0);
    return all === 0 ? 0 : worths.reduce((sum, worth, r) => sum + (worth / all) * (1 - (rates[r] as number) / fullest), 0);
  });
}
