import type { Node } from '../model/node.ts';
import { type Pod, podKey } from '../model/pod.ts';
import { podUsage } from '../model/requests.ts';
import type { Amount, ResourceVector } from '../model/resources.ts';
import type { ClusterObjects, Snapshot } from '../model/snapshot.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../model/volume.ts';
import { HostPortSet, hostPorts } from './host-ports.ts';
import type { Semantics } from './rule.ts';
import { TrackedMap } from './tracked-map.ts';

/** Mutable sum of pod requests on one node. A scalar key stays once seen, like upstream's map. */
class UsageSum implements ResourceVector {
  cpu: Amount = 0n;
  memory: Amount = 0n;
  ephemeralStorage: Amount = 0n;
  readonly scalars = new Map<string, Amount>();

  add(vector: ResourceVector, sign: 1n | -1n): void {
    this.cpu += sign * vector.cpu;
    this.memory += sign * vector.memory;
    this.ephemeralStorage += sign * vector.ephemeralStorage;
    for (const [name, amount] of vector.scalars) this.scalars.set(name, (this.scalars.get(name) ?? 0n) + sign * amount);
  }
}

/** One node with the pods on it (upstream NodeInfo), for the plain twins. */
export class NodeView {
  readonly node: Node;
  /** Index in snapshot order. */
  readonly row: number;
  /** In order of arrival; a removal moves the last pod into the hole, like upstream. */
  readonly pods: Pod[] = [];
  /** Sum of exact requests (upstream NodeInfo.Requested). */
  readonly requested = new UsageSum();
  /** Sums with 100m / 200Mi for containers without requests (upstream NodeInfo.NonZeroRequested). */
  nonZeroCpu: Amount = 0n;
  nonZeroMemory: Amount = 0n;
  /** Host ports held by the pods (upstream NodeInfo.UsedPorts). */
  readonly usedPorts = new HostPortSet();
  readonly semantics: Semantics;

  constructor(node: Node, row: number, semantics: Semantics) {
    this.node = node;
    this.row = row;
    this.semantics = semantics;
  }

  addPod(pod: Pod): void {
    this.pods.push(pod);
    this.account(pod, 1n);
  }

  /** Removes the pod with the same namespace and name; false when it is not here. */
  removePod(pod: Pod): boolean {
    const at = this.pods.findIndex((other) => other.name === pod.name && other.namespace === pod.namespace);
    if (at < 0) return false;
    const removed = this.pods[at] as Pod;
    const last = this.pods.pop() as Pod;
    if (at < this.pods.length) this.pods[at] = last;
    this.account(removed, -1n);
    return true;
  }

  clone(): NodeView {
    const copy = new NodeView(this.node, this.row, this.semantics);
    for (const pod of this.pods) copy.pods.push(pod);
    copy.requested.add(this.requested, 1n);
    copy.nonZeroCpu = this.nonZeroCpu;
    copy.nonZeroMemory = this.nonZeroMemory;
    copy.usedPorts.copyFrom(this.usedPorts);
    return copy;
  }

  private account(pod: Pod, sign: 1n | -1n): void {
    const usage = podUsage(pod, this.semantics);
    this.requested.add(usage.requested, sign);
    this.nonZeroCpu += sign * usage.nonZeroCpu;
    this.nonZeroMemory += sign * usage.nonZeroMemory;
    for (const port of hostPorts(pod.template)) {
      if (sign === 1n) this.usedPorts.add(port);
      else this.usedPorts.remove(port);
    }
  }
}

/** Global facts about one image name (upstream ImageStateSummary). */
export interface ImageState {
  /** As first reported, in node order. */
  readonly sizeBytes: number;
  readonly nodeCount: number;
}

/** The whole cluster at one moment (upstream Snapshot), for the plain twins. */
export class ClusterView {
  readonly semantics: Semantics;
  /** In snapshot order: `nodes[row]`. */
  readonly nodes: readonly NodeView[];
  readonly nodeByName: ReadonlyMap<string, NodeView>;
  readonly objects: ClusterObjects;
  /** Live copies: reservations of volumes write here. */
  readonly persistentVolumes: TrackedMap<string, PersistentVolume>;
  readonly persistentVolumeClaims: TrackedMap<string, PersistentVolumeClaim>;
  readonly images: ReadonlyMap<string, ImageState>;
  /** Pods nominated to a node and not yet placed, by node name, in append order (upstream nominator). */
  readonly nominated = new Map<string, Pod[]>();

  constructor(nodes: readonly Node[], objects: ClusterObjects, semantics: Semantics) {
    this.semantics = semantics;
    this.objects = objects;
    this.nodes = nodes.map((node, row) => new NodeView(node, row, semantics));
    this.nodeByName = new Map(this.nodes.map((view) => [view.node.name, view]));
    this.persistentVolumes = new TrackedMap(objects.persistentVolumes);
    this.persistentVolumeClaims = new TrackedMap(objects.persistentVolumeClaims);
    this.images = collectImages(nodes);
  }

  /** The objects with the volumes and claims as reservations have left them. */
  reservedObjects(): ClusterObjects {
    return {
      ...this.objects,
      persistentVolumes: new Map(this.persistentVolumes),
      persistentVolumeClaims: new Map(this.persistentVolumeClaims),
    };
  }

  /** The view of a snapshot with its bound pods on their nodes; `except` is left out (explaining a bound pod). */
  static of(snapshot: Snapshot, semantics: Semantics, except?: Pod): ClusterView {
    const view = new ClusterView(snapshot.nodes, snapshot.objects, semantics);
    const exceptKey = except && podKey(except);
    for (const pod of snapshot.pods) {
      if (pod.nodeName === '' || podKey(pod) === exceptKey) continue;
      view.nodeByName.get(pod.nodeName)?.addPod(pod);
    }
    return view;
  }
}

/** Size as first reported in node order, and the number of nodes, of every image name. */
export function collectImages(nodes: readonly Node[]): ReadonlyMap<string, ImageState> {
  const states = new Map<string, { sizeBytes: number; nodeCount: number }>();
  for (const node of nodes) {
    const seen = new Set<string>();
    for (const image of node.images) {
      for (const name of image.names) {
        if (seen.has(name)) continue;
        seen.add(name);
        const state = states.get(name);
        if (state) state.nodeCount++;
        else states.set(name, { sizeBytes: image.sizeBytes, nodeCount: 1 });
      }
    }
  }
  return states;
}
