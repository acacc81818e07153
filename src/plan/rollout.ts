import { secondsNow } from '../base/clock.ts';
import type { EngineOptions } from '../engine/options.ts';
import type { Rollout } from '../model/plan-results.ts';
import { API_VERSION } from '../model/results.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { Cluster } from './cluster.ts';
import { DeploymentRollout } from './rollout-deployment.ts';
import { StatefulSetRollout } from './rollout-stateful-set.ts';
import type { Watched } from './states.ts';
import { fencepostsOf, partitionOf, strategyOf, type Workload, type WorkloadReference, withNewReplicaSet, workloadOf } from './workload.ts';

export interface RolloutOptions extends EngineOptions, Watched {
  /** Changes that the update makes, see `withSettings`; without any it is a restart: every pod is replaced by one like it. */
  readonly set?: readonly string[];
}

/** How an update went; `stuck` says where and why it stopped. */
export interface RolledOut {
  readonly steps: Rollout['steps'];
  readonly pending: Rollout['pending'];
  readonly preempted: Rollout['preempted'];
  readonly leastAvailable: number;
  readonly stuck?: string;
}

/**
 * Whether an update of a Deployment or StatefulSet comes to its end, act by act as the controller does it, with the scheduler placing the pods in
 * between. A pod is ready as soon as it has a node. Waiting pods of the snapshot are placed before.
 *
 * O(replicas) runs of the scheduler.
 *
 * @throws PlimsollError NOT_FOUND for the workload, USAGE for settings, FIELD and others for what an API server would refuse, and what
 * `resolveOptions` throws.
 */
export async function rollout(snapshot: Snapshot, reference: WorkloadReference, options: RolloutOptions = {}): Promise<Rollout> {
  const started = secondsNow();
  const { set = [], onStates, ...engineOptions } = options;
  const workload = workloadOf(snapshot, reference, set);
  const strategy = describe(workload);
  const cluster = new Cluster(withNewReplicaSet(workload), engineOptions);
  const before = await cluster.settle();
  const settled = onStates && cluster.engine.snapshot();
  const { stuck, ...done } = await rollOut(workload, cluster);
  if (settled) onStates?.({ before: settled, after: cluster.engine.snapshot() });
  const { leastAvailable, ...told } = done;
  const remedy = stuck === undefined ? undefined : await remedyFor(workload, snapshot, reference, set, engineOptions);
  return {
    apiVersion: API_VERSION,
    kind: 'Rollout',
    provenance: cluster.engine.provenance,
    workload: { kind: workload.kind, namespace: workload.namespace, name: workload.name },
    completes: stuck === undefined,
    ...(stuck === undefined ? {} : { reason: stuck }),
    ...(remedy === undefined ? {} : { remedy }),
    strategy,
    ...told,
    summary: { nodes: snapshot.nodes.length, leastAvailable, pendingBefore: before.waiting.size, seconds: secondsNow() - started },
    notModelled: [
      ...snapshot.notModelled,
      ...cluster.engine.settings.warnings,
      ...workload.notRead.map((setting) => `${setting} sets nothing that scheduling reads`),
    ],
  };
}

function rollOut(workload: Workload, cluster: Cluster): Promise<RolledOut> {
  return workload.kind === 'Deployment' ? new DeploymentRollout(workload, cluster).run() : new StatefulSetRollout(workload, cluster).run();
}

function describe(workload: Workload): Rollout['strategy'] {
  const type = strategyOf(workload);
  const { replicas } = workload;
  if (workload.kind === 'StatefulSet') return { type, replicas, ...(type === 'RollingUpdate' ? { partition: partitionOf(workload) } : {}) };
  return { type, replicas, ...(type === 'RollingUpdate' ? fencepostsOf(workload) : {}) };
}

/** The mildest other strategy of a Deployment with which the same update completes. */
async function remedyFor(
  workload: Workload,
  snapshot: Snapshot,
  reference: WorkloadReference,
  set: readonly string[],
  options: EngineOptions,
): Promise<string | undefined> {
  if (workload.kind !== 'Deployment' || strategyOf(workload) !== 'RollingUpdate') return undefined;
  const { maxUnavailable } = fencepostsOf(workload);
  const candidates = maxUnavailable === 0 ? [['maxUnavailable=1']] : [];
  candidates.push(['maxSurge=0', `maxUnavailable=${Math.max(1, maxUnavailable)}`], ['strategy=Recreate']);
  for (const candidate of candidates) {
    const other = workloadOf(snapshot, reference, [...set, ...candidate]);
    const cluster = new Cluster(withNewReplicaSet(other), options);
    await cluster.settle();
    if ((await rollOut(other, cluster)).stuck === undefined) return candidate.join(' ');
  }
  return undefined;
}
