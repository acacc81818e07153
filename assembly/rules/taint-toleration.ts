import { FLEET_ADDRESS, FLEET_TAINT_SET } from '../layout.generated';
import { refuse } from '../lane';

/** `params`: u8 per taint set, the refusal's code offset + 1 where some NoSchedule or NoExecute taint is untolerated, else 0. */
export function filterTaintToleration(params: usize, code: i32, begin: i32, end: i32, lane: usize): void {
  const column = load<usize>(FLEET_ADDRESS, FLEET_TAINT_SET);
  for (let row = begin; row < end; row++) {
    const refused = load<u8>(params + <usize>load<i32>(column + (<usize>row << 2)));
    if (refused) refuse(lane, row, code + refused - 1);
  }
}
