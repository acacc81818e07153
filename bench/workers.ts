/**
 * `npm run bench:workers`: what a second thread brings. Class tables of many classes built by one worker and by two, and 5,000 independent what-ifs
 * (each takes one of 5,000 nodes away and schedules what it ran) by one and by two. Medians of alternating runs as one JSON object.
 */
import { availableParallelism } from 'node:os';
import { Fleet } from '../src/engine/fleet.ts';
import { resolveOptions } from '../src/engine/options.ts';
import { Core } from '../src/layout/core.ts';
import { CLASS_STAGE } from '../src/layout/layout.generated.ts';
import { WorkerPool } from '../src/parallel/pool.ts';
import { survive } from '../src/plan/survive.ts';
import { buildCluster, buildGenerated, equalApps } from './clusters.ts';
import { median } from './results.ts';

const BUILD_RUNS = 7;
const TRIAL_RUNS = 3;
const BUILD = { nodes: 100_000, classes: 300 };
const TRIALS = { nodes: 5_000, pods: 50_000 };

/** Times of one and of two workers, taken in turns, and how many times faster two are. */
async function compared(runs: number, run: (workers: number) => Promise<number>): Promise<Record<string, number>> {
  const times: Record<1 | 2, number[]> = { 1: [], 2: [] };
  for (let i = 0; i < runs; i++) for (const workers of [1, 2] as const) times[workers].push(await run(workers));
  const [one, two] = [median(times[1]), median(times[2])];
  const rounded = (value: number) => Number(value.toFixed(3));
  return { oneWorkerSeconds: rounded(one), twoWorkersSeconds: rounded(two), ratio: rounded(one / two) };
}

/** Seconds until all classes are built; the threads are up and warm before. */
async function building(): Promise<Record<string, number>> {
  const apps = equalApps(BUILD.classes, 1, { vary: 7 }).map((app, index) => ({ ...app, memoryBytes: index }));
  const snapshot = buildCluster({ nodes: BUILD.nodes, apps });
  const { semantics, profiles } = resolveOptions({});
  const core = new Core();
  const fleet = new Fleet(snapshot.nodes, snapshot.objects, semantics, profiles, core);
  const addresses = snapshot.pods.map(
    (pod) => fleet.classOf(pod, fleet.profileOf(pod) as NonNullable<ReturnType<Fleet['profileOf']>>).address,
  );
  const pools = { 1: new WorkerPool(core, 1), 2: new WorkerPool(core, 2) };
  const build = async (workers: number): Promise<number> => {
    for (const address of addresses) core.i32[(address + CLASS_STAGE) / 4] = 0;
    const started = performance.now();
    await pools[workers as 1 | 2].build(addresses);
    return (performance.now() - started) / 1000;
  };
  for (const workers of [1, 2, 1, 2]) await build(workers);
  const result = await compared(BUILD_RUNS, build);
  await Promise.all(Object.values(pools).map((pool) => pool.close()));
  return { ...BUILD, ...result };
}

/** Seconds of the whole question, threads and their fleets included. */
async function trials(): Promise<Record<string, number>> {
  const cluster = buildGenerated({ nodes: TRIALS.nodes, pods: TRIALS.pods, boundShare: 100, seed: 1 });
  const ask = async (workers: number): Promise<number> => {
    const started = performance.now();
    const { results } = await survive(cluster, 'node', { workers });
    if (results.length !== TRIALS.nodes) throw new Error(`${results.length} losses were tried`);
    return (performance.now() - started) / 1000;
  };
  return { ...TRIALS, ...(await compared(TRIAL_RUNS, ask)) };
}

const result = { node: process.version, cores: availableParallelism(), building: await building(), trials: await trials() };
console.log(JSON.stringify(result, undefined, 2));
