import type { Core } from '../layout/core.ts';
import {
  AMOUNT_AMOUNT,
  AMOUNT_BYTES,
  AMOUNT_USED,
  EFFECT_BYTES,
  EFFECT_COLUMN,
  EFFECT_INCLUDE,
  EFFECT_TABLE,
  EFFECT_TERMINATING,
  EFFECT_WEIGHT,
  USAGE_AMOUNT_COUNT,
  USAGE_AMOUNTS,
  USAGE_BYTES,
  USAGE_EFFECT_COUNT,
  USAGE_EFFECTS,
  USAGE_NON_ZERO_CPU,
  USAGE_NON_ZERO_MEMORY,
} from '../layout/layout.generated.ts';
import type { PodTemplate } from '../model/pod.ts';
import type { PodUsage } from '../model/requests.ts';
import type { Amount } from '../model/resources.ts';
import type { CarriedTerm } from '../rules/encode/encoder.ts';
import type { Columns } from './columns.ts';

/** One effect of a placed pod: see the EFFECT record. */
export interface Effect {
  readonly table: number;
  readonly column: number;
  readonly include: number;
  readonly terminating: boolean;
  readonly weight: number;
}

/** Writes the USAGE record of a request; amounts of zero are left out. */
export function writeUsage(core: Core, columns: Columns, usage: PodUsage): number {
  const amounts: [column: number, amount: Amount][] = [];
  const note = (name: string, amount: Amount) => {
    if (amount !== 0n) amounts.push([columns.resource(name).used, columns.narrow(amount)]);
  };
  note('cpu', usage.requested.cpu);
  note('memory', usage.requested.memory);
  note('ephemeral-storage', usage.requested.ephemeralStorage);
  for (const [name, amount] of usage.requested.scalars) note(name, amount);
  const address = core.allocate(USAGE_BYTES);
  const list = core.allocate(amounts.length * AMOUNT_BYTES);
  amounts.forEach(([column, amount], i) => {
    const at = list + i * AMOUNT_BYTES;
    core.u32[(at + AMOUNT_USED) / 4] = column;
    core.i64[(at + AMOUNT_AMOUNT) / 8] = amount;
  });
  core.u32[(address + USAGE_AMOUNTS) / 4] = list;
  core.i32[(address + USAGE_AMOUNT_COUNT) / 4] = amounts.length;
  core.i64[(address + USAGE_NON_ZERO_CPU) / 8] = columns.narrow(usage.nonZeroCpu);
  core.i64[(address + USAGE_NON_ZERO_MEMORY) / 8] = columns.narrow(usage.nonZeroMemory);
  return address;
}

/** Gives back what `writeUsage` took. */
export function releaseUsage(core: Core, address: number): void {
  const count = core.i32[(address + USAGE_AMOUNT_COUNT) / 4] as number;
  core.release(core.u32[(address + USAGE_AMOUNTS) / 4] as number, count * AMOUNT_BYTES);
  core.release(address, USAGE_BYTES);
}

/** A template known to the fleet: what its pods add to a row, which counts they change, and where they are. */
export class TemplateEntry {
  readonly template: PodTemplate;
  readonly terms: readonly CarriedTerm[];
  /** Address of the USAGE record. */
  readonly usage: number;
  /** Row of every placed pod, terminating ones apart. */
  readonly rows: number[] = [];
  readonly terminatingRows: number[] = [];
  /** Pods of the template that a run has still to decide. */
  undecided = 0;
  private readonly core: Core;
  private effectCount = 0;
  private effectRoom = 0;

  constructor(core: Core, template: PodTemplate, terms: readonly CarriedTerm[], usage: number) {
    this.core = core;
    this.template = template;
    this.terms = terms;
    this.usage = usage;
  }

  /** Appends an effect and returns its address, valid until the next append. */
  addEffect(effect: Effect): number {
    const { core } = this;
    if (this.effectCount === this.effectRoom) this.growEffects();
    const address = (core.u32[(this.usage + USAGE_EFFECTS) / 4] as number) + this.effectCount * EFFECT_BYTES;
    core.u32[(address + EFFECT_TABLE) / 4] = effect.table;
    core.u32[(address + EFFECT_COLUMN) / 4] = effect.column;
    core.u32[(address + EFFECT_INCLUDE) / 4] = effect.include;
    core.i32[(address + EFFECT_TERMINATING) / 4] = effect.terminating ? 1 : 0;
    core.i32[(address + EFFECT_WEIGHT) / 4] = effect.weight;
    this.effectCount++;
    core.i32[(this.usage + USAGE_EFFECT_COUNT) / 4] = this.effectCount;
    return address;
  }

  /** Drops the effects on a table. O(effects). */
  removeEffects(table: number): void {
    const { core } = this;
    const list = core.u32[(this.usage + USAGE_EFFECTS) / 4] as number;
    let kept = 0;
    for (let i = 0; i < this.effectCount; i++) {
      const at = list + i * EFFECT_BYTES;
      if (core.u32[(at + EFFECT_TABLE) / 4] === table) continue;
      if (kept < i) core.u8.copyWithin(list + kept * EFFECT_BYTES, at, at + EFFECT_BYTES);
      kept++;
    }
    this.effectCount = kept;
    core.i32[(this.usage + USAGE_EFFECT_COUNT) / 4] = kept;
  }

  /** Forgets where one pod was. O(pods of the template). */
  forget(row: number, terminating: boolean): void {
    const rows = terminating ? this.terminatingRows : this.rows;
    const at = rows.lastIndexOf(row);
    const last = rows.pop() as number;
    if (at < rows.length) rows[at] = last;
  }

  private growEffects(): void {
    const { core } = this;
    const room = Math.max(2, this.effectRoom * 2);
    const old = core.u32[(this.usage + USAGE_EFFECTS) / 4] as number;
    const address = core.allocate(room * EFFECT_BYTES);
    if (this.effectRoom > 0) {
      core.u8.copyWithin(address, old, old + this.effectCount * EFFECT_BYTES);
      core.release(old, this.effectRoom * EFFECT_BYTES);
    }
    core.u32[(this.usage + USAGE_EFFECTS) / 4] = address;
    this.effectRoom = room;
  }
}
