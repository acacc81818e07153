import { type Pod, podKey } from '../model/pod.ts';
import type { Cluster } from './cluster.ts';
import type { RolledOut } from './rollout.ts';
import { RolloutSteps } from './rollout-steps.ts';
import { firstOrdinal, newPod, partitionOf, podsOf, strategyOf, type Workload } from './workload.ts';

/**
 * The StatefulSet controller at work on one update: missing ordinals in order, surplus ones from the last, then each pod from the last down to the
 * partition, which goes on only while every pod has a node (upstream pkg/controller/statefulset stateful_set_control.go, one at a time).
 */
export class StatefulSetRollout {
  private readonly workload: Workload;
  private readonly cluster: Cluster;
  private readonly at: RolloutSteps;

  constructor(workload: Workload, cluster: Cluster) {
    this.workload = workload;
    this.cluster = cluster;
    this.at = new RolloutSteps(
      cluster,
      podsOf(workload).flatMap((pod) => cluster.pods.get(podKey(pod)) ?? []),
    );
  }

  async run(): Promise<RolledOut> {
    await this.rollAll();
    const { steps, preempted, leastAvailable } = this.at;
    const pending = this.at.pending();
    const stuck = pending.length > 0 ? this.whyStuck(pending[0] as (typeof pending)[number]) : undefined;
    return { steps, pending, preempted, leastAvailable, ...(stuck === undefined ? {} : { stuck }) };
  }

  private async rollAll(): Promise<void> {
    const { workload } = this;
    const first = firstOrdinal(workload);
    const end = first + workload.replicas;
    for (let ordinal = first; ordinal < end; ordinal++) {
      if (this.podAt(ordinal)) continue;
      if (this.waits()) return;
      await this.at.create('new', [newPod(workload, ordinal)]);
    }
    const names = new Set(Array.from({ length: workload.replicas }, (_, i) => `${workload.name}-${first + i}`));
    for (const pod of this.at
      .podsOf('old')
      .filter(({ name }) => !names.has(name))
      .reverse())
      await this.at.delete('old', [pod]);
    if (strategyOf(workload) === 'OnDelete') return;
    const least = Math.max(first, partitionOf(workload));
    for (let ordinal = end - 1; ordinal >= least; ordinal--) {
      if (this.waits()) return;
      const pod = this.podAt(ordinal) as Pod;
      if (!this.at.old.has(podKey(pod))) continue;
      await this.at.delete('old', [pod]);
      await this.at.create('new', [newPod(workload, ordinal)]);
    }
  }

  private podAt(ordinal: number): Pod | undefined {
    return this.cluster.pods.get(`${this.workload.namespace}/${this.workload.name}-${ordinal}`);
  }

  private waits(): boolean {
    return this.at.pending().length > 0;
  }

  private whyStuck({ name, message }: { readonly name: string; readonly message: string }): string {
    const old = this.at.podsOf('old').length;
    return `stops with ${old} old and ${this.at.podsOf('new').length} new pods of ${this.workload.replicas}: the next one waits for ${name}. ${name}: ${message}`;
  }
}
