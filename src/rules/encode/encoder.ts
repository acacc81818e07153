import type { Node } from '../../model/node.ts';
import type { PodTemplate } from '../../model/pod.ts';
import type { ClusterObjects } from '../../model/snapshot.ts';
import type { Taint } from '../../model/taint.ts';
import type { ImageStates } from '../image-states.ts';
import type { Semantics, Status } from '../rule.ts';

/** A label key as a dictionary-coded column: `i32[row]` holds the code of the node's value, 0 where the node lacks the key. */
export interface LabelColumn {
  readonly address: number;
  /** Value of each code; index 0 stands for "missing". */
  readonly values: readonly (string | undefined)[];
  codeOf(value: string): number | undefined;
}

/**
 * Something that decides what a rule says about a row: rows that agree in all of it, for all rules of a class, are decided together (the core's
 * group index).
 */
export interface RowFact {
  /** The row's code in the column; absent = a cell of `table` that is the row's own. */
  readonly column?: LabelColumn;
  /** The count in the cell of that code, or of the row. Absent: the code itself, or with `presence` only whether there is one. */
  readonly table?: number;
  readonly presence?: boolean;
}

/** The columns of one resource. */
export interface ResourceColumns {
  /** i64. */
  readonly allocatable: number;
  /** i64. */
  readonly used: number;
  /** f64: 1 / allocatable, rounded so that it is never above; 0 where nothing is offered. */
  readonly reciprocal: number;
  /** Every node offers the resource. */
  readonly everywhere: boolean;
}

/**
 * Something about pods that is counted: how often a pod of a template counts. Tallies with the same key are the same tally.
 */
export interface Tally {
  readonly key: string;
  /** Times one pod of the template counts; 0 = not at all. Called once per template. */
  readonly count: (template: PodTemplate) => number;
  /** Terminating pods count too. */
  readonly terminating: boolean;
  /**
   * A token that every counted template has (see `labelToken`; a carried term's key is a token of its carriers): lets the fleet look only at those. Undefined = look at all.
   */
  readonly anchor?: string;
}

/** Counts kept up to date by every placement: per domain of a topology key, or per row. */
export interface CountTableSpec {
  /** Topology key; undefined = one cell per row. */
  readonly topologyKey?: string;
  /** Nodes without the key count for the domain '' (see `labelColumn`). */
  readonly missingAsEmpty?: boolean;
  /** Only rows where this holds count. The key names the predicate's content. */
  readonly include?: { readonly key: string; readonly accepts: (node: Node) => boolean };
  readonly feeds: readonly { readonly tally: Tally; readonly weight: number }[];
  /** f64 cells, for sums of weights. */
  readonly float?: boolean;
}

/** Tokens by which templates and tallies find each other. */
export function labelToken(key: string, value: string, namespace?: string): string {
  return namespace === undefined ? `l\u0000${key}\u0000${value}` : `n\u0000${namespace}\u0000${key}\u0000${value}`;
}

/**
 * What a rule writes its request with. Everything that does not depend on the class (columns, value tables of equal content, count tables)
 * is shared between classes; the rest is freed with the class.
 *
 * Filters must be announced in the order in which the rule would refuse; each gets a range of verdict codes, one per status, in profile order.
 *
 * Static and local steps should be signed. `signature`: all that the step depends on besides the rows (upstream's pod signature, part by part), as
 * text. Classes whose steps have equal signatures share their lanes; a step without one keeps the class to itself.
 */
export interface RequestEncoder {
  readonly template: PodTemplate;
  readonly semantics: Semantics;
  readonly objects: ClusterObjects;
  /** Nodes that are there, and rows they lie in. */
  readonly nodeCount: number;
  readonly rowCount: number;

  /** Some node has spec.unschedulable. */
  readonly anyUnschedulable: boolean;
  /** Some amount of a node or pod is below zero: scores by amounts must be asked of the plain twins. */
  readonly anyNegative: boolean;
  /** Which host ports are taken can only be asked of the plain twin. */
  readonly portsDisputed: boolean;
  rowOf(nodeName: string): number | undefined;
  /** `missingAsEmpty`: nodes without the key get the code of ''. */
  labelColumn(key: string, missingAsEmpty?: boolean): LabelColumn;
  /** Values of a column that some node of the mask carries: u8 per code, and how many. Shared. */
  domainsOf(column: LabelColumn, mask: number): { readonly exists: number; readonly count: number };
  /** metadata.name as a column. */
  nameColumn(): LabelColumn;
  /** u8 per code of the column: 1 where the predicate holds (code 0: called with undefined). `key` names the predicate's content. */
  valueTable(column: LabelColumn, key: string, accepts: (value: string | undefined) => boolean): number;
  /** One entry per distinct taint list of the fleet: u8 or i32 cells. */
  taintTable(kind: 'u8' | 'i32', value: (taints: readonly Taint[]) => number): number;
  /** i32 lane filled by the row's taint list. */
  taintLane(value: (taints: readonly Taint[]) => number): { readonly address: number; readonly highest: number };
  resource(name: string): ResourceColumns;
  /** Column of requests with 100m / 200Mi per container without a request; undefined for other resources than cpu and memory. */
  nonZeroColumn(name: string): number | undefined;
  /** f64 column: how evenly the pods of each row use these resources (BalancedAllocation's raw value without the pod). Shared. */
  balanceColumn(resources: readonly string[]): number;
  readonly images: ImageStates;
  /** Address of a TABLE record. */
  countTable(spec: CountTableSpec): number;
  /** Terms carried by the fleet's templates that select this template's pods. */
  carriedTerms(template: PodTemplate): readonly CarriedTerm[];
  /** u8 column: 1 where the predicate holds. */
  nodeMask(key: string, accepts: (node: Node) => boolean): number;

  /** Zeroed memory that lives as long as the class. */
  allocate(bytes: number): number;
  u8(address: number, value: number): void;
  u32(address: number, value: number): void;
  i64(address: number, value: bigint): void;
  f64(address: number, value: number): void;

  staticFilter(kernel: number, params: number, statuses: readonly Status[], signature?: string): void;
  /** `fitNames`: the filter is NodeResourcesFit with these requests; its reasons are looked up row by row. */
  localFilter(kernel: number, params: number, statuses: readonly Status[], signature?: string, fitNames?: readonly string[]): void;
  /** `watched`: count tables whose changes may change the verdict of any row; `facts`: all that tells rows apart. */
  countingFilter(kernel: number, params: number, statuses: readonly Status[], watched: readonly number[], facts: readonly RowFact[]): void;
  localScore(kernel: number, params: number, weight: number, signature?: string): void;
  /** A score that the row's node object alone decides: already weighted, one value per row. */
  staticScore(values: Int32Array, signature?: string): void;
  /** A normalised score; `raw` is a lane from `taintLane`, `termLane` (both final: without facts) or `lane`. */
  rate(kernel: number, params: number, weight: number, raw: number, watched: readonly number[], facts?: readonly RowFact[]): void;
  /** i32 lane of the summed weights of the matching terms of a TERMS record. */
  termLane(terms: number): number;
  /** What is written holds while these do, which are asked when nodes have gone or come back. */
  readonly conditions: (() => boolean)[];
  /** The whole cluster refuses the pod. */
  refuse(status: Status): void;
  /** Zeroed i32 or f64 lane. */
  lane(bytesPerRow: 4 | 8): number;
  /** A lane for raw values: of closed rows they may be anything. */
  rawLane(bytesPerRow: 4 | 8): number;
  /** Equal on every feasible node. */
  constant(score: number): void;
  /** Only these nodes are looked at (upstream PreFilterResult); `status` is what all others get, before any filter. */
  narrow(nodeNames: ReadonlySet<string>, status: Status): void;
  /** The rule cannot be expressed with kernels for this pod: the host runs its plain twin on every row at each decision. */
  hostFilter(): void;
  hostScore(): void;
}

/** A term carried by pods that acts on other pods (required anti-affinity, preferred and required affinity). */
export interface CarriedTerm {
  /** Content key; also the token of the templates that carry it. */
  readonly key: string;
  readonly kind: 'anti' | 'affinity' | 'preferred' | 'preferredAnti';
  readonly topologyKey: string;
  readonly weight: number;
  /** Whether the term, carried by a pod of its namespace, selects a pod of this template. */
  readonly selects: (template: PodTemplate) => boolean;
  /** A token that every selected template has; undefined = unknown. */
  readonly anchor?: string;
}

/** How a rule is compiled for the kernels. A rule without it is run by the host through its plain twin, exactly but slowly. */
export interface RuleEncoding<Args = never> {
  /** Writes the filter part. */
  filter?(encoder: RequestEncoder, args: Args): void;
  /** Writes the score part. */
  score?(encoder: RequestEncoder, args: Args, weight: number): void;
  /** Terms that pods of the template carry and that act on other pods. */
  carriedTerms?(template: PodTemplate, objects: ClusterObjects): readonly CarriedTerm[];
}

// biome-ignore lint/suspicious/noExplicitAny: heterogeneous table; each encoding is type-checked where it is defined
export type AnyRuleEncoding = RuleEncoding<any>;
