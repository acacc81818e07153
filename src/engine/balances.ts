import type { Core } from '../layout/core.ts';
import {
  FLEET_ADDRESS,
  FLEET_BALANCE_COUNT,
  FLEET_BALANCES,
  SHARE_ALLOCATABLE,
  SHARE_BYTES,
  SHARE_USED,
  SHARES_BEFORE,
  SHARES_BYTES,
  SHARES_RESOURCE_COUNT,
  SHARES_RESOURCES,
} from '../layout/layout.generated.ts';
import type { ResourceColumns } from '../rules/encode/encoder.ts';

/**
 * BalancedAllocation's raw value of each row without a pod, per list of resources: f64 columns that the core keeps up with every change of a row
 * from then on. Profiles name few lists, so each stays.
 */
export class Balances {
  private readonly core: Core;
  private readonly capacity: number;
  private readonly resource: (name: string) => ResourceColumns;
  private readonly known = new Map<string, { readonly column: number; readonly record: number }>();

  constructor(core: Core, capacity: number, resource: (name: string) => ResourceColumns) {
    this.core = core;
    this.capacity = capacity;
    this.resource = resource;
  }

  /** Address of the column. O(rows) on first sight. */
  column(names: readonly string[]): number {
    const key = JSON.stringify(names);
    let balance = this.known.get(key);
    if (!balance) {
      balance = { column: this.core.allocate(this.capacity * 8), record: this.core.allocate(SHARES_BYTES) };
      this.write(balance.record, balance.column, names);
      this.core.exports.fillBalances(balance.record);
      this.known.set(key, balance);
      this.list();
    }
    return balance.column;
  }

  private write(record: number, column: number, names: readonly string[]): void {
    const { core } = this;
    const list = core.allocate(names.length * SHARE_BYTES);
    core.u32[(record + SHARES_RESOURCES) / 4] = list;
    core.i32[(record + SHARES_RESOURCE_COUNT) / 4] = names.length;
    core.u32[(record + SHARES_BEFORE) / 4] = column;
    names.forEach((name, i) => {
      const { allocatable, used } = this.resource(name);
      core.u32[(list + i * SHARE_BYTES + SHARE_ALLOCATABLE) / 4] = allocatable;
      core.u32[(list + i * SHARE_BYTES + SHARE_USED) / 4] = used;
    });
  }

  /** Tells the core which columns there are. */
  private list(): void {
    const { core } = this;
    const had = this.known.size - 1;
    if (had > 0) core.release(core.u32[(FLEET_ADDRESS + FLEET_BALANCES) / 4] as number, had * 4);
    const list = core.allocate(this.known.size * 4);
    [...this.known.values()].forEach(({ record }, i) => {
      core.u32[list / 4 + i] = record;
    });
    core.u32[(FLEET_ADDRESS + FLEET_BALANCES) / 4] = list;
    core.i32[(FLEET_ADDRESS + FLEET_BALANCE_COUNT) / 4] = this.known.size;
  }
}
