import type { Node } from '../model/node.ts';
import { type Pod, podKey } from '../model/pod.ts';
import { podUsage } from '../model/requests.ts';
import type { Amount, ResourceVector } from '../model/resources.ts';
import type { ClusterObjects, Snapshot } from '../model/snapshot.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../model/volume.ts';
import { HostPortSet, hostPorts } from './host-ports.ts';
import { ImageStates } from './image-states.ts';
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

/** The whole cluster at one moment (upstream Snapshot), for the plain twins. */
export class ClusterView {
  readonly semantics: Semantics;
  readonly nodeByName = new Map<string, NodeView>();
  /** By row, whatever a trial has taken out. */
  readonly rows: readonly NodeView[];
  private isIn: (row: number) => boolean = () => true;
  /** Those of the rows that are in, once they have been asked for. */
  private present: readonly NodeView[] | undefined;
  readonly objects: ClusterObjects;
  /** Live copies: reservations of volumes write here. */
  readonly persistentVolumes: TrackedMap<string, PersistentVolume>;
  readonly persistentVolumeClaims: TrackedMap<string, PersistentVolumeClaim>;
  readonly images: ImageStates;
  /** Pods nominated to a node and not yet placed, by node name, in append order (upstream nominator). */
  readonly nominated = new Map<string, Pod[]>();

  /** `images`: those of the nodes, where they are known already. */
  constructor(nodes: readonly Node[], objects: ClusterObjects, semantics: Semantics, images: ImageStates = new ImageStates(nodes)) {
    this.semantics = semantics;
    this.objects = objects;
    this.rows = nodes.map((node, row) => new NodeView(node, row, semantics));
    this.present = this.rows;
    for (const view of this.rows) this.nodeByName.set(view.node.name, view);
    this.persistentVolumes = new TrackedMap(objects.persistentVolumes);
    this.persistentVolumeClaims = new TrackedMap(objects.persistentVolumeClaims);
    this.images = images;
  }

  /** In snapshot order; not those that a trial has taken out. O(nodes) after a change of them. */
  get nodes(): readonly NodeView[] {
    this.present ??= this.rows.filter(({ row }) => this.isIn(row));
    return this.present;
  }

  /** Another picture of a row: nothing is left of what the old one remembered. `isIn`: whether the cluster has the node; `nodes` follows with `keepOnly`. */
  replaceRow(node: Node, row: number, pods: readonly Pod[], isIn: boolean): void {
    const view = new NodeView(node, row, this.semantics);
    for (const pod of pods) view.addPod(pod);
    (this.rows as NodeView[])[row] = view;
    this.present = undefined;
    if (isIn) this.nodeByName.set(node.name, view);
    else this.nodeByName.delete(node.name);
  }

  /** The nodes of the cluster are those of these rows. */
  keepOnly(isIn: (row: number) => boolean): void {
    this.isIn = isIn;
    this.present = undefined;
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
