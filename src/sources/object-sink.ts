import { type ErrorPlace, PlimsollError } from '../base/errors.ts';
import { isObject, type RawObject } from '../model/parse/fields.ts';
import type { ImpliedKind } from '../model/parse/snapshot-builder.ts';

/** Where readers put each object as soon as they have it. */
export interface ObjectSink {
  /** `implied` is what a typed list says about items that do not name their kind. */
  add(raw: unknown, place: ErrorPlace, implied?: ImpliedKind): void;
}

/** A kind that ends so is a list of objects: List, PodList, NodeList. */
const LIST_SUFFIX = 'List';

const READABLE = 'what kubectl get -o json or -o yaml writes can be read';

/** What the head of a list says: undefined kind when it is not (yet) written there. */
export interface ListHead {
  readonly kind?: unknown;
  readonly apiVersion?: unknown;
  readonly metadata?: unknown;
}

/** The kind of a typed list's items; undefined for a plain v1 List. Throws INPUT_KIND for what is no list. */
function impliedKind(head: ListHead): ImpliedKind | undefined {
  const { kind, apiVersion } = head;
  if (kind === undefined) {
    throw new PlimsollError('INPUT_KIND', 'an object with items has no kind', {
      path: 'kind',
      hint: 'kubectl writes the kind of a list last, so the file may have been cut off',
    });
  }
  if (typeof kind !== 'string' || !kind.endsWith(LIST_SUFFIX)) {
    throw new PlimsollError('INPUT_KIND', 'an object with items is not a list', {
      path: 'kind',
      value: kind,
      hint: 'a list has the kind List, NodeList, PodList, ...',
    });
  }
  if (kind === LIST_SUFFIX) return undefined;
  return { kind: kind.slice(0, -LIST_SUFFIX.length), ...(typeof apiVersion === 'string' ? { apiVersion } : {}) };
}

export function notAnObject(value: unknown, place: ErrorPlace): PlimsollError {
  return new PlimsollError('INPUT_KIND', 'not a Kubernetes object', { hint: READABLE, ...place, value });
}

/** Whether the object itself says what it is, so that the kind of its list does not matter. */
function namesItsKind(value: RawObject): boolean {
  return typeof value.kind === 'string';
}

/** Takes the items of one list in order; holds items back only while the list has not yet said what kind they are of. */
export class ListItems {
  private readonly sink: ObjectSink;
  private readonly place: ErrorPlace;
  private readonly prefix: string;
  private readonly held: { raw: unknown; place: ErrorPlace }[] = [];
  private head: { readonly implied: ImpliedKind | undefined } | undefined;
  private count = 0;

  /** `place` is the list's own; `bare`: an array without a list around it, whose items must name their kind. */
  constructor(sink: ObjectSink, place: ErrorPlace, bare: boolean) {
    this.sink = sink;
    this.place = place;
    this.prefix = bare ? '' : 'items';
    if (bare) this.head = { implied: undefined };
  }

  /** The list has said what it is. Throws INPUT_KIND when that is no list. */
  begin(head: ListHead): void {
    this.head ??= { implied: this.impliedBy(head) };
    for (const { raw, place } of this.held) this.sink.add(raw, place, this.head.implied);
    this.held.length = 0;
  }

  /** The list is complete, and so is its head. Throws INPUT_TRUNCATED for one page of a longer list. */
  end(head: ListHead): void {
    this.begin(head);
    const { metadata } = head;
    if (isObject(metadata) && metadata.continue) {
      throw new PlimsollError('INPUT_TRUNCATED', 'the list is one page of a longer one', {
        ...this.place,
        path: 'metadata.continue',
        hint: 'fetch it without a limit, as kubectl get does',
      });
    }
  }

  /** `line`: 1-based, where the item begins, if that is known better than from the list. */
  add(raw: unknown, line = this.place.line): void {
    const place: ErrorPlace = { ...this.place, path: this.nextPath(), ...(line === undefined ? {} : { line }) };
    if (!isObject(raw)) throw notAnObject(raw, place);
    this.count++;
    const unclear = this.head === undefined && !namesItsKind(raw);
    if (unclear || this.held.length > 0) this.held.push({ raw, place });
    else this.sink.add(raw, place, this.head?.implied);
  }

  /** Path of the item that comes next. */
  nextPath(): string {
    return `${this.prefix}[${this.count}]`;
  }

  private impliedBy(head: ListHead): ImpliedKind | undefined {
    try {
      return impliedKind(head);
    } catch (error) {
      throw error instanceof PlimsollError ? error.at(this.place) : error;
    }
  }
}

/** Hands on one whole document: an object, a list, or an array of objects; `itemLines` where known. Throws INPUT_KIND. */
export function addDocument(sink: ObjectSink, value: unknown, place: ErrorPlace = {}, itemLines: readonly number[] = []): void {
  if (isObject(value) && !Array.isArray(value.items)) {
    if (!namesItsKind(value)) throw withoutKind(value, place);
    if (value.kind === 'Status' && value.apiVersion === 'v1') throw failedRequest(value, place);
    if (isEmptyList(value)) return;
    sink.add(value, place);
    return;
  }
  const items: unknown = isObject(value) ? value.items : value;
  if (!Array.isArray(items)) throw notAnObject(value, place);
  const list = new ListItems(sink, place, !isObject(value));
  if (isObject(value)) list.begin(value);
  for (const [i, item] of items.entries()) list.add(item, itemLines[i]);
  if (isObject(value)) list.end(value);
}

/** Go writes an empty list of items as null. */
function isEmptyList(value: RawObject): boolean {
  return value.items === null && String(value.kind).endsWith(LIST_SUFFIX);
}

/** What an API server writes in place of the objects that it was asked for. */
function failedRequest(value: RawObject, place: ErrorPlace): PlimsollError {
  return new PlimsollError('INPUT_KIND', 'this is the answer of an API server to a failed request', {
    ...place,
    ...(value.message === undefined ? {} : { value: value.message }),
    hint: 'fetch the objects again',
  });
}

/** Other JSON and YAML: a trace, a values file, a schema. Its member names tell the user which. */
function withoutKind(value: RawObject, place: ErrorPlace): PlimsollError {
  return new PlimsollError('INPUT_KIND', 'a document without kind is not a Kubernetes object', {
    ...place,
    value: `{${Object.keys(value).join(', ')}}`,
    hint: READABLE,
  });
}

/** Takes lists in lists apart, and gives each object the kind that its list implies. */
export class Flattened implements ObjectSink {
  private readonly each: (object: RawObject, place: ErrorPlace) => void;

  constructor(each: (object: RawObject, place: ErrorPlace) => void) {
    this.each = each;
  }

  add(raw: unknown, place: ErrorPlace, implied?: ImpliedKind): void {
    if (!isObject(raw)) throw notAnObject(raw, place);
    if (typeof raw.kind === 'string' && raw.kind.endsWith(LIST_SUFFIX) && Array.isArray(raw.items)) {
      const list = new ListItems(this, place, false);
      list.begin(raw);
      for (const item of raw.items) list.add(item);
      return;
    }
    // What the object says of itself counts, even where it makes no sense.
    if (implied === undefined || (raw.kind !== undefined && raw.kind !== null)) this.each(raw, place);
    else this.each({ ...raw, kind: implied.kind, apiVersion: raw.apiVersion ?? implied.apiVersion }, place);
  }
}
