import { FLEET_ADDRESS, FLEET_SCRATCH, OPEN } from '../layout/layout.generated.ts';
import { type Status, unresolvable, unschedulable } from '../rules/rule.ts';
import type { PodClass } from './classes.ts';
import type { Fleet } from './fleet.ts';

const TOO_MANY_PODS = 1;
const UNRESOLVABLE_BIT = 0x80000000;

/** Why each row refuses a class, read from the lanes right after a failed decision. */
export class Diagnosis {
  private readonly cls: PodClass;
  private readonly codes: Uint8Array;
  private readonly fitBits: Int32Array | undefined;
  /** Statuses by verdict code and, for NodeResourcesFit, by bits: rows of equal cause share one object. */
  private readonly statuses = new Map<number, Status>();

  /** O(rows). The verdict lane must be fresh. */
  constructor(fleet: Fleet, cls: PodClass) {
    const { core, nodes } = fleet;
    this.cls = cls;
    this.codes = core.u8.slice(cls.verdictLane, cls.verdictLane + nodes.length);
    const fitCode = cls.codes.findIndex((meaning) => meaning.fitNames);
    if (fitCode >= 0 && this.codes.includes(fitCode)) {
      const scratch = core.u32[(FLEET_ADDRESS + FLEET_SCRATCH) / 4] as number;
      core.exports.diagnoseNodeResourcesFit(cls.fitParams, 0, nodes.length, scratch);
      this.fitBits = core.i32.slice(scratch / 4, scratch / 4 + nodes.length);
    }
  }

  get rows(): number {
    return this.codes.length;
  }

  /** Name of the first rule that refuses the row; undefined = feasible. */
  ruleOf(row: number): string | undefined {
    const code = this.codes[row] as number;
    return code === OPEN ? undefined : this.cls.codes[code]?.rule;
  }

  /** undefined = feasible. */
  statusOf(row: number): Status | undefined {
    const code = this.codes[row] as number;
    if (code === OPEN) return undefined;
    const meaning = this.cls.codes[code];
    if (!meaning?.fitNames) return meaning?.status;
    const bits = (this.fitBits as Int32Array)[row] as number;
    // Keys of fit causes are shifted clear of the plain codes.
    const key = (bits >>> 0) + 256;
    let status = this.statuses.get(key);
    if (!status) {
      status = fitStatus(bits, meaning.fitNames);
      this.statuses.set(key, status);
    }
    return status;
  }

  /** Upstream's plugin names that refused some row. */
  rules(): ReadonlySet<string> {
    const seen = new Set<number>(this.codes);
    return new Set([...seen].flatMap((code) => (code === OPEN ? [] : [this.cls.codes[code]?.rule ?? ''])));
  }
}

function fitStatus(bits: number, names: readonly string[]): Status {
  const reasons = (bits & TOO_MANY_PODS) !== 0 ? ['Too many pods'] : [];
  names.forEach((name, i) => {
    if ((bits & (2 << i)) !== 0) reasons.push(`Insufficient ${name}`);
  });
  return (bits & UNRESOLVABLE_BIT) !== 0 ? unresolvable(...reasons) : unschedulable(...reasons);
}
