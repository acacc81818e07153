/** Node affinity, pod affinity and topology spread constraints of a pod spec. nil and empty lists stay apart. */
import type { NodeAffinity, PodAffinity, PodAffinityTerm, PreferredTerm, SpreadConstraint, WeightedPodAffinityTerm } from '../pod.ts';
import { int32At, join, mapObjects, objectAt, optionalListAt, optionalTextAt, type RawObject, textAt, textsAt } from './fields.ts';
import { readNodeTerm, selectorAt } from './selectors.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

export interface Affinity {
  readonly nodeAffinity?: NodeAffinity;
  readonly podAffinity?: PodAffinity;
  readonly podAntiAffinity?: PodAffinity;
}

const NO_AFFINITY: Affinity = {};

export function readAffinity(spec: RawObject, path: string): Affinity {
  const raw = objectAt(spec, 'affinity', path);
  if (raw === undefined) return NO_AFFINITY;
  const at = join(path, 'affinity');
  const node = objectAt(raw, 'nodeAffinity', at);
  const pod = objectAt(raw, 'podAffinity', at);
  const anti = objectAt(raw, 'podAntiAffinity', at);
  return {
    ...(node && { nodeAffinity: readNodeAffinity(node, join(at, 'nodeAffinity')) }),
    ...(pod && { podAffinity: readPodAffinity(pod, join(at, 'podAffinity')) }),
    ...(anti && { podAntiAffinity: readPodAffinity(anti, join(at, 'podAntiAffinity')) }),
  };
}

function readNodeAffinity(raw: RawObject, path: string): NodeAffinity {
  const required = objectAt(raw, REQUIRED, path);
  const preferred = optionalListAt(raw, PREFERRED, path);
  return {
    ...(required && { required: mapObjects(required, 'nodeSelectorTerms', join(path, REQUIRED), readNodeTerm) }),
    ...(preferred && { preferred: mapObjects(raw, PREFERRED, path, readPreferred) }),
  };
}

function readPreferred(raw: RawObject, path: string): PreferredTerm {
  return {
    weight: int32At(raw, 'weight', path) ?? 0,
    preference: readNodeTerm(objectAt(raw, 'preference', path) ?? {}, join(path, 'preference')),
  };
}

function readPodAffinity(raw: RawObject, path: string): PodAffinity {
  return {
    required: mapObjects(raw, REQUIRED, path, readTerm),
    preferred: mapObjects(raw, PREFERRED, path, readWeightedTerm),
  };
}

function readWeightedTerm(raw: RawObject, path: string): WeightedPodAffinityTerm {
  return {
    weight: int32At(raw, 'weight', path) ?? 0,
    term: readTerm(objectAt(raw, 'podAffinityTerm', path) ?? {}, join(path, 'podAffinityTerm')),
  };
}

function readTerm(raw: RawObject, path: string): PodAffinityTerm {
  const labelSelector = selectorAt(raw, 'labelSelector', path);
  const namespaceSelector = selectorAt(raw, 'namespaceSelector', path);
  return {
    topologyKey: textAt(raw, 'topologyKey', path),
    ...(labelSelector && { labelSelector }),
    namespaces: textsAt(raw, 'namespaces', path),
    ...(namespaceSelector && { namespaceSelector }),
    matchLabelKeys: textsAt(raw, 'matchLabelKeys', path),
    mismatchLabelKeys: textsAt(raw, 'mismatchLabelKeys', path),
  };
}

export function readSpreadConstraint(raw: RawObject, path: string): SpreadConstraint {
  const labelSelector = selectorAt(raw, 'labelSelector', path);
  const minDomains = int32At(raw, 'minDomains', path);
  const nodeAffinityPolicy = optionalTextAt(raw, 'nodeAffinityPolicy', path);
  const nodeTaintsPolicy = optionalTextAt(raw, 'nodeTaintsPolicy', path);
  return {
    maxSkew: int32At(raw, 'maxSkew', path) ?? 0,
    topologyKey: textAt(raw, 'topologyKey', path),
    whenUnsatisfiable: textAt(raw, 'whenUnsatisfiable', path),
    ...(labelSelector && { labelSelector }),
    ...(minDomains !== undefined && { minDomains }),
    ...(nodeAffinityPolicy !== undefined && { nodeAffinityPolicy }),
    ...(nodeTaintsPolicy !== undefined && { nodeTaintsPolicy }),
    matchLabelKeys: textsAt(raw, 'matchLabelKeys', path),
  };
}
