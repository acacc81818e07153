import { Prng } from '../../src/base/prng.ts';
import type { HardCluster, RawItem } from './fleets.ts';

/** Label keys and the values that they take at random. */
export type LabelValues = Readonly<Record<string, readonly string[]>>;

/** A rule that upstream lacks, and the labels that make it speak. */
export interface OwnRule {
  /** Its plugin name. */
  readonly name: string;
  readonly nodeLabels?: LabelValues;
  readonly podLabels?: LabelValues;
}

/** Rules beyond upstream's that have a kernel, one line each: random fleets run them and carry these labels. */
export const OWN_RULES: readonly OwnRule[] = [];

/**
 * The cluster with the rules enabled in every profile and their labels drawn. It has a generator of its own, so that rules that come and go
 * change nothing else about the fleet of a seed.
 */
export function withOwnRules(cluster: HardCluster, rules: readonly OwnRule[] = OWN_RULES): Pick<HardCluster, 'list' | 'config'> {
  if (rules.length === 0) return cluster;
  const prng = new Prng(cluster.seed);
  const items = cluster.list.items.map((item) => {
    if (item.kind === 'Node') return labelled(item, rules, 'nodeLabels', prng);
    return item.kind === 'Pod' ? labelled(item, rules, 'podLabels', prng) : item;
  });
  const profiles = (cluster.config.profiles as readonly RawItem[]).map((profile) => enabling(profile, rules, prng));
  return { list: { ...cluster.list, items }, config: { ...cluster.config, profiles } };
}

/** Each label is missing from one object in four. */
function labelled(item: RawItem, rules: readonly OwnRule[], which: 'nodeLabels' | 'podLabels', prng: Prng): RawItem {
  const metadata = item.metadata as { readonly labels?: Readonly<Record<string, string>> };
  const labels = { ...metadata.labels };
  for (const rule of rules) {
    for (const [key, values] of Object.entries(rule[which] ?? {})) if (prng.chance(3, 4)) labels[key] = prng.pick(values);
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
