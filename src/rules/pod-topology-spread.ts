import type { Pod } from '../model/pod.ts';
import { type PodTopologySpreadArgs, requiresAllKeys, spreadConstraints } from './pod-topology-spread-constraints.ts';
import { countDomains, type SpreadFilterState, spreadStatus, updateDomains } from './pod-topology-spread-filter.ts';
import { normalizeSpread, type SpreadScoreState, spreadScore, weighDomains } from './pod-topology-spread-score.ts';
import { type PlainRule, type Prepared, SKIP, type Status } from './rule.ts';
import type { ClusterView, NodeView } from './view.ts';

export { defaultArgs, type PodTopologySpreadArgs } from './pod-topology-spread-constraints.ts';

export const podTopologySpread: PlainRule<PodTopologySpreadArgs, SpreadFilterState, SpreadScoreState> = {
  name: 'PodTopologySpread',

  prepareFilter(pod: Pod, cluster: ClusterView, args): Prepared<SpreadFilterState> {
    const constraints = spreadConstraints(pod.template, 'DoNotSchedule', args, cluster.objects, cluster.semantics);
    return constraints.length === 0 ? SKIP : { kind: 'state', state: countDomains(pod.template, constraints, cluster) };
  },

  accepts(state, _pod: Pod, node: NodeView): Status | undefined {
    return spreadStatus(state, node);
  },

  podAdded(state, pod: Pod, other: Pod, node: NodeView, cluster: ClusterView): void {
    updateDomains(state, pod, other, node, 1, cluster.semantics);
  },

  podRemoved(state, pod: Pod, other: Pod, node: NodeView, cluster: ClusterView): void {
    updateDomains(state, pod, other, node, -1, cluster.semantics);
  },

  cloneState(state): SpreadFilterState {
    return state.map((count) => ({ ...count, domains: count.domains.clone() }));
  },

  prepareScore(pod: Pod, feasible: readonly NodeView[], cluster: ClusterView, args): SpreadScoreState | 'skip' {
    const { template } = pod;
    const constraints = spreadConstraints(template, 'ScheduleAnyway', args, cluster.objects, cluster.semantics);
    if (constraints.length === 0) return 'skip';
    return weighDomains(template, constraints, requiresAllKeys(template, args), feasible, cluster);
  },

  rate(state, _pod: Pod, node: NodeView): number {
    return spreadScore(state, node);
  },

  normalize(state, scores: number[], feasible: readonly NodeView[]): void {
    normalizeSpread(state, scores, feasible);
  },
};
