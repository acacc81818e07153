import { isFixed } from './cluster.ts';
import { type Outcome, POD_SLOTS, type Shape } from './outcome.ts';

/** Requested of allocatable over all nodes that are not cordoned, by resource. */
export function allocated(outcome: Outcome): ReadonlyMap<string, number> {
  return byResource(outcome, (r) => {
    const { offered, asked } = totals(outcome, r);
    return offered > 0 ? asked / offered : undefined;
  });
}

/** Shares of the single nodes that offer the resource and are not cordoned, made one number. */
export function utilisation(outcome: Outcome, combine: (shares: Float64Array) => number): ReadonlyMap<string, number> {
  const { ground } = outcome;
  const requested = outcome.requested();
  return byResource(outcome, (r) => {
    const offered = ground.allocatable[r] as Float64Array;
    const asked = requested[r] as Float64Array;
    const shares: number[] = [];
    for (let row = 0; row < offered.length; row++) {
      if (ground.open[row] === 1 && (offered[row] as number) > 0) shares.push((asked[row] as number) / (offered[row] as number));
    }
    return shares.length > 0 ? combine(Float64Array.from(shares)) : undefined;
  });
}

/**
 * Fragmentation as Weng et al. measure it ("Beware of Fragmentation: Scheduling GPU-Sharing Workloads with Fragmentation Gradient Descent", USENIX
 * ATC 2023), for every resource: the sum over nodes n and shapes m of share(m) · free(n) where m does not fit into what is free on n, here as a share
 * of everything offered. Shapes are what the movable pods of the input ask for. O(nodes · shapes · resources).
 */
export function stranded(outcome: Outcome): ReadonlyMap<string, number> | undefined {
  const { ground } = outcome;
  if (ground.shapes.length === 0) return undefined;
  const requested = outcome.requested();
  const free = ground.allocatable.map((offered, r) => offered.map((amount, row) => Math.max(0, amount - (requested[r]?.[row] as number))));
  const misfits = Float64Array.from(ground.nodes, (_, row) => (ground.open[row] === 1 ? misfit(ground.shapes, free, row) : 0));
  return byResource(outcome, (r) => {
    const { offered } = totals(outcome, r);
    if (offered === 0) return undefined;
    return misfits.reduce((sum, share, row) => sum + share * (free[r]?.[row] as number), 0) / offered;
  });
}

/** Share of the pods that do not fit into what is free on the row. */
function misfit(shapes: readonly Shape[], free: readonly Float64Array[], row: number): number {
  let sum = 0;
  for (const { demand, share } of shapes) {
    for (let r = 0; r < demand.length; r++) {
      const asked = demand[r] as number;
      if (asked === 0 || asked <= (free[r]?.[row] as number)) continue;
      sum += share;
      break;
    }
  }
  return sum;
}

/** 1 for rows with a pod that does not belong to its node. */
export function rowsInUse({ pods, ground }: Outcome): Uint8Array {
  const rows = new Uint8Array(ground.nodes.length);
  for (const pod of pods) {
    const row = pod.nodeName === '' || isFixed(pod) ? undefined : ground.rowOf(pod.nodeName);
    if (row !== undefined) rows[row] = 1;
  }
  return rows;
}

export function nodesInUse(outcome: Outcome): number {
  return rowsInUse(outcome).reduce((sum, used) => sum + used, 0);
}

function totals(outcome: Outcome, r: number): { readonly offered: number; readonly asked: number } {
  const { ground } = outcome;
  const columns = [ground.allocatable[r] as Float64Array, outcome.requested()[r] as Float64Array];
  const [offered = 0, asked = 0] = columns.map((column) =>
    column.reduce((sum, amount, row) => sum + (ground.open[row] === 1 ? amount : 0), 0),
  );
  return { offered, asked };
}

function byResource({ ground }: Outcome, of: (r: number) => number | undefined): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  ground.resources.forEach((name, r) => {
    const number = name === POD_SLOTS ? undefined : of(r);
    if (number !== undefined) numbers.set(name, number);
  });
  return numbers;
}
