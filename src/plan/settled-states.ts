import type { EngineOptions } from '../engine/options.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { afterAll, Cluster, isFixed, replacementOf } from './cluster.ts';
import type { LostDomain } from './losses.ts';

/** The cluster with its waiting pods placed where there is room: where questions about what happens next begin. */
export async function settled(snapshot: Snapshot, options: EngineOptions): Promise<Snapshot> {
  const cluster = new Cluster(snapshot, options);
  await cluster.settle();
  return cluster.engine.snapshot();
}

/**
 * The cluster once domains are lost and what they ran is placed again, as `Losses` has it while it counts.
 * @param base Settled, without waiting pods.
 */
export async function afterLoss(base: Snapshot, domains: readonly LostDomain[], options: EngineOptions): Promise<Snapshot> {
  const gone = new Set(domains.flatMap(({ nodes }) => nodes));
  const onLost = new Map([...gone].map((name): [string, Snapshot['pods'][number][]] => [name, []]));
  for (const pod of base.pods) onLost.get(pod.nodeName)?.push(pod);
  const laterMs = afterAll(base);
  const movable = [...onLost.values()].flat().filter((pod) => !pod.terminating && !isFixed(pod));
  const staying = base.pods.filter(({ nodeName }) => !gone.has(nodeName));
  const cluster = new Cluster(
    {
      ...base,
      nodes: base.nodes.filter(({ name }) => !gone.has(name)),
      pods: [...staying, ...movable.map((pod) => replacementOf(pod, laterMs))],
    },
    options,
  );
  await cluster.settle();
  return cluster.engine.snapshot();
}
