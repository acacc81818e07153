import { type ErrorPlace, PlimsollError } from '../base/errors.ts';
import type { ImpliedKind } from '../model/parse/snapshot-builder.ts';

/** Where readers put each object as soon as they have it. */
export interface ObjectSink {
  /** `implied` is what a typed list says about items that do not name their kind. */
  add(raw: unknown, place: ErrorPlace, implied?: ImpliedKind): void;
}

/** A kind that ends so is a list of objects: List, PodList, NodeList. */
const LIST_SUFFIX = 'List';

/** What the head of a list says: undefined kind when it is not (yet) written there. */
export interface ListHead {
  readonly kind?: unknown;
  readonly apiVersion?: unknown;
}

/** The kind of a typed list's items; undefined for a plain v1 List. Throws INPUT_KIND for what is no list. */
export function impliedKind(head: ListHead): ImpliedKind | undefined {
  const { kind, apiVersion } = head;
  if (typeof kind !== 'string' || !kind.endsWith(LIST_SUFFIX)) {
    const problem = kind === undefined ? 'an object with items has no kind' : 'an object with items is not a list';
    throw new PlimsollError('INPUT_KIND', problem, { path: 'kind', value: kind, hint: 'a list has the kind List, NodeList, PodList, ...' });
  }
  if (kind === LIST_SUFFIX) return undefined;
  return { kind: kind.slice(0, -LIST_SUFFIX.length), ...(typeof apiVersion === 'string' ? { apiVersion } : {}) };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function notAnObject(value: unknown, path?: string): PlimsollError {
  return new PlimsollError('INPUT_KIND', 'not a Kubernetes object', { ...(path === undefined ? {} : { path }), value });
}

/** Whether the object itself says what it is, so that the kind of its list does not matter. */
export function namesItsKind(value: unknown): boolean {
  return isObject(value) && typeof value.kind === 'string';
}

/** Other JSON and YAML: a trace, a values file, a schema. Its member names tell the user which. */
function withoutKind(value: Record<string, unknown>): PlimsollError {
  return new PlimsollError('INPUT_KIND', 'a document without kind is not a Kubernetes object', {
    value: `{${Object.keys(value).join(', ')}}`,
    hint: 'what kubectl get -o json or -o yaml writes can be read',
  });
}

/** Takes the items of one list in order; holds items back only while the list has not yet said what kind they are of. */
export class ListItems {
  private readonly sink: ObjectSink;
  private readonly file: string | undefined;
  private readonly prefix: string;
  private readonly held: { raw: unknown; place: ErrorPlace }[] = [];
  private head: { readonly implied: ImpliedKind | undefined } | undefined;
  private count = 0;

  /** `bare`: an array without a list around it; its items must name their kind. */
  constructor(sink: ObjectSink, file: string | undefined, bare: boolean) {
    this.sink = sink;
    this.file = file;
    this.prefix = bare ? '' : 'items';
    if (bare) this.head = { implied: undefined };
  }

  /** The list has said what it is. Throws INPUT_KIND when that is no list. */
  begin(head: ListHead): void {
    this.head ??= { implied: impliedKind(head) };
    for (const { raw, place } of this.held) this.sink.add(raw, place, this.head.implied);
    this.held.length = 0;
  }

  /** `line`: 1-based, where the item begins. */
  add(raw: unknown, line: number | undefined): void {
    const path = this.nextPath();
    const place = { path, ...placeOf(this.file, line) };
    if (!isObject(raw)) throw notAnObject(raw).at(place);
    this.count++;
    const unclear = this.head === undefined && !namesItsKind(raw);
    if (unclear || this.held.length > 0) this.held.push({ raw, place });
    else this.sink.add(raw, place, this.head?.implied);
  }

  /** Path of the item that comes next. */
  nextPath(): string {
    return `${this.prefix}[${this.count}]`;
  }
}

/** Hands on one whole document: an object, a list, or an array of objects; `itemLines` where known. Throws INPUT_KIND. */
export function addDocument(sink: ObjectSink, value: unknown, file?: string, line?: number, itemLines: readonly number[] = []): void {
  const bare = Array.isArray(value);
  if (!bare && !isObject(value)) throw notAnObject(value);
  const items = bare ? value : value.items;
  if (!Array.isArray(items)) {
    if (!namesItsKind(value)) throw withoutKind(value as Record<string, unknown>);
    sink.add(value, placeOf(file, line));
    return;
  }
  const list = new ListItems(sink, file, bare);
  if (!bare) list.begin(value as ListHead);
  for (const [i, item] of items.entries()) list.add(item, itemLines[i] ?? line);
}

function placeOf(file: string | undefined, line: number | undefined): ErrorPlace {
  return { ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) };
}
