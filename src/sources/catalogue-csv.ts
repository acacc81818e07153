/** Catalogues as CSV: one row for each type, or for each type and zone. */
import { type ErrorPlace, PlimsollError } from '../base/errors.ts';
import { csvCells } from '../model/csv.ts';
import type { Cell, DaemonSetDraft, TypeDraft } from './catalogue-draft.ts';

const REQUIRED = ['type', 'cpu', 'memory', 'price'];
const PLAIN = ['arch', 'os', 'zone', 'labels', 'taints', 'max-count', 'daemonsets', 'currency'];
/** Columns of amounts, with the resource that each is of. */
const AMOUNTS: ReadonlyMap<string, string> = new Map([
  ['cpu', 'cpu'],
  ['memory', 'memory'],
  ['ephemeral-storage', 'ephemeral-storage'],
  ['pods', 'pods'],
  ['gpu', 'nvidia.com/gpu'],
]);
const RESERVED = 'reserved-';

export interface CsvCatalogue {
  readonly drafts: readonly TypeDraft[];
  /** Undefined where no row names one. */
  readonly currency?: string;
}

/**
 * Reads the rows of a CSV catalogue. Lines that start with `#` and blank lines are skipped, cells are trimmed, an empty cell is an absent value.
 * @throws PlimsollError INPUT_SYNTAX, DUPLICATE or INCONSISTENT with the line and the column.
 */
export function readCsvCatalogue(text: string): CsvCatalogue {
  let header: readonly string[] | undefined;
  let currency: string | undefined;
  const drafts: TypeDraft[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    if (raw.trim() === '' || raw.startsWith('#')) continue;
    const cells = csvCells(raw, line).map((cell) => cell.trim());
    if (header === undefined) {
      header = checkedHeader(cells, { line });
      continue;
    }
    if (cells.length !== header.length)
      throw new PlimsollError('INPUT_SYNTAX', `${cells.length} columns where the header has ${header.length}`, { line, value: raw });
    const row = new Map(header.flatMap((path, i) => (cells[i] === '' ? [] : [[path, { path, text: cells[i] as string }] as const])));
    const own = row.get('currency')?.text;
    if (own !== undefined && currency !== undefined && own !== currency)
      throw new PlimsollError('INCONSISTENT', `another currency than the rows before (${currency})`, {
        line,
        path: 'currency',
        value: own,
      });
    currency ??= own;
    drafts.push(draftOf(row, { line }));
  }
  if (header === undefined)
    throw new PlimsollError('INPUT_SYNTAX', 'the catalogue is empty', { hint: `the first row is ${REQUIRED.join()},...` });
  return { drafts, ...(currency === undefined ? {} : { currency }) };
}

function checkedHeader(columns: readonly string[], place: ErrorPlace): readonly string[] {
  for (const [i, column] of columns.entries()) {
    if (columns.indexOf(column) < i) throw new PlimsollError('DUPLICATE', 'a column twice', { ...place, value: column });
    if (PLAIN.includes(column) || REQUIRED.includes(column) || resourceOf(column.replace(RESERVED, '')) !== undefined) continue;
    const known = [...REQUIRED, ...[...AMOUNTS.keys()].filter((name) => !REQUIRED.includes(name)), ...PLAIN];
    const hint = `columns: ${known.join(', ')}, reserved-RESOURCE, and extended resources by name`;
    throw new PlimsollError('INPUT_SYNTAX', 'a column that no catalogue has', { ...place, value: column, hint });
  }
  const missing = REQUIRED.filter((column) => !columns.includes(column));
  if (missing.length > 0)
    throw new PlimsollError('INPUT_SYNTAX', `the header lacks ${missing.join(' and ')}`, { ...place, value: columns.join() });
  return columns;
}

/** The resource behind a column of amounts; undefined for other columns. */
function resourceOf(column: string): string | undefined {
  return AMOUNTS.get(column) ?? (column.includes('/') || column.startsWith('hugepages-') ? column : undefined);
}

function draftOf(row: ReadonlyMap<string, Cell>, place: ErrorPlace): TypeDraft {
  const capacity = new Map<string, Cell>();
  const reserved = new Map<string, Cell>();
  for (const [column, cell] of row) {
    const isReserved = column.startsWith(RESERVED);
    const resource = resourceOf(isReserved ? column.slice(RESERVED.length) : column);
    if (resource !== undefined) (isReserved ? reserved : capacity).set(resource, cell);
  }
  return {
    place,
    type: needed(row, 'type', place),
    price: needed(row, 'price', place),
    arch: row.get('arch'),
    os: row.get('os'),
    maxCount: row.get('max-count'),
    zones: parts(row.get('zone'), /[|;\s]+/),
    capacity: new Map([['cpu', needed(row, 'cpu', place)], ['memory', needed(row, 'memory', place)], ...capacity]),
    reserved,
    labels: pairs(parts(row.get('labels'), /\s*;\s*/), place),
    taints: parts(row.get('taints'), /\s*;\s*/),
    daemonSets: parts(row.get('daemonsets'), /\s*;\s*/).map((part) => daemonSet(part, place)),
  };
}

function needed(row: ReadonlyMap<string, Cell>, column: string, place: ErrorPlace): Cell {
  const cell = row.get(column);
  if (cell === undefined) throw new PlimsollError('FIELD', 'must not be empty', { ...place, path: column });
  return cell;
}

function parts(cell: Cell | undefined, separator: RegExp): Cell[] {
  return cell === undefined ? [] : cell.text.split(separator).map((text) => ({ path: cell.path, text }));
}

/** `key=value` each. */
function pairs(cells: readonly Cell[], place: ErrorPlace): Map<string, Cell> {
  const found = new Map<string, Cell>();
  for (const { path, text } of cells) {
    const at = text.indexOf('=');
    if (at <= 0) throw new PlimsollError('FIELD', 'must be key=value', { ...place, path, value: text });
    const key = text.slice(0, at);
    if (found.has(key)) throw new PlimsollError('DUPLICATE', 'a key twice', { ...place, path, value: key });
    found.set(key, { path, text: text.slice(at + 1) });
  }
  return found;
}

/** `name cpu=100m memory=200Mi`. */
function daemonSet({ path, text }: Cell, place: ErrorPlace): DaemonSetDraft {
  const [name = '', ...requests] = text.split(/\s+/);
  return {
    name: { path, text: name },
    requests: pairs(
      requests.map((request) => ({ path, text: request })),
      place,
    ),
  };
}
