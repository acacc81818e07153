import { assert } from '../base/assert.ts';
import { type ErrorPlace, PlimsollError } from '../base/errors.ts';
import { isObject } from '../model/parse/fields.ts';
import { countNames } from './json-names.ts';
import { findJsonProblem } from './json-problem.ts';
import { type JsonPiece, type JsonPieces, JsonSplitter } from './json-splitter.ts';
import { addDocument, type ListHead, ListItems, notAnObject, type ObjectSink } from './object-sink.ts';

/** Characters of the input shown in an error. */
const EXCERPT_LENGTH = 20;

const LIST_END = Buffer.from(']}');

/**
 * Reads JSON: one or several documents after each other (NDJSON), each an object, a list or an array of objects. Lists
 * stream: memory is that of one item. Throws INPUT_SYNTAX (duplicate names too), INPUT_TRUNCATED, INPUT_LIMIT, INPUT_KIND.
 */
export async function readJson(chunks: AsyncIterable<Buffer>, sink: ObjectSink, file: string): Promise<void> {
  const splitter = new JsonSplitter(new Pieces(sink, file));
  for await (const chunk of chunks) splitter.push(chunk);
  splitter.finish();
}

class Pieces implements JsonPieces {
  private readonly sink: ObjectSink;
  private readonly file: string;
  private list: ListItems;

  constructor(sink: ObjectSink, file: string) {
    this.sink = sink;
    this.file = file;
    this.list = new ListItems(sink, { file }, true);
  }

  listBegins(head: JsonPiece): void {
    const bare = head.text.length === 1;
    this.list = new ListItems(this.sink, this.placeOf(head), bare);
    if (bare) return;
    const text = Buffer.concat([head.text, LIST_END]);
    const soFar = parse({ ...head, text }) as ListHead;
    if (soFar.kind !== undefined) this.list.begin(soFar);
  }

  item(item: JsonPiece): void {
    this.list.add(parse(item, this.list.nextPath()), item.line);
  }

  documentEnds(frame: JsonPiece, split: boolean): void {
    const value = parse(frame, undefined, !split);
    if (!split) {
      addDocument(this.sink, value, this.placeOf(frame));
      return;
    }
    const items = isObject(value) ? value.items : value;
    const foreign = (items as unknown[]).find((item) => !isObject(item));
    if (foreign !== undefined) throw notAnObject(foreign, { ...this.placeOf(frame), ...(isObject(value) ? { path: 'items' } : {}) });
    if (isObject(value)) this.list.end(value);
  }

  private placeOf(piece: JsonPiece): ErrorPlace {
    return { file: this.file, line: piece.line };
  }
}

/** `path` is where the piece stands in its document. Throws INPUT_SYNTAX. */
function parse(piece: JsonPiece, path?: string, whole = true): unknown {
  const text = piece.text.toString('utf8');
  let value: unknown;
  let good = true;
  try {
    value = JSON.parse(text);
  } catch {
    good = false;
  }
  const object = typeof value === 'object' && value !== null ? value : undefined;
  if (good && (object === undefined || countNames(object) === piece.colons)) return value;
  const outer = path === undefined ? { line: piece.line } : { line: piece.line, path };
  throw badJson(text, piece, whole).at(outer);
}

/** Says where: JSON.parse itself does not always, and its message quotes foreign text. */
function badJson(text: string, piece: JsonPiece, whole: boolean): PlimsollError {
  const problem = findJsonProblem(text);
  assert(problem, 'JSON.parse and the inspector agree on what is well-formed');
  const { kind, index, path } = problem;
  const before = text.slice(0, index);
  const byte = whole ? ` at byte ${piece.offset + Buffer.byteLength(before)}` : ' around the items of the list';
  return new PlimsollError(
    'INPUT_SYNTAX',
    `${kind === 'duplicate' ? 'the same name twice in one object' : 'not well-formed JSON'}${byte}`,
    {
      ...(path === '' ? {} : { path }),
      ...(whole ? { line: piece.line + before.split('\n').length - 1 } : {}),
      value: text.slice(index, index + EXCERPT_LENGTH),
    },
  );
}
