import { type ErrorPlace, PlimsollError, quote } from '../../base/errors.ts';

/** Who is already there: names per kind and namespace, and UIDs of pods, each with its place. */
export class Identities {
  private readonly names = new Map<string, Map<string, Map<string, ErrorPlace>>>();
  private readonly podUids = new Map<string, ErrorPlace>();

  /** Throws DUPLICATE, naming both places. */
  claim(kind: string, namespace: string, name: string, place: ErrorPlace): void {
    const byName = entry(
      entry(this.names, kind, () => new Map<string, Map<string, ErrorPlace>>()),
      namespace,
      () => new Map<string, ErrorPlace>(),
    );
    const first = byName.get(name);
    if (first !== undefined)
      throw duplicate(`${kind} ${quote(namespace === '' ? name : `${namespace}/${name}`)} is there twice`, first, 'metadata.name', name);
    byName.set(name, place);
  }

  claimPodUid(uid: string, place: ErrorPlace): void {
    const first = this.podUids.get(uid);
    if (first !== undefined) throw duplicate('two pods have one UID', first, 'metadata.uid', uid);
    this.podUids.set(uid, place);
  }
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}

function duplicate(problem: string, first: ErrorPlace, path: string, value: string): PlimsollError {
  return new PlimsollError('DUPLICATE', `${problem}, first at ${where(first)}`, { path, value, hint: 'remove one of them' });
}

function where({ file, line, path }: ErrorPlace): string {
  return [file, line === undefined ? undefined : `line ${line}`, path].filter(Boolean).join(': ') || 'an unnamed place';
}
