import { Prng } from '../../src/base/prng.ts';
import type { KubeVersion } from '../../src/model/gates.ts';
import type { Feature, MutableItem, RawItem } from '../support/fleet-draw.ts';
import { hardCluster } from '../support/fleets.ts';
import { CROWDED, crowd, LEANINGS } from '../support/scheduler-cases.ts';
import type { Mode, ParityCase } from './protocol.ts';

/**
 * Features that no case has. Upstream's own sums and products wrap around beyond int64 where Plimsoll saturates (docs/parity.md), and sampling
 * makes upstream look at a part of the nodes only: the questions are asked of all.
 */
const LEFT_OUT: Readonly<Partial<Record<Feature, boolean>>> = { overflow: false, sampling: false };

/** Gates that a tenth of the seeds switch, by the release that knows them. */
const GATE_SETS: readonly { readonly since: KubeVersion; readonly gates: Readonly<Record<string, boolean>> }[] = [
  { since: '1.35', gates: { TaintTolerationComparisonOperators: true } },
  { since: '1.34', gates: { StorageCapacityScoring: true } },
  { since: '1.34', gates: { PodLevelResources: false } },
];

/** A case with the features of its cluster, for the summary. */
export interface DrawnCase {
  readonly parityCase: ParityCase;
  readonly features: ReadonlySet<Feature>;
}

/** The case of a seed: the same cluster for `explain` and `sequence`; for `preempt` always one in which pods are in each other's way. */
export function drawCase(seed: number, mode: Mode, version: KubeVersion): DrawnCase {
  const prng = new Prng(seed).fork();
  const leanings = mode === 'preempt' ? CROWDED : LEANINGS;
  const leaning = leanings[seed % leanings.length] as Partial<Record<Feature, boolean>>;
  const cluster = hardCluster(seed, { maxPods: 200, maxPending: mode === 'sequence' ? 40 : 24, features: { ...leaning, ...LEFT_OUT } });
  const objects = leaning.priorities === true ? crowd(prng, cluster.list.items) : cluster.list.items;
  const config = withoutServing(cluster.config);
  const name = `seed ${seed} ${mode} ${version}`;
  return { parityCase: { name, mode, version, featureGates: gatesOf(prng, version), config, objects }, features: cluster.features };
}

function gatesOf(prng: Prng, version: KubeVersion): Readonly<Record<string, boolean>> {
  const set = prng.pick(GATE_SETS);
  return prng.chance(1, 10) && set.since <= version ? set.gates : {};
}
