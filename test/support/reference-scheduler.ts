import { PlimsollError } from '../../src/base/errors.ts';
import { Prng } from '../../src/base/prng.ts';
import { type FailedAttempt, filterNode, narrowedAway, type Rejection, runPreFilter } from '../../src/engine/cycle.ts';
import { fitErrorMessage, NO_NODES_MESSAGE, postFilterMessage, statusMessage } from '../../src/engine/message.ts';
import { nodeOrder } from '../../src/engine/node-order.ts';
import { type EngineOptions, resolveOptions, type Settings } from '../../src/engine/options.ts';
import { type NotPreempted, type Preempted, preempt } from '../../src/engine/preemption.ts';
import { DisruptionBudgets } from '../../src/engine/preemption-budgets.ts';
import { LeastPriorities } from '../../src/engine/preemption-index.ts';
import { SchedulingQueue } from '../../src/engine/queue.ts';
import { queueHints } from '../../src/engine/queue-hints.ts';
import type { ResolvedProfile } from '../../src/engine/resolved-profile.ts';
import { feasibleNodesWanted } from '../../src/engine/sampling.ts';
import { firstWinner, heapWinner, scoreNodes, tiedWinners } from '../../src/engine/scoring.ts';
import { isSince } from '../../src/model/gates.ts';
import { type Pod, podKey } from '../../src/model/pod.ts';
import type { Schedule } from '../../src/model/results.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { gatedStatus } from '../../src/rules/scheduling-gates.ts';
import { ClusterView, type NodeView } from '../../src/rules/view.ts';

/** The parts of a Schedule that say what was decided. */
export type Decisions = Pick<Schedule, 'placements' | 'unschedulable' | 'preemptions'>;

/** The first thing that the engine decided otherwise than the reference. */
export function firstDifference(want: Decisions, got: Decisions): string | undefined {
  for (const part of ['preemptions', 'placements', 'unschedulable'] as const) {
    for (let i = 0; i < Math.max(want[part].length, got[part].length); i++) {
      const [wanted, found] = [JSON.stringify(want[part][i]), JSON.stringify(got[part][i])];
      if (wanted !== found) return `${part}[${i}]: reference ${wanted}, engine ${found}`;
    }
  }
  return undefined;
}

/** A finished reference run, the cluster it left behind, and the attempts made, so that a test can see that it tests something. */
export interface ReferenceRun {
  readonly decisions: Decisions;
  readonly view: ClusterView;
  readonly attempts: number;
}

type Attempt =
  | { readonly kind: 'placed'; readonly node: NodeView }
  | { readonly kind: 'preempting'; readonly node: NodeView; readonly victims: readonly Pod[]; readonly plugins: ReadonlySet<string> }
  | { readonly kind: 'failed'; readonly message: string; readonly plugins: ReadonlySet<string> };

interface Scan {
  readonly feasible: NodeView[];
  readonly rejections: Map<number, Rejection>;
  /** A rule has failed: the scan ended there. */
  readonly failure?: string;
}

/**
 * The slow scheduler that the engine is held against: upstream's `ScheduleOne` at parallelism 1 told once more over the plain twins, one pod
 * at a time, without columns, classes, batches or memory of earlier answers.
 */
export function referenceSchedule(snapshot: Snapshot, options: EngineOptions = {}): ReferenceRun {
  return new ReferenceScheduler(snapshot, resolveOptions(options)).run();
}

class ReferenceScheduler {
  private readonly settings: Settings;
  private readonly view: ClusterView;
  private readonly profiles: ReadonlyMap<string, ResolvedProfile>;
  private readonly waiting: readonly Pod[];
  private readonly held: readonly { readonly pod: Pod; readonly message: string }[];
  private readonly order: readonly NodeView[];
  private readonly nominatedTo = new Map<string, string>();
  private readonly budgets: DisruptionBudgets;
  private readonly queue: SchedulingQueue;
  private readonly prng: Prng;
  private nextStart = 0;

  constructor(snapshot: Snapshot, settings: Settings) {
    this.settings = settings;
    this.view = ClusterView.of(snapshot, settings.semantics);
    this.profiles = new Map(settings.profiles.map((profile) => [profile.schedulerName, profile]));
    const unbound = snapshot.pods.filter((pod) => pod.nodeName === '' && this.profiles.has(pod.template.schedulerName));
    this.held = unbound.flatMap((pod) => {
      const message = this.heldBack(pod);
      return message === undefined ? [] : [{ pod, message }];
    });
    this.waiting = unbound.filter((pod) => this.heldBack(pod) === undefined);
    this.order = nodeOrder(snapshot.nodes).map((row) => this.view.nodes[row] as NodeView);
    this.budgets = new DisruptionBudgets(snapshot.objects.podDisruptionBudgets);
    const { semantics, untilStable, seed } = settings;
    const hints = queueHints({ objects: snapshot.objects, semantics, profileOf: (template) => this.profiles.get(template.schedulerName) });
    this.queue = new SchedulingQueue(this.waiting, { wakeAfterPlacement: untilStable, hints });
    this.prng = new Prng(seed);
    const held = isSince(semantics.kubeVersion, '1.37') ? unbound.filter((pod) => this.gateOf(pod)) : [];
    for (const pod of [...this.waiting, ...held]) if (pod.nominatedNodeName !== '') this.nominate(pod, pod.nominatedNodeName);
  }

  run(): ReferenceRun {
    const placed: { pod: Pod; node: string }[] = [];
    const preemptions: { pod: Pod; node: string; victims: readonly Pod[] }[] = [];
    const failed = new Map<number, string>();
    let attempts = 0;
    for (let next = this.queue.take(1)[0]; next !== undefined; next = this.queue.take(1)[0]) {
      const pod = this.waiting[next] as Pod;
      const promised = this.nominatedTo.get(podKey(pod));
      const result = this.attempt(pod, this.profiles.get(pod.template.schedulerName) as ResolvedProfile);
      attempts++;
      failed.delete(next);
      if (result.kind === 'placed') {
        this.place(pod, result.node);
        placed.push({ pod, node: result.node.node.name });
        this.queue.placed(next);
      } else if (result.kind === 'preempting') {
        this.queue.preempting(next, result.plugins);
        this.evict(pod, result.node, result.victims);
        preemptions.push({ pod, node: result.node.node.name, victims: result.victims });
      } else {
        failed.set(next, result.message);
        this.queue.failed(next, result.plugins);
      }
      const lost = result.kind !== 'placed' && promised !== undefined && promised !== this.nominatedTo.get(podKey(pod));
      if (lost) this.queue.nominationLost(pod);
    }
    const victims = new Set(preemptions.flatMap((preemption) => preemption.victims));
    const decisions: Decisions = {
      placements: placed.filter(({ pod }) => !victims.has(pod)).map(({ pod, node }) => ({ ...reference(pod), node })),
      unschedulable: [
        ...[...failed].sort(([a], [b]) => a - b).map(([index, message]) => ({ ...reference(this.waiting[index] as Pod), message })),
        ...this.held.map(({ pod, message }) => ({ ...reference(pod), message })),
      ],
      preemptions: preemptions.map((one) => ({ ...reference(one.pod), node: one.node, victims: one.victims.map(reference) })),
    };
    return { decisions, view: this.view, attempts };
  }

  private gateOf(pod: Pod): string | undefined {
    const profile = this.profiles.get(pod.template.schedulerName);
    return profile?.preEnqueue.includes('SchedulingGates') ? gatedStatus(pod)?.reasons.join() : undefined;
  }

  private heldBack(pod: Pod): string | undefined {
    return this.gateOf(pod) ?? (pod.terminating ? `skip schedule deleting pod: ${podKey(pod)}` : undefined);
  }

  private attempt(pod: Pod, profile: ResolvedProfile): Attempt {
    if (this.view.nodes.length === 0) {
      this.forgetNomination(pod);
      return { kind: 'failed', message: NO_NODES_MESSAGE, plugins: new Set() };
    }
    try {
      return this.cycle(pod, profile);
    } catch (error) {
      if (!(error instanceof PlimsollError)) throw error;
      // An error ends the attempt without PostFilter, and the nomination with it.
      this.forgetNomination(pod);
      return { kind: 'failed', message: error.problem, plugins: new Set() };
    }
  }

  private cycle(pod: Pod, profile: ResolvedProfile): Attempt {
    const outcome = runPreFilter(pod, this.view, profile);
    const { filters, rejection, nodeNames, narrowedBy } = outcome;
    const prepared = filters ? { filters } : {};
    if (rejection || !filters) {
      const absent = (rejection as Rejection).status;
      const plugins = new Set([(rejection as Rejection).plugin, ...narrowedBy].filter((name) => name !== ''));
      const attempt = { pod, cluster: this.view, profile, ...prepared, rejections: new Map(), absent };
      return this.postFilter(attempt, plugins, statusMessage(absent));
    }
    const rejections = new Map<number, Rejection>();
    const nominated = this.nominatedTo.get(podKey(pod));
    const promised = nominated === undefined ? undefined : this.view.nodeByName.get(nominated);
    if (promised) {
      const refusal = filterNode(filters, promised);
      if (!refusal) return { kind: 'placed', node: promised };
      if (!refusal.status.failure) rejections.set(promised.row, refusal);
    }
    const list = nodeNames ? this.order.filter(({ node }) => nodeNames.has(node.name)) : this.order;
    const { feasible, failure } = this.scan(list, this.wanted(list, profile), (node) => filterNode(filters, node), rejections);
    if (failure !== undefined) {
      this.forgetNomination(pod);
      return { kind: 'failed', message: failure, plugins: new Set() };
    }
    if (feasible.length > 0) return { kind: 'placed', node: this.choose(pod, profile, feasible) };
    const refusal = promised && rejections.get(promised.row);
    const absent = nodeNames ? narrowedAway(outcome, refusal) : ({ code: 'UnschedulableAndUnresolvable', reasons: [] } as const);
    const plugins = new Set([...narrowedBy, ...[...rejections.values()].map(({ plugin }) => plugin)]);
    return this.postFilter({ pod, cluster: this.view, profile, filters, rejections, absent }, plugins);
  }

  /** Without scores upstream is content with the first node that fits. That is sampling, which `first` and `seeded` do only when asked. */
  private wanted(list: readonly NodeView[], profile: ResolvedProfile): number {
    const { percentageOfNodesToScore, score } = profile;
    const asUpstream = this.settings.tie === 'heap' || percentageOfNodesToScore < 100;
    return score.length === 0 && asUpstream ? Math.min(1, list.length) : feasibleNodesWanted(list.length, percentageOfNodesToScore);
  }

  private scan(
    list: readonly NodeView[],
    wanted: number,
    check: (node: NodeView) => Rejection | undefined,
    rejections: Map<number, Rejection>,
  ): Scan {
    const feasible: NodeView[] = [];
    let failure: string | undefined;
    for (let i = 0; i < list.length; i++) {
      const node = list[(this.nextStart + i) % list.length] as NodeView;
      const refusal = check(node);
      if (refusal?.status.failure) {
        failure = statusMessage(refusal.status);
        break;
      }
      if (refusal) rejections.set(node.row, refusal);
      else if (feasible.length === wanted) break;
      else feasible.push(node);
    }
    this.nextStart = (this.nextStart + feasible.length + rejections.size) % this.view.nodes.length;
    return { feasible, rejections, ...(failure === undefined ? {} : { failure }) };
  }

  /** `first` and `seeded` go by snapshot order, `heap` by the order of the scan. */
  private choose(pod: Pod, profile: ResolvedProfile, scanned: readonly NodeView[]): NodeView {
    const { tie } = this.settings;
    const feasible = tie === 'heap' ? scanned : [...scanned].sort((a, b) => a.row - b.row);
    if (feasible.length === 1) return feasible[0] as NodeView;
    const { totals } = scoreNodes(pod, feasible, this.view, profile);
    if (tie === 'heap') return feasible[heapWinner(totals)] as NodeView;
    if (tie === 'first') return feasible[firstWinner(totals)] as NodeView;
    const tied = tiedWinners(totals);
    return feasible[tied.length === 1 ? (tied[0] as number) : this.prng.pick(tied)] as NodeView;
  }

  private postFilter(attempt: FailedAttempt, plugins: ReadonlySet<string>, preFilter?: string): Attempt {
    const { pod, profile, rejections, absent } = attempt;
    let preempted: Preempted | NotPreempted | undefined;
    const postFilter = postFilterMessage(attempt, (_, args) => {
      preempted = preempt(this.view, pod, profile, (row) => rejections.get(row)?.status ?? absent, {
        args,
        budgets: this.budgets,
        nominatedNode: this.nominatedTo.get(podKey(pod)) ?? '',
        ...(attempt.filters ? { filters: attempt.filters } : {}),
        // Nothing is drawn where nobody anywhere is less important; the index that tells is made anew each time.
        ...(this.settings.tie === 'seeded' ? { random: this.prng, leastPriorities: new LeastPriorities(this.view) } : {}),
      });
      return 'node' in preempted ? { node: preempted.node, message: '' } : preempted;
    });
    if (preempted && 'node' in preempted) {
      return { kind: 'preempting', node: this.view.nodes[preempted.row] as NodeView, victims: preempted.victims, plugins };
    }
    if (profile.postFilter.length === 0 || (preempted && !preempted.keepsNomination)) this.forgetNomination(pod);
    const message = fitErrorMessage({
      nodeCount: this.view.nodes.length,
      statuses: [...rejections.values()].map(({ status }) => status),
      absent,
      postFilter,
      ...(preFilter === undefined ? {} : { preFilter }),
    });
    return { kind: 'failed', message, plugins };
  }

  private place(pod: Pod, node: NodeView): void {
    this.forgetNomination(pod);
    node.addPod(pod);
    const profile = this.profiles.get(pod.template.schedulerName) as ResolvedProfile;
    for (const { rule, args } of profile.reserve) rule.reserve?.(pod, node, this.view, args);
  }

  private evict(pod: Pod, node: NodeView, victims: readonly Pod[]): void {
    for (const victim of victims) {
      node.removePod(victim);
      this.budgets.podLeft(victim);
      this.queue.deleted(victim);
    }
    const { name } = node.node;
    for (const other of [...(this.view.nominated.get(name) ?? [])]) {
      if (other.template.priority >= pod.template.priority) continue;
      this.forgetNomination(other);
      this.queue.nominationTaken(other);
    }
    this.nominate(pod, name);
  }

  private nominate(pod: Pod, nodeName: string): void {
    this.forgetNomination(pod);
    this.nominatedTo.set(podKey(pod), nodeName);
    this.view.nominated.set(nodeName, [...(this.view.nominated.get(nodeName) ?? []), pod]);
  }

  private forgetNomination(pod: Pod): void {
    const key = podKey(pod);
    const nodeName = this.nominatedTo.get(key);
    if (nodeName === undefined) return;
    this.nominatedTo.delete(key);
    const left = (this.view.nominated.get(nodeName) ?? []).filter((other) => podKey(other) !== key);
    if (left.length > 0) this.view.nominated.set(nodeName, left);
    else this.view.nominated.delete(nodeName);
  }
}

function reference({ namespace, name }: Pod): { namespace: string; name: string } {
  return { namespace, name };
}
