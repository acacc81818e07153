import {
  FLEET_ADDRESS, FLEET_CAPACITY, FLEET_LOGARITHM, HARD_BYTES, HARD_CODES, HARD_COLUMN, HARD_DOMAINS, HARD_EXISTS, HARD_MAX_SKEW, HARD_MIN_DOMAINS,
  HARD_MINIMUM, HARD_SELF, HARD_TABLE, OPEN, RATE_HIGH, RATE_LOW, RATE_PARAMS, RATE_RAW, SOFT_BYTES, SOFT_CODES, SOFT_COLUMN, SOFT_DOMAINS,
  SOFT_HOSTNAME, SOFT_SEEN, SOFT_SKEW_ADDEND, SOFT_TABLE, SOFT_WEIGHT, SPREAD_HARD_CONSTRAINT_COUNT, SPREAD_HARD_CONSTRAINTS,
  SPREAD_SOFT_CONSTRAINT_COUNT, SPREAD_SOFT_CONSTRAINTS, SPREAD_SOFT_REQUIRE_ALL, TABLE_CELLS,
} from '../layout.generated';
import { roundHalfAway } from '../exact';
import { refuse } from '../lane';

/** Raw value of a feasible row that misses a required key: scores 0 and takes no part in minimum and maximum. */
const IGNORED: i32 = -1;

/** Smallest count of each hard constraint's domains; 0 when there are fewer than minDomains. */
export function prepareSpreadHard(params: usize): void {
  const count = load<i32>(params, SPREAD_HARD_CONSTRAINT_COUNT);
  for (let i = 0; i < count; i++) {
    const hard = load<usize>(params, SPREAD_HARD_CONSTRAINTS) + <usize>i * HARD_BYTES;
    const cells = load<usize>(load<usize>(hard, HARD_TABLE), TABLE_CELLS);
    const exists = load<usize>(hard, HARD_EXISTS);
    const codes = load<i32>(hard, HARD_CODES);
    let minimum = i32.MAX_VALUE;
    for (let code = 1; code < codes; code++) {
      if (!load<u8>(exists + <usize>code)) continue;
      const cell = load<i32>(cells + (<usize>code << 2));
      if (cell < minimum) minimum = cell;
    }
    if (load<i32>(hard, HARD_DOMAINS) < load<i32>(hard, HARD_MIN_DOMAINS)) minimum = 0;
    store<i32>(hard, minimum, HARD_MINIMUM);
  }
}

/** code: the row misses the key; code + 1: count + self - minimum > maxSkew. The first failing constraint decides. */
export function filterSpread(params: usize, code: i32, begin: i32, end: i32, lane: usize): void {
  const constraints = load<usize>(params, SPREAD_HARD_CONSTRAINTS);
  const last = constraints + <usize>load<i32>(params, SPREAD_HARD_CONSTRAINT_COUNT) * HARD_BYTES;
  for (let row = begin; row < end; row++) {
    for (let hard = constraints; hard < last; hard += HARD_BYTES) {
      const domain = load<i32>(load<usize>(hard, HARD_COLUMN) + (<usize>row << 2));
      if (domain == 0) {
        refuse(lane, row, code);
        break;
      }
      const count = load<i32>(load<usize>(load<usize>(hard, HARD_TABLE), TABLE_CELLS) + (<usize>domain << 2));
      // i64: minimum may be the int32 maximum and counts may be large.
      const skew = <i64>count + <i64>load<i32>(hard, HARD_SELF) - <i64>load<i32>(hard, HARD_MINIMUM);
      if (skew > <i64>load<i32>(hard, HARD_MAX_SKEW)) {
        refuse(lane, row, code + 1);
        break;
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function missesKey(params: usize, row: i32): bool {
  if (!load<i32>(params, SPREAD_SOFT_REQUIRE_ALL)) return false;
  const constraints = load<usize>(params, SPREAD_SOFT_CONSTRAINTS);
  const count = load<i32>(params, SPREAD_SOFT_CONSTRAINT_COUNT);
  for (let i = 0; i < count; i++) {
    const soft = constraints + <usize>i * SOFT_BYTES;
    if (load<i32>(load<usize>(soft, SOFT_COLUMN) + (<usize>row << 2)) == 0) return true;
  }
  return false;
}

/**
 * Weights ln(size + 2): size = number of domains among feasible rows that are not ignored (a missing label is one domain of its own under the
 * system defaults), or the number of those rows for the hostname key.
 */
function weighSoft(params: usize, verdict: usize): void {
  const capacity = load<i32>(FLEET_ADDRESS, FLEET_CAPACITY);
  const logarithm = load<usize>(FLEET_ADDRESS, FLEET_LOGARITHM);
  const constraints = load<usize>(params, SPREAD_SOFT_CONSTRAINTS);
  const count = load<i32>(params, SPREAD_SOFT_CONSTRAINT_COUNT);
  const requireAll = load<i32>(params, SPREAD_SOFT_REQUIRE_ALL);
  for (let i = 0; i < count; i++) {
    const soft = constraints + <usize>i * SOFT_BYTES;
    const domains = load<usize>(soft, SOFT_DOMAINS);
    const hostname = load<i32>(soft, SOFT_HOSTNAME);
    const seen = load<usize>(soft, SOFT_SEEN);
    if (!hostname) memory.fill(seen, 0, <usize>load<i32>(soft, SOFT_CODES));
    let size = 0;
    for (let row = 0; row < capacity; row++) {
      if (<i32>load<u8>(verdict + <usize>row) != OPEN || (requireAll && missesKey(params, row))) continue;
      if (hostname) {
        size++;
        continue;
      }
      const at = seen + <usize>load<i32>(domains + (<usize>row << 2));
      size += 1 - <i32>load<u8>(at);
      store<u8>(at, 1);
    }
    store<f64>(soft, load<f64>(logarithm + (<usize>(size + 2) << 3)), SOFT_WEIGHT);
  }
}

/** raw = round(sum over constraints of count * weight + (maxSkew - 1)); keeps minimum and maximum over the rows that take part. */
export function rateSpread(rate: usize, verdict: usize): void {
  const params = load<usize>(rate, RATE_PARAMS);
  const raw = load<usize>(rate, RATE_RAW);
  const capacity = load<i32>(FLEET_ADDRESS, FLEET_CAPACITY);
  weighSoft(params, verdict);
  const constraints = load<usize>(params, SPREAD_SOFT_CONSTRAINTS);
  const last = constraints + <usize>load<i32>(params, SPREAD_SOFT_CONSTRAINT_COUNT) * SOFT_BYTES;
  const requireAll = load<i32>(params, SPREAD_SOFT_REQUIRE_ALL);
  let low = i32.MAX_VALUE;
  let high = 0;
  for (let row = 0; row < capacity; row++) {
    if (<i32>load<u8>(verdict + <usize>row) != OPEN) continue;
    const at = <usize>row << 2;
    if (requireAll && missesKey(params, row)) {
      store<i32>(raw + at, IGNORED);
      continue;
    }
    let sum: f64 = 0;
    for (let soft = constraints; soft < last; soft += SOFT_BYTES) {
      if (load<i32>(load<usize>(soft, SOFT_COLUMN) + at) == 0) continue;
      const cell = load<i32>(soft, SOFT_HOSTNAME) ? row : load<i32>(load<usize>(soft, SOFT_DOMAINS) + at);
      const count = load<i32>(load<usize>(load<usize>(soft, SOFT_TABLE), TABLE_CELLS) + (<usize>cell << 2));
      sum += <f64>count * load<f64>(soft, SOFT_WEIGHT) + load<f64>(soft, SOFT_SKEW_ADDEND);
    }
    const value = <i32>roundHalfAway(sum);
    store<i32>(raw + at, value);
    if (value < low) low = value;
    if (value > high) high = value;
  }
  store<f64>(rate, <f64>low, RATE_LOW);
  store<f64>(rate, <f64>high, RATE_HIGH);
}

/** 100 * (high + low - raw) / high in whole numbers; 100 when high is 0; ignored rows get 0. */
// @ts-ignore: decorator
@inline
export function normalizeSpread(raw: i32, low: i64, high: i64): i32 {
  if (raw == IGNORED) return 0;
  if (high == 0) return 100;
  return <i32>((100 * (high + low - <i64>raw)) / high);
}
