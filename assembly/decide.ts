// Decisions: the best row of a class, and runs of pods decided and committed one after the other.

import {
  CLASS_COUNTING_FILTER_COUNT, CLASS_GROUPS, CLASS_RATE_COUNT, CLASS_REVISION, CLASS_STAGE, FLEET_ADDRESS, FLEET_GROUPED, FLEET_JOURNAL_HEAD,
  FLEET_LATENCY, FLEET_SCANNED, TURN_BYTES, TURN_CLASS, TURN_USAGE,
} from './layout.generated';
import { chooseByBounds, NO_BOUNDS } from './bounds';
import { chooseFirst } from './choose';
import { commit } from './commit';
import { catchUp, judge, refresh, refreshTotals, TOTALS_BEHIND } from './evaluate';
import { chooseGrouped, NO_GROUPS } from './group-choice';
import { now, recordLatency } from './latency';

/**
 * Brings a class up to date and returns the first row with the highest total, -1 when none is open; then the verdict lane is fresh. By the group
 * index where the class has one: totals and tree stay behind then.
 */
export function chooseBest(cls: usize): i32 {
  return choose(cls, false);
}

/** `again`: the class decides the next pod, too, so that its lanes are worth building. */
function choose(cls: usize, again: bool): i32 {
  if (!again) {
    const row = chooseByBounds(cls);
    if (row != NO_BOUNDS) return row;
  }
  if (load<usize>(cls, CLASS_GROUPS)) {
    catchUp(cls);
    const row = chooseGrouped(cls);
    store<u32>(cls, load<u32>(FLEET_ADDRESS, FLEET_JOURNAL_HEAD), CLASS_REVISION);
    // Whoever asks for totals next finds them unsettled.
    store<i32>(cls, TOTALS_BEHIND, CLASS_STAGE);
    if (row != NO_GROUPS) {
      if (row < 0) judge(cls);
      store<i32>(FLEET_ADDRESS, load<i32>(FLEET_ADDRESS, FLEET_GROUPED) + 1, FLEET_GROUPED);
      return row;
    }
    store<usize>(cls, 0, CLASS_GROUPS);
  }
  refreshTotals(cls);
  const ranges = load<i32>(cls, CLASS_RATE_COUNT) + load<i32>(cls, CLASS_COUNTING_FILTER_COUNT);
  if (ranges > 0) store<i32>(FLEET_ADDRESS, load<i32>(FLEET_ADDRESS, FLEET_SCANNED) + 1, FLEET_SCANNED);
  const row = chooseFirst(cls);
  if (row < 0) refresh(cls);
  return row;
}

/**
 * Decides and commits a run of pods: `turns` holds a TURN record for each, `rows` receives the rows. Stops at the first pod that no row
 * can take and returns how many were placed. The time from one placement to the next is a decision's latency, the clock's own time included.
 */
export function decideRun(turns: usize, rows: usize, count: i32): i32 {
  const recording = load<usize>(FLEET_ADDRESS, FLEET_LATENCY) != 0;
  let last = recording ? now() : 0;
  for (let i = 0; i < count; i++) {
    const turn = turns + <usize>i * TURN_BYTES;
    const cls = load<usize>(turn, TURN_CLASS);
    const row = choose(cls, i + 1 < count && load<usize>(turn, TURN_BYTES + TURN_CLASS) == cls);
    if (row < 0) return i;
    commit(load<usize>(turn, TURN_USAGE), row, 1, 0);
    store<i32>(rows + (<usize>i << 2), row);
    if (!recording) continue;
    const time = now();
    recordLatency(time - last);
    last = time;
  }
  return count;
}
