import { dump } from 'js-yaml';

/** Array elements that are written as one piece. */
const SLICE = 1024;

/**
 * The text of `JSON.stringify(value, null, 2)` plus a newline, in pieces: arrays that are fields of the object are cut, so
 * that a result with a million placements never is one string.
 */
export function* jsonPieces(value: object): Generator<string> {
  let separator = '{\n';
  for (const [key, field] of Object.entries(value)) {
    if (field === undefined) continue;
    yield `${separator}  ${JSON.stringify(key)}: `;
    separator = ',\n';
    if (Array.isArray(field) && field.length > 0) yield* jsonArray(field);
    else yield indented(field, '  ');
  }
  yield separator === '{\n' ? '{}\n' : '\n}\n';
}

function* jsonArray(items: readonly unknown[]): Generator<string> {
  yield '[\n';
  for (let start = 0; start < items.length; start += SLICE) {
    const texts = items.slice(start, start + SLICE).map((item) => `    ${indented(item ?? null, '    ')}`);
    yield (start === 0 ? '' : ',\n') + texts.join(',\n');
  }
  yield '\n  ]';
}

/** JSON strings hold no raw newline, so shifting lines shifts structure only. */
function indented(value: unknown, indent: string): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${indent}`);
}

const YAML_OPTIONS = { lineWidth: -1, noRefs: true, seqNoIndent: true, skipInvalid: true } as const;

/** YAML of an object whose fields are plain data, in pieces like `jsonPieces`. */
export function* yamlPieces(value: object): Generator<string> {
  for (const [key, field] of Object.entries(value)) {
    if (field === undefined) continue;
    if (!Array.isArray(field) || field.length === 0) {
      yield dump({ [key]: field }, YAML_OPTIONS);
      continue;
    }
    yield `${key}:\n`;
    for (let start = 0; start < field.length; start += SLICE) yield dump(field.slice(start, start + SLICE), YAML_OPTIONS);
  }
}
