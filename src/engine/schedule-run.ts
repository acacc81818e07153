import type { Pod } from '../model/pod.ts';

/** One pod's placement, in decision order. */
export interface PlacedPod {
  readonly index: number;
  readonly row: number;
}

export interface PreemptedBy {
  readonly index: number;
  readonly node: string;
  readonly victims: readonly Pod[];
}

/** What a run did; indices are those of the pods it was given. */
export interface ScheduleRun {
  readonly placed: readonly PlacedPod[];
  /** Message by pod, in input order. */
  readonly failed: ReadonlyMap<number, string>;
  readonly preemptions: readonly PreemptedBy[];
  /** Nodes promised to pods that are not on them, by `podKey`. */
  readonly nominated: ReadonlyMap<string, string>;
  /** Placements changed volumes or claims too. */
  readonly reserved: boolean;
  /** Whether a pod that failed on the way would have evicted others was not asked. */
  readonly doubtful: boolean;
  readonly seconds: number;
  readonly decideSeconds: number;
}
