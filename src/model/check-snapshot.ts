import { PlimsollError } from '../base/errors.ts';
import type { Snapshot } from './snapshot.ts';

/** Programs without types hand in paths, raw lists, or nothing. @throws PlimsollError USAGE. */
export function checkSnapshot(snapshot: Snapshot): void {
  const { nodes, pods, objects } = ((snapshot as unknown) ?? {}) as Partial<Record<keyof Snapshot, unknown>>;
  if (Array.isArray(nodes) && Array.isArray(pods) && typeof objects === 'object' && objects !== null) return;
  throw new PlimsollError('USAGE', 'is not a snapshot', {
    path: 'snapshot',
    value: snapshot,
    hint: 'await readSnapshot(...) makes one of files and Kubernetes objects',
  });
}
