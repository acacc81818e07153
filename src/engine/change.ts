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

/** Programs without types hand in plain Kubernetes objects, kinds that do not exist, and references that name nothing. @throws PlimsollError USAGE. */
export function checkChange(change: Change): void {
  const { kind, name, node, pod } = (change ?? {}) as Partial<Record<'kind' | 'name' | 'node' | 'pod', unknown>>;
  if (!(CHANGES as readonly unknown[]).includes(kind))
    throw new PlimsollError('USAGE', 'there is no such change', { path: 'kind', value: kind, hint: `use one of ${CHANGES.join(', ')}` });
  if (kind === 'nodeRemoved') {
    if (typeof name !== 'string') throw new PlimsollError('USAGE', 'must be the name of a node', { path: 'name', value: name });
    return;
  }
  if (kind === 'podRemoved') {
    const reference = (pod ?? {}) as Partial<PodReference>;
    if (typeof reference.namespace !== 'string' || typeof reference.name !== 'string')
      throw new PlimsollError('USAGE', 'must be { namespace, name }', { path: 'pod', value: pod });
    return;
  }
  const path = kind === 'podAdded' || kind === 'podChanged' ? 'pod' : 'node';
  const parsed = path === 'pod' ? (pod as Partial<Pod> | undefined)?.template : (node as Partial<Node> | undefined)?.allocatable;
  if (!parsed)
    throw new PlimsollError('USAGE', 'is not a parsed object', {
      path,
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
