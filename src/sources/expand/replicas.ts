/** Deployments, ReplicaSets and ReplicationControllers: any number of equal pods. */
import { objectAt, type RawObject } from '../../model/parse/fields.ts';
import type { ControllerManifest, Inventory } from './inventory.ts';
import { countAt, createPod, freeNames, type Owner, ownerOf, specOf, templateOf } from './pod-manifest.ts';

const HASH_LABEL = 'pod-template-hash';
const REVISION = 'deployment.kubernetes.io/revision';

export function expandReplicas(controller: ControllerManifest, inventory: Inventory): void {
  const spec = specOf(controller);
  const wanted = countAt(spec, 'replicas', 'spec', 1);
  const { count } = inventory.activePods(controller.kind, controller.namespace, controller.name);
  createReplicas(inventory, controller, controller.name, wanted - count, ownerOf(controller), templateOf(spec, 'spec'), {});
}

/**
 * Missing pods of a Deployment. They belong to its newest ReplicaSet; where the input lacks that, one is added, because
 * default spreading looks for the pod's ReplicaSet by name and counts by its selector.
 */
export function expandDeployment(deployment: ControllerManifest, inventory: Inventory): void {
  const { namespace, name } = deployment;
  const spec = specOf(deployment);
  const sets = inventory.ownedBy(deployment, 'ReplicaSet');
  const hashes = inventory.replicaSetHashes(namespace, name);
  const setNames = new Set([...sets.map((set) => set.name), ...hashes.keys()]);
  let missing = countAt(spec, 'replicas', 'spec', 1);
  for (const set of setNames) missing -= inventory.activePods('ReplicaSet', namespace, set).count;

  const newest = sets.reduce<ControllerManifest | undefined>(
    (best, set) => (best && revision(best) > revision(set) ? best : set),
    undefined,
  );
  if (newest) {
    createReplicas(inventory, deployment, name, missing, ownerOf(newest), templateOf(specOf(newest), 'spec'), {});
    return;
  }
  // Pods that are there already show what the ReplicaSet is called; otherwise it is called like the Deployment.
  const [setName, hash] = [...hashes].at(-1) ?? [freeSetName(inventory, namespace, name), undefined];
  const labels: Readonly<Record<string, string>> = hash === undefined ? {} : { [HASH_LABEL]: hash };
  createReplicaSet(inventory, deployment, setName, labels);
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: setName, uid: '' };
  createReplicas(inventory, deployment, name, missing, owner, templateOf(spec, 'spec'), labels);
}

function createReplicas(
  inventory: Inventory,
  controller: ControllerManifest,
  base: string,
  count: number,
  owner: Owner,
  template: RawObject,
  labels: Readonly<Record<string, string>>,
): void {
  const pattern = { owner, template, path: 'spec.template', controller };
  for (const name of freeNames(inventory, controller.namespace, base, Math.max(0, count))) createPod(inventory, pattern, name, { labels });
}

function createReplicaSet(
  inventory: Inventory,
  deployment: ControllerManifest,
  name: string,
  labels: Readonly<Record<string, string>>,
): void {
  const { namespace, place } = deployment;
  const spec = specOf(deployment);
  const selector = objectAt(spec, 'selector', 'spec') ?? {};
  const template = templateOf(spec, 'spec');
  const metadata = objectAt(template, 'metadata', '') ?? {};
  const owner = { ...ownerOf(deployment), controller: true };
  inventory.create(
    {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name, namespace, ownerReferences: [owner] },
      spec: {
        replicas: spec.replicas ?? 1,
        selector: { ...selector, matchLabels: { ...(objectAt(selector, 'matchLabels', '') ?? {}), ...labels } },
        template: { ...template, metadata: { ...metadata, labels: { ...(objectAt(metadata, 'labels', '') ?? {}), ...labels } } },
      },
    },
    place,
  );
}

function freeSetName(inventory: Inventory, namespace: string, base: string): string {
  let name = base;
  for (let i = 0; inventory.has('ReplicaSet', namespace, name); i++) name = `${base}-${i}`;
  return name;
}

function revision(set: ControllerManifest): number {
  const annotations = objectAt(objectAt(set.raw, 'metadata', '') ?? {}, 'annotations', 'metadata') ?? {};
  return Number(annotations[REVISION] ?? 0) || 0;
}
