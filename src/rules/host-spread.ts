import { HOST_LEVEL, levelLabel, ownerKey } from '../model/hosts.ts';
import { requiredNodeAffinityMatches } from '../model/match.ts';
import type { Node } from '../model/node.ts';
import type { Pod, PodTemplate } from '../model/pod.ts';
import { untoleratedTaint } from '../model/taint.ts';
import { UNSCHEDULABLE_TAINT } from './node-unschedulable.ts';
import { type PlainRule, type Prepared, type Semantics, SKIP, type Status, unschedulable } from './rule.ts';
import type { ClusterView, NodeView } from './view.ts';

export interface HostSpreadArgs {
  /** Levels of the host mapping or node label keys, closest first; absent = all levels of the mapping, or the host alone. */
  readonly levels?: readonly string[];
  /** soft (default): fewer replicas in common score higher. hard: besides, no domain takes more than its even share. */
  readonly mode?: 'soft' | 'hard';
}

const SCORE_MAX = 100;

/** Replicas of one owner by domain of one level. */
interface LevelCounts {
  readonly level: string;
  readonly label: string;
  /** Number of domains with a node that the pod may go to. */
  readonly domains: number;
  readonly replicas: Map<string, number>;
}

interface SpreadState {
  readonly owner: string;
  readonly levels: readonly LevelCounts[];
  /** All replicas of the owner, bound and waiting. */
  readonly total: number;
}

/**
 * Keeps the replicas of one owner apart over physical hosts, racks and whatever else the host mapping knows, although
 * the pods themselves do not ask for it. A node whose domain is unknown is a domain of its own. Pods without a controller
 * are left alone; terminating replicas do not count.
 *
 * Score: the replicas that would share a domain with the pod, summed over the levels; normalised like PodTopologySpread's,
 * (max + min - sum) * 100 / max, so that the fewest score 100. Hard limit: ceil(replicas / domains) at each level, over
 * the domains that have a node for the pod.
 */
export const hostSpread: PlainRule<HostSpreadArgs | undefined, SpreadState, SpreadState> = {
  name: 'HostSpread',

  /** O(nodes + placed pods). */
  prepareFilter(pod, cluster, args): Prepared<SpreadState> {
    if (args?.mode !== 'hard') return SKIP;
    const state = count(pod, cluster, args);
    return state === undefined ? SKIP : { kind: 'state', state };
  },

  accepts(state: SpreadState, _pod: Pod, view: NodeView): Status | undefined {
    for (const counts of state.levels) {
      const share = Math.ceil(state.total / counts.domains);
      if ((counts.replicas.get(domainOf(view.node, counts.label)) ?? 0) >= share) {
        return unschedulable(`node(s) in a ${counts.level} that already has its share of replicas`);
      }
    }
    return undefined;
  },

  podAdded(state, _pod, other, view) {
    change(state, other, view.node, 1);
  },

  podRemoved(state, _pod, other, view) {
    change(state, other, view.node, -1);
  },

  cloneState(state) {
    return { ...state, levels: state.levels.map((counts) => ({ ...counts, replicas: new Map(counts.replicas) })) };
  },

  prepareScore(pod, _feasible, cluster, args) {
    const state = count(pod, cluster, args);
    return state === undefined || state.levels.length === 0 ? 'skip' : state;
  },

  rate(state: SpreadState, _pod: Pod, view: NodeView): number {
    return state.levels.reduce((sum, { label, replicas }) => sum + (replicas.get(domainOf(view.node, label)) ?? 0), 0);
  },

  normalize(_state, scores) {
    let low = Number.POSITIVE_INFINITY;
    let high = 0;
    for (const score of scores) {
      low = Math.min(low, score);
      high = Math.max(high, score);
    }
    for (let i = 0; i < scores.length; i++) {
      scores[i] = high === 0 ? SCORE_MAX : Math.trunc((SCORE_MAX * (high + low - (scores[i] as number))) / high);
    }
  },
};

/** undefined: the pod has no owner. A level with one domain for the pod cannot tell nodes apart and is left out. */
function count(pod: Pod, cluster: ClusterView, args: HostSpreadArgs | undefined): SpreadState | undefined {
  const owner = ownerKey(pod.template);
  if (owner === undefined) return undefined;
  const levels = levelsOf(pod, cluster, args).filter(({ domains }) => domains > 1);
  let placed = 0;
  for (const view of cluster.nodes) {
    for (const other of view.pods) {
      if (!isReplica(other, owner)) continue;
      placed++;
      for (const counts of levels) add(counts, view.node, 1);
    }
  }
  // A pod that is tried out and not in the snapshot is one replica more.
  const total = Math.max(cluster.objects.hosts?.replicas.get(owner) ?? 0, placed + 1);
  return { owner, levels, total };
}

function levelsOf(pod: Pod, cluster: ClusterView, args: HostSpreadArgs | undefined): LevelCounts[] {
  const known = cluster.objects.hosts?.levels ?? [];
  const levels = args?.levels ?? (known.length > 0 ? known : [HOST_LEVEL]);
  const open = cluster.nodes.filter(({ node }) => mayHold(node, pod.template, cluster.semantics));
  return levels.map((level) => {
    const label = levelLabel(level);
    const domains = new Set(open.map(({ node }) => domainOf(node, label))).size;
    return { level, label, domains, replicas: new Map<string, number>() };
  });
}

/** Whether the node's labels, taints and cordon let the pod in: a domain without such a node takes no share. */
function mayHold(node: Node, template: PodTemplate, { gates }: Semantics): boolean {
  const taints = node.unschedulable ? [UNSCHEDULABLE_TAINT, ...node.taints] : node.taints;
  const comparison = gates.TaintTolerationComparisonOperators;
  if (untoleratedTaint(taints, template.tolerations, ['NoSchedule', 'NoExecute'], comparison) !== undefined) return false;
  return requiredNodeAffinityMatches(template, node);
}

function isReplica(pod: Pod, owner: string): boolean {
  return !pod.terminating && ownerKey(pod.template) === owner;
}

function change(state: SpreadState, other: Pod, node: Node, by: 1 | -1): void {
  if (isReplica(other, state.owner)) for (const counts of state.levels) add(counts, node, by);
}

function add(counts: LevelCounts, node: Node, by: number): void {
  const domain = domainOf(node, counts.label);
  counts.replicas.set(domain, (counts.replicas.get(domain) ?? 0) + by);
}

/** The name of a node's own domain starts with a character that no label value can hold. */
function domainOf(node: Node, label: string): string {
  return node.labels.get(label) ?? `\u0000${node.name}`;
}
