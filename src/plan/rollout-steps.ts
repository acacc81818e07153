import type { DrainPreemption, RolloutPod, RolloutStep } from '../model/plan-results.ts';
import { type Pod, podKey } from '../model/pod.ts';
import type { Unschedulable } from '../model/results.ts';
import type { Cluster } from './cluster.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The pods of one workload in a cluster, and the acts of its controller so far. */
export class RolloutSteps {
  readonly steps: RolloutStep[] = [];
  readonly preempted: Mutable<DrainPreemption>[] = [];
  readonly old: Set<string>;
  readonly fresh = new Set<string>();
  leastAvailable: number;
  private readonly cluster: Cluster;
  private messages: ReadonlyMap<string, string> = new Map();

  constructor(cluster: Cluster, old: readonly Pod[]) {
    this.cluster = cluster;
    this.old = new Set(old.map(podKey));
    this.leastAvailable = this.available();
  }

  async create(revision: 'old' | 'new', pods: readonly Pod[]): Promise<void> {
    const set = this.setOf(revision);
    for (const pod of pods) {
      set.add(podKey(pod));
      this.cluster.add(pod);
    }
    await this.settle();
    this.note('create', revision, pods.map(podKey));
  }

  async delete(revision: 'old' | 'new', pods: readonly Pod[]): Promise<void> {
    const set = this.setOf(revision);
    const gone = pods.map(
      ({ namespace, name, nodeName }): RolloutPod => ({ namespace, name, ...(nodeName === '' ? {} : { node: nodeName }) }),
    );
    for (const pod of pods) {
      set.delete(podKey(pod));
      this.cluster.remove(pod);
    }
    // Between the two nothing is ready yet.
    this.leastAvailable = Math.min(this.leastAvailable, this.available());
    await this.settle();
    this.push('delete', revision, gone);
  }

  /** Pods of a revision as they are now. */
  podsOf(revision: 'old' | 'new'): Pod[] {
    return [...this.setOf(revision)].flatMap((key) => this.cluster.pods.get(key) ?? []);
  }

  availableOf(revision: 'old' | 'new'): number {
    return this.podsOf(revision).filter((pod) => this.runs(pod)).length;
  }

  available(): number {
    return this.availableOf('old') + this.availableOf('new');
  }

  /** Pods of the workload without a node. */
  pending(): Unschedulable[] {
    const waiting = [...this.podsOf('new'), ...this.podsOf('old')].filter((pod) => !this.runs(pod));
    return waiting.map((pod) => ({ namespace: pod.namespace, name: pod.name, message: this.messageOf(pod) }));
  }

  /** On a node that is there. */
  runs({ nodeName }: Pod): boolean {
    return this.cluster.nodeNames.has(nodeName);
  }

  private messageOf(pod: Pod): string {
    return pod.nodeName === '' ? (this.messages.get(podKey(pod)) ?? '') : `is bound to ${pod.nodeName}, which is not in the snapshot`;
  }

  private setOf(revision: 'old' | 'new'): Set<string> {
    return revision === 'old' ? this.old : this.fresh;
  }

  private async settle(): Promise<void> {
    const { waiting, placed, preempted } = await this.cluster.settle();
    this.messages = waiting;
    for (const { victim, node, by } of preempted) {
      const { namespace, name } = victim;
      const key = podKey(victim);
      if (!this.old.has(key) && !this.fresh.has(key)) this.preempted.push({ namespace, name, node, by });
    }
    for (const preemption of this.preempted) {
      const to = placed.get(podKey(preemption));
      if (to !== undefined) preemption.to = to;
    }
  }

  private note(action: RolloutStep['action'], revision: 'old' | 'new', keys: readonly string[]): void {
    const pods = keys.flatMap((key): RolloutPod[] => {
      const pod = this.cluster.pods.get(key);
      if (!pod) return [];
      const { namespace, name, nodeName } = pod;
      return [{ namespace, name, ...(this.runs(pod) ? { node: nodeName } : { message: this.messageOf(pod) }) }];
    });
    this.push(action, revision, pods);
  }

  private push(action: RolloutStep['action'], revision: 'old' | 'new', pods: readonly RolloutPod[]): void {
    const available = this.available();
    this.leastAvailable = Math.min(this.leastAvailable, available);
    this.steps.push({ action, revision, pods, old: this.podsOf('old').length, new: this.podsOf('new').length, available });
  }
}
