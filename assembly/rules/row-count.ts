import { TABLE_CELLS } from '../layout.generated';
import { refuse } from '../lane';

/**
 * Refuses rows where a per-row count is above zero: pods holding a conflicting host port (NodePorts) or disk (VolumeRestrictions).
 * `params` is the TABLE.
 */
export function filterRowCount(params: usize, code: i32, begin: i32, end: i32, lane: usize): void {
  const cells = load<usize>(params, TABLE_CELLS);
  for (let row = begin; row < end; row++) if (load<i32>(cells + (<usize>row << 2)) > 0) refuse(lane, row, code);
}
