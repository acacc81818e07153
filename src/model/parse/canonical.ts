/**
 * Canonical text of model values: equal content gives equal text, different content different text. Maps and sets are
 * sorted, texts carry their length, so nothing foreign can imitate a separator.
 */

/** Linear in the size of the value; the depth is that of the model's types. */
export function canonical(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `${value.length}:${value}`;
    case 'number':
      return `#${value};`;
    case 'bigint':
      return `i${value};`;
    case 'boolean':
      return value ? 't' : 'f';
    case 'undefined':
      return '-';
    default:
      return canonicalObject(value as object);
  }
}

function canonicalObject(value: object): string {
  if (value instanceof Map) return `{${sortedEntries(value)}}`;
  if (value instanceof Set) return `<${[...value].map(canonical).sort().join('')}>`;
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += canonical(item);
    return `[${text}]`;
  }
  for (const key of Object.keys(value)) {
    const field = (value as Readonly<Record<string, unknown>>)[key];
    if (field !== undefined) text += `${key}=${canonical(field)}`;
  }
  return `(${text})`;
}

function sortedEntries(map: ReadonlyMap<unknown, unknown>): string {
  if (map.size === 0) return '';
  const entries = Array.from(map, ([key, value]) => canonical(key) + canonical(value));
  return entries.length === 1 ? (entries[0] as string) : entries.sort().join('');
}
