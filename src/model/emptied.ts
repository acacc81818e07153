import { digestOf } from './parse/digest.ts';
import type { Pod } from './pod.ts';
import type { Snapshot } from './snapshot.ts';

/** Owners whose pods cannot be elsewhere: one pod for each node, or started by the node itself. */
const FIXED_OWNERS: ReadonlySet<string> = new Set(['DaemonSet', 'Node']);

/**
 * What changes in the snapshot when every movable pod waits: what the scheduler would do if it started over. Mirror (static) pods,
 * pods of DaemonSets and pods being deleted stay where they are. O(pods).
 */
export function emptied(snapshot: Snapshot): Pick<Snapshot, 'pods' | 'hash'> {
  return {
    pods: snapshot.pods.map((pod) => (isMovable(pod) ? waiting(pod) : pod)),
    hash: digestOf(`${snapshot.hash} from empty`),
  };
}

function isMovable(pod: Pod): boolean {
  const { mirror, owner } = pod.template;
  return !mirror && !pod.terminating && !(owner && FIXED_OWNERS.has(owner.kind));
}

/** The pod as it was before it got a node: nothing started, nothing resized. */
function waiting(pod: Pod): Pod {
  const { namespace, name, uid, template, terminating, createdMs } = pod;
  return {
    namespace,
    name,
    uid,
    template,
    nodeName: '',
    nominatedNodeName: '',
    phase: '',
    terminating,
    createdMs,
    disruptedByScheduler: false,
  };
}
