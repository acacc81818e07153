import { type Pod, podKey } from '../model/pod.ts';
import type { Fleet } from './fleet.ts';

/** Pods that preemption (or the snapshot) has promised a node and that are not on it yet (upstream's nominator). */
export class Nominations {
  private readonly fleet: Fleet;
  private readonly nodeOf = new Map<string, string>();

  /** The fleet forgets the promises of an earlier run. */
  constructor(fleet: Fleet) {
    this.fleet = fleet;
    fleet.clearNominations();
  }

  add(pod: Pod, nodeName: string): void {
    this.delete(pod);
    this.nodeOf.set(podKey(pod), nodeName);
    const { nominated } = this.fleet.view();
    nominated.set(nodeName, [...(nominated.get(nodeName) ?? []), pod]);
  }

  delete(pod: Pod): void {
    const key = podKey(pod);
    const nodeName = this.nodeOf.get(key);
    if (nodeName === undefined) return;
    this.nodeOf.delete(key);
    const { nominated } = this.fleet.view();
    const left = (nominated.get(nodeName) ?? []).filter((other) => podKey(other) !== key);
    if (left.length > 0) nominated.set(nodeName, left);
    else nominated.delete(nodeName);
  }

  /** Promised nodes by `podKey`. */
  get all(): ReadonlyMap<string, string> {
    return this.nodeOf;
  }

  /** The node promised to the pod; undefined = none. */
  of(pod: Pod): string | undefined {
    return this.nodeOf.size === 0 ? undefined : this.nodeOf.get(podKey(pod));
  }

  /** Whether some other pod's nomination must be respected by the pod: those of its priority or more. O(nominations). */
  concern(pod: Pod): boolean {
    if (this.nodeOf.size === 0) return false;
    const key = podKey(pod);
    for (const pods of this.fleet.view().nominated.values()) {
      if (pods.some((other) => other.template.priority >= pod.template.priority && podKey(other) !== key)) return true;
    }
    return false;
  }

  /** Pods of less priority lose their nomination to the node (upstream, when a preemptor takes it). */
  clearBelow(nodeName: string, priority: number): Pod[] {
    if (this.nodeOf.size === 0) return [];
    const lower = (this.fleet.view().nominated.get(nodeName) ?? []).filter((other) => other.template.priority < priority);
    for (const pod of lower) this.delete(pod);
    return lower;
  }
}
