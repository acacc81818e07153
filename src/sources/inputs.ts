import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PlimsollError } from '../base/errors.ts';
import { DIRECTORY_FILES_MAX } from '../base/limits.ts';
import { type ByteCounter, fileBytes, streamBytes, unreadable } from './bytes.ts';

/** One stream of bytes with the name that errors show. */
export interface Input {
  /** As the user gave it; '-' is standard input. */
  readonly name: string;
  /** Size on disk, undefined when unknown. */
  readonly bytes?: number;
  open(counter: ByteCounter): AsyncGenerator<Buffer>;
}

/** What a directory contributes; the reader itself decides by content. */
const READABLE_NAME = /\.(json|ya?ml|ndjson|jsonl)(\.gz)?$/i;

/** The inputs behind paths: files as they are, directories as their readable files and those of all folders below, by name. */
export async function resolveInputs(paths: readonly string[]): Promise<Input[]> {
  const inputs: Input[] = [];
  let standardInput = false;
  for (const path of paths) {
    if (path !== '-') {
      inputs.push(...(await pathInputs(path)));
      continue;
    }
    if (standardInput) throw new PlimsollError('USAGE', 'standard input can be read once only', { file: '-', hint: 'give - once' });
    standardInput = true;
    inputs.push({ name: '-', open: (counter) => streamBytes(process.stdin, counter) });
  }
  return inputs;
}

async function pathInputs(path: string): Promise<Input[]> {
  try {
    const status = await stat(path);
    if (!status.isDirectory()) return [fileInput(path, status.size)];
    return await directoryInputs(path);
  } catch (error) {
    throw (error instanceof PlimsollError ? error : unreadable(error)).at({ file: path });
  }
}

function fileInput(path: string, bytes: number): Input {
  return { name: path, bytes, open: (counter) => fileBytes(path, counter) };
}

async function directoryInputs(directory: string): Promise<Input[]> {
  const names = await readableNames(directory);
  if (names.length === 0) {
    throw new PlimsollError('INPUT_UNREADABLE', 'no files *.json, *.yaml, *.yml, *.ndjson, *.jsonl (or .gz) in this directory', {
      hint: 'files with other names, and folders whose name begins with a dot, are to be given one by one',
    });
  }
  // Code units, not the locale: the order of nodes must be the same on every machine.
  names.sort((a, b) => (a < b ? -1 : 1));
  return Promise.all(
    names.map(async (name) => {
      const path = join(directory, name);
      const status = await stat(path).catch((error: unknown) => {
        throw unreadable(error).at({ file: path });
      });
      return fileInput(path, status.size);
    }),
  );
}

/** Paths of readable files in a directory and all folders below, relative to it. Links to folders are not followed, so there are no circles. */
async function readableNames(directory: string): Promise<string[]> {
  const names: string[] = [];
  const folders = [''];
  // A list grows while it is walked.
  for (const folder of folders) {
    for (const entry of await readdir(join(directory, folder), { withFileTypes: true })) {
      if (!entry.isDirectory() && READABLE_NAME.test(entry.name)) names.push(join(folder, entry.name));
      // .git and the like hold no manifests.
      if (entry.isDirectory() && !entry.name.startsWith('.')) folders.push(join(folder, entry.name));
    }
    if (names.length > DIRECTORY_FILES_MAX) throw tooMany('files');
    if (folders.length > DIRECTORY_FILES_MAX) throw tooMany('folders');
  }
  return names;
}

function tooMany(what: string): PlimsollError {
  return new PlimsollError('INPUT_LIMIT', `more than ${DIRECTORY_FILES_MAX} ${what} in one directory`);
}
