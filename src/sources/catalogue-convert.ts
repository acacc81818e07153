/** Catalogues from public price lists. */
import { PlimsollError } from '../base/errors.ts';
import { csvCells } from '../model/csv.ts';
import { parseJson, readInputText } from './catalogue.ts';
import { awsRows } from './catalogue-aws.ts';
import { azureRows } from './catalogue-azure.ts';
import type { CatalogueFormat } from './catalogue-formats.ts';
import { gcpRows } from './catalogue-gcp.ts';
import { kwokRows } from './catalogue-kwok.ts';

/** A price list as it was read: rows of a table by column, or a JSON value. */
export type PriceList = { readonly table: readonly ReadonlyMap<string, string>[] } | { readonly json: unknown };

export interface ConvertOptions {
  readonly region?: string;
  /** For lists that name no zones. */
  readonly zones: readonly string[];
  readonly spot: boolean;
}

/** One type of a price list; texts as they go into the catalogue. Without a price or a size it is left out. */
export interface ListedType {
  readonly type: string;
  /** Why it is left out, where the list says so. */
  readonly left?: string | undefined;
  readonly price?: number | undefined;
  readonly cpu?: string | undefined;
  readonly memory?: string | undefined;
  readonly pods?: string | undefined;
  readonly ephemeralStorage?: string | undefined;
  readonly gpu?: string | undefined;
  readonly arch?: string | undefined;
  readonly os?: string | undefined;
  readonly zones?: readonly string[] | undefined;
  readonly labels?: string | undefined;
  readonly currency?: string | undefined;
}

export interface Converted {
  readonly lines: readonly string[];
  readonly types: number;
  /** Types that are left out, by reason. */
  readonly left: readonly (readonly [reason: string, count: number])[];
}

const READERS: { readonly [Format in CatalogueFormat]: (list: PriceList, options: ConvertOptions) => Iterable<ListedType> } = {
  aws: awsRows,
  azure: azureRows,
  gcp: gcpRows,
  'karpenter-kwok': kwokRows,
};

/**
 * Reads a public price list and writes it as a catalogue. Prices keep nine digits after the point.
 * @throws PlimsollError INPUT_* for the file, INPUT_KIND for a list of another form, NOT_FOUND for the region.
 */
export async function convertCatalogue(
  file: string,
  format: CatalogueFormat,
  { match, ...options }: ConvertOptions & { readonly match?: RegExp },
): Promise<Converted> {
  try {
    const text = (await readInputText(file)).replace(/^\ufeff/, '');
    const list: PriceList = /^\s*[{[]/.test(text) ? { json: parseJson(text) } : { table: tableOf(text) };
    return catalogueText([...READERS[format](list, options)].filter(({ type }) => match?.test(type) ?? true));
  } catch (error) {
    throw error instanceof PlimsollError ? error.at({ file }) : error;
  }
}

function tableOf(text: string): ReadonlyMap<string, string>[] {
  const [header = '', ...rows] = text.split(/\r?\n/);
  const columns = csvCells(header, 1);
  return rows.flatMap((row, i) => {
    if (row.trim() === '') return [];
    const cells = csvCells(row, i + 2);
    if (cells.length !== columns.length)
      throw new PlimsollError('INPUT_SYNTAX', `${cells.length} columns where the header has ${columns.length}`, {
        line: i + 2,
        value: row,
      });
    return [new Map(columns.map((column, c) => [column, cells[c] as string]))];
  });
}

/** The rows of a table with these columns. @throws PlimsollError INPUT_KIND for another table, or for JSON. */
export function tableWith(list: PriceList, columns: readonly string[]): readonly ReadonlyMap<string, string>[] {
  const missing = 'table' in list ? columns.filter((column) => !(list.table[0]?.has(column) ?? false)) : columns;
  if (!('table' in list) || missing.length > 0)
    throw new PlimsollError('INPUT_KIND', `is no price list of this form: it lacks ${missing.join(', ')}`, {
      hint: 'see docs/catalogue.md',
    });
  return list.table;
}

/** The region asked for, or the only one there is. @throws PlimsollError USAGE, NOT_FOUND. */
export function regionOf(known: readonly string[], asked: string | undefined): string {
  const some = `for example ${known.slice(0, 5).join(', ')}`;
  if (asked === undefined && known.length === 1) return known[0] as string;
  if (asked === undefined) throw new PlimsollError('USAGE', `the list has ${known.length} regions`, { path: '--region', hint: some });
  if (!known.includes(asked))
    throw new PlimsollError('NOT_FOUND', 'the list has no such region', { path: '--region', value: asked, hint: some });
  return asked;
}

const COLUMNS = ['type', 'cpu', 'memory', 'pods', 'ephemeral-storage', 'gpu', 'arch', 'os', 'zone', 'price', 'labels', 'currency'] as const;

function catalogueText(listed: readonly ListedType[]): Converted {
  const left = new Map<string, number>();
  const rows = listed.flatMap((each): Record<(typeof COLUMNS)[number], string>[] => {
    const { type, price, cpu, memory, zones = [] } = each;
    const reason =
      each.left ??
      (price === undefined || !Number.isFinite(price)
        ? 'no price'
        : cpu === undefined || memory === undefined
          ? 'size not known'
          : undefined);
    if (reason !== undefined || price === undefined || cpu === undefined || memory === undefined) {
      left.set(reason ?? '', (left.get(reason ?? '') ?? 0) + 1);
      return [];
    }
    const { pods = '', ephemeralStorage = '', gpu = '', arch = 'amd64', os = 'linux', labels = '', currency = 'USD' } = each;
    const own = { type, cpu, memory, pods, gpu, arch, os, labels, currency };
    return [{ ...own, 'ephemeral-storage': ephemeralStorage, zone: zones.join('|'), price: decimal(price) }];
  });
  if (rows.length === 0)
    throw new PlimsollError('INPUT_KIND', 'the list has no type with a price and a size', { hint: 'look at --region and --match' });
  // A column that says nothing is left out.
  const columns = COLUMNS.filter((column) => ['type', 'cpu', 'memory', 'price'].includes(column) || rows.some((row) => row[column] !== ''));
  const lines = [columns.join(), ...rows.map((row) => columns.map((column) => quoted(row[column])).join())];
  return { lines: lines.map((line) => `${line}\n`), types: rows.length, left: [...left] };
}

/** Nine digits after the point, no zeros at the end: what published doubles carry beyond is noise. */
function decimal(price: number): string {
  return price.toFixed(9).replace(/\.?0+$/, '');
}

function quoted(cell: string): string {
  return /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
