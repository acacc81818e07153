/** What a Deployment or StatefulSet is and how it is updated. */
import { PlimsollError } from '../base/errors.ts';
import { nearest } from '../engine/nearest.ts';
import { checkSnapshot } from '../model/check-snapshot.ts';
import { compileSelector } from '../model/match.ts';
import { asObject, fieldError, int32At, listAt, objectAt, type RawObject, textAt } from '../model/parse/fields.ts';
import { metadataOf } from '../model/parse/metadata.ts';
import { selectorAt } from '../model/parse/selectors.ts';
import { parsePod } from '../model/parse/source-of.ts';
import { manifestOf } from '../model/parse/workloads.ts';
import type { Pod } from '../model/pod.ts';
import type { PodReference } from '../model/results.ts';
import type { LabelSelector } from '../model/selector.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { settingsNotRead, withSettings } from './manifest-settings.ts';

export type WorkloadKind = 'Deployment' | 'StatefulSet';

export interface WorkloadReference extends PodReference {
  readonly kind: WorkloadKind;
}

export interface Workload extends WorkloadReference {
  readonly spec: RawObject;
  readonly replicas: number;
  readonly selector: LabelSelector | undefined;
  readonly snapshot: Snapshot;
  /** Settings that change nothing that scheduling reads. */
  readonly notRead: readonly string[];
}

/** A share of the replicas, as Deployments round it. */
export interface Fenceposts {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/** Marks the ReplicaSet of the update and its pods. */
const HASH = 'rollout';
const HASH_LABEL = 'pod-template-hash';

/**
 * The workload of the snapshot with the settings applied.
 * @throws PlimsollError NOT_FOUND when it is not in the snapshot, USAGE for a setting, FIELD for what an API server would refuse.
 */
export function workloadOf(snapshot: Snapshot, reference: WorkloadReference, settings: readonly string[]): Workload {
  const { kind, namespace, name } = reference;
  checkSnapshot(snapshot);
  const known = snapshot.objects.controllers.filter((controller) => controller.kind === kind);
  const found = known.find((controller) => controller.namespace === namespace && controller.name === name);
  if (!found) {
    const names = known.map((controller) => `${controller.namespace}/${controller.name}`);
    const similar = nearest(`${namespace}/${name}`, names) ?? names.find((other) => other.endsWith(`/${name}`));
    const hint = similar
      ? `did you mean ${similar}?`
      : names.length > 0
        ? `there is ${names.slice(0, 5).join(', ')}`
        : `the snapshot has no ${kind}`;
    throw new PlimsollError('NOT_FOUND', `there is no such ${kind} in the snapshot`, {
      path: 'workload',
      value: `${namespace}/${name}`,
      hint,
    });
  }
  const raw = manifestOf(found);
  if (!raw)
    throw new PlimsollError('NOT_FOUND', 'the snapshot does not keep the manifest', {
      path: 'workload',
      hint: 'read it with readSnapshot',
    });
  const spec = asObject(withSettings(raw, settings).spec ?? null, 'spec');
  const replicas = int32At(spec, 'replicas', 'spec') ?? 1;
  if (replicas < 0) throw fieldError('spec.replicas', 'must not be negative', replicas);
  const notRead = settingsNotRead({ apiVersion: 'apps/v1', ...raw, kind }, settings);
  return { kind, namespace, name, spec, replicas, selector: selectorAt(spec, 'selector', 'spec'), snapshot, notRead };
}

/** Pods that the workload has: neither finished nor being deleted, selected, and its controller's. */
export function podsOf({ kind, namespace, name, selector, snapshot }: Workload): Pod[] {
  const compiled = compileSelector(selector);
  return snapshot.pods.filter(({ template, terminating }) => {
    if (terminating || template.namespace !== namespace || !compiled.matches(template.labels)) return false;
    return kind === 'Deployment' ? template.owner?.kind === 'ReplicaSet' : template.owner?.kind === kind && template.owner.name === name;
  });
}

/** The snapshot with the ReplicaSet of the update, which default spreading looks for. */
export function withNewReplicaSet({ namespace, name, selector, snapshot }: Workload): Snapshot {
  const set = `${name}-${HASH}`;
  const requirements = [...(selector?.requirements ?? []), { key: HASH_LABEL, operator: 'In', values: [HASH] }];
  const replicaSets = new Map(snapshot.objects.replicaSets).set(`${namespace}/${set}`, {
    namespace,
    name: set,
    selector: { requirements },
  });
  return { ...snapshot, objects: { ...snapshot.objects, replicaSets } };
}

/** A pod of the new revision as it waits for a node. `number`: its ordinal, or any number of its own. */
export function newPod(workload: Workload, number: number): Pod {
  const { kind, namespace, name, spec, snapshot } = workload;
  const template = asObject(spec.template ?? null, 'spec.template');
  const deployment = kind === 'Deployment';
  const podName = deployment ? `${name}-${HASH}-${number}` : `${name}-${number}`;
  const own = deployment
    ? { [HASH_LABEL]: HASH }
    : { 'statefulset.kubernetes.io/pod-name': podName, 'apps.kubernetes.io/pod-index': String(number) };
  const owner = {
    apiVersion: 'apps/v1',
    kind: deployment ? 'ReplicaSet' : kind,
    name: deployment ? `${name}-${HASH}` : name,
    uid: '',
    controller: true,
  };
  const metadata = metadataOf(template);
  const labels = { ...objectAt(metadata, 'labels', 'metadata'), ...own };
  const podSpec = asObject(template.spec ?? null, 'spec.template.spec');
  const raw = {
    kind: 'Pod',
    metadata: { name: podName, namespace, labels, annotations: metadata.annotations, ownerReferences: [owner] },
    spec: deployment ? podSpec : withClaims(podSpec, spec, podName),
  };
  try {
    return parsePod(raw, {}, snapshot);
  } catch (error) {
    const inSpec = error instanceof PlimsollError && error.place.path?.startsWith('spec');
    throw inSpec ? (error as PlimsollError).at({ path: 'spec.template' }) : error;
  }
}

/** Claims of a StatefulSet's pod, by the names that its controller gives them; they replace volumes of the same name. */
function withClaims(podSpec: RawObject, spec: RawObject, podName: string): RawObject {
  const claims = listAt(spec, 'volumeClaimTemplates', 'spec').map((raw, i) => {
    const name = textAt(metadataOf(asObject(raw, `spec.volumeClaimTemplates[${i}]`)), 'name', 'metadata');
    return { name, persistentVolumeClaim: { claimName: `${name}-${podName}` } };
  });
  const named = new Set<unknown>(claims.map(({ name }) => name));
  const others = listAt(podSpec, 'volumes', 'spec.template.spec').filter((volume) => !named.has((volume as RawObject | null)?.name));
  return { ...podSpec, volumes: [...claims, ...others] };
}

/** RollingUpdate or Recreate; RollingUpdate, OnDelete for a StatefulSet. */
export function strategyOf({ kind, spec }: Workload): string {
  const [field, allowed] =
    kind === 'Deployment' ? ['strategy', ['RollingUpdate', 'Recreate']] : ['updateStrategy', ['RollingUpdate', 'OnDelete']];
  const type = textAt(objectAt(spec, field as string, 'spec') ?? {}, 'type', `spec.${field}`) || 'RollingUpdate';
  if (!allowed.includes(type)) throw fieldError(`spec.${field}.type`, `must be ${(allowed as string[]).join(' or ')}`, type);
  return type;
}

/**
 * maxSurge and maxUnavailable in pods (upstream ResolveFenceposts): a share of surge is rounded up, one of unavailability down, and where rounding
 * leaves both at 0 one pod may be unavailable. @throws PlimsollError FIELD where an API server refuses them.
 */
export function fencepostsOf({ spec, replicas }: Workload): Fenceposts {
  const path = 'spec.strategy.rollingUpdate';
  const rolling = objectAt(objectAt(spec, 'strategy', 'spec') ?? {}, 'rollingUpdate', 'spec.strategy') ?? {};
  const surge = intOrShare(rolling.maxSurge, `${path}.maxSurge`);
  const unavailable = intOrShare(rolling.maxUnavailable, `${path}.maxUnavailable`);
  if (surge.of(1) === 0 && unavailable.exactly === 0)
    throw fieldError(`${path}.maxUnavailable`, 'may not be 0 when maxSurge is 0', rolling.maxUnavailable);
  const maxSurge = Math.ceil(surge.of(replicas));
  const maxUnavailable = Math.min(replicas, Math.floor(unavailable.of(replicas)));
  return { maxSurge, maxUnavailable: maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable };
}

interface Share {
  readonly exactly: number;
  of(replicas: number): number;
}

function intOrShare(raw: unknown, path: string): Share {
  const value = raw ?? '25%';
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return { exactly: value, of: () => value };
  const [, percent] = typeof value === 'string' ? (/^([0-9]{1,3})%$/.exec(value) ?? []) : [];
  if (percent === undefined) throw fieldError(path, 'must be a whole number from 0 or a percentage', value, 'for example 1 or 25%');
  return { exactly: Number(percent), of: (replicas) => (Number(percent) * replicas) / 100 };
}

/** Ordinals below it keep their revision. */
export function partitionOf({ spec }: Workload): number {
  const rolling = objectAt(objectAt(spec, 'updateStrategy', 'spec') ?? {}, 'rollingUpdate', 'spec.updateStrategy') ?? {};
  return Math.max(0, int32At(rolling, 'partition', 'spec.updateStrategy.rollingUpdate') ?? 0);
}

/** The first ordinal. */
export function firstOrdinal({ spec }: Workload): number {
  return int32At(objectAt(spec, 'ordinals', 'spec') ?? {}, 'start', 'spec.ordinals') ?? 0;
}
