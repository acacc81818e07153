// Decisions around rows that are kept for others: closed for one decision and open again after it, so that neither a pass over all rows nor the
// journal is needed for them.

import {
  CLASS_BOUNDS, CLASS_GROUPS, CLASS_LOCAL, CLASS_REVISION, CLASS_STAGE, CLASS_TOTAL, CLOSED, FLEET_ADDRESS, FLEET_GROUPED, FLEET_JOURNAL_HEAD, LOCAL_NEAR,
  OPEN,
} from './layout.generated';
import { chooseFirst } from './choose';
import { catchUp, refreshTotals, TOTALS_BEHIND } from './evaluate';
import { chooseGrouped, NO_GROUPS } from './group-choice';
import { updateGroups } from './groups';
import { storeTotal } from './tree';

/** Answer for a class that must be scanned in full. */
export const NO_SHORT_CUT: i32 = -2;

/** Verdict of a row while it is kept; codes of refusals are above. */
const KEPT: u8 = 0;

// @ts-ignore: decorator
@inline
function rowAt(rows: usize, i: i32): i32 {
  return load<i32>(rows + (<usize>i << 2));
}

/**
 * The first row with the highest total beside `count` rows, which must be open by themselves and distinct; -1 when no other is open, which leaves
 * verdicts as they were. `rows` has room for as many numbers again. O(groups + log rows) for each of the rows, or NO_SHORT_CUT.
 */
export function chooseAround(cls: usize, rows: usize, count: i32): i32 {
  if (load<usize>(cls, CLASS_GROUPS)) return groupedAround(cls, rows, count);
  return load<usize>(cls, CLASS_BOUNDS) ? bareAround(cls, rows, count) : NO_SHORT_CUT;
}

function groupedAround(cls: usize, rows: usize, count: i32): i32 {
  catchUp(cls);
  store<u32>(cls, load<u32>(FLEET_ADDRESS, FLEET_JOURNAL_HEAD), CLASS_REVISION);
  store<i32>(cls, TOTALS_BEHIND, CLASS_STAGE);
  markRows(cls, rows, count, KEPT);
  const row = chooseGrouped(cls);
  markRows(cls, rows, count, <u8>OPEN);
  if (row == NO_GROUPS) {
    store<usize>(cls, 0, CLASS_GROUPS);
    return NO_SHORT_CUT;
  }
  // Where nothing is left the caller looks at all rows, to say why.
  if (row >= 0) store<i32>(FLEET_ADDRESS, load<i32>(FLEET_ADDRESS, FLEET_GROUPED) + 1, FLEET_GROUPED);
  return row;
}

/** Lanes that others share are back before anybody else looks. */
function markRows(cls: usize, rows: usize, count: i32, verdict: u8): void {
  const near = load<usize>(load<usize>(cls, CLASS_LOCAL), LOCAL_NEAR);
  for (let i = 0; i < count; i++) {
    const row = rowAt(rows, i);
    store<u8>(near + <usize>row, verdict);
    updateGroups(cls, row);
  }
}

function bareAround(cls: usize, rows: usize, count: i32): i32 {
  refreshTotals(cls);
  const totals = load<usize>(cls, CLASS_TOTAL);
  const saved = rows + (<usize>count << 2);
  for (let i = 0; i < count; i++) {
    const row = rowAt(rows, i);
    store<i32>(saved + (<usize>i << 2), load<i32>(totals + (<usize>row << 2)));
    storeTotal(cls, row, CLOSED);
  }
  const chosen = chooseFirst(cls);
  for (let i = 0; i < count; i++) storeTotal(cls, rowAt(rows, i), rowAt(saved, i));
  return chosen;
}
