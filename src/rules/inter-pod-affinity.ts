import { PlimsollError } from '../base/errors.ts';
import { type Pod, podKey } from '../model/pod.ts';
import { type AffinityFilterState, affinityStatus, cloneAffinity, countAffinity, updateAffinity } from './inter-pod-affinity-filter.ts';
import {
  type AffinityScores,
  affinityScore,
  type InterPodAffinityArgs,
  normalizeAffinity,
  sumAffinity,
} from './inter-pod-affinity-score.ts';
import { incomingTerms, podTerms } from './inter-pod-affinity-terms.ts';
import { type PlainRule, type Prepared, SKIP, type Status, unresolvable } from './rule.ts';
import type { ClusterView, NodeView } from './view.ts';

export { defaultArgs, type InterPodAffinityArgs } from './inter-pod-affinity-score.ts';

export const interPodAffinity: PlainRule<InterPodAffinityArgs, AffinityFilterState, AffinityScores> = {
  name: 'InterPodAffinity',

  prepareFilter(pod: Pod, cluster: ClusterView): Prepared<AffinityFilterState> {
    const terms = incomingTerms(pod.template, cluster.objects, cluster.semantics.kubeVersion);
    if (terms.problem !== undefined) return { kind: 'status', status: unresolvable(`parsing pod: ${terms.problem}`) };
    const state = countAffinity(pod.template, terms, cluster);
    return state === undefined ? SKIP : { kind: 'state', state };
  },

  accepts(state, pod: Pod, node: NodeView): Status | undefined {
    return affinityStatus(state, pod.template, node);
  },

  podAdded(state, _pod: Pod, other: Pod, node: NodeView): void {
    updateAffinity(state, other.template, node, 1);
  },

  podRemoved(state, _pod: Pod, other: Pod, node: NodeView): void {
    updateAffinity(state, other.template, node, -1);
  },

  cloneState(state): AffinityFilterState {
    return cloneAffinity(state);
  },

  /** @throws PlimsollError SELECTOR for terms that do not parse, where only the score of the rule is enabled. */
  prepareScore(pod: Pod, _feasible, cluster: ClusterView, args): AffinityScores | 'skip' {
    const { problem } = podTerms(pod.template);
    if (problem !== undefined) {
      throw new PlimsollError('SELECTOR', `pod ${podKey(pod)}: ${problem}`, {
        path: 'spec.affinity',
        hint: 'correct the pod affinity term',
      });
    }
    return sumAffinity(pod.template, cluster, args) ?? 'skip';
  },

  rate(scores, _pod: Pod, node: NodeView): number {
    return affinityScore(scores, node);
  },

  normalize(_scores, scores: number[]): void {
    normalizeAffinity(scores);
  },
};
