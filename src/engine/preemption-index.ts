import type { Pod } from '../model/pod.ts';

/** Nodes in row order with the pods on them. */
interface OccupiedNodes {
  readonly nodes: readonly { readonly pods: readonly Pod[] }[];
}

const NOBODY = Number.POSITIVE_INFINITY;

/**
 * The least priority on each node and in the whole cluster, so that preemption sees at once where nobody is less
 * important. Kept up to date pod by pod; a removal of a node's least important pod rescans that node when it is asked next.
 */
export class LeastPriorities {
  private readonly cluster: OccupiedNodes;
  private readonly byRow: Float64Array;
  private readonly stale: Uint8Array;
  /** Changes by row. */
  private readonly revisions: Uint32Array;
  /** The rows that changed last, in order of change; a ring of 2^k places. */
  private readonly journal: Int32Array;
  /** Number of changes so far. */
  changes = 0;
  private readonly counts = new Map<number, number>();
  /** Least key of `counts`; undefined = unknown. */
  private least: number | undefined = NOBODY;

  /** O(pods on nodes). The cluster must only change together with `podAdded` and `podRemoved`. */
  constructor(cluster: OccupiedNodes) {
    this.cluster = cluster;
    this.byRow = new Float64Array(cluster.nodes.length).fill(NOBODY);
    this.stale = new Uint8Array(cluster.nodes.length);
    this.revisions = new Uint32Array(cluster.nodes.length);
    this.journal = new Int32Array(journalPlaces(cluster.nodes.length));
    for (const [row, { pods }] of cluster.nodes.entries()) for (const pod of pods) this.podAdded(pod, row);
  }

  podAdded(pod: Pod, row: number): void {
    const { priority } = pod.template;
    this.noteChange(row);
    if (priority < (this.byRow[row] as number)) this.byRow[row] = priority;
    this.counts.set(priority, (this.counts.get(priority) ?? 0) + 1);
    if (this.least !== undefined && priority < this.least) this.least = priority;
  }

  podRemoved(pod: Pod, row: number): void {
    const { priority } = pod.template;
    this.noteChange(row);
    if (priority === this.byRow[row]) this.stale[row] = 1;
    const count = (this.counts.get(priority) ?? 0) - 1;
    if (count > 0) this.counts.set(priority, count);
    else {
      this.counts.delete(priority);
      if (priority === this.least) this.least = undefined;
    }
  }

  /** A number that differs whenever the pods of the row do, or those that it is promised to. */
  revisionOf(row: number): number {
    return this.revisions[row] as number;
  }

  /** The pods on the row have changed, or those that it is promised to. */
  noteChange(row: number): void {
    this.revisions[row] = (this.revisions[row] as number) + 1;
    this.journal[this.changes++ & (this.journal.length - 1)] = row;
  }

  /** The rows that changed since `changes` had that value, each as often as it changed; undefined = too many to tell. */
  changedSince(position: number): readonly number[] | undefined {
    const count = this.changes - position;
    if (count > this.journal.length) return undefined;
    return Array.from({ length: count }, (_, i) => this.journal[(position + i) & (this.journal.length - 1)] as number);
  }

  /** Infinity when no pod is on any node. */
  get ofCluster(): number {
    if (this.least === undefined) {
      this.least = NOBODY;
      for (const priority of this.counts.keys()) this.least = Math.min(this.least, priority);
    }
    return this.least;
  }

  /** Infinity when no pod is on the node. */
  ofRow(row: number): number {
    if (this.stale[row] === 1) {
      this.stale[row] = 0;
      this.byRow[row] = leastPriority(this.cluster, row);
    }
    return this.byRow[row] as number;
  }
}

/** Beyond one change for each row, a look at all rows costs no more. */
function journalPlaces(rows: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(rows, 64)));
}

export function leastPriority(cluster: OccupiedNodes, row: number): number {
  let least = NOBODY;
  for (const { template } of cluster.nodes[row]?.pods ?? []) if (template.priority < least) least = template.priority;
  return least;
}
