/** Shapes of raw objects: which fields are read, and what the texts in them are. */
import { isObject } from '../model/parse/fields.ts';

/**
 * What a text is. `word`: one of the API's own words, a quantity or a number, which tells nothing of its owner. `name`: of an object or a part of one.
 * `key` and `value`: of labels, taints, tolerations and selectors. `volume`: an identifier of storage. `blank`: only that there is something counts.
 */
export type Role =
  | 'word'
  | 'kind'
  | 'group'
  | 'name'
  | 'uid'
  | 'key'
  | 'value'
  | 'image'
  | 'resource'
  | 'driver'
  | 'class'
  | 'scheduler'
  | 'address'
  | 'volume'
  | 'time'
  | 'blank';

/** Gives the text that takes a text's place. `key`: of a `value`, the label or taint key that it belongs to. */
export type Renaming = (role: Role, text: string, key: string) => string;

/**
 * The part of a raw value that a shape names, texts renamed; undefined when nothing is left. Fields keep their order, and what is not of the
 * expected form is left out: whoever wants to refuse it reads the object first.
 */
export type Shape = (raw: unknown, rename: Renaming, key: string) => unknown;

/** A text, number or flag. */
export function leaf(role: Role): Shape {
  return (raw, rename, key) => {
    if (typeof raw === 'string') return rename(role, raw, key);
    return typeof raw === 'number' || typeof raw === 'boolean' ? raw : undefined;
  };
}

/** The fields that are read, by name. */
export function fields(shapes: Readonly<Record<string, Shape>>): Shape {
  const byName = new Map(Object.entries(shapes));
  return (raw, rename, key) => {
    if (!isObject(raw)) return undefined;
    return pick(raw, (name, value) => {
      const part = byName.get(name)?.(value, rename, key);
      return part === undefined ? undefined : [name, part];
    });
  };
}

/** An object whose field `key` says what its values belong to: a requirement, a taint, a toleration. */
export function keyed(shapes: Readonly<Record<string, Shape>>): Shape {
  const shape = fields(shapes);
  return (raw, rename) => shape(raw, rename, isObject(raw) && typeof raw.key === 'string' ? raw.key : '');
}

export function list(shape: Shape): Shape {
  return (raw, rename, key) => (Array.isArray(raw) ? raw.map((item) => shape(item, rename, key) ?? null) : undefined);
}

/** A map from texts of one kind to anything. */
export function map(role: Role, shape: Shape): Shape {
  return (raw, rename) => {
    if (!isObject(raw)) return undefined;
    return pick(raw, (name, value) => {
      const part = value === null ? '' : shape(value, rename, name);
      return part === undefined ? undefined : [rename(role, name, ''), part];
    });
  };
}

/** `fromEntries`, unlike assignment, takes a key such as `__proto__` for data. */
function pick(raw: Readonly<Record<string, unknown>>, entry: (name: string, value: unknown) => [string, unknown] | undefined): object {
  const entries: [string, unknown][] = [];
  for (const name of Object.keys(raw)) {
    const found = entry(name, raw[name]);
    if (found !== undefined) entries.push(found);
  }
  return Object.fromEntries(entries);
}
