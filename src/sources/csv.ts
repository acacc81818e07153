import { PlimsollError } from '../base/errors.ts';
import { CSV_LINE_BYTES_MAX } from '../base/limits.ts';
import { csvCells } from '../model/csv.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;

export interface CsvRow {
  readonly cells: readonly string[];
  /** 1-based. */
  readonly line: number;
}

/**
 * Rows of a CSV stream, streaming: fields between commas, quotes doubled inside quotes, lines end in LF or CRLF. Strict,
 * because a shifted column reads as a wrong number: every row has as many cells as the first, nothing follows a closing
 * quote, no field spans lines, no blank lines but at the end. Throws INPUT_SYNTAX and INPUT_LIMIT with the line.
 */
export async function* csvRows(chunks: AsyncIterable<Buffer>): AsyncGenerator<CsvRow> {
  let line = 0;
  let width: number | undefined;
  let blank: number | undefined;
  for await (const text of csvLines(chunks)) {
    line++;
    if (text === '') {
      blank ??= line;
      continue;
    }
    if (blank !== undefined) throw new PlimsollError('INPUT_SYNTAX', 'a blank line between rows', { line: blank });
    const cells = csvCells(text, line);
    width ??= cells.length;
    if (cells.length !== width) {
      throw new PlimsollError('INPUT_SYNTAX', `${cells.length} columns where the header has ${width}`, { line, value: text });
    }
    yield { cells, line };
  }
}

async function* csvLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  let line = 1;
  for await (const chunk of chunks) {
    const text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = text.indexOf(NEWLINE); end >= 0; end = text.indexOf(NEWLINE, start)) {
      yield lineText(text.subarray(start, end), line++);
      start = end + 1;
    }
    rest = text.subarray(start);
    if (rest.length > CSV_LINE_BYTES_MAX) throw tooLong(line);
  }
  if (rest.length > 0) yield lineText(rest, line);
}

function lineText(bytes: Buffer, line: number): string {
  if (bytes.length > CSV_LINE_BYTES_MAX) throw tooLong(line);
  if (bytes.includes(0)) throw new PlimsollError('INPUT_SYNTAX', 'a NUL byte in CSV text', { line });
  const end = bytes[bytes.length - 1] === RETURN ? bytes.length - 1 : bytes.length;
  return bytes.toString('utf8', 0, end);
}

function tooLong(line: number): PlimsollError {
  return new PlimsollError('INPUT_LIMIT', `a line is longer than ${CSV_LINE_BYTES_MAX} bytes`, { line });
}
