import { DomainCounts } from './domain-counts.ts';
import type { NodeView } from './view.ts';

/** Counts by topology key and domain; an entry that is 0 counts as absent. A clone is cheap (see DomainCounts). */
export class TopologyCounts {
  private readonly byKey: Map<string, DomainCounts>;

  private constructor(byKey: Map<string, DomainCounts>) {
    this.byKey = byKey;
  }

  /** The inner maps must not be changed afterwards. */
  static of(counts: ReadonlyMap<string, ReadonlyMap<string, number>>): TopologyCounts {
    return new TopologyCounts(new Map([...counts].map(([key, domains]) => [key, DomainCounts.of(domains)])));
  }

  clone(): TopologyCounts {
    return new TopologyCounts(new Map([...this.byKey].map(([key, domains]) => [key, domains.clone()])));
  }

  keys(): Iterable<string> {
    return this.byKey.keys();
  }

  /** The count of the node's domain; undefined where the node lacks the key. */
  on(node: NodeView, key: string): number | undefined {
    const value = node.node.labels.get(key);
    return value === undefined ? undefined : (this.byKey.get(key)?.get(value) ?? 0);
  }

  /** Counts `delta` in the node's domain of each key, as often as it is listed; keys that the node lacks count nowhere. */
  add(keys: readonly string[], node: NodeView, delta: 1 | -1): void {
    for (const key of keys) {
      const value = node.node.labels.get(key);
      if (value === undefined) continue;
      let domains = this.byKey.get(key);
      if (!domains) {
        domains = DomainCounts.of(new Map());
        this.byKey.set(key, domains);
      }
      domains.add(value, delta);
    }
  }

  get isZero(): boolean {
    for (const domains of this.byKey.values()) if (!domains.isZero) return false;
    return true;
  }
}

/** Fills the plain maps from which TopologyCounts start. */
export class TopologyTally {
  private readonly counts = new Map<string, Map<string, number>>();

  /** See TopologyCounts.add. */
  add(keys: readonly string[], node: NodeView, amount: number): void {
    for (const key of keys) {
      const value = node.node.labels.get(key);
      if (value === undefined) continue;
      let domains = this.counts.get(key);
      if (!domains) {
        domains = new Map();
        this.counts.set(key, domains);
      }
      domains.set(value, (domains.get(value) ?? 0) + amount);
    }
  }

  /** Whether nothing was ever added; a sum of 0 is something. */
  get isEmpty(): boolean {
    return this.counts.size === 0;
  }

  /** The tally must not be added to afterwards. */
  sums(): ReadonlyMap<string, ReadonlyMap<string, number>> {
    return this.counts;
  }
}
