import { isObject, join, type RawObject } from '../model/parse/fields.ts';
import { metadataOf } from '../model/parse/metadata.ts';
import { quantityOf } from '../model/quantity.ts';
import { API_VERSION } from '../model/results.ts';
import type { ChangeCounts, ChangedObject, FieldChange, MovedPod, ObjectReference, SnapshotDiff } from '../model/snapshot-results.ts';
import { isNamespaced, reducedObject } from './field-table.ts';
import { eachObject } from './raw-objects.ts';

/**
 * What changed between two dumps of a cluster, of all that scheduling reads. Objects are the same by kind, namespace and name; amounts are compared as
 * amounts (`1` is `1000m`); the order of objects, which only decides ties, is not compared. Linear in the inputs.
 *
 * @throws PlimsollError INPUT_KIND for what is no object.
 */
export function diffSnapshots(before: Iterable<object>, after: Iterable<object>): SnapshotDiff {
  const [older, newer] = [byIdentity(before), byIdentity(after)];
  const moved: MovedPod[] = [];
  const changed: ChangedObject[] = [];
  const counters = { Node: new Counter(), Pod: new Counter(), other: new Counter() };
  const counterOf = ({ kind }: ObjectReference) => counters[kind === 'Node' || kind === 'Pod' ? kind : 'other'];
  const added: ObjectReference[] = [];
  for (const [key, { reference, object }] of newer) {
    const counter = counterOf(reference);
    counter.after++;
    const old = older.get(key);
    if (old === undefined) {
      counter.added++;
      added.push(reference);
      continue;
    }
    const changes = changesOf(old.object, object);
    const move = reference.kind === 'Pod' ? moveOf(reference, old.object, object) : [];
    moved.push(...move);
    if (changes.length > 0) changed.push({ ...reference, changes });
    if (move.length + changes.length > 0) counter.changed++;
  }
  const removed: ObjectReference[] = [];
  for (const [key, { reference }] of older) {
    const counter = counterOf(reference);
    counter.before++;
    if (newer.has(key)) continue;
    counter.removed++;
    removed.push(reference);
  }
  return {
    apiVersion: API_VERSION,
    kind: 'SnapshotDiff',
    same: added.length + removed.length + moved.length + changed.length === 0,
    added,
    removed,
    moved,
    changed,
    summary: { nodes: { ...counters.Node }, pods: { ...counters.Pod }, others: { ...counters.other } },
  };
}

class Counter implements ChangeCounts {
  before = 0;
  after = 0;
  added = 0;
  removed = 0;
  changed = 0;
}

interface Identified {
  readonly reference: ObjectReference;
  readonly object: RawObject;
}

function byIdentity(objects: Iterable<object>): ReadonlyMap<string, Identified> {
  const found = new Map<string, Identified>();
  for (const raw of eachObject(objects)) {
    const object = reducedObject(raw);
    if (object === undefined) continue;
    const { name, namespace } = metadataOf(object) as { readonly name?: string; readonly namespace?: string };
    const kind = object.kind as string;
    const reference = { kind, ...(isNamespaced(kind) ? { namespace: namespace || 'default' } : {}), name: name ?? '' };
    found.set(JSON.stringify([kind, reference.namespace, name]), { reference, object });
  }
  return found;
}

function nodeNameOf(pod: RawObject): string {
  const name = isObject(pod.spec) ? pod.spec.nodeName : undefined;
  return typeof name === 'string' ? name : '';
}

function moveOf({ namespace = '', name }: ObjectReference, before: RawObject, after: RawObject): readonly MovedPod[] {
  const [from, to] = [nodeNameOf(before), nodeNameOf(after)];
  return from === to ? [] : [{ namespace, name, ...(from && { from }), ...(to && { to }) }];
}

/** Where a change says nothing of its own: what an object is, where a pod is (that is a move), and when it started there. */
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set([
  'apiVersion',
  'kind',
  'metadata.name',
  'metadata.namespace',
  'spec.nodeName',
  'status.startTime',
]);

function changesOf(before: RawObject, after: RawObject): readonly FieldChange[] {
  const [old, now] = [leavesOf(before), leavesOf(after)];
  // Everything of an object that was made anew is new; that it was is what counts.
  const anew = old.get('metadata.uid') !== now.get('metadata.uid');
  const changes: FieldChange[] = [];
  for (const path of new Set([...old.keys(), ...now.keys()])) {
    if (TOLD_ELSEWHERE.has(path) || (anew && path === 'metadata.creationTimestamp')) continue;
    const [one, other] = [old.get(path), now.get(path)];
    if (one === other || sameAmount(path, one, other)) continue;
    changes.push({ path, ...(one === undefined ? {} : { before: one }), ...(other === undefined ? {} : { after: other }) });
  }
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

const AMOUNT =
  /(?:requests|limits|capacity|allocatable|overhead|podFixed|allocatedResources|max|min|default|defaultRequest|maximumVolumeSize)(?:\.[^.[\]]+|\["[^"]*"\])?$/;

function sameAmount(path: string, one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined || !AMOUNT.test(path)) return false;
  try {
    return quantityOf(one) === quantityOf(other);
  } catch {
    return false; // Not amounts: `default` may be something else.
  }
}

/** Every text, number and flag with its path; a map or list that is empty is one too, since nil and empty differ. */
function leavesOf(object: RawObject): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  const walk = (value: unknown, path: string): void => {
    if (path === 'status.images') leaves.set(path, imagesText(value));
    else if (Array.isArray(value)) walkList(value, path);
    else if (isObject(value)) walkObject(value, path);
    else if (value !== null && value !== undefined) leaves.set(path, String(value));
  };
  const walkObject = (value: RawObject, path: string): void => {
    const keys = Object.keys(value);
    if (keys.length === 0 && path !== '') leaves.set(path, '{}');
    for (const key of keys) walk(value[key], join(path, key));
  };
  const walkList = (list: readonly unknown[], path: string): void => {
    if (list.length === 0) leaves.set(path, '[]');
    const taken = new Map<string, number>();
    for (const [i, item] of list.entries()) {
      const label = labelOf(item) ?? String(i);
      const times = taken.get(label) ?? 0;
      taken.set(label, times + 1);
      walk(item, `${path}[${label}${times > 0 ? `#${times + 1}` : ''}]`);
    }
  };
  walk(object, '');
  return leaves;
}

/** What tells the items of a list apart, so that one more does not change all that follow. */
function labelOf(item: unknown): string | undefined {
  if (!isObject(item)) return undefined;
  if (typeof item.name === 'string') return item.name;
  if (typeof item.type === 'string') return item.type;
  if (typeof item.topologyKey === 'string') return item.topologyKey;
  if (typeof item.key !== 'string') return undefined;
  return typeof item.effect === 'string' ? `${item.key}:${item.effect}` : item.key;
}

/** Nodes hold hundreds of images; which of them are there is one fact. */
function imagesText(images: unknown): string {
  const count = Array.isArray(images) ? images.length : 0;
  const names = Array.isArray(images) ? images.flatMap((image) => (isObject(image) && Array.isArray(image.names) ? image.names : [])) : [];
  return `${count} images, ${[...names].sort().join(' ')}`;
}
