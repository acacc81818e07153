import { MARK, type PackingData, type PackingResource, type PackingUnit } from '../src/report/html/packing-data.ts';

/** How full something is: the share of the fullest resource, and which one that is. */
export interface Fill {
  readonly share: number;
  readonly resource: number;
}

/** Nodes that are drawn together: a failure domain, or the whole fleet. */
export interface Group {
  /** '' for the fleet. */
  readonly level: string;
  readonly name: string;
  readonly rows: readonly number[];
  /** Narrower domains; empty: the nodes themselves come next. */
  readonly groups: readonly Group[];
  readonly parent?: Group;
}

/** A node that is over-full counts as twice full in means: what is asked of a resource that is not offered has no share. */
const OVERFULL = 2;

/** The fleet of a page with what can be asked of it. */
export class Fleet {
  readonly data: PackingData;
  readonly size: number;
  readonly states: number;
  readonly root: Group;
  private moving: number | undefined;
  private lensRange: { readonly low: number; readonly high: number } | undefined;
  private readonly podsByRow: (readonly number[])[][] = [];

  constructor(data: PackingData) {
    this.data = data;
    this.size = data.nodes.name.length;
    this.states = data.states.length;
    this.root = this.groupOf(
      '',
      'Fleet',
      data.nodes.name.map((_, row) => row),
      0,
    );
  }

  /** Whether the node exists in the state: lost ones are gone in the last, added ones not there in the first. */
  exists(row: number, state: number): boolean {
    const mark = this.markOf(row);
    if (this.states === 1) return true;
    return state === 0 ? (mark & MARK.added) === 0 : (mark & MARK.lost) === 0;
  }

  markOf(row: number): number {
    return this.data.nodes.mark[row] ?? 0;
  }

  /** More than a tenth of the nodes get or lose pods. */
  get movesAreMany(): boolean {
    const { arrived, left } = this.data.nodes;
    this.moving ??= arrived.filter((count, row) => count > 0 || (left[row] ?? 0) > 0).length;
    return this.moving * 10 > this.size;
  }

  /** What the rows ask for and offer together in a state. */
  sums(rows: readonly number[], resource: number, state: number): { offered: number; used: number } {
    const { offered, used } = this.data.resources[resource] as PackingResource;
    const sum = { offered: 0, used: 0 };
    for (const row of rows) {
      if (!this.exists(row, state)) continue;
      sum.offered += offered[row] ?? 0;
      sum.used += used[state]?.[row] ?? 0;
    }
    return sum;
  }

  /** By one resource, or by the fullest of all when `resource` is -1. Undefined: nothing is offered. */
  fill(rows: readonly number[], resource: number, state: number): Fill | undefined {
    let fullest: Fill | undefined;
    for (const index of this.data.resources.keys()) {
      if (resource >= 0 && index !== resource) continue;
      const { offered, used } = this.sums(rows, index, state);
      const share = offered > 0 ? used / offered : used > 0 ? Number.POSITIVE_INFINITY : undefined;
      if (share !== undefined && (!fullest || share > fullest.share)) fullest = { share, resource: index };
    }
    return fullest;
  }

  /** Of one resource the share of the sums; else the mean of what each node's fullest resource says, so that few nodes with rare devices do not speak for all. */
  groupShare(rows: readonly number[], resource: number, state: number): number | undefined {
    if (resource >= 0 || rows.length === 1) return this.fill(rows, resource, state)?.share;
    let sum = 0;
    let count = 0;
    for (const row of rows) {
      const fill = this.exists(row, state) ? this.fill([row], resource, state) : undefined;
      if (!fill) continue;
      sum += Math.min(fill.share, OVERFULL);
      count++;
    }
    return count > 0 ? sum / count : undefined;
  }

  /** Where the mean of the rows' values stands between the least and the largest of the lens. Undefined: none has a value. */
  lensShare(rows: readonly number[]): number | undefined {
    const { lens } = this.data;
    if (!lens) return undefined;
    this.lensRange ??= rangeOf(lens.value);
    const { low, high } = this.lensRange;
    let sum = 0;
    let count = 0;
    for (const row of rows) {
      const value = lens.value[row];
      if (typeof value !== 'number') continue;
      sum += value;
      count++;
    }
    if (count === 0) return undefined;
    return high > low ? (sum / count - low) / (high - low) : 1;
  }

  /** Listed pods that are on the node in the state, as they are listed. */
  podsOn(row: number, state: number): readonly number[] {
    this.podsByRow[state] ??= this.indexPods(state);
    return this.podsByRow[state]?.[row] ?? [];
  }

  /** `zone-a / rack-7` of a node. */
  placeOf(row: number): string {
    const { levels, domains, nodes } = this.data;
    const parts = levels.map((level, i) => `${level} ${domains[i]?.[nodes.domain[i]?.[row] ?? -1] ?? 'unknown'}`);
    return parts.join(', ');
  }

  private indexPods(state: number): number[][] {
    const lists: number[][] = Array.from({ length: this.size }, () => []);
    for (const [pod, row] of (this.data.pods.at[state] ?? []).entries()) lists[row]?.push(pod);
    return lists;
  }

  private groupOf(level: string, name: string, rows: readonly number[], depth: number, parent?: Group): Group {
    const { levels, domains, nodes } = this.data;
    const groups: Group[] = [];
    const group: Group = { level, name, rows, groups, ...(parent ? { parent } : {}) };
    const narrower = levels[depth];
    if (narrower === undefined) return group;
    const byDomain = new Map<number, number[]>();
    for (const row of rows) {
      const domain = nodes.domain[depth]?.[row] ?? -1;
      const others = byDomain.get(domain);
      if (others) others.push(row);
      else byDomain.set(domain, [row]);
    }
    const codes = [...byDomain.keys()].sort((a, b) => (a < 0 ? 1 : b < 0 ? -1 : a - b));
    for (const code of codes) {
      const called = domains[depth]?.[code] ?? `no ${narrower}`;
      groups.push(this.groupOf(narrower, called, byDomain.get(code) ?? [], depth + 1, group));
    }
    return group;
  }
}

export function rangeOf(values: readonly (number | null)[]): { readonly low: number; readonly high: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value === null) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { low, high };
}

/** Amounts for people, in the units of Kubernetes: 1.5, 1500m, 12.3 GiB. */
export function amountText(amount: number, unit: PackingUnit): string {
  if (unit === 'milli-cpu') return trimmed(amount / 1000, 3);
  if (unit === 'count') return amount.toLocaleString('en-US');
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
  let scale = 0;
  let value = amount;
  while (Math.abs(value) >= 1024 && scale < units.length - 1) {
    value /= 1024;
    scale++;
  }
  return `${trimmed(value, 1)} ${units[scale]}`;
}

export function shareText(share: number): string {
  if (!Number.isFinite(share)) return 'over';
  return `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)}%`;
}

function trimmed(value: number, digits: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}
