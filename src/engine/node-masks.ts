import type { Core } from '../layout/core.ts';
import type { Node } from '../model/node.ts';
import type { LabelColumn } from '../rules/encode/encoder.ts';
import { DomainRows } from './domain-rows.ts';

/** Sets of nodes as u8 columns, and the values of label columns that their nodes carry. */
export class NodeMasks {
  private readonly core: Core;
  private readonly nodes: readonly Node[];
  private readonly capacity: number;
  private readonly masks = new Map<string, number>();
  private readonly domains = new Map<string, DomainRows>();

  constructor(core: Core, nodes: readonly Node[], capacity: number) {
    this.core = core;
    this.nodes = nodes;
    this.capacity = capacity;
  }

  /** Address of u8 per row: 1 where the predicate holds. Shared by key. O(nodes) on first sight. */
  address(key: string, accepts: (node: Node) => boolean): number {
    let address = this.masks.get(key);
    if (address === undefined) {
      address = this.core.allocate(this.capacity);
      for (const [row, node] of this.nodes.entries()) this.core.u8[address + row] = accepts(node) ? 1 : 0;
      this.masks.set(key, address);
    }
    return address;
  }

  /** Values of the column on the rows of the mask that are not out. O(nodes) on first sight. */
  domainsOf(column: LabelColumn, mask: number, isOut: (row: number) => boolean): DomainRows {
    const key = `${column.address}:${mask}`;
    let found = this.domains.get(key);
    if (!found) {
      found = new DomainRows(this.core, column, mask);
      for (let row = 0; row < this.nodes.length; row++) if (!isOut(row)) found.change(row, 1);
      this.domains.set(key, found);
    }
    return found;
  }

  /** The row is there again (1), or no longer (-1). O(domains asked for so far). */
  count(row: number, by: 1 | -1): void {
    for (const domains of this.domains.values()) domains.change(row, by);
  }
}
