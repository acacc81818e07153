/**
 * Measures Plimsoll on one row of `npm run bench:upstream` and prints an OwnSide as JSON: `node bench/upstream-child.ts WORK NODES PODS`. In a
 * process of its own, so that one row does not warm up another.
 */
import { assert } from '../src/base/assert.ts';
import { Engine } from '../src/engine/engine.ts';
import { LatencyRecorder } from '../src/engine/latencies.ts';
import { podKey } from '../src/model/pod.ts';
import type { Schedule, TieMode } from '../src/model/results.ts';
import type { Snapshot } from '../src/model/snapshot.ts';
import { buildSnapshot } from './clusters.ts';
import { decisionHash } from './decision-hash.ts';
import { percentilesOf } from './measure.ts';
import { median } from './results.ts';
import type { OwnRate, OwnSide } from './upstream-results.ts';
import { WORKS } from './upstream-rows.ts';

const RUNS = 7;

const [name, nodes, pods] = process.argv.slice(2);
const work = WORKS.find((candidate) => candidate.name === name);
assert(work !== undefined, 'usage: node bench/upstream-child.ts WORK NODES PODS');
const snapshot = buildSnapshot(work.objects(Number(nodes), Number(pods)));
const heap = await measureTie(snapshot, 'heap');
const first = await measureTie(snapshot, 'first');
const side: OwnSide = { nodeVersion: process.version, heap: heap.rate, first: first.rate, decisions: decisionsOf(heap.schedule) };
process.stdout.write(JSON.stringify(side));

async function measureTie(cluster: Snapshot, tie: TieMode): Promise<{ rate: OwnRate; schedule: Schedule }> {
  const cold = await runOnce(cluster, tie);
  const recorder = new LatencyRecorder();
  const runs: Schedule[] = [];
  for (let run = 0; run < RUNS; run++) {
    const plain = await runOnce(cluster, tie);
    const recorded = await runOnce(cluster, tie, recorder);
    for (const schedule of [plain, recorded]) assert(decisionHash(schedule) === decisionHash(cold), 'every run decides alike');
    runs.push(plain);
  }
  const { pending, seconds } = cold.summary;
  const rate = {
    decisions: pending,
    coldSeconds: seconds,
    seconds: median(runs.map(({ summary }) => summary.seconds)),
    decideSeconds: median(runs.map(({ summary }) => summary.decideSeconds)),
    latency: percentilesOf(recorder, pending * RUNS),
  };
  return { rate, schedule: cold };
}

/** A run from the same start; laying the fleet out is outside of its clock, as filling the cache is outside of upstream's. */
function runOnce(cluster: Snapshot, tie: TieMode, recorder?: LatencyRecorder): Promise<Schedule> {
  globalThis.gc?.();
  return new Engine(cluster, { tie, percentageOfNodesToScore: 100 }).schedule(undefined, recorder);
}

function decisionsOf({ placements, unschedulable, preemptions }: Schedule): Record<string, string> {
  assert(preemptions.length === 0, 'nobody evicts');
  return Object.fromEntries([
    ...placements.map((placement) => [podKey(placement), placement.node]),
    ...unschedulable.map((pod) => [podKey(pod), '']),
  ]);
}
