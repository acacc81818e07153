/** The lookup tables of a snapshot, with the defaults that depend on other objects. */
import { defaultStorageClass } from '../defaults/policies.ts';
import type { ClusterObjects } from '../snapshot.ts';
import type { PersistentVolumeClaim, StorageClass } from '../volume.ts';
import type { Collected } from './kinds.ts';

export function finishObjects(collected: Collected): ClusterObjects {
  const storageClasses = new Map<string, StorageClass>();
  for (const [name, { storageClass }] of collected.storageClasses) storageClasses.set(name, storageClass);
  return {
    namespaces: collected.namespaces,
    services: collected.services,
    replicationControllers: collected.replicationControllers,
    replicaSets: collected.replicaSets,
    statefulSets: collected.statefulSets,
    controllers: collected.controllers,
    podDisruptionBudgets: collected.podDisruptionBudgets,
    persistentVolumes: collected.persistentVolumes,
    persistentVolumeClaims: collected.defaults ? withDefaultClass(collected) : collected.persistentVolumeClaims,
    storageClasses,
    csiNodes: collected.csiNodes,
    csiDrivers: collected.csiDrivers,
    csiStorageCapacities: collected.csiStorageCapacities,
    volumeAttachments: collected.volumeAttachments,
  };
}

/** A new claim without a class gets the default class on admission, a stored one from the volume controller while it is unbound. */
function withDefaultClass(collected: Collected): ReadonlyMap<string, PersistentVolumeClaim> {
  const chosen = defaultStorageClass(collected.storageClasses.values());
  if (chosen === undefined) return collected.persistentVolumeClaims;
  const claims = new Map<string, PersistentVolumeClaim>();
  for (const [key, claim] of collected.persistentVolumeClaims) {
    const lacks = claim.storageClassName === undefined && (claim.volumeName === '' || collected.newClaims.has(key));
    claims.set(key, lacks ? { ...claim, storageClassName: chosen.name } : claim);
  }
  return claims;
}
