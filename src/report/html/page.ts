import type { Provenance } from '../../model/results.ts';
import type { Column } from '../table.ts';
import type { PackingData } from './packing-data.ts';

/** A number of the answer, shown large. */
export interface Fact {
  readonly label: string;
  /** Where it stands in the JSON of the same answer. */
  readonly field: string;
  readonly value: number | string | boolean;
  /** How people read it. */
  readonly text: string;
}

export interface Chart {
  readonly title: string;
  /** One or two sentences: what is counted. */
  readonly note: string;
  readonly svg: string;
  /** The numbers of the chart, headings first. */
  readonly data: readonly (readonly string[])[];
}

/** A list of the answer. */
export interface PageTable<Row = unknown> {
  readonly title: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** Share of a bar drawn behind the cells of a column, 0 to 1, by heading. */
  readonly bars?: Readonly<Record<string, (row: Row) => number>>;
}

/** One answer as one page. */
export interface Page {
  readonly command: string;
  /** The question in words. */
  readonly title: string;
  readonly verdict: { readonly good: boolean; readonly text: string };
  readonly facts: readonly Fact[];
  readonly packing?: PackingData;
  /** Said above the packing view. */
  readonly packingNote?: string;
  readonly charts: readonly Chart[];
  readonly tables: readonly PageTable[];
  /** What the answer depends on. */
  readonly provenance: Readonly<Record<string, unknown>> | Provenance;
  readonly notModelled: readonly string[];
}

/** The list with its type forgotten: pages hold lists of different rows. */
export function table<Row>(of: PageTable<Row>): PageTable {
  return of as PageTable<never> as PageTable;
}

/** The value at a path of the result such as `summary.placed`, so that what is shown is what the JSON says. */
export function fact(result: object, field: string, label: string, format: (value: number) => string = grouped): Fact {
  let value: unknown = result;
  for (const name of field.split('.')) value = (value as Readonly<Record<string, unknown>>)[name];
  if (Array.isArray(value)) return { label, field: `${field}.length`, value: value.length, text: grouped(value.length) };
  if (typeof value === 'number') return { label, field, value, text: format(value) };
  if (typeof value === 'boolean') return { label, field, value, text: value ? 'yes' : 'no' };
  return { label, field, value: String(value), text: String(value) };
}

/** Thousands with commas, whatever the locale. */
export function grouped(value: number): string {
  const [whole = '', part] = value.toString().split('.');
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return part === undefined || value.toString().includes('e') ? text : `${text}.${part}`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

/** Three decimals. */
export function seconds(value: number): string {
  return `${value.toFixed(3)} s`;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${grouped(number)} ${number === 1 ? one : many}`;
}
