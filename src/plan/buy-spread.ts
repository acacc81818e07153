/** Pods that have to be spread over zones, by the zone that each goes to. */
import type { Settings } from '../engine/options.ts';
import { HOSTNAME_LABEL } from '../model/catalogue.ts';
import { requiredNodeAffinityMatches } from '../model/match.ts';
import type { Pod } from '../model/pod.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { untoleratedTaint } from '../model/taint.ts';
import { podTopologySpread } from '../rules/pod-topology-spread.ts';
import { type Constraint, type PodTopologySpreadArgs, spreadConstraints } from '../rules/pod-topology-spread-constraints.ts';
import type { Groups, PodGroup } from './buy-demands.ts';
import type { Offer } from './buy-offers.ts';

/**
 * `even`: as many in each domain as in the others. `least`: only what every plan that the scheduler accepts has to put there, the rest anywhere; for
 * bounds.
 */
export type SpreadMode = 'even' | 'least';

/**
 * Splits groups whose pods may not be unevenly spread over domains that offers differ in. Domains are those of the nodes that are there and of the
 * offers that the pods may go to: who asks for spreading wants to be spread over the zones on offer, not to have one zone bought.
 */
export function spreadGroups(groups: Groups, offers: readonly Offer[], snapshot: Snapshot, settings: Settings, mode: SpreadMode): Groups {
  const counted = (group: PodGroup, constraint: Constraint) =>
    groups.groups.some((other) => {
      const template = other.pods[0]?.template;
      if (other === group || template === undefined || template.namespace !== group.pods[0]?.template.namespace) return false;
      return constraint.selector.matches(template.labels);
    });
  return {
    ...groups,
    groups: groups.groups.flatMap((group) => {
      const [first] = group.pods;
      const constraint = first && constraintOf(first, snapshot, settings);
      // What others put into the domains is not known beforehand.
      if (!constraint || (mode === 'least' && (counted(group, constraint) || countedDaemons(first, constraint, offers)))) return [group];
      return split(group, first, constraint, offers, snapshot, mode);
    }),
  };
}

function split(
  group: PodGroup,
  first: Pod,
  constraint: Constraint,
  offers: readonly Offer[],
  snapshot: Snapshot,
  mode: SpreadMode,
): readonly PodGroup[] {
  const domainOf = (offer: number) => offers[offer]?.node.labels.get(constraint.topologyKey);
  const domains = new Map<string, number>();
  for (const [offer, open] of group.allowed.entries()) {
    const domain = domainOf(offer);
    if (open === 1 && domain !== undefined) domains.set(domain, 0);
  }
  const bought = new Set(domains.keys());
  const forced = forcedDomains(first, constraint, snapshot);
  if (mode === 'least' && !forced) return [group];
  for (const [domain, count] of standing(first, constraint, snapshot)) domains.set(domain, (domains.get(domain) ?? 0) + count);
  if (domains.size < 2) return [group];
  const quotas =
    mode === 'even'
      ? evenly(group.pods.length, domains, bought)
      : leastOf(group.pods.length, domains, new Set([...bought].filter((domain) => forced?.has(domain))), constraint.maxSkew);
  const parts: PodGroup[] = [];
  let from = 0;
  for (const [domain, quota] of quotas) {
    if (quota === 0) continue;
    const allowed = group.allowed.map((open, offer) => (domainOf(offer) === domain ? open : 0));
    parts.push({ ...group, pods: group.pods.slice(from, from + quota), allowed });
    from += quota;
  }
  if (from < group.pods.length) parts.push({ ...group, pods: group.pods.slice(from) });
  return parts;
}

/** The first constraint that the scheduler enforces, that counts the pod itself, and that is not about single nodes. */
function constraintOf({ template }: Pod, { objects }: Snapshot, { profiles, semantics }: Settings): Constraint | undefined {
  const profile = profiles.find(({ schedulerName }) => schedulerName === template.schedulerName);
  const bound = profile?.filter.find(({ rule }) => rule === podTopologySpread);
  if (!bound || template.spreadConstraints.length === 0) return undefined;
  const found = spreadConstraints(template, 'DoNotSchedule', bound.args as PodTopologySpreadArgs, objects, semantics);
  return found.find(({ topologyKey, selector }) => topologyKey !== HOSTNAME_LABEL && !selector.empty && selector.matches(template.labels));
}

/** Pods that count, by domain of the nodes that are there; domains without any too. */
function standing({ template }: Pod, { topologyKey, selector }: Constraint, { nodes, pods }: Snapshot): Map<string, number> {
  const domainOf = new Map(
    nodes.flatMap(({ name, labels }) => (labels.has(topologyKey) ? [[name, labels.get(topologyKey) as string]] : [])),
  );
  const counts = new Map([...domainOf.values()].map((domain) => [domain, 0]));
  for (const pod of pods) {
    const domain = domainOf.get(pod.nodeName);
    if (domain === undefined || pod.terminating || pod.template.namespace !== template.namespace) continue;
    if (selector.matches(pod.template.labels)) counts.set(domain, (counts.get(domain) ?? 0) + 1);
  }
  return counts;
}

/**
 * Domains that no plan can do without, because they have nodes now: one that is only on offer counts for the scheduler when a node of it is bought.
 * Only nodes that count by every policy of the constraint are taken. Undefined: pods that count are on other nodes.
 */
function forcedDomains({ template }: Pod, { topologyKey, selector }: Constraint, { nodes, pods }: Snapshot): Set<string> | undefined {
  const keys = template.spreadConstraints.map((constraint) => constraint.topologyKey);
  const certain = new Map(
    nodes
      .filter(({ labels }) => keys.every((key) => labels.has(key)))
      .filter((node) => !node.unschedulable && requiredNodeAffinityMatches(template, node))
      .filter(({ taints }) => untoleratedTaint(taints, template.tolerations, ['NoSchedule', 'NoExecute'], false) === undefined)
      .map(({ name, labels }) => [name, labels.get(topologyKey) as string]),
  );
  const alike = pods.filter(
    (pod) => pod.nodeName !== '' && pod.template.namespace === template.namespace && selector.matches(pod.template.labels),
  );
  return alike.every(({ nodeName }) => certain.has(nodeName)) ? new Set(certain.values()) : undefined;
}

/** Whether pods that come with bought nodes count: how many there will be is not known. */
function countedDaemons({ template }: Pod, { selector }: Constraint, offers: readonly Offer[]): boolean {
  return offers.some(({ daemons }) =>
    daemons.some((pod) => pod.template.namespace === template.namespace && selector.matches(pod.template.labels)),
  );
}

/** One pod after the other to the domain with fewest, of those that can be bought. */
function evenly(count: number, domains: ReadonlyMap<string, number>, bought: ReadonlySet<string>): Map<string, number> {
  const levels = new Map([...domains].filter(([domain]) => bought.has(domain)));
  const quotas = new Map([...levels.keys()].map((domain) => [domain, 0]));
  for (let pod = 0; pod < count; pod++) {
    let least: string | undefined;
    for (const [domain, level] of levels) if (least === undefined || level < (levels.get(least) as number)) least = domain;
    if (least === undefined) break;
    levels.set(least, (levels.get(least) as number) + 1);
    quotas.set(least, (quotas.get(least) as number) + 1);
  }
  return quotas;
}

/**
 * With N pods in all over m domains and a skew of s at most, the domain with fewest has at least (N - s(m - 1)) / m: each other has at most s more.
 * With fewer domains it has more: so that holds of the domains that are there, whichever others are bought.
 */
function leastOf(count: number, domains: ReadonlyMap<string, number>, certain: ReadonlySet<string>, maxSkew: number): Map<string, number> {
  const levels = [...domains.values()];
  // Where the pods that are there lean over already, placements need not end within the skew.
  if (Math.max(...levels) - Math.min(...levels) > maxSkew) return new Map();
  const total = levels.reduce((sum, level) => sum + level, count);
  const least = Math.ceil((total - maxSkew * (domains.size - 1)) / domains.size);
  return new Map([...certain].map((domain) => [domain, Math.max(0, least - (domains.get(domain) ?? 0))]));
}
