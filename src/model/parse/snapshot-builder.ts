/** Collects raw Kubernetes objects as they stream in and turns them into a Snapshot. */
import type { ErrorPlace } from '../../base/errors.ts';
import type { Snapshot } from '../snapshot.ts';

export interface SnapshotOptions {
  /** true (default): apply API-server defaults and refuse what the API server would refuse. */
  readonly defaults?: boolean;
}

/** What a List says about its items when they do not say it themselves. */
export interface ImpliedKind {
  readonly kind: string;
  readonly apiVersion?: string;
}

export class SnapshotBuilder {
  constructor(_options: SnapshotOptions = {}) {}

  /**
   * Adds one parsed object (or a List of them, item by item). Nothing of `raw` is kept alive except strings.
   * `place.path` is the path of the object inside its document (`items[3]`), undefined for the document itself.
   */
  add(_raw: unknown, _place: ErrorPlace, _implied?: ImpliedKind): void {
    throw new Error('to be written');
  }

  /** The snapshot of everything added. The builder must not be used afterwards. */
  finish(): Snapshot {
    throw new Error('to be written');
  }
}
