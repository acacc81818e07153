import type { PodTemplate } from '../model/pod.ts';
import type { Status } from '../rules/rule.ts';
import type { ClusterView } from '../rules/view.ts';
import type { PreparedFilters } from './cycle.ts';
import type { DisruptionBudgets } from './preemption-budgets.ts';
import type { LeastPriorities } from './preemption-index.ts';
import type { Candidate } from './preemption-order.ts';
import type { ResolvedProfile } from './resolved-profile.ts';

/** Filters whose answer about a node depends on the preemptor's template and on that node alone. */
const LOCAL_FILTERS: ReadonlySet<string> = new Set([
  'NodeUnschedulable',
  'NodeName',
  'TaintToleration',
  'NodeAffinity',
  'NodePorts',
  'NodeResourcesFit',
]);

/** Templates whose dry runs are kept: preemptors come in groups of equal pods, and few groups alternate. */
const TEMPLATES_MAX = 16;

interface Entry {
  readonly revision: number;
  readonly budgets: object;
  readonly result: Candidate | Status;
}

interface Remembered {
  readonly profile: ResolvedProfile;
  readonly rows: Map<number, Entry>;
}

/**
 * Dry runs of earlier preemptions. The next pod of the same template finds most nodes as they were, and where only local
 * filters take part and nobody is nominated to the node, the result is the same again. An entry is good as long as
 * the node's revision and the budgets' are.
 */
export class DryRunMemory {
  private readonly priorities: LeastPriorities;
  private readonly templates = new Map<PodTemplate, Remembered>();

  constructor(priorities: LeastPriorities) {
    this.priorities = priorities;
  }

  /** The rows remembered for this preemptor; undefined when its filters look beyond one node. */
  rowsOf(template: PodTemplate, profile: ResolvedProfile, filters: PreparedFilters): DryRunRows | undefined {
    if (filters.rules.some(({ rule }) => !LOCAL_FILTERS.has(rule.name))) return undefined;
    let remembered = this.templates.get(template);
    this.templates.delete(template);
    if (remembered?.profile !== profile) remembered = { profile, rows: new Map() };
    this.templates.set(template, remembered);
    // A Map keeps insertion order: the first key is the one used longest ago.
    for (const oldest of this.templates.keys()) {
      if (this.templates.size <= TEMPLATES_MAX) break;
      this.templates.delete(oldest);
    }
    return new DryRunRows(this.priorities, remembered.rows, filters.cluster);
  }
}

/** The remembered dry runs of one preemptor's template. */
export class DryRunRows {
  private readonly priorities: LeastPriorities;
  private readonly rows: Map<number, Entry>;
  private readonly cluster: ClusterView;

  constructor(priorities: LeastPriorities, rows: Map<number, Entry>, cluster: ClusterView) {
    this.priorities = priorities;
    this.rows = rows;
    this.cluster = cluster;
  }

  /** The result of the dry run on the row, from memory if nothing has changed since. */
  get(row: number, budgets: DisruptionBudgets, run: () => Candidate | Status): Candidate | Status {
    const name = this.cluster.rows[row]?.node.name ?? '';
    if (this.cluster.nominated.has(name)) return run();
    const revision = this.priorities.revisionOf(row);
    const known = this.rows.get(row);
    if (known?.revision === revision && known.budgets === budgets.revision) return known.result;
    const result = run();
    this.rows.set(row, { revision, budgets: budgets.revision, result });
    return result;
  }
}
