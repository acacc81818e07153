import { describe, expect, it } from 'vitest';
import { PlimsollError } from '../../src/base/errors.ts';
import { Prng } from '../../src/base/prng.ts';
import { Engine } from '../../src/engine/engine.ts';
import { LatencyRecorder } from '../../src/engine/latencies.ts';
import type { EngineOptions } from '../../src/engine/options.ts';
import { SnapshotBuilder } from '../../src/model/parse/snapshot-builder.ts';
import type { Pod } from '../../src/model/pod.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { makeNode, makePod } from '../support/builders.ts';
import { schedulerCase } from '../support/scheduler-cases.ts';

/** Clusters; PLIMSOLL_RUNS overrides, for long runs. */
const RUNS = Number(process.env.PLIMSOLL_RUNS ?? 60);
const COPIES = 60;
const EMPTY = new SnapshotBuilder().finish();

/** A pod that evicts nobody, is held back by nothing and is as important as any other, so that the queue keeps the order of the copies. */
function harmless(pod: Pod): Pod {
  const template = { ...pod.template, priority: 0, preemptionPolicy: 'Never', schedulingGates: [] };
  return { ...pod, template, nominatedNodeName: '', terminating: false, createdMs: 0 };
}

/** Rows of the same copies, all waiting in one run of the queue. */
async function throughTheQueue(snapshot: Snapshot, pods: readonly Pod[], kinds: Uint32Array, options: EngineOptions): Promise<number[]> {
  const copies = [...kinds].map((kind, i) => ({ ...(pods[kind] as Pod), name: `copy-${i}`, uid: `uid-copy-${i}`, createdMs: i + 1 }));
  const { placements } = await new Engine(
    { ...snapshot, pods: [...snapshot.pods, ...copies] },
    { ...options, untilStable: false },
  ).schedule();
  const rowOf = new Map(snapshot.nodes.map(({ name }, row) => [name, row]));
  const nodeOf = new Map(placements.map(({ name, node }) => [name, node]));
  return copies.map(({ name }) => rowOf.get(nodeOf.get(name) ?? '') ?? -1);
}

describe('Engine.batch', () => {
  it('decides copies as the queue does', async () => {
    const tally = { placed: 0, refused: 0 };
    for (let seed = 1; seed <= RUNS; seed++) {
      const prng = new Prng(seed);
      const { snapshot, options } = schedulerCase(seed);
      const bound = { ...snapshot, pods: snapshot.pods.filter(({ nodeName }) => nodeName !== '') };
      const waiting = snapshot.pods.filter(({ nodeName }) => nodeName === '');
      const profiles = new Engine(bound, options).settings.profiles.map(({ schedulerName }) => schedulerName);
      const pods = waiting
        .filter(({ template }) => profiles.includes(template.schedulerName) && template.volumes.length === 0)
        .map(harmless);
      if (pods.length === 0) continue;
      const kinds = Uint32Array.from({ length: COPIES }, () => prng.below(pods.length));
      const want = await throughTheQueue(bound, pods, kinds, options);
      const engine = new Engine(bound, options);
      const batch = engine.batch(pods);
      // In two calls: the second goes on where the first has ended.
      const half = COPIES / 2;
      const rows = [...batch.decide(kinds.subarray(0, half)), ...batch.decide(kinds.subarray(half))];
      expect([seed, rows]).toEqual([seed, want]);
      expect(engine.snapshot().pods).toEqual(new Engine(bound, options).snapshot().pods);
      tally.placed += rows.filter((row) => row >= 0).length;
      tally.refused += rows.filter((row) => row < 0).length;
    }
    expect(Math.min(tally.placed, tally.refused)).toBeGreaterThan(RUNS);
  });

  it('goes on after a copy that fits nowhere, and writes where the caller says', () => {
    const nodes = [makeNode('a', { has: { cpu: '2', memory: '4Gi' } }), makeNode('b', { has: { cpu: '1', memory: '4Gi' } })];
    const pods = [makePod('large', { requests: { cpu: '2' } }), makePod('small', { requests: { cpu: '500m' } })];
    const batch = new Engine({ ...EMPTY, nodes }).batch(pods);
    const rows = new Int32Array(6);
    const latencies = new LatencyRecorder();
    expect(batch.decide(Uint32Array.of(0, 0, 1, 0, 1, 1), rows, latencies)).toBe(rows);
    expect([...rows]).toEqual([0, -1, 1, -1, 1, -1]);
    expect(batch.nodeNames).toEqual(['a', 'b']);
    expect([...latencies.counts.values()].reduce((sum, count) => sum + count, 0)).toBe(3);
  });

  it('refuses kinds that are none and arrays of different lengths', () => {
    const nodes = [makeNode('a', { has: { cpu: '2', memory: '4Gi' } })];
    const batch = new Engine({ ...EMPTY, nodes }).batch([makePod('p')]);
    expect(() => batch.decide(Uint32Array.of(0, 1))).toThrow(PlimsollError);
    expect(() => batch.decide(Uint32Array.of(0, 1))).toThrow(/kinds\[1\].*below the 1 pods/s);
    expect(() => batch.decide(Uint32Array.of(0), new Int32Array(2))).toThrow(/rows.length/);
  });
});
