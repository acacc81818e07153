import { assert } from '../base/assert.ts';

/** What the clones of one DomainCounts share; never changed. */
interface Base {
  readonly counts: ReadonlyMap<string, number>;
  /** The values in ascending order of count, once somebody has asked for the minimum. */
  ascending?: readonly string[];
}

/**
 * How many pods count in each domain (value of one topology key). A clone costs what has changed since the start and not
 * the number of domains, because a preemption dry run makes one clone per node.
 */
export class DomainCounts {
  private readonly base: Base;
  /** Current counts of the values that have changed; they win over `base`. */
  private readonly changes: Map<string, number>;
  private nonZero: number;

  private constructor(base: Base, changes: Map<string, number>, nonZero: number) {
    this.base = base;
    this.changes = changes;
    this.nonZero = nonZero;
  }

  /** The map must not be changed afterwards. A value with count 0 is a domain too. */
  static of(counts: ReadonlyMap<string, number>): DomainCounts {
    let nonZero = 0;
    for (const count of counts.values()) if (count !== 0) nonZero++;
    return new DomainCounts({ counts }, new Map(), nonZero);
  }

  clone(): DomainCounts {
    return new DomainCounts(this.base, new Map(this.changes), this.nonZero);
  }

  /** 0 for a value that is no domain. */
  get(value: string): number {
    return this.changes.get(value) ?? this.base.counts.get(value) ?? 0;
  }

  add(value: string, delta: number): void {
    const before = this.get(value);
    const after = before + delta;
    this.changes.set(value, after);
    this.nonZero += Number(after !== 0) - Number(before !== 0);
  }

  /** Whether no domain has a count other than 0. */
  get isZero(): boolean {
    return this.nonZero === 0;
  }

  /** Number of domains. */
  get size(): number {
    let size = this.base.counts.size;
    for (const value of this.changes.keys()) if (!this.base.counts.has(value)) size++;
    return size;
  }

  /** Smallest count of any domain; there must be one. O(changes), after sorting the domains once for all clones. */
  minimum(): number {
    this.base.ascending ??= [...this.base.counts.entries()].sort(([, a], [, b]) => a - b).map(([value]) => value);
    let minimum = Number.POSITIVE_INFINITY;
    for (const count of this.changes.values()) minimum = Math.min(minimum, count);
    const smallest = this.base.ascending.find((value) => !this.changes.has(value));
    if (smallest !== undefined) minimum = Math.min(minimum, this.get(smallest));
    assert(Number.isFinite(minimum), 'the minimum is asked of at least one domain');
    return minimum;
  }
}
