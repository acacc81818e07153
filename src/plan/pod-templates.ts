/** Pods that are asked about and not in the snapshot, from manifests. */
import { type ErrorPlace, PlimsollError } from '../base/errors.ts';
import { asObject, int32At, isObject, objectAt, type RawObject, textAt } from '../model/parse/fields.ts';
import { metadataOf } from '../model/parse/metadata.ts';
import { parsePod } from '../model/parse/source-of.ts';
import type { Pod } from '../model/pod.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** A manifest as it was read: a pod, or anything with a pod template in it. */
export interface PodManifest {
  readonly manifest: unknown;
  /** Copies in each round; default: the replicas of a controller when several are asked about, else 1. */
  readonly count?: number;
  /** Where it stands, for errors. */
  readonly place?: ErrorPlace;
}

export interface PodOfManifest {
  readonly pod: Pod;
  readonly count: number;
}

/** Where kinds keep their pod template, and the field that says how many they want. */
const TEMPLATES: ReadonlyMap<string, { readonly path: readonly string[]; readonly replicas: string }> = new Map([
  ['PodTemplate', { path: ['template'], replicas: '' }],
  ['Deployment', { path: ['spec', 'template'], replicas: 'replicas' }],
  ['ReplicaSet', { path: ['spec', 'template'], replicas: 'replicas' }],
  ['ReplicationController', { path: ['spec', 'template'], replicas: 'replicas' }],
  ['StatefulSet', { path: ['spec', 'template'], replicas: 'replicas' }],
  ['DaemonSet', { path: ['spec', 'template'], replicas: '' }],
  ['Job', { path: ['spec', 'template'], replicas: 'parallelism' }],
  ['CronJob', { path: ['spec', 'jobTemplate', 'spec', 'template'], replicas: '' }],
]);

/**
 * The pods of the manifests as the snapshot's API server would store them, not bound to a node.
 * @throws PlimsollError INPUT_KIND for what has no pod template, USAGE for a count, and what reading a pod throws.
 */
export function podsOfManifests(manifests: readonly PodManifest[], snapshot: Snapshot): PodOfManifest[] {
  if (manifests.length === 0)
    throw new PlimsollError('USAGE', 'no pod is given', { path: 'podspec', hint: 'give a Pod, or anything with a pod template' });
  return manifests.map((each) => {
    try {
      return podOf(each, manifests.length > 1, snapshot);
    } catch (error) {
      throw error instanceof PlimsollError && each.place ? error.at(each.place) : error;
    }
  });
}

function podOf({ manifest, count }: PodManifest, several: boolean, snapshot: Snapshot): PodOfManifest {
  if (!isObject(manifest)) throw new PlimsollError('INPUT_KIND', 'is no Kubernetes object', { value: manifest });
  if (count !== undefined && !(Number.isSafeInteger(count) && count >= 1 && count <= COUNT_MAX))
    throw new PlimsollError('USAGE', `must be a whole number from 1 to ${COUNT_MAX}`, { path: 'count', value: count });
  const kind = textAt(manifest, 'kind', '');
  if (kind === 'Pod') return { pod: unbound(manifest, snapshot), count: count ?? 1 };
  const found = TEMPLATES.get(kind);
  if (!found)
    throw new PlimsollError('INPUT_KIND', 'has no pod template', {
      path: 'kind',
      value: kind,
      hint: `use Pod, ${[...TEMPLATES.keys()].join(', ')}`,
    });
  const wanted = several && found.replicas !== '' ? (int32At(objectAt(manifest, 'spec', '') ?? {}, found.replicas, 'spec') ?? 1) : 1;
  const path = found.path.join('.');
  const template = found.path.reduce<RawObject>((at, key, i) => asObject(at[key] ?? null, found.path.slice(0, i + 1).join('.')), manifest);
  const { name, namespace } = metadataOf(manifest);
  const raw = { ...template, metadata: { ...metadataOf(template), name, namespace, ownerReferences: ownerOf(kind, manifest) } };
  try {
    return { pod: unbound(raw, snapshot), count: count ?? Math.max(1, wanted) };
  } catch (error) {
    if (!(error instanceof PlimsollError) || error.place.path === undefined || error.place.path.startsWith('metadata')) throw error;
    throw error.at({}).at({ path });
  }
}

/** Copies of one template in one round: more is a question about rounds. */
const COUNT_MAX = 10_000;

/** The controller that the pods of the manifest would have: a Deployment's pods belong to its ReplicaSet. */
function ownerOf(kind: string, manifest: RawObject): readonly object[] {
  const { name } = metadataOf(manifest);
  if (kind === 'PodTemplate' || typeof name !== 'string') return [];
  const owner = { Deployment: 'ReplicaSet', CronJob: 'Job' }[kind] ?? kind;
  return [{ apiVersion: textAt(manifest, 'apiVersion', ''), kind: owner, name, uid: '', controller: true }];
}

/** The pod as it waits for a node; one without name gets that of its generator. */
function unbound(raw: RawObject, snapshot: Snapshot): Pod {
  const metadata = metadataOf(raw);
  const generated = String(metadata.generateName ?? 'pod').replace(/-+$/, '');
  const spec = { ...asObject(raw.spec ?? null, 'spec'), nodeName: undefined };
  const { deletionTimestamp: _gone, ...rest } = metadata;
  return parsePod({ ...raw, kind: 'Pod', metadata: { ...rest, name: metadata.name ?? generated }, spec, status: undefined }, {}, snapshot);
}
