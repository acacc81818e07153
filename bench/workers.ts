/**
 * `npm run bench:workers`: what a second thread brings. Class tables of many classes built by one worker and by two; 1,000 independent drains, each of
 * one of 5,000 nodes, by one and by two that are up; and a whole question, each of 5,000 nodes lost in turn, without workers, by one and by two.
 * Medians of alternating runs as one JSON object, which is recorded too.
 */
import { Fleet } from '../src/engine/fleet.ts';
import { resolveOptions } from '../src/engine/options.ts';
import { Core } from '../src/layout/core.ts';
import { LOCAL_STAGE } from '../src/layout/layout.generated.ts';
import { WorkerPool } from '../src/parallel/pool.ts';
import { TaskPool, taskEntry } from '../src/parallel/task-pool.ts';
import { settled } from '../src/plan/settled-states.ts';
import { survive } from '../src/plan/survive.ts';
import { buildCluster, buildGenerated, equalApps } from './clusters.ts';
import type { DrainsSetup } from './drains-worker.ts';
import { type Machine, median, writeRecorded } from './results.ts';

const BUILD_RUNS = 7;
const SWEEP_RUNS = 3;
const WARM_RUNS = 4;
/** Sweeps of a third of a second each: so many that the median says something. */
const WARM_SWEEPS = 31;
const BUILD = { nodes: 100_000, classes: 300 };
const FLEET = { nodes: 5_000, pods: 50_000 };
const DRAINS = 1_000;

/** Seconds of one worker and of two, and how many times faster two are. */
export type Compared = Readonly<Record<'oneWorkerSeconds' | 'twoWorkersSeconds' | 'ratio', number>>;

/** What is recorded for docs/performance.md. */
export interface WorkersFile {
  readonly machine: Machine;
  readonly node: string;
  /** YYYY-MM-DD. */
  readonly measured: string;
  readonly building: Compared & typeof BUILD;
  readonly drains: typeof FLEET & {
    readonly whatIfs: number;
    readonly refused: number;
    readonly first: Compared;
    readonly again: Compared;
  };
  readonly losses: Compared & typeof FLEET & { readonly whatIfs: number; readonly withoutWorkersSeconds: number };
}

const rounded = (value: number) => Number(value.toFixed(3));
const secondsSince = (startedMs: number) => (performance.now() - startedMs) / 1000;

/** Times of one and of two workers, taken in turns, and how many times faster two are. */
async function compared(runs: number, run: (workers: number) => Promise<number>): Promise<Compared> {
  const times: Record<1 | 2, number[]> = { 1: [], 2: [] };
  for (let i = 0; i < runs; i++) for (const workers of [1, 2] as const) times[workers].push(await run(workers));
  const [one, two] = [median(times[1]), median(times[2])];
  return { oneWorkerSeconds: rounded(one), twoWorkersSeconds: rounded(two), ratio: rounded(one / two) };
}

/** Seconds until all classes are built; the threads are up and warm before. */
async function building(): Promise<WorkersFile['building']> {
  const apps = equalApps(BUILD.classes, 1, { vary: 7 }).map((app, index) => ({ ...app, memoryBytes: index }));
  const snapshot = buildCluster({ nodes: BUILD.nodes, apps });
  const { semantics, profiles } = resolveOptions({});
  const core = new Core();
  const fleet = new Fleet(snapshot.nodes, snapshot.objects, semantics, profiles, core);
  const addresses = snapshot.pods.map(
    (pod) => fleet.classOf(pod, fleet.profileOf(pod) as NonNullable<ReturnType<Fleet['profileOf']>>).local.address,
  );
  if (new Set(addresses).size !== BUILD.classes) throw new Error('classes share lanes');
  const pools = { 1: new WorkerPool(core, 1), 2: new WorkerPool(core, 2) };
  const build = async (workers: number): Promise<number> => {
    for (const address of addresses) core.i32[(address + LOCAL_STAGE) / 4] = 0;
    const started = performance.now();
    await pools[workers as 1 | 2].build(addresses);
    return secondsSince(started);
  };
  for (const workers of [1, 2, 1, 2]) await build(workers);
  const result = await compared(BUILD_RUNS, build);
  await Promise.all(Object.values(pools).map((pool) => pool.close()));
  return { ...BUILD, ...result };
}

/** Seconds of the whole question: settling the fleet, the threads' start and their fleets included. */
async function losses(): Promise<WorkersFile['losses']> {
  const cluster = buildGenerated({ nodes: FLEET.nodes, pods: FLEET.pods, boundShare: 100, seed: 1 });
  const ask = async (workers: number): Promise<number> => {
    const started = performance.now();
    const { results } = await survive(cluster, 'node', { workers });
    if (results.length !== FLEET.nodes) throw new Error(`${results.length} losses were tried`);
    return secondsSince(started);
  };
  const here: number[] = [];
  for (let i = 0; i < SWEEP_RUNS; i++) here.push(await ask(0));
  return { ...FLEET, whatIfs: FLEET.nodes, withoutWorkersSeconds: rounded(median(here)), ...(await compared(SWEEP_RUNS, ask)) };
}

/**
 * Drains of single nodes, each on its own, by threads that are up: first as they come to it (their fleets laid out, their code run for the first time),
 * then again when they are warm.
 */
async function drains(): Promise<WorkersFile['drains']> {
  const cluster = buildGenerated({ nodes: FLEET.nodes, pods: FLEET.pods, boundShare: 100, seed: 1 });
  const full = await settled(cluster, {});
  const base = { ...full, pods: full.pods.filter(({ nodeName }) => nodeName !== '') };
  const every = Math.floor(FLEET.nodes / DRAINS);
  const tasks = base.nodes.filter((_, i) => i % every === 0).map(({ name }) => name);
  const setup: DrainsSetup = { base };
  const entry = taskEntry('drains-worker', 'prepareDrains', import.meta.url);
  const here = () => Promise.reject(new Error('a thread has failed'));
  const first: Record<1 | 2, number[]> = { 1: [], 2: [] };
  const answers = new Set<string>();
  const pools = { 1: new TaskPool(entry, 1), 2: new TaskPool(entry, 2) };
  const ask = async (workers: number): Promise<number> => {
    const started = performance.now();
    answers.add(JSON.stringify(await pools[workers as 1 | 2].run({ setup, tasks, here, onDone: () => {} })));
    return secondsSince(started);
  };
  for (const workers of [1, 2] as const) first[workers].push(await ask(workers));
  // Each of two threads has run its code half as often as one alone.
  for (let i = 0; i < WARM_RUNS; i++) for (const workers of [1, 2] as const) await ask(workers);
  const again = await compared(WARM_SWEEPS, ask);
  await Promise.all(Object.values(pools).map((pool) => pool.close()));
  if (answers.size !== 1) throw new Error('threads disagree');
  const [one, two] = [median(first[1]), median(first[2])];
  const refused = (JSON.parse([...answers][0] as string) as (number | string)[]).filter((answer) => typeof answer === 'string').length;
  const counts = { ...FLEET, whatIfs: tasks.length, refused };
  return { ...counts, first: { oneWorkerSeconds: rounded(one), twoWorkersSeconds: rounded(two), ratio: rounded(one / two) }, again };
}

if (import.meta.main) {
  const result = { building: await building(), drains: await drains(), losses: await losses() };
  console.log(JSON.stringify(result, undefined, 2));
  writeRecorded('workers-', result);
}
