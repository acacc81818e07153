import { expect, test } from 'vitest';
import { resolveProfiles } from '../../src/engine/profile.ts';
import { SchedulingQueue } from '../../src/engine/queue.ts';
import { queueHints } from '../../src/engine/queue-hints.ts';
import type { ResolvedProfile } from '../../src/engine/resolved-profile.ts';
import { readSnapshot } from '../../src/index.ts';
import { GATE_DEFAULTS } from '../../src/model/gates.ts';
import type { Pod } from '../../src/model/pod.ts';
import type { RawItem } from '../support/fleets.ts';
import { readFacts } from '../support/preemption-cases.ts';

interface RawPod {
  readonly name: string;
  readonly namespace: string;
  readonly labels: RawItem;
  readonly ports?: readonly RawItem[];
  readonly spec: RawItem;
}

interface Fate {
  readonly plugins?: readonly string[];
  readonly victim?: RawPod;
}

interface Run {
  readonly id: number;
  readonly pods: readonly RawPod[];
  readonly fates: Readonly<Record<string, readonly Fate[]>>;
  readonly maxBackoffSeconds?: number;
  readonly order: readonly string[];
}

const runs: readonly Run[] = readFacts('queue-recorded.jsonl');
const semantics = { kubeVersion: '1.36', gates: GATE_DEFAULTS } as const;
const [profile] = resolveProfiles(undefined, semantics).profiles as [ResolvedProfile];

function rawPod({ name, namespace, labels, ports, spec }: RawPod): RawItem {
  const containers = [{ name: 'c', image: 'x', ...(ports ? { ports } : {}) }];
  const metadata = { name, namespace, uid: name, labels };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { schedulerName: 'default-scheduler', containers, ...spec } };
}

test.each(runs.map((run) => [run.id, run] as const))('pops as upstream does: run %i', async (_id, run) => {
  const victims = Object.values(run.fates).flatMap((fates) => fates.flatMap(({ victim }) => (victim ? [victim] : [])));
  const items = [...run.pods, ...victims].map(rawPod);
  const { pods: all, objects } = await readSnapshot({ apiVersion: 'v1', kind: 'List', items }, { defaults: false });
  const byName = new Map(all.map((pod) => [pod.name, pod]));
  const pods = run.pods.map(({ name }) => byName.get(name) as Pod);
  const { maxBackoffSeconds } = run;
  const hints = queueHints({ objects, semantics, profileOf: () => profile });
  const queue = new SchedulingQueue(pods, { hints, ...(maxBackoffSeconds === undefined ? {} : { maxBackoffSeconds }) });

  const order: string[] = [];
  const fates = new Map(Object.entries(run.fates).map(([name, list]) => [name, [...list]]));
  while (queue.ready > 0) {
    const [index] = queue.take(1) as [number];
    const { name } = pods[index] as Pod;
    order.push(name);
    const { plugins, victim } = fates.get(name)?.shift() ?? {};
    if (plugins === undefined) queue.placed(index);
    else queue.failed(index, new Set(plugins));
    if (victim) queue.deleted(byName.get(victim.name) as Pod);
  }
  expect(order).toEqual(run.order);
});
