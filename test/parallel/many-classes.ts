import type { EngineOptions } from '../../src/engine/options.ts';
import type { Pod, PodTemplate } from '../../src/model/pod.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { type SchedulerCase, schedulerCase } from '../support/scheduler-cases.ts';

/** Clusters whose pods meet in one. */
const DONORS = 6;

/** A random cluster with the pending pods of many: some hundred classes over nodes that fit few of them, in the fixed tie mode. */
export function manyClasses(seed: number, options: Partial<EngineOptions> = {}): SchedulerCase {
  const host = schedulerCase(seed * 1000, true);
  const pods = new Map<PodTemplate, Pod>();
  const bound = host.snapshot.pods.filter((pod) => pod.nodeName !== '');
  for (let donor = 1; donor <= DONORS; donor++) {
    for (const pod of schedulerCase(seed * 1000 + donor).snapshot.pods) {
      const template = { ...pod.template, schedulerName: 'default-scheduler', schedulingGates: [] };
      const name = `waiting-${pods.size}`;
      pods.set(pod.template, { ...pod, name, uid: name, template, nodeName: '', nominatedNodeName: '', terminating: false });
    }
  }
  const snapshot: Snapshot = { ...host.snapshot, pods: [...bound, ...pods.values()] };
  return { name: `seed ${seed}`, snapshot, options: { ...host.options, ...options } };
}
