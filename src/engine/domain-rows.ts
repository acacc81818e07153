import type { Core } from '../layout/core.ts';
import type { LabelColumn } from '../rules/encode/encoder.ts';

/** How many rows of a mask carry each value of a column: a value that none carries is no domain. */
export class DomainRows {
  /** Address of u8 per code: 1 where the domain exists. */
  readonly exists: number;
  /** Number of domains. */
  count = 0;
  private readonly core: Core;
  private readonly column: number;
  private readonly mask: number;
  private readonly rows: Int32Array;

  /** `mask`: address of u8 per row. No row is in at first. */
  constructor(core: Core, column: LabelColumn, mask: number) {
    this.core = core;
    this.column = column.address;
    this.mask = mask;
    this.exists = core.allocate(column.values.length);
    this.rows = new Int32Array(column.values.length);
  }

  /** The row is in from now on (1), or no longer (-1). */
  change(row: number, by: 1 | -1): void {
    const { core } = this;
    const code = core.i32[this.column / 4 + row] as number;
    if (code === 0 || core.u8[this.mask + row] === 0) return;
    const before = this.rows[code] as number;
    this.rows[code] = before + by;
    if (Math.max(before, before + by) !== 1) return;
    core.u8[this.exists + code] = by === 1 ? 1 : 0;
    this.count += by;
  }
}
