import { PlimsollError } from '../base/errors.ts';
import { DOCUMENT_DEPTH_MAX, OBJECT_BYTES_MAX } from '../base/limits.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const TAB = 0x09;
const SPACE = 0x20;

const ITEMS = Buffer.from('"items"');
const EMPTY_OBJECT = Buffer.from('{}');
const NOTHING = Buffer.alloc(0);

/** Where a piece of JSON text begins in its input. */
export interface JsonPosition {
  /** Byte offset in the decompressed input. */
  readonly offset: number;
  /** 1-based. */
  readonly line: number;
}

/** One complete JSON value; `text` is only valid during the call. */
export interface JsonPiece extends JsonPosition {
  readonly text: Buffer;
  /** Name separators outside strings: the number of members that the parsed value must have, or a name occurs twice. */
  readonly colons: number;
}

export interface JsonPieces {
  /** The head of a list, up to and with the bracket that opens its items; '[' alone for a bare array. */
  listBegins(head: JsonPiece): void;
  /** One object of the current list. */
  item(item: JsonPiece): void;
  /** A document has ended. When it is a list that was `split`, its objects stand in `frame` as one `{}`; anything else is still there. */
  documentEnds(frame: JsonPiece, split: boolean): void;
}

/**
 * Cuts a stream of JSON bytes into documents, and lists (objects with a top-level `items` array, or bare arrays) into their
 * items, without building anything: one pass, memory of one item. What it cuts is not validated: pieces and frames go
 * through JSON.parse, and a text is well-formed exactly when all of its pieces are.
 */
export class JsonSplitter {
  private readonly pieces: JsonPieces;
  /** Bytes not yet handed out; `base` is the input offset of its first byte, `mark` the index where the current piece begins. */
  private window: Buffer = NOTHING;
  private base = 0;
  private mark = 0;

  private depth = 0;
  private inString = false;
  private escaped = false;
  private line = 1;
  private colons = 0;

  private start: JsonPosition = { offset: 0, line: 1 };
  private frame: Buffer[] = [];
  private frameBytes = 0;
  private frameColons = 0;
  private keyStart = -1;
  private atItems = false;
  /** Depth inside an item's braces; 0 outside of the list's brackets. */
  private itemDepth = 0;
  private inItem = false;
  private itemLine = 1;
  private split = false;
  private itemCount = 0;

  constructor(pieces: JsonPieces) {
    this.pieces = pieces;
  }

  /** Takes the next bytes. Throws INPUT_LIMIT (depth, size of one object) and INPUT_SYNTAX (bytes between documents). */
  push(chunk: Buffer): void {
    const kept = this.window.subarray(this.mark);
    if (kept.length + this.frameBytes > OBJECT_BYTES_MAX)
      throw this.limit(`one object is larger than ${OBJECT_BYTES_MAX} bytes`, this.mark);
    this.base += this.mark;
    this.mark = 0;
    this.window = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
    this.scan(kept.length);
    if (this.depth === 0) this.mark = this.window.length;
  }

  /** The input has ended. Throws INPUT_TRUNCATED inside a document. */
  finish(): void {
    if (this.depth === 0) return;
    const inside = this.split ? `inside a list, after ${this.itemCount} complete items` : 'inside a JSON document';
    throw new PlimsollError('INPUT_TRUNCATED', `the input ends ${inside}`, {
      line: this.line,
      hint: 'the file was cut off; write it again',
    });
  }

  /**
   * The hot loop, about one nanosecond a byte: runs of spaces and strings are skipped in place, counters live in locals and
   * are written back before anything else looks at them.
   */
  private scan(from: number): void {
    const window = this.window;
    const end = window.length;
    let i = this.inString ? this.skipString(from) : from;
    let line = this.line;
    let colons = this.colons;
    while (i < end) {
      const byte = window[i] as number;
      if (byte === QUOTE && this.depth > 1) {
        const start = ++i;
        while (i < end && window[i] !== QUOTE) i += window[i] === BACKSLASH ? 2 : 1;
        i = i < end ? i + 1 : this.skipString(start);
      } else if (byte === SPACE) {
        i++;
        while (i < end && window[i] === SPACE) i++;
      } else if (byte === NEWLINE) {
        line++;
        i++;
      } else if (byte === COLON) {
        colons++;
        i++;
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || this.depth <= 1) {
        this.line = line;
        this.colons = colons;
        i = this.structure(i, byte);
        colons = this.colons;
      } else {
        i++;
      }
    }
    this.line = line;
    this.colons = colons;
  }

  /** What changes depth, and everything at depth 0 and 1; returns the index of the next byte to look at. */
  private structure(i: number, byte: number): number {
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.open(i, byte);
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) this.close(i);
    else if (this.depth === 0) this.expectSpace(i, byte);
    else if (byte === COMMA) this.atItems = false;
    else if (byte === QUOTE) {
      this.keyStart = this.base + i;
      return this.skipString(i + 1);
    }
    return i + 1;
  }

  /** Goes on inside a string from index `i`; returns the index behind its end, or the window's end. */
  private skipString(from: number): number {
    const window = this.window;
    const end = window.length;
    let i = this.escaped ? from + 1 : from;
    while (i < end) {
      const byte = window[i] as number;
      if (byte === QUOTE) {
        this.inString = false;
        this.escaped = false;
        if (this.depth === 1) this.atItems = this.isItemsKey(this.keyStart - this.base, i + 1);
        return i + 1;
      }
      i += byte === BACKSLASH ? 2 : 1;
    }
    this.inString = true;
    this.escaped = i > end;
    return end;
  }

  private isItemsKey(start: number, end: number): boolean {
    return end - start === ITEMS.length && this.window.compare(ITEMS, 0, ITEMS.length, start, end) === 0;
  }

  private open(i: number, byte: number): void {
    if (this.depth === 0) this.beginDocument(i);
    if (++this.depth > DOCUMENT_DEPTH_MAX) throw this.limit(`nesting is deeper than ${DOCUMENT_DEPTH_MAX}`, i);
    if (byte === OPEN_BRACE) {
      if (this.depth === this.itemDepth && !this.inItem) this.beginItem(i);
      return;
    }
    const opensItems = this.depth === 1 || (this.depth === 2 && this.atItems);
    if (opensItems && !this.split) this.beginList(i);
  }

  private close(i: number): void {
    if (this.depth === 0) this.expectSpace(i, CLOSE_BRACE);
    if (this.inItem && this.depth === this.itemDepth) this.endItem(i + 1);
    this.depth--;
    if (this.itemDepth !== 0 && this.depth < this.itemDepth - 1) this.itemDepth = 0;
    if (this.depth === 0) this.endDocument(i + 1);
  }

  private beginDocument(i: number): void {
    this.start = { offset: this.base + i, line: this.line };
    this.mark = i;
    this.frame = [];
    this.frameBytes = 0;
    this.colons = 0;
    this.keyStart = -1;
    this.atItems = false;
    this.itemDepth = 0;
    this.split = false;
    this.itemCount = 0;
  }

  private beginList(i: number): void {
    this.split = true;
    this.itemDepth = this.depth + 1;
    this.pieces.listBegins({ text: this.window.subarray(this.mark, i + 1), colons: this.colons, ...this.start });
  }

  private beginItem(i: number): void {
    if (this.itemCount === 0 || !isSeparator(this.window, this.mark, i)) {
      this.keep(this.window.subarray(this.mark, i));
      this.keep(EMPTY_OBJECT);
    }
    this.mark = i;
    this.inItem = true;
    this.itemLine = this.line;
    this.frameColons = this.colons;
    this.colons = 0;
  }

  private endItem(end: number): void {
    const text = this.window.subarray(this.mark, end);
    this.inItem = false;
    this.itemCount++;
    this.pieces.item({ text, colons: this.colons, offset: this.base + this.mark, line: this.itemLine });
    this.colons = this.frameColons;
    this.mark = end;
  }

  private endDocument(end: number): void {
    const tail = this.window.subarray(this.mark, end);
    const text = this.frame.length === 0 ? tail : Buffer.concat([...this.frame, tail]);
    this.pieces.documentEnds({ text, colons: this.colons, ...this.start }, this.split);
    this.frame = [];
    this.frameBytes = 0;
    this.mark = end;
  }

  private keep(bytes: Buffer): void {
    this.frame.push(Buffer.from(bytes));
    this.frameBytes += bytes.length;
  }

  /** Between documents stands white space only. */
  private expectSpace(i: number, byte: number): void {
    if (byte === RETURN || byte === TAB) return;
    throw new PlimsollError('INPUT_SYNTAX', `byte ${this.base + i} is outside of any JSON object or array`, {
      value: this.window.toString('latin1', i, i + 20),
      line: this.line,
    });
  }

  private limit(problem: string, i: number): PlimsollError {
    return new PlimsollError('INPUT_LIMIT', `${problem}, at byte ${this.base + i}`, { line: this.line });
  }
}

/** Whether the bytes are one comma and white space. */
function isSeparator(bytes: Buffer, start: number, end: number): boolean {
  let commas = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i];
    if (byte === COMMA) commas++;
    else if (byte !== SPACE && byte !== NEWLINE && byte !== RETURN && byte !== TAB) return false;
  }
  return commas === 1;
}
