/** ObjectMeta: names, labels, times and the controlling owner. */
import { PlimsollError } from '../../base/errors.ts';
import type { Labels } from '../labels.ts';
import { dnsLabelProblem, labelKeyProblem, labelValueProblem, nameProblem } from '../names.ts';
import type { OwnerReference } from '../pod.ts';
import { asObject, join, labelsAt, listAt, objectAt, type RawObject, textAt, timeAt } from './fields.ts';

export interface Metadata {
  readonly name: string;
  /** '' for cluster-scoped kinds. */
  readonly namespace: string;
  readonly uid: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly createdMs: number;
  readonly terminating: boolean;
}

const NO_METADATA: RawObject = {};

/** The object's metadata, an empty one when absent. */
export function metadataOf(raw: RawObject): RawObject {
  return raw.metadata === undefined || raw.metadata === null ? NO_METADATA : asObject(raw.metadata, 'metadata');
}

/** Name and namespace; a namespaced object without namespace is in `default`. `validate` refuses names that the API server refuses. */
export function readIdentity(
  raw: RawObject,
  namespaced: boolean,
  validate: boolean,
): { readonly name: string; readonly namespace: string } {
  const metadata = metadataOf(raw);
  const name = textAt(metadata, 'name', 'metadata');
  const namespace = namespaced ? textAt(metadata, 'namespace', 'metadata') || 'default' : '';
  if (validate) {
    checkOwnName(name, metadata);
    if (namespaced) checkNamespace(namespace, 'metadata.namespace');
  }
  return { name, namespace };
}

export function readMetadata(raw: RawObject, namespaced: boolean, validate: boolean): Metadata {
  const metadata = metadataOf(raw);
  const labels = labelsAt(metadata, 'labels', 'metadata');
  if (validate) checkLabels(labels, 'metadata.labels');
  return {
    ...readIdentity(raw, namespaced, validate),
    uid: textAt(metadata, 'uid', 'metadata'),
    labels,
    annotations: labelsAt(metadata, 'annotations', 'metadata'),
    createdMs: timeAt(metadata, 'creationTimestamp', 'metadata') ?? 0,
    terminating: isTerminating(metadata),
  };
}

export function isTerminating(metadata: RawObject): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.deletionTimestamp !== null;
}

/**
 * Whether an API server has already stored the object: such an object has been through admission once, and admission
 * plugins (priority, LimitRange, RuntimeClass, ...) must not change it again.
 */
export function isStored(metadata: RawObject): boolean {
  return Boolean(metadata.uid) && Boolean(metadata.creationTimestamp);
}

/**
 * Whether the selectors of an object are to be checked. API servers let stored objects keep selectors that newer versions
 * refuse for new ones; the scheduler has an answer for those.
 */
export function checksSelectors(raw: RawObject, defaults: boolean): boolean {
  return defaults && !isStored(metadataOf(raw));
}

/** A static pod's mirror. */
export function isMirror(metadata: RawObject): boolean {
  return 'kubernetes.io/config.mirror' in (objectAt(metadata, 'annotations', 'metadata') ?? NO_METADATA);
}

/** The owner reference that controls the object (upstream GetControllerOf), still raw. */
export function rawController(metadata: RawObject): unknown {
  const references = listAt(metadata, 'ownerReferences', 'metadata');
  return references.find(
    (reference) => typeof reference === 'object' && reference !== null && (reference as RawObject).controller === true,
  );
}

export function readController(metadata: RawObject): OwnerReference | undefined {
  const raw = rawController(metadata);
  if (raw === undefined) return undefined;
  const path = 'metadata.ownerReferences';
  const owner = asObject(raw, path);
  return {
    apiVersion: textAt(owner, 'apiVersion', path),
    kind: textAt(owner, 'kind', path),
    name: textAt(owner, 'name', path),
    uid: textAt(owner, 'uid', path),
  };
}

export function nameError(path: string, value: string, problem: string): PlimsollError {
  return new PlimsollError('NAME', problem, { path, value });
}

/** The name that an object has in its metadata. @throws PlimsollError NAME. */
export function checkOwnName(name: string, metadata: RawObject): void {
  const path = 'metadata.name';
  if (name !== '') {
    checkName(name, path);
    return;
  }
  const hint = metadata.generateName ? 'only an API server makes names of generateName: give one' : 'give the object a name';
  throw new PlimsollError('NAME', 'must not be empty', { path, value: name, hint });
}

export function checkName(name: string, path: string): void {
  const problem = nameProblem(name);
  if (problem !== undefined) throw nameError(path, name, problem);
}

export function checkNamespace(name: string, path: string): void {
  const problem = dnsLabelProblem(name);
  if (problem !== undefined) throw nameError(path, name, problem);
}

export function checkLabelKey(key: string, path: string): void {
  const problem = labelKeyProblem(key);
  if (problem !== undefined) throw nameError(path, key, problem);
}

export function checkLabelValue(value: string, path: string): void {
  const problem = labelValueProblem(value);
  if (problem !== undefined) throw nameError(path, value, problem);
}

/** Keys and values of labels or of a node selector. */
export function checkLabels(labels: Labels, path: string): void {
  for (const [key, value] of labels) {
    if (labelKeyProblem(key) !== undefined) checkLabelKey(key, path);
    if (labelValueProblem(value) !== undefined) checkLabelValue(value, join(path, key));
  }
}
