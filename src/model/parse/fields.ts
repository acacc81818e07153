/**
 * Reading typed fields of parsed JSON or YAML. `null` counts as absent, as in Go. Every function throws `FIELD` (or
 * `QUANTITY`) with the path of the field relative to its object; `path` is the path of the parent, '' at the root.
 */
import { millisecondsOf } from '../../base/calendar.ts';
import { PlimsollError, quote } from '../../base/errors.ts';
import { type Labels, NO_LABELS } from '../labels.ts';
import { quantityOf, roundToMilli } from '../quantity.ts';
import type { NanoQuantity, QuantityList } from '../resources.ts';

export type RawObject = Readonly<Record<string, unknown>>;

const NOTHING: readonly never[] = [];
const INT32_MAX = 2 ** 31 - 1;

/** `spec` + `nodeName`, `labels` + `app.kubernetes.io/name`, `containers` + 0. */
export function join(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(key)) return `${path}[${quote(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

export function fieldError(path: string, problem: string, value?: unknown, hint?: string): PlimsollError {
  return new PlimsollError('FIELD', problem, { path, ...(value === undefined ? {} : { value }), ...(hint === undefined ? {} : { hint }) });
}

export function isObject(raw: unknown): raw is RawObject {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

/** The value as an object; it must be there. */
export function asObject(raw: unknown, path: string): RawObject {
  if (!isObject(raw)) throw fieldError(path, 'must be an object', raw ?? null);
  return raw;
}

export function objectAt(parent: RawObject, key: string, path: string): RawObject | undefined {
  const raw = parent[key];
  return raw === undefined || raw === null ? undefined : asObject(raw, join(path, key));
}

/** Empty when absent. */
export function listAt(parent: RawObject, key: string, path: string): readonly unknown[] {
  return optionalListAt(parent, key, path) ?? NOTHING;
}

export function optionalListAt(parent: RawObject, key: string, path: string): readonly unknown[] | undefined {
  const raw = parent[key];
  if (raw === undefined || raw === null) return undefined;
  if (!Array.isArray(raw)) throw fieldError(join(path, key), 'must be a list', raw);
  return raw;
}

/** Each element of a list as an object, with its path; empty when absent. */
export function mapObjects<T>(parent: RawObject, key: string, path: string, read: (item: RawObject, path: string) => T): readonly T[] {
  const list = listAt(parent, key, path);
  if (list.length === 0) return NOTHING;
  const base = join(path, key);
  return list.map((item, i) => read(asObject(item, join(base, i)), join(base, i)));
}

/** '' when absent. */
export function textAt(parent: RawObject, key: string, path: string): string {
  return optionalTextAt(parent, key, path) ?? '';
}

export function optionalTextAt(parent: RawObject, key: string, path: string): string | undefined {
  const raw = parent[key];
  if (raw === undefined || raw === null) return undefined;
  if (typeof raw !== 'string') throw fieldError(join(path, key), 'must be a string', raw, 'put it in quotes');
  return raw;
}

/** false when absent. */
export function flagAt(parent: RawObject, key: string, path: string): boolean {
  const raw = parent[key];
  if (raw === undefined || raw === null) return false;
  if (typeof raw !== 'boolean') throw fieldError(join(path, key), 'must be true or false', raw);
  return raw;
}

/** A whole number within int32. */
export function int32At(parent: RawObject, key: string, path: string): number | undefined {
  const value = wholeAt(parent, key, path);
  if (value !== undefined && (value > INT32_MAX || value < -INT32_MAX - 1)) {
    throw fieldError(join(path, key), `must be between -2147483648 and 2147483647`, value);
  }
  return value;
}

/** A whole number that a double holds exactly. */
export function wholeAt(parent: RawObject, key: string, path: string): number | undefined {
  const raw = parent[key];
  if (raw === undefined || raw === null) return undefined;
  if (typeof raw !== 'number' || !Number.isSafeInteger(raw)) throw fieldError(join(path, key), 'must be a whole number', raw);
  return raw;
}

export function textsAt(parent: RawObject, key: string, path: string): readonly string[] {
  const list = listAt(parent, key, path);
  for (const [i, item] of list.entries()) {
    if (typeof item !== 'string') throw fieldError(join(join(path, key), i), 'must be a string', item ?? null, 'put it in quotes');
  }
  return list as readonly string[];
}

/** A map of strings; undefined when absent. Values that are null read as '', as in Go. */
export function optionalLabelsAt(parent: RawObject, key: string, path: string): Labels | undefined {
  const raw = objectAt(parent, key, path);
  if (raw === undefined) return undefined;
  const labels = new Map<string, string>();
  for (const name of Object.keys(raw)) {
    const value = raw[name] ?? '';
    if (typeof value !== 'string') throw fieldError(join(join(path, key), name), 'must be a string', value, 'put it in quotes');
    labels.set(name, value);
  }
  return labels;
}

export function labelsAt(parent: RawObject, key: string, path: string): Labels {
  return optionalLabelsAt(parent, key, path) ?? NO_LABELS;
}

/**
 * A resource list; undefined when absent. `stored`: as the API server keeps it, rounded up to thousandths
 * (SetDefaults_ResourceList), and no negative amounts.
 */
export function quantitiesAt(parent: RawObject, key: string, path: string, stored: boolean): QuantityList | undefined {
  const raw = objectAt(parent, key, path);
  if (raw === undefined) return undefined;
  const quantities = new Map<string, NanoQuantity>();
  for (const name of Object.keys(raw)) {
    const quantity = readQuantity(raw[name], () => join(join(path, key), name), stored);
    quantities.set(name, stored ? roundToMilli(quantity) : quantity);
  }
  return quantities;
}

export function quantityAt(parent: RawObject, key: string, path: string, stored: boolean): NanoQuantity | undefined {
  const raw = parent[key];
  return raw === undefined || raw === null ? undefined : readQuantity(raw, () => join(path, key), stored);
}

function readQuantity(raw: unknown, path: () => string, stored: boolean): NanoQuantity {
  let quantity: NanoQuantity;
  try {
    quantity = quantityOf(raw);
  } catch (error) {
    throw error instanceof PlimsollError ? error.at({ path: path() }) : error;
  }
  if (stored && quantity < 0n) throw new PlimsollError('QUANTITY', 'must not be negative', { path: path(), value: raw });
  return quantity;
}

const RFC3339 = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})$/;

/** An RFC 3339 time in ms since 1970; undefined when absent. */
export function timeAt(parent: RawObject, key: string, path: string): number | undefined {
  const text = optionalTextAt(parent, key, path);
  if (text === undefined) return undefined;
  const ms = RFC3339.test(text) ? millisecondsOf(text) : Number.NaN;
  if (Number.isNaN(ms)) throw fieldError(join(path, key), 'must be an RFC 3339 time', text, 'for example 2026-01-31T12:00:00Z');
  return ms;
}
