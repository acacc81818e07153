import { OPEN } from '../layout/layout.generated.ts';
import type { Pod } from '../model/pod.ts';
import type { StatusCode } from '../rules/rule.ts';
import type { NodeView } from '../rules/view.ts';
import { NARROWED_CODE } from './class-encoder.ts';
import type { PodClass } from './classes.ts';
import type { PreparedFilters } from './cycle.ts';
import { RowStatuses } from './diagnose.ts';
import type { Fleet } from './fleet.ts';
import type { DisruptionBudgets } from './preemption-budgets.ts';
import { type FitRows, FitTrials } from './preemption-fit.ts';
import { refusalBesidePromised } from './preemption-local.ts';
import { type Candidate, CRITERIA_COUNT, writeCriteria } from './preemption-order.ts';
import { isPreemptable, selectVictims } from './preemption-victims.ts';

/** What a row is to preemption. */
const HOPELESS = 0;
/** Eviction may help: no dry run yet, or something has changed since. */
const UNTRIED = 1;
/** The dry run found that it does not help, or that nobody need go. */
const USELESS = 2;
/** Its victims break no budget, or some do. */
const CLEAN = 3;
const BREAKING = 4;

/**
 * What preemption knows about every row for the pods of one class whose filters are all local: which rows refuse the pod so that eviction may help,
 * and how the dry runs ended. All of that depends on the pods of the row, the pods that it is promised to, and the budgets of the former; only
 * rows of which one of these has changed are looked at again.
 */
export class PreemptionTable {
  /** Rows that would take a pod of the class as they are, */
  openRows = 0;
  /** rows that refuse it so that eviction may help, */
  helpfulRows = 0;
  /** and rows that would take it, were they not promised to others. */
  readonly keptRows = new Set<number>();
  private readonly fleet: Fleet;
  private readonly budgets: DisruptionBudgets;
  private readonly kinds: Uint8Array;
  private readonly open: Uint8Array;
  private readonly candidates: (Candidate | undefined)[];
  /** What the choice among candidates looks at, row by row. */
  private readonly criteria: Float64Array;
  private readonly trials: FitTrials | undefined;
  /** Rows whose dry run charged a budget, with how often. */
  private readonly charged = new Map<number, Map<number, number>>();
  private position = -1;
  private budgetPosition = 0;

  /** O(rows). `filters` may be those of any pod of the class. */
  constructor(fleet: Fleet, budgets: DisruptionBudgets, filters: PreparedFilters, rowsOf: (names: readonly string[]) => FitRows) {
    this.fleet = fleet;
    this.budgets = budgets;
    this.kinds = new Uint8Array(fleet.nodes.length);
    this.open = new Uint8Array(fleet.nodes.length);
    this.candidates = fleet.nodes.map(() => undefined);
    this.criteria = new Float64Array(fleet.nodes.length * CRITERIA_COUNT);
    this.trials = FitTrials.of(filters, rowsOf);
    this.budgetPosition = budgets.changes.length;
  }

  /** Looks at the rows that have changed. The verdict lane must be fresh. O(changed rows). */
  update(cls: PodClass, filters: PreparedFilters): void {
    const journal = this.fleet.leastPriorities();
    if (this.position === journal.changes && this.budgetPosition === this.budgets.changes.length) return;
    const changed = this.position < 0 ? undefined : journal.changedSince(this.position);
    this.position = journal.changes;
    const rows = changed === undefined ? this.kinds.keys() : new Set(changed);
    const statuses = new RowStatuses(this.fleet, cls);
    for (const row of rows) this.settle(row, cls, filters, statuses);
    this.heedBudgets();
  }

  /**
   * The choice of preemption: dry runs from the first row on until there are as many candidates as wanted, then the best of them (upstream
   * DryRunPreemption with one worker, pickOneNodeForPreemption). Undefined: no candidate.
   *
   * @param wanted how many candidates are enough among so many rows that eviction may help; `any`: the first that there is.
   */
  choose(filters: PreparedFilters, wanted: 'any' | ((helpful: number) => number)): Candidate | undefined {
    const enough = wanted === 'any' ? 1 : wanted(this.helpfulRows);
    let clean = 0;
    let breaking = 0;
    let best = -1;
    for (let row = 0; row < this.kinds.length; row++) {
      if (this.kinds[row] === UNTRIED) this.tryRow(row, filters);
      const kind = this.kinds[row] as number;
      if (kind < CLEAN) continue;
      if (wanted === 'any') return this.candidates[row];
      if (kind === CLEAN) clean++;
      else if (breaking < enough) breaking++;
      else continue;
      // Rows come in order, so that of equal ones the first stays.
      if (best < 0 || this.isBetter(row, best)) best = row;
      if (clean > 0 && clean + breaking >= enough) break;
    }
    return this.candidates[best];
  }

  private isBetter(row: number, best: number): boolean {
    for (let i = 0; i < CRITERIA_COUNT; i++) {
      const a = this.criteria[row * CRITERIA_COUNT + i] as number;
      const b = this.criteria[best * CRITERIA_COUNT + i] as number;
      if (a !== b) return a < b;
    }
    return false;
  }

  private settle(row: number, cls: PodClass, filters: PreparedFilters, statuses: RowStatuses): void {
    if (this.kinds[row] !== HOPELESS) this.helpfulRows--;
    this.openRows -= this.open[row] as number;
    this.keptRows.delete(row);
    const code = this.fleet.core.u8[cls.verdictLane + row] as number;
    const refusal = code === NARROWED_CODE ? undefined : this.refusalBesidePromised(filters, filters.cluster.rows[row] as NodeView);
    const answer = refusal ?? statuses.codeOf(row);
    this.open[row] = answer === undefined ? 1 : 0;
    this.openRows += this.open[row] as number;
    if (refusal !== undefined && code === OPEN) this.keptRows.add(row);
    this.kinds[row] = answer === 'Unschedulable' ? UNTRIED : HOPELESS;
    if (this.kinds[row] !== HOPELESS) this.helpfulRows++;
    this.candidates[row] = undefined;
  }

  private refusalBesidePromised(filters: PreparedFilters, node: NodeView): StatusCode | undefined {
    if (!filters.cluster.nominated.has(node.node.name)) return undefined;
    const trials = this.exactTrials;
    const row = trials?.on(filters, node);
    if (trials && row) return row.promised ? trials.refusalOn(row) : undefined;
    return refusalBesidePromised(filters, node)?.status.code;
  }

  /** Amounts below zero are the plain filters' work. */
  private get exactTrials(): FitTrials | undefined {
    return this.fleet.columns.anyNegative ? undefined : this.trials;
  }

  private tryRow(row: number, filters: PreparedFilters): void {
    if (this.fleet.leastPriorities().ofRow(row) >= filters.pod.template.priority) {
      this.kinds[row] = USELESS;
      return;
    }
    const result = this.dryRun(filters, filters.cluster.rows[row] as NodeView);
    if (result === undefined || result.victims.length === 0) {
      this.kinds[row] = USELESS;
      return;
    }
    this.kinds[row] = result.budgetViolations === 0 ? CLEAN : BREAKING;
    this.candidates[row] = result;
    writeCriteria(result, this.criteria, row * CRITERIA_COUNT);
  }

  /** Undefined: eviction does not help. */
  private dryRun(filters: PreparedFilters, node: NodeView): Candidate | undefined {
    this.noteCharges(node, filters.pod);
    const trials = this.exactTrials;
    const row = trials?.on(filters, node);
    if (trials && row) return trials.victimsOn(row, node, this.budgets);
    const result = selectVictims(filters, node, this.budgets);
    return 'code' in result ? undefined : result;
  }

  private noteCharges(node: NodeView, pod: Pod): void {
    if (this.budgets.none) return;
    const victims = node.pods.filter((other) => isPreemptable(other, pod.template.priority));
    for (const [budget, count] of this.budgets.charges(victims)) {
      const rows = this.charged.get(budget) ?? new Map<number, number>();
      this.charged.set(budget, rows.set(node.row, count));
    }
  }

  /** Dry runs that a budget's fall can have changed are to be made again: those that charge it as often as it allowed, or more often. */
  private heedBudgets(): void {
    const { changes } = this.budgets;
    for (; this.budgetPosition < changes.length; this.budgetPosition++) {
      const { budget, before } = changes[this.budgetPosition] as (typeof changes)[number];
      for (const [row, count] of this.charged.get(budget) ?? []) {
        if (count < before || this.kinds[row] === HOPELESS) continue;
        this.kinds[row] = UNTRIED;
        this.candidates[row] = undefined;
      }
    }
  }
}
