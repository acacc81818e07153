import type { Level, Outcome } from './outcome.ts';

/** Skews of all controllers at each level, made one number. Levels at which no controller has two pods are absent. */
export function skews(outcome: Outcome, combine: (skews: readonly number[]) => number): ReadonlyMap<string, number> | undefined {
  return byLevel(outcome, (counts, level) => skewOf(counts, level), combine);
}

/** Share of the controllers that have all of their pods in one domain, by level. */
export function singleDomains(outcome: Outcome): ReadonlyMap<string, number> | undefined {
  return byLevel(
    outcome,
    (counts) => (counts.size === 1 ? 1 : 0),
    (single) => single.reduce((sum, one) => sum + one, 0) / single.length,
  );
}

/** Most minus fewest, as in topology spread; a domain without pods counts 0. */
function skewOf(counts: ReadonlyMap<number, number>, { count }: Level): number {
  let most = 0;
  let fewest = Number.POSITIVE_INFINITY;
  for (const pods of counts.values()) {
    most = Math.max(most, pods);
    fewest = Math.min(fewest, pods);
  }
  return most - (counts.size < count ? 0 : fewest);
}

function byLevel(
  outcome: Outcome,
  rate: (counts: ReadonlyMap<number, number>, level: Level) => number,
  combine: (rates: readonly number[]) => number,
): ReadonlyMap<string, number> | undefined {
  const numbers = new Map<string, number>();
  for (const level of outcome.ground.levels) {
    const rates: number[] = [];
    for (const rows of outcome.workloads()) {
      const counts = new Map<number, number>();
      let pods = 0;
      for (const row of rows) {
        const domain = level.domains[row] as number;
        if (domain < 0) continue;
        pods++;
        counts.set(domain, (counts.get(domain) ?? 0) + 1);
      }
      if (pods >= 2) rates.push(rate(counts, level));
    }
    if (rates.length > 0) numbers.set(level.name, combine(rates));
  }
  return numbers.size > 0 ? numbers : undefined;
}
