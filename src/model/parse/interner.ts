import { canonical } from './canonical.ts';
import { digestOf } from './digest.ts';

interface Entry {
  readonly value: object;
  readonly id: number;
  readonly digest: string;
}

/** One object for equal content, so that whatever is computed per object (compiled selectors, requests) is computed once. */
export class Interner {
  private readonly byText = new Map<string, Entry>();
  private readonly byValue = new Map<object, Entry>();

  /** The first object seen with this content; all later equal ones are dropped. */
  share<T extends object>(value: T): T {
    return this.byValue.has(value) ? value : this.enter(value, canonical(value), undefined);
  }

  shareOptional<T extends object>(value: T | undefined): T | undefined {
    return value === undefined ? undefined : this.share(value);
  }

  /**
   * The same for an object whose object fields are shared already: costs the number of fields, not their size. All objects
   * given here must have the same fields in the same order.
   */
  shareWhole<T extends object>(value: T): T {
    let text = '*';
    let digests = '';
    for (const field of Object.values(value)) {
      const entry = typeof field === 'object' && field !== null ? this.byValue.get(field) : undefined;
      const own = entry === undefined ? canonical(field) : undefined;
      text += own ?? `@${entry?.id};`;
      digests += own ?? entry?.digest;
    }
    return this.enter(value, text, digests);
  }

  /** Digest of the content of a shared object. */
  digestOf(value: object): string {
    return this.byValue.get(value)?.digest ?? digestOf(canonical(value));
  }

  private enter<T extends object>(value: T, text: string, digests: string | undefined): T {
    const known = this.byText.get(text);
    if (known !== undefined) return known.value as T;
    const entry = { value, id: this.byText.size, digest: digestOf(digests ?? text) };
    this.byText.set(text, entry);
    this.byValue.set(value, entry);
    return value;
  }
}
