/** What can be left out while something still holds (A. Zeller, R. Hildebrandt, "Simplifying and isolating failure-inducing input", 2002). */

/** Whether a smaller candidate still shows what is looked for. */
export type Holds<T> = (candidate: T) => Promise<boolean>;

/**
 * The list without all that can go, in large parts first and then in ever smaller ones. A part that can go goes at once, so that there is no second try
 * at what was refused before it: repeat until nothing changes for a list in which nothing can go alone. O(result · log(list)) questions when most can go.
 */
export async function withoutItems<T>(items: readonly T[], holds: Holds<readonly T[]>): Promise<readonly T[]> {
  let best = items;
  for (let part = Math.ceil(best.length / 2); part >= 1; part = part === 1 ? 0 : Math.ceil(part / 2)) {
    // From the end: later objects (pods, mostly) depend on earlier ones.
    for (let end = best.length; end > 0; end -= part) {
      const from = end - part;
      const candidate = best.filter((_, i) => i < from || i >= end);
      if (await holds(candidate)) best = candidate;
    }
  }
  return best;
}

type Path = readonly (string | number)[];

/** The value without every field and list entry that can go; a field is tried before what is in it. Fields named in `stays` stay. */
export async function withoutFields<T>(value: T, holds: Holds<T>, stays: ReadonlySet<string | number>, path: Path = []): Promise<T> {
  let best = value;
  for (const child of childrenOf(valueAt(best, path), path)) {
    if (stays.has(child.at(-1) as string | number)) continue;
    const candidate = without(best, child);
    if (await holds(candidate)) best = candidate;
  }
  for (const child of childrenOf(valueAt(best, path), path)) best = await withoutFields(best, holds, stays, child);
  return best;
}

/** List entries from the last to the first: what goes must not move what is still to be tried. */
function childrenOf(value: unknown, path: Path): Path[] {
  if (Array.isArray(value)) return value.map((_, i) => [...path, i]).reverse();
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).map((key) => [...path, key]);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce((at, key) => (at as Readonly<Record<string | number, unknown>> | undefined)?.[key], value);
}

function without<T>(value: T, path: Path): T {
  const copy = structuredClone(value);
  const holder = valueAt(copy, path.slice(0, -1)) as Record<string | number, unknown>;
  const last = path.at(-1) as string | number;
  if (Array.isArray(holder)) holder.splice(last as number, 1);
  else delete holder[last];
  return copy;
}
