import { asObject, flagAt, isObject, listAt, objectAt, type RawObject } from '../../model/parse/fields.ts';
import type { ControllerManifest, Inventory } from './inventory.ts';
import { countAt, createPod, freeNames, type Owner, ownerOf, specOf, templateOf } from './pod-manifest.ts';

/** Missing pods of a Job that is neither suspended nor finished. */
export function expandJob(job: ControllerManifest, inventory: Inventory): void {
  const status = objectAt(job.raw, 'status', '') ?? {};
  if (isFinished(status)) return;
  const succeeded = countAt(status, 'succeeded', 'status', 0);
  const { count } = inventory.activePods('Job', job.namespace, job.name);
  createJobPods(job, inventory, ownerOf(job), specOf(job), 'spec', succeeded, count);
}

/** A CronJob without a job in the input runs once. */
export function expandCronJob(cronJob: ControllerManifest, inventory: Inventory): void {
  const spec = specOf(cronJob);
  if (
    flagAt(spec, 'suspend', 'spec') ||
    inventory.ownedBy(cronJob, 'Job').some((job) => !isFinished(objectAt(job.raw, 'status', '') ?? {}))
  )
    return;
  const jobTemplate = asObject(spec.jobTemplate ?? null, 'spec.jobTemplate');
  const jobSpec = asObject(jobTemplate.spec ?? null, 'spec.jobTemplate.spec');
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: cronJob.name, uid: '' };
  createJobPods(cronJob, inventory, owner, jobSpec, 'spec.jobTemplate.spec', 0, 0);
}

function createJobPods(
  controller: ControllerManifest,
  inventory: Inventory,
  owner: Owner,
  spec: RawObject,
  path: string,
  succeeded: number,
  active: number,
): void {
  if (flagAt(spec, 'suspend', path)) return;
  const template = templateOf(spec, path);
  const missing = wantedPods(spec, path, succeeded, active) - active;
  const indexed = spec.completionMode === 'Indexed';
  const labels = { 'batch.kubernetes.io/job-name': owner.name, 'job-name': owner.name };
  const pattern = { owner, template, path: `${path}.template`, controller };
  let index = succeeded + active;
  for (const name of freeNames(inventory, controller.namespace, controller.name, Math.max(0, missing))) {
    const own = indexed ? { ...labels, 'batch.kubernetes.io/job-completion-index': String(index++) } : labels;
    createPod(inventory, pattern, name, { labels: own });
  }
}

/** How many pods the Job controller keeps running (upstream manageJob). */
function wantedPods(spec: RawObject, path: string, succeeded: number, active: number): number {
  const parallelism = countAt(spec, 'parallelism', path, 1);
  const counted = spec.completions !== undefined && spec.completions !== null;
  // Neither count written: a job of one pod. Only parallelism: a work queue, which winds down after its first success.
  if (!counted && spec.parallelism !== undefined) return succeeded > 0 ? active : parallelism;
  return Math.min(parallelism, Math.max(0, countAt(spec, 'completions', path, 1) - succeeded));
}

function isFinished(status: RawObject): boolean {
  return listAt(status, 'conditions', 'status').some(
    (condition) => isObject(condition) && condition.status === 'True' && (condition.type === 'Complete' || condition.type === 'Failed'),
  );
}
