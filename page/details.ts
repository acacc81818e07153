import { MARK, type PackingResource } from '../src/report/html/packing-data.ts';
import { make } from './elements.ts';
import { amountText, type Fleet, type Group, shareText } from './fleet.ts';

/** Pods shown where the pointer is; a click shows all that the page lists. */
const PODS_AT_POINTER = 6;

/** A node in words: where it stands, what each resource says in every state, its pods. */
export function nodeDetails(fleet: Fleet, row: number, full: boolean, state: number): HTMLElement {
  const { data } = fleet;
  const name = data.nodes.name[row] ?? '';
  const box = make('div', { className: 'details' }, make('h3', { text: name }));
  box.dataset.node = name;
  const remarks = [fleet.placeOf(row), ...remarksOf(fleet, row)].filter((text) => text !== '');
  if (remarks.length > 0) box.append(make('p', { className: 'note', text: remarks.join('; ') }));
  box.append(resourceTable(fleet, [row]));
  box.append(...lensOf(fleet, row));
  const states = full && fleet.states > 1 ? [0, 1] : [state];
  for (const each of states) box.append(...podList(fleet, row, each, full));
  return box;
}

/** A failure domain in words. */
export function groupDetails(fleet: Fleet, group: Group, state: number): HTMLElement {
  const title = group.level === '' ? group.name : `${group.level} ${group.name}`;
  const box = make('div', { className: 'details' }, make('h3', { text: title }));
  box.dataset.group = group.name;
  const present = group.rows.filter((row) => fleet.exists(row, state)).length;
  const parts = [`${present.toLocaleString('en-US')} ${present === 1 ? 'node' : 'nodes'}`];
  if (present < group.rows.length) parts.push(`${(group.rows.length - present).toLocaleString('en-US')} not there`);
  const cordoned = group.rows.filter((row) => fleet.markOf(row) & MARK.cordoned).length;
  if (cordoned > 0) parts.push(`${cordoned.toLocaleString('en-US')} cordoned`);
  const sum = (counts: readonly number[]) => group.rows.reduce((all, row) => all + (counts[row] ?? 0), 0);
  if (fleet.states > 1) {
    parts.push(
      `${sum(fleet.data.nodes.arrived).toLocaleString('en-US')} pods come, ${sum(fleet.data.nodes.left).toLocaleString('en-US')} go`,
    );
  }
  box.append(make('p', { className: 'note', text: parts.join('; ') }), resourceTable(fleet, group.rows));
  return box;
}

function remarksOf(fleet: Fleet, row: number): string[] {
  const mark = fleet.markOf(row);
  const { arrived, left } = fleet.data.nodes;
  const remarks: string[] = [];
  if (mark & MARK.lost) remarks.push('gone');
  if (mark & MARK.added) remarks.push('added');
  if (mark & MARK.cordoned) remarks.push(mark & MARK.newlyCordoned ? 'cordoned by this' : 'cordoned');
  if (fleet.states > 1 && arrived[row]) remarks.push(`${arrived[row]} pods come`);
  if (fleet.states > 1 && left[row]) remarks.push(`${left[row]} pods go`);
  return remarks;
}

function resourceTable(fleet: Fleet, rows: readonly number[]): HTMLElement {
  const { resources, states } = fleet.data;
  const head = make('tr', {}, make('th', { text: 'Resource' }));
  for (const state of states) head.append(make('th', { className: 'number', text: state }));
  head.append(make('th', { className: 'number', text: 'Offered' }));
  const body = make('tbody');
  for (const [index, resource] of resources.entries()) {
    const line = make('tr', {}, make('th', { text: resource.name }));
    let offered = 0;
    let any = false;
    for (const state of states.keys()) {
      const sums = fleet.sums(rows, index, state);
      const there = rows.some((row) => fleet.exists(row, state));
      offered = Math.max(offered, sums.offered);
      any ||= sums.offered > 0 || sums.used > 0;
      line.append(amountCell(resource, sums, there));
    }
    line.append(make('td', { className: 'number', text: amountText(offered, resource.unit) }));
    if (any) body.append(line);
  }
  return make('table', { className: 'resources' }, make('thead', {}, head), body);
}

function amountCell({ name, unit }: PackingResource, { used, offered }: { used: number; offered: number }, there: boolean): HTMLElement {
  const text = there ? `${amountText(used, unit)}${offered > 0 ? ` (${shareText(used / offered)})` : ''}` : 'not there';
  const cell = make('td', { className: 'number', text });
  cell.dataset.resource = name;
  cell.dataset.used = String(used);
  return cell;
}

function lensOf(fleet: Fleet, row: number): HTMLElement[] {
  const { lens } = fleet.data;
  if (!lens) return [];
  const value = lens.value[row];
  const reason = lens.reasons[lens.reason[row] ?? -1];
  const text =
    typeof value === 'number' ? `${lens.name}: ${value.toLocaleString('en-US')}` : `${lens.name}: none${reason ? `, ${reason}` : ''}`;
  return [make('p', { className: 'lens', text })];
}

function podList(fleet: Fleet, row: number, state: number, full: boolean): HTMLElement[] {
  if (!fleet.exists(row, state)) return [];
  const { pods, resources, states } = fleet.data;
  const total = resources[resources.length - 1]?.used[state]?.[row] ?? 0;
  const listed = fleet.podsOn(row, state);
  const shown = full ? listed : listed.slice(0, PODS_AT_POINTER);
  const heading = `${total.toLocaleString('en-US')} ${total === 1 ? 'pod' : 'pods'}${states.length > 1 ? ` ${(states[state] ?? '').toLowerCase()}` : ''}`;
  const list = make('ul', { className: 'pods' });
  for (const pod of shown) {
    const shape = pods.shapes[pods.shape[pod] ?? 0] ?? [];
    const asks = shape.flatMap((amount, i) =>
      amount > 0 ? [`${resources[i]?.name} ${amountText(amount, resources[i]?.unit ?? 'count')}`] : [],
    );
    const name = `${pods.namespaces[pods.namespace[pod] ?? 0]}/${pods.name[pod]}`;
    const item = make('li', {}, make('b', { text: name }), make('span', { text: ` ${asks.join(', ')}${moveOf(fleet, pod, state)}` }));
    list.append(item);
  }
  if (total > shown.length)
    list.append(
      make('li', {
        className: 'note',
        text: `and ${(total - shown.length).toLocaleString('en-US')} more${full ? ', not listed in this page' : ''}`,
      }),
    );
  return [make('h4', { text: heading }), list];
}

function moveOf(fleet: Fleet, pod: number, state: number): string {
  if (fleet.states < 2) return '';
  const { at } = fleet.data.pods;
  const [from = -1, to = -1] = [at[0]?.[pod], at[1]?.[pod]];
  if (from === to) return '';
  const name = (row: number) => fleet.data.nodes.name[row] ?? '';
  if (state === 0) return to < 0 ? ' - leaves' : ` - goes to ${name(to)}`;
  return from < 0 ? ' - new here' : ` - comes from ${name(from)}`;
}
