import type { Labels } from '../model/labels.ts';
import type { Pod } from '../model/pod.ts';
import type { PersistentVolumeClaim } from '../model/volume.ts';
import { type PlainRule, type Prepared, SKIP, type Status, unresolvable } from './rule.ts';
import type { ClusterView, NodeView } from './view.ts';
import { claimClass, findClaim, notFound } from './volume-claims.ts';

const ZONE_CONFLICT = unresolvable('node(s) had no available volume zone');

/** In upstream's order; the second column is the GA twin that a node may carry in place of a beta label. */
const TOPOLOGY_LABELS: readonly (readonly [label: string, twin: string])[] = [
  ['failure-domain.beta.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/region'],
  ['topology.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['topology.kubernetes.io/region', 'topology.kubernetes.io/region'],
];

/** One topology label of one bound volume: the node's value must be among `values`. */
interface Demand {
  readonly label: string;
  readonly twin: string;
  readonly values: ReadonlySet<string>;
}

/**
 * Upstream plugin VolumeZone: a bound volume with zone or region labels only serves nodes of those zones and regions.
 * A GA-labelled volume is not compared with a beta-labelled node; a node without any topology label takes every volume.
 */
export const volumeZone: PlainRule<unknown, readonly Demand[]> = {
  name: 'VolumeZone',

  prepareFilter(pod, cluster): Prepared<readonly Demand[]> {
    const demands: Demand[] = [];
    for (const volume of pod.template.volumes) {
      if (volume.kind !== 'claim') continue;
      const refusal = collect(pod, volume.claimName, cluster, demands);
      if (refusal !== undefined) return { kind: 'status', status: unresolvable(refusal) };
    }
    return demands.length === 0 ? SKIP : { kind: 'state', state: demands };
  },

  accepts(demands: readonly Demand[], _pod: Pod, view: NodeView): Status | undefined {
    const { labels } = view.node;
    if (!TOPOLOGY_LABELS.some(([label]) => labels.has(label))) return undefined;
    return demands.every((demand) => meets(labels, demand)) ? undefined : ZONE_CONFLICT;
  },
};

function meets(labels: Labels, demand: Demand): boolean {
  const value = labels.get(demand.label) ?? labels.get(demand.twin);
  return value !== undefined && demand.values.has(value);
}

/** Adds the demands of one claim's volume; returns the reason when the claim refuses every node. */
function collect(pod: Pod, name: string, cluster: ClusterView, demands: Demand[]): string | undefined {
  if (name === '') return 'PersistentVolumeClaim had no name';
  const claim = findClaim(cluster, pod.namespace, name);
  if (claim === undefined) return notFound('persistentvolumeclaim', name);
  if (claim.volumeName === '') return unboundRefusal(claim, cluster);
  const volume = cluster.persistentVolumes.get(claim.volumeName);
  if (volume === undefined) return notFound('persistentvolume', claim.volumeName);
  for (const [label, twin] of TOPOLOGY_LABELS) {
    const text = volume.labels.get(label);
    const values = text === undefined ? undefined : parseValues(text);
    if (values !== undefined) demands.push({ label, twin, values });
  }
  return undefined;
}

/** Only a claim that waits for its first consumer may still be unbound here. */
function unboundRefusal(claim: PersistentVolumeClaim, cluster: ClusterView): string | undefined {
  const className = claimClass(claim);
  if (className === '') return 'PersistentVolumeClaim had no pv name and storageClass name';
  const storageClass = cluster.objects.storageClasses.get(className);
  if (storageClass === undefined) return notFound('storageclass.storage.k8s.io', className);
  if (storageClass.volumeBindingMode === undefined) return `VolumeBindingMode not set for StorageClass ${JSON.stringify(className)}`;
  return storageClass.volumeBindingMode === 'WaitForFirstConsumer' ? undefined : 'PersistentVolume had no name';
}

/** A label value holds one value or a set joined by `__`; a set with an empty member is no set and the label is ignored. */
function parseValues(text: string): ReadonlySet<string> | undefined {
  const values = text.split('__').map((value) => value.trim());
  return values.includes('') ? undefined : new Set(values);
}
