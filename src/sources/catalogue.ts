import { PlimsollError } from '../base/errors.ts';
import { OBJECT_BYTES_MAX } from '../base/limits.ts';
import type { Catalogue, CatalogueType } from '../model/catalogue.ts';
import { unpacked } from './bytes.ts';
import { readCsvCatalogue } from './catalogue-csv.ts';
import { type TypeDraft, typeOfDraft } from './catalogue-draft.ts';
import { readJsonCatalogue } from './catalogue-json.ts';
import { utf8Text } from './encoding.ts';
import { resolveInputs } from './inputs.ts';
import { findJsonProblem } from './json-problem.ts';

/** A path ('-' for standard input), or the text itself; `file` is for errors. */
export type CatalogueSource = string | { readonly text: string; readonly file?: string };

/** Types that one catalogue may have: clouds sell about a thousand in a region. */
const TYPES_MAX = 100_000;
/** Characters of the input shown in an error. */
const EXCERPT_LENGTH = 20;

/**
 * Reads a catalogue of node types, CSV or JSON, told apart by the first character (see docs/catalogue.md).
 * @throws PlimsollError INPUT_* for the file; INPUT_SYNTAX, FIELD, NAME, QUANTITY, DUPLICATE or INCONSISTENT with the line or path of what is wrong.
 */
export async function readCatalogue(source: CatalogueSource): Promise<Catalogue> {
  const file = typeof source === 'string' ? source : source.file;
  try {
    const text = typeof source === 'string' ? await readInputText(source) : source.text;
    return catalogueOf(readDrafts(text.replace(/^\ufeff/, '')));
  } catch (error) {
    throw error instanceof PlimsollError && file !== undefined ? error.at({ file }) : error;
  }
}

function readDrafts(text: string): { readonly drafts: readonly TypeDraft[]; readonly currency?: string } {
  return /^\s*[{[]/.test(text) ? readJsonCatalogue(parseJson(text)) : readCsvCatalogue(text);
}

function catalogueOf({ drafts, currency }: { readonly drafts: readonly TypeDraft[]; readonly currency?: string }): Catalogue {
  if (drafts.length === 0) throw new PlimsollError('INPUT_SYNTAX', 'the catalogue has no types');
  if (drafts.length > TYPES_MAX) throw new PlimsollError('INPUT_LIMIT', `more than ${TYPES_MAX} types`);
  if (currency !== undefined && !/^[A-Z]{3}$/.test(currency))
    throw new PlimsollError('FIELD', 'must be a currency code of three letters', {
      path: 'currency',
      value: currency,
      hint: 'for example USD',
    });
  const seen = new Set<string>();
  const types = drafts.map((draft) => {
    const type = typeOfDraft(draft);
    for (const key of identities(type)) {
      if (seen.has(key)) {
        const hint = 'rows of one type differ in zone or labels';
        throw new PlimsollError('DUPLICATE', 'the same type twice', { ...draft.place, path: draft.type.path, value: type.type, hint });
      }
      seen.add(key);
    }
    return type;
  });
  return { currency: currency ?? 'USD', types };
}

/** What no other row may have. */
function identities({ zones, labels }: CatalogueType): string[] {
  const own = JSON.stringify([...labels].sort(([a], [b]) => (a < b ? -1 : 1)));
  return (zones.length === 0 ? [''] : zones).map((zone) => `${zone}\n${own}`);
}

/** The whole text of one file, unpacked. @throws PlimsollError INPUT_*. */
export async function readInputText(path: string): Promise<string> {
  const [input, other] = await resolveInputs([path]);
  if (input === undefined || other !== undefined) throw new PlimsollError('USAGE', 'must be one file, not a directory', { file: path });
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of utf8Text(unpacked(input.open({ bytes: 0 })))) {
    length += chunk.length;
    if (length > OBJECT_BYTES_MAX) throw new PlimsollError('INPUT_LIMIT', `is larger than ${OBJECT_BYTES_MAX} bytes`);
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** One JSON document; names may not come twice. @throws PlimsollError INPUT_SYNTAX with the line, INPUT_TRUNCATED. */
export function parseJson(text: string): unknown {
  const problem = findJsonProblem(text);
  if (problem === undefined) return JSON.parse(text);
  const { kind, index, path } = problem;
  const line = text.slice(0, index).split('\n').length;
  if (kind !== 'duplicate' && text.slice(index).trim() === '')
    throw new PlimsollError('INPUT_TRUNCATED', 'the JSON ends too early', { line });
  throw new PlimsollError('INPUT_SYNTAX', kind === 'duplicate' ? 'the same name twice in one object' : 'not well-formed JSON', {
    line,
    ...(path === '' ? {} : { path }),
    value: text.slice(index, index + EXCERPT_LENGTH),
  });
}
