import { once } from 'node:events';
import { PlimsollError } from '../base/errors.ts';
import { printable } from '../report/table.ts';

/** Characters that are gathered before they are written: large enough that the call is noise. */
const WRITE_LENGTH = 1 << 16;

/** Writes pieces of text to a stream, waiting whenever the reader is behind: memory stays O(1) in the length of the output. */
export async function writePieces(pieces: Iterable<string>, stream: NodeJS.WritableStream = process.stdout): Promise<void> {
  let gathered = '';
  for (const piece of pieces) {
    gathered += piece;
    if (gathered.length < WRITE_LENGTH) continue;
    if (!stream.write(gathered)) await once(stream, 'drain');
    gathered = '';
  }
  if (gathered !== '' && !stream.write(gathered)) await once(stream, 'drain');
}

/** One line on standard error: warnings, summaries, errors. Standard output carries results only. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * What a shell expects of a program in a pipe: `| head` ends it in silence. SIGINT and SIGTERM keep their default action,
 * which ends the process at once even in the middle of a long computation; shells report 130 and 143.
 */
export function actLikeAFilter(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      process.stderr.write(`${new PlimsollError('OUTPUT', `cannot be written: ${error.message}`, { file: 'standard output' }).message}\n`);
      process.exit(1);
    });
  }
}

/** What a result does not reflect, one line each. */
export function warn(warnings: readonly string[]): void {
  for (const warning of warnings) say(`warning: ${printable(warning)}`);
}
