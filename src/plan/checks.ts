/** What options of several questions have in common. */
import { PlimsollError } from '../base/errors.ts';
import { nearest } from '../engine/nearest.ts';
import { checkSnapshot } from '../model/check-snapshot.ts';
import type { Node } from '../model/node.ts';
import { inheritSource } from '../model/parse/source-of.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** @throws PlimsollError USAGE unless the value is a whole number within the bounds. */
export function checkCount(path: string, value: unknown, low: number, high: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= low && (value as number) <= high) return;
  throw new PlimsollError('USAGE', `must be a whole number from ${low} to ${high}`, { path, value });
}

/** @throws PlimsollError NOT_FOUND for the first name that no node has, with the one that may be meant. */
export function checkNodeNames(snapshot: Snapshot, names: Iterable<string>, path: string): void {
  const known = new Set(snapshot.nodes.map(({ name }) => name));
  for (const name of names) {
    if (known.has(name)) continue;
    const similar = nearest(name, known);
    const hint = similar ? `did you mean ${similar}?` : known.size === 0 ? NODES_HINT : `nodes are named like ${[...known][0]}`;
    throw new PlimsollError('NOT_FOUND', 'there is no such node in the snapshot', { path, value: name, hint });
  }
}

/** What to do about a selector that selects no node. */
export function selectorHint(nodes: readonly Node[]): string {
  for (const { name, labels } of nodes) for (const [key, value] of labels) return `nodes have labels like ${key}=${value}, on ${name}`;
  return NODES_HINT;
}

/** What to do about a snapshot without nodes. */
export const NODES_HINT = 'dump the nodes too: kubectl get nodes,pods -A -o json';

/** The snapshot without some nodes and without what runs there. @throws PlimsollError NOT_FOUND, see `checkNodeNames`. */
export function withoutNodes(snapshot: Snapshot, names: readonly string[], path: string): Snapshot {
  checkSnapshot(snapshot);
  if (names.length === 0) return snapshot;
  checkNodeNames(snapshot, names, path);
  const gone = new Set(names);
  const nodes = snapshot.nodes.filter(({ name }) => !gone.has(name));
  const pods = snapshot.pods.filter(({ nodeName }) => !gone.has(nodeName));
  return inheritSource({ ...snapshot, nodes, pods }, snapshot);
}
