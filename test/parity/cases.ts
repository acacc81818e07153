import { Prng } from '../../src/base/prng.ts';
import type { KubeVersion } from '../../src/model/gates.ts';
import type { Feature, RawItem } from '../support/fleet-draw.ts';
import { hardCluster } from '../support/fleets.ts';
import { CROWDED, crowd, LEANINGS } from '../support/scheduler-cases.ts';
import type { Mode, ParityCase } from './protocol.ts';

/**
 * Features that no case has; docs/parity.md has more about each. `overflow`: upstream's own sums and products wrap around beyond int64 where
 * Plimsoll saturates. `sampling`: upstream would look at a part of the nodes, and the questions are about all.
 */
const LEFT_OUT: Readonly<Partial<Record<Feature, boolean>>> = { overflow: false, sampling: false };

/**
 * What half of the runs leave out, by turns. A placement of a real scheduler binds claims through the API server, where other profiles and the
 * rules VolumeZone and NodeVolumeLimits see it. The oracle's API server is never told (test/parity/oracle/README.md), so that these do not meet
 * claims that are bound on the way.
 */
const LEFT_OUT_OF_RUNS: readonly Readonly<Partial<Record<Feature, boolean>>>[] = [
  { profiles: false, zonedVolumes: false, volumeLimits: false },
  { unboundClaims: false, ephemeralVolumes: false },
];

/** Gates that a sixth of the seeds switch, by release. */
const GATE_SETS: Readonly<Partial<Record<KubeVersion, readonly Readonly<Record<string, boolean>>[]>>> = {
  '1.34': [{ StorageCapacityScoring: true }, { PodLevelResources: false }],
  '1.35': [{ TaintTolerationComparisonOperators: true, StorageCapacityScoring: true }, { PodLevelResources: false }],
  '1.36': [
    { TaintTolerationComparisonOperators: true, StorageCapacityScoring: true },
    { PodLevelResources: false, InPlacePodLevelResourcesVerticalScaling: false },
    { InPlacePodLevelResourcesVerticalScaling: false },
  ],
  '1.37': [
    { TaintTolerationComparisonOperators: true, StorageCapacityScoring: false },
    { PodLevelResources: false, InPlacePodLevelResourcesVerticalScaling: false },
    { InPlacePodLevelResourcesVerticalScaling: false, VolumeLimitScaling: false },
  ],
};

/** A case with the features of its cluster, for the summary. */
export interface DrawnCase {
  readonly parityCase: ParityCase;
  readonly features: ReadonlySet<Feature>;
}

/** The case of a seed: the same cluster for `explain` and `sequence`; for `preempt` always one in which pods are in each other's way. */
export function drawCase(seed: number, mode: Mode, version: KubeVersion): DrawnCase {
  const prng = new Prng(seed).fork();
  const leanings = mode === 'preempt' ? CROWDED : LEANINGS;
  const leaning = leanings[seed % leanings.length] as Partial<Record<Feature, boolean>>;
  const apart = mode === 'sequence' ? { foreignClaims: false, ...LEFT_OUT_OF_RUNS[(seed >> 1) % 2] } : {};
  const features = { ...leaning, ...LEFT_OUT, ...apart };
  const cluster = hardCluster(seed, { maxPods: 200, maxPending: mode === 'sequence' ? 40 : 24, features });
  const items = leaning.priorities === true ? crowd(prng, cluster.list.items) : cluster.list.items;
  const name = `seed ${seed}, ${mode}, ${version}`;
  const featureGates = prng.chance(1, 6) ? prng.pick(GATE_SETS[version] ?? [{}]) : {};
  const scored = (featureGates as Readonly<Record<string, boolean>>).StorageCapacityScoring ?? version === '1.37';
  const settled = scored ? items.filter(oneCapacityEach()) : items;
  const objects = mode === 'sequence' ? settled.filter(onePodPerUnboundClaim(settled)) : settled;
  return { parityCase: { name, mode, version, featureGates, config: cluster.config, objects }, features: cluster.features };
}

/**
 * Of several CSIStorageCapacity objects that suffice for a node, upstream scores the one that comes first in a Go map, whose order is random:
 * where they are scored, a class has one for each topology, or one for all.
 */
function oneCapacityEach(): (item: RawItem) => boolean {
  const topologies = new Map<unknown, Set<string>>();
  return (item) => {
    if (item.kind !== 'CSIStorageCapacity') return true;
    const { storageClassName, nodeTopology } = item as RawItem & { storageClassName?: string; nodeTopology?: object };
    const topology = JSON.stringify(nodeTopology ?? {});
    const seen = topologies.get(storageClassName) ?? new Set();
    if (seen.has(topology) || seen.has('{}') || (topology === '{}' && seen.size > 0)) return false;
    topologies.set(storageClassName, seen.add(topology));
    return true;
  };
}

/**
 * A claim that a placement of the run binds is unbound still for the oracle's next pod (see LEFT_OUT_OF_RUNS), which may send it where the volume
 * is not: in runs no two waiting pods share one.
 */
function onePodPerUnboundClaim(items: readonly RawItem[]): (item: RawItem) => boolean {
  type Named = { readonly namespace?: string; readonly name?: string };
  const keyOf = ({ namespace, name }: Named) => `${namespace}/${name}`;
  const claims = items.filter(
    ({ kind, spec }) => kind === 'PersistentVolumeClaim' && !(spec as { volumeName?: string } | undefined)?.volumeName,
  );
  const unbound = new Set(claims.map(({ metadata }) => keyOf(metadata as Named)));
  const taken = new Set<string>();
  return ({ kind, metadata, spec }) => {
    const pod = spec as { nodeName?: string; volumes?: readonly { persistentVolumeClaim?: { claimName: string } }[] } | undefined;
    if (kind !== 'Pod' || pod?.nodeName) return true;
    const own = (pod?.volumes ?? []).flatMap(({ persistentVolumeClaim: claim }) =>
      claim ? [keyOf({ ...(metadata as Named), name: claim.claimName })] : [],
    );
    const wanted = own.filter((key) => unbound.has(key));
    if (wanted.some((key) => taken.has(key))) return false;
    for (const key of wanted) taken.add(key);
    return true;
  };
}
