import { expect, test } from 'vitest';
import { buildCluster, equalApps } from '../../bench/clusters.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { EngineOptions } from '../../src/engine/options.ts';
import { schedulerCase } from '../support/scheduler-cases.ts';

const spread = buildCluster({ nodes: 90, apps: equalApps(4, 25, { service: true, vary: 1 }), shuffleSeed: 1 });
const alike = buildCluster({ nodes: 90, apps: equalApps(1, 100) });
const unique = buildCluster({ nodes: 90, apps: equalApps(100, 1, { vary: 7 }).map((app, memoryBytes) => ({ ...app, memoryBytes })) });

async function pathsOf(snapshot: typeof spread, options: EngineOptions = {}) {
  return (await new Engine(snapshot, options).schedule()).summary.paths;
}

test('a run says how its decisions were made', async () => {
  // A Service's pods are spread by counts and normalised scores: each decision asks the groups, or looks at all nodes where ties want it.
  expect(await pathsOf(spread)).toEqual({ bounds: 0, grouped: 100, scanned: 0 });
  expect(await pathsOf(spread, { tie: 'heap' })).toEqual({ bounds: 0, grouped: 0, scanned: 100 });
  expect(await pathsOf(spread, { tie: 'seeded' })).toEqual({ bounds: 0, grouped: 0, scanned: 100 });
  // One class keeps its table; a pod without siblings is not worth one.
  expect(await pathsOf(alike)).toEqual({ bounds: 0, grouped: 0, scanned: 0 });
  expect((await pathsOf(unique)).bounds).toBeGreaterThan(0);
});

test('each run of an engine counts for itself', async () => {
  const engine = new Engine(spread);
  await engine.schedule();
  expect((await engine.schedule()).summary.paths).toEqual({ bounds: 0, grouped: 0, scanned: 0 });
});

test('the same input takes the same ways', async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const { snapshot, options } = schedulerCase(seed);
    expect(await pathsOf(snapshot, options)).toEqual(await pathsOf(snapshot, options));
  }
});

test('memory for tables is a whole number of bytes', async () => {
  expect(() => new Engine(alike, { classMemoryMax: -1 })).toThrow('classMemoryMax');
  expect((await new Engine(spread, { classMemoryMax: 0 }).schedule()).placements).toEqual((await new Engine(spread).schedule()).placements);
});
