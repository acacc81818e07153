import type { Core } from '../layout/core.ts';
import {
  CLASS_BLOCK_MAX,
  CLASS_BOUNDS,
  CLASS_BYTES,
  CLASS_CONSTANT,
  CLASS_COUNTING_FILTER_COUNT,
  CLASS_COUNTING_FILTERS,
  CLASS_GROUPS,
  CLASS_HOST_LANE,
  CLASS_LOCAL,
  CLASS_RATE_COUNT,
  CLASS_RATES,
  CLASS_SUPER_MAX,
  CLASS_TOTAL,
  CLASS_VERDICT,
  CLASS_WATCHED,
  CLASS_WATCHED_COUNT,
  LOCAL_BYTES,
  LOCAL_FILTER_COUNT,
  LOCAL_FILTERS,
  LOCAL_FIXED,
  LOCAL_NEAR,
  LOCAL_PLAIN,
  LOCAL_SCORE,
  LOCAL_SCORE_COUNT,
  LOCAL_SCORES,
  LOCAL_STATIC_FILTER_COUNT,
  LOCAL_STATIC_FILTERS,
  RATE_BYTES,
  RATE_HIGH,
  RATE_KERNEL,
  RATE_PARAMS,
  RATE_RAW,
  RATE_WEIGHT,
  SCORE_STATIC_LANE,
  STEP_BYTES,
  STEP_CODE,
  STEP_KERNEL,
  STEP_PARAMS,
} from '../layout/layout.generated.ts';
import type { ClassEncoder } from './class-encoder.ts';
import type { Columns } from './columns.ts';
import type { EncodedRate, EncodedStep } from './encoded.ts';
import { writeGroups } from './groups.ts';
import { groupingOf } from './partitions.ts';
import { writePlain } from './plain.ts';

/** Where a LOCAL record and the lane that classes read lie. */
export interface LocalRecord {
  readonly address: number;
  /** u8 lane of verdicts. */
  readonly near: number;
}

/** Where the CLASS record and the lanes that the host reads lie. */
export interface ClassRecord {
  readonly address: number;
  readonly verdictLane: number;
  /** 0 = none. */
  readonly hostLane: number;
}

/** Nothing normalises, counts or asks the host: the class is its LOCAL record and a constant. */
export function isBare({ countingFilters, rates, hostFilters, hostScores }: ClassEncoder): boolean {
  return countingFilters.length + rates.length + hostFilters.length + hostScores.length === 0;
}

/** Writes what the rules have said of single rows as a LOCAL record, with lanes, all among the encoder's records. */
export function writeLocal(core: Core, encoder: ClassEncoder): LocalRecord {
  const address = encoder.allocate(LOCAL_BYTES);
  const scores = localScoresOf(encoder);
  const near = encoder.recordLane(1);
  const rules = { localFilters: encoder.localFilters, localScores: scores, allocate: (bytes: number) => encoder.allocate(bytes) };
  const fields: readonly [field: number, value: number][] = [
    [LOCAL_STATIC_FILTERS, writeSteps(encoder, encoder.staticFilters)],
    [LOCAL_STATIC_FILTER_COUNT, encoder.staticFilters.length],
    [LOCAL_FILTERS, writeSteps(encoder, encoder.localFilters)],
    [LOCAL_FILTER_COUNT, encoder.localFilters.length],
    [LOCAL_SCORES, writeSteps(encoder, scores)],
    [LOCAL_SCORE_COUNT, scores.length],
    [LOCAL_FIXED, encoder.recordLane(1)],
    [LOCAL_NEAR, near],
    [LOCAL_SCORE, encoder.recordLane(4)],
    [LOCAL_PLAIN, writePlain(core, rules)],
  ];
  for (const [field, value] of fields) core.u32[(address + field) / 4] = value;
  return { address, near };
}

/** Writes what the rules have told the encoder beyond single rows as a CLASS record over `local`, and sets the class's lanes aside. */
export function writeClass(core: Core, columns: Columns, encoder: ClassEncoder, local: LocalRecord): ClassRecord {
  const address = encoder.allocate(CLASS_BYTES);
  const set = (field: number, value: number): void => {
    core.i32[(address + field) / 4] = value;
  };
  set(CLASS_LOCAL, local.address);
  writeLists(core, encoder, set);
  set(CLASS_CONSTANT, encoder.constantScore);
  set(CLASS_GROUPS, writeGrouping(core, columns, encoder));
  set(CLASS_BOUNDS, isBare(encoder) ? columns.bounds.of(core.u32[(local.address + LOCAL_PLAIN) / 4] as number) : 0);
  return { address, ...setLanesAside(columns, encoder, local, set) };
}

type Setter = (field: number, value: number) => void;

/** The local scores, and what the node objects alone decide as one more. */
function localScoresOf({ localScores, staticLane }: ClassEncoder): readonly EncodedStep[] {
  return staticLane ? [...localScores, { kernel: SCORE_STATIC_LANE, code: 1, params: staticLane }] : localScores;
}

function writeLists(core: Core, encoder: ClassEncoder, set: Setter): void {
  set(CLASS_COUNTING_FILTERS, writeSteps(encoder, encoder.countingFilters));
  set(CLASS_COUNTING_FILTER_COUNT, encoder.countingFilters.length);
  set(CLASS_RATES, writeRates(encoder, encoder.rates));
  set(CLASS_RATE_COUNT, encoder.rates.length);
  const watched = encoder.allocate(encoder.watched.size * 4);
  [...encoder.watched].forEach((table, i) => {
    core.u32[watched / 4 + i] = table;
  });
  set(CLASS_WATCHED, watched);
  set(CLASS_WATCHED_COUNT, encoder.watched.size);
}

/** Where nothing counts or normalises, verdicts are those of the rows; else a class keeps a copy, by which it sees what has opened or closed. */
function setLanesAside({ capacity }: Columns, encoder: ClassEncoder, { near }: LocalRecord, set: Setter): Omit<ClassRecord, 'address'> {
  const verdictLane = encoder.countingFilters.length + encoder.rates.length > 0 ? encoder.rawLane(1) : near;
  const hostLane = encoder.hostScores.length > 0 ? encoder.lane(4) : 0;
  set(CLASS_VERDICT, verdictLane);
  set(CLASS_TOTAL, encoder.rawLane(4));
  set(CLASS_BLOCK_MAX, encoder.unwritten((capacity / 64) * 4));
  set(CLASS_SUPER_MAX, encoder.unwritten(Math.ceil(capacity / 4096) * 4));
  set(CLASS_HOST_LANE, hostLane);
  return { verdictLane, hostLane };
}

/** Address of the GROUPS record; 0 where rows have nothing to be grouped by or too much. */
function writeGrouping(core: Core, columns: Columns, encoder: ClassEncoder): number {
  const { rates, countingFilters, hostFilters, hostScores, facts, finalLanes } = encoder;
  if (rates.length + countingFilters.length === 0 || hostFilters.length + hostScores.length > 0) return 0;
  const grouping = groupingOf(facts, finalLanes, (column) => columns.isOwnToRows(column));
  const partition = grouping && columns.partitions.of(grouping.parts);
  if (!partition) return 0;
  const { record, own } = partition;
  if (own) encoder.lanes.push(...record.allocations);
  return writeGroups(core, encoder, record, grouping.cells, rates.length);
}

function writeSteps(encoder: ClassEncoder, steps: readonly EncodedStep[]): number {
  const list = encoder.allocate(steps.length * STEP_BYTES);
  steps.forEach((step, i) => {
    const at = list + i * STEP_BYTES;
    encoder.u32(at + STEP_KERNEL, step.kernel);
    encoder.u32(at + STEP_CODE, step.code);
    encoder.u32(at + STEP_PARAMS, step.params);
  });
  return list;
}

function writeRates(encoder: ClassEncoder, rates: readonly EncodedRate[]): number {
  const list = encoder.allocate(rates.length * RATE_BYTES);
  rates.forEach((rate, i) => {
    const at = list + i * RATE_BYTES;
    encoder.u32(at + RATE_KERNEL, rate.kernel);
    encoder.u32(at + RATE_WEIGHT, rate.weight);
    encoder.u32(at + RATE_PARAMS, rate.params);
    encoder.u32(at + RATE_RAW, rate.raw);
    // No maximum has been seen yet: the first evaluation always counts as moved.
    encoder.f64(at + RATE_HIGH, -1);
  });
  return list;
}
