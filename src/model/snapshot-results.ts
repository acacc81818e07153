import type { RawObject } from './parse/fields.ts';

/** A v1 List as `readSnapshot` takes it. */
export interface SnapshotList {
  readonly apiVersion: 'v1';
  readonly kind: 'List';
  readonly items: readonly RawObject[];
}

/** The answer of `plimsoll snapshot anonymize`. */
export interface Anonymization {
  readonly snapshot: SnapshotList;
  /** Pseudonym to what it stands for: words of names, and UIDs. Keep it private. */
  readonly names: ReadonlyMap<string, string>;
  readonly summary: {
    readonly objects: number;
    /** Objects of kinds that no decision reads. */
    readonly dropped: number;
    /** What was added to every time, so that the earliest is in 2000. */
    readonly timesShiftedSeconds: number;
  };
}

export interface ObjectReference {
  readonly kind: string;
  /** Absent for kinds without namespaces. */
  readonly namespace?: string;
  readonly name: string;
}

export interface FieldChange {
  /** Path of the field; items of lists by name or key where they have one: `spec.containers[web].resources.requests.cpu`. */
  readonly path: string;
  /** Absent: the field was not there. */
  readonly before?: string;
  /** Absent: the field is gone. */
  readonly after?: string;
}

export interface ChangedObject extends ObjectReference {
  readonly changes: readonly FieldChange[];
}

export interface MovedPod {
  readonly namespace: string;
  readonly name: string;
  /** Absent: it waited for a node. */
  readonly from?: string;
  /** Absent: it waits for a node. */
  readonly to?: string;
}

export interface ChangeCounts {
  readonly before: number;
  readonly after: number;
  readonly added: number;
  readonly removed: number;
  /** With other fields, or on another node. */
  readonly changed: number;
}

/** The answer of `plimsoll snapshot diff`. */
export interface SnapshotDiff {
  readonly apiVersion: string;
  readonly kind: 'SnapshotDiff';
  /** Nothing that scheduling reads has changed. */
  readonly same: boolean;
  /** In the order of the newer dump. */
  readonly added: readonly ObjectReference[];
  /** In the order of the older dump. */
  readonly removed: readonly ObjectReference[];
  /** Pods that have another node, or none, or one at last. */
  readonly moved: readonly MovedPod[];
  /** In the order of the newer dump, fields by path. */
  readonly changed: readonly ChangedObject[];
  readonly summary: { readonly nodes: ChangeCounts; readonly pods: ChangeCounts; readonly others: ChangeCounts };
}

/** The answer of `plimsoll snapshot shrink`. */
export interface ShrunkSnapshot {
  readonly snapshot: SnapshotList;
  /** What the snapshot still shows. */
  readonly decision: ShownDecision;
  readonly summary: {
    /** Objects that are left. */
    readonly objects: number;
    /** Objects there were, of kinds that are read. */
    readonly objectsBefore: number;
    /** Candidates that were decided. */
    readonly attempts: number;
    /** No single object or field can go without changing the decision; false when the attempts were used up. */
    readonly minimal: boolean;
  };
}

export interface ShownDecision {
  readonly namespace: string;
  readonly name: string;
  /** Absent: the pod finds no node. */
  readonly node?: string;
  /** The scheduler's words, '' for a pod that finds a node. Its numbers of nodes are those of the smaller snapshot unless they were asked for. */
  readonly message: string;
  /** The pod evicted others on its way. */
  readonly preempts: boolean;
  /** What nodes that were asked about say to the pod. */
  readonly verdicts: readonly { readonly node: string; readonly reasons: readonly string[] }[];
}

export type Severity = 'error' | 'warning' | 'note';

/** What a check is about, for filters: an error code of the reader, or the name of a suspicion. */
export interface Finding {
  /** error: it is refused. warning: it is read, and an answer may not be what is meant. note: worth knowing. */
  readonly severity: Severity;
  readonly check: string;
  /** What is wrong, one sentence without place and hint. */
  readonly problem: string;
  /** The object; where several have the same problem, the first of them in the input. */
  readonly object?: ObjectReference;
  /** How many objects have it, where more than one. */
  readonly count?: number;
  readonly file?: string;
  readonly line?: number;
  /** The field: in the object, or for what is refused in the document. */
  readonly path?: string;
  readonly value?: string;
  /** The next step. */
  readonly hint?: string;
}

/** The answer of `plimsoll snapshot validate`. */
export interface Validation {
  readonly apiVersion: string;
  readonly kind: 'Validation';
  /** Nothing is refused. */
  readonly valid: boolean;
  /** Errors, then warnings, then notes; each in the order of the input. */
  readonly findings: readonly Finding[];
  readonly summary: {
    readonly objects: number;
    readonly nodes: number;
    readonly pods: number;
    /** Pods that wait for a node. */
    readonly pending: number;
    readonly errors: number;
    readonly warnings: number;
    readonly notes: number;
  };
}
