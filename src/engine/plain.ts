import type { Core } from '../layout/core.ts';
import {
  BOUNDS_ALLOCATABLE_A,
  BOUNDS_ALLOCATABLE_B,
  BOUNDS_BEFORE,
  BOUNDS_BYTES,
  BOUNDS_COUNTED_A,
  BOUNDS_COUNTED_B,
  BOUNDS_RECIPROCAL_A,
  BOUNDS_RECIPROCAL_B,
  BOUNDS_ROWS,
  BOUNDS_SPANS,
  BOUNDS_USED_A,
  BOUNDS_USED_B,
  FILTER_NODE_RESOURCES_FIT,
  PLAIN_BALANCED,
  PLAIN_BALANCED_WEIGHT,
  PLAIN_BYTES,
  PLAIN_FIT,
  PLAIN_FIT_CODE,
  PLAIN_LEAST,
  PLAIN_LEAST_WEIGHT,
  PLAIN_STATIC_LANE,
  SCORE_BALANCED_ALLOCATION,
  SCORE_LEAST_ALLOCATED,
  SCORE_STATIC_LANE,
  SHARE_ALLOCATABLE,
  SHARE_BYTES,
  SHARE_RECIPROCAL,
  SHARE_USED,
  SHARES_BEFORE,
  SHARES_EVERYWHERE,
  SHARES_RESOURCE_COUNT,
  SHARES_RESOURCES,
} from '../layout/layout.generated.ts';
import type { EncodedStep } from './encoded.ts';

/** Bytes of a span of the BOUNDS record (assembly/bounds.ts) per row. */
const BOUND_BYTES_PER_ROW = 28;
/** Bytes of its rows (assembly/plain-rows.ts). */
const EXACT_BYTES_PER_ROW = 80;

/** What the rules have said of single rows. */
export interface LocalRules {
  readonly localFilters: readonly EncodedStep[];
  readonly localScores: readonly EncodedStep[];
  allocate(bytes: number): number;
}

/** BOUNDS records by the columns that they are made of: profiles name few, so each stays. */
export class Bounds {
  private readonly core: Core;
  private readonly capacity: number;
  private readonly known = new Map<string, number>();

  constructor(core: Core, capacity: number) {
    this.core = core;
    this.capacity = capacity;
  }

  /** Of all records. */
  get addresses(): readonly number[] {
    return [...this.known.values()];
  }

  /** Address of the record for the columns that a PLAIN record scores by, 0 where there are none; the core fills its spans when a class first asks. */
  of(plain: number): number {
    const { core } = this;
    if (plain === 0) return 0;
    const least = core.u32[(plain + PLAIN_LEAST) / 4] as number;
    const balanced = core.u32[(plain + PLAIN_BALANCED) / 4] as number;
    if (balanced === 0) return 0;
    const share = (shares: number, second: number, field: number) =>
      core.u32[((core.u32[(shares + SHARES_RESOURCES) / 4] as number) + second * SHARE_BYTES + field) / 4] as number;
    const fields: readonly [field: number, value: number][] = [
      [BOUNDS_ALLOCATABLE_A, share(least, 0, SHARE_ALLOCATABLE)],
      [BOUNDS_ALLOCATABLE_B, share(least, 1, SHARE_ALLOCATABLE)],
      [BOUNDS_COUNTED_A, share(least, 0, SHARE_USED)],
      [BOUNDS_COUNTED_B, share(least, 1, SHARE_USED)],
      [BOUNDS_USED_A, share(balanced, 0, SHARE_USED)],
      [BOUNDS_USED_B, share(balanced, 1, SHARE_USED)],
      [BOUNDS_RECIPROCAL_A, share(least, 0, SHARE_RECIPROCAL)],
      [BOUNDS_RECIPROCAL_B, share(least, 1, SHARE_RECIPROCAL)],
      [BOUNDS_BEFORE, core.u32[(balanced + SHARES_BEFORE) / 4] as number],
    ];
    const key = fields.map(([, value]) => value).join();
    let address = this.known.get(key);
    if (address === undefined) {
      address = core.allocate(BOUNDS_BYTES);
      for (const [field, value] of fields) core.u32[(address + field) / 4] = value;
      core.u32[(address + BOUNDS_SPANS) / 4] = core.allocate(this.capacity * BOUND_BYTES_PER_ROW);
      core.u32[(address + BOUNDS_ROWS) / 4] = core.allocate(this.capacity * EXACT_BYTES_PER_ROW);
      this.known.set(key, address);
    }
    return address;
  }
}

/** Writes a PLAIN record where the local rules allow it; its address, else 0. */
export function writePlain(core: Core, { localFilters, localScores, allocate }: LocalRules): number {
  const step = (kernel: number) => localScores.find((score) => score.kernel === kernel);
  const [least, balanced, fixed] = [step(SCORE_LEAST_ALLOCATED), step(SCORE_BALANCED_ALLOCATION), step(SCORE_STATIC_LANE)];
  const [fit] = localFilters;
  if (localFilters.length !== 1 || fit?.kernel !== FILTER_NODE_RESOURCES_FIT || !least) return 0;
  if ([least, balanced, fixed].filter((score) => score).length !== localScores.length || !isPair(core, least.params)) return 0;
  if (balanced && !(isPair(core, balanced.params) && resourcesOf(core, balanced.params) === resourcesOf(core, least.params))) return 0;
  const address = allocate(PLAIN_BYTES);
  const fields: readonly [field: number, value: number][] = [
    [PLAIN_FIT, fit.params],
    [PLAIN_FIT_CODE, fit.code],
    [PLAIN_LEAST, least.params],
    [PLAIN_LEAST_WEIGHT, least.code],
    [PLAIN_BALANCED, balanced?.params ?? 0],
    [PLAIN_BALANCED_WEIGHT, balanced?.code ?? 0],
    [PLAIN_STATIC_LANE, fixed?.params ?? 0],
  ];
  for (const [field, value] of fields) core.i32[(address + field) / 4] = value;
  return address;
}

/** Two resources that every node offers. */
function isPair(core: Core, shares: number): boolean {
  return core.i32[(shares + SHARES_RESOURCE_COUNT) / 4] === 2 && core.i32[(shares + SHARES_EVERYWHERE) / 4] !== 0;
}

/** The columns of what is offered, in order. */
function resourcesOf(core: Core, shares: number): string {
  const list = core.u32[(shares + SHARES_RESOURCES) / 4] as number;
  return [0, 1].map((i) => core.u32[(list + i * SHARE_BYTES + SHARE_ALLOCATABLE) / 4]).join();
}
