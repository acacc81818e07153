import { MARK, type PackingResource } from '../src/report/html/packing-data.ts';
import { colourAt, css, inkOn, type Theme } from './colours.ts';
import { amountText, type Fleet, type Group, shareText } from './fleet.ts';
import { type Box, cellOf, type Rect } from './layout.ts';

/** What colours show: `lens`: -2 the lens of the page, -1 the fullest resource, else one resource. */
export interface Look {
  readonly lens: number;
  readonly state: number;
}

export const LENS = -2;

/** On smaller nodes signs of moving pods are drawn only where they are few: elsewhere they would hide the colours. */
const MARK_EDGE = 16;

const FONT = 'system-ui, sans-serif';

/** Draws boxes onto a canvas, in CSS pixels. */
export class Drawing {
  private readonly context: CanvasRenderingContext2D;
  private readonly fleet: Fleet;
  private readonly theme: Theme;
  private readonly look: Look;

  constructor(context: CanvasRenderingContext2D, fleet: Fleet, theme: Theme, look: Look) {
    this.context = context;
    this.fleet = fleet;
    this.theme = theme;
    this.look = look;
  }

  box(box: Box, depth = 0): void {
    const { context, theme } = this;
    const { rect, group, caption } = box;
    if (depth > 0) {
      context.fillStyle = depth % 2 === 1 ? theme.panel : theme.surface;
      context.fillRect(rect.x, rect.y, rect.w, rect.h);
      context.strokeStyle = theme.line;
      context.lineWidth = 1;
      context.strokeRect(rect.x + 0.5, rect.y + 0.5, Math.max(0, rect.w - 1), Math.max(0, rect.h - 1));
      if (caption > 0) this.caption(group, rect, caption);
    }
    if (box.grid) for (const [place, row] of group.rows.entries()) this.node(row, cellOf(box.grid, place));
    else if (box.boxes.length > 0) for (const inner of box.boxes) this.box(inner, depth + 1);
    else this.block(group, rect, caption);
  }

  /** Frame of what is pointed at, in two colours so that it shows on any. */
  frame({ x, y, w, h }: Rect, width: number): void {
    const { context, theme } = this;
    context.lineWidth = width + 2;
    context.strokeStyle = theme.surface;
    context.strokeRect(x, y, w, h);
    context.lineWidth = width;
    context.strokeStyle = theme.accent;
    context.strokeRect(x, y, w, h);
  }

  /** The group's name on its colour. What the wider group's caption says already is not said again. */
  private caption(group: Group, { x, y, w }: Rect, height: number): void {
    const share = this.shareOfGroup(group);
    const counts = `${group.rows.length.toLocaleString('en-US')} ${group.rows.length === 1 ? 'node' : 'nodes'}`;
    const said = share === undefined || this.look.lens === LENS ? counts : `${counts}, ${this.saidOf(share)}`;
    const rest = w > 190 ? said : w > 84 && share !== undefined ? this.saidOf(share) : '';
    const { context, theme } = this;
    this.fill(share, x, y, w, height);
    const ink = share === undefined ? theme.text : inkOn(colourAt(share));
    context.font = `11px ${FONT}`;
    const width = rest === '' ? 0 : context.measureText(rest).width + 8;
    if (rest !== '') this.text(rest, x + w - width, y + height / 2 + 1, width, ink);
    context.font = `600 11px ${FONT}`;
    this.text(shortName(group), x + 5, y + height / 2 + 1, w - 8 - width, ink);
  }

  /** One colour for all nodes of a group. */
  private block(group: Group, { x, y, w, h }: Rect, caption: number): void {
    const { context } = this;
    const share = this.shareOfGroup(group);
    const [top, left] = [y + Math.max(1, caption), x + 1];
    this.fill(share, left, top, w - 2, y + h - top - 1);
    if (w > 34 && h - caption > 16 && share !== undefined && caption === 0) {
      context.font = `11px ${FONT}`;
      this.text(shortName(group), left + 3, top + 9, w - 6, inkOn(colourAt(share)));
      if (h > 32) this.text(this.saidOf(share), left + 3, top + 23, w - 6, inkOn(colourAt(share)));
    }
    const lost = group.rows.some((row) => !this.fleet.exists(row, this.look.state));
    if (lost) this.hatch({ x: left, y: top, w: w - 2, h: y + h - top - 1 });
  }

  private node(row: number, cell: Rect): void {
    const edge = Math.min(cell.w, cell.h);
    const gap = edge > 40 ? 3 : edge > 12 ? 1.5 : edge > 6 ? 0.75 : 0.5;
    const rect = { x: cell.x + gap, y: cell.y + gap, w: cell.w - 2 * gap, h: cell.h - 2 * gap };
    const share = this.shareOfNode(row);
    if (!this.fleet.exists(row, this.look.state)) {
      this.gone(row, rect);
      return;
    }
    if (rect.w >= 104 && rect.h >= 50) this.card(row, rect, share);
    else {
      this.fill(share, rect.x, rect.y, rect.w, rect.h);
      if (rect.w >= 90 && rect.h >= 15) this.label(row, rect, share);
      else if (rect.w >= 34 && rect.h >= 15 && share !== undefined) {
        this.context.font = `11px ${FONT}`;
        this.text(this.saidOfNode(row, share), rect.x + 4, rect.y + rect.h / 2 + 1, rect.w - 14, inkOn(colourAt(share)));
      }
    }
    this.marks(row, rect);
  }

  private label(row: number, { x, y, w, h }: Rect, share: number | undefined): void {
    const { context, theme } = this;
    const ink = share === undefined ? theme.text : inkOn(colourAt(share));
    const middle = y + Math.min(h / 2 + 1, 12);
    context.font = `11px ${FONT}`;
    if (share !== undefined) this.text(this.saidOfNode(row, share), x + w - 36, middle, 34, ink);
    context.font = `600 11px ${FONT}`;
    this.text(this.fleet.data.nodes.name[row] ?? '', x + 5, middle, w - (share === undefined ? 10 : 44), ink);
  }

  /** A node with room for words: its name on its colour, and a bar for each resource. */
  private card(row: number, { x, y, w, h }: Rect, share: number | undefined): void {
    const { context, theme, fleet } = this;
    context.fillStyle = theme.surface;
    context.fillRect(x, y, w, h);
    this.fill(share, x, y, w, 20);
    context.strokeStyle = theme.line;
    context.lineWidth = 1;
    context.strokeRect(x + 0.5, y + 0.5, w - 1, h - 1);
    const ink = share === undefined ? theme.text : inkOn(colourAt(share));
    context.font = `600 12px ${FONT}`;
    this.text(fleet.data.nodes.name[row] ?? '', x + 6, y + 11, w - (share === undefined || w < 140 ? 12 : 52), ink);
    if (share !== undefined && w >= 140) this.text(this.saidOfNode(row, share), x + w - 44, y + 11, 40, ink);
    const lines = Math.max(1, Math.floor((h - 26) / 17));
    const shown = fleet.data.resources.map((_, i) => i).filter((i) => (fleet.data.resources[i] as PackingResource).offered[row]);
    for (const [line, index] of shown.slice(0, lines).entries())
      this.bar(index, row, { x: x + 6, y: y + 25 + line * 17, w: w - 12, h: 14 });
  }

  private bar(index: number, row: number, { x, y, w, h }: Rect): void {
    const { context, theme, fleet, look } = this;
    const resource = fleet.data.resources[index] as PackingResource;
    const offered = resource.offered[row] ?? 0;
    const used = resource.used[look.state]?.[row] ?? 0;
    context.fillStyle = theme.panel;
    context.fillRect(x, y + h - 4, w, 4);
    context.fillStyle = theme.accent;
    context.fillRect(x, y + h - 4, w * Math.min(1, offered > 0 ? used / offered : 0), 4);
    context.font = `11px ${FONT}`;
    const amounts = `${amountText(used, resource.unit)} / ${amountText(offered, resource.unit)}`;
    const width = context.measureText(amounts).width;
    if (w - width > 30) this.text(amounts, x + w - width, y + 4, width + 2, theme.muted);
    this.text(resource.name, x, y + 4, w - width - 6 > 30 ? w - width - 6 : w, theme.text);
  }

  /** A node that does not exist in the state: hatched if it is lost, a dashed frame if it is yet to come. */
  private gone(row: number, rect: Rect): void {
    const { context, theme, fleet } = this;
    context.lineWidth = 1;
    context.strokeStyle = theme.muted;
    if (fleet.markOf(row) & MARK.lost) this.hatch(rect);
    else context.setLineDash([3, 3]);
    context.strokeRect(rect.x + 0.5, rect.y + 0.5, Math.max(0, rect.w - 1), Math.max(0, rect.h - 1));
    context.setLineDash([]);
    if (rect.w < 60 || rect.h < 20) return;
    context.font = `600 12px ${FONT}`;
    context.fillStyle = theme.surface;
    context.fillRect(rect.x + 3, rect.y + 3, rect.w - 6, 16);
    this.text(
      `${fleet.data.nodes.name[row]}: ${fleet.markOf(row) & MARK.lost ? 'gone' : 'not yet'}`,
      rect.x + 6,
      rect.y + 11,
      rect.w - 12,
      theme.text,
    );
  }

  private hatch({ x, y, w, h }: Rect): void {
    const { context, theme } = this;
    context.save();
    context.beginPath();
    context.rect(x, y, w, h);
    context.clip();
    context.strokeStyle = theme.muted;
    context.lineWidth = 1;
    context.beginPath();
    const step = Math.min(w, h) > 30 ? 8 : 4;
    for (let at = x - h; at < x + w; at += step) {
      context.moveTo(at, y + h);
      context.lineTo(at + h, y);
    }
    context.stroke();
    context.restore();
  }

  /** Cordoned: a bar at the foot. Pods that came or went: a triangle up or down in the corner. */
  private marks(row: number, { x, y, w, h }: Rect): void {
    const { context, theme, fleet } = this;
    const edge = Math.min(w, h);
    if (fleet.markOf(row) & MARK.cordoned) {
      const height = Math.max(1.5, Math.min(5, edge / 6));
      context.fillStyle = theme.surface;
      context.fillRect(x, y + h - height - 1, w, height + 1);
      context.fillStyle = theme.text;
      for (let at = x; at < x + w; at += 2 * height) context.fillRect(at, y + h - height, Math.min(height, x + w - at), height);
    }
    if (fleet.states < 2 || (edge < MARK_EDGE && fleet.movesAreMany)) return;
    const { arrived, left } = fleet.data.nodes;
    const size = Math.max(2.5, Math.min(9, edge / 3));
    if (arrived[row]) this.triangle(x + w - size - 1, y + h - size - 2, size, true);
    if (left[row]) this.triangle(x + w - size - 1 - (arrived[row] ? size + 2 : 0), y + h - size - 2, size, false);
  }

  private triangle(x: number, y: number, size: number, up: boolean): void {
    const { context } = this;
    context.beginPath();
    context.moveTo(x, up ? y + size : y);
    context.lineTo(x + size, up ? y + size : y);
    context.lineTo(x + size / 2, up ? y : y + size);
    context.closePath();
    context.fillStyle = '#fff';
    context.strokeStyle = '#000';
    context.lineWidth = size > 4 ? 1.2 : 0.8;
    context.fill();
    context.stroke();
  }

  /** The colour of a share; more than everything is cross-hatched; nothing offered stays empty. */
  private fill(share: number | undefined, x: number, y: number, w: number, h: number): void {
    const { context, theme } = this;
    context.fillStyle = share === undefined ? theme.panel : css(colourAt(share));
    context.fillRect(x, y, Math.max(0, w), Math.max(0, h));
    if (share !== undefined && share > 1 + 1e-9) {
      context.strokeStyle = '#000';
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(x + w, y + h);
      context.moveTo(x, y + h);
      context.lineTo(x + w, y);
      context.stroke();
    }
  }

  private saidOfNode(row: number, share: number): string {
    if (this.look.lens !== LENS) return shareText(share);
    return this.fleet.data.lens?.value[row]?.toLocaleString('en-US') ?? '';
  }

  /** A share as per cent; scores are not shares of anything. */
  private saidOf(share: number): string {
    return this.look.lens === LENS ? '' : shareText(share);
  }

  private text(text: string, x: number, y: number, width: number, colour: string): void {
    if (width < 14) return;
    const { context } = this;
    context.fillStyle = colour;
    context.textBaseline = 'middle';
    context.fillText(shortened(context, text, width), x, y);
  }

  private shareOfNode(row: number): number | undefined {
    const { lens, state } = this.look;
    return lens === LENS ? this.fleet.lensShare([row]) : this.fleet.fill([row], lens, state)?.share;
  }

  private shareOfGroup(group: Group): number | undefined {
    const { lens, state } = this.look;
    return lens === LENS ? this.fleet.lensShare(group.rows) : this.fleet.groupShare(group.rows, lens, state);
  }
}

/** The name without that of the wider group in front: zone-1-r7 in zone-1 is r7. */
function shortName({ name, parent }: Group): string {
  const prefix = parent?.name ?? '';
  const rest = prefix !== '' && name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^[-_./].+/.test(rest) ? rest.slice(1) : name;
}

/** The text with an ellipsis in the middle where it does not fit: names differ at their ends. */
function shortened(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let keep = text.length - 1;
  while (keep > 1) {
    const cut = `${text.slice(0, Math.ceil(keep / 3))}…${text.slice(text.length - Math.floor((keep * 2) / 3))}`;
    if (context.measureText(cut).width <= width) return cut;
    keep--;
  }
  return '';
}
