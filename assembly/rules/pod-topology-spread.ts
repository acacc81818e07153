// Hard constraints (DoNotSchedule); the soft ones are in pod-topology-spread-score.ts.

import {
  HARD_BYTES, HARD_CODES, HARD_COLUMN, HARD_DOMAINS, HARD_EXISTS, HARD_MAX_SKEW, HARD_MINIMUM, HARD_MIN_DOMAINS, HARD_SELF, HARD_TABLE,
  SPREAD_HARD_CONSTRAINTS, SPREAD_HARD_CONSTRAINT_COUNT, TABLE_CELLS,
} from '../layout.generated';
import { refuse } from '../lane';

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
