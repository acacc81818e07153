import { type ErrorPlace, PlimsollError } from '../base/errors.ts';
import type { RawObject } from '../model/parse/fields.ts';
import { SnapshotBuilder } from '../model/parse/snapshot-builder.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { type ByteCounter, coalesced, unpacked } from './bytes.ts';
import { utf8Text } from './encoding.ts';
import { expandControllers } from './expand/expand.ts';
import { Inventory } from './expand/inventory.ts';
import { sniff } from './format.ts';
import { fromEmpty } from './from-empty.ts';
import { type Input, resolveInputs } from './inputs.ts';
import { readJson } from './json-reader.ts';
import { addDocument, Flattened, type ObjectSink } from './object-sink.ts';
import { OpenbTrace } from './openb.ts';
import { readYaml } from './yaml-reader.ts';

export interface ReadProgress {
  /** Bytes read so far, as stored (before unpacking). */
  readonly bytes: number;
  /** Undefined when an input's size is unknown (standard input). */
  readonly bytesTotal?: number;
  /** Objects read so far. */
  readonly objects: number;
}

export interface ReadOptions {
  /** Apply API-server defaults and refuse what the API server would refuse. Default true; false: objects are as the API server stores them. */
  readonly defaults?: boolean;
  /** Add the pods that controllers in the input would have made and the input lacks. Default false. */
  readonly expand?: boolean;
  /** Treat every movable pod as waiting for a node. Default false. */
  readonly fromEmpty?: boolean;
  /** Called after every chunk of about a megabyte. */
  readonly onProgress?: (progress: ReadProgress) => void;
  /** Stops reading; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A path, several, '-' for standard input, a parsed object or list, or an array of parsed objects. */
export type SnapshotSource = string | readonly string[] | object;

/**
 * Reads a cluster: Kubernetes objects as JSON or YAML (lists, single objects, several documents, NDJSON, gzip), directories
 * of such files, or the openb trace. The format is told by content. Linear in the input; a list streams, so memory is that
 * of the snapshot. Throws PlimsollError with file, field path and, where there are lines, line; nothing is loaded in part.
 */
export async function readSnapshot(source: SnapshotSource, options: ReadOptions = {}): Promise<Snapshot> {
  const builder = new SnapshotBuilder({ defaults: options.defaults ?? true });
  const inventory = options.expand ? new Inventory(builder) : undefined;
  const reading = new Reading(inventory ?? builder, options);
  const paths = pathsOf(source);
  if (paths) await reading.readInputs(await resolveInputs(paths));
  else reading.readParsed(source as object);
  const notModelled = reading.finishTrace();
  if (inventory) expandControllers(inventory);
  // Changed in place: nobody else has it yet, and the builder's defaults for later pods hang on its identity.
  const snapshot: { -readonly [Field in keyof Snapshot]: Snapshot[Field] } = builder.finish();
  snapshot.notModelled = [...snapshot.notModelled, ...notModelled];
  if (options.fromEmpty) Object.assign(snapshot, fromEmpty(snapshot));
  return snapshot;
}

export interface ReadObjectsOptions {
  /** Called with every object; what it returns takes the object's place, undefined leaves it out. Default: the object itself. */
  readonly take?: (object: RawObject, place: ErrorPlace) => object | undefined;
  readonly onProgress?: (progress: ReadProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * The Kubernetes objects of a source without reading anything into them, for questions about the input itself. Everything that `readSnapshot` says about
 * forms, places and limits holds; objects of any kind and content are taken.
 */
export async function readObjects(source: SnapshotSource, options: ReadObjectsOptions = {}): Promise<object[]> {
  const objects: object[] = [];
  const { take = (object: RawObject) => object } = options;
  const sink = new Flattened((object, place) => {
    const taken = take(object, place);
    if (taken !== undefined) objects.push(taken);
  });
  const reading = new Reading(sink, options);
  const paths = pathsOf(source);
  if (paths) await reading.readInputs(await resolveInputs(paths));
  else reading.readParsed(source as object);
  reading.finishTrace();
  return objects;
}

function pathsOf(source: SnapshotSource): readonly string[] | undefined {
  if (typeof source === 'string') return [source];
  if (!Array.isArray(source) || (source.length > 0 && !source.some((item) => typeof item === 'string'))) return undefined;
  if (source.length > 0 && source.every((item) => typeof item === 'string')) return source;
  throw new PlimsollError('USAGE', source.length === 0 ? 'no input is given' : 'paths and objects in one list', {
    hint: 'give a path, a list of paths, a parsed object or a list of parsed objects',
  });
}

class Reading {
  private readonly options: Pick<ReadOptions, 'onProgress' | 'signal'>;
  private readonly sink: ObjectSink;
  private readonly trace: OpenbTrace;
  private readonly counter: ByteCounter = { bytes: 0 };
  private bytesTotal: number | undefined;
  private objects = 0;

  constructor(next: ObjectSink, options: Pick<ReadOptions, 'onProgress' | 'signal'>) {
    this.options = options;
    this.sink = {
      add: (raw, place, implied) => {
        next.add(raw, place, implied);
        this.objects++;
      },
    };
    this.trace = new OpenbTrace(this.sink);
  }

  async readInputs(inputs: readonly Input[]): Promise<void> {
    const sizes = inputs.map((input) => input.bytes);
    if (sizes.every((size) => size !== undefined)) this.bytesTotal = sizes.reduce((sum, size) => sum + size, 0);
    for (const input of inputs) {
      try {
        await this.readInput(input);
      } catch (error) {
        throw error instanceof PlimsollError ? error.at({ file: input.name }) : error;
      }
    }
  }

  readParsed(source: object): void {
    addDocument(this.sink, source);
    this.report();
  }

  /** What a trace in the input has and the engine does not model. */
  finishTrace(): readonly string[] {
    return this.trace.finish();
  }

  private async readInput(input: Input): Promise<void> {
    const bytes = input.open(this.counter);
    try {
      await this.readBytes(bytes, input.name);
    } finally {
      // A reader that gives up may leave a stage that it never began; the file is closed here in any case.
      await bytes.return(undefined);
    }
    this.report();
  }

  private async readBytes(bytes: AsyncIterable<Buffer>, name: string): Promise<void> {
    const { format, all } = await sniff(unpacked(this.watched(bytes)));
    const text = utf8Text(coalesced(all));
    if (format === 'json') await readJson(text, this.sink, name);
    else if (format === 'csv') await this.trace.readCsv(text, name);
    else if (format === 'yaml') await readYaml(text, this.sink, name);
    else throw new PlimsollError('INPUT_SYNTAX', 'the input is empty', { hint: 'whatever was to write it may have failed' });
  }

  /** Checks for cancellation and reports progress chunk by chunk. */
  private async *watched(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      this.options.signal?.throwIfAborted();
      yield chunk;
      this.report();
    }
  }

  private report(): void {
    const { bytes } = this.counter;
    this.options.onProgress?.({ bytes, ...(this.bytesTotal === undefined ? {} : { bytesTotal: this.bytesTotal }), objects: this.objects });
  }
}
