import type { Group } from './fleet.ts';

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** A group as it is drawn: a frame with what is inside, or one block for all of its nodes where single ones would be too small to see. */
export interface Box {
  readonly rect: Rect;
  readonly group: Group;
  /** Height of the caption on top; 0: there is no room for one. */
  readonly caption: number;
  readonly boxes: readonly Box[];
  /** The grid of single nodes; absent around narrower groups, and in a block. */
  readonly grid?: Grid;
}

/** Nodes of equal size, row by row from the left. */
export interface Grid {
  readonly rect: Rect;
  readonly columns: number;
  readonly cell: { readonly w: number; readonly h: number };
}

/** Smallest edge of a node that can still be seen and hit, in CSS pixels. */
export const NODE_MIN = 5;
/** Smallest edge of a group with frame. */
const GROUP_MIN = 14;
const CAPTION = 17;
/** Wide cells hold a name and bars. */
const CELL_RATIO = 1.6;
/** Higher cells would be empty below the bars. */
const CELL_MAX = 132;

/** How deep a picture goes, the same everywhere in it. */
interface Detail {
  /** Levels of groups with frames of their own. */
  readonly levels: number;
  readonly nodes: boolean;
}

/** Of a picture's area about so much is left for nodes beside frames and captions. */
const INNER_SHARE = 0.7;

function detailOf(group: Group, { w, h }: Rect): Detail {
  const area = w * h * INNER_SHARE;
  let levels = 0;
  let next = group.groups;
  while (next.length > 0 && Math.sqrt(area / next.length) >= GROUP_MIN) {
    levels++;
    next = next.flatMap(({ groups }) => groups);
  }
  return { levels, nodes: Math.sqrt(area / group.rows.length) >= NODE_MIN };
}

/**
 * Places a group and what is in it: groups in rows from the left (a strip treemap after Bederson, Shneiderman and Wattenberg 2002, which keeps the
 * order of names), nodes in a grid. O(nodes).
 */
export function layOut(group: Group, around: Rect): Box {
  return placed(group, around, 0, detailOf(group, around));
}

function placed(group: Group, around: Rect, depth: number, detail: Detail): Box {
  const rect = depth > 0 && around.w > 24 && around.h > 24 ? inset(around, 1, 1) : around;
  const caption = depth > 0 && rect.w >= 44 && rect.h >= CAPTION + 14 ? CAPTION : 0;
  const gap = depth === 0 ? 0 : rect.w > 120 && rect.h > 80 ? 4 : rect.w > 30 ? 2 : 1;
  const inner = inset(rect, gap, caption > 0 ? caption : gap);
  const children = depth < detail.levels ? group.groups : [];
  if (children.length > 0) {
    const rects = strips(
      children.map(({ rows }) => rows.length),
      inner,
    );
    return { rect, group, caption, boxes: children.map((child, i) => placed(child, rects[i] as Rect, depth + 1, detail)) };
  }
  if (detail.nodes) return { rect, group, caption, boxes: [], grid: gridOf(group.rows.length, inner) };
  return { rect, group, caption, boxes: [] };
}

function inset({ x, y, w, h }: Rect, gap: number, top: number): Rect {
  return { x: x + gap, y: y + top, w: Math.max(0, w - 2 * gap), h: Math.max(0, h - gap - top) };
}

/** Rectangles in proportion to the weights, in order, in rows of about the same weight: as many rows as make the shapes best. */
export function strips(weights: readonly number[], rect: Rect): Rect[] {
  const ideal = Math.sqrt((weights.length * rect.h) / rect.w);
  let best: Rect[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (let rows = Math.max(1, Math.floor(ideal) - 2); rows <= Math.min(weights.length, Math.ceil(ideal) + 2); rows++) {
    const tried = inRows(weights, rect, rows);
    const shape = tried.reduce((sum, { w, h }) => sum + Math.max(w / h, h / w), 0);
    if (shape >= least) continue;
    least = shape;
    best = tried;
  }
  return best.length > 0 ? best : inRows(weights, rect, 1);
}

function inRows(weights: readonly number[], rect: Rect, rows: number): Rect[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const rects: Rect[] = [];
  let [at, done, y] = [0, 0, rect.y];
  for (let row = 1; row <= rows && at < weights.length; row++) {
    const start = at;
    let sum = 0;
    // A row ends where its middle would pass the row's share of the whole.
    while (at < weights.length && (at === start || row === rows || done + sum + (weights[at] as number) / 2 <= (total * row) / rows)) {
      sum += weights[at++] as number;
    }
    const h = (sum / total) * rect.h;
    let x = rect.x;
    for (const weight of weights.slice(start, at)) {
      const w = (weight / sum) * rect.w;
      rects.push({ x, y, w, h });
      x += w;
    }
    done += sum;
    y += h;
  }
  return rects;
}

/** The grid whose cells come closest to the wanted shape. */
export function gridOf(count: number, rect: Rect): Grid {
  const ideal = Math.sqrt((count * rect.w) / (rect.h * (rect.w / count > 60 ? CELL_RATIO : 1)));
  const candidates = [Math.floor(ideal), Math.ceil(ideal)].map((columns) => Math.min(count, Math.max(1, columns)));
  const [few = 1, many = 1] = candidates;
  const edge = (columns: number) => Math.min(rect.w / columns, rect.h / Math.ceil(count / columns));
  const columns = edge(few) > edge(many) ? few : many;
  const lines = Math.ceil(count / columns);
  return {
    rect,
    columns,
    cell: { w: rect.w / columns, h: Math.min(rect.h / lines, Math.max(90, Math.min(CELL_MAX, (rect.w / columns) * 0.8))) },
  };
}

/** The cell of a node by its place in the group. */
export function cellOf({ rect, columns, cell }: Grid, place: number): Rect {
  return { x: rect.x + (place % columns) * cell.w, y: rect.y + Math.floor(place / columns) * cell.h, w: cell.w, h: cell.h };
}

/** What is under a point: the innermost box, and the place of a node in it. */
export function hit(box: Box, x: number, y: number): { box: Box; place?: number } | undefined {
  if (!inside(box.rect, x, y)) return undefined;
  for (const each of box.boxes) {
    const found = hit(each, x, y);
    if (found) return found;
  }
  if (!box.grid || !inside(box.grid.rect, x, y)) return { box };
  const { rect, columns, cell } = box.grid;
  const column = Math.min(columns - 1, Math.floor((x - rect.x) / cell.w));
  const place = Math.floor((y - rect.y) / cell.h) * columns + column;
  return place < box.group.rows.length ? { box, place } : { box };
}

function inside({ x, y, w, h }: Rect, px: number, py: number): boolean {
  return px >= x && px < x + w && py >= y && py < y + h;
}
