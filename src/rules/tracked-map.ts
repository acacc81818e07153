/** A map that remembers which keys were set or deleted, so that what was derived from it can follow the changes. */
export class TrackedMap<Key, Value> extends Map<Key, Value> {
  /** Changed keys, oldest first; a key appears once per change. A reader remembers how far it has read. */
  readonly changedKeys: Key[] = [];

  override set(key: Key, value: Value): this {
    // The constructor of Map calls this before the field exists; the first content is no change.
    this.changedKeys?.push(key);
    return super.set(key, value);
  }

  override delete(key: Key): boolean {
    this.changedKeys.push(key);
    return super.delete(key);
  }

  override clear(): void {
    for (const key of this.keys()) this.changedKeys.push(key);
    super.clear();
  }
}
