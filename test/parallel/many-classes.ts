import type { EngineOptions } from '../../src/engine/options.ts';
import type { Pod, PodTemplate } from '../../src/model/pod.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { type SchedulerCase, schedulerCase } from '../support/scheduler-cases.ts';

/** Clusters whose pods meet in one. */
const DONORS = 6;
/** Pods of each class: fewer would be decided without tables. */
const COPIES = 3;

/** A random cluster with the pending pods of many: some hundred classes over nodes that fit few of them, in the fixed tie mode. */
export function manyClasses(seed: number, options: Partial<EngineOptions> = {}): SchedulerCase {
  const host = schedulerCase(seed * 1000, true);
  const pods = new Map<PodTemplate, readonly Pod[]>();
  const bound = host.snapshot.pods.filter((pod) => pod.nodeName !== '');
  for (let donor = 1; donor <= DONORS; donor++) {
    for (const pod of schedulerCase(seed * 1000 + donor).snapshot.pods) {
      const template = { ...pod.template, schedulerName: 'default-scheduler', schedulingGates: [] };
      const waiting = { ...pod, template, nodeName: '', nominatedNodeName: '', terminating: false };
      const names = Array.from({ length: COPIES }, (_, copy) => `waiting-${pods.size}-${copy}`);
      pods.set(
        pod.template,
        names.map((name) => ({ ...waiting, name, uid: name })),
      );
    }
  }
  const snapshot: Snapshot = { ...host.snapshot, pods: [...bound, ...[...pods.values()].flat()] };
  return { name: `seed ${seed}`, snapshot, options: { ...host.options, ...options } };
}
