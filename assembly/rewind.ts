// A trial has ended: the columns say again what they said when the journal's head was `since`. Whoever has not looked since then is as good as it was;
// whoever has looked redoes the rows that had changed, which the journal tells from `since` on. The host sets all positions, and the head, back to
// `since` when all have been told.

import {
  BOUNDS_READY, BOUNDS_REVISION, BOUNDS_ROWS_READY, BOUNDS_ROWS_REVISION, CLASS_REVISION, CLASS_STAGE, FLEET_ADDRESS, FLEET_CAPACITY, FLEET_JOURNAL_HEAD,
  LOCAL_REVISION, LOCAL_STAGE,
} from './layout.generated';
import { refreshBounds } from './bounds';
import { catchUp, isOutOfDate, refreshTotals, TOTALS_BEHIND } from './evaluate';
import { catchUpLocal, FIXED_BUILT, isFarBehind, LANES_BUILT } from './local';
import { gatherRows } from './plain-rows';

// @ts-ignore: decorator
@inline
function isAfter(revision: u32, since: u32): bool {
  return <i32>(revision - since) > 0;
}

/** The lanes of a LOCAL record. Where they would be built anew, that is done when they are asked for next. */
export function rewindLocal(local: usize, since: u32): void {
  if (load<i32>(local, LOCAL_STAGE) < LANES_BUILT || !isAfter(load<u32>(local, LOCAL_REVISION), since)) return;
  store<u32>(local, since, LOCAL_REVISION);
  if (isFarBehind(local, load<u32>(FLEET_ADDRESS, FLEET_JOURNAL_HEAD) - since)) store<i32>(local, FIXED_BUILT, LOCAL_STAGE);
  else catchUpLocal(local);
}

/** Totals or groups of a class. */
export function rewind(cls: usize, since: u32): void {
  const stage = load<i32>(cls, CLASS_STAGE);
  if (stage == 0 || !isAfter(load<u32>(cls, CLASS_REVISION), since)) return;
  store<u32>(cls, since, CLASS_REVISION);
  if (isOutOfDate(load<u32>(FLEET_ADDRESS, FLEET_JOURNAL_HEAD) - since)) store<i32>(cls, 0, CLASS_STAGE);
  else if (stage == TOTALS_BEHIND) catchUp(cls);
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
