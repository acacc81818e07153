// Soft constraints (ScheduleAnyway) and the defaults of Services.

import {
  FLEET_ADDRESS, FLEET_CAPACITY, FLEET_LOGARITHM, OPEN, RATE_HIGH, RATE_LOW, RATE_PARAMS, RATE_RAW, SOFT_BYTES, SOFT_CODES, SOFT_COLUMN,
  SOFT_DOMAINS, SOFT_HOSTNAME, SOFT_SEEN, SOFT_SHARES, SOFT_SIZE, SOFT_SKEW_ADDEND, SOFT_TABLE, SOFT_WEIGHT, SPREAD_SOFT_CONSTRAINTS,
  SPREAD_SOFT_CONSTRAINT_COUNT, SPREAD_SOFT_REQUIRE_ALL, TABLE_CELLS,
} from '../layout.generated';
import { joinTruncated, roundHalfAway } from '../exact';
import { highest } from '../lane';

/** Raw value of a feasible row that misses a required key: scores 0 and takes no part in minimum and maximum. */
const IGNORED: i32 = -1;

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

/** Rows of the lane that are open. */
function countOpen(verdict: usize): i32 {
  const capacity = load<i32>(FLEET_ADDRESS, FLEET_CAPACITY);
  const open = i8x16.splat(<i8>OPEN);
  let count = 0;
  for (let row = 0; row < capacity; row += 16) count += i32.popcnt(i8x16.bitmask(i8x16.eq(v128.load(verdict + <usize>row), open)));
  return count;
}

/** Open rows that do not miss a key. */
function countScored(params: usize, verdict: usize): i32 {
  if (!load<i32>(params, SPREAD_SOFT_REQUIRE_ALL)) return countOpen(verdict);
  const capacity = load<i32>(FLEET_ADDRESS, FLEET_CAPACITY);
  let count = 0;
  for (let row = 0; row < capacity; row++) count += i32(<i32>load<u8>(verdict + <usize>row) == OPEN && !missesKey(params, row));
  return count;
}

/** Distinct domains of the rows that score. Ends early once every code has been seen, which few rows suffice for when domains are few. */
function countDomains(params: usize, soft: usize, verdict: usize): i32 {
  const capacity = load<i32>(FLEET_ADDRESS, FLEET_CAPACITY);
  const requireAll = load<i32>(params, SPREAD_SOFT_REQUIRE_ALL);
  const domains = load<usize>(soft, SOFT_DOMAINS);
  const seen = load<usize>(soft, SOFT_SEEN);
  const codes = load<i32>(soft, SOFT_CODES);
  memory.fill(seen, 0, <usize>codes);
  let size = 0;
  // Code 0 stands on padding rows alone, and on rows that requireAll ignores.
  for (let row = 0; row < capacity && size < codes - 1; row++) {
    if (<i32>load<u8>(verdict + <usize>row) != OPEN || (requireAll && missesKey(params, row))) continue;
    const at = seen + <usize>load<i32>(domains + (<usize>row << 2));
    size += 1 - <i32>load<u8>(at);
    store<u8>(at, 1);
  }
  return size;
}

/** The weight ln(size + 2) of a constraint, and each domain's share of the score. */
function weigh(soft: usize, size: i32): void {
  const weight = load<f64>(load<usize>(FLEET_ADDRESS, FLEET_LOGARITHM) + (<usize>(size + 2) << 3));
  store<f64>(soft, weight, SOFT_WEIGHT);
  if (load<i32>(soft, SOFT_HOSTNAME)) return;
  const cells = load<usize>(load<usize>(soft, SOFT_TABLE), TABLE_CELLS);
  const shares = load<usize>(soft, SOFT_SHARES);
  const addend = load<f64>(soft, SOFT_SKEW_ADDEND);
  const codes = load<i32>(soft, SOFT_CODES);
  for (let code = 0; code < codes; code++) {
    store<f64>(shares + (<usize>code << 3), <f64>load<i32>(cells + (<usize>code << 2)) * weight + addend);
  }
}

/**
 * Size = number of domains among feasible rows that are not ignored (a missing label is one domain of its own under the system defaults), or the
 * number of those rows for the hostname key.
 */
function weighSoft(params: usize, verdict: usize): void {
  const constraints = load<usize>(params, SPREAD_SOFT_CONSTRAINTS);
  const count = load<i32>(params, SPREAD_SOFT_CONSTRAINT_COUNT);
  for (let i = 0; i < count; i++) {
    const soft = constraints + <usize>i * SOFT_BYTES;
    weigh(soft, load<i32>(soft, SOFT_HOSTNAME) ? countScored(params, verdict) : countDomains(params, soft, verdict));
  }
}

/** The group index counts sizes group by group: start, then every open group, then weigh. */
export function startSpreadGroups(params: usize): void {
  const constraints = load<usize>(params, SPREAD_SOFT_CONSTRAINTS);
  const count = load<i32>(params, SPREAD_SOFT_CONSTRAINT_COUNT);
  for (let i = 0; i < count; i++) {
    const soft = constraints + <usize>i * SOFT_BYTES;
    store<i32>(soft, 0, SOFT_SIZE);
    if (!load<i32>(soft, SOFT_HOSTNAME)) memory.fill(load<usize>(soft, SOFT_SEEN), 0, <usize>load<i32>(soft, SOFT_CODES));
  }
}

/** `rows` open rows of which `row` is one; all are in the same domains. */
export function countSpreadGroup(params: usize, row: i32, rows: i32): void {
  if (missesKey(params, row)) return;
  const constraints = load<usize>(params, SPREAD_SOFT_CONSTRAINTS);
  const count = load<i32>(params, SPREAD_SOFT_CONSTRAINT_COUNT);
  for (let i = 0; i < count; i++) {
    const soft = constraints + <usize>i * SOFT_BYTES;
    let more = rows;
    if (!load<i32>(soft, SOFT_HOSTNAME)) {
      const at = load<usize>(soft, SOFT_SEEN) + <usize>load<i32>(load<usize>(soft, SOFT_DOMAINS) + (<usize>row << 2));
      more = 1 - <i32>load<u8>(at);
      store<u8>(at, 1);
    }
    store<i32>(soft, load<i32>(soft, SOFT_SIZE) + more, SOFT_SIZE);
  }
}

export function weighSpreadGroups(params: usize): void {
  const constraints = load<usize>(params, SPREAD_SOFT_CONSTRAINTS);
  const count = load<i32>(params, SPREAD_SOFT_CONSTRAINT_COUNT);
  for (let i = 0; i < count; i++) {
    const soft = constraints + <usize>i * SOFT_BYTES;
    weigh(soft, load<i32>(soft, SOFT_SIZE));
  }
}

/** sum over constraints, in order, of count * weight + (maxSkew - 1), for the constraints whose key the row has. */
// @ts-ignore: decorator
@inline
function spreadSum(constraints: usize, last: usize, row: i32): f64 {
  const at = <usize>row << 2;
  let sum: f64 = 0;
  for (let soft = constraints; soft < last; soft += SOFT_BYTES) {
    if (load<i32>(load<usize>(soft, SOFT_COLUMN) + at) == 0) continue;
    if (load<i32>(soft, SOFT_HOSTNAME)) {
      const count = load<i32>(load<usize>(load<usize>(soft, SOFT_TABLE), TABLE_CELLS) + at);
      sum += <f64>count * load<f64>(soft, SOFT_WEIGHT) + load<f64>(soft, SOFT_SKEW_ADDEND);
    } else sum += load<f64>(load<usize>(soft, SOFT_SHARES) + (<usize>load<i32>(load<usize>(soft, SOFT_DOMAINS) + at) << 3));
  }
  return sum;
}

/** Raw value of one row under the weights last worked out; IGNORED for a row that misses a required key. */
export function rawSpreadAt(params: usize, row: i32): i32 {
  if (missesKey(params, row)) return IGNORED;
  const constraints = load<usize>(params, SPREAD_SOFT_CONSTRAINTS);
  const last = constraints + <usize>load<i32>(params, SPREAD_SOFT_CONSTRAINT_COUNT) * SOFT_BYTES;
  return <i32>roundHalfAway(spreadSum(constraints, last, row));
}

/** raw = round(sum); keeps minimum and maximum over the rows that take part. */
export function rateSpread(rate: usize, verdict: usize): void {
  const params = load<usize>(rate, RATE_PARAMS);
  const raw = load<usize>(rate, RATE_RAW);
  const capacity = load<i32>(FLEET_ADDRESS, FLEET_CAPACITY);
  weighSoft(params, verdict);
  if (isSystemDefault(params)) {
    rateSystemDefault(rate, params, verdict);
    return;
  }
  const constraints = load<usize>(params, SPREAD_SOFT_CONSTRAINTS);
  const last = constraints + <usize>load<i32>(params, SPREAD_SOFT_CONSTRAINT_COUNT) * SOFT_BYTES;
  const requireAll = load<i32>(params, SPREAD_SOFT_REQUIRE_ALL);
  let low = i32.MAX_VALUE;
  let high = 0;
  for (let row = 0; row < capacity; row++) {
    if (<i32>load<u8>(verdict + <usize>row) != OPEN) continue;
    const at = raw + (<usize>row << 2);
    if (requireAll && missesKey(params, row)) {
      store<i32>(at, IGNORED);
      continue;
    }
    const value = <i32>roundHalfAway(spreadSum(constraints, last, row));
    store<i32>(at, value);
    if (value < low) low = value;
    if (value > high) high = value;
  }
  store<f64>(rate, <f64>low, RATE_LOW);
  store<f64>(rate, <f64>high, RATE_HIGH);
}

/** The constraints that nearly every pod of a Service has: hostname, then one other key. */
// @ts-ignore: decorator
@inline
function isSystemDefault(params: usize): bool {
  const first = load<usize>(params, SPREAD_SOFT_CONSTRAINTS);
  if (load<i32>(params, SPREAD_SOFT_CONSTRAINT_COUNT) != 2 || load<i32>(params, SPREAD_SOFT_REQUIRE_ALL)) return false;
  return load<i32>(first, SOFT_HOSTNAME) != 0 && load<i32>(first + SOFT_BYTES, SOFT_HOSTNAME) == 0;
}

// Go math.Round of two doubles >= 0: half away from zero.
// @ts-ignore: decorator
@inline
function roundPair(x: v128): v128 {
  const whole = f64x2.trunc(x);
  return f64x2.add(whole, v128.and(f64x2.splat(1), f64x2.ge(f64x2.sub(x, whole), f64x2.splat(0.5))));
}

// The shares of two rows' domains; 0 where the row lacks the key.
// @ts-ignore: decorator
@inline
function sharesOf(column: usize, domains: usize, shares: usize): v128 {
  const present = i64x2.extend_low_i32x4_s(i32x4.ne(v128.load64_zero(column), i32x4.splat(0)));
  const first = v128.load64_zero(shares + (<usize>load<i32>(domains) << 3));
  return v128.and(v128.load64_lane(shares + (<usize>load<i32>(domains, 4) << 3), first, 1), present);
}

// count * weight + addend of two rows, in this order of operations; 0 where the row lacks the key.
// @ts-ignore: decorator
@inline
function hostShares(column: usize, cells: usize, weight: v128, addend: v128): v128 {
  const present = i64x2.extend_low_i32x4_s(i32x4.ne(v128.load64_zero(column), i32x4.splat(0)));
  return v128.and(f64x2.add(f64x2.mul(f64x2.convert_low_i32x4_s(v128.load64_zero(cells)), weight), addend), present);
}

/** rateSpread for hostname and one other key, four rows at a time. Adding 0 for a missing key leaves the sum as it is. */
function rateSystemDefault(rate: usize, params: usize, verdict: usize): void {
  const raw = load<usize>(rate, RATE_RAW);
  const capacity = load<i32>(FLEET_ADDRESS, FLEET_CAPACITY);
  const host = load<usize>(params, SPREAD_SOFT_CONSTRAINTS);
  const zone = host + SOFT_BYTES;
  const hostColumn = load<usize>(host, SOFT_COLUMN);
  const hostCells = load<usize>(load<usize>(host, SOFT_TABLE), TABLE_CELLS);
  const hostWeight = f64x2.splat(load<f64>(host, SOFT_WEIGHT));
  const hostAddend = f64x2.splat(load<f64>(host, SOFT_SKEW_ADDEND));
  const zoneColumn = load<usize>(zone, SOFT_COLUMN);
  const zoneDomains = load<usize>(zone, SOFT_DOMAINS);
  const zoneShares = load<usize>(zone, SOFT_SHARES);
  const most = i32x4.splat(i32.MAX_VALUE);
  let low = most;
  let high = i32x4.splat(0);
  for (let row = 0; row < capacity; row += 4) {
    const verdicts = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(verdict + <usize>row)));
    const open = i32x4.eq(verdicts, i32x4.splat(OPEN));
    const at = <usize>row << 2;
    const next = at + 8;
    const lower = f64x2.add(
      hostShares(hostColumn + at, hostCells + at, hostWeight, hostAddend),
      sharesOf(zoneColumn + at, zoneDomains + at, zoneShares),
    );
    const upper = f64x2.add(
      hostShares(hostColumn + next, hostCells + next, hostWeight, hostAddend),
      sharesOf(zoneColumn + next, zoneDomains + next, zoneShares),
    );
    const value = joinTruncated(roundPair(lower), roundPair(upper));
    v128.store(raw + at, value);
    low = i32x4.min_s(low, v128.bitselect(value, most, open));
    high = i32x4.max_s(high, v128.and(value, open));
  }
  store<f64>(rate, <f64>lowest(low), RATE_LOW);
  store<f64>(rate, <f64>highest(high), RATE_HIGH);
}

function lowest(four: v128): i32 {
  const pair = i32x4.min_s(four, i8x16.shuffle(four, four, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  const a = i32x4.extract_lane(pair, 0);
  const b = i32x4.extract_lane(pair, 1);
  return a < b ? a : b;
}

/**
 * 100 * (high + low - raw) / high in whole numbers for four rows; 100 when high is 0; ignored rows get 0. Doubles are exact: values stay below
 * 2^53 / 100, so a truncated quotient equals integer division.
 */
// @ts-ignore: decorator
@inline
export function normalizeSpread(raw: v128, low: f64, high: f64): v128 {
  const ignored = i32x4.eq(raw, i32x4.splat(IGNORED));
  if (high == 0) return v128.andnot(i32x4.splat(100), ignored);
  const sum = f64x2.splat(high + low);
  const lower = f64x2.div(f64x2.mul(f64x2.splat(100), f64x2.sub(sum, f64x2.convert_low_i32x4_s(raw))), f64x2.splat(high));
  const swapped = i8x16.shuffle(raw, raw, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
  const upper = f64x2.div(f64x2.mul(f64x2.splat(100), f64x2.sub(sum, f64x2.convert_low_i32x4_s(swapped))), f64x2.splat(high));
  return v128.andnot(joinTruncated(lower, upper), ignored);
}
