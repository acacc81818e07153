/** From a purchase as numbers to a bound and to numbers of nodes that are worth trying. */
import { assignedWorth } from './buy-assign.ts';
import { type Cut, roomCuts, wholeNodes, worthBound, worthCuts } from './buy-bound.ts';
import { type Columns, clipped, generateColumns, type Pattern } from './buy-columns.ts';

import { packEvenly } from './buy-fill.ts';
import { type Filled, improvedPacking, type Packing, pack } from './buy-pack.ts';
import { type Counts, costOf, type Problem, within } from './buy-problem.ts';
import type { Program, Row } from './linear-program.ts';

export type MakeProgram = (rows: readonly Row[]) => Program;

/** Demands up to which contents are made as columns; beyond, the program's rows cost more than the bound gains. */
const COLUMN_DEMANDS_MAX = 250;
const UNIT = 1e9;
/** Pods held against a node while a packing is improved. */
const STEPS_PER_POD = 2000;
const STEPS_MIN = 200_000;
const STEPS_MAX = 40_000_000;
/** The same where most pods differ, so that a step takes twice as long, and where few do, so that columns are made as well. */
const DEMANDS_MANY = 2000;
const STEPS_LESS_MAX = 10_000_000;
/** Part of the steps for which each way to pack is tried. */
const TRIAL = 1 / 8;
/** From so many pods on the search is shorter. */
const PODS_MANY = 5000;

export interface Bounds {
  readonly cuts: readonly Cut[];
  readonly columns: Columns | undefined;
  /** No plan costs less; units of 10^-9. Undefined: no numbers of nodes can hold all pods. */
  readonly bound: bigint | undefined;
  /** Numbers of nodes that no cut rules out, at the cost of the bound or little more. */
  readonly counts: Counts | undefined;
}

/** The best of all bounds at hand. */
export function boundsOf(problem: Problem, make: MakeProgram): Bounds {
  const { demands, shapes } = problem;
  const columns =
    demands.length <= COLUMN_DEMANDS_MAX
      ? generateColumns(problem, make, { roundsMax: roundsFor(problem), searchMax: 400, sharpMax: 20_000, iterationsMax: 20_000 })
      : undefined;
  const assigned = assignedWorth(problem, make);
  const worths = worthCuts(demands, [...(columns?.worths ?? []), ...(assigned ? [assigned] : [])]);
  const cuts = [...roomCuts(problem), ...worths];
  // Where there are very many pods the last digits of the bound are not worth a long search.
  const pods = demands.reduce((sum, { count }) => sum + count, 0);
  const whole = wholeNodes(problem, cuts, make, { gap: pods > PODS_MANY ? 5e-4 : 0 });
  if (whole.bound === undefined) return { cuts, columns, bound: undefined, counts: undefined };
  let { bound } = whole;
  if (problem.limits.length === 0)
    for (const cut of worths) {
      const proven = worthBound({ ...problem, shapes }, cut);
      if (proven > bound) bound = proven;
    }
  return { cuts, columns, bound, counts: whole.counts };
}

/** Rounds that keep the work in bounds: each asks every shape for a content. */
function roundsFor({ demands, shapes }: Problem): number {
  return Math.max(12, Math.min(80, Math.floor(3_000_000 / (demands.length * shapes.length))));
}

/** Prices of the dimensions by which no node is worth more than it costs, and all pods together are worth most. */
export function dimensionPrices({ demands, shapes, dimensions }: Problem, make: MakeProgram): Float64Array {
  const scales = Array.from({ length: dimensions }, (_, r) => Math.max(...shapes.map(({ room }) => room[r] as number), 1));
  const needs = scales.map((scale, r) => demands.reduce((sum, { amounts, count }) => sum + (amounts[r] as number) * count, 0) / scale);
  const program = make(needs.map((lower) => ({ lower, upper: Number.POSITIVE_INFINITY })));
  for (const { price, room } of shapes) {
    const entries = [...room].flatMap((amount, r) => (amount > 0 ? [[r, amount / (scales[r] as number)] as const] : []));
    program.add({ cost: price / UNIT, rows: entries.map(([r]) => r), values: entries.map(([, value]) => value) });
  }
  const duals = program.solve(20_000)?.duals;
  program.close();
  // A dimension without a price still takes room: every pod has some weight.
  return Float64Array.from(scales, (scale, r) => (Math.max(0, duals?.[r] ?? 0) * UNIT + 1e-3) / scale);
}

/**
 * Packings of all pods, cheapest first: by diving, and quick ones improved for a while; the best of these is improved until it costs `bound`, or the
 * effort ends.
 */
export function packings(problem: Problem, columns: Columns | undefined, make: MakeProgram, bound = 0n): Packing[] {
  const prices = dimensionPrices(problem, make);
  const steps = stepsFor(problem);
  const improve = (packing: Packing, balanced: boolean, share = 1) =>
    improvedPacking(problem, prices, packing, { steps: steps * share, enough: bound, balanced });
  const even = packEvenly(problem, make);
  const trials = [
    { packing: pack(problem, prices), balanced: false },
    { packing: pack(problem, prices, true), balanced: true },
    ...(even ? [{ packing: even, balanced: true }] : []),
  ].map(({ packing, balanced }) => ({ packing: improve(packing, balanced, TRIAL), balanced }));
  const dived = columns && dive(problem, columns, make);
  const found = complete(problem, [...(dived ? [dived] : []), ...trials.map(({ packing }) => packing)]);
  const [best = trials[0]?.packing as Packing] = found;
  const leader = complete(
    problem,
    trials.map(({ packing }) => packing),
  )[0];
  const balanced = trials.find(({ packing }) => packing === leader)?.balanced ?? false;
  return complete(problem, [improve(best, balanced), ...found]);
}

function stepsFor({ demands }: Problem): number {
  const pods = demands.reduce((sum, { count }) => sum + count, 0);
  const most = demands.length > DEMANDS_MANY || demands.length <= COLUMN_DEMANDS_MAX ? STEPS_LESS_MAX : STEPS_MAX;
  return Math.max(STEPS_MIN, Math.min(most, pods * STEPS_PER_POD));
}

/** Those that leave out no pod, cheapest first. */
function complete(problem: Problem, packings: readonly Packing[]): Packing[] {
  return packings
    .filter(({ unplaced, counts }) => unplaced.every((count) => count === 0) && within(problem, counts))
    .map((packing) => ({ packing, cost: costOf(problem, packing.counts) }))
    .sort((a, b) => (a.cost < b.cost ? -1 : a.cost > b.cost ? 1 : 0))
    .map(({ packing }) => packing);
}

/** Steps of a dive: each buys one node at least. */
const DIVE_STEPS_MAX = 400;

/**
 * Diving: what the program uses whole times is bought, or else what it uses most; then the program is solved again for the pods that are left, with
 * the contents that suit these.
 */
function dive(problem: Problem, columns: Columns, make: MakeProgram): Packing | undefined {
  const counts = new Int32Array(problem.shapes.length);
  const contents: Filled[] = [];
  const rest = Int32Array.from(problem.demands, ({ count }) => count);
  let current: Columns = columns;
  for (let step = 0; rest.some((count) => count > 0); step++) {
    const { uses, patterns } = current;
    if (!uses || step >= DIVE_STEPS_MAX) return undefined;
    let bought = 0;
    for (const [i, pattern] of patterns.entries()) {
      const times = Math.floor((uses[i] as number) + 1e-6);
      if (times > 0) bought += buyPattern(pattern, times, rest, counts, contents);
    }
    if (bought === 0) {
      const most = patterns.reduce((best, _, i) => ((uses[i] as number) > (uses[best] as number) ? i : best), 0);
      if ((uses[most] as number) <= 0) return undefined;
      buyPattern(patterns[most] as Pattern, 1, rest, counts, contents);
    }
    const left = { ...problem, demands: problem.demands.map((demand, i) => ({ ...demand, count: rest[i] as number })) };
    const limits = problem.limits.map(
      (limit, l) => limit - counts.reduce((sum, n, s) => sum + (problem.shapes[s]?.limit === l ? n : 0), 0),
    );
    current = generateColumns({ ...left, limits }, make, { roundsMax: 5, searchMax: 300, iterationsMax: 20_000 }, clipped(patterns, rest));
  }
  return { counts, contents, unplaced: rest };
}

function buyPattern({ shape, demands, counts }: Pattern, times: number, rest: Int32Array, bought: Counts, contents: Filled[]): number {
  let most = times;
  // The last of several may be less than full; what is left over goes elsewhere.
  for (const [i, demand] of demands.entries()) most = Math.min(most, Math.ceil((rest[demand] as number) / (counts[i] as number)));
  for (const [i, demand] of demands.entries()) rest[demand] = Math.max(0, (rest[demand] as number) - (counts[i] as number) * most);
  bought[shape] = (bought[shape] as number) + most;
  if (most > 0) contents.push({ shape, times: most, demands, counts });
  return most;
}
