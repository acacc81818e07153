import { PlimsollError } from '../base/errors.ts';
import type { EngineOptions } from '../engine/options.ts';
import type { RawObject } from '../model/parse/fields.ts';
import type { ShrunkSnapshot } from '../model/snapshot-results.ts';
import { type DecisionQuestion, decisionIn, decisionKey } from './decision.ts';
import { type Holds, withoutFields, withoutItems } from './delta-debugging.ts';
import { reducedObject } from './field-table.ts';
import { eachObject } from './raw-objects.ts';

export interface ShrinkOptions extends EngineOptions, DecisionQuestion {
  /** Most candidates that are decided; default 100,000. */
  readonly attempts?: number;
  /** Called after each candidate, with the objects that are left. */
  readonly onAttempt?: (attempts: number, objects: number) => void;
}

const ATTEMPTS_MAX = 100_000;

/** What makes an object that object; it stays, and what is in it is still tried. */
const IDENTITY: ReadonlySet<string | number> = new Set(['kind', 'apiVersion', 'metadata', 'name', 'namespace']);
/** Where one node wins over another: a node that offers less would explain it too, and not be the reason. */
const IDENTITY_AND_ROOM: ReadonlySet<string | number> = new Set([...IDENTITY, 'allocatable', 'cpu', 'memory', 'pods', 'ephemeral-storage']);

/**
 * A smallest snapshot that still shows a decision: the pod's node, or why it has none. Objects are left out in ever smaller parts, then fields of the
 * objects, until nothing can go alone. With `over`, amounts stay whole. Each candidate is read and decided anew, so that the answer is right whatever the rules are; smaller ones may exist
 * that need two things to go at once. O(result · log(objects)) decisions when most can go. Deterministic.
 *
 * @param objects Kubernetes objects as parsed JSON, no lists (`readObjects`).
 * @throws PlimsollError NOT_FOUND for the pod or a node, and what reading and `resolveOptions` throw.
 */
export async function shrinkSnapshot(objects: Iterable<object>, options: ShrinkOptions): Promise<ShrunkSnapshot> {
  const { pod, alone = false, over = [], exact = false, defaults = true, attempts: most = ATTEMPTS_MAX, onAttempt, ...engine } = options;
  const question: DecisionQuestion = { pod, alone, over, exact, defaults };
  const all = Array.from(eachObject(objects), (object) => reducedObject(object)).filter((object) => object !== undefined);
  const wanted = decisionKey(await decisionIn(all, question, engine), exact);
  const shows = async (candidate: Objects) => decisionKey(await decisionIn(candidate, question, engine), exact) === wanted;
  const trial = new Trial(most, shows, { stays: over.length > 0 ? IDENTITY_AND_ROOM : IDENTITY, onAttempt });
  const items = await trial.smallest(all);
  return {
    snapshot: { apiVersion: 'v1', kind: 'List', items },
    decision: await decisionIn(items, question, engine),
    summary: { objects: items.length, objectsBefore: all.length, attempts: trial.attempts, minimal: trial.attempts < most },
  };
}

type Objects = readonly RawObject[];

interface TrialSettings {
  readonly stays: ReadonlySet<string | number>;
  readonly onAttempt: ShrinkOptions['onAttempt'];
}

/** Counts candidates and takes what the reader or the engine refuses for candidates that show nothing. */
class Trial {
  attempts = 0;
  private readonly most: number;
  private readonly shows: Holds<Objects>;
  private readonly settings: TrialSettings;
  private left = 0;

  constructor(most: number, shows: Holds<Objects>, settings: TrialSettings) {
    this.most = most;
    this.shows = shows;
    this.settings = settings;
  }

  async smallest(objects: Objects): Promise<Objects> {
    let best = objects;
    this.left = best.length;
    for (let size = Number.POSITIVE_INFINITY; weight(best) < size && this.attempts < this.most; ) {
      size = weight(best);
      best = await withoutItems(best, (candidate) => this.holds(candidate));
      for (let i = 0; i < best.length; i++) best = await this.withSmaller(best, i);
    }
    return best;
  }

  private async withSmaller(objects: Objects, i: number): Promise<Objects> {
    const put = (object: RawObject) => objects.with(i, object);
    return put(await withoutFields(objects[i] as RawObject, (object) => this.holds(put(object)), this.settings.stays));
  }

  private async holds(candidate: Objects): Promise<boolean> {
    if (this.attempts >= this.most) return false;
    this.attempts++;
    const holds = await this.shows(candidate).catch((error: unknown) => {
      if (error instanceof PlimsollError) return false;
      throw error;
    });
    if (holds) this.left = candidate.length;
    this.settings.onAttempt?.(this.attempts, this.left);
    return holds;
  }
}

/** Objects first, then the length of their text. */
function weight(objects: Objects): number {
  return objects.reduce((sum, object) => sum + JSON.stringify(object).length, 0);
}
