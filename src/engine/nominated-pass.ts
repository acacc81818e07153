import type { Pod } from '../model/pod.ts';
import type { ClusterView, NodeView } from '../rules/view.ts';
import { nominatedOn, type PreparedRule, prepareRule, type Rejection } from './cycle.ts';
import type { BoundRule, ResolvedProfile } from './resolved-profile.ts';

/**
 * The first of upstream's two filter passes, for one pod on the few nodes that pods of its priority or more are promised: the node with those pods
 * on it. The second pass, and every other node, is the kernels' work. Rules are prepared one by one, since most nodes are refused by an early
 * one and what the later ones count is dear.
 */
export class NominatedPass {
  private readonly pod: Pod;
  private readonly cluster: ClusterView;
  private readonly profile: ResolvedProfile;
  private readonly prepared = new Map<BoundRule, PreparedRule | undefined>();
  private readonly found = new Map<number, Rejection | undefined>();

  constructor(pod: Pod, cluster: ClusterView, profile: ResolvedProfile) {
    this.pod = pod;
    this.cluster = cluster;
    this.profile = profile;
  }

  /** Why the pod is refused on the row with the promised pods there; undefined = it is not. */
  rejectionOn(row: number): Rejection | undefined {
    if (!this.found.has(row)) this.found.set(row, this.check(this.cluster.rows[row] as NodeView));
    return this.found.get(row);
  }

  private check(node: NodeView): Rejection | undefined {
    const promised = nominatedOn(node, this.pod, this.cluster);
    const filled = node.clone();
    for (const other of promised) filled.addPod(other);
    for (const bound of this.profile.filter) {
      const prepared = this.prepare(bound);
      if (!prepared) continue;
      const { rule, args } = prepared;
      const state = rule.cloneState ? rule.cloneState(prepared.state) : prepared.state;
      for (const other of promised) rule.podAdded?.(state, this.pod, other, filled, this.cluster, args);
      const status = rule.accepts?.(state, this.pod, filled, this.cluster, args);
      if (status) return { plugin: rule.name, status };
    }
    return undefined;
  }

  private prepare(bound: BoundRule): PreparedRule | undefined {
    if (!this.prepared.has(bound)) this.prepared.set(bound, prepareRule(bound, this.pod, this.cluster));
    return this.prepared.get(bound);
  }
}
