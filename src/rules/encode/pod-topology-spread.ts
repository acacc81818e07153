import {
  FILTER_POD_TOPOLOGY_SPREAD,
  HARD_BYTES,
  HARD_CODES,
  HARD_COLUMN,
  HARD_DOMAINS,
  HARD_EXISTS,
  HARD_MAX_SKEW,
  HARD_MIN_DOMAINS,
  HARD_SELF,
  HARD_TABLE,
  RATE_POD_TOPOLOGY_SPREAD,
  SOFT_BYTES,
  SOFT_CODES,
  SOFT_COLUMN,
  SOFT_DOMAINS,
  SOFT_HOSTNAME,
  SOFT_SEEN,
  SOFT_SHARES,
  SOFT_SKEW_ADDEND,
  SOFT_TABLE,
  SPREAD_HARD_BYTES,
  SPREAD_HARD_CONSTRAINT_COUNT,
  SPREAD_HARD_CONSTRAINTS,
  SPREAD_SOFT_BYTES,
  SPREAD_SOFT_CONSTRAINT_COUNT,
  SPREAD_SOFT_CONSTRAINTS,
  SPREAD_SOFT_REQUIRE_ALL,
} from '../../layout/layout.generated.ts';
import type { PodTemplate } from '../../model/pod.ts';
import {
  type Constraint,
  countsNode,
  HOSTNAME_KEY,
  hasAllKeys,
  type PodTopologySpreadArgs,
  requiresAllKeys,
  spreadConstraints,
} from '../pod-topology-spread-constraints.ts';
import { REASON_LABEL, REASON_SKEW } from '../pod-topology-spread-filter.ts';
import { unresolvable, unschedulable } from '../rule.ts';
import { type CountTableSpec, labelToken, type RequestEncoder, type RowFact, type RuleEncoding } from './encoder.ts';

type Feeds = CountTableSpec['feeds'];
type Inclusion = NonNullable<CountTableSpec['include']>;

export const encodePodTopologySpread: RuleEncoding<PodTopologySpreadArgs> = {
  filter(encoder, args) {
    const constraints = spreadConstraints(encoder.template, 'DoNotSchedule', args, encoder.objects, encoder.semantics);
    if (constraints.length === 0) return;
    const address = encoder.allocate(SPREAD_HARD_BYTES);
    const list = encoder.allocate(constraints.length * HARD_BYTES);
    encoder.u32(address + SPREAD_HARD_CONSTRAINTS, list);
    encoder.u32(address + SPREAD_HARD_CONSTRAINT_COUNT, constraints.length);
    const watched = constraints.map((constraint, i) => writeHard(encoder, list + i * HARD_BYTES, constraint, constraints));
    const facts = constraints.map(({ topologyKey }, i) => ({ column: encoder.labelColumn(topologyKey), table: watched[i] as number }));
    const statuses = [unresolvable(REASON_LABEL), unschedulable(REASON_SKEW)];
    encoder.countingFilter(FILTER_POD_TOPOLOGY_SPREAD, address, statuses, watched, facts);
  },

  score(encoder: RequestEncoder, args, weight) {
    const constraints = spreadConstraints(encoder.template, 'ScheduleAnyway', args, encoder.objects, encoder.semantics);
    if (constraints.length === 0) return;
    const allKeys = requiresAllKeys(encoder.template, args);
    const address = encoder.allocate(SPREAD_SOFT_BYTES);
    const list = encoder.allocate(constraints.length * SOFT_BYTES);
    encoder.u32(address + SPREAD_SOFT_CONSTRAINTS, list);
    encoder.u32(address + SPREAD_SOFT_CONSTRAINT_COUNT, constraints.length);
    encoder.u32(address + SPREAD_SOFT_REQUIRE_ALL, allKeys ? 1 : 0);
    const watched = constraints.map((constraint, i) => writeSoft(encoder, list + i * SOFT_BYTES, constraint, constraints, allKeys));
    const facts = constraints.flatMap(({ topologyKey }, i) => softFacts(encoder, topologyKey, watched[i] as number, allKeys));
    encoder.rate(RATE_POD_TOPOLOGY_SPREAD, address, weight, encoder.rawLane(4), watched, facts);
  },
};

function softFacts(encoder: RequestEncoder, topologyKey: string, table: number, allKeys: boolean): RowFact[] {
  const label = { column: encoder.labelColumn(topologyKey), presence: true };
  if (topologyKey === HOSTNAME_KEY) return [label, { table }];
  return [label, { column: encoder.labelColumn(topologyKey, !allKeys), table }];
}

function writeHard(encoder: RequestEncoder, at: number, constraint: Constraint, all: readonly Constraint[]): number {
  const { template } = encoder;
  const column = encoder.labelColumn(constraint.topologyKey);
  const include = inclusion(encoder, constraint, all) ?? { key: 'all', accepts: () => true };
  const table = encoder.countTable({ topologyKey: constraint.topologyKey, include, feeds: feedsOf(constraint, template) });
  const { exists, count } = encoder.domainsOf(column, encoder.nodeMask(include.key, include.accepts));
  encoder.u32(at + HARD_COLUMN, column.address);
  encoder.u32(at + HARD_TABLE, table);
  encoder.u32(at + HARD_EXISTS, exists);
  encoder.u32(at + HARD_CODES, column.values.length);
  encoder.u32(at + HARD_DOMAINS, count);
  encoder.u32(at + HARD_MIN_DOMAINS, constraint.minDomains);
  encoder.u32(at + HARD_MAX_SKEW, constraint.maxSkew);
  encoder.u32(at + HARD_SELF, constraint.selector.matches(template.labels) ? 1 : 0);
  return table;
}

function writeSoft(encoder: RequestEncoder, at: number, constraint: Constraint, all: readonly Constraint[], allKeys: boolean): number {
  const { topologyKey } = constraint;
  const hostname = topologyKey === HOSTNAME_KEY;
  const feeds = feedsOf(constraint, encoder.template);
  const include = inclusion(encoder, constraint, allKeys ? all : []);
  const domains = encoder.labelColumn(topologyKey, !allKeys);
  const table = hostname
    ? encoder.countTable({ feeds })
    : encoder.countTable({ topologyKey, missingAsEmpty: !allKeys, feeds, ...(include ? { include } : {}) });
  encoder.u32(at + SOFT_COLUMN, encoder.labelColumn(topologyKey).address);
  encoder.u32(at + SOFT_DOMAINS, domains.address);
  encoder.u32(at + SOFT_TABLE, table);
  encoder.u32(at + SOFT_SEEN, encoder.allocate(domains.values.length));
  encoder.u32(at + SOFT_SHARES, hostname ? 0 : encoder.allocate(domains.values.length * 8));
  encoder.u32(at + SOFT_CODES, domains.values.length);
  encoder.u32(at + SOFT_HOSTNAME, hostname ? 1 : 0);
  encoder.f64(at + SOFT_SKEW_ADDEND, constraint.maxSkew - 1);
  return table;
}

/** Pods of the namespace that the selector matches; none for an empty selector (specification Q4). */
function feedsOf({ selector }: Constraint, template: PodTemplate): Feeds {
  const { namespace } = template;
  const { requirements } = selector;
  if (selector.empty || requirements === undefined) return [];
  const pinned = requirements.find(({ operator, values }) => operator === 'In' && values.length === 1);
  const anchor = pinned && labelToken(pinned.key, pinned.values[0] as string, namespace);
  const tally = {
    key: `spread\u0000${namespace}\u0000${JSON.stringify(requirements.map(({ key, operator, values }) => [key, operator, values]))}`,
    terminating: false,
    count: (other: PodTemplate) => (other.namespace === namespace && selector.matches(other.labels) ? 1 : 0),
    ...(anchor === undefined ? {} : { anchor }),
  };
  return [{ tally, weight: 1 }];
}

/** Which nodes count: those with the keys of all given constraints that the policies let in; undefined = all. */
function inclusion(encoder: RequestEncoder, constraint: Constraint, keyed: readonly Constraint[]): Inclusion | undefined {
  const { template, semantics } = encoder;
  const required = template.nodeAffinity?.required;
  const affinity =
    constraint.honorAffinity && (template.nodeSelector || required) ? [[...(template.nodeSelector ?? [])], required ?? null] : null;
  const tolerations = constraint.honorTaints ? template.tolerations : null;
  if (!affinity && !tolerations && keyed.length === 0) return undefined;
  const key = JSON.stringify([keyed.map(({ topologyKey }) => topologyKey), affinity, tolerations]);
  return { key, accepts: (node) => hasAllKeys(node, keyed) && countsNode(constraint, template, node, semantics) };
}
