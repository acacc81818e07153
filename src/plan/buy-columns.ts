/** The configuration program: nodes with their contents as columns, made as they are needed. */
import { type Content, Knapsack } from './buy-knapsack.ts';
import type { Problem, Shape } from './buy-problem.ts';
import type { Program, Row } from './linear-program.ts';

/** A node of a shape with its pods. */
export interface Pattern extends Content {
  readonly shape: number;
}

/** Worth of one pod of each demand such that no content of a node is worth more than the node costs. */
export interface Worth {
  /** By demand, whole units of 10^-9. */
  readonly values: Float64Array;
  /** By shape: a content is worth this at most. */
  readonly most: Float64Array;
}

export interface Columns {
  readonly patterns: readonly Pattern[];
  /** How often each is used where fractions are allowed; undefined: no solution of the program is known. */
  readonly uses: Float64Array | undefined;
  /** From each round. */
  readonly worths: readonly Worth[];
}

export interface ColumnLimits {
  readonly roundsMax: number;
  /** Nodes of each knapsack's search. */
  readonly searchMax: number;
  readonly iterationsMax: number;
  /** The same where nothing better is found any more; absent: no further search. */
  readonly sharpMax?: number;
}

const UNIT = 1e9;
/** New columns of a round. */
const COLUMNS_PER_ROUND = 24;
/** Worths kept: the last ones are the best. */
const WORTHS_KEPT = 8;

/**
 * Column generation: the program over the contents known so far gives each pod a worth; each shape is asked for its most valuable content by these
 * worths, and where one is worth more than the node costs it becomes a column (Gilmore and Gomory 1961). Ends when none is, or after the rounds allowed.
 */
export function generateColumns(
  problem: Problem,
  make: (rows: readonly Row[]) => Program,
  limits: ColumnLimits,
  start: readonly Pattern[] = [],
): Columns {
  const { demands, shapes } = problem;
  const program = make([
    ...demands.map(({ count }) => ({ lower: count, upper: Number.POSITIVE_INFINITY })),
    ...problem.limits.map((limit) => ({ lower: Number.NEGATIVE_INFINITY, upper: limit })),
  ]);
  const knapsacks = shapes.map((_, shape) => new Knapsack(problem, shape));
  const patterns: Pattern[] = [];
  const known = new Set<string>();
  const worths: Worth[] = [];
  const add = (pattern: Pattern): boolean => {
    const key = `${pattern.shape}:${pattern.demands.join()}:${pattern.counts.join()}`;
    if (known.has(key)) return false;
    known.add(key);
    patterns.push(pattern);
    const { price, limit } = shapes[pattern.shape] as Shape;
    const extra = limit < 0 ? [] : [demands.length + limit];
    program.add({ cost: price / UNIT, rows: [...pattern.demands, ...extra], values: [...pattern.counts, ...extra.map(() => 1)] });
    return true;
  };
  // Pods that no node is left for cost more than any node: the program always has a solution.
  const penalty = (2 * Math.max(1, ...shapes.map(({ price }) => price))) / UNIT;
  for (let demand = 0; demand < demands.length; demand++) program.add({ cost: penalty, rows: [demand], values: [1] });
  for (const pattern of [...firstPatterns(problem), ...start]) add(pattern);
  let uses: Float64Array | undefined;
  for (let round = 0; round < limits.roundsMax; round++) {
    const solved = program.solve(limits.iterationsMax);
    if (!solved) break;
    uses = solved.columns.slice(demands.length);
    const values = Float64Array.from(demands, (_, i) => Math.max(0, Math.floor((solved.duals[i] as number) * UNIT)));
    const found = knapsacks.map((knapsack, shape) => ({ shape, ...knapsack.best(values, limits.searchMax) }));
    worths.push({ values, most: Float64Array.from(found, ({ bound }) => bound) });
    if (worths.length > WORTHS_KEPT) worths.shift();
    const charge = (shape: Shape) => shape.price - (shape.limit < 0 ? 0 : (solved.duals[demands.length + shape.limit] as number) * UNIT);
    const better = found
      .map((pattern) => ({ pattern, gain: pattern.value - charge(shapes[pattern.shape] as Shape) }))
      .filter(({ pattern, gain }) => gain > 1e-7 * (shapes[pattern.shape] as Shape).price + 1)
      .sort(
        (a, b) =>
          b.gain / (shapes[b.pattern.shape] as Shape).price - a.gain / (shapes[a.pattern.shape] as Shape).price ||
          a.pattern.shape - b.pattern.shape,
      );
    let added = false;
    for (const { pattern } of better.slice(0, COLUMNS_PER_ROUND)) added = add(pattern) || added;
    if (added) continue;
    // A longer search either finds a better content or proves that there is none: both raise the bound.
    const sharper = sharpen(knapsacks, found, values, (pattern) => charge(shapes[pattern.shape] as Shape), limits.sharpMax ?? 0);
    worths.push({ values, most: Float64Array.from(sharper, ({ bound }) => bound) });
    for (const pattern of sharper)
      if (pattern.value > charge(shapes[pattern.shape] as Shape) * (1 + 1e-7) + 1) added = add(pattern) || added;
    if (!added) break;
  }
  program.close();
  return { patterns, uses, worths };
}

/** The contents again, with more search where it is not known that none is worth more than its node costs. */
function sharpen(
  knapsacks: readonly Knapsack[],
  found: readonly Pattern[],
  values: Float64Array,
  chargeOf: (pattern: Pattern) => number,
  searchMax: number,
): Pattern[] {
  return found.map((pattern) => {
    if (searchMax === 0 || pattern.bound <= chargeOf(pattern)) return pattern;
    const again = (knapsacks[pattern.shape] as Knapsack).best(values, searchMax);
    return { shape: pattern.shape, ...again, bound: Math.min(again.bound, pattern.bound) };
  });
}

/** The patterns as they are when fewer pods are left. */
export function clipped(patterns: readonly Pattern[], rest: Int32Array): Pattern[] {
  return patterns.flatMap((pattern) => {
    const kept = pattern.demands.map((_, i) => i).filter((i) => (rest[pattern.demands[i] as number] as number) > 0);
    const demands = kept.map((i) => pattern.demands[i] as number);
    const counts = kept.map((i) => Math.min(pattern.counts[i] as number, rest[pattern.demands[i] as number] as number));
    return kept.length === 0 ? [] : [{ ...pattern, demands, counts }];
  });
}

/** For each demand the shape that holds it at the lowest price per pod, filled with it. */
function firstPatterns({ demands, shapes }: Problem): Pattern[] {
  return demands.flatMap(({ amounts, allowed, count }, demand) => {
    let best: { shape: number; most: number; each: number } | undefined;
    for (const [shape, { room, price }] of shapes.entries()) {
      if (allowed[shape] === 0) continue;
      let most = count;
      for (let r = 0; r < room.length; r++)
        if ((amounts[r] as number) > 0) most = Math.min(most, Math.floor((room[r] as number) / (amounts[r] as number)));
      if (most > 0 && (best === undefined || price / most < best.each)) best = { shape, most, each: price / most };
    }
    return best ? [{ shape: best.shape, demands: [demand], counts: [best.most], value: 0, bound: 0 }] : [];
  });
}
