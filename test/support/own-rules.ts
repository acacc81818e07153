import { Prng } from '../../src/base/prng.ts';
import { PLAIN_RULES } from '../../src/rules/index.ts';
import type { AnyPlainRule, TrialLabels } from '../../src/rules/rule.ts';
import type { HardCluster, RawItem } from './fleets.ts';

/** A rule that upstream lacks, by its plugin name, and the labels that make it speak. */
export type OwnRule = Pick<AnyPlainRule, 'name' | 'trialLabels'>;

/** Random fleets run these. */
export const OWN_RULES: readonly OwnRule[] = PLAIN_RULES.filter(({ encoding, trialLabels }) => encoding ?? trialLabels);

/**
 * The cluster with the rules enabled in every profile and their labels drawn. It has a generator of its own, so that rules that come and go
 * change nothing else about the fleet of a seed.
 */
export function withOwnRules(cluster: HardCluster, rules: readonly OwnRule[] = OWN_RULES): Pick<HardCluster, 'list' | 'config'> {
  if (rules.length === 0) return cluster;
  const prng = new Prng(cluster.seed);
  const items = cluster.list.items.map((item) => {
    if (item.kind === 'Node') return labelled(item, rules, 'nodes', prng);
    return item.kind === 'Pod' ? labelled(item, rules, 'pods', prng) : item;
  });
  const profiles = (cluster.config.profiles as readonly RawItem[]).map((profile) => enabling(profile, rules, prng));
  return { list: { ...cluster.list, items }, config: { ...cluster.config, profiles } };
}

/** Each label is missing from one object in four. */
function labelled(item: RawItem, rules: readonly OwnRule[], which: keyof TrialLabels, prng: Prng): RawItem {
  const metadata = item.metadata as { readonly labels?: Readonly<Record<string, string>> };
  const labels = { ...metadata.labels };
  for (const rule of rules) {
    for (const [key, values] of Object.entries(rule.trialLabels?.[which] ?? {})) if (prng.chance(3, 4)) labels[key] = prng.pick(values);
  }
  return { ...item, metadata: { ...metadata, labels } };
}

function enabling(profile: RawItem, rules: readonly OwnRule[], prng: Prng): RawItem {
  const plugins = profile.plugins as RawItem | undefined;
  const multiPoint = plugins?.multiPoint as RawItem | undefined;
  const added = rules.map(({ name }) => ({ name, weight: prng.between(1, 10) }));
  const enabled = [...((multiPoint?.enabled as readonly RawItem[] | undefined) ?? []), ...added];
  return { ...profile, plugins: { ...plugins, multiPoint: { ...multiPoint, enabled } } };
}
