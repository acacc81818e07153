import { make } from './elements.ts';
import { amountText, type Fleet, shareText } from './fleet.ts';

const ROWS = 100;

/** The nodes as a table, made when it is opened: for screen readers, and to find a node by name. */
export function nodeTable(fleet: Fleet, onOpen: (row: number) => void): HTMLElement {
  const details = make(
    'details',
    { className: 'nodes' },
    make('summary', { text: `All ${fleet.size.toLocaleString('en-US')} nodes as a table` }),
  );
  const search = make('input');
  search.type = 'search';
  search.placeholder = 'Part of a name';
  search.setAttribute('aria-label', 'Part of a node name');
  const body = make('div', { className: 'scroll' });
  let shown = ROWS;
  const show = () => body.replaceChildren(...rowsOf(fleet, search.value, shown, onOpen, () => more()));
  const more = () => {
    shown += ROWS * 5;
    show();
  };
  search.addEventListener('input', show);
  details.addEventListener('toggle', () => {
    if (details.open) show();
  });
  details.append(search, body);
  return details;
}

function rowsOf(fleet: Fleet, part: string, most: number, onOpen: (row: number) => void, onMore: () => void): HTMLElement[] {
  const { nodes, resources, states } = fleet.data;
  const found = nodes.name.flatMap((name, row) => (name.includes(part) ? [row] : []));
  const head = make('tr', {}, make('th', { text: 'Node' }), make('th', { text: 'Where' }));
  for (const { name } of resources)
    for (const state of states)
      head.append(make('th', { className: 'number', text: states.length > 1 ? `${name}, ${state.toLowerCase()}` : name }));
  const body = make('tbody');
  for (const row of found.slice(0, most)) {
    const button = make('button', { className: 'link', text: nodes.name[row] ?? '' });
    button.type = 'button';
    button.addEventListener('click', () => onOpen(row));
    const line = make('tr', {}, make('th', {}, button), make('td', { text: fleet.placeOf(row) }));
    for (const [index, { unit }] of resources.entries()) {
      for (const state of states.keys()) {
        const { used, offered } = fleet.sums([row], index, state);
        const text = fleet.exists(row, state)
          ? `${amountText(used, unit)}${offered > 0 ? ` (${shareText(used / offered)})` : ''}`
          : 'not there';
        line.append(make('td', { className: 'number', text }));
      }
    }
    body.append(line);
  }
  const table = make('table', {}, make('thead', {}, head), body);
  if (found.length <= most) return [table];
  const button = make('button', { text: `Show more of ${found.length.toLocaleString('en-US')}` });
  button.type = 'button';
  button.addEventListener('click', onMore);
  return [table, button];
}
