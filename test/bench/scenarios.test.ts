import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { measure } from '../../bench/measure.ts';
import { SCENARIOS, type Scenario, selectScenarios, WORKERS_PREFIX } from '../../bench/scenarios.ts';

const EVERY = /(?:)/;
const hashes = new Map(
  Object.entries(JSON.parse(readFileSync(new URL('../../bench/smoke-hashes.json', import.meta.url), 'utf8')) as Record<string, string>),
);

function named(name: string): Scenario {
  return SCENARIOS.find((scenario) => scenario.name === name) as Scenario;
}

test('names are unique, and every smoke scenario has its hash on file', () => {
  expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length);
  expect([...hashes.keys()].sort()).toEqual(
    selectScenarios('smoke', EVERY)
      .map(({ name }) => name)
      .sort(),
  );
});

test('labels choose scenarios', () => {
  expect(selectScenarios('all', EVERY)).toEqual(SCENARIOS);
  expect(selectScenarios('full', EVERY).some(({ huge }) => huge)).toBe(false);
  expect(selectScenarios('floor', EVERY).map(({ name }) => name)).toEqual([
    'one-class-10k',
    'default-spread-5k',
    'unique-5k',
    'preemption-5k',
    'preemption-50-classes-5k',
    'million-pods',
    'million-nodes',
  ]);
  expect(selectScenarios('full', /^unique/).map(({ name }) => name)).toEqual(['unique-5k', 'unique-100k']);
});

test('the rules under test change the decisions: without them zone spread would decide like the plain apps', () => {
  const plain = new Set(['zone-spread-5k', 'required-anti-5k', 'default-spread-5k'].map((name) => hashes.get(name)));
  expect(plain.size).toBe(3);
  const ofWorkers = [...hashes].filter(([name]) => name.startsWith(WORKERS_PREFIX)).map(([, hash]) => hash);
  expect(new Set(ofWorkers).size).toBe(1);
});

test('a measurement holds what it says', async () => {
  const size = { nodes: 60, pods: 300 };
  const found = await measure(named('zone-spread-5k'), size, 0);
  expect(found).toMatchObject({ nodes: 60, pending: 300, placed: 300, unschedulable: 0, classes: 3, bound: 0, workers: 0 });
  expect(found.runs.length).toBe(1);
  expect(found.recordedRuns.length).toBe(1);
  expect(found.latency.p50).toBeLessThanOrEqual(found.latency.p99);
  expect(found.latency.p99).toBeLessThanOrEqual(found.latency.max);
  // The longest decision is part of the run.
  expect(found.latency.max / 1e9).toBeLessThanOrEqual((found.recordedRuns[0]?.decide ?? 0) * 1.01);
});

test('a run that is not what the scenario promises has no result', async () => {
  const scenario = named('required-anti-5k');
  const size = { nodes: 60, pods: 100 };
  await expect(measure(scenario, size, 0)).rejects.toThrow('100 pods are placed, not 60');
  const lenient: Scenario = { ...named('one-class-10k'), check: scenario.check as NonNullable<Scenario['check']> };
  await expect(measure(lenient, { nodes: 10, pods: 20 }, 0)).rejects.toThrow('no node has two pods of one app');
  const miscounted: Scenario = { ...scenario, expect: () => ({ classes: 2 }) };
  await expect(measure(miscounted, size, 0)).rejects.toThrow('there are 2 classes, not 1');
});

test('zones that are not even are noticed', async () => {
  const { check, ...rest } = named('zone-spread-5k');
  // The same Deployments without their constraint fill the roomier zone first.
  const loose: Scenario = { ...rest, ...named('required-anti-5k'), check: check as NonNullable<Scenario['check']> };
  await expect(measure(loose, { nodes: 300, pods: 300 }, 0)).rejects.toThrow('no zone is two pods ahead of another');
});

test('a crowd of classes decides alike with memory for a few tables, and a limit that drops nothing is noticed', async () => {
  const scenario = named('10k-services-10k');
  const size = { nodes: 60, pods: 100 };
  const found = await measure(scenario, size, 0, 8_000);
  expect(found).toMatchObject({ classes: 20, placed: 100, paths: { grouped: 100, scanned: 0 } });
  await expect(measure(scenario, size, 0, 2 ** 30)).rejects.toThrow('tables were dropped');
  const greedy: Scenario = { ...scenario, expect: (of) => ({ ...scenario.expect(of), coreMiB: 0.1 }) };
  await expect(measure(greedy, size, 0)).rejects.toThrow('the core needs 0.1 MiB at most');
});

test('the batching scenarios fail where their rule has not been at work', async () => {
  const scenario = named('host-port-conflict-20k');
  const size = { nodes: 20, pods: 20 };
  const portless: Scenario = { ...scenario, build: named('one-class-10k').build };
  await expect(measure(portless, size, 0)).rejects.toThrow('another pod is refused with: 0/20 nodes are available: 20 node(s)');
  const saturating: Scenario = { ...named('resource-saturation-20k'), build: scenario.build };
  await expect(measure(saturating, size, 0)).rejects.toThrow('another pod is refused with: 0/20 nodes are available: 20 Insufficient cpu.');
  const alternating = named('alternating-signatures-20k').build(size);
  expect(alternating.pods.slice(0, 4).map(({ name }) => name)).toEqual(['port-80-0', 'port-81-0', 'port-80-1', 'port-81-1']);
});
