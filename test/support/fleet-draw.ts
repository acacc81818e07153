import type { Prng } from '../../src/base/prng.ts';

/**
 * What a hard cluster can contain. Each seed switches every one on or off, so that features meet in all combinations and
 * also stand alone (swarm testing).
 */
export const FEATURES = [
  // nodes
  'zones',
  'betaZones',
  'regions',
  'skewedZones',
  'missingLabels',
  'nodeLabels',
  'taints',
  'cordons',
  'zeroCapacity',
  'hugeCapacity',
  'overflow',
  'extendedResources',
  'hugepages',
  'ephemeralStorage',
  'unknownResources',
  'fewPodSlots',
  'images',
  'declaredFeatures',
  // what pods ask for
  'noRequests',
  'bigPods',
  'initContainers',
  'sidecars',
  'overhead',
  'podLevelResources',
  'resize',
  'limitsOnly',
  'hostPorts',
  'hostNetwork',
  // who pods are
  'namespaces',
  'services',
  'owners',
  'terminating',
  'finished',
  'nominated',
  'priorities',
  'neverPreempt',
  'gates',
  'budgets',
  'startTimes',
  'mirrorPods',
  'lostNodes',
  'oddLabels',
  // where pods want to be
  'tolerations',
  'comparisonTolerations',
  'nodeSelector',
  'requiredNodeAffinity',
  'preferredNodeAffinity',
  'matchFields',
  'hardSpread',
  'softSpread',
  'minDomains',
  'spreadPolicies',
  'matchLabelKeys',
  'podAffinity',
  'preferredPodAffinity',
  'antiAffinity',
  'preferredAntiAffinity',
  'namespaceSelectors',
  'oddSelectors',
  // volumes
  'inlineVolumes',
  'claims',
  'unboundClaims',
  'zonedVolumes',
  'ephemeralVolumes',
  'volumeLimits',
  'storageCapacity',
  'brokenClaims',
  'foreignClaims',
  // configuration
  'profiles',
  'scoring',
  'ignoredResources',
  'defaultConstraints',
  'addedAffinity',
  'affinityArgs',
  'weights',
  'fewPlugins',
  'sampling',
] as const;

export type Feature = (typeof FEATURES)[number];

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };
export type RawItem = { readonly [key: string]: Json | undefined };
export type MutableItem = Record<string, Json | undefined>;

/** The random choices of one cluster. */
export class Draw {
  readonly prng: Prng;
  readonly features: ReadonlySet<Feature>;

  constructor(prng: Prng, features: ReadonlySet<Feature>) {
    this.prng = prng;
    this.features = features;
  }

  has(feature: Feature): boolean {
    return this.features.has(feature);
  }

  /** With the feature on: true in `numerator` of `denominator` cases. */
  sometimes(feature: Feature, numerator: number, denominator: number): boolean {
    return this.has(feature) && this.prng.chance(numerator, denominator);
  }

  /** `count` different items, in random order. */
  sample<T>(items: readonly T[], count: number): T[] {
    return this.prng.shuffle([...items]).slice(0, count);
  }

  /** A list of `low` to `high` drawn items. */
  list<T>(low: number, high: number, draw: (index: number) => T): T[] {
    return Array.from({ length: this.prng.between(low, high) }, (_, index) => draw(index));
  }
}

export const ZONES = ['zone-a', 'zone-b', 'zone-c', 'zone-d', 'zone-e'] as const;
export const ZONE_KEY = 'topology.kubernetes.io/zone';
export const REGION_KEY = 'topology.kubernetes.io/region';
export const BETA_ZONE_KEY = 'failure-domain.beta.kubernetes.io/zone';
export const BETA_REGION_KEY = 'failure-domain.beta.kubernetes.io/region';
export const HOSTNAME_KEY = 'kubernetes.io/hostname';
/** Node labels beside zone and hostname, with their values; `cpu-gen` is for Gt and Lt, one value is no number. */
export const NODE_LABELS: Readonly<Record<string, readonly string[]>> = {
  disktype: ['ssd', 'hdd', 'nvme'],
  dedicated: ['gpu', 'infra', ''],
  'cpu-gen': ['1', '5', '8', '03', '9223372036854775807', 'nine'],
  'rack.example.com/id': ['r1', 'r2', 'r3', 'r4'],
};
export const POD_LABELS: Readonly<Record<string, readonly string[]>> = {
  app: ['web', 'db', 'cache', 'batch'],
  tier: ['front', 'back'],
  version: ['v1', 'v2', ''],
};
export const NAMESPACES = ['default', 'dev', 'prod', 'lost'] as const;
export const TAINT_EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const;
/** Keys that a spread constraint or an affinity term may name; the last one is on no node. */
export const TOPOLOGY_KEYS = [
  HOSTNAME_KEY,
  ZONE_KEY,
  REGION_KEY,
  BETA_ZONE_KEY,
  'disktype',
  'rack.example.com/id',
  'nowhere.example.com/key',
] as const;
