/** ImageLocality depends on the node object alone: the host computes weight * score per row once (u16 is not enough for large weights). */
export function scoreStaticLane(params: usize, begin: i32, end: i32, lane: usize): void {
  for (let row = begin; row < end; row += 4) {
    const at = <usize>row << 2;
    v128.store(lane + at, i32x4.add(v128.load(lane + at), v128.load(params + at)));
  }
}
