import { ENGINE_VERSION } from '../base/version.ts';
import type { Provenance } from '../model/results.ts';
import type { Settings } from './options.ts';

/** What an answer from a snapshot of this hash depends on, whatever profiles its pods use. */
export function provenanceOf({ semantics, profiles, configuration, tie, seed }: Settings, snapshot: string): Provenance {
  return {
    engineVersion: ENGINE_VERSION,
    kubeVersion: semantics.kubeVersion,
    profiles: profiles.map(({ schedulerName }) => schedulerName),
    configuration,
    tie,
    seed,
    percentageOfNodesToScore: profiles[0]?.percentageOfNodesToScore ?? 100,
    snapshot,
  };
}
