import type { Labels } from '../model/labels.ts';
import type { Requirement } from '../model/selector.ts';

/**
 * Items that each ask for labels of a node, filed under one `key In values` requirement of theirs, so that a node with
 * thousands of local volumes in its cluster looks at its own few. Items without such a requirement are shown to every
 * node; the caller still checks all requirements of what it is shown.
 */
export class RequirementIndex<Item> {
  private readonly filed = new Map<string, Map<string, Item[]>>();
  private readonly rest: Item[] = [];

  /** `requirements` must all hold for the item; none = the item cannot be filed. */
  add(requirements: readonly Requirement[], item: Item): void {
    const pivot = narrowest(requirements);
    if (pivot === undefined) {
      this.rest.push(item);
      return;
    }
    const byValue = this.filed.get(pivot.key) ?? new Map<string, Item[]>();
    this.filed.set(pivot.key, byValue);
    for (const value of new Set(pivot.values)) {
      const items = byValue.get(value);
      if (items === undefined) byValue.set(value, [item]);
      else items.push(item);
    }
  }

  /** Calls `visit` once with every item that could match the labels, in no particular order. */
  visit(labels: Labels, visit: (item: Item) => void): void {
    for (const [key, byValue] of this.filed) {
      const value = labels.get(key);
      const items = value === undefined ? undefined : byValue.get(value);
      if (items !== undefined) for (const item of items) visit(item);
    }
    for (const item of this.rest) visit(item);
  }
}

/** The In requirement with the fewest values. */
function narrowest(requirements: readonly Requirement[]): Requirement | undefined {
  let best: Requirement | undefined;
  for (const requirement of requirements) {
    if (requirement.operator !== 'In') continue;
    if (best === undefined || requirement.values.length < best.values.length) best = requirement;
  }
  return best;
}
