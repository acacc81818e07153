// Choosing by the group index (groups.ts): verdicts and normalised scores of each group, asked of its best row.

import {
  CLASS_CONSTANT, CLASS_COUNTING_FILTERS, CLASS_COUNTING_FILTER_COUNT, CLASS_GROUPS, CLASS_RATES, CLASS_RATE_COUNT, CLASS_VERDICT,
  CLOSED, GROUPS_BEST, GROUPS_BEST_ROW, GROUPS_OPEN_COUNT, GROUPS_PARTITION, GROUPS_RAW, GROUPS_READY, GROUPS_TOTAL, LEVELS, OPEN,
  PARTITION_COUNT, RATE_BYTES, RATE_HIGH, RATE_INTER_POD_AFFINITY, RATE_KERNEL, RATE_LOW, RATE_MAXIMUM_REVERSED, RATE_PARAMS,
  RATE_POD_TOPOLOGY_SPREAD, RATE_RAW, RATE_WEIGHT, STEP_BYTES, STEP_CODE, STEP_KERNEL, STEP_PARAMS,
} from './layout.generated';
import { buildGroups, findBest, i32At, setI32, UNKNOWN } from './groups';
import { filterKernel, prepareKernel } from './kernels.generated';
import { normalizeMaximum } from './normalize';
import { normalizePodAffinityOne, rawPodAffinityAt } from './rules/inter-pod-affinity';
import { countSpreadGroup, normalizeSpread, rawSpreadAt, startSpreadGroups, weighSpreadGroups } from './rules/pod-topology-spread-score';

/** Answer for a class that must be scanned in full. */
export const NO_GROUPS: i32 = -2;

/** Whether the counting filters let the group's rows in, asked of one of them. */
function isOpen(cls: usize, row: i32): bool {
  const count = load<i32>(cls, CLASS_COUNTING_FILTER_COUNT);
  if (count == 0) return true;
  const steps = load<usize>(cls, CLASS_COUNTING_FILTERS);
  const verdict = load<usize>(cls, CLASS_VERDICT);
  store<u8>(verdict + <usize>row, <u8>OPEN);
  for (let i = 0; i < count; i++) {
    const step = steps + <usize>i * STEP_BYTES;
    filterKernel(load<i32>(step, STEP_KERNEL), load<usize>(step, STEP_PARAMS), load<i32>(step, STEP_CODE), row, row + 1, verdict);
  }
  return <i32>load<u8>(verdict + <usize>row) == OPEN;
}

/** best, bestRow and total (the best key, CLOSED where filters refuse) of every group; false when none is open. */
function openGroups(cls: usize, groups: usize): bool {
  const partition = load<usize>(groups, GROUPS_PARTITION);
  const count = load<i32>(partition, PARTITION_COUNT);
  const open = load<usize>(groups, GROUPS_OPEN_COUNT);
  const bestRow = load<usize>(groups, GROUPS_BEST_ROW);
  const totals = load<usize>(groups, GROUPS_TOTAL);
  const steps = load<usize>(cls, CLASS_COUNTING_FILTERS);
  for (let i = 0; i < load<i32>(cls, CLASS_COUNTING_FILTER_COUNT); i++) {
    const step = steps + <usize>i * STEP_BYTES;
    prepareKernel(load<i32>(step, STEP_KERNEL), load<usize>(step, STEP_PARAMS));
  }
  let any = false;
  for (let part = 0; part < count; part++) {
    for (let level = 0; level < LEVELS; level++) {
      const group = part * LEVELS + level;
      setI32(totals, group, CLOSED);
      if (i32At(open, group) == 0) continue;
      if (i32At(bestRow, group) == UNKNOWN) findBest(groups, partition, part, level);
      if (!isOpen(cls, i32At(bestRow, group))) continue;
      any = true;
      setI32(totals, group, i32At(load<usize>(groups, GROUPS_BEST), group) + load<i32>(cls, CLASS_CONSTANT));
    }
  }
  return any;
}

function rawOf(rate: usize, kernel: i32, row: i32): f64 {
  const params = load<usize>(rate, RATE_PARAMS);
  if (kernel == RATE_POD_TOPOLOGY_SPREAD) return <f64>rawSpreadAt(params, row);
  if (kernel == RATE_INTER_POD_AFFINITY) return rawPodAffinityAt(params, row);
  return <f64>i32At(load<usize>(rate, RATE_RAW), row);
}

function normalized(kernel: i32, raw: f64, low: f64, high: f64): i32 {
  if (kernel == RATE_POD_TOPOLOGY_SPREAD) return i32x4.extract_lane(normalizeSpread(i32x4.splat(<i32>raw), low, high), 0);
  if (kernel == RATE_INTER_POD_AFFINITY) return normalizePodAffinityOne(raw, low, high);
  return i32x4.extract_lane(normalizeMaximum(i32x4.splat(<i32>raw), high, kernel == RATE_MAXIMUM_REVERSED), 0);
}

/** Adds one rate to the totals of the open groups: raw values, their range over the groups, normalised values. */
function rateGroups(groups: usize, rate: usize, raws: usize, count: i32): void {
  const kernel = load<i32>(rate, RATE_KERNEL);
  const totals = load<usize>(groups, GROUPS_TOTAL);
  const bestRow = load<usize>(groups, GROUPS_BEST_ROW);
  const spread = kernel == RATE_POD_TOPOLOGY_SPREAD;
  const params = load<usize>(rate, RATE_PARAMS);
  if (spread) {
    const open = load<usize>(groups, GROUPS_OPEN_COUNT);
    startSpreadGroups(params);
    for (let g = 0; g < count; g++) if (i32At(totals, g) != CLOSED) countSpreadGroup(params, i32At(bestRow, g), i32At(open, g));
    weighSpreadGroups(params);
  }
  let low: f64 = spread ? <f64>i32.MAX_VALUE : Infinity;
  // As in the scans: only inter-pod affinity knows values below 0.
  let high: f64 = kernel == RATE_INTER_POD_AFFINITY ? -Infinity : 0;
  for (let g = 0; g < count; g++) {
    if (i32At(totals, g) == CLOSED) continue;
    const raw = rawOf(rate, kernel, i32At(bestRow, g));
    store<f64>(raws + (<usize>g << 3), raw);
    if (spread && raw < 0) continue;
    if (raw < low) low = raw;
    if (raw > high) high = raw;
  }
  store<f64>(rate, low, RATE_LOW);
  store<f64>(rate, high, RATE_HIGH);
  const weight = load<i32>(rate, RATE_WEIGHT);
  for (let g = 0; g < count; g++) {
    if (i32At(totals, g) == CLOSED) continue;
    setI32(totals, g, i32At(totals, g) + weight * normalized(kernel, load<f64>(raws + (<usize>g << 3)), low, high));
  }
}

/** First row with the highest total, -1 when none is open, NO_GROUPS when the rows need too many levels. The near and score lanes must be up to date. */
export function chooseGrouped(cls: usize): i32 {
  const groups = load<usize>(cls, CLASS_GROUPS);
  if (!load<i32>(groups, GROUPS_READY) && !buildGroups(cls, groups)) return NO_GROUPS;
  if (!openGroups(cls, groups)) return -1;
  const count = load<i32>(load<usize>(groups, GROUPS_PARTITION), PARTITION_COUNT) * LEVELS;
  const rates = load<usize>(cls, CLASS_RATES);
  const rateCount = load<i32>(cls, CLASS_RATE_COUNT);
  for (let i = 0; i < rateCount; i++) {
    rateGroups(groups, rates + <usize>i * RATE_BYTES, load<usize>(groups, GROUPS_RAW) + (<usize>(i * count) << 3), count);
  }
  const totals = load<usize>(groups, GROUPS_TOTAL);
  const bestRow = load<usize>(groups, GROUPS_BEST_ROW);
  let best = CLOSED;
  let row = -1;
  for (let g = 0; g < count; g++) {
    const total = i32At(totals, g);
    if (total < best || total == CLOSED) continue;
    const own = i32At(bestRow, g);
    if (total == best && own > row) continue;
    best = total;
    row = own;
  }
  return row;
}
