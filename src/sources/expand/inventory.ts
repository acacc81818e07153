import type { ErrorPlace } from '../../base/errors.ts';
import type { Labels } from '../../model/labels.ts';
import { isObject, labelsAt, listAt, mapObjects, objectAt, type RawObject, textAt } from '../../model/parse/fields.ts';
import { isTerminating, metadataOf, readController, readIdentity } from '../../model/parse/metadata.ts';
import type { ImpliedKind } from '../../model/parse/snapshot-builder.ts';
import type { OwnerReference } from '../../model/pod.ts';
import type { Taint } from '../../model/taint.ts';
import type { ObjectSink } from '../object-sink.ts';

/** Kinds whose pods are expanded, with the API groups that they live in. */
const CONTROLLERS: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['apps', 'extensions'],
  ReplicaSet: ['apps', 'extensions'],
  StatefulSet: ['apps'],
  DaemonSet: ['apps', 'extensions'],
  ReplicationController: [''],
  Job: ['batch'],
  CronJob: ['batch'],
};

const CORE = [''];

const HASH_LABEL = 'pod-template-hash';
const FINISHED: ReadonlySet<unknown> = new Set(['Succeeded', 'Failed']);

export interface ControllerManifest {
  readonly raw: RawObject;
  readonly kind: string;
  readonly apiVersion: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly owner: OwnerReference | undefined;
  readonly place: ErrorPlace;
}

export interface NodeFacts {
  readonly name: string;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
}

/** Pods of one owner that count as replicas: neither finished nor being deleted. */
export interface ActivePods {
  count: number;
  /** Nodes that they are on, or that they are meant for (DaemonSet). */
  readonly nodes: Set<string>;
}

/** What expansion must know of everything that the input holds; passes each object on. */
export class Inventory implements ObjectSink {
  readonly controllers: ControllerManifest[] = [];
  readonly nodes: NodeFacts[] = [];
  private readonly sink: ObjectSink;
  private created: { readonly raw: RawObject; readonly place: ErrorPlace }[] = [];
  private readonly names = new Set<string>();
  private readonly active = new Map<string, ActivePods>();
  private readonly owned = new Map<string, ControllerManifest[]>();
  /** By Deployment key: names of the ReplicaSets that pods name as owner, by the controller's naming rule, with their hash. */
  private readonly hashes = new Map<string, Map<string, string>>();

  constructor(sink: ObjectSink) {
    this.sink = sink;
  }

  add(raw: unknown, place: ErrorPlace, implied?: ImpliedKind): void {
    this.sink.add(raw, place, implied);
    if (isObject(raw)) this.take(raw, place, implied);
  }

  /** Takes an object that expansion has made, for which no pods are to be made in turn. */
  create(raw: RawObject, place: ErrorPlace): void {
    this.created.push({ raw, place });
    const { name, namespace } = readIdentity(raw, true, false);
    this.names.add(objectKey(raw.kind as string, namespace, name));
  }

  /** Passes on what has been created. */
  flush(): void {
    for (const { raw, place } of this.created) this.sink.add(raw, place);
    this.created = [];
  }

  has(kind: string, namespace: string, name: string): boolean {
    return this.names.has(objectKey(kind, namespace, name));
  }

  activePods(kind: string, namespace: string, name: string): ActivePods {
    return this.active.get(objectKey(kind, namespace, name)) ?? { count: 0, nodes: new Set() };
  }

  /** Names of ReplicaSets that pods of the Deployment name as owner, with the hash in their name. */
  replicaSetHashes(namespace: string, deployment: string): ReadonlyMap<string, string> {
    return this.hashes.get(objectKey('Deployment', namespace, deployment)) ?? new Map();
  }

  /** Controllers of a kind that another controller of the input owns. */
  ownedBy(owner: ControllerManifest, kind: string): ControllerManifest[] {
    const owned = this.owned.get(objectKey(owner.kind, owner.namespace, owner.name)) ?? [];
    return owned.filter((controller) => controller.kind === kind);
  }

  private take(raw: RawObject, place: ErrorPlace, implied: ImpliedKind | undefined): void {
    const kind = typeof raw.kind === 'string' ? raw.kind : (implied?.kind ?? '');
    const apiVersion = typeof raw.apiVersion === 'string' ? raw.apiVersion : (implied?.apiVersion ?? '');
    const slash = apiVersion.indexOf('/');
    // Without an apiVersion the kind alone decides, as it does for the builder.
    const isOf = (groups: readonly string[]) => apiVersion === '' || groups.includes(slash < 0 ? '' : apiVersion.slice(0, slash));
    if (kind.endsWith('List') && Array.isArray(raw.items)) this.takeItems(raw, place, kind, apiVersion);
    else if (kind === 'Node' && isOf(CORE)) this.nodes.push(readNode(raw));
    else if (kind === 'Pod' && isOf(CORE)) this.takePod(raw);
    else if (kind === 'PersistentVolumeClaim' && isOf(CORE)) this.takeName(raw, kind);
    else if (Object.hasOwn(CONTROLLERS, kind) && isOf(CONTROLLERS[kind] as readonly string[]))
      this.takeController(raw, kind, apiVersion, place);
  }

  /** A list inside a list; the builder has already accepted its items. */
  private takeItems(raw: RawObject, place: ErrorPlace, kind: string, apiVersion: string): void {
    const implied = kind === 'List' ? undefined : { kind: kind.slice(0, -'List'.length), apiVersion };
    const path = place.path === undefined ? 'items' : `${place.path}.items`;
    for (const [i, item] of listAt(raw, 'items', '').entries()) {
      if (isObject(item)) this.take(item, { ...place, path: `${path}[${i}]` }, implied);
    }
  }

  private takeName(raw: RawObject, kind: string): void {
    const { name, namespace } = readIdentity(raw, true, false);
    this.names.add(objectKey(kind, namespace, name));
  }

  private takeController(raw: RawObject, kind: string, apiVersion: string, place: ErrorPlace): void {
    const metadata = metadataOf(raw);
    this.takeName(raw, kind);
    const identity = readIdentity(raw, true, false);
    if (isTerminating(metadata)) return;
    const uid = textAt(metadata, 'uid', 'metadata');
    const owner = readController(metadata);
    const controller = { raw, kind, apiVersion, ...identity, uid, owner, place };
    this.controllers.push(controller);
    if (!owner) return;
    const key = objectKey(owner.kind, identity.namespace, owner.name);
    const siblings = this.owned.get(key) ?? [];
    siblings.push(controller);
    this.owned.set(key, siblings);
  }

  private takePod(raw: RawObject): void {
    this.takeName(raw, 'Pod');
    const metadata = metadataOf(raw);
    const owner = readController(metadata);
    const phase = objectAt(raw, 'status', '')?.phase;
    if (!owner || FINISHED.has(phase) || isTerminating(metadata)) return;
    const { namespace } = readIdentity(raw, true, false);
    const key = objectKey(owner.kind, namespace, owner.name);
    const pods = this.active.get(key) ?? { count: 0, nodes: new Set() };
    this.active.set(key, pods);
    pods.count++;
    const node = targetNode(raw);
    if (node !== '') pods.nodes.add(node);
    const hash = labelsAt(metadata, 'labels', 'metadata').get(HASH_LABEL);
    if (owner.kind === 'ReplicaSet' && hash && owner.name.endsWith(`-${hash}`)) this.takeHash(namespace, owner.name, hash);
  }

  private takeHash(namespace: string, replicaSet: string, hash: string): void {
    const deployment = objectKey('Deployment', namespace, replicaSet.slice(0, -hash.length - 1));
    const known = this.hashes.get(deployment) ?? new Map<string, string>();
    this.hashes.set(deployment, known.set(replicaSet, hash));
  }
}

function objectKey(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}

function readNode(raw: RawObject): NodeFacts {
  const metadata = metadataOf(raw);
  const spec = objectAt(raw, 'spec', '') ?? {};
  return {
    name: textAt(metadata, 'name', 'metadata'),
    labels: labelsAt(metadata, 'labels', 'metadata'),
    taints: mapObjects(spec, 'taints', 'spec', (taint, path) => ({
      key: textAt(taint, 'key', path),
      value: textAt(taint, 'value', path),
      effect: textAt(taint, 'effect', path),
    })),
  };
}

/** The node that a pod is on, or that a DaemonSet's pod is meant for (upstream GetTargetNodeName); '' when neither. */
function targetNode(raw: RawObject): string {
  const spec = objectAt(raw, 'spec', '') ?? {};
  const bound = textAt(spec, 'nodeName', 'spec');
  if (bound !== '') return bound;
  const terms = follow(spec, 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms');
  for (const term of Array.isArray(terms) ? terms : []) {
    const field = isObject(term) && Array.isArray(term.matchFields) ? term.matchFields[0] : undefined;
    if (isObject(field) && field.key === 'metadata.name' && Array.isArray(field.values)) return String(field.values[0] ?? '');
  }
  return '';
}

function follow(raw: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce((value, key) => (isObject(value) ? value[key] : undefined), raw);
}
