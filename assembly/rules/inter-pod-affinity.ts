import {
  DOMAIN_COUNT_BYTES, DOMAIN_COUNT_COLUMN, DOMAIN_COUNT_TABLE, FLEET_ADDRESS, FLEET_CAPACITY, OPEN, POD_AFFINITY_AFFINITY, POD_AFFINITY_AFFINITY_COUNT,
  POD_AFFINITY_ANTI, POD_AFFINITY_ANTI_COUNT, POD_AFFINITY_EXISTING, POD_AFFINITY_EXISTING_COUNT, POD_AFFINITY_SCORE_COUNT, POD_AFFINITY_SCORES,
  POD_AFFINITY_SELF_MATCH, RATE_HIGH, RATE_LOW, RATE_PARAMS, RATE_RAW, TABLE_CELLS, TABLE_SUM,
} from '../layout.generated';
import { joinTruncated } from '../exact';
import { refuse } from '../lane';

// @ts-ignore: decorator
@inline
function domainOf(entry: usize, row: i32): i32 {
  return load<i32>(load<usize>(entry, DOMAIN_COUNT_COLUMN) + (<usize>row << 2));
}

// @ts-ignore: decorator
@inline
function countAt(entry: usize, domain: i32): i32 {
  return load<i32>(load<usize>(load<usize>(entry, DOMAIN_COUNT_TABLE), TABLE_CELLS) + (<usize>domain << 2));
}

/** First-pod rule: no pod anywhere matches all terms, and the pod matches them itself. */
function firstPod(affinity: usize, count: i32, selfMatch: i32): bool {
  if (!selfMatch) return false;
  for (let i = 0; i < count; i++) {
    if (load<i32>(load<usize>(affinity + <usize>i * DOMAIN_COUNT_BYTES, DOMAIN_COUNT_TABLE), TABLE_SUM) != 0) return false;
  }
  return true;
}

function anyAbove(entries: usize, count: i32, row: i32): bool {
  for (let i = 0; i < count; i++) {
    const entry = entries + <usize>i * DOMAIN_COUNT_BYTES;
    const domain = domainOf(entry, row);
    if (domain != 0 && countAt(entry, domain) > 0) return true;
  }
  return false;
}

/** code: affinity; code + 1: own anti-affinity; code + 2: existing pods' anti-affinity. */
export function filterPodAffinity(params: usize, code: i32, begin: i32, end: i32, lane: usize): void {
  const affinity = load<usize>(params, POD_AFFINITY_AFFINITY);
  const affinityCount = load<i32>(params, POD_AFFINITY_AFFINITY_COUNT);
  const anti = load<usize>(params, POD_AFFINITY_ANTI);
  const antiCount = load<i32>(params, POD_AFFINITY_ANTI_COUNT);
  const existing = load<usize>(params, POD_AFFINITY_EXISTING);
  const existingCount = load<i32>(params, POD_AFFINITY_EXISTING_COUNT);
  const first = firstPod(affinity, affinityCount, load<i32>(params, POD_AFFINITY_SELF_MATCH));
  for (let row = begin; row < end; row++) {
    let missing = false;
    let unmet = false;
    for (let i = 0; i < affinityCount; i++) {
      const entry = affinity + <usize>i * DOMAIN_COUNT_BYTES;
      const domain = domainOf(entry, row);
      if (domain == 0) missing = true;
      else if (countAt(entry, domain) <= 0) unmet = true;
    }
    if (missing || (unmet && !first)) refuse(lane, row, code);
    else if (anyAbove(anti, antiCount, row)) refuse(lane, row, code + 1);
    else if (anyAbove(existing, existingCount, row)) refuse(lane, row, code + 2);
  }
}

/** Sum over topology keys of the weights gathered in the row's domain. */
export function rawPodAffinityAt(params: usize, row: i32): f64 {
  const scores = load<usize>(params, POD_AFFINITY_SCORES);
  const last = scores + <usize>load<i32>(params, POD_AFFINITY_SCORE_COUNT) * DOMAIN_COUNT_BYTES;
  let sum: f64 = 0;
  for (let entry = scores; entry < last; entry += DOMAIN_COUNT_BYTES) {
    const domain = domainOf(entry, row);
    if (domain == 0) continue;
    sum += load<f64>(load<usize>(load<usize>(entry, DOMAIN_COUNT_TABLE), TABLE_CELLS) + (<usize>domain << 3));
  }
  return sum;
}

/** raw = sum over topology keys of the weights gathered in the row's domain; keeps minimum and maximum over feasible rows. */
export function ratePodAffinity(rate: usize, verdict: usize): void {
  const params = load<usize>(rate, RATE_PARAMS);
  const raw = load<usize>(rate, RATE_RAW);
  const capacity = load<i32>(FLEET_ADDRESS, FLEET_CAPACITY);
  let low: f64 = Infinity;
  let high: f64 = -Infinity;
  for (let row = 0; row < capacity; row++) {
    if (<i32>load<u8>(verdict + <usize>row) != OPEN) continue;
    const sum = rawPodAffinityAt(params, row);
    store<f64>(raw + (<usize>row << 3), sum);
    if (sum < low) low = sum;
    if (sum > high) high = sum;
  }
  store<f64>(rate, low, RATE_LOW);
  store<f64>(rate, high, RATE_HIGH);
}

/** trunc(100 * ((raw - low) / (high - low))), division first, for four rows from the f64 lane at `raw`; 0 when all are equal. */
// @ts-ignore: decorator
@inline
export function normalizePodAffinity(raw: usize, low: f64, high: f64): v128 {
  if (!(high > low)) return i32x4.splat(0);
  const base = f64x2.splat(low);
  const range = f64x2.splat(high - low);
  const hundred = f64x2.splat(100);
  const lower = f64x2.mul(hundred, f64x2.div(f64x2.sub(v128.load(raw), base), range));
  const upper = f64x2.mul(hundred, f64x2.div(f64x2.sub(v128.load(raw, 16), base), range));
  return joinTruncated(lower, upper);
}

/** The same for one value. */
export function normalizePodAffinityOne(raw: f64, low: f64, high: f64): i32 {
  return high > low ? <i32>(100.0 * ((raw - low) / (high - low))) : 0;
}
