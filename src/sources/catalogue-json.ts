/** Catalogues as JSON: the same rows as objects. */
import { PlimsollError } from '../base/errors.ts';
import { asObject, fieldError, isObject, join, listAt, objectAt, optionalTextAt, type RawObject } from '../model/parse/fields.ts';
import type { Cell, DaemonSetDraft, TypeDraft } from './catalogue-draft.ts';

const CATALOGUE_FIELDS = ['currency', 'types', 'daemonSets'];
const TYPE_FIELDS = [
  'type',
  'cpu',
  'memory',
  'pods',
  'gpu',
  'ephemeralStorage',
  'resources',
  'price',
  'arch',
  'os',
  'zones',
  'labels',
  'taints',
  'maxCount',
  'reserved',
  'daemonSets',
];
const AMOUNTS = { cpu: 'cpu', memory: 'memory', pods: 'pods', gpu: 'nvidia.com/gpu', ephemeralStorage: 'ephemeral-storage' } as const;

export interface JsonCatalogue {
  readonly drafts: readonly TypeDraft[];
  readonly currency?: string;
}

/** The rows of a parsed JSON catalogue; DaemonSets of the whole catalogue come with every type. @throws PlimsollError FIELD with the path. */
export function readJsonCatalogue(raw: unknown): JsonCatalogue {
  const catalogue = asObject(raw, '');
  checkFields(catalogue, CATALOGUE_FIELDS, '');
  if (!Array.isArray(catalogue.types)) throw fieldError('types', 'must be a list', catalogue.types ?? null);
  const currency = optionalTextAt(catalogue, 'currency', '');
  const everywhere = daemonSetsAt(catalogue, '');
  return {
    drafts: catalogue.types.map((type, i) => draftOf(asObject(type, join('types', i)), join('types', i), everywhere)),
    ...(currency === undefined ? {} : { currency }),
  };
}

function checkFields(object: RawObject, known: readonly string[], path: string): void {
  for (const key of Object.keys(object))
    if (!known.includes(key)) throw fieldError(join(path, key), 'a field that no catalogue has', key, `fields: ${known.join(', ')}`);
}

function draftOf(raw: RawObject, path: string, everywhere: readonly DaemonSetDraft[]): TypeDraft {
  checkFields(raw, TYPE_FIELDS, path);
  const capacity = new Map<string, Cell>();
  for (const [field, resource] of Object.entries(AMOUNTS)) {
    const cell = cellAt(raw, field, path);
    if (cell) capacity.set(resource, cell);
  }
  for (const [resource, cell] of cellsAt(raw, 'resources', path)) capacity.set(resource, cell);
  for (const field of ['cpu', 'memory'] as const) needed(raw, field, path);
  return {
    place: {},
    type: needed(raw, 'type', path),
    price: needed(raw, 'price', path),
    arch: cellAt(raw, 'arch', path),
    os: cellAt(raw, 'os', path),
    maxCount: cellAt(raw, 'maxCount', path),
    zones: listAt(raw, 'zones', path).map((zone, i) => cellOf(zone, join(join(path, 'zones'), i))),
    capacity,
    reserved: cellsAt(raw, 'reserved', path),
    labels: cellsAt(raw, 'labels', path),
    taints: listAt(raw, 'taints', path).map((taint, i) => taintCell(taint, join(join(path, 'taints'), i))),
    daemonSets: [...everywhere, ...daemonSetsAt(raw, path)],
  };
}

function daemonSetsAt(raw: RawObject, path: string): DaemonSetDraft[] {
  return listAt(raw, 'daemonSets', path).map((item, i) => {
    const at = join(join(path, 'daemonSets'), i);
    const daemonSet = asObject(item, at);
    checkFields(daemonSet, ['name', 'requests'], at);
    return { name: needed(daemonSet, 'name', at), requests: cellsAt(daemonSet, 'requests', at) };
  });
}

/** A taint as text, or as the object that a node has. */
function taintCell(raw: unknown, path: string): Cell {
  if (!isObject(raw)) return cellOf(raw, path);
  checkFields(raw, ['key', 'value', 'effect'], path);
  const text = (key: string) => optionalTextAt(raw, key, path) ?? '';
  return { path, text: `${text('key')}=${text('value')}:${text('effect')}` };
}

function cellsAt(raw: RawObject, key: string, path: string): Map<string, Cell> {
  const object = objectAt(raw, key, path) ?? {};
  return new Map(Object.keys(object).map((name) => [name, cellOf(object[name], join(join(path, key), name))]));
}

function cellAt(raw: RawObject, key: string, path: string): Cell | undefined {
  return raw[key] === undefined || raw[key] === null ? undefined : cellOf(raw[key], join(path, key));
}

function needed(raw: RawObject, key: string, path: string): Cell {
  const cell = cellAt(raw, key, path);
  if (cell === undefined) throw new PlimsollError('FIELD', 'must not be empty', { path: join(path, key) });
  return cell;
}

function cellOf(raw: unknown, path: string): Cell {
  if (typeof raw === 'string') return { path, text: raw.trim() };
  if (typeof raw === 'number') return { path, text: decimal(raw) };
  throw fieldError(path, 'must be a string or a number', raw ?? null);
}

/** Without an exponent, which small prices would get. */
function decimal(value: number): string {
  const text = String(value);
  return /e-/.test(text) ? value.toFixed(20).replace(/0+$/, '') : text;
}
