import { type FileHandle, open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { PlimsollError } from '../base/errors.ts';
import { GZIP_RATIO_FREE_BYTES, GZIP_RATIO_MAX, INPUT_BYTES_MAX, READ_CHUNK_BYTES } from '../base/limits.ts';

/** Counts what has been read, for progress. */
export interface ByteCounter {
  bytes: number;
}

/** The bytes of a regular file. Throws INPUT_UNREADABLE for anything else: devices and pipes may never end. */
export async function* fileBytes(path: string, counter: ByteCounter): AsyncGenerator<Buffer> {
  const { handle, size } = await openRegular(path);
  // Small files get a small buffer; /proc and the like say 0 and are read in whatever pieces fit.
  const chunkBytes = Math.min(READ_CHUNK_BYTES, Math.max(size, 4096));
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(chunkBytes);
      const { bytesRead } = await handle.read(chunk, 0, chunk.length).catch((error: unknown) => {
        throw unreadable(error);
      });
      if (bytesRead === 0) return;
      counter.bytes += bytesRead;
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function openRegular(path: string): Promise<{ readonly handle: FileHandle; readonly size: number }> {
  try {
    // Asked before opening: opening a pipe that nobody writes to would wait for ever.
    const status = await stat(path);
    if (status.isFile()) return { handle: await open(path, 'r'), size: status.size };
  } catch (error) {
    throw unreadable(error);
  }
  throw new PlimsollError('INPUT_UNREADABLE', 'not a regular file', { hint: 'pipe it to standard input and give - as the file' });
}

/** The bytes of standard input, or any other readable stream. */
export async function* streamBytes(stream: AsyncIterable<Buffer | string>, counter: ByteCounter): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      counter.bytes += bytes.length;
      yield bytes;
    }
  } catch (error) {
    throw error instanceof PlimsollError ? error : unreadable(error);
  }
}

/**
 * The same bytes in chunks of READ_CHUNK_BYTES or more. A reader copies what it has of an unfinished object for every chunk,
 * which is cheap for large chunks and quadratic for the 64 KiB that a pipe delivers.
 */
export async function* coalesced(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    held.push(chunk);
    bytes += chunk.length;
    if (bytes < READ_CHUNK_BYTES) continue;
    yield held.length === 1 ? chunk : Buffer.concat(held);
    held = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(held);
}

/** What the operating system said, in words. */
export function unreadable(error: unknown): PlimsollError {
  const code = (error as { code?: string }).code ?? '';
  const known: Record<string, string> = {
    ENOENT: 'no such file or directory',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    ELOOP: 'too many symbolic links',
    ENAMETOOLONG: 'the name is too long',
    EISDIR: 'is a directory',
    EMFILE: 'too many open files',
    ERR_INVALID_ARG_VALUE: 'the name holds a NUL byte',
  };
  return new PlimsollError('INPUT_UNREADABLE', known[code] ?? `cannot be read${code ? ` (${code})` : ''}`);
}

/** Unpacks gzip, known by its first two bytes, and passes anything else on. Throws INPUT_ENCODING, INPUT_TRUNCATED and INPUT_LIMIT. */
export async function* unpacked(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const packed = { bytes: 0 };
  const { bytes: head, all } = await readHead(counted(chunks, packed), 2);
  const isGzip = startsGzip(head);
  let bytes = 0;
  for await (const chunk of isGzip ? gunzip(all) : all) {
    if (isGzip && bytes === 0 && startsGzip(chunk))
      throw new PlimsollError('INPUT_ENCODING', 'gzip inside gzip', { hint: 'unpack it once' });
    bytes += chunk.length;
    if (bytes > INPUT_BYTES_MAX) throw new PlimsollError('INPUT_LIMIT', `more than ${INPUT_BYTES_MAX} bytes`);
    if (isGzip && bytes > GZIP_RATIO_FREE_BYTES && bytes > packed.bytes * GZIP_RATIO_MAX) {
      throw new PlimsollError('INPUT_LIMIT', `unpacks to more than ${GZIP_RATIO_MAX} times its size`, {
        hint: 'unpack it yourself if you trust it',
      });
    }
    yield chunk;
  }
}

async function* counted(chunks: AsyncIterable<Buffer>, counter: ByteCounter): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    counter.bytes += chunk.length;
    yield chunk;
  }
}

/** The beginning of a stream, and the whole of it again. */
export interface Head {
  /** At least the bytes asked for, or all there are. */
  readonly bytes: Buffer;
  /** Whether that is everything. */
  readonly ended: boolean;
  readonly all: AsyncGenerator<Buffer>;
}

export async function readHead(chunks: AsyncGenerator<Buffer>, length: number): Promise<Head> {
  let bytes: Buffer = Buffer.alloc(0);
  let ended = false;
  while (bytes.length < length && !ended) {
    const next = await chunks.next();
    if (next.done) ended = true;
    else bytes = bytes.length === 0 ? next.value : Buffer.concat([bytes, next.value]);
  }
  async function* all(): AsyncGenerator<Buffer> {
    if (bytes.length > 0) yield bytes;
    yield* chunks;
  }
  return { bytes, ended, all: all() };
}

function startsGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

async function* gunzip(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const source = Readable.from(chunks);
  const gunzipper = createGunzip({ chunkSize: READ_CHUNK_BYTES });
  // pipe() does not pass errors on, and destroying the gunzipper is what ends the loop below.
  source.on('error', (error) => gunzipper.destroy(error));
  try {
    for await (const chunk of source.pipe(gunzipper)) yield chunk as Buffer;
  } catch (error) {
    if (error instanceof PlimsollError) throw error;
    const { code, message } = error as { code?: string; message: string };
    if (code === 'Z_BUF_ERROR')
      throw new PlimsollError('INPUT_TRUNCATED', 'the gzip data ends too early', { hint: 'the file was cut off; write it again' });
    throw new PlimsollError('INPUT_ENCODING', `not valid gzip: ${message}`);
  } finally {
    source.destroy();
    gunzipper.destroy();
  }
}
