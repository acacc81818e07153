import { PlimsollError } from '../../base/errors.ts';
import { EXPANDED_REPLICAS_MAX } from '../../base/limits.ts';
import { asObject, int32At, isObject, objectAt, type RawObject } from '../../model/parse/fields.ts';
import type { ControllerManifest, Inventory } from './inventory.ts';

/** The controller reference that a pod carries. */
export interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** What a controller's pods have in common. */
export interface PodPattern {
  readonly owner: Owner;
  readonly template: RawObject;
  /** Path of the template inside the controller's manifest, for errors. */
  readonly path: string;
  readonly controller: ControllerManifest;
}

/** What one pod has of its own. */
export interface PodOwn {
  readonly labels?: Readonly<Record<string, string>>;
  /** Replaces the template's spec. */
  readonly spec?: RawObject;
}

/** The pod template of a controller; `spec` stands at `path` in its manifest. Throws FIELD when there is none. */
export function templateOf(spec: RawObject, path: string): RawObject {
  return asObject(spec.template ?? null, `${path}.template`);
}

export function specOf(controller: ControllerManifest): RawObject {
  return asObject(controller.raw.spec ?? null, 'spec');
}

/** A count such as `replicas`: absent reads as `fallback`. Throws FIELD and INPUT_LIMIT. */
export function countAt(spec: RawObject, key: string, path: string, fallback: number): number {
  const count = int32At(spec, key, path) ?? fallback;
  if (count < 0) throw new PlimsollError('FIELD', 'must not be negative', { path: `${path}.${key}`, value: count });
  if (count > EXPANDED_REPLICAS_MAX) {
    throw new PlimsollError('INPUT_LIMIT', `expands to more than ${EXPANDED_REPLICAS_MAX} pods`, { path: `${path}.${key}`, value: count });
  }
  return count;
}

export function ownerOf({ apiVersion, kind, name, uid }: ControllerManifest): Owner {
  return { apiVersion, kind, name, uid };
}

/** Adds one pod of the pattern, with the claims of its generic ephemeral volumes, which a controller would make for it. */
export function createPod(inventory: Inventory, pattern: PodPattern, name: string, own: PodOwn = {}): void {
  const { template, controller } = pattern;
  const metadata = objectAt(template, 'metadata', '') ?? {};
  const spec = own.spec ?? objectAt(template, 'spec', '') ?? {};
  const { namespace } = controller;
  const path = controller.place.path === undefined ? pattern.path : `${controller.place.path}.${pattern.path}`;
  const place = { ...controller.place, path };
  const volumes = (Array.isArray(spec.volumes) ? spec.volumes : []).filter((volume) => isObject(volume) && isObject(volume.ephemeral));
  // Only claims need it; without a creation time it does not make the pod look stored.
  const uid = volumes.length > 0 ? `${namespace}/${name}` : undefined;
  inventory.create(
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace,
        ...(uid && { uid }),
        labels: { ...(objectAt(metadata, 'labels', 'metadata') ?? {}), ...own.labels },
        annotations: metadata.annotations,
        ownerReferences: [{ ...pattern.owner, controller: true, blockOwnerDeletion: true }],
      },
      spec,
    },
    place,
  );
  for (const volume of volumes as RawObject[]) {
    const claim = objectAt(volume.ephemeral as RawObject, 'volumeClaimTemplate', '') ?? {};
    const owner = { apiVersion: 'v1', kind: 'Pod', name, uid, controller: true };
    createClaim(
      inventory,
      pattern,
      `${name}-${String(volume.name)}`,
      { ...(claim.metadata as object), ownerReferences: [owner] },
      claim.spec,
    );
  }
}

/** Adds a claim unless the input has it. */
export function createClaim(inventory: Inventory, pattern: PodPattern, name: string, metadata: object, spec: unknown): void {
  const { namespace, place } = pattern.controller;
  if (inventory.has('PersistentVolumeClaim', namespace, name)) return;
  inventory.create({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { ...metadata, name, namespace }, spec }, place);
}

/** `base-0`, `base-1`, ...: the first `count` pod names that the input does not use. */
export function* freeNames(inventory: Inventory, namespace: string, base: string, count: number): Generator<string> {
  for (let i = 0, found = 0; found < count; i++) {
    const name = `${base}-${i}`;
    if (inventory.has('Pod', namespace, name)) continue;
    found++;
    yield name;
  }
}
