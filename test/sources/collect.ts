import { type ErrorPlace, PlimsollError } from '../../src/base/errors.ts';
import type { ImpliedKind } from '../../src/model/parse/snapshot-builder.ts';
import type { ObjectSink } from '../../src/sources/object-sink.ts';

export interface Collected {
  readonly raw: unknown;
  readonly place: ErrorPlace;
  readonly implied?: ImpliedKind;
}

export class Collector implements ObjectSink {
  readonly objects: Collected[] = [];

  add(raw: unknown, place: ErrorPlace, implied?: ImpliedKind): void {
    this.objects.push({ raw, place, ...(implied && { implied }) });
  }

  get raws(): unknown[] {
    return this.objects.map(({ raw }) => raw);
  }

  /** Path and line of each object, `items[1]@7`. */
  get places(): string[] {
    return this.objects.map(({ place }) => `${place.path ?? ''}@${place.line ?? ''}`);
  }
}

/** The text as a stream in pieces of `size` bytes. */
export async function* pieces(text: string | Buffer, size = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += Math.min(size, bytes.length)) yield bytes.subarray(at, Math.min(at + size, bytes.length));
}

/** The PlimsollError that the action ends with, or undefined. Anything else is a failure of the test. */
export async function problemOf(action: () => unknown): Promise<PlimsollError | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    if (error instanceof PlimsollError) return error;
    throw error;
  }
}
