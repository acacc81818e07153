/**
 * Pseudonyms that stand in the same relations as the texts they replace. A text is cut into words at everything that is no letter or digit, each
 * different word gets one pseudonym, and what is between the words stays. So texts are equal exactly when their pseudonyms are, and names that Kubernetes
 * makes of others (`web-7d9f-x2x4z`, `data-web-0`, `us-east1-b__us-east1-c`, `registry/app:tag`) are still made of the others' pseudonyms. Pseudonyms
 * also keep the order of the words, because ties are broken by name: a hash would not, and hashes of short words can be guessed by trying.
 */
import { assert } from '../base/assert.ts';

const WORD = /[\p{L}\p{N}]+/gu;
/** Digits after the letter: two keep `a7` and `v1` of ordinary text from looking like a pseudonym. */
const DIGITS_MIN = 2;
const LETTERS = 26;
/** Label values, namespaces and the last part of a key. */
const PART_LENGTH_MAX = 63;
/** Ordinals up to here stay numbers; no StatefulSet comes near. */
const ORDINALS_MAX = 100_000;

/** First `collect` every text, then ask for pseudonyms. */
export class Pseudonyms {
  private readonly texts = new Set<string>();
  private readonly words = new Set<string>();
  private readonly wholes = new Map<string, string>();
  private readonly reserved: ReadonlySet<string>;
  private byWord: Map<string, string> | undefined;
  private ordinals = 0;

  /** `kept`: texts that stay as they are; no pseudonym looks like a word of theirs. */
  constructor(kept: Iterable<string> = []) {
    this.reserved = new Set(Array.from(kept, (text) => text.match(WORD) ?? []).flat());
  }

  /** `bounded`: the text may be as long as a label value, and so may its pseudonym. */
  collect(text: string, bounded: boolean): void {
    assert(this.byWord === undefined, 'texts are collected before pseudonyms are given');
    if (this.texts.has(text)) return;
    if (bounded) this.texts.add(text);
    for (const [word] of text.matchAll(WORD)) this.words.add(word);
  }

  /** Numbers below stay as they are: controllers count their pods with them. */
  keepOrdinals(below: number): void {
    this.ordinals = Math.min(ORDINALS_MAX, Math.max(this.ordinals, below));
  }

  /** The pseudonym of a collected text. O(length). */
  of(text: string, bounded: boolean): string {
    this.byWord ??= this.assign();
    return (bounded ? this.wholes.get(text) : undefined) ?? this.inWords(text);
  }

  /** What each pseudonym stands for; words that stay are left out. */
  names(): ReadonlyMap<string, string> {
    const byWord = this.byWord ?? this.assign();
    const pairs = [...byWord, ...this.wholes].filter(([text, pseudonym]) => text !== pseudonym);
    return new Map(pairs.map(([text, pseudonym]) => [pseudonym, text]));
  }

  private inWords(text: string): string {
    return text.replace(WORD, (word) => {
      const pseudonym = this.byWord?.get(word);
      assert(pseudonym !== undefined, 'every text is collected first');
      return pseudonym;
    });
  }

  /**
   * Words in the order of their code units get letter and number in that order. Kept ordinals are fixed points: what comes after one in the order
   * starts with it. As all from 0 on are fixed, whatever lies between one and the next is not a number that is longer by a digit, and a letter puts it
   * where it was.
   */
  private assign(): Map<string, string> {
    const fixed = new Set(Array.from({ length: this.ordinals }, (_, i) => String(i)));
    const sorted = [...new Set([...this.words, ...fixed])].sort();
    let digits = DIGITS_MIN;
    while (LETTERS * 10 ** digits < sorted.length + this.reserved.size) digits++;
    const byWord = new Map<string, string>();
    this.byWord = byWord;
    let last = '';
    let rank = 0;
    for (const word of sorted) {
      if (fixed.has(word)) {
        last = word;
        byWord.set(word, word);
        continue;
      }
      // Letters beyond ASCII are refused in names and labels, and have to be refused still.
      const foreign = /^[A-Za-z0-9]*$/.test(word) ? '' : 'é';
      while (this.reserved.has(numbered(last, rank, digits))) rank++;
      byWord.set(word, `${numbered(last, rank++, digits)}${foreign}`);
    }
    this.shortenLong();
    return byWord;
  }

  /** Many short words can become a text that is longer than a label may be: such a text gets one pseudonym for the whole. */
  private shortenLong(): void {
    for (const text of this.texts) {
      if (this.inWords(text).length > Math.max(PART_LENGTH_MAX, text.length)) this.wholes.set(text, `zz${this.wholes.size}`);
    }
    this.texts.clear();
  }
}

/** What it comes after, a letter, and a number of so many digits: in the order of the ranks. */
function numbered(last: string, rank: number, digits: number): string {
  return `${last}${String.fromCharCode(97 + Math.floor(rank / 10 ** digits))}${String(rank % 10 ** digits).padStart(digits, '0')}`;
}
