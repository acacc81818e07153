import { PlimsollError } from '../base/errors.ts';
import { OBJECT_BYTES_MAX, YAML_WHOLE_BYTES_MAX } from '../base/limits.ts';

const SPACE = 0x20;
const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const DASH = 0x2d;
const DOT = 0x2e;
const HASH = 0x23;
const PERCENT = 0x25;

const ITEMS = Buffer.from('items:');
const NOTHING = Buffer.alloc(0);

export interface YamlPieces {
  /** A whole document. */
  document(document: YamlDocument): void;
  /** One entry (`- ...`) of the top-level `items` of a document too large for one piece. */
  item(text: string, line: number): void;
  /** The rest of that document: everything around the entries. */
  frame(text: string, line: number): void;
}

export interface YamlDocument {
  readonly text: string;
  /** Where the text begins. */
  readonly line: number;
  /** Where its first content stands, behind markers and comments. */
  readonly contentLine: number;
  /** Where the entries of a top-level block list `items` begin. */
  readonly itemLines: readonly number[];
}

interface Entry {
  /** Offset in the input. */
  readonly offset: number;
  readonly line: number;
}

/** Where the scan stands: before `items:`, right behind it, among its entries, behind them. */
type Phase = 'head' | 'opening' | 'entries' | 'tail';

/**
 * Cuts a stream of YAML bytes into documents, and a large document into the entries of its top-level block list `items`
 * (what kubectl writes), by looking at the beginnings of lines only. That is exact: a line `---` ends a document wherever it
 * stands, and inside a block list no line of an entry may be indented as little as the list's dashes.
 */
export class YamlSplitter {
  private readonly pieces: YamlPieces;
  private readonly wholeBytesMax: number;
  /** Bytes not yet handed out; `base` is the input offset of the first. */
  private window: Buffer = NOTHING;
  private base = 0;
  /** Window index of the current line, and how far its end has been looked for. */
  private lineStart = 0;
  private line = 1;

  private start: Entry = { offset: 0, line: 1 };
  private marked = false;
  private content = false;
  private contentLine = 1;
  private phase: Phase = 'head';
  private dash = 0;
  private entries: Entry[] = [];
  private entriesEnd = -1;
  /** Once the document is too large for one piece: its text before the entries. */
  private head: string | undefined;

  constructor(pieces: YamlPieces, wholeBytesMax = YAML_WHOLE_BYTES_MAX) {
    this.pieces = pieces;
    this.wholeBytesMax = wholeBytesMax;
  }

  push(chunk: Buffer): void {
    const kept = this.window;
    this.window = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
    let searched = kept.length;
    for (;;) {
      const end = this.window.indexOf(NEWLINE, Math.max(searched, this.lineStart));
      if (end < 0) break;
      searched = end + 1;
      this.takeLine(end);
      this.lineStart = end + 1;
      this.line++;
    }
    this.release();
  }

  finish(): void {
    if (this.lineStart < this.window.length) this.takeLine(this.window.length);
    this.lineStart = this.window.length;
    this.endDocument(this.lineStart);
  }

  /** Looks at the line from `lineStart` to `end` (its newline). */
  private takeLine(end: number): void {
    const begin = this.lineStart;
    const first = this.window[begin];
    if (first === DASH && this.isMarker(begin, end, DASH)) {
      if (this.marked || this.content) this.endDocument(begin);
      this.marked = true;
      this.content = !this.isBlank(begin + 3, end);
      this.contentLine = this.line;
      return;
    }
    if (first === DOT && this.isMarker(begin, end, DOT)) {
      this.endDocument(begin);
      this.beginDocument(Math.min(end + 1, this.window.length), this.line + 1);
      return;
    }
    if (this.isBlank(begin, end) || (first === PERCENT && !this.content)) return;
    if (!this.content) this.contentLine = this.line;
    this.content = true;
    this.takeContent(begin, end);
  }

  private takeContent(begin: number, end: number): void {
    if (this.phase === 'tail') return;
    let indent = begin;
    while (this.window[indent] === SPACE) indent++;
    const column = indent - begin;
    if (this.phase === 'head') {
      if (this.isItemsKey(begin, end)) this.phase = 'opening';
      return;
    }
    const isEntry = this.window[indent] === DASH && (indent + 1 === end || isWhite(this.window[indent + 1]));
    if (this.phase === 'opening') {
      this.phase = isEntry ? 'entries' : 'tail';
      this.dash = column;
    }
    if (this.phase !== 'entries' || column > this.dash) return;
    if (isEntry && column === this.dash) {
      this.entries.push({ offset: this.base + begin, line: this.line });
      return;
    }
    this.phase = 'tail';
    this.entriesEnd = this.base + begin;
  }

  /** `items:` in the first column, with nothing behind it but a comment. */
  private isItemsKey(begin: number, end: number): boolean {
    const behind = begin + ITEMS.length;
    if (behind > end || this.window.compare(ITEMS, 0, ITEMS.length, begin, behind) !== 0) return false;
    return behind === end || (isWhite(this.window[behind]) && this.isBlank(behind, end));
  }

  /** Three times the byte, then white space or nothing. */
  private isMarker(begin: number, end: number, byte: number): boolean {
    const window = this.window;
    if (end - begin < 3 || window[begin + 1] !== byte || window[begin + 2] !== byte) return false;
    return begin + 3 === end || isWhite(window[begin + 3]);
  }

  /** White space and comments only. */
  private isBlank(begin: number, end: number): boolean {
    for (let i = begin; i < end; i++) {
      const byte = this.window[i];
      if (byte === HASH) return i === begin || isWhite(this.window[i - 1]);
      if (!isWhite(byte)) return false;
    }
    return true;
  }

  private beginDocument(index: number, line: number): void {
    this.start = { offset: this.base + index, line };
    this.marked = false;
    this.content = false;
    this.phase = 'head';
    this.entries = [];
    this.entriesEnd = -1;
    this.head = undefined;
  }

  private endDocument(index: number): void {
    const end = this.base + index;
    if (this.head !== undefined) {
      const entriesEnd = this.entriesEnd < 0 ? end : this.entriesEnd;
      this.handOutEntries(this.entries.length, entriesEnd);
      this.pieces.frame(this.head + this.text(entriesEnd, end), this.start.line);
    } else if (this.marked || this.content) {
      this.pieces.document({
        text: this.text(this.start.offset, end),
        line: this.start.line,
        contentLine: this.contentLine,
        itemLines: this.entries.map((entry) => entry.line),
      });
    }
    this.beginDocument(index, this.line);
  }

  /** Drops what has been handed out; a document that has grown large begins to hand out its entries. */
  private release(): void {
    const first = this.entries[0];
    const held = this.base + this.window.length - this.start.offset;
    if (first !== undefined && (this.head !== undefined || held > this.wholeBytesMax)) {
      this.head ??= this.text(this.start.offset, first.offset);
      if (this.entriesEnd < 0) this.handOutEntries(this.entries.length - 1, -1);
    }
    const keep = this.head === undefined ? this.start.offset : (this.entries[0]?.offset ?? this.entriesEnd);
    const drop = keep - this.base;
    this.window = this.window.subarray(drop);
    this.base = keep;
    this.lineStart -= drop;
    if (this.window.length > OBJECT_BYTES_MAX) {
      throw new PlimsollError('INPUT_LIMIT', `one object is larger than ${OBJECT_BYTES_MAX} bytes`, { line: this.line });
    }
  }

  /** Hands out the first `count` entries; `end` is where the last one ends when no further entry follows. */
  private handOutEntries(count: number, end: number): void {
    for (let i = 0; i < count; i++) {
      const entry = this.entries[i] as Entry;
      this.pieces.item(this.text(entry.offset, this.entries[i + 1]?.offset ?? end), entry.line);
    }
    this.entries.splice(0, count);
  }

  private text(start: number, end: number): string {
    return this.window.toString('utf8', start - this.base, end - this.base);
  }
}

function isWhite(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB || byte === RETURN;
}
