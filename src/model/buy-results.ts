/** The answer to what has to be bought. */
import type { API_VERSION, NearestMiss, Placement, PodReference, Provenance } from './results.ts';

/** Nodes of one row of the catalogue in one zone. */
export interface BoughtNodes {
  readonly type: string;
  readonly zone?: string;
  readonly count: number;
  /** Per node and hour, and of all: exact decimal numbers in the catalogue's currency. */
  readonly price: string;
  readonly cost: string;
  readonly nodes: readonly string[];
  /** Share of what the nodes offer that is asked for, pods that come with them included, 0 to 1 by resource name. */
  readonly used: Readonly<Record<string, number>>;
  /** Pods of DaemonSets on each node, by name, and what they take together. */
  readonly daemonSets: readonly string[];
  readonly overhead: Readonly<Record<string, string>>;
}

/** A pod that stays without a node whatever is bought. */
export interface ImpossiblePod extends PodReference {
  /** Pods like it that are left out. */
  readonly alike: number;
  readonly message: string;
  /** The smallest changes that would let it onto a node of the catalogue, nearest first; `node` is the type with its zone. */
  readonly nearestMiss: readonly NearestMiss[];
}

export type BuyPlacement = 'configured' | 'packed';

export interface Buy {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'Buy';
  readonly provenance: Provenance;
  /** With the nodes bought every pod has a node. */
  readonly complete: boolean;
  readonly currency: string;
  /** Per hour, an exact decimal number. */
  readonly cost: string;
  /** No plan costs less per hour. Where some pods fit no type: no plan for the others. Absent: no plan was found that places these. */
  readonly bound?: string;
  /** How far the cost is above the bound, in percent of the bound; 0: nothing is cheaper. */
  readonly gapPercent?: number;
  readonly nodes: readonly BoughtNodes[];
  /** Who chose the nodes of the pods: the scheduler as configured, or a packing whose every placement the scheduler's rules have let in. */
  readonly placement: BuyPlacement;
  /** schedulerName of each profile that was used. */
  readonly placedBy: readonly string[];
  /** The cheapest answer found with `packed` placement. */
  readonly packing?: { readonly nodes: number; readonly cost: string; readonly gapPercent?: number };
  /** With `packed` placement: of the pods placed, those that the scheduler as configured would leave waiting on these nodes without the promises. */
  readonly unaided?: { readonly waiting: number };
  /** Pods that wait, and the pods asked about, in decision order. */
  readonly placements: readonly Placement[];
  readonly impossible: readonly ImpossiblePod[];
  readonly summary: {
    readonly nodesBefore: number;
    readonly nodesBought: number;
    /** Pods without a node before anything is bought. */
    readonly pending: number;
    /** Of these, pods that have one afterwards. */
    readonly placed: number;
    readonly offers: number;
    readonly seconds: number;
  };
  readonly notModelled: readonly string[];
}
