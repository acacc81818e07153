import type { Pod, PodTemplate } from '../model/pod.ts';
import type { NodeView } from '../rules/view.ts';
import type { PodClass } from './classes.ts';
import { filterNode, PreparedFilters } from './cycle.ts';
import type { Fleet } from './fleet.ts';
import { candidatesWanted, type Preempted } from './preemption.ts';
import type { DisruptionBudgets } from './preemption-budgets.ts';
import { FitRows } from './preemption-fit.ts';
import type { LeastPriorities } from './preemption-index.ts';
import { isLocal, localFilters, refusalBesidePromised } from './preemption-local.ts';
import { PreemptionTable } from './preemption-table.ts';
import type { ResolvedProfile } from './resolved-profile.ts';

/** Rows of all tables together, about fifty bytes each, and the fewest tables that are worth having. */
const TABLE_ROWS_MAX = 1_000_000;
const TABLES_MIN = 4;
/** As many promised rows are looked at one by one for each pod, and remembered; making a table looks at every row. */
const PROMISED_ROWS_FEW = 1024;
/** Answers of promised rows remembered, some hundred bytes each. */
const KEPT_MAX = 250_000;
/** Kinds of priority and resources of which the free amounts are kept. */
const FIT_ROWS_MAX = 16;

interface Kept {
  readonly version: number;
  readonly refused: boolean;
}

interface Known {
  readonly profile: ResolvedProfile;
  /** The filters, prepared for the pods of the class. */
  readonly rules: PreparedFilters['rules'];
  readonly table: PreemptionTable;
}

/** Free amounts by priority and names of resources: they live as long as the index of priorities that tells them of changes. */
const fitRows = new WeakMap<LeastPriorities, Map<string, FitRows>>();

/** The tables of the classes that preempted last, for one run: preemptors come in groups of equal pods, and few groups alternate. */
export class PreemptionTables {
  private readonly fleet: Fleet;
  private readonly budgets: DisruptionBudgets;
  private readonly tables = new Map<PodTemplate, Known>();
  private readonly local = new WeakMap<PodClass, boolean>();
  /** What promised rows have said to the pods of a template. */
  private readonly kept = new Map<PodTemplate, Map<number, Kept>>();
  private keptCount = 0;
  private readonly tablesMax: number;
  private readonly anyWillDo: boolean;

  /** `anyWillDo`: it matters whether somebody would be evicted, not who. */
  constructor(fleet: Fleet, budgets: DisruptionBudgets, anyWillDo = false) {
    this.fleet = fleet;
    this.budgets = budgets;
    this.anyWillDo = anyWillDo;
    this.tablesMax = Math.max(TABLES_MIN, Math.floor(TABLE_ROWS_MAX / Math.max(1, fleet.nodes.length)));
  }

  /** Whether the class can have a table: its filters look at one node at a time. */
  serves(cls: PodClass): boolean {
    let local = this.local.get(cls);
    if (local === undefined) {
      local = isLocal(cls);
      this.local.set(cls, local);
    }
    return local;
  }

  /** Whether the class has a table. */
  has(cls: PodClass): boolean {
    return this.tables.has(cls.template);
  }

  /** Whether a table would be asked again by pods like this one, and spares them more than a few promised rows. */
  isWorthwhile(cls: PodClass, promisedRows: number): boolean {
    return cls.entry.undecided > 1 && promisedRows > PROMISED_ROWS_FEW;
  }

  /** What a pod of a class that is served sees, brought up to date. The verdict lane must be fresh. O(changed rows). */
  of(cls: PodClass, pod: Pod): { readonly table: PreemptionTable; readonly filters: PreparedFilters } {
    const filters = this.filtersFor(cls, pod);
    const table = this.tableOf(cls, filters);
    table.update(cls, filters);
    return { table, filters };
  }

  private filtersFor(cls: PodClass, pod: Pod): PreparedFilters {
    const known = this.tables.get(cls.template);
    const cluster = this.fleet.view();
    return known?.profile === cls.profile ? new PreparedFilters(pod, cluster, known.rules) : localFilters(cls, pod, cluster);
  }

  /** Whether the pod may not have the row because of other pods that it is promised to. O(pods that the row is promised to). */
  keeps(cls: PodClass, pod: Pod, row: number): boolean {
    const cluster = this.fleet.view();
    const node = cluster.rows[row] as NodeView;
    if (!cluster.nominated.has(node.node.name)) return false;
    return refusalBesidePromised(this.filtersFor(cls, pod), node) !== undefined;
  }

  /** As `keeps` for a pod that is promised nothing itself, like others of its template: O(1) while neither pods nor promises of the row change. */
  keepsFromAll(cls: PodClass, pod: Pod, row: number): boolean {
    if (cls.entry.undecided < 2) return this.keeps(cls, pod, row);
    const version = this.fleet.rowVersions[row] as number;
    let known = this.kept.get(pod.template);
    if (!known) {
      known = new Map();
      this.kept.set(pod.template, known);
    }
    const last = known.get(row);
    if (last?.version === version) return last.refused;
    const refused = this.keeps(cls, pod, row);
    if (!last && ++this.keptCount > KEPT_MAX) {
      this.kept.clear();
      this.keptCount = 0;
    }
    known.set(row, { version, refused });
    return refused;
  }

  /** Whether the pod may have the row, pods that it is promised to considered. O(pods that the row is promised to); no lane is looked at. */
  lets(cls: PodClass, pod: Pod, row: number): boolean {
    return filterNode(this.filtersFor(cls, pod), this.fleet.view().rows[row] as NodeView) === undefined;
  }

  /**
   * What `preempt` would do for a pod that fits nowhere and is promised no node; undefined where it would evict nobody. The verdict lane must be fresh.
   * O(changed rows, and rows up to the last candidate wanted), and a dry run for each changed row among them.
   */
  preempt(cls: PodClass, pod: Pod): Preempted | undefined {
    const step = cls.profile.postFilter.find(({ plugin }) => plugin === 'DefaultPreemption');
    const { priority, preemptionPolicy } = pod.template;
    if (step?.plugin !== 'DefaultPreemption' || preemptionPolicy === 'Never') return undefined;
    if (this.fleet.leastPriorities().ofCluster >= priority) return undefined;
    const { table, filters } = this.of(cls, pod);
    const chosen = table.choose(filters, this.anyWillDo ? 'any' : (helpful) => candidatesWanted(helpful, step.args));
    if (chosen === undefined) return undefined;
    const { row, victims, budgetViolations } = chosen;
    return { node: this.fleet.nodes[row]?.name ?? '', row, victims, budgetViolations };
  }

  private newTable(filters: PreparedFilters): PreemptionTable {
    const { priority } = filters.pod.template;
    return new PreemptionTable(this.fleet, this.budgets, filters, (names) => this.fitRowsOf(priority, names));
  }

  /** Shared by tables; when there are many kinds they are forgotten, and later tables begin anew. */
  private fitRowsOf(priority: number, names: readonly string[]): FitRows {
    const key = [priority, ...names].join();
    const priorities = this.fleet.leastPriorities();
    const known = fitRows.get(priorities) ?? new Map<string, FitRows>();
    fitRows.set(priorities, known);
    const rows = known.get(key) ?? new FitRows(names, priorities);
    if (known.size >= FIT_ROWS_MAX) known.clear();
    known.set(key, rows);
    return rows;
  }

  private tableOf({ template, profile }: PodClass, filters: PreparedFilters): PreemptionTable {
    let known = this.tables.get(template);
    this.tables.delete(template);
    if (known?.profile !== profile) known = { profile, rules: filters.rules, table: this.newTable(filters) };
    this.tables.set(template, known);
    // A Map keeps insertion order: the first key is the one used longest ago.
    for (const oldest of this.tables.keys()) {
      if (this.tables.size <= this.tablesMax) break;
      this.tables.delete(oldest);
    }
    return known.table;
  }
}
