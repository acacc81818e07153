import { secondsNow } from '../base/clock.ts';
import { BATCH_PODS_MAX } from '../base/limits.ts';
import { Prng } from '../base/prng.ts';
import { GLANCES_MAX, TURN_BYTES } from '../layout/layout.generated.ts';
import type { Pod } from '../model/pod.ts';
import type { TieMode } from '../model/results.ts';
import type { AttemptOutcome, StopAt } from './attempt-outcome.ts';
import { Attempts } from './attempts.ts';
import { type ClassBuilder, type PodClass, writeTurn } from './classes.ts';
import type { Fleet } from './fleet.ts';
import type { LatencyRecorder } from './latencies.ts';
import { Nominations } from './nominations.ts';
import { DisruptionBudgets } from './preemption-budgets.ts';
import { SchedulingQueue } from './queue.ts';
import { queueHints } from './queue-hints.ts';
import type { ResolvedProfile } from './resolved-profile.ts';
import type { PlacedPod, PreemptedBy, ScheduleRun } from './schedule-run.ts';

export interface SchedulerOptions {
  readonly tie: TieMode;
  readonly seed: number;
  /** Try pods again that a later placement may help, until nothing more can move. False: such a pod keeps its first answer. */
  readonly untilStable: boolean;
  /** Pods that are not tried but were promised a node, which others have to respect. */
  readonly promised?: readonly Pod[];
  /** Called between batches: pods decided so far, and how many there are. */
  readonly onProgress?: (decided: number, total: number) => void;
  /** Builds class tables side by side before the first decision; absent = each class when it is first needed. */
  readonly builder?: ClassBuilder;
  /** End the run at the first pod that would evict others, who stay, and who is not worked out; or also at one that surely finds no node, untold why. */
  readonly stopAt?: StopAt;
  /** Told how long each decision takes. */
  readonly latencies?: LatencyRecorder;
}

type Preempting = Extract<AttemptOutcome, { readonly kind: 'preempting' }>;

/** Classes compiled for one bulk run: few enough that the lanes of pods without siblings are still in the cache when they are decided. */
const FRESH_CLASSES_MAX = 16;

/** A class compiled for a bulk run, with the pod it is for. */
interface BulkEntry {
  readonly index: number;
  readonly cls: PodClass;
}

/** Runs a queue of pods against a fleet until nothing more can move. */
export class Scheduler {
  private readonly fleet: Fleet;
  private readonly pods: readonly Pod[];
  private readonly options: SchedulerOptions;
  private readonly queue: SchedulingQueue;
  private readonly nominations: Nominations;
  private readonly budgets: DisruptionBudgets;
  private readonly attempts: Attempts;
  private readonly placed: PlacedPod[] = [];
  private readonly failed = new Map<number, string>();
  private readonly preemptions: PreemptedBy[] = [];
  /** TURN records in, rows out, of a bulk run. */
  private readonly turnList: number;
  private readonly rowList: number;
  private bulkSeconds = 0;
  private reserved = false;
  /** Somebody would have evicted others, or finds no node, and the run ends with that. */
  private stopped = false;

  constructor(fleet: Fleet, pods: readonly Pod[], options: SchedulerOptions) {
    this.fleet = fleet;
    this.pods = pods;
    this.options = options;
    this.queue = new SchedulingQueue(pods, {
      wakeAfterPlacement: options.untilStable,
      hints: queueHints({ objects: fleet.objects, semantics: fleet.semantics, profileOf: (template) => fleet.profileFor(template) }),
    });
    // A run begins as upstream's scheduler does after a start, whatever this fleet has decided before.
    fleet.nextStart = 0;
    this.nominations = new Nominations(fleet);
    this.budgets = new DisruptionBudgets(fleet.objects.podDisruptionBudgets);
    this.attempts = new Attempts(fleet, this.nominations, this.budgets, options.tie, new Prng(options.seed), options.stopAt);
    this.turnList = fleet.core.allocate(BATCH_PODS_MAX * TURN_BYTES, false);
    this.rowList = fleet.core.allocate(BATCH_PODS_MAX * 4, false);
    for (const pod of [...pods, ...(options.promised ?? [])]) {
      if (pod.nominatedNodeName !== '') this.nominations.add(pod, pod.nominatedNodeName);
    }
  }

  async run(): Promise<ScheduleRun> {
    this.options.latencies?.attach(this.fleet.core);
    try {
      return await this.decideAll();
    } finally {
      this.options.latencies?.detach();
      this.fleet.core.release(this.turnList, BATCH_PODS_MAX * TURN_BYTES);
      this.fleet.core.release(this.rowList, BATCH_PODS_MAX * 4);
    }
  }

  private async decideAll(): Promise<ScheduleRun> {
    const started = secondsNow();
    this.register();
    if (this.options.builder) await this.buildAhead(this.options.builder);
    for (let run = this.queue.take(BATCH_PODS_MAX); run.length > 0; run = this.queue.take(BATCH_PODS_MAX)) {
      this.schedule(run);
      if (this.stopped) break;
      this.options.onProgress?.(this.placed.length + this.failed.size, this.pods.length);
    }
    return {
      placed: this.placed,
      failed: this.failed,
      preemptions: this.preemptions,
      nominated: this.nominations.all,
      reserved: this.reserved,
      doubtful: this.attempts.doubtful,
      seconds: secondsNow() - started,
      decideSeconds: this.bulkSeconds + this.attempts.decideSeconds,
    };
  }

  /** Makes all templates known first, so that no class has to be compiled again when a later one brings a new term. */
  private register(): void {
    // An earlier run on the fleet has counted retries down below what it had counted up.
    for (const pod of this.pods) this.fleet.counts.entry(pod.template).undecided = 0;
    for (const pod of this.pods) this.fleet.counts.entry(pod.template).undecided++;
  }

  /** Compiles as many classes as the memory holds and has their lanes built side by side. */
  private async buildAhead(builder: ClassBuilder): Promise<void> {
    const addresses = new Set<number>();
    const seen = new Set<Pod['template']>();
    this.fleet.classes.pin();
    for (const pod of this.pods) {
      const profile = this.fleet.profileOf(pod);
      if (!profile || seen.has(pod.template)) continue;
      if (this.fleet.classes.crowded) break;
      seen.add(pod.template);
      // So few are decided without lanes.
      if (this.options.tie === 'first' && this.fleet.counts.entry(pod.template).undecided <= GLANCES_MAX) continue;
      const cls = this.compile(pod, profile);
      if (cls) addresses.add(cls.local.address);
    }
    await builder.build([...addresses]);
  }

  /** Tries the pods in order; what cannot be tried in bulk is tried alone. */
  private schedule(run: readonly number[]): void {
    let at = 0;
    while (at < run.length) {
      const bulk = this.bulkFrom(run, at);
      let done = 0;
      // A pod that the core finds no row for is tried alone; while such attempts change nothing the rest of the bulk stands.
      do {
        if (done < bulk.length) done += this.decideBulk(bulk, done);
        if (at + done >= run.length) return;
        if (done === bulk.length && bulk.length > 0) break;
        const settled = this.decideAlone(run[at + done] as number);
        done++;
        if (this.stopped) return;
        if (!settled) break;
      } while (done < bulk.length);
      at += done;
    }
  }

  /** The longest part of the run from `at` that the core can decide by itself. */
  private bulkFrom(run: readonly number[], at: number): BulkEntry[] {
    const entries: BulkEntry[] = [];
    this.fleet.classes.pin();
    const fresh = this.fleet.classes.compiled + FRESH_CLASSES_MAX;
    for (let i = at; i < run.length && this.fleet.classes.compiled < fresh; i++) {
      const index = run[i] as number;
      const pod = this.pods[index] as Pod;
      const profile = this.fleet.profileOf(pod) as ResolvedProfile;
      if (this.nominations.anyConcerning(pod) || this.nominations.of(pod) !== undefined || this.fleet.classes.crowded) break;
      const cls = this.compile(pod, profile);
      // What a pod takes while it is resized is its own affair and not its template's.
      if (!cls || pod.resize || !this.attempts.decider.isBulk(cls) || reserves(pod, profile)) break;
      entries.push({ index, cls });
    }
    return entries;
  }

  private compile(pod: Pod, profile: ResolvedProfile): PodClass | undefined {
    try {
      return this.fleet.classOf(pod, profile);
    } catch {
      // The attempt alone reports what is wrong with the pod.
      return undefined;
    }
  }

  /** Decides the entries from `first` on. Returns how many were placed; the next one, if any, found no row. */
  private decideBulk(entries: readonly BulkEntry[], first: number): number {
    const { core } = this.fleet;
    if (first === 0) {
      entries.forEach(({ cls }, i) => {
        writeTurn(core, this.turnList, i, cls);
      });
    }
    const started = secondsNow();
    const count = core.exports.decideRun(this.turnList + first * TURN_BYTES, this.rowList, entries.length - first);
    this.bulkSeconds += secondsNow() - started;
    for (let i = 0; i < count; i++) {
      const { index, cls } = entries[first + i] as BulkEntry;
      const row = core.i32[this.rowList / 4 + i] as number;
      this.fleet.notePlaced(this.pods[index] as Pod, row);
      this.notePlaced(index, row);
      this.attempts.decider.noteScanned(cls);
      if (--cls.entry.undecided === 0) this.fleet.classes.retire(cls);
    }
    return count;
  }

  /** One attempt. False when the queue's order may have changed. */
  private decideAlone(index: number): boolean {
    const pod = this.pods[index] as Pod;
    const profile = this.fleet.profileOf(pod) as ResolvedProfile;
    const before = this.attempts.decideSeconds;
    const promised = this.nominations.of(pod);
    const outcome = this.attempts.attempt(pod, profile);
    // A pod that preempts comes back.
    if (outcome.kind !== 'preempting') this.noteDecided(pod);
    this.options.latencies?.record(this.attempts.decideSeconds - before);
    switch (outcome.kind) {
      case 'placed':
        this.place(index, pod, profile, outcome.row);
        return false;
      case 'preempting':
        this.evict(index, pod, outcome);
        return false;
      case 'refused':
        this.failed.set(index, 'finds no node');
        this.stopped = true;
        return false;
      case 'failed':
        this.failed.set(index, outcome.message);
        this.queue.failed(index, outcome.plugins);
        if (promised === undefined || this.nominations.of(pod) !== undefined) return true;
        this.queue.nominationLost(pod);
        return false;
    }
  }

  /** Frees the class of a template whose last pod has been decided; a retry compiles it again. */
  private noteDecided(pod: Pod): void {
    const entry = this.fleet.counts.entry(pod.template);
    if (--entry.undecided > 0) return;
    const cls = this.fleet.classes.peek(pod.template);
    if (cls) this.fleet.classes.retire(cls);
  }

  private place(index: number, pod: Pod, profile: ResolvedProfile, row: number): void {
    this.fleet.place(pod, row);
    if (reserves(pod, profile)) {
      this.reserved = true;
      const view = this.fleet.view();
      for (const { rule, args } of profile.reserve) rule.reserve?.(pod, view.rows[row] as (typeof view.rows)[number], view, args);
    }
    this.nominations.delete(pod);
    this.notePlaced(index, row);
  }

  private notePlaced(index: number, row: number): void {
    this.placed.push({ index, row });
    this.failed.delete(index);
    this.queue.placed(index);
  }

  private evict(index: number, pod: Pod, { node, row, victims, plugins }: Preempting): void {
    if (this.options.stopAt) {
      this.stopped = true;
      this.preemptions.push({ index, node, victims });
      return;
    }
    const promised = this.nominations.of(pod);
    this.queue.preempting(index, plugins);
    if (promised !== undefined && promised !== node) this.queue.nominationLost(pod);
    for (const lower of this.nominations.clearBelow(node, pod.template.priority)) this.queue.nominationTaken(lower);
    this.nominations.add(pod, node);
    for (const victim of victims) {
      this.fleet.remove(victim, row);
      this.budgets.podLeft(victim);
      this.queue.deleted(victim);
    }
    this.preemptions.push({ index, node, victims });
  }
}

/** Whether placing the pod changes more than pods and nodes: volume claims are bound. */
function reserves(pod: Pod, profile: ResolvedProfile): boolean {
  return profile.reserve.length > 0 && pod.template.volumes.some(({ kind }) => kind === 'claim' || kind === 'ephemeral');
}
