/** The objects that the API server's admission plugins consult when a pod or claim is created. */
import type { Labels } from '../labels.ts';
import type { DraftToleration } from '../parse/pod-draft.ts';
import type { QuantityList } from '../resources.ts';
import type { StorageClass } from '../volume.ts';

export interface PriorityClass {
  readonly name: string;
  readonly value: number;
  readonly globalDefault: boolean;
  readonly preemptionPolicy: string;
}

export interface RuntimeClass {
  readonly name: string;
  /** overhead.podFixed. */
  readonly overhead?: QuantityList;
  /** scheduling.nodeSelector; undefined: nil. */
  readonly nodeSelector?: Labels;
  readonly tolerations: readonly DraftToleration[];
}

/** The defaults of one LimitRange for containers. */
export interface ContainerDefaults {
  readonly requests: QuantityList;
  readonly limits: QuantityList;
}

/** Kubernetes creates these two itself. */
const SYSTEM_CLASSES: readonly PriorityClass[] = [
  { name: 'system-cluster-critical', value: 2_000_000_000, globalDefault: false, preemptionPolicy: '' },
  { name: 'system-node-critical', value: 2_000_001_000, globalDefault: false, preemptionPolicy: '' },
];

export class AdmissionPolicies {
  readonly priorityClasses = new Map<string, PriorityClass>(SYSTEM_CLASSES.map((each) => [each.name, each]));
  readonly runtimeClasses = new Map<string, RuntimeClass>();
  /** By namespace, in input order. */
  readonly containerDefaults = new Map<string, ContainerDefaults[]>();

  /** The class of pods that name none; of several marked so, the one with the lowest value (upstream getDefaultPriorityClass). */
  defaultPriorityClass(): PriorityClass | undefined {
    let chosen: PriorityClass | undefined;
    for (const each of this.priorityClasses.values()) {
      if (each.globalDefault && (chosen === undefined || each.value < chosen.value)) chosen = each;
    }
    return chosen;
  }
}

/** A StorageClass with what decides between several defaults. */
export interface DatedStorageClass {
  readonly storageClass: StorageClass;
  readonly createdMs: number;
}

/** The default class for claims that name none: the newest, then the first by name (upstream GetDefaultClass). */
export function defaultStorageClass(classes: Iterable<DatedStorageClass>): StorageClass | undefined {
  let chosen: DatedStorageClass | undefined;
  for (const each of classes) {
    if (!each.storageClass.isDefault) continue;
    const newer = chosen === undefined || each.createdMs > chosen.createdMs;
    const tied = each.createdMs === chosen?.createdMs && each.storageClass.name < chosen.storageClass.name;
    if (newer || tied) chosen = each;
  }
  return chosen?.storageClass;
}
