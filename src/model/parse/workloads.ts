/** Services, controllers, disruption budgets and namespaces. */
import type { Labels } from '../labels.ts';
import type { Controller, MapSelectorObject, PodDisruptionBudget, SelectorObject } from '../snapshot.ts';
import { fieldError, int32At, join, objectAt, optionalLabelsAt, type RawObject } from './fields.ts';
import { checkLabels, checksSelectors, readIdentity, readMetadata } from './metadata.ts';
import { checkSelector, selectorAt } from './selectors.ts';

const EMPTY: RawObject = {};
/** Kinds whose updates, or whose pods on new nodes, are asked about; of all others nothing raw is kept. */
const KINDS_KEPT: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);
const manifests = new WeakMap<Controller, RawObject>();
const NAME_LABEL = 'kubernetes.io/metadata.name';

/** A namespace's labels; the API server adds the name itself as a label. */
export function readNamespace(raw: RawObject, defaults: boolean): { readonly name: string; readonly labels: Labels } {
  const { name, labels } = readMetadata(raw, false, defaults);
  return { name, labels: defaults && labels.get(NAME_LABEL) !== name ? new Map([...labels, [NAME_LABEL, name]]) : labels };
}

export function readService(raw: RawObject, defaults: boolean): MapSelectorObject {
  const selector = optionalLabelsAt(objectAt(raw, 'spec', '') ?? EMPTY, 'selector', 'spec');
  if (selector && checksSelectors(raw, defaults)) checkLabels(selector, 'spec.selector');
  return { ...readIdentity(raw, true, defaults), ...(selector && { selector }) };
}

/** An absent selector becomes the labels of the pod template (upstream SetDefaults_ReplicationController). */
export function readReplicationController(raw: RawObject, defaults: boolean): MapSelectorObject {
  const spec = objectAt(raw, 'spec', '') ?? EMPTY;
  const written = optionalLabelsAt(spec, 'selector', 'spec');
  const template = defaults && (written?.size ?? 0) === 0 ? templateLabels(spec) : undefined;
  const selector = template ?? written;
  return { ...readIdentity(raw, true, defaults), ...(selector && { selector }) };
}

function templateLabels(spec: RawObject): Labels | undefined {
  const template = objectAt(spec, 'template', 'spec');
  const metadata = template && objectAt(template, 'metadata', 'spec.template');
  return metadata && optionalLabelsAt(metadata, 'labels', 'spec.template.metadata');
}

/** ReplicaSet or StatefulSet. */
export function readSelectorObject(raw: RawObject, defaults: boolean): SelectorObject {
  const selector = selectorAt(objectAt(raw, 'spec', '') ?? EMPTY, 'selector', 'spec');
  if (checksSelectors(raw, defaults)) checkSelector(selector, 'spec.selector');
  return { ...readIdentity(raw, true, defaults), ...(selector && { selector }) };
}

export function readController(kind: string, raw: RawObject, defaults: boolean): Controller {
  const controller = { kind, ...identityFirst(raw, defaults), replicas: replicasOf(kind, raw) };
  if (KINDS_KEPT.has(kind)) manifests.set(controller, { spec: raw.spec });
  return controller;
}

/** `spec` as it was written, for Deployments, StatefulSets and DaemonSets that were read from an input: what their pods are, and how they are updated. */
export function manifestOf(controller: Controller): RawObject | undefined {
  return manifests.get(controller);
}

function identityFirst(raw: RawObject, defaults: boolean): { readonly namespace: string; readonly name: string } {
  const { namespace, name } = readIdentity(raw, true, defaults);
  return { namespace, name };
}

/** Pods that the controller wants at once: an absent number means 1; a DaemonSet's comes from its status, a CronJob has none. */
function replicasOf(kind: string, raw: RawObject): number {
  if (kind === 'CronJob') return 0;
  if (kind === 'DaemonSet') return int32At(objectAt(raw, 'status', '') ?? EMPTY, 'desiredNumberScheduled', 'status') ?? 0;
  return int32At(objectAt(raw, 'spec', '') ?? EMPTY, kind === 'Job' ? 'parallelism' : 'replicas', 'spec') ?? 1;
}

export function readPodDisruptionBudget(raw: RawObject, defaults: boolean): PodDisruptionBudget {
  const spec = objectAt(raw, 'spec', '') ?? EMPTY;
  const status = objectAt(raw, 'status', '') ?? EMPTY;
  const selector = selectorAt(spec, 'selector', 'spec');
  if (checksSelectors(raw, defaults)) checkSelector(selector, 'spec.selector');
  const minAvailable = countOrShare(spec, 'minAvailable');
  const maxUnavailable = countOrShare(spec, 'maxUnavailable');
  const currentHealthy = int32At(status, 'currentHealthy', 'status');
  const desiredHealthy = int32At(status, 'desiredHealthy', 'status');
  return {
    ...identityFirst(raw, defaults),
    ...(selector && { selector }),
    disruptionsAllowed: int32At(status, 'disruptionsAllowed', 'status') ?? 0,
    disruptedPods: new Set(Object.keys(objectAt(status, 'disruptedPods', 'status') ?? EMPTY)),
    ...(minAvailable !== undefined && { minAvailable }),
    ...(maxUnavailable !== undefined && { maxUnavailable }),
    ...(currentHealthy !== undefined && desiredHealthy !== undefined && { currentHealthy, desiredHealthy }),
  };
}

/** An IntOrString: `3` or `"50%"`. */
function countOrShare(spec: RawObject, key: string): number | string | undefined {
  const value = spec[key];
  if (typeof value !== 'string') return int32At(spec, key, 'spec');
  if (!/^[0-9]+%$/.test(value)) throw fieldError(join('spec', key), 'must be a whole number or a percentage', value, 'for example 50%');
  return value;
}
