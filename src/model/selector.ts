/** One requirement as written; operators are upstream's words and may be invalid text (see `compileSelector`). */
export interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

/**
 * A metav1.LabelSelector as written. `undefined` in place of a selector means nil: it matches nothing.
 * A selector without requirements matches everything.
 */
export interface LabelSelector {
  /** matchLabels as `In` requirements sorted by key, then matchExpressions in order. */
  readonly requirements: readonly Requirement[];
}

/** One term of node affinity. A term without requirements never matches. */
export interface NodeSelectorTerm {
  readonly matchExpressions: readonly Requirement[];
  readonly matchFields: readonly Requirement[];
}
