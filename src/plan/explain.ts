import { explainIn } from '../engine/explanation.ts';
import { type EngineOptions, resolveOptions, withHosts } from '../engine/options.ts';
import type { Explanation, PodReference } from '../model/results.ts';
import type { Snapshot } from '../model/snapshot.ts';

/**
 * One scheduling attempt for one pod of the snapshot, told in full; see `explainIn`.
 *
 * @throws PlimsollError NOT_FOUND for the pod or its profile, and what `resolveOptions` throws.
 */
export async function explain(snapshot: Snapshot, reference: PodReference, options: EngineOptions = {}): Promise<Explanation> {
  return explainIn(withHosts(snapshot, options), reference, resolveOptions(options));
}
