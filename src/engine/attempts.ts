import { secondsNow } from '../base/clock.ts';
import type { Prng } from '../base/prng.ts';
import { OPEN } from '../layout/layout.generated.ts';
import type { Pod } from '../model/pod.ts';
import type { TieMode } from '../model/results.ts';
import { type Status, unresolvable } from '../rules/rule.ts';
import { type AttemptOutcome, isAboutPod, type RememberedFailure, type StopAt } from './attempt-outcome.ts';
import { NARROWED_CODE } from './class-encoder.ts';
import type { PodClass } from './classes.ts';
import type { PreparedFilters } from './cycle.ts';
import { Decider } from './decide.ts';
import { Diagnosis, type StatusCount } from './diagnose.ts';
import type { Fleet } from './fleet.ts';
import { journalHead } from './journal.ts';
import { type FitErrorParts, fitErrorMessage, NO_NODES_MESSAGE, type PostFiltered, postFilterMessage, statusMessage } from './message.ts';
import { NominatedPass } from './nominated-pass.ts';
import type { Nominations } from './nominations.ts';
import { PlainScheduler } from './plain-attempt.ts';
import { hopelessMessage, type NotPreempted, type Preempted, preempt } from './preemption.ts';
import type { DisruptionBudgets } from './preemption-budgets.ts';
import { PreemptionTables } from './preemption-tables.ts';
import { canTurn } from './queue-hints.ts';
import type { PreemptionArgs, ResolvedProfile } from './resolved-profile.ts';

/** The first node where eviction helps will do. */
const ANY_CANDIDATE: PreemptionArgs = { minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 1 };

/** Tries one pod at a time: by the kernels, or over the plain twins where nominations of other pods have to be respected. */
export class Attempts {
  readonly decider: Decider;
  /** Seconds spent deciding, compiling excluded. */
  decideSeconds = 0;
  private readonly fleet: Fleet;
  private readonly nominations: Nominations;
  private readonly budgets: DisruptionBudgets;
  private readonly random: Prng | undefined;
  private readonly plain: PlainScheduler;
  private readonly preemptions: PreemptionTables;
  private readonly stopAt: StopAt | undefined;
  /** With `stopAt: 'refusal'`: some pod has failed, and whether it would have evicted others was not asked. */
  doubtful = false;
  /** Failures by class: nothing but a change of the fleet or of the promises can change them. */
  private readonly failures = new WeakMap<PodClass, RememberedFailure>();

  /** `stopAt`: it matters whether somebody would be evicted, not who. */
  constructor(fleet: Fleet, nominations: Nominations, budgets: DisruptionBudgets, tie: TieMode, prng: Prng, stopAt?: StopAt) {
    this.fleet = fleet;
    this.nominations = nominations;
    this.budgets = budgets;
    this.random = tie === 'seeded' ? prng : undefined;
    this.decider = new Decider(fleet, tie, prng);
    this.plain = new PlainScheduler(fleet, tie, prng);
    this.preemptions = new PreemptionTables(fleet, budgets, stopAt !== undefined);
    this.stopAt = stopAt;
  }

  /** Decides; does not place. */
  attempt(pod: Pod, profile: ResolvedProfile): AttemptOutcome {
    if (this.fleet.nodeCount === 0) return this.failedOutright(pod, NO_NODES_MESSAGE);
    try {
      return this.attemptByKernels(pod, profile);
    } catch (error) {
      // Upstream gives up the attempt with an error where a selector of the pod cannot be read, or a score is out of range.
      if (isAboutPod(error)) return this.failedOutright(pod, error.problem);
      throw error;
    }
  }

  /** Without PostFilter: the pod loses its nomination. */
  private failedOutright(pod: Pod, message: string): AttemptOutcome {
    this.nominations.delete(pod);
    return { kind: 'failed', message, plugins: new Set(), repeatable: false };
  }

  /** Undefined where some rule cannot read the pod: whether the attempt gets as far as that rule shows only step by step. */
  private compile(pod: Pod, profile: ResolvedProfile): PodClass | undefined {
    try {
      return this.fleet.classOf(pod, profile);
    } catch (error) {
      if (isAboutPod(error)) return undefined;
      throw error;
    }
  }

  private attemptByKernels(pod: Pod, profile: ResolvedProfile): AttemptOutcome {
    const cls = this.compile(pod, profile);
    if (!cls) return this.attemptPlain(pod, profile);
    if (!this.random && this.decider.scansAll(cls) && this.preemptions.serves(cls)) return this.attemptLocal(pod, cls);
    const rows = this.nominations.concerning(pod);
    const pass = rows.length > 0 ? new NominatedPass(pod, this.fleet.view(), profile) : undefined;
    if (cls.hostFilters.length > 0 && rows.some((row) => pass?.rejectionOn(row)?.status.failure)) return this.attemptPlain(pod, profile);
    const refuses = (row: number): boolean => rows.includes(row) && pass?.rejectionOn(row) !== undefined;
    const promised = this.promisedRow(pod);
    if (promised !== undefined) return this.attemptPromised(pod, cls, promised, refuses);
    const { nextStart } = this.fleet;
    const started = secondsNow();
    const row = this.decider.decide(cls, pod, { rows, refuses });
    this.decideSeconds += secondsNow() - started;
    if (row >= 0) return { kind: 'placed', row };
    // Rules without kernels may look at the pod beside its template: their verdicts are nobody else's.
    if (row === -2 || cls.hostFilters.length > 0) {
      // The same scan once more, told in full.
      this.fleet.nextStart = nextStart;
      return this.attemptPlain(pod, profile);
    }
    return this.explainOnce(pod, cls, rows, pass);
  }

  private promisedRow(pod: Pod): number | undefined {
    const nominated = this.nominations.of(pod);
    return nominated === undefined ? undefined : this.fleet.rowOf(nominated);
  }

  /** As attemptByKernels, for classes whose filters look at one node at a time: rows that have not changed are not looked at again. */
  private attemptLocal(pod: Pod, cls: PodClass): AttemptOutcome {
    const promised = this.promisedRow(pod);
    if (promised !== undefined) return this.attemptPromisedLocal(pod, cls, promised);
    const started = secondsNow();
    const row = this.decideLocal(pod, cls);
    this.decideSeconds += secondsNow() - started;
    if (row >= 0) return { kind: 'placed', row };
    if (this.endsWith([], pod)) return { kind: 'refused' };
    const preempted = this.preemptions.preempt(cls, pod);
    // What keeps such a class off a node is on that node, and its hints hear of every victim that held it.
    if (preempted) return { kind: 'preempting', node: preempted.node, row: preempted.row, victims: preempted.victims };
    return this.explainOnce(pod, cls);
  }

  /** One node alone is asked quicker of the twins than of lanes that are not there: nobody has asked for the others. */
  private attemptPromisedLocal(pod: Pod, cls: PodClass, row: number): AttemptOutcome {
    if (!this.decider.hasLanes(cls) && !this.fleet.closedRows.has(row)) {
      const started = secondsNow();
      const open = this.preemptions.lets(cls, pod, row);
      this.decideSeconds += secondsNow() - started;
      if (open) return { kind: 'placed', row };
    }
    return this.attemptPromised(pod, cls, row, (other) => this.preemptions.keeps(cls, pod, other));
  }

  private decideLocal(pod: Pod, cls: PodClass): number {
    if (!this.nominations.anyConcerning(pod)) return this.decider.decide(cls, pod);
    if (!this.preemptions.has(cls)) {
      const rows = this.nominations.concerning(pod);
      if (!this.preemptions.isWorthwhile(cls, rows.length)) {
        return this.decider.decide(cls, pod, { rows, refuses: (row) => this.preemptions.keepsFromAll(cls, pod, row) });
      }
    }
    this.decider.judge(cls, pod);
    const { table } = this.preemptions.of(cls, pod);
    if (table.openRows > 0) return this.decider.decide(cls, pod, { rows: [...table.keptRows], refuses: () => true });
    this.decider.noteScanned(cls);
    return -1;
  }

  /** @param promised the rows that concern the pod, where they are known, with the pass over them. */
  private explainOnce(pod: Pod, cls: PodClass, promised?: readonly number[], pass?: NominatedPass): AttemptOutcome {
    const remembered = this.failures.get(cls);
    const head = journalHead(this.fleet.core);
    const nominations = this.nominations.revision;
    const same = remembered?.journalHead === head && remembered.nominations === nominations;
    // A pod that is promised a node loses the promise by failing, which the failure of another does not do for it.
    if (same && this.nominations.of(pod) === undefined) return remembered.outcome;
    const rows = promised ?? this.nominations.concerning(pod);
    const beside = rows.length > 0 ? (pass ?? new NominatedPass(pod, this.fleet.view(), cls.profile)) : undefined;
    const outcome = this.explainFailure(pod, cls, rows, beside);
    if (outcome.kind === 'failed' && outcome.repeatable) this.failures.set(cls, { journalHead: head, nominations, outcome });
    return outcome;
  }

  /**
   * The promised node is looked at first. When it is no good any more, it still counts among the examined nodes, whatever sampling and PreFilter
   * leave of them, and preemption asks about it.
   */
  private attemptPromised(pod: Pod, cls: PodClass, row: number, refuses: (row: number) => boolean): AttemptOutcome {
    const started = secondsNow();
    const open = this.decider.judge(cls, pod) && this.fleet.core.u8[cls.verdictLane + row] === OPEN && !refuses(row);
    this.decideSeconds += secondsNow() - started;
    return open ? { kind: 'placed', row } : this.attemptPlain(pod, cls.profile);
  }

  private attemptPlain(pod: Pod, profile: ResolvedProfile): AttemptOutcome {
    const started = secondsNow();
    const outcome = this.plain.attempt(pod, profile, this.nominations.of(pod));
    this.decideSeconds += secondsNow() - started;
    if (outcome.kind === 'placed') return outcome;
    if (outcome.kind === 'error') return this.failedOutright(pod, outcome.message);
    const { attempt, preFilter, plugins } = outcome;
    const { rejections, absent, filters } = attempt;
    const statuses = (row: number): Status => rejections.get(row)?.status ?? absent;
    return this.postFilter(
      pod,
      attempt,
      (args) => this.preempt(pod, profile, statuses, args, filters),
      new Set(plugins),
      (postFilter) => ({
        statuses: [...rejections.values()].map(({ status }) => status),
        absent,
        postFilter,
        ...(preFilter ? { preFilter: statusMessage(preFilter.status) } : {}),
      }),
    );
  }

  /** From the lanes: the plain picture is asked only about promised rows, and when somebody might be evicted. */
  private explainFailure(pod: Pod, cls: PodClass, promised: readonly number[] = [], pass?: NominatedPass): AttemptOutcome {
    const diagnosis = new Diagnosis(this.fleet, cls);
    for (const row of promised) {
      const rejection = pass?.rejectionOn(row);
      if (rejection) diagnosis.override(row, rejection);
    }
    const counts = diagnosis.counts();
    const plugins = new Set(counts.map(({ rule }) => rule));
    if (this.endsWith(plugins, pod)) return { kind: 'refused' };
    if (this.asksNoFurther) {
      this.doubtful = true;
      return { kind: 'failed', message: '', plugins, repeatable: false };
    }
    const absent = cls.narrowed ? (cls.codes[NARROWED_CODE]?.status ?? unresolvable()) : unresolvable();
    // PreFilter has run to its end, which is all that the message asks; preemption prepares the filters when it gets to them.
    const attempt = { profile: cls.profile, filters: true };
    const preempt = (args: PreemptionArgs): Preempted | NotPreempted =>
      this.hopeless(pod, counts) ?? this.preempt(pod, cls.profile, (row) => diagnosis.statusOf(row) ?? absent, args, undefined);
    return this.postFilter(pod, attempt, preempt, plugins, (postFilter) => ({ counts, absent, postFilter }));
  }

  /** Whether it matters only that a pod has failed: no promise is left to be broken by that. */
  private get asksNoFurther(): boolean {
    return this.stopAt === 'refusal' && this.nominations.all.size === 0;
  }

  /** Whether the run is over with the pod: these plugins refuse it, and no placement turns them. */
  private endsWith(plugins: Iterable<string>, { template }: Pod): boolean {
    return this.asksNoFurther && ![...plugins].some((plugin) => canTurn(plugin, template));
  }

  /** Preemption's answer where nobody in the cluster is less important than the pod; undefined: it has to look. */
  private hopeless(pod: Pod, counts: readonly StatusCount[]): NotPreempted | undefined {
    const { priority, preemptionPolicy } = pod.template;
    if (preemptionPolicy === 'Never' || this.fleet.leastPriorities().ofCluster < priority) return undefined;
    const helpful = counts.reduce((sum, { status, rows }) => sum + (status.code === 'Unschedulable' ? rows : 0), 0);
    return { message: hopelessMessage(this.fleet.nodeCount, helpful), keepsNomination: false, searched: false };
  }

  private postFilter<Attempt extends PostFiltered>(
    pod: Pod,
    attempt: Attempt,
    preempt: (args: PreemptionArgs) => Preempted | NotPreempted,
    plugins: ReadonlySet<string>,
    parts: (postFilter: string) => Omit<FitErrorParts, 'nodeCount'>,
  ): AttemptOutcome {
    let preempted: Preempted | NotPreempted | undefined;
    const postFilter = postFilterMessage(attempt, (_, args) => {
      preempted = preempt(args);
      return 'node' in preempted ? { node: preempted.node, message: '' } : preempted;
    });
    if (preempted && 'node' in preempted)
      return { kind: 'preempting', node: preempted.node, row: preempted.row, victims: preempted.victims, plugins };
    if (attempt.profile.postFilter.length === 0 || (preempted && !preempted.keepsNomination)) this.nominations.delete(pod);
    const message = fitErrorMessage({ nodeCount: this.fleet.nodeCount, ...parts(postFilter) });
    const repeatable = !(this.random && preempted?.searched);
    return { kind: 'failed', message, plugins, repeatable };
  }

  private preempt(
    pod: Pod,
    profile: ResolvedProfile,
    statuses: (row: number) => Status,
    args: PreemptionArgs,
    filters: PreparedFilters | undefined,
  ): Preempted | NotPreempted {
    return preempt(this.fleet.view(), pod, profile, statuses, {
      args: this.stopAt ? ANY_CANDIDATE : args,
      budgets: this.budgets,
      leastPriorities: this.fleet.leastPriorities(),
      nominatedNode: this.nominations.of(pod) ?? '',
      ...(filters ? { filters } : {}),
      ...(this.random ? { random: this.random } : {}),
    });
  }
}
