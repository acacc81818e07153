import type { PackingData } from '../src/report/html/packing-data.ts';
import { LENS } from './draw.ts';
import { choice, make } from './elements.ts';
import { Fleet } from './fleet.ts';
import { legend } from './legend.ts';
import { nodeTable } from './node-table.ts';
import { PackingCanvas } from './view.ts';

/** Nodes up to which two states are shown side by side at first. */
const BESIDE_NODES = 2000;
const BESIDE_WIDTH = 900;

/** Fills the packing section of the page. */
function start(section: HTMLElement, json: string): void {
  const fleet = new Fleet(JSON.parse(json) as PackingData);
  const view = new PackingCanvas(fleet);
  if (fleet.data.lens) view.lens = LENS;
  const signs = make('div', {}, legend(fleet, view.lens === LENS));
  const controls = make('div', { className: 'controls' });
  if (fleet.states > 1) controls.append(stateChoice(fleet, view));
  controls.append(
    lensChoice(fleet, (lens) => {
      view.lens = lens;
      signs.replaceChildren(legend(fleet, lens === LENS));
      view.draw();
    }),
  );
  const stage = make('div', { className: 'stage' }, view.canvas, view.tip);
  const table = nodeTable(fleet, (row) => {
    view.pin(row);
    view.canvas.scrollIntoView({ block: 'nearest' });
  });
  section.append(controls, view.path, make('div', { className: 'beside' }, stage, view.pinned), signs, view.live, listedNote(fleet), table);
  new ResizeObserver(() => view.draw()).observe(stage);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => view.draw());
  view.draw();
}

function stateChoice(fleet: Fleet, view: PackingCanvas): HTMLElement {
  const beside = fleet.size <= BESIDE_NODES && window.innerWidth >= BESIDE_WIDTH;
  const sets = [[0], [1], [0, 1]];
  view.states = beside ? [0, 1] : [1];
  return choice('Show', [...fleet.data.states, 'Side by side'], beside ? 2 : 1, (index) => {
    view.states = sets[index] ?? [1];
    view.draw();
  });
}

function lensChoice(fleet: Fleet, onChoose: (lens: number) => void): HTMLElement {
  const select = make('select');
  const options: (readonly [name: string, lens: number])[] = [
    ['fullest resource', -1],
    ...fleet.data.resources.map(({ name }, i) => [name, i] as const),
  ];
  if (fleet.data.lens) options.unshift([fleet.data.lens.name, LENS]);
  for (const [name, lens] of options) {
    const option = make('option', { text: name });
    option.value = String(lens);
    select.append(option);
  }
  select.addEventListener('change', () => onChoose(Number(select.value)));
  return make('label', { className: 'lens-choice' }, make('span', { text: 'Colour by' }), select);
}

function listedNote(fleet: Fleet): HTMLElement {
  const { unlisted, perNode } = fleet.data.pods;
  const text =
    unlisted > 0 ? `Up to ${perNode} pods of each node are listed by name, those that move first, then the largest; sums count all.` : '';
  return make('p', { className: 'note', text });
}

const section = document.getElementById('packing-view');
const data = document.getElementById('packing');
if (section && data) start(section, data.textContent ?? '');
