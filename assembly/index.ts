// The core's interface: numbers only. No data segments, no allocation, no strings: the host lays out memory and passes addresses.

import { LAYOUT_FINGERPRINT } from './layout.generated';
import { rateNodeAffinity } from './rules/node-affinity';

export { commit, commitUsage, commitEffects, applyEffect, recordChange } from './commit';
export { build, buildStatic, catchUpLocal } from './local';
export { refresh, refreshVerdicts, settleAll } from './evaluate';
export { rewind, rewindBounds, rewindLocal } from './rewind';
export { chooseAround } from './around';
export { deal } from './deal';
export { chooseBest, decideRun } from './decide';
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
