import type { Core } from '../layout/core.ts';
import {
  CLASS_BLOCK_MAX,
  CLASS_BYTES,
  CLASS_CONSTANT,
  CLASS_COUNTING_FILTER_COUNT,
  CLASS_COUNTING_FILTERS,
  CLASS_FIXED,
  CLASS_GROUPS,
  CLASS_HOST_LANE,
  CLASS_LOCAL,
  CLASS_LOCAL_FILTER_COUNT,
  CLASS_LOCAL_FILTERS,
  CLASS_LOCAL_SCORE_COUNT,
  CLASS_LOCAL_SCORES,
  CLASS_NEAR,
  CLASS_PLAIN,
  CLASS_RATE_COUNT,
  CLASS_RATES,
  CLASS_STATIC_FILTER_COUNT,
  CLASS_STATIC_FILTERS,
  CLASS_SUPER_MAX,
  CLASS_TOTAL,
  CLASS_USAGE,
  CLASS_VERDICT,
  CLASS_WATCHED,
  CLASS_WATCHED_COUNT,
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
import { type LocalRules, writePlain } from './plain.ts';

/** Where the CLASS record and the lanes that the host reads lie. */
export interface ClassRecord {
  readonly address: number;
  readonly verdictLane: number;
  /** 0 = none. */
  readonly hostLane: number;
}

/** Writes what the rules have told the encoder as a CLASS record, and sets the class's lanes aside. */
export function writeClass(core: Core, columns: Columns, encoder: ClassEncoder, usage: number): ClassRecord {
  const address = encoder.allocate(CLASS_BYTES);
  const set = (field: number, value: number): void => {
    core.i32[(address + field) / 4] = value;
  };
  writeLists(core, encoder, set);
  set(CLASS_CONSTANT, encoder.constantScore);
  set(CLASS_USAGE, usage);
  set(CLASS_GROUPS, writeGrouping(core, columns, encoder));
  set(CLASS_PLAIN, writePlain(core, columns.bounds, localRules(encoder)));
  return { address, ...setLanesAside(columns, encoder, set) };
}

type Setter = (field: number, value: number) => void;

/** The local scores, and what the node objects alone decide as one more. */
function localScoresOf({ localScores, staticLane }: ClassEncoder): readonly EncodedStep[] {
  return staticLane ? [...localScores, { kernel: SCORE_STATIC_LANE, code: 1, params: staticLane }] : localScores;
}

function localRules(encoder: ClassEncoder): LocalRules {
  const { localFilters, countingFilters, rates, hostFilters, hostScores } = encoder;
  const alone = countingFilters.length + rates.length + hostFilters.length + hostScores.length === 0;
  return { localFilters, localScores: localScoresOf(encoder), alone, allocate: (bytes) => encoder.allocate(bytes) };
}

function writeLists(core: Core, encoder: ClassEncoder, set: Setter): void {
  const stepLists: readonly [number, number, readonly EncodedStep[]][] = [
    [CLASS_STATIC_FILTERS, CLASS_STATIC_FILTER_COUNT, encoder.staticFilters],
    [CLASS_LOCAL_FILTERS, CLASS_LOCAL_FILTER_COUNT, encoder.localFilters],
    [CLASS_COUNTING_FILTERS, CLASS_COUNTING_FILTER_COUNT, encoder.countingFilters],
    [CLASS_LOCAL_SCORES, CLASS_LOCAL_SCORE_COUNT, localScoresOf(encoder)],
  ];
  for (const [field, count, steps] of stepLists) {
    set(field, writeSteps(encoder, steps));
    set(count, steps.length);
  }
  set(CLASS_RATES, writeRates(encoder, encoder.rates));
  set(CLASS_RATE_COUNT, encoder.rates.length);
  const watched = encoder.allocate(encoder.watched.size * 4);
  [...encoder.watched].forEach((table, i) => {
    core.u32[watched / 4 + i] = table;
  });
  set(CLASS_WATCHED, watched);
  set(CLASS_WATCHED_COUNT, encoder.watched.size);
}

function setLanesAside({ capacity }: Columns, encoder: ClassEncoder, set: Setter): Pick<ClassRecord, 'verdictLane' | 'hostLane'> {
  const near = encoder.rawLane(1);
  const verdict = encoder.countingFilters.length > 0 ? encoder.rawLane(1) : near;
  const hostLane = encoder.hostScores.length > 0 ? encoder.lane(4) : 0;
  set(CLASS_FIXED, encoder.rawLane(1));
  set(CLASS_NEAR, near);
  set(CLASS_VERDICT, verdict);
  set(CLASS_LOCAL, encoder.rawLane(4));
  set(CLASS_TOTAL, encoder.rawLane(4));
  set(CLASS_BLOCK_MAX, encoder.allocate((capacity / 64) * 4 + 256));
  set(CLASS_SUPER_MAX, encoder.allocate(Math.ceil(capacity / 4096) * 4));
  set(CLASS_HOST_LANE, hostLane);
  return { verdictLane: verdict, hostLane };
}

/** Address of the GROUPS record; 0 where rows have nothing to be grouped by or too much. */
function writeGrouping(core: Core, columns: Columns, encoder: ClassEncoder): number {
  const { rates, countingFilters, hostFilters, hostScores, facts, finalLanes } = encoder;
  if (rates.length + countingFilters.length === 0 || hostFilters.length + hostScores.length > 0) return 0;
  const grouping = groupingOf(facts, finalLanes, (column) => columns.isOwnToRows(column));
  const partition = grouping && columns.partitions.of(grouping.parts);
  if (!partition) return 0;
  const { record, own } = partition;
  if (own) encoder.allocations.push(...record.allocations);
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
