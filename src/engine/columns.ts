import { naturalLogarithm } from '../base/log.ts';
import type { Core } from '../layout/core.ts';
import {
  BLOCK,
  FLEET_ADDRESS,
  FLEET_CAPACITY,
  FLEET_CLOSED,
  FLEET_JOURNAL,
  FLEET_JOURNAL_MASK,
  FLEET_LOGARITHM,
  FLEET_NON_ZERO_CPU,
  FLEET_NON_ZERO_MEMORY,
  FLEET_ORDER,
  FLEET_POD_COUNT,
  FLEET_POD_LIMIT,
  FLEET_ROWS,
  FLEET_SAMPLED,
  FLEET_SCRATCH,
  FLEET_TAINT_SET,
  FLEET_UNSCHEDULABLE,
  FLEET_WIDE,
} from '../layout/layout.generated.ts';
import type { Node } from '../model/node.ts';
import { amountOf } from '../model/resources.ts';
import type { Taint } from '../model/taint.ts';
import type { LabelColumn, ResourceColumns } from '../rules/encode/encoder.ts';
import { ImageStates } from '../rules/image-states.ts';
import { Balances } from './balances.ts';
import { NodeMasks } from './node-masks.ts';
import { nodeOrder } from './node-order.ts';
import { Partitions } from './partitions.ts';
import { Bounds } from './plain.ts';
import { CLOSED_ROW, RowStates } from './row-states.ts';

/** Doubles hold amount * 100 exactly below this. */
const NARROW_LIMIT = 1n << 46n;
/** Its quotient with any amount lies below the true reciprocal by more than the roundings of a product with it can make up for. */
const BELOW_ONE = 1 - 2 ** -50;
const INT32_MAX = 0x7fffffff;
/** Journal entries kept. A class that is further behind rebuilds all of its rows, which it does long before. */
const JOURNAL_ENTRIES_MIN = 1 << 12;

/** The nodes as columns in the core's memory, and the dictionaries that give label values and taint lists their codes. */
export class Columns {
  readonly core: Core;
  readonly nodes: readonly Node[];
  /** Not those that a trial has taken out. */
  readonly rowByName: Map<string, number>;
  readonly capacity: number;
  private unschedulable = 0;
  /** What a trial has done to rows. */
  readonly rowStates: RowStates;
  /** Another number whenever nodes have gone or come back. */
  nodesRevision = 0;
  /** Some amount is below zero: shares and balances are no percentages any more. */
  anyNegative = false;
  /** Called when `anyNegative` turns true: scores compiled earlier no longer hold. */
  onNegative: () => void = () => {};
  /** Counts of pods that hold a host port are not to be trusted any more. */
  portsDisputed = false;
  /** Distinct taint lists; index = code. */
  readonly taintSets: (readonly Taint[])[] = [];
  private readonly taintCodes = new Map<string, number>();
  private readonly resources = new Map<string, ResourceColumns>();
  private readonly labelColumns = new Map<string, LabelColumn>();
  readonly partitions: Partitions;
  private readonly ownColumns = new Map<LabelColumn, boolean>();
  private readonly taintLanes = new Map<string, number>();
  readonly balances: Balances;
  readonly bounds: Bounds;
  private names: LabelColumn | undefined;
  private imageStates: ImageStates | undefined;
  private readonly masks: NodeMasks;
  private readonly valueTables = new Map<string, number>();

  constructor(core: Core, nodes: readonly Node[]) {
    this.core = core;
    this.nodes = nodes;
    this.rowByName = new Map(nodes.map((node, row) => [node.name, row]));
    this.capacity = Math.max(BLOCK, Math.ceil(nodes.length / BLOCK) * BLOCK);
    this.balances = new Balances(core, this.capacity, (name) => this.resource(name));
    this.masks = new NodeMasks(core, nodes, this.capacity);
    this.bounds = new Bounds(core, this.capacity);
    this.rowStates = new RowStates(core);
    this.partitions = new Partitions(core, nodes.length, this.capacity);
    this.layOut();
    this.fill();
  }

  /** Address of the i32 column of taint list codes. */
  get taintSetColumn(): number {
    return this.core.u32[(FLEET_ADDRESS + FLEET_TAINT_SET) / 4] as number;
  }

  /** Columns of a resource; created when a node offers it or a pod asks for it. */
  resource(name: string): ResourceColumns {
    const known = this.resources.get(name);
    if (known) return known;
    const column = () => this.core.allocate(this.capacity * 8);
    const everywhere = this.nodes.every((node) => amountOf(node.allocatable, name) !== 0n);
    const columns = { allocatable: column(), used: column(), reciprocal: column(), everywhere };
    this.resources.set(name, columns);
    this.nodes.forEach((node, row) => {
      const allocatable = this.narrow(amountOf(node.allocatable, name));
      this.core.i64[columns.allocatable / 8 + row] = allocatable;
      this.core.f64[columns.reciprocal / 8 + row] = allocatable === 0n ? 0 : BELOW_ONE / Number(allocatable);
    });
    return columns;
  }

  /** Addresses of every i64 column of sums. */
  usedColumns(): readonly number[] {
    const sums = [FLEET_NON_ZERO_CPU, FLEET_NON_ZERO_MEMORY].map((field) => this.core.u32[(FLEET_ADDRESS + field) / 4] as number);
    return [...sums, ...[...this.resources.values()].map(({ used }) => used)];
  }

  nonZeroColumn(name: string): number | undefined {
    const field = name === 'cpu' ? FLEET_NON_ZERO_CPU : name === 'memory' ? FLEET_NON_ZERO_MEMORY : undefined;
    return field === undefined ? undefined : this.core.u32[(FLEET_ADDRESS + field) / 4];
  }

  /** Global facts about images, gathered on first use. */
  get images(): ImageStates {
    if (!this.imageStates) {
      this.imageStates = new ImageStates(this.nodes);
      for (const row of this.rowStates.out) this.imageStates.takeOut(row);
    }
    return this.imageStates;
  }

  labelColumn(key: string, missingAsEmpty = false): LabelColumn {
    const name = missingAsEmpty ? `${key}\u0000` : key;
    let column = this.labelColumns.get(name);
    if (!column) {
      column = this.codeColumn((node) => node.labels.get(key) ?? (missingAsEmpty ? '' : undefined));
      this.labelColumns.set(name, column);
    }
    return column;
  }

  /** Values of the column that some row of the mask carries: u8 per code, and how many. */
  domainsOf(column: LabelColumn, mask: number): { readonly exists: number; readonly count: number } {
    return this.masks.domainsOf(column, mask, (row) => this.rowStates.out.has(row));
  }

  /** Whether no two rows share a value of the column. */
  isOwnToRows(column: LabelColumn): boolean {
    let own = this.ownColumns.get(column);
    if (own === undefined) {
      const codes = this.core.i32.subarray(column.address / 4, column.address / 4 + this.nodes.length);
      own = codes.reduce((present, code) => present + Number(code !== 0), 0) === column.values.length - 1;
      this.ownColumns.set(column, own);
    }
    return own;
  }

  /** i32 lane of a value per distinct taint list. Shared by content; 0 where all are 0. */
  taintLane(values: readonly number[]): number {
    if (values.every((value) => value === 0)) return 0;
    const key = values.join();
    const known = this.taintLanes.get(key);
    if (known !== undefined) return known;
    const lane = this.core.allocate(this.capacity * 4);
    const taintSet = this.taintSetColumn / 4;
    for (let row = 0; row < this.nodes.length; row++) {
      this.core.i32[lane / 4 + row] = values[this.core.i32[taintSet + row] as number] as number;
    }
    this.taintLanes.set(key, lane);
    return lane;
  }

  nameColumn(): LabelColumn {
    this.names ??= this.codeColumn((node) => node.name);
    return this.names;
  }

  /** u8 column: 1 where the predicate holds. Shared by key. */
  mask(key: string, accepts: (node: Node) => boolean): number {
    return this.masks.address(key, accepts);
  }

  /** u8 per code: 1 where the predicate holds. Shared by column and key. */
  valueTable(column: LabelColumn, key: string, accepts: (value: string | undefined) => boolean): number {
    const tableKey = `${column.address}\u0000${key}`;
    const known = this.valueTables.get(tableKey);
    if (known !== undefined) return known;
    const address = this.core.allocate(column.values.length);
    column.values.forEach((value, code) => {
      this.core.u8[address + code] = accepts(value) ? 1 : 0;
    });
    this.valueTables.set(tableKey, address);
    return address;
  }

  /** Notes an amount; from 2^46 on the kernels switch to whole-number arithmetic, and with amounts below zero to the plain twins. */
  narrow(amount: bigint): bigint {
    if (amount < 0n && !this.anyNegative) {
      this.anyNegative = true;
      this.onNegative();
    }
    if (amount >= NARROW_LIMIT) this.core.i32[(FLEET_ADDRESS + FLEET_WIDE) / 4] = 1;
    return amount;
  }

  /** Nodes that no trial has taken out. */
  get nodeCount(): number {
    return this.nodes.length - this.rowStates.out.size;
  }

  /** Some node has spec.unschedulable. */
  get anyUnschedulable(): boolean {
    return this.unschedulable > 0;
  }

  isOut(row: number): boolean {
    return this.rowStates.out.has(row);
  }

  /** As if the node were not there, and the way back. No pod may be on it, and classes must be compiled anew. */
  setOut(row: number, out: boolean): void {
    const { name } = this.nodes[row] as Node;
    this.rowStates.setOut(row, out);
    this.nodesRevision++;
    if (out) this.rowByName.delete(name);
    else this.rowByName.set(name, row);
    if (out) this.imageStates?.takeOut(row);
    else this.imageStates?.putBack(row);
    this.masks.count(row, out ? -1 : 1);
  }

  private codeColumn(read: (node: Node) => string | undefined): LabelColumn {
    const address = this.core.allocate(this.capacity * 4);
    const values: (string | undefined)[] = [undefined];
    const codes = new Map<string, number>();
    this.nodes.forEach((node, row) => {
      const value = read(node);
      if (value === undefined) return;
      let code = codes.get(value);
      if (code === undefined) {
        code = values.push(value) - 1;
        codes.set(value, code);
      }
      this.core.i32[address / 4 + row] = code;
    });
    return { address, values, codeOf: (value) => codes.get(value) };
  }

  /** What the cordon and the taints of the node are in the columns. */
  private writeGuards(node: Node, row: number): void {
    const { core } = this;
    core.u8[(core.u32[(FLEET_ADDRESS + FLEET_UNSCHEDULABLE) / 4] as number) + row] = node.unschedulable ? 255 : 0;
    if (node.unschedulable) this.unschedulable++;
    const key = JSON.stringify(node.taints.map((taint) => [taint.key, taint.value, taint.effect]));
    let code = this.taintCodes.get(key);
    if (code === undefined) {
      code = this.taintSets.push(node.taints) - 1;
      this.taintCodes.set(key, code);
    }
    core.i32[this.taintSetColumn / 4 + row] = code;
  }

  private layOut(): void {
    const { core, capacity } = this;
    const set = (field: number, value: number) => {
      core.i32[(FLEET_ADDRESS + field) / 4] = value;
    };
    set(FLEET_ROWS, this.nodes.length);
    set(FLEET_CAPACITY, capacity);
    for (const field of [FLEET_CLOSED, FLEET_UNSCHEDULABLE, FLEET_SAMPLED]) set(field, core.allocate(capacity));
    for (const field of [FLEET_TAINT_SET, FLEET_POD_LIMIT, FLEET_POD_COUNT, FLEET_ORDER, FLEET_SCRATCH])
      set(field, core.allocate(capacity * 4));
    for (const field of [FLEET_NON_ZERO_CPU, FLEET_NON_ZERO_MEMORY]) set(field, core.allocate(capacity * 8));
    const entries = Math.max(JOURNAL_ENTRIES_MIN, 2 ** Math.ceil(Math.log2(capacity)));
    set(FLEET_JOURNAL, core.allocate(entries * 4));
    set(FLEET_JOURNAL_MASK, entries - 1);
    const logarithms = core.allocate((capacity + 3) * 8);
    for (let i = 1; i < capacity + 3; i++) core.f64[logarithms / 8 + i] = naturalLogarithm(i);
    set(FLEET_LOGARITHM, logarithms);
  }

  private fill(): void {
    const { core } = this;
    const column = (field: number) => core.i32[(FLEET_ADDRESS + field) / 4] as number;
    const closed = column(FLEET_CLOSED);
    core.u8.fill(CLOSED_ROW, closed + this.nodes.length, closed + this.capacity);
    this.nodes.forEach((node, row) => {
      this.writeGuards(node, row);
      core.i32[column(FLEET_POD_LIMIT) / 4 + row] = node.allocatable.pods > BigInt(INT32_MAX) ? INT32_MAX : Number(node.allocatable.pods);
    });
    nodeOrder(this.nodes).forEach((row, position) => {
      core.i32[column(FLEET_ORDER) / 4 + position] = row;
    });
  }
}
