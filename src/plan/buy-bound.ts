/** What no purchase can be under. */
import type { Worth } from './buy-columns.ts';
import { type Counts, type Demand, type Problem, priceUnit, type Shape } from './buy-problem.ts';
import type { Program, Row } from './linear-program.ts';

/** A valid inequality: the nodes together have to give so much of something. */
export interface Cut {
  /** What one node of each shape gives at most. */
  readonly gives: Float64Array;
  /** What all pods take at least. */
  readonly needs: number;
}

export interface WholeNodes {
  /** No numbers of nodes that satisfy the cuts cost less; units of 10^-9. Undefined: none satisfy them. */
  readonly bound: bigint | undefined;
  /** The cheapest numbers found. */
  readonly counts: Counts | undefined;
}

/** Sets of shapes that are looked at by themselves. */
const SETS_MAX = 24;
/** Share of a bound that doubles in the solver may lose. */
const TOLERANCE = 1e-7;
const UNIT = 1e9;

/**
 * For each set of shapes that some pods are confined to, and each dimension: what these shapes offer covers what these pods ask for. The sets are
 * those of single demands and that of all together; with many sets, those with most pods.
 */
export function roomCuts({ demands, shapes, dimensions }: Problem): Cut[] {
  const doors = doorsOf(demands, dimensions);
  const all = { allowed: new Uint8Array(shapes.length).fill(1), pods: Number.POSITIVE_INFINITY };
  const sets = [all, ...doors.filter(({ allowed }) => allowed.includes(0))];
  const chosen = sets.sort((a, b) => b.pods - a.pods).slice(0, SETS_MAX);
  return chosen.flatMap(({ allowed }) => {
    const inside = doors.filter((door) => isSubset(door.allowed, allowed));
    return Array.from({ length: dimensions }, (_, r) => ({
      gives: Float64Array.from(shapes, ({ room }, shape) => (allowed[shape] === 1 ? (room[r] as number) : 0)),
      needs: inside.reduce((sum, { needs }) => sum + (needs[r] as number), 0),
    })).filter(({ needs }) => needs > 0);
  });
}

/** Pods that may go to the same shapes, and what they ask for together. */
interface Door {
  readonly allowed: Uint8Array;
  pods: number;
  readonly needs: Float64Array;
}

/** Remembered by demands: the same are asked about again and again, with other shapes' room. */
const knownDoors = new WeakMap<readonly Demand[], readonly Door[]>();

function doorsOf(demands: readonly Demand[], dimensions: number): readonly Door[] {
  const known = knownDoors.get(demands);
  if (known) return known;
  const doors = new Map<string, Door>();
  for (const { allowed, count, amounts } of demands) {
    const key = allowed.join('');
    let door = doors.get(key);
    if (!door) {
      door = { allowed, pods: 0, needs: new Float64Array(dimensions) };
      doors.set(key, door);
    }
    door.pods += count;
    for (let r = 0; r < dimensions; r++) door.needs[r] = (door.needs[r] as number) + (amounts[r] as number) * count;
  }
  const found = [...doors.values()];
  knownDoors.set(demands, found);
  return found;
}

function isSubset(inner: Uint8Array, outer: Uint8Array): boolean {
  for (let shape = 0; shape < inner.length; shape++) if ((inner[shape] as number) > (outer[shape] as number)) return false;
  return true;
}

/** Contents are worth no more than `most`, and all pods together their values: so nodes are needed that can hold so much worth. */
export function worthCuts(demands: readonly Demand[], worths: readonly Worth[]): Cut[] {
  return worths
    .map(({ values, most }) => ({ gives: most, needs: demands.reduce((sum, { count }, i) => sum + count * (values[i] as number), 0) }))
    .filter(({ needs }) => needs > 0);
}

/**
 * The bound that one worth proves by itself in whole-number arithmetic (Farley 1990): where each content is worth at most as much as its node costs
 * times a factor, all pods are worth at most the cost of their nodes times that factor. Only for problems without limits.
 */
export function worthBound({ shapes }: Problem, { gives, needs }: Cut): bigint {
  let [price, most] = [0n, 0n];
  for (const [i, shape] of shapes.entries()) {
    const given = BigInt(gives[i] as number);
    // price / most is the smallest quotient so far.
    if (given > 0n && (most === 0n || BigInt(shape.price) * most < price * given)) [price, most] = [BigInt(shape.price), given];
  }
  return most === 0n ? 0n : (BigInt(needs) * price) / most;
}

/** The least cost of whole nodes that satisfy all cuts; a search that is within `gap` of its bound ends. */
export function wholeNodes(
  problem: Problem,
  cuts: readonly Cut[],
  make: (rows: readonly Row[]) => Program,
  { gap = 0, nodesMax = 200, iterationsMax = 100_000 } = {},
): WholeNodes {
  const { shapes, limits } = problem;
  const scales = cuts.map(({ gives }) => Math.max(...gives));
  if (cuts.some(({ needs }, i) => needs > 0 && scales[i] === 0)) return { bound: undefined, counts: undefined };
  const program = make([
    ...cuts.map(({ needs }, i) => ({ lower: needs / (scales[i] as number), upper: Number.POSITIVE_INFINITY })),
    ...limits.map((limit) => ({ lower: Number.NEGATIVE_INFINITY, upper: limit })),
  ]);
  for (const [shape, { price, limit }] of shapes.entries()) {
    const entries = cuts
      .map(({ gives }, i) => [i, (gives[shape] as number) / (scales[i] as number)] as const)
      // HiGHS drops what is smaller; without it the node gives less than it could, so the larger amount is taken.
      .flatMap(([i, value]) => (value === 0 ? [] : [[i, Math.max(value, 1e-8)] as const]));
    const extra = limit < 0 ? [] : [[cuts.length + limit, 1] as const];
    const all = [...entries, ...extra];
    program.add({ cost: price / UNIT, rows: all.map(([row]) => row), values: all.map(([, value]) => value) });
  }
  const solved = program.solveWhole(nodesMax, iterationsMax, gap);
  program.close();
  if (!solved) return { bound: undefined, counts: undefined };
  return { bound: liftedBound(solved.bound, shapes), counts: Int32Array.from(solved.columns, (count) => Math.round(count)) };
}

/** A bound from doubles, made safe, and raised to the next cost that whole nodes can have: all costs are multiples of one unit. */
function liftedBound(bound: number, shapes: readonly Shape[]): bigint {
  const unit = BigInt(priceUnit(shapes));
  const safe = BigInt(Math.max(0, Math.floor(bound * (1 - TOLERANCE) * UNIT)));
  return unit === 0n ? 0n : ((safe + unit - 1n) / unit) * unit;
}
