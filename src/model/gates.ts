/** Kubernetes minor versions whose decisions can be reproduced. */
export const KUBE_VERSIONS = ['1.34', '1.35', '1.36', '1.37'] as const;
export type KubeVersion = (typeof KUBE_VERSIONS)[number];
export const KUBE_VERSION_DEFAULT: KubeVersion = '1.36';

/** Whether a release is `first` or later. */
export function isSince(version: KubeVersion, first: KubeVersion): boolean {
  return KUBE_VERSIONS.indexOf(version) >= KUBE_VERSIONS.indexOf(first);
}

/** Feature gates that touch decisions, with their defaults in 1.36; `gateDefaults` has those of each release. */
export const GATE_DEFAULTS = {
  PodLevelResources: true,
  SidecarContainers: true,
  InPlacePodVerticalScaling: true,
  InPlacePodLevelResourcesVerticalScaling: true,
  MatchLabelKeysInPodTopologySpread: true,
  NodeInclusionPolicyInPodTopologySpread: true,
  TaintTolerationComparisonOperators: false,
  StorageCapacityScoring: false,
  VolumeLimitScaling: false,
} as const;

export type FeatureGate = keyof typeof GATE_DEFAULTS;
export type FeatureGates = Readonly<Record<FeatureGate, boolean>>;

/** What selects the formulas of one run. */
export interface Semantics {
  readonly kubeVersion: KubeVersion;
  readonly gates: FeatureGates;
}

/** The defaults of a release. */
export function gateDefaults(version: KubeVersion): FeatureGates {
  return {
    ...GATE_DEFAULTS,
    // Alpha in 1.35, beta and on from 1.36.
    InPlacePodLevelResourcesVerticalScaling: isSince(version, '1.36'),
    // Beta and on from 1.37.
    StorageCapacityScoring: isSince(version, '1.37'),
    VolumeLimitScaling: isSince(version, '1.37'),
  };
}
