import { FLEET_ADDRESS, FLEET_SCRATCH, OPEN } from '../layout/layout.generated.ts';
import { type Status, type StatusCode, unresolvable, unschedulable } from '../rules/rule.ts';
import { NARROWED_CODE } from './class-encoder.ts';
import type { PodClass } from './classes.ts';
import type { Rejection } from './cycle.ts';
import type { Fleet } from './fleet.ts';

/** Code 0 stands for closed rows: no rule has it. */
const OVERRIDDEN = 0;
const TOO_MANY_PODS = 1;
const UNRESOLVABLE_BIT = 0x80000000;

/** What nodes that a trial drains say to pods. */
export const CORDONED = { rule: 'NodeUnschedulable', status: unresolvable('node(s) were unschedulable') } as const;

/** A status with the rule that gave it and the number of rows that have it. */
export interface StatusCount {
  readonly rule: string;
  readonly status: Status;
  readonly rows: number;
}

/** Why each row refuses a class, read from the lanes right after a failed decision. */
export class Diagnosis {
  private readonly cls: PodClass;
  private readonly codes: Uint8Array;
  private readonly fitBits: Int32Array | undefined;
  /** Statuses of NodeResourcesFit by bits: rows of equal cause share one object. */
  private readonly statuses = new Map<number, Status>();
  private readonly overrides = new Map<number, StatusCount>();
  /** Rows that take no more pods. */
  private readonly closed: readonly number[];

  /** O(rows). The verdict lane must be fresh. */
  constructor(fleet: Fleet, cls: PodClass) {
    const { core, nodes } = fleet;
    this.cls = cls;
    this.codes = core.u8.slice(cls.verdictLane, cls.verdictLane + nodes.length);
    // Where lanes are brought up row by row, the room that such rows have not got comes before their being closed.
    for (const row of fleet.closedRows) this.codes[row] = OVERRIDDEN;
    for (const row of fleet.columns.rowStates.out) this.codes[row] = OVERRIDDEN;
    this.closed = [...fleet.closedRows].filter((row) => !fleet.columns.isOut(row));
    const fitCode = cls.codes.findIndex((meaning) => meaning.fitNames);
    if (fitCode >= 0 && this.codes.includes(fitCode)) {
      const scratch = core.u32[(FLEET_ADDRESS + FLEET_SCRATCH) / 4] as number;
      core.exports.diagnoseNodeResourcesFit(cls.local.fitParams, 0, nodes.length, scratch);
      this.fitBits = core.i32.slice(scratch / 4, scratch / 4 + nodes.length);
    }
  }

  /** An examined row has been refused by the pass with nominated pods; a row that PreFilter left out stays so. */
  override(row: number, { plugin, status }: Rejection): void {
    if (this.codes[row] === NARROWED_CODE) return;
    this.codes[row] = OVERRIDDEN;
    this.overrides.set(row, { rule: plugin, status, rows: 1 });
  }

  /** Undefined = feasible. */
  statusOf(row: number): Status | undefined {
    const override = this.overrides.get(row);
    if (override) return override.status;
    const code = this.codes[row] as number;
    const meaning = this.cls.codes[code];
    if (!meaning) return undefined;
    return meaning.fitNames ? this.fitStatus((this.fitBits as Int32Array)[row] as number, meaning.fitNames) : meaning.status;
  }

  /** Each distinct status of the examined rows with the number of rows that have it. O(rows). */
  counts(): readonly StatusCount[] {
    const byCode = new Uint32Array(OPEN + 1);
    const byBits = new Map<number, number>();
    const { codes, fitBits, cls } = this;
    const fitCode = cls.codes.findIndex((meaning) => meaning.fitNames);
    for (let row = 0; row < codes.length; row++) {
      const code = codes[row] as number;
      byCode[code] = (byCode[code] as number) + 1;
      if (code !== fitCode || !fitBits) continue;
      const bits = fitBits[row] as number;
      byBits.set(bits, (byBits.get(bits) ?? 0) + 1);
    }
    const cordoned = this.closed.filter((row) => !this.overrides.has(row)).length;
    const byLane = cls.codes.flatMap(({ rule, status, fitNames }, code): StatusCount[] => {
      const rows = byCode[code] as number;
      if (rows === 0 || rule === '') return [];
      if (!fitNames) return [{ rule, status, rows }];
      return [...byBits].map(([bits, count]) => ({ rule, status: this.fitStatus(bits, fitNames), rows: count }));
    });
    const closed = cordoned > 0 ? [{ ...CORDONED, rows: cordoned }] : [];
    return [...byLane, ...this.overrides.values(), ...closed];
  }

  private fitStatus(bits: number, names: readonly string[]): Status {
    let status = this.statuses.get(bits);
    if (!status) {
      status = fitStatus(bits, names);
      this.statuses.set(bits, status);
    }
    return status;
  }
}

/** Whether eviction may help on single rows, read from a fresh verdict lane. */
export class RowStatuses {
  private readonly fleet: Fleet;
  private readonly cls: PodClass;

  constructor(fleet: Fleet, cls: PodClass) {
    this.fleet = fleet;
    this.cls = cls;
  }

  /** Undefined = feasible. O(1). */
  codeOf(row: number): StatusCode | undefined {
    const { core } = this.fleet;
    if (this.fleet.columns.rowStates.isShut(row)) return CORDONED.status.code;
    const meaning = this.cls.codes[core.u8[this.cls.verdictLane + row] as number];
    if (!meaning?.fitNames) return meaning?.status.code;
    const scratch = core.u32[(FLEET_ADDRESS + FLEET_SCRATCH) / 4] as number;
    core.exports.diagnoseNodeResourcesFit(this.cls.local.fitParams, row, row + 1, scratch);
    const bits = core.i32[scratch / 4 + row] as number;
    return (bits & UNRESOLVABLE_BIT) !== 0 ? 'UnschedulableAndUnresolvable' : 'Unschedulable';
  }
}

function fitStatus(bits: number, names: readonly string[]): Status {
  const reasons = (bits & TOO_MANY_PODS) !== 0 ? ['Too many pods'] : [];
  names.forEach((name, i) => {
    if ((bits & (2 << i)) !== 0) reasons.push(`Insufficient ${name}`);
  });
  return (bits & UNRESOLVABLE_BIT) !== 0 ? unresolvable(...reasons) : unschedulable(...reasons);
}
