/**
 * `npm run bench:boundary`: what it costs to come in and go out. A dump of 10,000 nodes and 100,000 pods with managedFields, from file to first
 * decision; and decisions as typed arrays beside decisions as objects. Prints one JSON object, and records it.
 */

import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine } from '../src/engine/engine.ts';
import type { Pod } from '../src/model/pod.ts';
import { readSnapshot } from '../src/sources/read-snapshot.ts';
import { buildCluster, equalApps, type Raw, rawGenerated } from './clusters.ts';
import { type Machine, median, writeRecorded } from './results.ts';

const NODES = 10_000;
const PODS = 100_000;
/** Fields that one manager owns: with these a pod is about 6 KB of JSON, as kubectl --show-managed-fields prints running pods. */
const MANAGED_FIELDS = 64;
const DECISIONS = 200_000;
const RUNS = 5;

/** What is recorded for docs/performance.md. */
export interface BoundaryFile {
  readonly machine: Machine;
  readonly node: string;
  /** YYYY-MM-DD. */
  readonly measured: string;
  readonly import: Readonly<
    Record<'megabytes' | 'readSeconds' | 'encodeSeconds' | 'firstDecisionSeconds' | 'totalSeconds' | 'residentMiB', number>
  >;
  readonly output: Readonly<Record<'decisions' | 'typedArraysNanoseconds' | 'objectsNanoseconds', number>>;
}

function managedFields(): unknown {
  const fieldsV1 = Object.fromEntries(
    Array.from({ length: MANAGED_FIELDS }, (_, i) => [`f:field-${i}`, { '.': {}, [`k:{"name":"container-${i}"}`]: { 'f:image': {} } }]),
  );
  return [{ apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1, manager: 'kubelet', operation: 'Update', time: '2026-01-01T00:00:00Z' }];
}

async function writeDump(file: string): Promise<void> {
  const managed = managedFields();
  const out = createWriteStream(file);
  out.write('{"apiVersion":"v1","kind":"List","items":[');
  let separator = '\n';
  for (const raw of rawGenerated({ nodes: NODES, pods: PODS, boundShare: 50, seed: 1 })) {
    const metadata = { ...(raw.metadata as Raw), managedFields: managed };
    if (!out.write(`${separator}${JSON.stringify({ ...raw, metadata })}`)) await once(out, 'drain');
    separator = ',\n';
  }
  out.end('\n]}\n');
  await once(out, 'finish');
}

/** Seconds from the start of the reading to the first decision, by stage. */
async function importTimes(): Promise<BoundaryFile['import']> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'));
  try {
    const file = join(folder, 'dump.json');
    await writeDump(file);
    const started = performance.now();
    const snapshot = await readSnapshot(file);
    const read = performance.now();
    const batch = new Engine(snapshot).batch([snapshot.pods.find(({ nodeName }) => nodeName === '') as Pod]);
    const encoded = performance.now();
    batch.decide(Uint32Array.of(0));
    const decided = performance.now();
    const seconds = (from: number, to: number) => Number(((to - from) / 1000).toFixed(3));
    return {
      megabytes: Math.round(statSync(file).size / 1e6),
      readSeconds: seconds(started, read),
      encodeSeconds: seconds(read, encoded),
      firstDecisionSeconds: seconds(encoded, decided),
      totalSeconds: seconds(started, decided),
      residentMiB: Math.round(process.memoryUsage().rss / 2 ** 20),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Nanoseconds per decision of one class: kinds in and rows out, and pods in and placements out. Medians. */
async function outputTimes(): Promise<BoundaryFile['output']> {
  const snapshot = buildCluster({ nodes: NODES, uniform: true, apps: equalApps(1, DECISIONS) });
  const [model] = snapshot.pods as readonly [Pod];
  const kinds = new Uint32Array(DECISIONS);
  const rows = new Int32Array(DECISIONS);
  const [arrays, objects]: [number[], number[]] = [[], []];
  for (let run = 0; run < RUNS; run++) {
    const batch = new Engine({ ...snapshot, pods: [] }).batch([model]);
    const started = performance.now();
    batch.decide(kinds, rows);
    arrays.push(((performance.now() - started) * 1e6) / DECISIONS);
    const engine = new Engine(snapshot);
    const begun = performance.now();
    await engine.schedule();
    objects.push(((performance.now() - begun) * 1e6) / DECISIONS);
  }
  return { decisions: DECISIONS, typedArraysNanoseconds: Math.round(median(arrays)), objectsNanoseconds: Math.round(median(objects)) };
}

if (import.meta.main) {
  const result = { import: await importTimes(), output: await outputTimes() };
  console.log(JSON.stringify(result, undefined, 2));
  writeRecorded('boundary-', result);
}
