import type { Core } from '../layout/core.ts';
import { FLEET_ADDRESS, FLEET_CLOSED } from '../layout/layout.generated.ts';

/** Value of the column of closed rows where a row is closed. */
export const CLOSED_ROW = 255;

/** Which rows a trial keeps decisions from: those that are as if they were not there, and those that take no more pods. */
export class RowStates {
  readonly out = new Set<number>();
  readonly closed = new Set<number>();
  private readonly core: Core;

  constructor(core: Core) {
    this.core = core;
  }

  setOut(row: number, out: boolean): void {
    this.set(this.out, row, out);
  }

  setClosed(row: number, closed: boolean): void {
    this.set(this.closed, row, closed);
  }

  /** No pod may come: the row is closed or out. */
  isShut(row: number): boolean {
    return this.out.has(row) || this.closed.has(row);
  }

  private set(rows: Set<number>, row: number, member: boolean): void {
    if (member) rows.add(row);
    else rows.delete(row);
    const column = this.core.u32[(FLEET_ADDRESS + FLEET_CLOSED) / 4] as number;
    this.core.u8[column + row] = this.isShut(row) ? CLOSED_ROW : 0;
  }
}
