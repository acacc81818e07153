import { describe, expect, it } from 'vitest';
import { Prng } from '../../src/base/prng.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { EngineOptions } from '../../src/engine/options.ts';
import type { WhatIf } from '../../src/engine/what-if.ts';
import { KUBE_VERSIONS } from '../../src/model/gates.ts';
import { type Pod, podKey } from '../../src/model/pod.ts';
import type { Schedule } from '../../src/model/results.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { readSnapshot } from '../../src/sources/read-snapshot.ts';
import { hardCluster } from '../support/fleets.ts';
import { CROWDED, crowd, schedulerCase } from '../support/scheduler-cases.ts';

/** Clusters; PLIMSOLL_RUNS overrides, for long runs. */
const RUNS = Number(process.env.PLIMSOLL_RUNS ?? 250);
const FIRST_SEED = Number(process.env.PLIMSOLL_FIRST_SEED ?? 1);
const TRIALS = 5;
const LARGE_RUNS = Math.ceil(RUNS / 10);
/** Classes come again after trials that have not asked for them. */
const LARGE_TRIALS = 12;

/** What a trial comes to, and where everybody is then. */
interface Outcome {
  readonly runs: readonly object[];
}

const timeless = ({ summary: { seconds: _s, decideSeconds: _d, decisionsPerSecond: _p, paths: _how, ...summary }, ...rest }: Schedule) => ({
  ...rest,
  summary,
});

/** Nodes that go, and pods that wait then. */
interface Choice {
  readonly gone: readonly string[];
  readonly waiting: readonly Pod[];
}

/** A random loss: what ran on the nodes waits again, but for some; pods that the snapshot has waiting join in. */
function choose(prng: Prng, { nodes, pods }: Snapshot): Choice {
  const most = prng.chance(1, 4) ? nodes.length : Math.max(1, Math.floor(nodes.length / 3));
  const gone = prng
    .shuffle(nodes.map(({ name }) => name))
    .slice(0, prng.between(1, most))
    .sort();
  const lost = pods.filter((pod) => gone.includes(pod.nodeName) && prng.chance(4, 5));
  return { gone, waiting: [...lost.map(anew), ...pods.filter(({ nodeName }) => nodeName === '')] };
}

/** The pod as a controller makes it again. */
function anew({ resize: _measured, ...pod }: Pod): Pod {
  return { ...pod, nodeName: '', nominatedNodeName: '', phase: '', uid: '', terminating: false };
}

/** Two runs with a change between them: what preemption has evicted is made again. */
async function runTwice(
  schedule: () => Promise<Schedule>,
  add: (pod: Pod) => void,
  remove: (pod: Pod) => void,
  known: ReadonlyMap<string, Pod>,
  staying: Pod | undefined,
): Promise<Outcome> {
  const first = await schedule();
  for (const { victims } of first.preemptions) {
    for (const victim of victims) add(anew(known.get(podKey(victim)) as Pod));
  }
  const evicted = new Set(first.preemptions.flatMap(({ victims }) => victims.map(podKey)));
  if (staying && !evicted.has(podKey(staying))) remove(staying);
  return { runs: [timeless(first), timeless(await schedule())] };
}

async function onKept(engine: Engine, { gone, waiting }: Choice, known: ReadonlyMap<string, Pod>, staying: Pod | undefined) {
  const trial = engine.whatIf();
  if (!trial) return undefined;
  trial.takeOut(gone);
  for (const pod of waiting) trial.apply({ kind: 'podAdded', pod });
  const add = (pod: Pod) => trial.apply({ kind: 'podAdded', pod });
  const remove = (pod: Pod) => trial.apply({ kind: 'podRemoved', pod }, pod);
  const outcome = await runTwice(() => trial.schedule(), add, remove, known, staying);
  trial.end();
  return outcome;
}

async function onFresh(
  base: Snapshot,
  options: EngineOptions,
  { gone, waiting }: Choice,
  known: ReadonlyMap<string, Pod>,
  staying: Pod | undefined,
): Promise<Outcome> {
  const nodes = base.nodes.filter(({ name }) => !gone.includes(name));
  const bound = base.pods.filter(({ nodeName }) => !gone.includes(nodeName));
  const engine = new Engine({ ...base, nodes, pods: [...bound, ...waiting] }, { ...options, untilStable: true });
  const add = (pod: Pod) => engine.apply({ kind: 'podAdded', pod });
  const remove = (pod: Pod) => engine.apply({ kind: 'podRemoved', pod });
  return runTwice(() => engine.schedule(), add, remove, known, staying);
}

interface TrialSetting {
  readonly prng: Prng;
  readonly options: EngineOptions;
  readonly known: ReadonlyMap<string, Pod>;
}

interface Seen {
  trials: number;
  refused: number;
  placed: number;
  failed: number;
  evicted: number;
}

/** Where the kept fleet and a fresh one differ; empty: nowhere; undefined: there is no what-if on such a fleet. */
async function tryBothWays(engine: Engine, base: Snapshot, { prng, options, known }: TrialSetting, choice: Choice, seen: Seen) {
  const stayers = base.pods.filter((pod) => !choice.gone.includes(pod.nodeName));
  const staying = stayers.length > 0 && prng.chance(1, 2) ? prng.pick(stayers) : undefined;
  const kept = await onKept(engine, choice, known, staying);
  if (!kept) {
    seen.refused++;
    return undefined;
  }
  seen.trials++;
  const fresh = await onFresh(base, options, choice, known, staying);
  const [first] = fresh.runs as readonly [Schedule];
  seen.placed += first.placements.length;
  seen.failed += first.unschedulable.length;
  seen.evicted += first.preemptions.length;
  return JSON.stringify(kept) === JSON.stringify(fresh) ? '' : firstDifference(kept, fresh);
}

describe('a what-if on a kept fleet', () => {
  it(`is what a fleet laid out without the nodes says, and leaves no trace, on ${RUNS} hard clusters`, async () => {
    const failures: string[] = [];
    const seen = { trials: 0, refused: 0, placed: 0, failed: 0, evicted: 0 };
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS && failures.length < 5; seed++) {
      const { snapshot, options } = schedulerCase(seed, seed % 10 === 0);
      const prng = new Prng(seed);
      const names = new Set(snapshot.nodes.map(({ name }) => name));
      const known = new Map(snapshot.pods.map((pod) => [podKey(pod), pod]));
      const base = { ...snapshot, pods: snapshot.pods.filter(({ nodeName }) => names.has(nodeName)) };
      const engine = new Engine(base, options);
      for (let i = 1; i <= TRIALS; i++) {
        const difference = await tryBothWays(engine, base, { prng, options, known }, choose(prng, snapshot), seen);
        if (difference === undefined) break;
        if (difference) failures.push(`seed ${seed}, trial ${i}: ${difference}`);
      }
    }
    expect(failures).toEqual([]);
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(RUNS / 5);
  });
});

/** Few nodes of many, so that classes redo single rows; some pods that wait join in. */
function chooseFew(prng: Prng, { nodes, pods }: Snapshot): Choice {
  const occupied = [...new Set(pods.flatMap(({ nodeName }) => (nodeName === '' ? [] : [nodeName])))];
  const names = nodes.map(({ name }) => name);
  const gone = prng.shuffle(prng.chance(3, 4) && occupied.length > 0 ? occupied : names).slice(0, prng.between(1, 3));
  const waiting = pods.filter(({ nodeName }) => nodeName === '');
  return {
    gone: gone.filter((name) => names.includes(name)).sort(),
    waiting: [...pods.filter(({ nodeName }) => gone.includes(nodeName)).map(anew), ...prng.shuffle(waiting).slice(0, prng.below(4))],
  };
}

describe('a what-if on a kept fleet of many nodes', () => {
  it(`goes back to what classes knew before, on ${LARGE_RUNS} clusters`, async () => {
    const failures: string[] = [];
    const seen = { trials: 0, refused: 0, placed: 0, failed: 0, evicted: 0 };
    for (let seed = FIRST_SEED; seed < FIRST_SEED + LARGE_RUNS && failures.length < 5; seed++) {
      const prng = new Prng(seed);
      const features = { sampling: false, ...CROWDED[seed % (2 * CROWDED.length)] };
      const { list, config } = hardCluster(seed, { minNodes: 520, maxNodes: 640, maxPods: 1500, maxPending: 20, features });
      const items = features.priorities ? crowd(prng, list.items) : list.items;
      const snapshot = await readSnapshot({ ...list, items }, { defaults: false });
      const names = new Set(snapshot.nodes.map(({ name }) => name));
      const known = new Map(snapshot.pods.map((pod) => [podKey(pod), pod]));
      const base = { ...snapshot, pods: snapshot.pods.filter(({ nodeName }) => names.has(nodeName)) };
      const options: EngineOptions = { config, kubeVersion: prng.pick(KUBE_VERSIONS), tie: prng.pick(['first', 'first', 'seeded']), seed };
      const engine = new Engine(base, options);
      for (let i = 1; i <= LARGE_TRIALS; i++) {
        const difference = await tryBothWays(engine, base, { prng, options, known }, chooseFew(prng, snapshot), seen);
        if (difference === undefined) break;
        if (difference) failures.push(`seed ${seed}, trial ${i}: ${difference}`);
      }
    }
    expect(failures).toEqual([]);
    expect(Math.min(seen.trials, seen.placed, seen.failed)).toBeGreaterThan(LARGE_RUNS);
  });
});

/** Nodes closed one after the other, what waits scheduled after each; then back to the first of them, to try the rest. */
async function closeInTurn(trial: WhatIf, { gone, waiting }: Choice): Promise<Outcome> {
  const runs: object[] = [];
  const start = trial.mark();
  for (const [i, name] of gone.entries()) {
    trial.close([name]);
    for (const pod of waiting.filter((_, k) => k % gone.length === i)) trial.apply({ kind: 'podAdded', pod });
    runs.push(timeless(await trial.schedule()));
    if (i === 1) trial.undo(start);
  }
  return { runs };
}

describe('a run that only asks whether everybody finds a node', () => {
  it(`says no when somebody would not or would evict others, and else places as any run does, on ${RUNS} hard clusters`, async () => {
    const failures: string[] = [];
    const seen = { yes: 0, no: 0 };
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS && failures.length < 5; seed++) {
      const { snapshot, options } = schedulerCase(seed, seed % 10 === 0);
      const prng = new Prng(seed);
      const names = new Set(snapshot.nodes.map(({ name }) => name));
      const base = { ...snapshot, pods: snapshot.pods.filter(({ nodeName }) => names.has(nodeName)) };
      const trial = new Engine(base, options).whatIf();
      for (let i = 1; trial && i <= TRIALS; i++) {
        const start = trial.mark();
        const { gone, waiting } = choose(prng, snapshot);
        const few = prng.shuffle([...waiting]).slice(0, prng.between(1, 4));
        trial.close(gone.slice(0, prng.between(1, gone.length)));
        const after = trial.mark();
        const answers: object[] = [];
        for (const stopAt of ['preemption', 'refusal'] as const) {
          for (const pod of few) trial.apply({ kind: 'podAdded', pod });
          const { placements, unschedulable, preemptions } = await trial.schedule(stopAt);
          const isYes = unschedulable.length === 0 && preemptions.length === 0;
          if (stopAt === 'refusal') seen[isYes ? 'yes' : 'no']++;
          answers.push(isYes ? placements : { no: true });
          trial.undo(after);
        }
        trial.undo(start);
        if (JSON.stringify(answers[0]) !== JSON.stringify(answers[1]))
          failures.push(`seed ${seed}, trial ${i}: ${JSON.stringify(answers)}`);
      }
    }
    expect(failures).toEqual([]);
    expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(RUNS / 5);
  });
});

describe('nodes that take no more pods', () => {
  it(`are closed and opened again on a fleet that keeps its classes as on a fresh one, on ${RUNS} hard clusters`, async () => {
    const failures: string[] = [];
    const seen = { trials: 0, placed: 0, failed: 0 };
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS && failures.length < 5; seed++) {
      const { snapshot, options } = schedulerCase(seed, seed % 10 === 0);
      const prng = new Prng(seed);
      const names = new Set(snapshot.nodes.map(({ name }) => name));
      const base = { ...snapshot, pods: snapshot.pods.filter(({ nodeName }) => names.has(nodeName)) };
      const kept = new Engine(base, options).whatIf();
      const start = kept?.mark();
      for (let i = 1; kept && start && i <= TRIALS; i++) {
        const { gone } = choose(prng, snapshot);
        const waiting = prng.shuffle(snapshot.pods.filter(({ nodeName }) => nodeName === ''));
        const choice = { gone: gone.slice(0, 4), waiting };
        const have = await closeInTurn(kept, choice);
        kept.undo(start);
        const fresh = new Engine(base, options).whatIf() as WhatIf;
        const want = await closeInTurn(fresh, choice);
        seen.trials++;
        for (const run of want.runs as Schedule[]) {
          seen.placed += run.placements.length;
          seen.failed += run.unschedulable.length;
        }
        if (JSON.stringify(have) !== JSON.stringify(want)) failures.push(`seed ${seed}, trial ${i}: ${firstDifference(have, want)}`);
      }
    }
    expect(failures).toEqual([]);
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(RUNS);
  });
});

function firstDifference(kept: Outcome, fresh: Outcome): string {
  for (const [i, want] of fresh.runs.entries()) {
    for (const [field, value] of Object.entries(want)) {
      const have = (kept.runs[i] as Readonly<Record<string, unknown>>)[field];
      if (JSON.stringify(have) !== JSON.stringify(value)) {
        const items = (list: unknown) => (Array.isArray(list) ? list.map((item) => JSON.stringify(item)) : [JSON.stringify(list)]);
        const [a, b] = [items(have), items(value)];
        const at = b.findIndex((item, k) => item !== a[k]);
        return `run ${i} ${field}[${at}]: ${a[at < 0 ? b.length : at]}, fresh ${b[at]}`;
      }
    }
  }
  return 'nothing';
}
