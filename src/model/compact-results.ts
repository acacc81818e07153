/** The answer to how many nodes can go. */
import type { API_VERSION, PodReference, Provenance } from './results.ts';

/** A node that can go. */
export interface CompactedNode {
  readonly name: string;
  /** Evictions it takes. */
  readonly moves: number;
  /** Pods of DaemonSets, static pods and pods that are being deleted, which go with it. */
  readonly ignored: number;
  /** Per hour, an exact decimal number in the currency of the price book. */
  readonly price?: string;
}

/** One eviction, in the order in which they are made. */
export interface CompactMove extends PodReference {
  /** Where the pod was. */
  readonly node: string;
  /** Where the scheduler puts its replacement; absent when nobody makes one. */
  readonly to?: string;
  /** Moves of one wave are made at once; the next wave waits until their replacements run. Counted over all nodes. */
  readonly wave: number;
  /** PodDisruptionBudget that allows it, `namespace/name`. */
  readonly budget?: string;
  /** No controller makes the pod again. */
  readonly deleted?: true;
}

export type StayReason = 'kept' | 'pod' | 'budget' | 'no room' | 'preemption' | 'moves';

/** A node that stays, and why it cannot go after all others that do. */
export interface StayingNode {
  readonly name: string;
  /** `kept`: asked for; `pod`: a pod that is not evicted; `moves`: more evictions than are allowed. */
  readonly because: StayReason;
  /** In words: which pod, and what the scheduler or the budget says. */
  readonly reason: string;
}

export interface Compaction {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'Compaction';
  readonly provenance: Provenance;
  /** As many nodes can go as was asked for. */
  readonly compacts: boolean;
  /** In the order in which they are drained. All but those in `later` are cordoned before the first eviction. */
  readonly nodes: readonly CompactedNode[];
  /** Names of the last of `nodes`, which are cordoned when it is their turn: they take in pods of others first. */
  readonly later: readonly string[];
  readonly moves: readonly CompactMove[];
  readonly stays: readonly StayingNode[];
  /** However pods are moved, no fewer nodes than these can stay. */
  readonly bound: { readonly nodes: number /** What needs them. */; readonly because: string };
  /** Per hour, exact decimal numbers in the currency of the price book; absent without one. */
  readonly saved?: { readonly currency: string; readonly price: string; readonly before: string };
  readonly summary: {
    readonly nodes: number;
    readonly removed: number;
    readonly remaining: number;
    readonly moves: number;
    readonly waves: number;
    /** Nodes that were tried, again and again where others had gone since. */
    readonly trials: number;
    /** Pods that have no node before anything goes; they are left out. */
    readonly pendingBefore: number;
    readonly seconds: number;
  };
  readonly notModelled: readonly string[];
}
