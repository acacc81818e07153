// Rows that the host has worked out: rules that run through their plain twins, and scores that the node object alone decides (ImageLocality).

import { refuse } from '../lane';

/** Verdicts that the host computed with a rule's plain twin: u8 per row, 255 = passes, else the offset from the step's first code. */
export function filterHostLane(params: usize, code: i32, begin: i32, end: i32, lane: usize): void {
  for (let row = begin; row < end; row++) {
    const refused = <i32>load<u8>(params + <usize>row);
    if (refused != 255) refuse(lane, row, code + refused);
  }
}

/** Adds scores that the host computed once per class, weight included (weights are too large for less than i32). */
export function scoreStaticLane(params: usize, _weight: i32, begin: i32, end: i32, lane: usize): void {
  for (let row = begin; row < end; row += 4) {
    const at = <usize>row << 2;
    v128.store(lane + at, i32x4.add(v128.load(lane + at), v128.load(params + at)));
  }
}
