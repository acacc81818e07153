/** A purchase as numbers: what pods ask for, what nodes offer, which pods may go where. */

/** Equal pods: they ask for the same and may go to the same nodes. */
export interface Demand {
  readonly count: number;
  /** By dimension. */
  readonly amounts: Float64Array;
  /** By shape: whether one of the pods could be on an empty node of it. */
  readonly allowed: Uint8Array;
}

/** Offers that are the same to the pods: equal room, equal price, open to the same pods. */
export interface Shape {
  /** Numbers of the offers. */
  readonly offers: readonly number[];
  /** In units of 10^-9: whole, and below 2^53. */
  readonly price: number;
  /** What pods can have of one node, by dimension. */
  readonly room: Float64Array;
  /** Number of the limit that its nodes count against; -1: none. */
  readonly limit: number;
}

/**
 * Find numbers of nodes by shape at least cost so that all pods fit. Dimensions are resources, and things of which a node has one: a host port, the
 * place of a pod that keeps others like it away. All amounts are whole and far below 2^53, so that sums are exact.
 */
export interface Problem {
  readonly dimensions: number;
  readonly demands: readonly Demand[];
  readonly shapes: readonly Shape[];
  /** Nodes at most, for the shapes that share the limit. */
  readonly limits: readonly number[];
}

/** Nodes to buy, by shape. */
export type Counts = Int32Array;

/** What the nodes cost, in units of 10^-9. */
export function costOf({ shapes }: Problem, counts: Counts): bigint {
  let cost = 0n;
  for (const [shape, count] of counts.entries()) if (count > 0) cost += BigInt((shapes[shape] as Shape).price) * BigInt(count);
  return cost;
}

export function within({ shapes, limits }: Problem, counts: Counts): boolean {
  const used = new Array<number>(limits.length).fill(0);
  for (const [shape, count] of counts.entries()) {
    const { limit } = shapes[shape] as Shape;
    if (limit >= 0) used[limit] = (used[limit] as number) + count;
  }
  return used.every((count, limit) => count <= (limits[limit] as number));
}

/** Whether one pod of the demand fits on an empty node of the shape. */
export function fitsEmpty({ amounts }: Demand, { room }: Shape): boolean {
  for (let r = 0; r < room.length; r++) if ((amounts[r] as number) > (room[r] as number)) return false;
  return true;
}

/** The largest whole number that divides all prices: every cost is a multiple of it. 0: everything is free. */
export function priceUnit(shapes: readonly Shape[]): number {
  return shapes.reduce((unit, { price }) => divisor(unit, price), 0);
}

function divisor(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 0) [x, y] = [y, x % y];
  return x;
}
