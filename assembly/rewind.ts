// A trial has ended: the columns say again what they said when the journal's head was `since`. Whoever has not looked since then is as good as it was;
// whoever has looked redoes the rows that had changed, which the journal tells from `since` on. The host sets the head back to `since` when all have been told.

import {
  BOUNDS_READY, BOUNDS_REVISION, BOUNDS_ROWS_READY, BOUNDS_ROWS_REVISION, CLASS_REVISION, CLASS_STAGE, FLEET_ADDRESS, FLEET_CAPACITY, FLEET_JOURNAL_HEAD,
} from './layout.generated';
import { refreshBounds } from './bounds';
import { catchUp, refreshTotals } from './evaluate';
import { gatherRows } from './plain-rows';

// @ts-ignore: decorator
@inline
function isAfter(revision: u32, since: u32): bool {
  return <i32>(revision - since) > 0;
}

/** The lanes of a class. From one changed row in 32 on all rows are redone, and then when the class is asked next. */
export function rewind(cls: usize, since: u32): void {
  const stage = load<i32>(cls, CLASS_STAGE);
  if (stage < 2 || !isAfter(load<u32>(cls, CLASS_REVISION), since)) return;
  const behind = load<u32>(FLEET_ADDRESS, FLEET_JOURNAL_HEAD) - since;
  store<u32>(cls, since, CLASS_REVISION);
  if (behind > <u32>(load<i32>(FLEET_ADDRESS, FLEET_CAPACITY) >> 5)) store<i32>(cls, 1, CLASS_STAGE);
  else if (stage == 2) catchUp(cls);
  else refreshTotals(cls);
  store<u32>(cls, since, CLASS_REVISION);
}

/** What classes with bounds have read of the rows. */
export function rewindBounds(bounds: usize, since: u32): void {
  const head = load<u32>(FLEET_ADDRESS, FLEET_JOURNAL_HEAD);
  const few = i32(head - since <= <u32>(load<i32>(FLEET_ADDRESS, FLEET_CAPACITY) >> 3));
  if (load<i32>(bounds, BOUNDS_READY) && isAfter(load<u32>(bounds, BOUNDS_REVISION), since)) {
    store<u32>(bounds, since, BOUNDS_REVISION);
    store<i32>(bounds, few, BOUNDS_READY);
    if (few) refreshBounds(bounds);
    store<u32>(bounds, since, BOUNDS_REVISION);
  }
  if (load<i32>(bounds, BOUNDS_ROWS_READY) && isAfter(load<u32>(bounds, BOUNDS_ROWS_REVISION), since)) {
    store<u32>(bounds, since, BOUNDS_ROWS_REVISION);
    store<i32>(bounds, few, BOUNDS_ROWS_READY);
    if (few) gatherRows(bounds, head);
    store<u32>(bounds, since, BOUNDS_ROWS_REVISION);
  }
}
