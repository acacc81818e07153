import { isObject, type RawObject } from '../model/parse/fields.ts';
import { metadataOf, readController } from '../model/parse/metadata.ts';
import type { Anonymization } from '../model/snapshot-results.ts';
import { isNamespaced, reducedObject } from './field-table.ts';
import { eachObject } from './raw-objects.ts';
import { Renamer } from './renamer.ts';

export interface AnonymizeOptions {
  /**
   * What keeps its name: whole texts, such as the resource `nvidia.com/gpu`, a scheduler's name or a namespace; label keys, which then keep their values
   * too; or the domain of keys and resources (`nvidia.com`). Name here what a scheduler configuration names.
   */
  readonly keep?: readonly string[];
}

/**
 * Takes everything out of a cluster dump that scheduling does not read, and replaces all names by pseudonyms under which every decision is the same:
 * equal stay equal, different different, the order of names and of times stays, and names made of other names are made of their pseudonyms.
 * The objects are left as they are. O(size of the input), texts sorted once.
 *
 * @param objects Kubernetes objects as parsed JSON, no lists; what the reader refuses is to be refused before (`readObjects` does).
 * @throws PlimsollError INPUT_KIND for what is no object, FIELD for a time that is none.
 */
export function anonymizeSnapshot(objects: Iterable<object>, options: AnonymizeOptions = {}): Anonymization {
  const renamer = new Renamer(new Set(options.keep ?? []));
  const kept: RawObject[] = [];
  let dropped = 0;
  for (const object of eachObject(objects)) {
    const reduced = reducedObject(object);
    if (reduced === undefined) dropped++;
    else kept.push(withNamespace(reduced));
  }
  for (const object of kept) look(object, renamer);
  for (const object of kept) reducedObject(object, renamer.collect);
  const items = kept.map((object) => reducedObject(object, renamer.rename) as RawObject);
  return {
    snapshot: { apiVersion: 'v1', kind: 'List', items },
    names: renamer.names(),
    summary: { objects: kept.length, dropped, timesShiftedSeconds: renamer.shiftSeconds },
  };
}

/** The namespace that is meant gets its pseudonym too. */
function withNamespace(object: RawObject): RawObject {
  const metadata = metadataOf(object);
  if (!isNamespaced(object.kind as string) || metadata.namespace) return object;
  return { ...object, metadata: { ...metadata, namespace: 'default' } };
}

/** What has to be known before the first text is renamed: numbers that count pods, and keys whose values are compared as numbers. */
function look(object: RawObject, renamer: Renamer): void {
  lookForComparisons(object, renamer);
  if (object.kind !== 'Pod') return;
  const metadata = metadataOf(object);
  if (readController(metadata)?.kind !== 'StatefulSet') return;
  const [, ordinal] = /-(0|[1-9][0-9]{0,4})$/.exec(String(metadata.name)) ?? [];
  if (ordinal !== undefined) renamer.keepOrdinals(Number(ordinal) + 1);
}

/** Operators Gt and Lt of requirements and tolerations. The depth is that of the field table. */
function lookForComparisons(value: unknown, renamer: Renamer): void {
  if (typeof value !== 'object' || value === null) return;
  if (isObject(value) && typeof value.key === 'string' && (value.operator === 'Gt' || value.operator === 'Lt'))
    renamer.keepNumbers(value.key);
  for (const part of Object.values(value)) lookForComparisons(part, renamer);
}

/** A text about the anonymised snapshot with the names put back: an answer, a message, a table. O(length). */
export function revealText(text: string, names: ReadonlyMap<string, string>): string {
  return text.replace(/uid-[0-9]+|[\p{L}\p{N}]+/gu, (word) => names.get(word) ?? word);
}
