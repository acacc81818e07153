import type { Core } from '../layout/core.ts';
import { FLEET_ADDRESS, FLEET_GLANCED, FLEET_GROUPED, FLEET_SCANNED } from '../layout/layout.generated.ts';
import type { DecisionPaths } from '../model/results.ts';

/** How the core's decisions were made since its fleet was laid out, one on top of the other. */
export function pathsOf({ i32 }: Core): DecisionPaths {
  const count = (field: number) => i32[(FLEET_ADDRESS + field) / 4] as number;
  return { bounds: count(FLEET_GLANCED), grouped: count(FLEET_GROUPED), scanned: count(FLEET_SCANNED) };
}

/** What has come since. */
export function pathsSince(core: Core, earlier: DecisionPaths): DecisionPaths {
  const { bounds, grouped, scanned } = pathsOf(core);
  return { bounds: bounds - earlier.bounds, grouped: grouped - earlier.grouped, scanned: scanned - earlier.scanned };
}

/** Notes a decision that the host had made by a pass over all rows. */
export function noteScan({ i32 }: Core): void {
  const at = (FLEET_ADDRESS + FLEET_SCANNED) / 4;
  i32[at] = (i32[at] as number) + 1;
}
