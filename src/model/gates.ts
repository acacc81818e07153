/** Kubernetes minor versions whose decisions can be reproduced. */
export const KUBE_VERSIONS = ['1.34', '1.35', '1.36'] as const;
export type KubeVersion = (typeof KUBE_VERSIONS)[number];
export const KUBE_VERSION_DEFAULT: KubeVersion = '1.36';

/** Feature gates that touch decisions, with their defaults in 1.34 to 1.36. */
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
