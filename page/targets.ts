import type { Group } from './fleet.ts';
import { type Box, cellOf, type Rect } from './layout.ts';

/** What is pointed at: a node, or a group. */
export interface Target {
  readonly group: Group;
  readonly row?: number;
  readonly rect: Rect;
  /** The panel it was found in. */
  readonly state: number;
}

/** The nearest target in a direction: what lies ahead counts once, what lies aside twice. The first one of all when there is nowhere to come from. */
export function nearestOf(all: readonly Target[], from: Target | undefined, dx: number, dy: number): Target | undefined {
  if (!from) return all[0];
  let best: Target | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of all) {
    const [ahead, aside] = apart(from, candidate, dx, dy);
    if (ahead <= 0.5 || ahead + 2 * aside >= least) continue;
    least = ahead + 2 * aside;
    best = candidate;
  }
  return best;
}

/** How far the middle of a target lies ahead in a direction, and aside of it. */
function apart(from: Target, to: Target, dx: number, dy: number): [ahead: number, aside: number] {
  const x = to.rect.x + to.rect.w / 2 - from.rect.x - from.rect.w / 2;
  const y = to.rect.y + to.rect.h / 2 - from.rect.y - from.rect.h / 2;
  return [x * dx + y * dy, Math.abs(x * dy) + Math.abs(y * dx)];
}

/** All nodes that are drawn singly, and all blocks. */
export function targetsOf(box: Box, state: number): Target[] {
  const { grid, group, boxes, rect } = box;
  if (grid) return group.rows.map((row, place) => ({ group, row, rect: cellOf(grid, place), state }));
  if (boxes.length === 0) return [{ group, rect, state }];
  return boxes.flatMap((each) => targetsOf(each, state));
}

export function rectOf(box: Box, row: number): Rect | undefined {
  if (box.grid) {
    const place = box.group.rows.indexOf(row);
    return place < 0 ? undefined : cellOf(box.grid, place);
  }
  for (const each of box.boxes) {
    const found = rectOf(each, row);
    if (found) return found;
  }
  return undefined;
}

export function groupRect(box: Box, group: Group): Rect | undefined {
  if (box.group === group) return box.rect;
  for (const each of box.boxes) {
    const found = groupRect(each, group);
    if (found) return found;
  }
  return undefined;
}
