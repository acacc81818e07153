/** Collects raw Kubernetes objects as they stream in and turns them into a Snapshot. */
import { assert } from '../../base/assert.ts';
import { type ErrorPlace, PlimsollError } from '../../base/errors.ts';
import type { Pod } from '../pod.ts';
import type { Snapshot } from '../snapshot.ts';
import { isObject, type RawObject } from './fields.ts';
import { hashOf } from './hash.ts';
import { Identities } from './identities.ts';
import { Collected, kindMeant, kindOf } from './kinds.ts';
import { notModelled } from './not-modelled.ts';
import { finishObjects } from './objects.ts';
import { PodCollector } from './pod-collector.ts';
import { rememberSource } from './source-of.ts';

export interface SnapshotOptions {
  /** true (default): apply API-server defaults and refuse what the API server would refuse. false: objects are taken as they are. */
  readonly defaults?: boolean;
}

/** What a List says about its items when they do not say it themselves. */
export interface ImpliedKind {
  readonly kind: string;
  readonly apiVersion?: string;
}

export class SnapshotBuilder {
  private readonly identities = new Identities();
  private readonly collected: Collected;
  private readonly pods: PodCollector;
  private readonly ignoredKinds = new Map<string, number>();
  private finished = false;

  constructor(options: SnapshotOptions = {}) {
    const defaults = options.defaults ?? true;
    this.collected = new Collected(defaults);
    this.pods = new PodCollector(defaults, this.identities);
  }

  /**
   * Adds one parsed object, or a List item by item. Nothing of `raw` is kept alive except strings.
   * `place.path` is the path of the object inside its document (`items[3]`), undefined for the document itself.
   * Throws PlimsollError: INPUT_KIND, FIELD, QUANTITY, SELECTOR, NAME, DUPLICATE.
   */
  add(raw: unknown, place: ErrorPlace, implied?: ImpliedKind): void {
    assert(!this.finished, 'a finished SnapshotBuilder gets no more objects');
    try {
      this.addObject(raw, place, implied);
    } catch (error) {
      throw error instanceof PlimsollError ? error.at(place) : error;
    }
  }

  /** The snapshot of everything added. The builder must not be used afterwards. Throws like `add`. O(pods + objects). */
  finish(): Snapshot {
    assert(!this.finished, 'a SnapshotBuilder is finished once');
    this.finished = true;
    const pods: readonly Pod[] = this.pods.finish(this.collected.policies);
    const objects = finishObjects(this.collected);
    const { nodes } = this.collected;
    if (this.pods.finished > 0) this.ignoredKinds.set('Pod (Succeeded or Failed)', this.pods.finished);
    const snapshot: Snapshot = {
      nodes,
      pods,
      objects,
      notModelled: notModelled(this.collected, this.pods),
      ignoredKinds: this.ignoredKinds,
      hash: hashOf(nodes, pods, objects, this.pods.templates.interner),
    };
    rememberSource(snapshot, this.collected.defaults, this.collected.policies);
    return snapshot;
  }

  private addObject(raw: unknown, place: ErrorPlace, implied: ImpliedKind | undefined): void {
    if (!isObject(raw)) throw new PlimsollError('INPUT_KIND', 'not a Kubernetes object', { value: raw });
    const { kind, group } = identify(raw, implied);
    if (kind.endsWith('List') && Array.isArray(raw.items)) {
      this.addList(raw, kind, place);
      return;
    }
    if (kind === 'Pod' && (group ?? '') === '') {
      this.pods.add(raw, place);
      return;
    }
    const reader = kindOf(kind, group);
    if (reader === undefined) {
      const meant = kindMeant(kind, group);
      if (meant !== undefined) {
        throw new PlimsollError('INPUT_KIND', 'there is no such kind', { path: 'kind', value: kind, hint: `did you mean ${meant}?` });
      }
      const name = group ? `${kind}.${group}` : kind;
      this.ignoredKinds.set(name, (this.ignoredKinds.get(name) ?? 0) + 1);
      return;
    }
    const { namespace = '', name } = reader.add(this.collected, raw);
    this.identities.claim(kind, namespace, name, place);
  }

  private addList(raw: RawObject, kind: string, place: ErrorPlace): void {
    const items = raw.items as readonly unknown[];
    const itemKind = kind.slice(0, -'List'.length);
    const implied =
      itemKind === '' ? undefined : { kind: itemKind, ...(typeof raw.apiVersion === 'string' && { apiVersion: raw.apiVersion }) };
    for (const [i, item] of items.entries())
      this.addObjectAt(item, { ...place, path: `${place.path ? `${place.path}.` : ''}items[${i}]` }, implied);
  }

  /** An item's own place is the more precise one. */
  private addObjectAt(raw: unknown, place: ErrorPlace, implied: ImpliedKind | undefined): void {
    try {
      this.addObject(raw, place, implied);
    } catch (error) {
      const path = place.path?.slice(place.path.lastIndexOf('items['));
      throw error instanceof PlimsollError && path !== undefined ? error.at({ path }) : error;
    }
  }
}

/** Kind and API group; the group is undefined when the object names no apiVersion. */
function identify(raw: RawObject, implied: ImpliedKind | undefined): { readonly kind: string; readonly group: string | undefined } {
  const kind = raw.kind ?? implied?.kind;
  const apiVersion = raw.apiVersion ?? (raw.kind === undefined ? implied?.apiVersion : undefined);
  if (typeof kind !== 'string' || kind === '') {
    throw new PlimsollError('INPUT_KIND', 'the object does not say its kind', { path: 'kind', ...(kind !== undefined && { value: kind }) });
  }
  if (apiVersion === undefined || apiVersion === null) return { kind, group: undefined };
  if (typeof apiVersion !== 'string')
    throw new PlimsollError('INPUT_KIND', 'apiVersion must be a string', { path: 'apiVersion', value: apiVersion });
  const slash = apiVersion.indexOf('/');
  return { kind, group: slash < 0 ? '' : apiVersion.slice(0, slash) };
}
