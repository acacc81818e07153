/**
 * The memory layout, declared once. `npm run layout` writes it to both sides: assembly/layout.generated.ts (offsets for the core) and
 * src/layout/layout.generated.ts (offsets for the host), with a fingerprint that both export and the host compares at start-up.
 *
 * Kinds: u32 = address in linear memory or count, i32, u64/i64, f64. Every record starts on 8 bytes; fields are laid out in order with
 * natural alignment. Columns and lanes (one element per row) are not records: they are plain arrays whose addresses stand in records.
 */
import { PARAMETERS, type RecordTable } from './schema-parameters.ts';

export type { Field, FieldKind, RecordTable } from './schema-parameters.ts';

/** Rows per block of the max-tree. Capacity is always a multiple of BLOCK rows; rows beyond the last node are closed. */
export const BLOCK = 64;
/** Rows that are evaluated together after one row changed: the kernels of local rules take ranges that are multiples of SPAN, the others of 16. */
export const SPAN = 4;
/** Verdict of a row that no rule refuses. Codes below it are refusals, numbered in profile order, so that the minimum is the first. */
export const OPEN = 255;
/** Total of a row that cannot be chosen. */
export const CLOSED = -0x80000000;
/**
 * Levels of a class's group index: distinct vectors of counts that belong to single rows. Counts that rules spread evenly take few values at a time;
 * a class that needs more is scanned in full.
 */
export const LEVELS = 8;
/** Decisions of a class that are made by bounds before its lanes are built: a pass over the bounds costs about a fifth of building them. */
export const GLANCES_MAX = 2;
/** Where the fleet record lies. Below are only NUMBERS, and nothing at 0, so that address 0 can mean "none". */
export const FLEET_ADDRESS = 1024;
/** Where the NUMBERS record lies. */
export const NUMBERS_ADDRESS = 512;

/**
 * Doubles that the hot loops use, kept in memory: V8 builds a constant vector anew at each use, with several instructions, but keeps what was
 * loaded before the loop in a register.
 */
export const NUMBERS: Readonly<Record<string, number>> = {
  half: 0.5,
  one: 1,
  fifty: 50,
  hundred: 100,
  two52: 2 ** 52,
  near: 2 ** -40,
  far: 1 - 2 ** -40,
};

export const RECORDS: RecordTable = {
  NUMBERS: Object.keys(NUMBERS).map((name) => [name, 'f64', ''] as const),
  FLEET: [
    ['rows', 'i32', 'Nodes in the fleet.'],
    ['capacity', 'i32', 'Rows with memory: rows rounded up to BLOCK.'],
    ['closed', 'u32', 'u8 column: 255 where no node lives, else 0.'],
    ['unschedulable', 'u32', 'u8 column: 255 where spec.unschedulable, else 0.'],
    ['taintSet', 'u32', 'i32 column: code of the node’s taint list.'],
    ['podLimit', 'u32', 'i32 column: allocatable.pods, saturated.'],
    ['podCount', 'u32', 'i32 column: pods on the node.'],
    ['nonZeroCpu', 'u32', 'i64 column: milli-CPU requested, 100m for containers without a request.'],
    ['nonZeroMemory', 'u32', 'i64 column: bytes requested, 200Mi for containers without a request.'],
    ['order', 'u32', 'i32 array: rows in upstream’s zone-interleaved node order.'],
    ['logarithm', 'u32', 'f64 array: ln(i) as Go computes it, for i up to capacity + 2.'],
    ['journal', 'u32', 'i32 ring: rows in order of change.'],
    ['journalMask', 'u32', 'Ring size minus one.'],
    ['journalHead', 'u32', 'Changes so far, modulo 2^32.'],
    ['scratch', 'u32', 'i32 array of capacity elements: feasible rows in order, heap values.'],
    ['sampled', 'u32', 'u8 lane: verdicts of a sampled decision.'],
    ['wide', 'i32', '1 when some amount is 2^46 or more: scores take the int64 path.'],
    ['nextStart', 'i32', 'Where the next sampled scan starts in `order`.'],
    ['examinedFailures', 'i32', 'Failures counted by the last sampled scan.'],
    ['latency', 'u32', 'u32 histogram of decision times; 0 = not recorded.'],
    ['balances', 'u32', 'u32 array: SHARES records whose `before` columns every change of a row brings up to date.'],
    ['balanceCount', 'i32', ''],
    ['grouped', 'i32', 'Decisions of classes with normalised or counting rules that the group index made.'],
    ['scanned', 'i32', 'Decisions of such classes that took a full scan.'],
    ['glanced', 'i32', 'Decisions made by bounds, without lanes.'],
  ],
  LOCAL: [
    ['staticFilters', 'u32', 'STEP array: refusals that depend on the node object alone.'],
    ['staticFilterCount', 'i32', ''],
    ['filters', 'u32', 'STEP array: refusals that depend on the pods of the same row.'],
    ['filterCount', 'i32', ''],
    ['scores', 'u32', 'STEP array: scores of the row alone, not normalised.'],
    ['scoreCount', 'i32', ''],
    ['fixed', 'u32', 'u8 lane: verdict of the static filters and closed rows.'],
    ['near', 'u32', 'u8 lane: minimum of fixed and the filters.'],
    ['score', 'u32', 'i32 lane: weighted sum of the scores.'],
    ['revision', 'u32', 'Journal position that the lanes have seen.'],
    ['stage', 'i32', '0 = nothing built, 1 = static built, 2 = all lanes built.'],
    ['plain', 'u32', 'PLAIN record; 0 = the rules are not those that assembly/plain.ts knows.'],
  ],
  CLASS: [
    ['local', 'u32', 'LOCAL record: what each row says by itself. Classes that ask the same of a node share it.'],
    ['countingFilters', 'u32', 'STEP array: refusals that depend on pods elsewhere.'],
    ['countingFilterCount', 'i32', ''],
    ['rates', 'u32', 'RATE array: normalised scores.'],
    ['rateCount', 'i32', ''],
    ['watched', 'u32', 'u32 array: addresses of count tables whose revisions decide whether counting must be redone.'],
    ['watchedCount', 'i32', ''],
    ['watchedSum', 'u32', 'Sum of the watched revisions at the last evaluation.'],
    ['verdict', 'u32', 'u8 lane: minimum of near and the counting filters; near itself where the class has neither these nor rates.'],
    ['total', 'u32', 'i32 lane: weighted sum of all scores, CLOSED where infeasible.'],
    ['blockMax', 'u32', 'i32 array: maximum total of each block.'],
    ['superMax', 'u32', 'i32 array: maximum of each 64 blocks.'],
    ['revision', 'u32', 'Journal position that totals, or groups, have seen.'],
    ['stage', 'i32', '0 = nothing built, 1 = decided by groups or judged, totals behind, 2 = totals built.'],
    ['constant', 'i32', 'Added to every total: normalised rules that are equal on all nodes.'],
    ['hostLane', 'u32', 'i32 lane of weighted scores computed by the host; 0 = none.'],
    ['groups', 'u32', 'GROUPS record; 0 = the class is scanned in full.'],
    ['bounds', 'u32', 'BOUNDS record; 0 = the class normalises or counts, its local scores bound nothing.'],
    ['glances', 'i32', 'Decisions made by bounds since lanes were built last.'],
  ],
  PLAIN: [
    ['fit', 'u32', 'FIT record, the only local filter.'],
    ['fitCode', 'i32', 'Verdict code of a row without room.'],
    ['least', 'u32', 'SHARES record of LeastAllocated.'],
    ['leastWeight', 'i32', 'Plugin weight.'],
    ['balanced', 'u32', 'SHARES record of BalancedAllocation, over the same two resources; 0 = no such score.'],
    ['balancedWeight', 'i32', 'Plugin weight.'],
    ['staticLane', 'u32', 'i32 lane of scores that the node objects decide; 0 = none.'],
  ],
  BOUNDS: [
    ['spans', 'u32', 'f32[capacity / 4][7][4]: see assembly/bounds.ts.'],
    ['revision', 'u32', 'Journal position that the spans have seen.'],
    ['ready', 'i32', '1 = the spans have been filled.'],
    ['rows', 'u32', 'f64[capacity][10]: see assembly/plain-rows.ts.'],
    ['rowsRevision', 'u32', 'Journal position that they have seen.'],
    ['rowsReady', 'i32', '1 = they have been filled.'],
    ['allocatableA', 'u32', 'Columns of the two resources that are scored: i64,'],
    ['allocatableB', 'u32', ''],
    ['countedA', 'u32', 'i64, what LeastAllocated takes for used,'],
    ['countedB', 'u32', ''],
    ['usedA', 'u32', 'i64,'],
    ['usedB', 'u32', ''],
    ['reciprocalA', 'u32', 'f64,'],
    ['reciprocalB', 'u32', ''],
    ['before', 'u32', 'f64, balance without the pod; 0 = the formula up to 1.35.'],
  ],
  GROUPS: [
    ['partition', 'u32', 'PARTITION record.'],
    ['cells', 'u32', 'CELL array: counts that belong to single rows; their vector is a row’s level.'],
    ['cellCount', 'i32', ''],
    ['ready', 'i32', '1 = the arrays below agree with the near and local lanes.'],
    ['key', 'u32', 'i32 per position: local score, CLOSED where near is not OPEN.'],
    ['level', 'u32', 'u8 per position.'],
    ['blockMax', 'u32', 'i32[LEVELS][blocks]: largest key of the block at the level.'],
    ['openCount', 'u32', 'i32[partitions][LEVELS]: rows that are open.'],
    ['best', 'u32', 'i32[partitions][LEVELS]: largest key.'],
    ['bestRow', 'u32', 'i32[partitions][LEVELS]: smallest row with the largest key; -1 = to be looked up.'],
    ['total', 'u32', 'i32[partitions][LEVELS]: working memory, totals of the best rows.'],
    ['raw', 'u32', 'f64[rates][partitions][LEVELS]: working memory, raw values.'],
    ['levelRows', 'u32', 'i32[LEVELS]: rows of the level, closed ones included; 0 = the level is free.'],
    ['levelCells', 'u32', 'f64[LEVELS][cells]: the level’s vector.'],
  ],
  PARTITION: [
    ['count', 'i32', 'Partitions: sets of rows that no rule of the class tells apart by labels, taints or preferred terms.'],
    ['blocks', 'i32', 'Blocks of 64 positions; every partition starts a block of its own.'],
    ['rowOf', 'u32', 'i32 per position: row, ascending within a partition; -1 = padding.'],
    ['positionOf', 'u32', 'i32 per row.'],
    ['firstBlock', 'u32', 'i32[count + 1].'],
    ['ofBlock', 'u32', 'i32 per block: its partition.'],
  ],
  CELL: [
    ['table', 'u32', 'Address of a TABLE record.'],
    ['column', 'u32', 'i32 column of codes, each carried by one row at most; 0 = the row itself is the code.'],
  ],
  TURN: [
    ['class', 'u32', 'CLASS record: what the pod asks for.'],
    ['usage', 'u32', 'USAGE record: what it changes where it is placed.'],
  ],
  STEP: [
    ['kernel', 'i32', 'Kernel number.'],
    ['code', 'i32', 'First verdict code of a filter; weight of a score.'],
    ['params', 'u32', 'Address of the kernel’s parameters.'],
    ['unused', 'u32', ''],
  ],
  RATE: [
    ['kernel', 'i32', 'How raw values come about and are normalised.'],
    ['weight', 'i32', 'Plugin weight.'],
    ['params', 'u32', 'Address of the kernel’s parameters.'],
    ['raw', 'u32', 'Lane of raw values: i32 for MAXIMUM kinds and SPREAD, f64 for AFFINITY.'],
    ['low', 'f64', 'Minimum over feasible rows at the last evaluation.'],
    ['high', 'f64', 'Maximum over feasible rows at the last evaluation.'],
  ],
  USAGE: [
    ['amounts', 'u32', 'AMOUNT array: what the pod adds to its row.'],
    ['amountCount', 'i32', ''],
    ['nonZeroCpu', 'i64', ''],
    ['nonZeroMemory', 'i64', ''],
    ['effects', 'u32', 'EFFECT array: counts elsewhere that the pod changes.'],
    ['effectCount', 'i32', ''],
  ],
  AMOUNT: [
    ['used', 'u32', 'i64 column of requested amounts.'],
    ['unused', 'u32', ''],
    ['amount', 'i64', ''],
  ],
  EFFECT: [
    ['table', 'u32', 'Address of a TABLE record.'],
    ['column', 'u32', 'i32 column of codes; 0 = the row itself is the code.'],
    ['include', 'u32', 'u8 column: only rows with 1 count; 0 = all rows.'],
    ['terminating', 'i32', '1 = terminating pods count too.'],
    ['weight', 'i32', 'Added per pod.'],
    ['unused', 'i32', ''],
  ],
  TABLE: [
    ['revision', 'u32', 'Grows by one with every change.'],
    ['sum', 'i32', 'Sum of all cells of a count table.'],
    ['cells', 'u32', 'Address of the cells.'],
    ['float', 'i32', '1 = f64 cells, 0 = i32 cells.'],
  ],
  ...PARAMETERS,
};
