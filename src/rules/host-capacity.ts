import { HOST_LEVEL, levelLabel } from '../model/hosts.ts';
import type { Pod } from '../model/pod.ts';
import { quantityOf } from '../model/quantity.ts';
import { podUsage } from '../model/requests.ts';
import { type Amount, amountOf, type NanoQuantity } from '../model/resources.ts';
import { type PlainRule, type Prepared, SKIP, type Status, unresolvable, unschedulable } from './rule.ts';
import type { ClusterView, NodeView } from './view.ts';

export interface HostCapacityArgs {
  /** Requests that a host may carry per unit of its capacity, by resource name; 1 where not given. */
  readonly overcommit?: Readonly<Record<string, number>>;
}

const HOST_LABEL = levelLabel(HOST_LEVEL);
const RATIO_UNIT: NanoQuantity = 1_000_000_000n;

/** One resource that the pod asks for. */
interface Demand {
  readonly name: string;
  readonly amount: Amount;
  /** Overcommit ratio in units of 10^-9. */
  readonly ratio: NanoQuantity;
  /** Requests of the placed pods by host. */
  readonly used: ReadonlyMap<string, Amount>;
}

interface HostState {
  readonly demands: readonly Demand[];
  /** Pods added and removed since, by demand and host: small, so that a copy per node is cheap. */
  readonly changes: readonly Map<string, Amount>[];
}

/**
 * Keeps the requests of all pods on the virtual machines of one physical host within what the host can give times the
 * overcommit ratio. Nodes without a host and hosts without a capacity are not limited, nor is a resource that the pod does
 * not ask for. As in NodeResourcesFit, a pod that is larger than the whole host is unresolvable.
 */
export const hostCapacity: PlainRule<HostCapacityArgs | undefined, HostState> = {
  name: 'HostCapacity',

  /** O(nodes). */
  prepareFilter(pod, cluster, args): Prepared<HostState> {
    const capacities = cluster.objects.hosts?.capacities;
    if (capacities === undefined || capacities.size === 0) return SKIP;
    const requested = podUsage(pod, cluster.semantics).requested;
    const limited = new Set([...capacities.values()].flatMap((capacity) => [...capacity.keys()]));
    const demands: Demand[] = [];
    for (const name of limited) {
      const amount = amountOf(requested, name);
      if (amount > 0n) demands.push({ name, amount, ratio: ratioOf(args, name), used: usedByHost(name, cluster) });
    }
    return demands.length === 0 ? SKIP : { kind: 'state', state: { demands, changes: demands.map(() => new Map()) } };
  },

  accepts(state: HostState, _pod: Pod, view: NodeView, cluster: ClusterView): Status | undefined {
    const host = view.node.labels.get(HOST_LABEL);
    const capacity = host === undefined ? undefined : cluster.objects.hosts?.capacities.get(host);
    if (host === undefined || capacity === undefined) return undefined;
    const reasons: string[] = [];
    let hopeless = false;
    for (const [i, { name, amount, ratio, used }] of state.demands.entries()) {
      const total = capacity.get(name);
      if (total === undefined) continue;
      const limit = (total * ratio) / RATIO_UNIT;
      const taken = (used.get(host) ?? 0n) + (state.changes[i]?.get(host) ?? 0n);
      if (taken + amount <= limit) continue;
      reasons.push(`physical host has insufficient ${name}`);
      hopeless ||= amount > limit;
    }
    if (reasons.length === 0) return undefined;
    return hopeless ? unresolvable(...reasons) : unschedulable(...reasons);
  },

  podAdded(state, _pod, other, view, cluster) {
    change(state, other, view, cluster, 1n);
  },

  podRemoved(state, _pod, other, view, cluster) {
    change(state, other, view, cluster, -1n);
  },

  cloneState({ demands, changes }) {
    return { demands, changes: changes.map((byHost) => new Map(byHost)) };
  },
};

function change(state: HostState, other: Pod, view: NodeView, cluster: ClusterView, sign: 1n | -1n): void {
  const host = view.node.labels.get(HOST_LABEL);
  if (host === undefined) return;
  const { requested } = podUsage(other, cluster.semantics);
  for (const [i, { name }] of state.demands.entries()) {
    const byHost = state.changes[i];
    byHost?.set(host, (byHost.get(host) ?? 0n) + sign * amountOf(requested, name));
  }
}

function ratioOf(args: HostCapacityArgs | undefined, name: string): NanoQuantity {
  const ratios = args?.overcommit ?? {};
  return Object.hasOwn(ratios, name) ? quantityOf(ratios[name]) : RATIO_UNIT;
}

function usedByHost(name: string, cluster: ClusterView): ReadonlyMap<string, Amount> {
  const used = new Map<string, Amount>();
  for (const view of cluster.nodes) {
    const host = view.node.labels.get(HOST_LABEL);
    if (host !== undefined) used.set(host, (used.get(host) ?? 0n) + amountOf(view.requested, name));
  }
  return used;
}
