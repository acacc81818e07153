/** The snapshot's content hash: nodes and pods in order, and all objects that rules look up. */
import type { Node } from '../node.ts';
import type { Pod } from '../pod.ts';
import type { ClusterObjects } from '../snapshot.ts';
import { canonical } from './canonical.ts';
import { Digest } from './digest.ts';
import type { Interner } from './interner.ts';

/** Linear in the content, apart from templates, whose digest is known. The result is 32 hexadecimal digits. */
export function hashOf(nodes: readonly Node[], pods: readonly Pod[], objects: ClusterObjects, interner: Interner): string {
  const digest = new Digest();
  for (const node of nodes) digest.add(canonical(node));
  for (const pod of pods) {
    const { template, ...state } = pod;
    digest.add(interner.digestOf(template));
    digest.add(canonical(state));
  }
  for (const [name, value] of Object.entries(objects)) digest.add(`${name}${canonical(value)}`);
  return digest.hex();
}
