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
  for (const pod of pods) digest.add(podText(pod, interner));
  for (const [name, value] of Object.entries(objects)) digest.add(`${name}${canonical(value)}`);
  return digest.hex();
}

/** Canonical text of one pod, written out because there may be a million; the namespace is part of the template. */
function podText(pod: Pod, interner: Interner): string {
  const { name, uid, nodeName, nominatedNodeName, phase } = pod;
  const flags = `${pod.terminating ? 't' : 'f'}${pod.disruptedByScheduler ? 't' : 'f'}${pod.localStorage ? 'l' : ''}`;
  const times = `${pod.createdMs},${pod.startedMs ?? ''}`;
  const lengths = `${name.length},${uid.length},${nodeName.length},${nominatedNodeName.length},${phase.length}`;
  const texts = name + uid + nodeName + nominatedNodeName + phase;
  return `${lengths},${times}${flags}${texts}${interner.digestOf(pod.template)}${pod.resize === undefined ? '' : canonical(pod.resize)}`;
}
