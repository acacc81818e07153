import { withoutFields, withoutItems } from '../../src/plan/delta-debugging.ts';
import type { RawItem } from '../support/fleet-draw.ts';
import type { ParityCase } from './protocol.ts';

/** Whether the case still shows the difference that is being shrunk; false for a case that one side refuses. */
export type StillDiffers = (candidate: ParityCase) => Promise<boolean>;

export interface ShrinkOptions {
  /** Most candidates that are tried. Default 4000. */
  readonly attempts?: number;
}

/** What makes an object that object; it stays, and what is in it is still tried. */
const IDENTITY: ReadonlySet<string | number> = new Set(['kind', 'apiVersion', 'metadata', 'name', 'namespace', 'schedulerName']);

/**
 * A minimal case with the same difference: objects are left out, then fields of the objects and of the configuration, larger ones first, until nothing
 * more can go or the attempts are used up.
 */
export async function shrink(parityCase: ParityCase, differs: StillDiffers, options: ShrinkOptions = {}): Promise<ParityCase> {
  let left = options.attempts ?? 4000;
  const allowed: StillDiffers = async (candidate) => left-- > 0 && (await differs(candidate));
  let best = parityCase;
  for (let size = Number.POSITIVE_INFINITY; weight(best) < size; ) {
    size = weight(best);
    const put = (objects: readonly RawItem[]) => ({ ...best, objects });
    best = put(await withoutItems(best.objects, (objects) => allowed(put(objects))));
    best = await withoutFieldsOf(best, allowed);
  }
  return best;
}

function weight(parityCase: ParityCase): number {
  return JSON.stringify(parityCase).length;
}

async function withoutFieldsOf(parityCase: ParityCase, differs: StillDiffers): Promise<ParityCase> {
  let best = parityCase;
  for (let i = 0; i < best.objects.length; i++) {
    const put = (item: RawItem) => ({ ...best, objects: best.objects.with(i, item) });
    best = put(await withoutFields(best.objects[i] as RawItem, (item) => differs(put(item)), IDENTITY));
  }
  const put = (config: RawItem) => ({ ...best, config });
  return put(await withoutFields(best.config, (config) => differs(put(config)), IDENTITY));
}
