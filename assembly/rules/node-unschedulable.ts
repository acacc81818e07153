import { FLEET_ADDRESS, FLEET_UNSCHEDULABLE } from '../layout.generated';

/** Refuses rows with spec.unschedulable. Encoded only for pods that do not tolerate it. */
export function filterNodeUnschedulable(_params: usize, code: i32, begin: i32, end: i32, lane: usize): void {
  const column = load<usize>(FLEET_ADDRESS, FLEET_UNSCHEDULABLE);
  const codes = i8x16.splat(<i8>code);
  for (let row = begin; row < end; row += 16) {
    // 255 where schedulable, code where not.
    const mine = v128.or(v128.not(v128.load(column + <usize>row)), codes);
    v128.store(lane + <usize>row, i8x16.min_u(v128.load(lane + <usize>row), mine));
  }
}
