import {
  DOMAIN_COUNT_BYTES,
  DOMAIN_COUNT_COLUMN,
  DOMAIN_COUNT_TABLE,
  FILTER_INTER_POD_AFFINITY,
  POD_AFFINITY_AFFINITY,
  POD_AFFINITY_AFFINITY_COUNT,
  POD_AFFINITY_ANTI,
  POD_AFFINITY_ANTI_COUNT,
  POD_AFFINITY_BYTES,
  POD_AFFINITY_EXISTING,
  POD_AFFINITY_EXISTING_COUNT,
  POD_AFFINITY_SCORE_COUNT,
  POD_AFFINITY_SCORES,
  POD_AFFINITY_SELF_MATCH,
  RATE_INTER_POD_AFFINITY,
} from '../../layout/layout.generated.ts';
import type { PodTemplate } from '../../model/pod.ts';
import type { ClusterObjects } from '../../model/snapshot.ts';
import type { InterPodAffinityArgs } from '../inter-pod-affinity.ts';
import { REASON_AFFINITY, REASON_ANTI_AFFINITY, REASON_EXISTING } from '../inter-pod-affinity-filter.ts';
import { hasPreferredTerms } from '../inter-pod-affinity-score.ts';
import { type AffinityTerm, allTermsMatch, incomingTerms, namespaceLabels, podTerms, termMatches } from '../inter-pod-affinity-terms.ts';
import { unresolvable, unschedulable } from '../rule.ts';
import { type CarriedTerm, labelToken, type RequestEncoder, type RowFact, type RuleEncoding, type Tally } from './encoder.ts';

/** Counts of one topology key. */
interface DomainTable {
  readonly topologyKey: string;
  readonly table: number;
}

export const encodeInterPodAffinity: RuleEncoding<InterPodAffinityArgs> = {
  filter(encoder) {
    const { template } = encoder;
    const terms = incomingTerms(template, encoder.objects, encoder.semantics.kubeVersion);
    if (terms.problem !== undefined) {
      encoder.refuse(unresolvable(`parsing pod: ${terms.problem}`));
      return;
    }
    const together = terms.requiredAffinity.length === 0 ? undefined : allTermsTally(terms.requiredAffinity);
    const affinity = terms.requiredAffinity.map(({ topologyKey }) => countsOf(encoder, topologyKey, [together as Tally]));
    const anti = terms.requiredAnti.map((term) => countsOf(encoder, term.topologyKey, [termTally(term)]));
    const carried = encoder.carriedTerms(template).filter(({ kind }) => kind === 'anti');
    const existing = [...Map.groupBy(carried, ({ topologyKey }) => topologyKey)].map(([key, group]) =>
      countsOf(encoder, key, group.map(carrierTally)),
    );
    if (affinity.length + anti.length + existing.length === 0) return;
    const address = encoder.allocate(POD_AFFINITY_BYTES);
    writeTables(encoder, address + POD_AFFINITY_AFFINITY, address + POD_AFFINITY_AFFINITY_COUNT, affinity);
    writeTables(encoder, address + POD_AFFINITY_ANTI, address + POD_AFFINITY_ANTI_COUNT, anti);
    writeTables(encoder, address + POD_AFFINITY_EXISTING, address + POD_AFFINITY_EXISTING_COUNT, existing);
    encoder.u32(address + POD_AFFINITY_SELF_MATCH, allTermsMatch(terms.requiredAffinity, template) ? 1 : 0);
    const statuses = [unresolvable(REASON_AFFINITY), unschedulable(REASON_ANTI_AFFINITY), unschedulable(REASON_EXISTING)];
    const tables = [...affinity, ...anti, ...existing];
    encoder.countingFilter(FILTER_INTER_POD_AFFINITY, address, statuses, tables.map(tableOf), factsOf(encoder, tables));
  },

  score(encoder: RequestEncoder, args, weight) {
    const { template } = encoder;
    if (podTerms(template).problem !== undefined) {
      encoder.hostScore();
      return;
    }
    if (args.ignorePreferredTermsOfExistingPods && !hasPreferredTerms(template)) return;
    const feeds = scoreFeeds(encoder, args);
    if (feeds.length === 0) return;
    const tables = [...Map.groupBy(feeds, ({ topologyKey }) => topologyKey)].map(([topologyKey, group]) => ({
      topologyKey,
      table: encoder.countTable({ topologyKey, float: true, feeds: group }),
    }));
    const address = encoder.allocate(POD_AFFINITY_BYTES);
    writeTables(encoder, address + POD_AFFINITY_SCORES, address + POD_AFFINITY_SCORE_COUNT, tables);
    encoder.rate(RATE_INTER_POD_AFFINITY, address, weight, encoder.rawLane(8), tables.map(tableOf), factsOf(encoder, tables));
  },

  carriedTerms(template, objects) {
    return carriedBy(template, objects);
  },
};

/** Who gives a domain how much: the pod's own preferred terms on others, and others' terms on the pod. */
function scoreFeeds(encoder: RequestEncoder, args: InterPodAffinityArgs): { topologyKey: string; tally: Tally; weight: number }[] {
  const terms = incomingTerms(encoder.template, encoder.objects, encoder.semantics.kubeVersion);
  const own = [
    ...terms.preferredAffinity.map((term) => ({ topologyKey: term.topologyKey, tally: termTally(term), weight: term.weight })),
    ...terms.preferredAnti.map((term) => ({ topologyKey: term.topologyKey, tally: termTally(term), weight: -term.weight })),
  ];
  const others = encoder.carriedTerms(encoder.template).flatMap((term) => {
    if (term.kind === 'anti') return [];
    const weight = term.kind === 'affinity' ? args.hardPodAffinityWeight : term.weight;
    return weight === 0 ? [] : [{ topologyKey: term.topologyKey, tally: carrierTally(term), weight }];
  });
  return [...own, ...others];
}

function countsOf(encoder: RequestEncoder, topologyKey: string, tallies: readonly Tally[]): DomainTable {
  return { topologyKey, table: encoder.countTable({ topologyKey, feeds: tallies.map((tally) => ({ tally, weight: 1 })) }) };
}

function tableOf({ table }: DomainTable): number {
  return table;
}

function factsOf(encoder: RequestEncoder, tables: readonly DomainTable[]): RowFact[] {
  return tables.map(({ topologyKey, table }) => ({ column: encoder.labelColumn(topologyKey), table }));
}

function writeTables(encoder: RequestEncoder, field: number, countField: number, tables: readonly DomainTable[]): void {
  const list = encoder.allocate(tables.length * DOMAIN_COUNT_BYTES);
  tables.forEach(({ topologyKey, table }, i) => {
    encoder.u32(list + i * DOMAIN_COUNT_BYTES + DOMAIN_COUNT_COLUMN, encoder.labelColumn(topologyKey).address);
    encoder.u32(list + i * DOMAIN_COUNT_BYTES + DOMAIN_COUNT_TABLE, table);
  });
  encoder.u32(field, list);
  encoder.u32(countField, tables.length);
}

/** Pods that one term of the incoming pod matches. */
function termTally(term: AffinityTerm): Tally {
  const anchor = anchorOf(term);
  return {
    key: `term\u0000${contentOf(term)}`,
    terminating: true,
    count: (other) => (termMatches(term, other) ? 1 : 0),
    ...(anchor === undefined ? {} : { anchor }),
  };
}

/** Pods that all required affinity terms of the incoming pod match. */
function allTermsTally(terms: readonly AffinityTerm[]): Tally {
  const anchor = anchorOf(terms[0] as AffinityTerm);
  return {
    key: `all\u0000${terms.map(contentOf).join('\u0001')}`,
    terminating: true,
    count: (other) => (allTermsMatch(terms, other) ? 1 : 0),
    ...(anchor === undefined ? {} : { anchor }),
  };
}

/** Pods that carry the term, as often as they carry it. */
function carrierTally(term: CarriedTerm): Tally {
  const count = (other: PodTemplate) => (carried.get(other) ?? []).filter(({ key }) => key === term.key).length;
  return { key: `carrier\u0000${term.key}`, terminating: true, count, anchor: term.key };
}

const carried = new WeakMap<PodTemplate, readonly CarriedTerm[]>();

function carriedBy(template: PodTemplate, objects: ClusterObjects): readonly CarriedTerm[] {
  const terms = podTerms(template);
  const list = [
    ...terms.requiredAnti.map((term) => carriedTerm(term, 'anti', 0, objects)),
    ...terms.requiredAffinity.map((term) => carriedTerm(term, 'affinity', 0, objects)),
    ...terms.preferredAffinity.map((term) => carriedTerm(term, 'preferred', term.weight, objects)),
    ...terms.preferredAnti.map((term) => carriedTerm(term, 'preferredAnti', -term.weight, objects)),
  ];
  if (list.length > 0) carried.set(template, list);
  return list;
}

function carriedTerm(term: AffinityTerm, kind: CarriedTerm['kind'], weight: number, objects: ClusterObjects): CarriedTerm {
  const anchor = anchorOf(term);
  return {
    key: `${kind}\u0000${weight}\u0000${contentOf(term)}`,
    kind,
    topologyKey: term.topologyKey,
    weight,
    selects: (template) => termMatches(term, template, namespaceLabels(objects, template.namespace)),
    ...(anchor === undefined ? {} : { anchor }),
  };
}

/** A label that every matched template must have, with its namespace where only one can match. */
function anchorOf({ source, namespaces, namespaceSelector }: AffinityTerm): string | undefined {
  const pinned = source.labelSelector?.requirements.find(({ operator, values }) => operator === 'In' && values.length === 1);
  if (!pinned) return undefined;
  const [only] = namespaces;
  const single = namespaces.size === 1 && namespaceSelector.kind === 'nothing' ? only : undefined;
  return labelToken(pinned.key, pinned.values[0] as string, single);
}

/** What makes two terms the same: everything that decides whom they match, and where. */
function contentOf({ topologyKey, namespaces, namespaceSelector, source }: AffinityTerm): string {
  const requirements = (selector: typeof source.labelSelector) =>
    selector?.requirements.map(({ key, operator, values }) => [key, operator, values]) ?? null;
  const byLabel = namespaceSelector.kind === 'nothing' ? null : requirements(source.namespaceSelector);
  return JSON.stringify([topologyKey, [...namespaces].sort(), byLabel, requirements(source.labelSelector)]);
}
