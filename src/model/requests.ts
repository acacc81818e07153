import type { FeatureGates } from './gates.ts';
import type { Pod, PodTemplate } from './pod.ts';
import type { Amount, ResourceVector } from './resources.ts';

/** What a pod on a node counts for (upstream PodInfo.CalculateResource). */
export interface PodUsage {
  readonly requested: ResourceVector;
  readonly nonZeroCpu: Amount;
  readonly nonZeroMemory: Amount;
}

/** The request vectors of a pending pod, one per consumer. */
export interface PodRequests {
  /** NodeResourcesFit filter: exact, with pod-level requests and overhead. */
  readonly fit: ResourceVector;
  /** NodeResourcesFit score: containers only, with 100m / 200Mi where a container names no request. */
  readonly score: ResourceVector;
  /** NodeResourcesBalancedAllocation: exact, with pod-level requests. */
  readonly balanced: ResourceVector;
}

export function podUsage(_pod: Pod, _gates: FeatureGates): PodUsage {
  throw new Error('to be written');
}

export function podRequests(_template: PodTemplate, _gates: FeatureGates): PodRequests {
  throw new Error('to be written');
}
