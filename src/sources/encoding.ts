import { isUtf8 } from 'node:buffer';
import { PlimsollError } from '../base/errors.ts';

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Passes UTF-8 text on without its byte order mark. Throws INPUT_ENCODING with the byte offset of the first byte that is not UTF-8. */
export async function* utf8Text(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let offset = 0;
  let tail: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    let text = tail.length === 0 ? chunk : Buffer.concat([tail, chunk]);
    if (offset === 0) {
      if (text.length < BYTE_ORDER_MARK.length) {
        tail = text;
        continue;
      }
      refuseUtf16(text);
      if (text.subarray(0, 3).equals(BYTE_ORDER_MARK)) {
        offset = 3;
        text = text.subarray(3);
      }
    }
    const whole = text.length - unfinishedLength(text);
    if (!isUtf8(text.subarray(0, whole))) throw notUtf8(text, offset);
    if (whole > 0) yield text.subarray(0, whole);
    offset += whole;
    tail = text.subarray(whole);
  }
  if (tail.length === 0) return;
  if (offset === 0) refuseUtf16(tail);
  if (!isUtf8(tail)) throw notUtf8(tail, offset);
  yield tail;
}

function refuseUtf16(start: Buffer): void {
  const [first, second] = start;
  const marked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (!marked && first !== 0 && second !== 0) return;
  throw new PlimsollError('INPUT_ENCODING', marked ? 'the text is UTF-16' : 'the text is UTF-16 or not text at all', {
    hint: 'write it as UTF-8; in PowerShell: kubectl ... | Out-File -Encoding utf8',
  });
}

/** Bytes at the end that begin a character whose other bytes are still to come. */
function unfinishedLength(text: Buffer): number {
  for (let back = 1; back <= 3 && back <= text.length; back++) {
    const byte = text[text.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? back : 0;
  }
  return 0;
}

function sequenceLength(first: number): number {
  if (first >= 0xf0) return 4;
  return first >= 0xe0 ? 3 : 2;
}

function notUtf8(text: Buffer, offset: number): PlimsollError {
  let good = 0;
  let bad = text.length;
  // Halving: the longest prefix that is UTF-8 ends where the first bad character begins.
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    const end = middle - unfinishedLength(text.subarray(0, middle));
    if (isUtf8(text.subarray(0, end))) good = middle;
    else bad = middle;
  }
  const at = good - unfinishedLength(text.subarray(0, good));
  return new PlimsollError('INPUT_ENCODING', `byte ${offset + at} is not UTF-8`, {
    value: [...text.subarray(at, at + 4)].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(' '),
  });
}
