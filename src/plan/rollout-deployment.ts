import { type Pod, podKey } from '../model/pod.ts';
import { type Cluster, replacementOf } from './cluster.ts';
import type { RolledOut } from './rollout.ts';
import { RolloutSteps } from './rollout-steps.ts';
import { type Fenceposts, fencepostsOf, newPod, podsOf, strategyOf, type Workload } from './workload.ts';

/** The Deployment controller at work on one update (upstream pkg/controller/deployment rolling.go, recreate.go). */
export class DeploymentRollout {
  private readonly workload: Workload;
  private readonly at: RolloutSteps;
  private created = 0;

  constructor(workload: Workload, cluster: Cluster) {
    this.workload = workload;
    this.at = new RolloutSteps(
      cluster,
      podsOf(workload).flatMap((pod) => cluster.pods.get(podKey(pod)) ?? []),
    );
  }

  async run(): Promise<RolledOut> {
    await this.scaleOld();
    if (strategyOf(this.workload) === 'Recreate') await this.recreate();
    else await this.roll(fencepostsOf(this.workload));
    const { steps, preempted, leastAvailable } = this.at;
    const pending = this.at.pending();
    const done = this.at.podsOf('old').length === 0 && this.at.availableOf('new') === this.workload.replicas;
    return { steps, pending, preempted, leastAvailable, ...(done ? {} : { stuck: this.whyStuck() }) };
  }

  /** A change of the replicas reaches the old ReplicaSet before the new one exists. */
  private async scaleOld(): Promise<void> {
    const old = this.at.podsOf('old');
    const [first] = old;
    const more = this.workload.replicas - old.length;
    if (!first) return;
    if (more < 0) await this.at.delete('old', this.chosen(old).slice(0, -more));
    const taken = new Set(old.map(({ name }) => name));
    const names = Array.from({ length: Math.max(0, more) + taken.size }, (_, i) => `${this.workload.name}-old-${i}`).filter(
      (name) => !taken.has(name),
    );
    if (more > 0)
      await this.at.create(
        'old',
        names.slice(0, more).map((name) => ({ ...replacementOf(first, 1), name, createdMs: first.createdMs })),
      );
  }

  private async recreate(): Promise<void> {
    const old = this.at.podsOf('old');
    if (old.length > 0) await this.at.delete('old', old);
    await this.create(this.workload.replicas);
  }

  /** Up where the surge allows it, else down where availability allows it, until neither. Each turn creates or deletes for good, so it ends. */
  private async roll(fenceposts: Fenceposts): Promise<void> {
    for (;;) {
      const up = this.scaleUp(fenceposts);
      if (up > 0) {
        await this.create(up);
        continue;
      }
      const down = this.scaleDown(fenceposts);
      if (down.length === 0) return;
      await this.at.delete('old', down);
    }
  }

  private scaleUp({ maxSurge }: Fenceposts): number {
    const { replicas } = this.workload;
    const fresh = this.at.podsOf('new').length;
    return Math.min(replicas + maxSurge - this.at.podsOf('old').length - fresh, replicas - fresh);
  }

  /** Old pods that may go: those without a node first, as far as that makes nothing worse, then as many as are available beyond what is needed. */
  private scaleDown({ maxUnavailable }: Fenceposts): Pod[] {
    const old = this.chosen(this.at.podsOf('old'));
    const fresh = this.at.podsOf('new').length;
    const needed = this.workload.replicas - maxUnavailable;
    const most = old.length + fresh - needed - (fresh - this.at.availableOf('new'));
    if (old.length === 0 || most <= 0) return [];
    const unhealthy = old.filter((pod) => !this.at.runs(pod)).slice(0, most);
    const healthy = old.filter((pod) => !unhealthy.includes(pod)).slice(0, Math.max(0, this.at.available() - needed));
    return [...unhealthy, ...healthy];
  }

  /** The order in which a ReplicaSet deletes (upstream ActivePodsWithRanks): without a node, with most siblings on its node, the youngest. */
  private chosen(pods: readonly Pod[]): Pod[] {
    const siblings = new Map<string, number>();
    for (const { nodeName } of [...this.at.podsOf('old'), ...this.at.podsOf('new')])
      siblings.set(nodeName, (siblings.get(nodeName) ?? 0) + 1);
    const rank = (pod: Pod) => (this.at.runs(pod) ? (siblings.get(pod.nodeName) as number) : Number.POSITIVE_INFINITY);
    const byRank = (a: Pod, b: Pod) => (rank(a) === rank(b) ? 0 : rank(b) - rank(a));
    return [...pods].sort((a, b) => byRank(a, b) || b.createdMs - a.createdMs || (a.name < b.name ? -1 : 1));
  }

  private async create(count: number): Promise<void> {
    if (count <= 0) return;
    const pods = Array.from({ length: count }, () => newPod(this.workload, this.created++));
    await this.at.create('new', pods);
  }

  private whyStuck(): string {
    const { replicas } = this.workload;
    const [old, fresh, available] = [this.at.podsOf('old').length, this.at.podsOf('new').length, this.at.available()];
    const pending = this.at.pending();
    const where = `stops with ${old} old and ${fresh} new pods of ${replicas}: ${pending.length} without a node, ${available} available`;
    const needed = strategyOf(this.workload) === 'Recreate' ? '' : `, ${replicas - fencepostsOf(this.workload).maxUnavailable} needed`;
    return `${where}${needed}. ${pending[0]?.name}: ${pending[0]?.message}`;
  }
}
