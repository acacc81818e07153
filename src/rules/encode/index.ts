import { PLAIN_RULES } from '../index.ts';
import type { AnyPlainRule } from '../rule.ts';
import type { AnyRuleEncoding } from './encoder.ts';
import { encodeHostCapacity, encodeHostSpread } from './hosts.ts';
import { encodeImageLocality } from './image-locality.ts';
import { encodeInterPodAffinity } from './inter-pod-affinity.ts';
import { encodeNodeAffinity } from './node-affinity.ts';
import { encodeNodeDeclaredFeatures } from './node-declared-features.ts';
import { encodeNodeName } from './node-name.ts';
import { encodeNodePorts } from './node-ports.ts';
import { encodeBalancedAllocation } from './node-resources-balanced-allocation.ts';
import { encodeNodeResourcesFit } from './node-resources-fit.ts';
import { encodeNodeUnschedulable } from './node-unschedulable.ts';
import { encodePodTopologySpread } from './pod-topology-spread.ts';
import { encodeTaintToleration } from './taint-toleration.ts';
import { encodeNodeVolumeLimits, encodeVolumeBinding, encodeVolumeRestrictions, encodeVolumeZone } from './volumes.ts';

/** Encodings by upstream's plugin name. A rule that is missing here runs through its plain twin. */
const BY_NAME: ReadonlyMap<string, AnyRuleEncoding> = new Map(
  Object.entries({
    NodeUnschedulable: encodeNodeUnschedulable,
    NodeName: encodeNodeName,
    TaintToleration: encodeTaintToleration,
    NodeAffinity: encodeNodeAffinity,
    NodePorts: encodeNodePorts,
    NodeResourcesFit: encodeNodeResourcesFit,
    NodeResourcesBalancedAllocation: encodeBalancedAllocation,
    VolumeRestrictions: encodeVolumeRestrictions,
    NodeVolumeLimits: encodeNodeVolumeLimits,
    VolumeBinding: encodeVolumeBinding,
    VolumeZone: encodeVolumeZone,
    NodeDeclaredFeatures: encodeNodeDeclaredFeatures,
    PodTopologySpread: encodePodTopologySpread,
    InterPodAffinity: encodeInterPodAffinity,
    ImageLocality: encodeImageLocality,
    HostSpread: encodeHostSpread,
    HostCapacity: encodeHostCapacity,
  }),
);

/** Every encoding there is, for what does not depend on a profile. */
export const ENCODINGS: readonly AnyRuleEncoding[] = [
  ...BY_NAME.values(),
  ...PLAIN_RULES.flatMap(({ encoding }) => (encoding ? [encoding] : [])),
];

/** Undefined: the rule runs through its plain twin. */
export function encodingOf(rule: AnyPlainRule): AnyRuleEncoding | undefined {
  return rule.encoding ?? BY_NAME.get(rule.name);
}
