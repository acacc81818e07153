import { PlimsollError } from '../../base/errors.ts';
import { expandDaemonSet } from './daemon-set.ts';
import type { ControllerManifest, Inventory } from './inventory.ts';
import { expandCronJob, expandJob } from './job.ts';
import { expandDeployment, expandReplicas } from './replicas.ts';
import { expandStatefulSet } from './stateful-set.ts';

const EXPANSIONS: Readonly<Record<string, (controller: ControllerManifest, inventory: Inventory) => void>> = {
  Deployment: expandDeployment,
  ReplicaSet: expandReplicas,
  ReplicationController: expandReplicas,
  StatefulSet: expandStatefulSet,
  DaemonSet: expandDaemonSet,
  Job: expandJob,
  CronJob: expandCronJob,
};

/**
 * Adds the pods that the controllers in the input would have made and the input lacks, in input order. Pods that are there
 * (running or waiting, not finished or being deleted) reduce the number. Run after everything has been read.
 */
export function expandControllers(inventory: Inventory): void {
  for (const controller of inventory.controllers) {
    try {
      if (!isMadeByOther(controller, inventory)) EXPANSIONS[controller.kind]?.(controller, inventory);
    } catch (error) {
      throw error instanceof PlimsollError ? error.at(controller.place) : error;
    }
    // Outside of the catch: what the next sink throws already has its place.
    inventory.flush();
  }
}

/** A Deployment in the input speaks for its ReplicaSets. */
function isMadeByOther(controller: ControllerManifest, inventory: Inventory): boolean {
  const { owner } = controller;
  return controller.kind === 'ReplicaSet' && owner?.kind === 'Deployment' && inventory.has('Deployment', controller.namespace, owner.name);
}
