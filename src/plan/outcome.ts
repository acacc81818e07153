import { ownerKey } from '../model/hosts.ts';
import type { Node } from '../model/node.ts';
import type { Pod, PodTemplate } from '../model/pod.ts';
import { podUsage } from '../model/requests.ts';
import { amountOf, type ResourceVector } from '../model/resources.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Semantics } from '../rules/rule.ts';
import { isFixed } from './cluster.ts';
import { type GroupPlaces, placesOf } from './metric-moves.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'plimsoll.dev/host';
/** Places for pods on a node: compared like a resource, and not reported as one. */
export const POD_SLOTS = 'pods';

/** A failure domain level and the domain of each node. */
export interface Level {
  readonly name: string;
  /** By row; -1: the node has no such label. */
  readonly domains: Int32Array;
  /** Domains of nodes that are not cordoned. */
  readonly count: number;
}

/** What many pods ask for alike, and the share of all movable pods that they are. */
export interface Shape {
  readonly demand: Float64Array;
  readonly share: number;
}

/**
 * What stays the same in all runs of a variant, worked out once: the nodes as numbers and what pods ask for. Amounts are doubles (milli-CPU, bytes,
 * counts): metrics are for people.
 */
export class Ground {
  readonly nodes: readonly Node[];
  readonly semantics: Semantics;
  /** cpu and memory, then what some pod asks for and some node offers, then POD_SLOTS. */
  readonly resources: readonly string[];
  /** By resource, then row. */
  readonly allocatable: readonly Float64Array[];
  /** By row: not cordoned. */
  readonly open: Uint8Array;
  readonly levels: readonly Level[];
  readonly shapes: readonly Shape[];
  /** Where the pods were before anything was taken off. */
  readonly before: GroupPlaces;
  private readonly rows: ReadonlyMap<string, number>;
  private readonly demands = new WeakMap<ResourceVector, Float64Array>();
  private readonly workloads = new Map<string, number>();
  private readonly workloadOfTemplate = new WeakMap<PodTemplate, number>();

  /** @param start What the runs start from. @param dump The cluster as it is. O(nodes · resources + pods). */
  constructor(start: Snapshot, dump: Snapshot, semantics: Semantics) {
    this.nodes = start.nodes;
    this.semantics = semantics;
    this.rows = new Map(start.nodes.map(({ name }, row) => [name, row]));
    this.resources = resourcesOf(start, semantics);
    this.allocatable = this.resources.map((name) =>
      Float64Array.from(start.nodes, ({ allocatable }) => Number(name === POD_SLOTS ? allocatable.pods : amountOf(allocatable, name))),
    );
    this.open = Uint8Array.from(start.nodes, ({ unschedulable }) => (unschedulable ? 0 : 1));
    this.levels = levelsOf(start.nodes, this.open);
    this.before = placesOf(dump.pods);
    this.shapes = this.shapesOf(start.pods);
  }

  rowOf(nodeName: string): number | undefined {
    return this.rows.get(nodeName);
  }

  /** What the pod counts for on a node, by resource. */
  demandOf(pod: Pod): Float64Array {
    const { requested } = podUsage(pod, this.semantics);
    let demand = this.demands.get(requested);
    if (!demand) {
      demand = Float64Array.from(this.resources, (name) => (name === POD_SLOTS ? 1 : Number(amountOf(requested, name))));
      this.demands.set(requested, demand);
    }
    return demand;
  }

  /** Number of the controller that owns the pod; -1: nobody does. */
  workloadOf({ template }: Pod): number {
    let workload = this.workloadOfTemplate.get(template);
    if (workload === undefined) {
      const key = ownerKey(template);
      workload = key === undefined ? -1 : (this.workloads.get(key) ?? this.workloads.size);
      if (key !== undefined) this.workloads.set(key, workload);
      this.workloadOfTemplate.set(template, workload);
    }
    return workload;
  }

  private shapesOf(pods: readonly Pod[]): Shape[] {
    const counts = new Map<string, { readonly demand: Float64Array; pods: number }>();
    let movable = 0;
    for (const pod of pods) {
      if (isFixed(pod)) continue;
      movable++;
      const demand = this.demandOf(pod);
      const key = demand.join();
      const known = counts.get(key) ?? { demand, pods: 0 };
      counts.set(key, known);
      known.pods++;
    }
    return [...counts.values()].map(({ demand, pods: count }) => ({ demand, share: count / movable }));
  }
}

function resourcesOf({ nodes, pods }: Snapshot, semantics: Semantics): string[] {
  const asked = new Set<string>();
  for (const pod of pods) {
    const { requested } = podUsage(pod, semantics);
    if (requested.ephemeralStorage > 0n) asked.add('ephemeral-storage');
    for (const [name, amount] of requested.scalars) if (amount > 0n) asked.add(name);
  }
  const offered = [...asked].filter((name) => nodes.some(({ allocatable }) => amountOf(allocatable, name) > 0n)).sort();
  return ['cpu', 'memory', ...offered, POD_SLOTS];
}

function levelsOf(nodes: readonly Node[], open: Uint8Array): Level[] {
  const byLabel = (name: string, key: string): Level[] =>
    nodes.some(({ labels }) => labels.has(key)) ? [levelOf(name, nodes, open, (node) => node.labels.get(key))] : [];
  return [...byLabel('zone', ZONE), ...byLabel('host', HOST), levelOf('node', nodes, open, ({ name }) => name)];
}

function levelOf(name: string, nodes: readonly Node[], open: Uint8Array, domainOf: (node: Node) => string | undefined): Level {
  const numbers = new Map<string, number>();
  const domains = Int32Array.from(nodes, (node) => {
    const domain = domainOf(node);
    if (domain === undefined) return -1;
    const number = numbers.get(domain) ?? numbers.size;
    numbers.set(domain, number);
    return number;
  });
  const count = new Set(domains.filter((domain, row) => domain >= 0 && open[row] === 1)).size;
  return { name, domains, count };
}

/** What one run ended in. */
export class Outcome {
  readonly ground: Ground;
  /** All pods at the end. */
  readonly pods: readonly Pod[];
  /** Upstream's message for each pod that waits at the end, by `podKey`; pods of no profile are absent. */
  readonly messages: ReadonlyMap<string, string>;
  /** Pods without a node when the run began. */
  readonly waitingBefore: ReadonlySet<string>;
  /** Pods that preemption has evicted. */
  readonly preempted: number;
  /** Price of each node per hour, by name; absent: there is no price book. */
  readonly prices: ReadonlyMap<string, number> | undefined;
  private used: readonly Float64Array[] | undefined;
  private replicas: readonly (readonly number[])[] | undefined;
  private groups: GroupPlaces | undefined;

  constructor(
    ground: Ground,
    end: Pick<Outcome, 'pods' | 'messages' | 'waitingBefore' | 'preempted'>,
    prices: ReadonlyMap<string, number> | undefined,
  ) {
    this.ground = ground;
    this.pods = end.pods;
    this.messages = end.messages;
    this.waitingBefore = end.waitingBefore;
    this.preempted = end.preempted;
    this.prices = prices;
  }

  /** What the pods on each node ask for: by resource, then row. O(pods · resources), once. */
  requested(): readonly Float64Array[] {
    if (this.used) return this.used;
    const { ground } = this;
    const used = ground.resources.map(() => new Float64Array(ground.nodes.length));
    for (const pod of this.pods) {
      const row = pod.nodeName === '' ? undefined : ground.rowOf(pod.nodeName);
      if (row === undefined) continue;
      const demand = ground.demandOf(pod);
      for (let r = 0; r < used.length; r++) {
        const column = used[r] as Float64Array;
        column[row] = (column[row] as number) + (demand[r] as number);
      }
    }
    this.used = used;
    return used;
  }

  /** Where the pods are at the end. O(pods), once. */
  places(): GroupPlaces {
    this.groups ??= placesOf(this.pods);
    return this.groups;
  }

  /** Rows of the movable pods of each controller that has at least two on nodes. O(pods), once. */
  workloads(): readonly (readonly number[])[] {
    if (this.replicas) return this.replicas;
    const rows: number[][] = [];
    for (const pod of this.pods) {
      const row = pod.nodeName === '' || isFixed(pod) ? undefined : this.ground.rowOf(pod.nodeName);
      const workload = row === undefined ? -1 : this.ground.workloadOf(pod);
      if (row === undefined || workload < 0) continue;
      const known = rows[workload];
      if (known) known.push(row);
      else rows[workload] = [row];
    }
    // Numbers of controllers are given in the order in which pods name them; holes are controllers without pods on nodes.
    this.replicas = rows.filter((each) => each !== undefined && each.length >= 2);
    return this.replicas;
  }
}
