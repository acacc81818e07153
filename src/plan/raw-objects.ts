import { PlimsollError } from '../base/errors.ts';
import { isObject, type RawObject } from '../model/parse/fields.ts';

const HINT = 'readObjects takes files and lists apart';

/**
 * Objects one by one, as questions about a dump want them. A list of objects, or an object that is a list, would read as nothing at all.
 * @throws PlimsollError USAGE when there are no objects to go through, INPUT_KIND for what is no object of its own.
 */
export function* eachObject(objects: Iterable<object>): Generator<RawObject> {
  checkIterable(objects);
  for (const object of objects) yield checkedObject(object);
}

/** @throws PlimsollError USAGE. */
export function checkIterable(objects: Iterable<object>): void {
  if (typeof objects !== 'object' || objects === null || typeof objects[Symbol.iterator] !== 'function') {
    throw new PlimsollError('USAGE', 'are no list of objects', { path: 'objects', value: objects, hint: HINT });
  }
}

/** @throws PlimsollError INPUT_KIND. */
export function checkedObject(object: unknown): RawObject {
  if (!isObject(object)) throw new PlimsollError('INPUT_KIND', 'not a Kubernetes object', { value: object });
  if (typeof object.kind === 'string' && object.kind.endsWith('List') && Array.isArray(object.items)) {
    throw new PlimsollError('INPUT_KIND', 'is a list and no object of its own', { path: 'kind', value: object.kind, hint: HINT });
  }
  return object;
}
