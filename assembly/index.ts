// The core's interface: numbers only. No data segments, no allocation, no strings: the host lays out memory and passes addresses.

import { CLASS_USAGE, FLEET_ADDRESS, FLEET_LATENCY, LAYOUT_FINGERPRINT } from './layout.generated';
import { commit } from './commit';
import { refresh } from './evaluate';
import { chooseFirst } from './choose';
import { now, recordLatency } from './latency';
import { rateNodeAffinity } from './rules/node-affinity';

export { commit, commitUsage, commitEffects, applyEffect, recordChange } from './commit';
export { build, buildStatic, buildLocal, refresh, refreshVerdicts, settleAll } from './evaluate';
export { chooseFirst, chooseHeap, countTied, chooseTied, sample } from './choose';
export { filterKernel, prepareKernel, scoreKernel } from './kernels.generated';
export { fillBalances } from './rules/node-resources-balanced-allocation';
export { diagnoseNodeResourcesFit } from './rules/node-resources-fit';
export { latencyCounters, latencyUpTo, recordLatency } from './latency';
export { rateNodeAffinity };

/** Compared with the host's at start-up. */
export function layoutFingerprint(): i32 {
  return LAYOUT_FINGERPRINT;
}

/**
 * Decides and commits a run of pods: `classes` holds the class address of each, `rows` receives the rows. Stops at the first pod that no row
 * can take and returns how many were placed. The time from one placement to the next is a decision's latency, the clock's own time included.
 */
export function decideRun(classes: usize, rows: usize, count: i32): i32 {
  const recording = load<usize>(FLEET_ADDRESS, FLEET_LATENCY) != 0;
  let last = recording ? now() : 0;
  for (let i = 0; i < count; i++) {
    const cls = load<usize>(classes + (<usize>i << 2));
    refresh(cls);
    const row = chooseFirst(cls);
    if (row < 0) return i;
    commit(load<usize>(cls, CLASS_USAGE), row, 1, 0);
    store<i32>(rows + (<usize>i << 2), row);
    if (!recording) continue;
    const time = now();
    recordLatency(time - last);
    last = time;
  }
  return count;
}
