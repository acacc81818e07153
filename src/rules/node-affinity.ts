import { PlimsollError } from '../base/errors.ts';
import { nodeTermsMatch, preferredTermsProblem, preferredTermsScore, requiredNodeAffinityMatches } from '../model/match.ts';
import { type NodeAffinity, type Pod, type PodTemplate, type PreferredTerm, podKey } from '../model/pod.ts';
import type { NodeSelectorTerm } from '../model/selector.ts';
import { normalizeByMaximum, type PlainRule, type Prepared, SKIP, type Status, unresolvable } from './rule.ts';
import type { ClusterView, NodeView } from './view.ts';

/** NodeAffinityArgs. */
export interface NodeAffinityArgs {
  /** Applied to every pod beside its own affinity. */
  readonly addedAffinity?: NodeAffinity;
}

export const defaultArgs: NodeAffinityArgs = {};

export const REASON_POD = "node(s) didn't match Pod's node affinity/selector";
export const REASON_ENFORCED = "node(s) didn't match scheduler-enforced node affinity";
export const REASON_CONFLICT = 'pod affinity terms conflict';

/** Whether the filter has anything to do for pods of the template. */
export function hasRequiredAffinity(template: PodTemplate, args: NodeAffinityArgs): boolean {
  const { nodeSelector, nodeAffinity } = template;
  return nodeSelector !== undefined || nodeAffinity?.required !== undefined || args.addedAffinity?.required !== undefined;
}

/**
 * The nodes that the terms name, when every term names some: the union over terms of the intersection of a term's
 * `metadata.name In` lists. Undefined: some term names none, so every node is still possible.
 */
export function namedNodes(terms: readonly NodeSelectorTerm[]): ReadonlySet<string> | undefined {
  if (terms.length === 0) return undefined;
  const union = new Set<string>();
  for (const term of terms) {
    const lists = term.matchFields.filter(({ key, operator }) => key === 'metadata.name' && operator === 'In');
    const [first, ...others] = lists;
    if (first === undefined) return undefined;
    for (const name of first.values) if (others.every(({ values }) => values.includes(name))) union.add(name);
  }
  return union;
}

/** The preferred terms that score pods of the template: those added by the profile, then the pod's own. Undefined: not scored. */
export function preferredTerms(template: PodTemplate, args: NodeAffinityArgs): readonly PreferredTerm[] | undefined {
  const added = args.addedAffinity?.preferred ?? [];
  const own = template.nodeAffinity?.preferred;
  return own === undefined && added.length === 0 ? undefined : [...added, ...(own ?? [])];
}

export const nodeAffinity: PlainRule<NodeAffinityArgs, PodTemplate, readonly PreferredTerm[]> = {
  name: 'NodeAffinity',

  prepareFilter(pod: Pod, _cluster: ClusterView, args): Prepared<PodTemplate> {
    const { template } = pod;
    if (!hasRequiredAffinity(template, args)) return SKIP;
    const nodeNames = namedNodes(template.nodeAffinity?.required ?? []);
    if (nodeNames === undefined) return { kind: 'state', state: template };
    if (nodeNames.size === 0) return { kind: 'status', status: unresolvable(REASON_CONFLICT) };
    return { kind: 'state', state: template, nodeNames };
  },

  accepts(template, _pod: Pod, node: NodeView, _cluster: ClusterView, args): Status | undefined {
    const added = args.addedAffinity?.required;
    if (added !== undefined && !nodeTermsMatch(added, node.node)) return unresolvable(REASON_ENFORCED);
    return requiredNodeAffinityMatches(template, node.node) ? undefined : unresolvable(REASON_POD);
  },

  /** @throws PlimsollError SELECTOR for preferred terms that the API server would refuse: upstream gives up the whole attempt. */
  prepareScore(pod: Pod, _feasible, _cluster: ClusterView, args): readonly PreferredTerm[] | 'skip' {
    const problem = preferredTermsProblem(pod.template.nodeAffinity?.preferred ?? []);
    if (problem !== undefined) {
      const path = 'spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution';
      throw new PlimsollError('SELECTOR', `pod ${podKey(pod)}: ${problem}`, { path, hint: 'correct the preferred term' });
    }
    return preferredTerms(pod.template, args) ?? 'skip';
  },

  rate(terms, _pod: Pod, node: NodeView): number {
    return preferredTermsScore(terms, node.node);
  },

  normalize(_terms, scores: number[]): void {
    normalizeByMaximum(scores, false);
  },
};
