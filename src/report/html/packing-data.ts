/** What the packing view of a page is drawn from: columns by node and by pod, so that 10,000 nodes with 100,000 pods stay a few megabytes of JSON. */

/** How amounts are written; the scheduler's unit of each. */
export type PackingUnit = 'milli-cpu' | 'bytes' | 'count';

export interface PackingResource {
  readonly name: string;
  readonly unit: PackingUnit;
  /** Allocatable by node. */
  readonly offered: readonly number[];
  /** Requests by state, then by node. */
  readonly used: readonly (readonly number[])[];
}

/** Bits of a node's mark. */
export const MARK = { lost: 1, added: 2, cordoned: 4, newlyCordoned: 8 } as const;

export interface PackingNodes {
  readonly name: readonly string[];
  /** By level, then by node: index into `domains` of the level, -1 where the node names none. */
  readonly domain: readonly (readonly number[])[];
  /** Bits of `MARK`. */
  readonly mark: readonly number[];
  /** Pods that are on the node in the last state and were not there in the first, and the other way round. */
  readonly arrived: readonly number[];
  readonly left: readonly number[];
}

/** The pods that are listed by name: of each node the ones that change place, then the largest. */
export interface PackingPods {
  readonly namespaces: readonly string[];
  /** Requests that pods share: amounts in the order of the resources, `pods` aside. */
  readonly shapes: readonly (readonly number[])[];
  readonly namespace: readonly number[];
  readonly name: readonly string[];
  readonly shape: readonly number[];
  /** By state, then by pod: the node's index, -1 without one. */
  readonly at: readonly (readonly number[])[];
  /** Pods of each node that are listed at most. */
  readonly perNode: number;
  /** Pods that are on a node in some state and are not listed. */
  readonly unlisted: number;
}

/** One value for each node beside its utilisation, such as a score. */
export interface PackingLens {
  readonly name: string;
  /** Null: the node has none, for a reason. */
  readonly value: readonly (number | null)[];
  /** Index into `reasons`, -1 without one. */
  readonly reason: readonly number[];
  readonly reasons: readonly string[];
}

export interface PackingData {
  /** One state or two: captions of before and after. */
  readonly states: readonly string[];
  /** Levels of failure domains, widest first; may be empty. */
  readonly levels: readonly string[];
  readonly domains: readonly (readonly string[])[];
  readonly nodes: PackingNodes;
  /** The last one is `pods`. */
  readonly resources: readonly PackingResource[];
  readonly pods: PackingPods;
  readonly lens?: PackingLens;
}
