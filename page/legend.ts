import { MARK } from '../src/report/html/packing-data.ts';
import { colourAt, css } from './colours.ts';
import { make } from './elements.ts';
import type { Fleet } from './fleet.ts';
import { rangeOf } from './fleet.ts';

const STEPS = 40;

/** What colours and signs mean. */
export function legend(fleet: Fleet, lens: boolean): HTMLElement {
  const scale = make('canvas', { className: 'scale' });
  scale.width = STEPS * 4;
  scale.height = 12;
  const context = scale.getContext('2d');
  if (context) {
    for (let i = 0; i < STEPS; i++) {
      context.fillStyle = css(colourAt(i / (STEPS - 1)));
      context.fillRect(i * 4, 0, 4, 12);
    }
  }
  const [low, high] = endsOf(fleet, lens);
  const box = make('p', { className: 'legend' }, make('span', { text: low }), scale, make('span', { text: high }));
  for (const sign of signsOf(fleet)) box.append(make('span', { className: 'sign', text: sign }));
  return box;
}

function endsOf(fleet: Fleet, lens: boolean): [string, string] {
  if (!lens || !fleet.data.lens) return ['0%', '100% asked for; groups: the mean of their nodes'];
  const { low, high } = rangeOf(fleet.data.lens.value);
  if (low > high) return ['no node has a value', ''];
  return [`${fleet.data.lens.name} ${low.toLocaleString('en-US')}`, high.toLocaleString('en-US')];
}

function signsOf(fleet: Fleet): string[] {
  const { mark, arrived, left } = fleet.data.nodes;
  const signs: string[] = [];
  if (fleet.data.resources.some(({ offered, used }) => used.some((list) => list.some((amount, row) => amount > (offered[row] ?? 0))))) {
    signs.push('crossed: over 100%');
  }
  if (mark.some((each) => each & MARK.lost)) signs.push('hatched: gone');
  if (mark.some((each) => each & MARK.added)) signs.push('dashed frame: not there yet');
  if (mark.some((each) => each & MARK.cordoned)) signs.push('dotted foot: cordoned');
  if (fleet.states > 1 && arrived.some((count) => count > 0)) signs.push('▲ pods come');
  if (fleet.states > 1 && left.some((count) => count > 0)) signs.push('▼ pods go');
  return signs;
}
