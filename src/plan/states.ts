import type { Snapshot } from '../model/snapshot.ts';

/** The cluster around a question: settled and before anything is asked, and at the end. */
export interface ClusterStates {
  readonly before: Snapshot;
  readonly after: Snapshot;
}

/** Lets a caller see more than the answer says, such as who draws the cluster. */
export interface Watched {
  /** Called once, before the answer is returned. */
  readonly onStates?: (states: ClusterStates) => void;
}
