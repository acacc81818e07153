/** PriorityClass, RuntimeClass and LimitRange: objects that change pods when they are created. */
import type { ContainerDefaults, PriorityClass, RuntimeClass } from '../defaults/policies.ts';
import { NO_QUANTITIES, type QuantityList } from '../resources.ts';
import { flagAt, int32At, mapObjects, objectAt, optionalLabelsAt, quantitiesAt, type RawObject, textAt } from './fields.ts';
import { readIdentity } from './metadata.ts';
import { readToleration } from './pod-spec.ts';

export function readPriorityClass(raw: RawObject, defaults: boolean): PriorityClass {
  return {
    name: readIdentity(raw, false, defaults).name,
    value: int32At(raw, 'value', '') ?? 0,
    globalDefault: flagAt(raw, 'globalDefault', ''),
    preemptionPolicy: textAt(raw, 'preemptionPolicy', ''),
  };
}

export function readRuntimeClass(raw: RawObject, defaults: boolean): RuntimeClass {
  const overhead = objectAt(raw, 'overhead', '');
  const scheduling = objectAt(raw, 'scheduling', '');
  const podFixed = overhead && quantitiesAt(overhead, 'podFixed', 'overhead', defaults);
  const nodeSelector = scheduling && optionalLabelsAt(scheduling, 'nodeSelector', 'scheduling');
  return {
    name: readIdentity(raw, false, defaults).name,
    ...(podFixed && { overhead: podFixed }),
    ...(nodeSelector && { nodeSelector }),
    tolerations: scheduling ? mapObjects(scheduling, 'tolerations', 'scheduling', readToleration) : [],
  };
}

/** `containerDefaults`: what the LimitRange gives containers that name nothing; undefined when it says nothing about containers. */
export function readLimitRange(
  raw: RawObject,
  defaults: boolean,
): { readonly namespace: string; readonly name: string; readonly containerDefaults?: ContainerDefaults } {
  const items = mapObjects(objectAt(raw, 'spec', '') ?? {}, 'limits', 'spec', readLimits).filter((item) => item !== undefined);
  const identity = readIdentity(raw, true, defaults);
  if (items.length === 0) return identity;
  const requests = merged(items.map((item) => item.requests));
  return { ...identity, containerDefaults: { requests, limits: merged(items.map((item) => item.limits)) } };
}

/** With the item's own defaults (upstream SetDefaults_LimitRangeItem): limit from max; request from limit, then from min. */
function readLimits(raw: RawObject, path: string): ContainerDefaults | undefined {
  if (textAt(raw, 'type', path) !== 'Container') return undefined;
  const list = (key: string) => quantitiesAt(raw, key, path, true) ?? NO_QUANTITIES;
  const limits = merged([list('max'), list('default')]);
  return { limits, requests: merged([list('min'), limits, list('defaultRequest')]) };
}

/** Later lists win. */
function merged(lists: readonly QuantityList[]): QuantityList {
  return new Map(lists.flatMap((list) => [...list]));
}
