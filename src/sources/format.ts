import { PlimsollError } from '../base/errors.ts';
import { readHead } from './bytes.ts';

export type Format = 'json' | 'yaml' | 'csv' | 'empty';

/** Enough to see the first character that is not white space in any sane file, and a CSV header. */
const HEAD_BYTES = 4096;
const CSV_HEADER = /^\w+(?:,\w+)+\r?(?:\n|$)/;
/** The UTF-8 mark, read as Latin-1. */
const BYTE_ORDER_MARK = /^\u00ef\u00bb\u00bf/;
const TAR_MAGIC_OFFSET = 257;

/** Tells the format by content (names lie, standard input has none) and hands back the whole stream. */
export async function sniff(chunks: AsyncGenerator<Buffer>): Promise<{ format: Format; all: AsyncGenerator<Buffer> }> {
  const { bytes, ended, all } = await readHead(chunks, HEAD_BYTES);
  return { format: formatOf(bytes, ended), all };
}

function formatOf(head: Buffer, ended: boolean): Format {
  if (head.toString('latin1', TAR_MAGIC_OFFSET, TAR_MAGIC_OFFSET + 5) === 'ustar') throw archive('tar');
  const text = head.toString('latin1').replace(BYTE_ORDER_MARK, '');
  if (text.startsWith('PK\u0003\u0004')) throw archive('zip');
  const start = text.trimStart();
  if (start === '' && ended) return 'empty';
  if (start === '') throw new PlimsollError('INPUT_SYNTAX', `the input begins with ${head.length} bytes of white space`);
  if (start.startsWith('{') || start.startsWith('[')) return 'json';
  return CSV_HEADER.test(text) ? 'csv' : 'yaml';
}

function archive(kind: string): PlimsollError {
  return new PlimsollError('INPUT_KIND', `this is a ${kind} archive`, { hint: 'unpack it and give the directory' });
}
