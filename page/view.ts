import { type Theme, themeOf } from './colours.ts';
import { groupDetails, nodeDetails } from './details.ts';
import { Drawing, LENS } from './draw.ts';
import { make } from './elements.ts';
import type { Fleet, Group } from './fleet.ts';
import { type Box, cellOf, hit, layOut, type Rect } from './layout.ts';
import { groupRect, nearestOf, rectOf, type Target, targetsOf } from './targets.ts';
import { shareLine } from './words.ts';

/** Pixels between two states side by side. */
const BETWEEN = 16;
const STATE_CAPTION = 22;

interface Panel {
  readonly state: number;
  readonly box: Box;
  readonly left: number;
}

/** The canvas with what is shown on it: which group, which state or both, which resource. */
export class PackingCanvas {
  readonly canvas = make('canvas', { className: 'fleet' });
  private readonly base = document.createElement('canvas');
  readonly tip = make('div', { className: 'tip' });
  readonly pinned = make('aside', { className: 'pinned' });
  readonly path = make('nav', { className: 'path' });
  readonly live = make('p', { className: 'unseen' });
  lens = -1;
  /** States drawn, from the left. */
  states: readonly number[];
  private readonly fleet: Fleet;
  private group: Group;
  private panels: readonly Panel[] = [];
  private target: Target | undefined;
  private chosen: number | undefined;
  private width = 0;

  constructor(fleet: Fleet) {
    this.fleet = fleet;
    this.group = fleet.root;
    this.states = [fleet.states - 1];
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute('role', 'application');
    this.canvas.setAttribute(
      'aria-label',
      'Packing of the fleet. Arrow keys move, Enter opens, Escape goes back. A table of the nodes is below.',
    );
    this.live.setAttribute('aria-live', 'polite');
    this.tip.hidden = true;
    this.pinned.hidden = true;
    this.path.setAttribute('aria-label', 'Part of the fleet');
    this.listen();
    this.showPath();
  }

  /** Draws everything anew. O(nodes). */
  draw(): void {
    const { canvas, base } = this;
    this.width = canvas.parentElement?.clientWidth ?? 0;
    if (this.width === 0) return;
    const height = this.heightFor(this.width);
    this.layOut(height);
    const ratio = window.devicePixelRatio || 1;
    for (const each of [canvas, base]) {
      each.width = Math.round(this.width * ratio);
      each.height = Math.round(height * ratio);
    }
    canvas.style.height = `${height}px`;
    const context = base.getContext('2d');
    if (!context) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const theme = themeOf(canvas);
    context.fillStyle = theme.surface;
    context.fillRect(0, 0, this.width, height);
    for (const { state, box, left } of this.panels) {
      if (this.panels.length > 1) this.captionOf(context, theme, state, left);
      new Drawing(context, this.fleet, theme, { lens: this.lens, state }).box(box);
    }
    canvas.dataset.drawn = String(this.group.rows.length);
    this.point();
  }

  /** Puts frames around what is pointed at or chosen, over what is drawn already. */
  private point(): void {
    const context = this.canvas.getContext('2d');
    if (!context) return;
    const ratio = window.devicePixelRatio || 1;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.base, 0, 0);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const theme = themeOf(this.canvas);
    for (const { state, box } of this.panels) this.frames(new Drawing(context, this.fleet, theme, { lens: this.lens, state }), box);
  }

  open(group: Group): void {
    this.group = group;
    this.target = undefined;
    this.tip.hidden = true;
    this.showPath();
    this.draw();
    this.say(this.wordsOf({ group, rect: { x: 0, y: 0, w: 0, h: 0 }, state: this.lastState }));
  }

  /** Shows a node's details beside the fleet, and the node in it. */
  pin(row: number): void {
    this.chosen = row;
    this.pinned.replaceChildren(this.closeButton(), nodeDetails(this.fleet, row, true, this.lastState));
    this.pinned.hidden = false;
    this.draw();
  }

  unpin(): void {
    this.chosen = undefined;
    this.pinned.hidden = true;
    this.draw();
  }

  private get lastState(): number {
    return this.states[this.states.length - 1] ?? 0;
  }

  /** Small fleets take little room; large ones what a screen has. */
  private heightFor(width: number): number {
    const panels = this.states.length;
    const perRow = Math.max(1, Math.floor(width / panels / 150));
    const cards = Math.ceil(this.group.rows.length / perRow) * 105 + 60;
    const most = Math.max(320, Math.min(760, Math.round(window.innerHeight * 0.72)));
    return Math.min(most, Math.max(180, cards));
  }

  private layOut(height: number): void {
    const count = this.states.length;
    const top = count > 1 ? STATE_CAPTION : 0;
    const w = (this.width - BETWEEN * (count - 1)) / count;
    this.panels = this.states.map((state, i) => {
      const left = i * (w + BETWEEN);
      return { state, left, box: layOut(this.group, { x: left, y: top, w, h: height - top }) };
    });
  }

  private captionOf(context: CanvasRenderingContext2D, theme: Theme, state: number, left: number): void {
    context.font = '600 13px system-ui, sans-serif';
    context.fillStyle = theme.text;
    context.textBaseline = 'middle';
    context.fillText(this.fleet.data.states[state] ?? '', left, STATE_CAPTION / 2);
  }

  private frames(drawing: Drawing, box: Box): void {
    if (this.chosen !== undefined) {
      const rect = rectOf(box, this.chosen);
      if (rect) drawing.frame(rect, 3);
    }
    const { target } = this;
    if (!target) return;
    const same = this.rectIn(box, target);
    if (same) drawing.frame(same, 2);
  }

  /** Where a target is drawn in a box. */
  private rectIn(box: Box, { row, group }: Target): Rect | undefined {
    return row === undefined ? groupRect(box, group) : rectOf(box, row);
  }

  private listen(): void {
    const { canvas } = this;
    canvas.addEventListener('pointermove', (event) => this.aim(this.targetAt(event.offsetX, event.offsetY), event.offsetX, event.offsetY));
    canvas.addEventListener('pointerleave', () => this.aim(undefined, 0, 0));
    canvas.addEventListener('click', (event) => this.act(this.targetAt(event.offsetX, event.offsetY)));
    canvas.addEventListener('keydown', (event) => this.key(event));
  }

  private aim(target: Target | undefined, x: number, y: number): void {
    const moved = target?.row !== this.target?.row || target?.group !== this.target?.group || target?.state !== this.target?.state;
    this.target = target;
    if (moved) {
      this.point();
      if (target) this.tip.replaceChildren(this.detailsOf(target));
    }
    this.tip.hidden = target === undefined;
    if (target) this.placeTip(x, y);
  }

  /** Beside the pointer, on the side with room. */
  private placeTip(x: number, y: number): void {
    const { offsetWidth, offsetHeight } = this.tip;
    const left = x + 16 + offsetWidth > this.width ? Math.max(0, x - offsetWidth - 12) : x + 16;
    const visible = window.innerHeight - this.canvas.getBoundingClientRect().top;
    const top = y + 16 + offsetHeight > visible ? Math.max(0, y - offsetHeight - 12) : y + 16;
    this.tip.style.left = `${left}px`;
    this.tip.style.top = `${top}px`;
  }

  private act(target: Target | undefined): void {
    if (!target) return;
    if (target.row !== undefined) this.pin(target.row);
    else if (target.group !== this.group) this.open(target.group);
  }

  private detailsOf({ group, row, state }: Target): HTMLElement {
    return row === undefined ? groupDetails(this.fleet, group, state) : nodeDetails(this.fleet, row, false, state);
  }

  private key(event: KeyboardEvent): void {
    const step = MOVES.get(event.key);
    if (step) this.move(step);
    else if (event.key === 'Enter' || event.key === ' ') this.act(this.target);
    else if (event.key === 'Escape' || event.key === 'Backspace') this.back();
    else return;
    event.preventDefault();
  }

  private back(): void {
    if (this.chosen !== undefined) this.unpin();
    else if (this.group.parent) this.open(this.group.parent);
  }

  private move([dx, dy]: readonly [number, number]): void {
    const panel = this.panels.find(({ state }) => state === (this.target?.state ?? this.lastState)) ?? this.panels[0];
    if (!panel) return;
    const from = this.target && { ...this.target, rect: this.rectIn(panel.box, this.target) ?? this.target.rect };
    const best = nearestOf(targetsOf(panel.box, panel.state), from, dx, dy);
    if (!best) return;
    this.aim(best, best.rect.x + best.rect.w / 2, best.rect.y + best.rect.h / 2);
    this.say(this.wordsOf(best));
  }

  private wordsOf(target: Target): string {
    const { group, row, state } = target;
    const name = row === undefined ? `${group.level} ${group.name}`.trim() : `node ${this.fleet.data.nodes.name[row]}`;
    return `${name}: ${shareLine(this.fleet, row === undefined ? group.rows : [row], this.lens === LENS ? -1 : this.lens, state)}`;
  }

  private say(text: string): void {
    this.live.textContent = text;
  }

  private targetAt(x: number, y: number): Target | undefined {
    for (const { state, box } of this.panels) {
      const found = hit(box, x, y);
      if (!found) continue;
      const { box: inner, place } = found;
      if (place === undefined || !inner.grid) return { group: inner.group, rect: inner.rect, state };
      return { group: inner.group, row: inner.group.rows[place] as number, rect: cellOf(inner.grid, place), state };
    }
    return undefined;
  }

  private showPath(): void {
    const groups: Group[] = [];
    for (let group: Group | undefined = this.group; group; group = group.parent) groups.unshift(group);
    this.path.replaceChildren(
      ...groups.map((group, i) => {
        const text = group.level === '' ? group.name : `${group.level} ${group.name}`;
        if (i === groups.length - 1) return make('span', { text });
        const button = make('button', { text });
        button.type = 'button';
        button.addEventListener('click', () => this.open(group));
        return button;
      }),
    );
  }

  private closeButton(): HTMLElement {
    const button = make('button', { className: 'close', text: 'Close' });
    button.type = 'button';
    button.addEventListener('click', () => this.unpin());
    return button;
  }
}

const MOVES: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['ArrowLeft', [-1, 0]],
  ['ArrowRight', [1, 0]],
  ['ArrowUp', [0, -1]],
  ['ArrowDown', [0, 1]],
]);
