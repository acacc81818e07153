import type { Labels } from './labels.ts';
import type { NodeResources } from './resources.ts';
import type { Taint } from './taint.ts';

export interface NodeImage {
  readonly names: readonly string[];
  readonly sizeBytes: number;
}

/** A cluster node as far as scheduling reads it: labels, spec and status.allocatable, parsed once. */
export interface Node {
  readonly name: string;
  readonly uid: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly unschedulable: boolean;
  readonly taints: readonly Taint[];
  /** status.allocatable in the scheduler's units. */
  readonly allocatable: NodeResources;
  readonly images: readonly NodeImage[];
  readonly declaredFeatures: readonly string[];
}
