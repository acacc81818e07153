/** A worth of pods from nodes that may be cut to any size: which pods go to which shape, in fractions. */
import type { Worth } from './buy-columns.ts';
import type { Demand, Problem, Shape } from './buy-problem.ts';
import type { Column, Program, Row } from './linear-program.ts';

/** Cells times shapes at most: so many columns the program has. */
const COLUMNS_MAX = 6000;
/** Steps to a doubling by which amounts are told apart, finest first; at last whatever types pods may go to. */
const STEPS = [1e6, 8, 4, 3, 2, 1] as const;
const STEPS_ANYWHERE = [3, 2, 1, 0.5] as const;
const UNIT = 1e9;
/** Sums of a few products in doubles lose less than this share. */
const ROUNDING = 1e-12;

interface Cell {
  count: number;
  /** Of all its pods together. */
  readonly sums: Float64Array;
  readonly allowed: Uint8Array;
}

/**
 * The program: each pod goes to shapes in parts, and the nodes of each shape have room for the parts. Its dual gives room of each shape its own prices, and
 * a pod the worth of what it takes where that is cheapest; so no content is worth more than the room of its node. Unlike the room of all nodes together
 * it heeds that a node fills only with pods in its own proportions. Pods much alike are one in the program, and each by itself in the worths: these hold
 * for whatever prices. Undefined: there are too many kinds of pods to tell apart.
 */
export function assignedWorth(problem: Problem, make: (rows: readonly Row[]) => Program): Worth | undefined {
  const { demands, shapes, dimensions, limits } = problem;
  const cells = cellsOf(problem);
  if (!cells) return undefined;
  const scales = Array.from({ length: dimensions }, (_, r) => shapes.reduce((most, { room }) => Math.max(most, room[r] as number), 1));
  const [roomRows, limitRows] = [cells.length, cells.length + shapes.length * dimensions];
  const program = make([
    ...cells.map(({ count }) => ({ lower: count, upper: Number.POSITIVE_INFINITY })),
    ...shapes.flatMap(() => scales.map(() => ({ lower: 0, upper: Number.POSITIVE_INFINITY }))),
    ...limits.map((limit) => ({ lower: Number.NEGATIVE_INFINITY, upper: limit })),
  ]);
  const add = (cost: number, entries: Column['values'][]) =>
    program.add({ cost, rows: entries.map(([row]) => row as number), values: entries.map(([, value]) => value as number) });
  for (const [s, { price, room, limit }] of shapes.entries()) {
    const entries = scales.flatMap((scale, r) =>
      (room[r] as number) > 0 ? [[roomRows + s * dimensions + r, (room[r] as number) / scale]] : [],
    );
    add(price / UNIT, limit < 0 ? entries : [...entries, [limitRows + limit, 1]]);
  }
  for (const [i, { count, sums, allowed }] of cells.entries())
    for (let s = 0; s < shapes.length; s++) {
      if (allowed[s] === 0) continue;
      const taken = scales.flatMap((scale, r) =>
        (sums[r] as number) > 0 ? [[roomRows + s * dimensions + r, -(sums[r] as number) / count / scale]] : [],
      );
      add(0, [[i, 1], ...taken]);
    }
  const duals = program.solve(200_000)?.duals;
  program.close();
  if (!duals) return undefined;
  const prices = Float64Array.from({ length: shapes.length * dimensions }, (_, at) =>
    Math.max(0, ((duals[roomRows + at] as number) / (scales[at % dimensions] as number)) * UNIT),
  );
  return worthOf(demands, shapes, prices);
}

/** What each pod takes where that is cheapest, rounded down, and the room of each shape, rounded up. */
function worthOf(demands: readonly Demand[], shapes: readonly Shape[], prices: Float64Array): Worth {
  const cost = (amounts: Float64Array, shape: number) => {
    let sum = 0;
    for (let r = 0, at = shape * amounts.length; r < amounts.length; r++, at++) sum += (amounts[r] as number) * (prices[at] as number);
    return sum;
  };
  const values = Float64Array.from(demands, ({ amounts, allowed }) => {
    let least = Number.POSITIVE_INFINITY;
    for (let shape = 0; shape < shapes.length; shape++) if (allowed[shape] === 1) least = Math.min(least, cost(amounts, shape));
    return least === Number.POSITIVE_INFINITY ? 0 : Math.floor(least * (1 - ROUNDING));
  });
  return { values, most: Float64Array.from(shapes, ({ room }, shape) => Math.ceil(cost(room, shape) * (1 + ROUNDING)) + 1) };
}

/** Pods by what they ask for, about, and where they may go: as finely as the program allows. */
function cellsOf(problem: Problem): Cell[] | undefined {
  for (const steps of STEPS) {
    const cells = cellsBy(problem, steps, true);
    if (cells) return cells;
  }
  for (const steps of STEPS_ANYWHERE) {
    const cells = cellsBy(problem, steps, false);
    if (cells) return cells;
  }
  return undefined;
}

function cellsBy({ demands, shapes }: Problem, steps: number, apart: boolean): Cell[] | undefined {
  const cells = new Map<string, Cell>();
  for (const { amounts, allowed, count } of demands) {
    // Which pods share a cell rests on logarithms; no worth does.
    const levels = Array.from(amounts, (amount) => (amount > 0 ? Math.round(Math.log2(amount) * steps) : -1));
    const key = `${levels.join()} ${apart ? allowed.join('') : ''}`;
    let cell = cells.get(key);
    if (!cell) {
      cell = { count: 0, sums: new Float64Array(amounts.length), allowed: allowed.slice() };
      cells.set(key, cell);
    }
    cell.count += count;
    for (let s = 0; s < allowed.length; s++) if (allowed[s] === 1) cell.allowed[s] = 1;
    for (let r = 0; r < amounts.length; r++) cell.sums[r] = (cell.sums[r] as number) + (amounts[r] as number) * count;
    if (cells.size * shapes.length > COLUMNS_MAX) return undefined;
  }
  return [...cells.values()];
}
