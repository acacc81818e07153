import type { KubeVersion } from '../../src/model/gates.ts';
import type { RawItem } from '../support/fleet-draw.ts';

/**
 * What can be asked. `explain`: each pod against the cluster as given, node by node. `preempt`: the same, for clusters in which pods evict
 * each other. `sequence`: a whole run, each placement seen by the next pod.
 */
export const MODES = ['explain', 'sequence', 'preempt'] as const;
export type Mode = (typeof MODES)[number];

/** One question that both sides answer. Everything they need is in it, so that it can be written down and asked again. */
export interface ParityCase {
  readonly name: string;
  readonly mode: Mode;
  readonly version: KubeVersion;
  /** Gates that differ from the release's defaults. */
  readonly featureGates: Readonly<Record<string, boolean>>;
  /** A KubeSchedulerConfiguration v1. */
  readonly config: RawItem;
  /** Nodes and pods among the others; node order and pod arrival are the order in this list. */
  readonly objects: readonly RawItem[];
}

/** What one side says about one node for one pod. */
export interface NodeAnswer {
  readonly name: string;
  readonly code: string;
  /** The first plugin that refuses the node. */
  readonly plugin?: string;
  readonly reasons?: readonly string[];
  readonly raw?: Readonly<Record<string, number>>;
  readonly normalized?: Readonly<Record<string, number>>;
  readonly weighted?: Readonly<Record<string, number>>;
  readonly total?: number;
}

/** What one side says about one pod, every node of the request in its order. Pods are named `namespace/name`. */
export interface PodAnswer {
  readonly pod: string;
  /** The attempt ends with this internal error. */
  readonly error?: string;
  readonly nodes?: readonly NodeAnswer[];
  readonly feasible?: number;
  readonly best?: number;
  /** Names of the nodes with the best total. */
  readonly tied?: readonly string[];
  /** Where the pod goes: the node that it is nominated to, else the root of upstream's heap over all nodes. */
  readonly node?: string;
  readonly message?: string;
  readonly nominated?: string;
  readonly victims?: readonly string[];
}

/** A whole run, without the attempts that were repeated. */
export interface RunAnswer {
  /** `pod node` in the order of decision; pods that were evicted later are left out. */
  readonly placements: readonly string[];
  readonly preemptions: readonly { readonly pod: string; readonly node: string; readonly victims: readonly string[] }[];
  /** The last message of each pod that is left without a node. */
  readonly failed: Readonly<Record<string, string>>;
}

/** The answer to a case: `pods` to explain and preempt, `run` to a sequence, `invalid` when the side does not take the question at all. */
export interface Answer {
  readonly pods?: readonly PodAnswer[];
  readonly run?: RunAnswer;
  readonly invalid?: string;
}

/** The pods that `explain` and `preempt` ask about: pending ones that nothing holds back. */
export function askedPods({ objects }: ParityCase): string[] {
  return objects.filter(isAsked).map(({ metadata }) => {
    const { namespace = 'default', name } = metadata as { readonly namespace?: string; readonly name: string };
    return `${namespace}/${name}`;
  });
}

function isAsked(item: RawItem): boolean {
  const { metadata, spec = {} } = item as { readonly metadata?: RawItem; readonly spec?: RawItem };
  if (item.kind !== 'Pod' || metadata?.deletionTimestamp !== undefined) return false;
  return spec.nodeName === undefined && spec.schedulingGates === undefined;
}
