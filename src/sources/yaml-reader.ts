import { constructFromEvents, parseEvents, YAMLException } from 'js-yaml';
import { PlimsollError } from '../base/errors.ts';
import { DOCUMENT_DEPTH_MAX, YAML_ALIASES_MAX } from '../base/limits.ts';
import { addDocument, isObject, ListItems, notAnObject, type ObjectSink } from './object-sink.ts';
import { checkAliases } from './yaml-aliases.ts';
import { KUBECTL_SCHEMA } from './yaml-schema.ts';
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
      if (value !== null) locate(contentLine, () => addDocument(this.sink, value, this.file, contentLine, itemLines));
    }
  }

  item(text: string, line: number): void {
    this.list ??= new ListItems(this.sink, this.file, false);
    const path = this.list.nextPath();
    for (const entries of parseYaml(text, line, path)) {
      for (const item of entries as unknown[]) this.list.add(item, line);
    }
  }

  frame(text: string, line: number): void {
    const [value] = parseYaml(text, line);
    locate(line, () => {
      if (!isObject(value)) throw notAnObject(value);
      this.list?.begin(value);
    });
    this.list = undefined;
  }
}

function locate(line: number, act: () => void): void {
  try {
    act();
  } catch (error) {
    throw error instanceof PlimsollError ? error.at({ line }) : error;
  }
}

/** The documents in a text that begins at `line`. js-yaml counts nesting while it parses, so no deep text is ever built. */
function parseYaml(text: string, line: number, path?: string): unknown[] {
  const place = { line, ...(path === undefined ? {} : { path }) };
  try {
    const events = parseEvents(text, { maxDepth: DOCUMENT_DEPTH_MAX });
    checkAliases(events, text);
    return constructFromEvents(events, { source: text, schema: KUBECTL_SCHEMA, maxAliases: YAML_ALIASES_MAX });
  } catch (error) {
    if (error instanceof YAMLException) throw yamlProblem(error, line).at(place);
    throw error instanceof PlimsollError ? error.at(place) : error;
  }
}

const LIMIT_REASONS = /^(?:nesting|aliases|merge keys) exceeded|^abnormal merge/;

function yamlProblem(error: YAMLException, line: number): PlimsollError {
  // Reasons quote foreign names last; what stands before them is js-yaml's own wording.
  const reason = error.reason.replace(/[<"].*$/s, '').trim();
  const place = error.mark ? { line: line + error.mark.line } : {};
  if (LIMIT_REASONS.test(reason)) return new PlimsollError('INPUT_LIMIT', reason, place);
  return new PlimsollError('INPUT_SYNTAX', `not well-formed YAML: ${reason}`, place);
}
