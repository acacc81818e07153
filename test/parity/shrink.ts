import type { Json, RawItem } from '../support/fleet-draw.ts';
import type { ParityCase } from './protocol.ts';

/** Whether the case still shows the difference that is being shrunk; false for a case that one side refuses. */
export type StillDiffers = (candidate: ParityCase) => Promise<boolean>;

export interface ShrinkOptions {
  /** Most candidates that are tried. Default 4000. */
  readonly attempts?: number;
}

/**
 * A minimal case with the same difference: objects are left out (delta debugging: halves first, then ever smaller parts), then fields of the
 * objects and of the configuration, larger ones first, until nothing more can go or the attempts are used up.
 */
export async function shrink(parityCase: ParityCase, differs: StillDiffers, options: ShrinkOptions = {}): Promise<ParityCase> {
  let left = options.attempts ?? 4000;
  const allowed: StillDiffers = async (candidate) => left-- > 0 && (await differs(candidate));
  let best = parityCase;
  for (let size = Number.POSITIVE_INFINITY; weight(best) < size; ) {
    size = weight(best);
    best = await withoutObjects(best, allowed);
    best = await withoutFields(best, allowed);
  }
  return best;
}

function weight(parityCase: ParityCase): number {
  return JSON.stringify(parityCase).length;
}

/** Zeller's ddmin, complements only: a part that can go goes at once. */
async function withoutObjects(parityCase: ParityCase, differs: StillDiffers): Promise<ParityCase> {
  let best = parityCase;
  for (let part = Math.ceil(best.objects.length / 2); part >= 1; part = part === 1 ? 0 : Math.ceil(part / 2)) {
    // From the end: later objects (pods, mostly) depend on earlier ones.
    for (let end = best.objects.length; end > 0; end -= part) {
      const objects = best.objects.filter((_, i) => i < end - part || i >= end);
      const candidate = { ...best, objects };
      if (await differs(candidate)) best = candidate;
    }
  }
  return best;
}

async function withoutFields(parityCase: ParityCase, differs: StillDiffers): Promise<ParityCase> {
  let best = parityCase;
  for (let i = 0; i < best.objects.length; i++) {
    const put = (item: RawItem) => ({ ...best, objects: best.objects.with(i, item) });
    best = put(await smaller(best.objects[i] as RawItem, (item) => differs(put(item))));
  }
  const put = (config: RawItem) => ({ ...best, config });
  return put(await smaller(best.config, (config) => differs(put(config))));
}

/** What makes an object that object; it stays, and what is in it is still tried. */
const IDENTITY: readonly (string | number)[] = ['kind', 'apiVersion', 'metadata', 'name', 'namespace', 'schedulerName'];

type Path = readonly (string | number)[];

/** The item without every field and list entry that can go; a field is tried before what is in it. */
async function smaller(item: RawItem, keeps: (item: RawItem) => Promise<boolean>, path: Path = []): Promise<RawItem> {
  let best = item;
  for (const child of childrenOf(valueAt(best, path), path)) {
    if (IDENTITY.includes(child.at(-1) as string | number)) continue;
    const candidate = without(best, child);
    if (await keeps(candidate)) best = candidate;
  }
  for (const child of childrenOf(valueAt(best, path), path)) best = await smaller(best, keeps, child);
  return best;
}

/** List entries from the last to the first: what goes must not move what is still to be tried. */
function childrenOf(value: Json | undefined, path: Path): Path[] {
  if (Array.isArray(value)) return value.map((_, i) => [...path, i]).reverse();
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).map((key) => [...path, key]);
}

function valueAt(item: RawItem, path: Path): Json | undefined {
  return path.reduce<Json | undefined>((value, key) => (value as { readonly [key: string | number]: Json } | undefined)?.[key], item);
}

function without(item: RawItem, path: Path): RawItem {
  const copy = structuredClone(item);
  const holder = valueAt(copy, path.slice(0, -1)) as Record<string | number, Json>;
  const last = path.at(-1) as string | number;
  if (Array.isArray(holder)) holder.splice(last as number, 1);
  else delete holder[last];
  return copy;
}
