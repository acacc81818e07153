import { PlimsollError } from '../base/errors.ts';
import type { Node } from '../model/node.ts';
import type { Pod } from '../model/pod.ts';
import type { PodReference } from '../model/results.ts';

/**
 * A change of the cluster. Objects replace the one of the same identity; `added` of a known identity is refused, so is `changed` or `removed` of
 * an unknown one. Nodes and pods are parsed ones, as in a snapshot. The pods of a removed node stay bound to its name and hold nothing, as on a
 * real cluster until they are evicted; `podChanged` with an empty `nodeName` has them wait again.
 */
export type Change =
  | { readonly kind: 'nodeAdded' | 'nodeChanged'; readonly node: Node }
  | { readonly kind: 'nodeRemoved'; readonly name: string }
  | { readonly kind: 'podAdded' | 'podChanged'; readonly pod: Pod }
  | { readonly kind: 'podRemoved'; readonly pod: PodReference };

const CHANGES: readonly Change['kind'][] = ['nodeAdded', 'nodeChanged', 'nodeRemoved', 'podAdded', 'podChanged', 'podRemoved'];

/** Programs without types hand in plain Kubernetes objects, and kinds that do not exist. @throws PlimsollError USAGE. */
export function checkChange(change: Change): void {
  const { kind } = change;
  if (!CHANGES.includes(kind))
    throw new PlimsollError('USAGE', 'there is no such change', { path: 'kind', value: kind, hint: `use one of ${CHANGES.join(', ')}` });
  const nodeIsPlain = 'node' in change && !change.node.allocatable;
  const podIsPlain = (kind === 'podAdded' || kind === 'podChanged') && !change.pod.template;
  if (nodeIsPlain || podIsPlain)
    throw new PlimsollError('USAGE', 'is not a parsed object', {
      path: nodeIsPlain ? 'node' : 'pod',
      hint: 'readSnapshot makes nodes and pods of plain Kubernetes objects',
    });
}

/** @throws PlimsollError DUPLICATE for an added object that exists, NOT_FOUND for another one that does not. */
export function checkKnown(known: boolean, added: boolean, kind: string, name: string): void {
  if (known && added)
    throw new PlimsollError('DUPLICATE', `there is already such a ${kind}`, { path: kind, value: name, hint: 'send it as changed' });
  if (!known && !added)
    throw new PlimsollError('NOT_FOUND', `there is no such ${kind}`, { path: kind, value: name, hint: 'send it as added first' });
}
