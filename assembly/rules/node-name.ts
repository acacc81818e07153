import { refuse } from '../lane';

/** Refuses every row but the one named; `params` holds that row, -1 for an unknown name. */
export function filterNodeName(params: usize, code: i32, begin: i32, end: i32, lane: usize): void {
  const wanted = load<i32>(params);
  for (let row = begin; row < end; row++) if (row != wanted) refuse(lane, row, code);
}
