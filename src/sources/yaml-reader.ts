import { constructFromEvents, EVENT_ID, type Event, parseEvents, YAMLException } from 'js-yaml';
import { PlimsollError } from '../base/errors.ts';
import { DOCUMENT_DEPTH_MAX, YAML_ALIASES_MAX } from '../base/limits.ts';
import { isObject } from '../model/parse/fields.ts';
import { addDocument, ListItems, notAnObject, type ObjectSink } from './object-sink.ts';
import { findAliasProblem } from './yaml-aliases.ts';
import { KUBECTL_SCHEMA, NOT_FINITE } from './yaml-schema.ts';
import { type YamlDocument, type YamlPieces, YamlSplitter } from './yaml-splitter.ts';

/**
 * Reads YAML: one or several documents, each an object or a list; empty documents are passed over. A list too large for one
 * piece streams entry by entry; anchors are then known inside their own entry only. Scalars read as kubectl reads them.
 * Throws INPUT_SYNTAX (duplicate keys and unknown tags too), INPUT_LIMIT (nesting, aliases), INPUT_KIND.
 */
export async function readYaml(chunks: AsyncIterable<Buffer>, sink: ObjectSink, file: string, wholeBytesMax?: number): Promise<void> {
  const splitter = new YamlSplitter(new Pieces(sink, file), wholeBytesMax);
  for await (const chunk of chunks) splitter.push(chunk);
  splitter.finish();
}

const WRITTEN_NULL = /^(?:---)?\s*(?:null|Null|NULL|~)\s*(?:#.*)?$/m;

class Pieces implements YamlPieces {
  private readonly sink: ObjectSink;
  private readonly file: string;
  private list: ListItems | undefined;

  constructor(sink: ObjectSink, file: string) {
    this.sink = sink;
    this.file = file;
  }

  document({ text, line, contentLine, itemLines }: YamlDocument): void {
    for (const value of parseYaml(text, line)) {
      // Templates leave empty documents behind; a null that is written out is what a failed command left.
      if (value !== null || WRITTEN_NULL.test(text)) addDocument(this.sink, value, { file: this.file, line: contentLine }, itemLines);
    }
  }

  item(text: string, line: number): void {
    this.list ??= new ListItems(this.sink, { file: this.file }, false);
    const path = this.list.nextPath();
    for (const entries of parseYaml(text, line, path)) {
      for (const item of entries as unknown[]) this.list.add(item, line);
    }
  }

  frame(text: string, line: number): void {
    const [value] = parseYaml(text, line);
    if (!isObject(value)) throw notAnObject(value, { line });
    this.list?.end(value);
    this.list = undefined;
  }
}

/** The documents in a text that begins at `line`. js-yaml counts nesting while it parses, so no deep text is ever built. */
function parseYaml(text: string, line: number, path?: string): unknown[] {
  let events: Event[] = [];
  try {
    events = parseEvents(text, { maxDepth: DOCUMENT_DEPTH_MAX });
    const aliases = findAliasProblem(events, text);
    if (aliases) throw new PlimsollError('INPUT_LIMIT', aliases.problem, { line: line + lineBreaks(text, aliases.index) });
    return constructFromEvents(events, { source: text, schema: KUBECTL_SCHEMA, maxAliases: YAML_ALIASES_MAX });
  } catch (error) {
    const problem = error instanceof YAMLException ? yamlProblem(error, text, events, line) : error;
    throw problem instanceof PlimsollError && path !== undefined ? problem.at({ path }) : problem;
  }
}

const LIMIT_REASONS = /^(?:nesting|aliases|merge keys) exceeded|^abnormal merge/;

function yamlProblem(error: YAMLException, text: string, events: readonly Event[], line: number): PlimsollError {
  // Reasons quote foreign names last; what stands before them is js-yaml's own wording.
  const reason = error.reason.replace(/!?[<"].*$/s, '').trim();
  const place = { line: line + (error.mark?.line ?? lineBreaks(text, notFiniteIndex(events, text))) };
  if (LIMIT_REASONS.test(reason)) return new PlimsollError('INPUT_LIMIT', reason, place);
  return new PlimsollError('INPUT_SYNTAX', `not well-formed YAML: ${reason}`, place);
}

/** js-yaml marks every error but the schema's own: the scalars that JSON has no number for. */
function notFiniteIndex(events: readonly Event[], text: string): number {
  for (const event of events) {
    if (event.type === EVENT_ID.SCALAR && NOT_FINITE.test(text.slice(event.valueStart, event.valueEnd))) return event.valueStart;
  }
  return 0;
}

function lineBreaks(text: string, index: number): number {
  return text.slice(0, index).split('\n').length - 1;
}
