import { Prng } from '../../src/base/prng.ts';
import type { EngineOptions } from '../../src/engine/options.ts';
import { KUBE_VERSIONS } from '../../src/model/gates.ts';
import { SnapshotBuilder } from '../../src/model/parse/snapshot-builder.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import type { Feature, MutableItem, RawItem } from './fleet-draw.ts';
import { hardCluster } from './fleets.ts';

/** A whole run to be made: a random cluster and the options to schedule it with. */
export interface SchedulerCase {
  readonly name: string;
  readonly snapshot: Snapshot;
  readonly options: EngineOptions;
}

/** Without what keeps most pods from most nodes, so that it is room that they lack. */
const ROOMY = {
  taints: false,
  cordons: false,
  hostPorts: false,
  nodeSelector: false,
  requiredNodeAffinity: false,
  extendedResources: false,
  unknownResources: false,
  hugepages: false,
  zeroCapacity: false,
  podLevelResources: false,
  claims: false,
  unboundClaims: false,
  fewPlugins: false,
  neverPreempt: false,
} as const;

/** Clusters in which pods are in each other's way, so that they evict each other. */
export const CROWDED: readonly Partial<Record<Feature, boolean>>[] = [
  { ...ROOMY, priorities: true, fewPodSlots: true },
  { ...ROOMY, priorities: true, bigPods: true, budgets: true, startTimes: true },
  { ...ROOMY, priorities: true, fewPodSlots: true, nominated: true, antiAffinity: true, budgets: true },
];

/** Kinds of cluster that take turns, so that each meets every tie mode: what random features alone bring together too seldom. */
export const LEANINGS: readonly Partial<Record<Feature, boolean>>[] = [
  {},
  ...CROWDED,
  { nominated: true, matchFields: true, requiredNodeAffinity: true },
  { hardSpread: true, podAffinity: true, zones: true },
  { ephemeralVolumes: true, claims: true, unboundClaims: true, priorities: true },
];

/** Node counts around and beyond 100, from which sampling takes place. */
const LARGE_SIZES = [99, 100, 101, 120, 128, 250] as const;

/** Rewrites the objects of a case, for runs that must come out the same, or in step. */
export type Rewrite = (items: readonly RawItem[]) => readonly RawItem[];

/** The run of a seed. `large`: at least some 100 nodes, with sampling. */
export function schedulerCase(seed: number, large = false, rewrite: Rewrite = (items) => items): SchedulerCase {
  const prng = new Prng(seed).fork();
  const features = LEANINGS[seed % LEANINGS.length] as Partial<Record<Feature, boolean>>;
  const size = prng.pick(LARGE_SIZES);
  const cluster = hardCluster(seed, {
    maxNodes: large ? size : 60,
    ...(large ? { minNodes: size } : {}),
    maxPods: large ? 260 : 120,
    maxPending: 40,
    features: { ...features, sampling: false },
  });
  const crowded = features.priorities === true ? crowd(prng, cluster.list.items) : cluster.list.items;
  const items = crowded.map((item) => ageing(prng, item));
  const builder = new SnapshotBuilder({ defaults: false });
  builder.add({ ...cluster.list, items: rewrite(items) }, { file: `seed ${seed}` });
  const tie = (['first', 'heap', 'seeded'] as const)[Math.floor(seed / LEANINGS.length) % 3] as 'first';
  const kubeVersion = prng.pick(KUBE_VERSIONS);
  const options: EngineOptions = {
    config: drawConfig(prng, cluster.config, large),
    kubeVersion,
    tie,
    seed,
    untilStable: prng.chance(1, 2),
    ...(large && prng.chance(1, 3) ? { percentageOfNodesToScore: prng.pick([0, 1, 5, 50, 99]) } : {}),
  };
  return { name: `seed ${seed} (${large ? 'large, ' : ''}${tie}, ${kubeVersion})`, snapshot: builder.finish(), options };
}

/** Most nodes have no slot left beside their pods, and half of the waiting pods are more important than most others. */
export function crowd(prng: Prng, items: readonly RawItem[]): RawItem[] {
  const podsOn = new Map<unknown, number>();
  for (const item of items) {
    const nodeName = item.kind === 'Pod' ? (item.spec as MutableItem).nodeName : undefined;
    if (nodeName !== undefined) podsOn.set(nodeName, (podsOn.get(nodeName) ?? 0) + 1);
  }
  return items.map((item) => {
    const { metadata, spec, status } = item as { metadata: MutableItem; spec: MutableItem; status: MutableItem };
    if (item.kind === 'Node' && prng.chance(4, 5)) {
      const pods = String(Math.max(1, (podsOn.get(metadata.name) ?? 0) + prng.pick([-1, 0, 0, 0, 1])));
      return { ...item, status: { ...status, allocatable: { ...(status.allocatable as MutableItem), pods } } };
    }
    if (item.kind !== 'Pod' || spec.nodeName !== undefined || prng.chance(1, 2)) return item;
    return { ...item, spec: { ...spec, priority: prng.pick([50, 500, 5000, 2_000_000_000]) } };
  });
}

/** A few pending pods are on their way out. */
function ageing(prng: Prng, item: RawItem): RawItem {
  const { metadata, spec } = item as { metadata: MutableItem; spec?: MutableItem };
  if (item.kind !== 'Pod' || spec?.nodeName !== undefined || !prng.chance(1, 30)) return item;
  return { ...item, metadata: { ...metadata, deletionTimestamp: '2026-01-04T00:00:00Z', deletionGracePeriodSeconds: 30 } };
}

/** The cluster's configuration with things that only a whole run shows: sampling profile by profile, no scores, no preemption, other shortlists. */
function drawConfig(prng: Prng, config: RawItem, large: boolean): RawItem {
  const profiles = (config.profiles as readonly RawItem[]).map((profile) => {
    const changed: MutableItem = { ...profile };
    if (large && prng.chance(2, 3)) changed.percentageOfNodesToScore = prng.pick([0, 1, 10, 40, 90, 100]);
    const plugins = { ...(profile.plugins as MutableItem | undefined) };
    if (prng.chance(1, 10)) plugins.score = { disabled: [{ name: '*' }] };
    if (prng.chance(1, 12)) plugins.postFilter = { disabled: [{ name: '*' }] };
    if (Object.keys(plugins).length > 0) changed.plugins = plugins;
    if (prng.chance(1, 4)) {
      const args = { minCandidateNodesPercentage: prng.pick([0, 10, 100]), minCandidateNodesAbsolute: prng.pick([1, 3, 100]) };
      changed.pluginConfig = [...((profile.pluginConfig as readonly RawItem[] | undefined) ?? []), { name: 'DefaultPreemption', args }];
    }
    return changed;
  });
  return { ...config, profiles };
}
