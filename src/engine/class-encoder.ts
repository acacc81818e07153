import { assert } from '../base/assert.ts';
import type { Core } from '../layout/core.ts';
import { FILTER_HOST_LANE, OPEN } from '../layout/layout.generated.ts';
import type { Node } from '../model/node.ts';
import type { PodTemplate } from '../model/pod.ts';
import type { ClusterObjects } from '../model/snapshot.ts';
import type { Taint } from '../model/taint.ts';
import type { CarriedTerm, CountTableSpec, LabelColumn, RequestEncoder, ResourceColumns, RowFact } from '../rules/encode/encoder.ts';
import type { ImageStates } from '../rules/image-states.ts';
import { type Semantics, type Status, unresolvable } from '../rules/rule.ts';
import { ClassMemory } from './class-memory.ts';
import type { Columns } from './columns.ts';
import type { Counts } from './counts.ts';
import type { CodeMeaning, EncodedRate, EncodedStep, HostFilter } from './encoded.ts';
import type { FinalLane } from './partitions.ts';
import type { BoundRule, WeightedRule } from './resolved-profile.ts';

/** Verdict code of the nodes that PreFilter narrowed away. */
export const NARROWED_CODE = 1;

/** Collects what the rules write for one class. */
export class ClassEncoder extends ClassMemory implements RequestEncoder {
  readonly template: PodTemplate;
  readonly semantics: Semantics;
  readonly objects: ClusterObjects;
  readonly staticFilters: EncodedStep[] = [];
  readonly localFilters: EncodedStep[] = [];
  readonly countingFilters: EncodedStep[] = [];
  readonly localScores: EncodedStep[] = [];
  readonly rates: EncodedRate[] = [];
  readonly watched = new Set<number>();
  /** What tells rows apart for the rules that count, */
  readonly facts: RowFact[] = [];
  /** and i32 lanes of raw values that only the node objects decide. */
  readonly finalLanes: FinalLane[] = [];
  private readonly sharedLanes = new Set<number>();
  readonly hostFilters: HostFilter[] = [];
  readonly hostScores: WeightedRule[] = [];
  /** Index = verdict code; code 0 is a closed row, code 1 a node that PreFilter narrowed away. */
  readonly codes: CodeMeaning[] = [
    { rule: '', status: unresolvable() },
    { rule: '', status: unresolvable() },
  ];
  /** Rows that PreFilter left, ascending; undefined = all. */
  narrowed: readonly number[] | undefined;
  constantScore = 0;
  staticLane = 0;
  /** Count tables to give back with the class, as often as they stand here. */
  readonly heldTables: number[] = [];
  readonly conditions: (() => boolean)[] = [];
  /** A rule refuses the pod for the whole cluster. */
  refused = false;
  /** Parameters of the NodeResourcesFit filter, for diagnosis. */
  fitParams = 0;
  private readonly counts: Counts;
  private current: WeightedRule | BoundRule | undefined;
  /** What the static lane was made of; undefined where a rule has not said it. */
  staticLaneSignature: string | undefined = '';

  constructor(core: Core, columns: Columns, counts: Counts, template: PodTemplate, semantics: Semantics, objects: ClusterObjects) {
    super(core, columns);
    this.counts = counts;
    this.template = template;
    this.semantics = semantics;
    this.objects = objects;
  }

  get nodeCount(): number {
    return this.columns.nodeCount;
  }

  get rowCount(): number {
    return this.columns.nodes.length;
  }

  get anyUnschedulable(): boolean {
    return this.columns.anyUnschedulable;
  }

  get anyNegative(): boolean {
    return this.columns.anyNegative;
  }

  get portsDisputed(): boolean {
    return this.columns.portsDisputed;
  }

  /** Names the rule that writes next. */
  enter(rule: BoundRule | WeightedRule): void {
    this.current = rule;
  }

  rowOf(nodeName: string): number | undefined {
    // Names come and go with nodes.
    this.conditions.push(() => false);
    return this.columns.rowByName.get(nodeName);
  }

  labelColumn(key: string, missingAsEmpty = false): LabelColumn {
    return this.columns.labelColumn(key, missingAsEmpty);
  }

  domainsOf(column: LabelColumn, mask: number): { readonly exists: number; readonly count: number } {
    const domains = this.columns.domainsOf(column, mask);
    const { count } = domains;
    this.conditions.push(() => domains.count === count);
    return domains;
  }

  nameColumn(): LabelColumn {
    return this.columns.nameColumn();
  }

  valueTable(column: LabelColumn, key: string, accepts: (value: string | undefined) => boolean): number {
    return this.columns.valueTable(column, key, accepts);
  }

  taintTable(kind: 'u8' | 'i32', value: (taints: readonly Taint[]) => number): number {
    const sets = this.columns.taintSets;
    const address = this.allocate(sets.length * (kind === 'u8' ? 1 : 4));
    sets.forEach((taints, code) => {
      if (kind === 'u8') this.core.u8[address + code] = value(taints);
      else this.core.i32[address / 4 + code] = value(taints);
    });
    return address;
  }

  taintLane(value: (taints: readonly Taint[]) => number): { readonly address: number; readonly highest: number } {
    const perSet = this.columns.taintSets.map(value);
    const address = this.columns.taintLane(perSet);
    if (address !== 0) this.sharedLanes.add(address);
    return { address, highest: perSet.reduce((most, value) => Math.max(most, value), 0) };
  }

  resource(name: string): ResourceColumns {
    return this.columns.resource(name);
  }

  nonZeroColumn(name: string): number | undefined {
    return this.columns.nonZeroColumn(name);
  }

  balanceColumn(resources: readonly string[]): number {
    return this.columns.balances.column(resources);
  }

  get images(): ImageStates {
    return this.columns.images;
  }

  countTable(spec: CountTableSpec): number {
    const table = this.counts.table(spec);
    this.heldTables.push(table);
    return table;
  }

  carriedTerms(template: PodTemplate): readonly CarriedTerm[] {
    return this.counts.termsOn(template);
  }

  nodeMask(key: string, accepts: (node: Node) => boolean): number {
    return this.columns.mask(key, accepts);
  }

  staticFilter(kernel: number, params: number, statuses: readonly Status[], signature?: string): void {
    this.staticFilters.push({ kernel, code: this.codesFor(statuses), params, signature });
  }

  localFilter(kernel: number, params: number, statuses: readonly Status[], signature?: string, fitNames?: readonly string[]): void {
    if (fitNames) this.fitParams = params;
    this.localFilters.push({ kernel, code: this.codesFor(statuses, fitNames), params, signature });
  }

  countingFilter(kernel: number, params: number, statuses: readonly Status[], watched: readonly number[], facts: readonly RowFact[]): void {
    this.facts.push(...facts);
    for (const table of watched) this.watched.add(table);
    this.countingFilters.push({ kernel, code: this.codesFor(statuses), params });
  }

  localScore(kernel: number, params: number, weight: number, signature?: string): void {
    this.localScores.push({ kernel, code: weight, params, signature });
  }

  staticScore(values: Int32Array, signature?: string): void {
    this.staticLane ||= this.piece(this.columns.capacity * 4, this.records);
    const lane = this.core.i32.subarray(this.staticLane / 4, this.staticLane / 4 + values.length);
    for (let row = 0; row < values.length; row++) lane[row] = (lane[row] as number) + (values[row] as number);
    if (signature === undefined) this.staticLaneSignature = undefined;
    else if (this.staticLaneSignature !== undefined) this.staticLaneSignature += `${signature}|`;
  }

  rate(kernel: number, params: number, weight: number, raw: number, watched: readonly number[], facts?: readonly RowFact[]): void {
    if (facts) this.facts.push(...facts);
    else this.finalLanes.push({ address: raw, shared: this.sharedLanes.has(raw) });
    for (const table of watched) this.watched.add(table);
    this.rates.push({ kernel, weight, params, raw });
  }

  termLane(terms: number): number {
    const address = this.lane(4);
    this.core.exports.rateNodeAffinity(terms, 0, this.columns.capacity, address);
    return address;
  }

  refuse(): void {
    this.refused = true;
  }

  constant(score: number): void {
    this.constantScore += score;
  }

  narrow(nodeNames: ReadonlySet<string>, status: Status): void {
    const lane = this.piece(this.columns.capacity, this.lanes);
    const rows = [...nodeNames].map((name) => this.rowOf(name)).filter((row) => row !== undefined);
    for (const row of rows) this.core.u8[lane + row] = OPEN;
    this.narrowed = rows.sort((a, b) => a - b);
    this.codes[NARROWED_CODE] = { rule: '', status };
    this.staticFilters.push({ kernel: FILTER_HOST_LANE, code: NARROWED_CODE, params: lane });
  }

  hostFilter(): void {
    const lane = this.piece(this.columns.capacity, this.lanes);
    this.hostFilters.push({ bound: this.current as BoundRule, lane });
    this.countingFilters.push({ kernel: FILTER_HOST_LANE, code: this.codesFor([unresolvable()]), params: lane });
  }

  hostScore(): void {
    this.hostScores.push(this.current as WeightedRule);
  }

  /** Codes in profile order; when they run out, the class is run by the host. */
  private codesFor(statuses: readonly Status[], fitNames?: readonly string[]): number {
    const first = this.codes.length;
    const rule = (this.current as BoundRule).rule.name;
    for (const status of statuses) this.codes.push(fitNames ? { rule, status, fitNames } : { rule, status });
    assert(this.codes.length <= OPEN, 'verdict codes fit into a byte: every rule announces a bounded number of statuses');
    return first;
  }
}
