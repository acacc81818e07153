import { describe, expect, it } from 'vitest';
import { comparisonRunSchema, comparisonSchema } from '../../scripts/compare-schema.ts';
import type { Comparison, ComparisonRun, MetricResult } from '../../src/model/compare-results.ts';
import { emptied } from '../../src/model/emptied.ts';
import { podKey } from '../../src/model/pod.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { type CompareOptions, type CompareVariant, compare } from '../../src/plan/compare.ts';
import { scaledSnapshot } from '../../src/plan/load.ts';
import { scenarioStart, shuffled } from '../../src/plan/scenario.ts';
import { schedule } from '../../src/plan/schedule.ts';
import { parseSeeds } from '../../src/plan/seeds.ts';
import { sampleOf } from '../../src/plan/statistics.ts';
import { readSnapshot } from '../../src/sources/read-snapshot.ts';
import { semantics } from '../support/builders.ts';
import { workloadCluster } from '../support/workloads.ts';

const RUNS = Number(process.env.PLIMSOLL_RUNS ?? 25);

const PACK = {
  apiVersion: 'kubescheduler.config.k8s.io/v1',
  kind: 'KubeSchedulerConfiguration',
  profiles: [
    {
      pluginConfig: [
        { name: 'NodeResourcesFit', args: { scoringStrategy: { type: 'MostAllocated', resources: [{ name: 'cpu', weight: 1 }] } } },
      ],
    },
  ],
};
const TWO: readonly CompareVariant[] = [{ name: 'spread' }, { name: 'pack', options: { config: PACK } }];

async function ask(snapshot: Snapshot, variants: readonly CompareVariant[], options: CompareOptions = {}): Promise<Comparison> {
  return comparisonSchema.parse(JSON.parse(JSON.stringify(await compare(snapshot, variants, options))));
}

function timeless({ summary: { seconds: _, ...summary }, ...rest }: Comparison): object {
  return { ...rest, summary };
}

function find(comparison: Comparison, variant: string, metric: string, key?: string): MetricResult | undefined {
  const { results } = comparison.variants.find(({ name }) => name === variant) as Comparison['variants'][number];
  return results.find((result) => result.metric === metric && result.key === key);
}

describe('compare', () => {
  it('without seeds says of each variant what schedule says', async () => {
    let placed = 0;
    for (let seed = 1; seed <= RUNS; seed++) {
      const dump = await readSnapshot(workloadCluster(seed));
      const answer = await ask(dump, TWO, { fromEmpty: true });
      for (const { name, options = {} } of TWO) {
        const alone = await schedule({ ...dump, ...emptied(dump) }, { ...options, untilStable: true });
        expect(find(answer, name, 'placed')?.mean).toBe(alone.summary.placed);
        expect(find(answer, name, 'pending')?.mean).toBe(alone.summary.unschedulable);
        placed += alone.summary.placed;
      }
      expect(answer).toMatchObject({ order: 'input', seeds: '0', summary: { seeds: 1, runs: 2 } });
    }
    expect(placed).toBeGreaterThan(RUNS);
  });

  it('gives means, intervals and paired differences over the seeds', async () => {
    const dump = await readSnapshot(workloadCluster(6));
    const runs: ComparisonRun[] = [];
    const seeds = parseSeeds('1..12');
    const answer = await ask(dump, TWO, { seeds, fromEmpty: true, onRun: (run) => runs.push(comparisonRunSchema.parse(run)) });
    expect(runs.map(({ variant, seed }) => `${variant} ${seed}`)).toEqual(seeds.flatMap((seed) => [`spread ${seed}`, `pack ${seed}`]));
    let differing = 0;
    for (const result of answer.variants[1]?.results ?? []) {
      const { metric, key = '', difference } = result;
      const valuesOf = (variant: string) =>
        seeds.map((seed) => {
          const run = runs.find((each) => each.variant === variant && each.seed === seed) as ComparisonRun;
          return run.values.find(([name, of]) => name === metric && of === key)?.[2] ?? 0;
        });
      const [own, base] = [valuesOf('pack'), valuesOf('spread')];
      const { mean, halfWidth = 0, stddev } = sampleOf(own);
      expect(result.mean).toBeCloseTo(mean, 8);
      expect(result.high).toBeCloseTo(mean + halfWidth, 8);
      expect(result.stddev).toBeCloseTo(stddev, 8);
      const paired = sampleOf(own.map((value, i) => value - (base[i] as number)));
      expect(difference?.mean).toBeCloseTo(paired.mean, 8);
      expect(difference?.low).toBeCloseTo(paired.mean - (paired.halfWidth as number), 8);
      expect(difference?.differs).toBe((difference?.low as number) > 0 || (difference?.high as number) < 0);
      if (difference?.differs) differing++;
    }
    expect(differing).toBeGreaterThan(2);
    expect(answer.variants[0]?.results.every(({ difference }) => difference === undefined)).toBe(true);
    expect(await ask(dump, TWO, { seeds: seeds.slice(0, 3), fromEmpty: true, baseline: 'pack' })).toMatchObject({
      baseline: 'pack',
      variants: [{ results: expect.arrayContaining([expect.objectContaining({ difference: expect.anything() })]) }, { name: 'pack' }],
    });
  });

  it('answers the same with threads, and asks for no run twice', async () => {
    const dump = await readSnapshot(workloadCluster(3));
    const options: CompareOptions = { seeds: parseSeeds('1..10'), fromEmpty: true };
    const alone = await ask(dump, TWO, options);
    const known = new Map<string, ComparisonRun>();
    const done: number[] = [];
    const threaded = await ask(dump, TWO, {
      ...options,
      workers: 2,
      onRun: (run, count) => {
        known.set(run.hash, run);
        done.push(count);
      },
    });
    expect(timeless(threaded)).toEqual(timeless(alone));
    expect(done).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    // Some runs here, the rest in threads; which ones is the clock's business and nobody else's.
    for (const workersAfterMs of [1, 5, 60_000]) {
      expect(timeless(await ask(dump, TWO, { ...options, workers: 1, workersAfterMs }))).toEqual(timeless(alone));
    }
    let more = 0;
    const again = await ask(dump, TWO, { ...options, known, onRun: () => more++ });
    expect([timeless(again), more]).toEqual([timeless(alone), 0]);
    await compare(dump, TWO, { ...options, seeds: parseSeeds('1..12'), known, onRun: () => more++ });
    expect(more).toBe(4);
  });

  it('runs variants that are the same once', async () => {
    const dump = await readSnapshot(workloadCluster(4));
    const same = [...TWO, { name: 'spread again' }, { name: 'the release by name', options: { kubeVersion: '1.36' as const } }];
    let runs = 0;
    const answer = await ask(dump, same, { seeds: [1, 2, 3], fromEmpty: true, onRun: () => runs++ });
    expect([runs, answer.summary.runs]).toEqual([6, 6]);
    expect(answer.variants[2]?.results.map(({ difference, ...rest }) => [rest, difference?.mean])).toEqual(
      answer.variants[0]?.results.map((result) => [result, 0]),
    );
  });

  it('stops when told to; what is done is told before', async () => {
    const dump = await readSnapshot(workloadCluster(3));
    for (const workers of [0, 2]) {
      const stop = new AbortController();
      const known = new Map<string, ComparisonRun>();
      const onRun = (run: ComparisonRun) => {
        known.set(run.hash, run);
        if (known.size === 5) stop.abort(new Error('enough'));
      };
      const options: CompareOptions = { seeds: parseSeeds('1..2000'), workers, signal: stop.signal, onRun };
      await expect(compare(dump, TWO, options)).rejects.toThrow('enough');
      expect(known.size).toBeGreaterThanOrEqual(5);
      expect(known.size).toBeLessThan(4000);
    }
  });

  it('fails with what a listener throws, also from threads', async () => {
    const dump = await readSnapshot(workloadCluster(3));
    const onRun = () => {
      throw new Error('disk full');
    };
    for (const workers of [0, 2]) await expect(compare(dump, TWO, { seeds: [1, 2, 3], workers, onRun })).rejects.toThrow('disk full');
  });

  it.each<[variants: readonly CompareVariant[], options: CompareOptions, message: string]>([
    [[], {}, 'USAGE: variants: must be 1 to 1000 variants, got "0"'],
    [[{ name: 'a' }, { name: 'a' }], {}, 'USAGE: variants: are two of one name, got "a"'],
    [TWO, { baseline: 'pac' }, 'NOT_FOUND: baseline: there is no such variant, got "pac" (there are spread, pack)'],
    [TWO, { seeds: [] }, 'USAGE: seeds: must be 1 to 1000000 seeds, got "0"'],
    [TWO, { seeds: [1, 1] }, 'USAGE: seeds: names a seed twice'],
    [TWO, { seeds: [0.5] }, 'USAGE: seeds: must be whole numbers from 0, got "0.5"'],
    [TWO, { workers: -1 }, 'USAGE: workers: must be a whole number from 0'],
    [[{ name: 'a', scenario: { loadPercent: 0 } }], {}, 'USAGE: loadPercent: must be a whole number from 1 to 100000, got "0"'],
    [
      [{ name: 'a', scenario: { lost: ['zone=z9'] } }],
      {},
      'NOT_FOUND: variants.a.lost: there is no such domain, got "zone=z9" (did you mean zone=z',
    ],
    [[{ name: 'a', scenario: { lost: ['zone'] } }], {}, 'USAGE: variants.a.lost: must be written as zone=NAME, got "zone"'],
    [[{ name: 'a', options: { config: { kind: 'x' } } }], {}, 'CONFIG: variants.a.'],
    [TWO, { workers: 1, metrics: [{ name: 'm', unit: '', description: '', of: () => 1 }] }, 'USAGE: metrics: cannot be given to threads'],
    [
      TWO,
      { metrics: [{ name: 'placed', unit: '', description: '', of: () => 1 }] },
      'USAGE: metrics[0].name: is the name of another metric',
    ],
    [
      TWO,
      { metrics: [{ name: 'm', unit: '', description: '', of: () => Number.NaN }] },
      'USAGE: metrics.m: gives no finite number, got "NaN"',
    ],
    [TWO, { metricsModule: 'file:///none.mjs' }, 'USAGE: metricsModule: cannot be loaded'],
  ])('refuses %j %j', async (variants, options, message) => {
    const dump = await readSnapshot(workloadCluster(3));
    await expect(compare(dump, variants, options)).rejects.toThrow(message);
  });
});

it('more runs than there is room for are refused', async () => {
  const dump = await readSnapshot(workloadCluster(3));
  const seeds = Array.from({ length: 500_001 }, (_, i) => i);
  await expect(compare(dump, TWO, { seeds })).rejects.toThrow('USAGE: seeds: 2 variants with 500001 seeds are more than 1000000 runs');
});

describe('a scenario', () => {
  it('that loses domains is the cluster without their nodes, what they ran waiting', async () => {
    let lost = 0;
    for (let seed = 1; seed <= RUNS; seed++) {
      const dump = await readSnapshot(workloadCluster(seed));
      const zone = dump.nodes[0]?.labels.get('topology.kubernetes.io/zone');
      const start = scenarioStart(dump, { lost: [`zone=${zone}`] }, false, semantics());
      expect(start.nodes).toEqual(dump.nodes.filter(({ labels }) => labels.get('topology.kubernetes.io/zone') !== zone));
      const names = new Set(start.nodes.map(({ name }) => name));
      for (const pod of dump.pods) {
        const now = start.pods.find((each) => podKey(each) === podKey(pod));
        if (names.has(pod.nodeName)) expect(now).toBe(pod);
        else if (pod.template.owner?.kind === 'DaemonSet') expect(now).toBeUndefined();
        else {
          expect(now).toMatchObject({ nodeName: '', template: pod.template });
          lost++;
        }
      }
    }
    expect(lost).toBeGreaterThan(0);
  });

  it('of load scales requests as survive does', async () => {
    const dump = await readSnapshot(workloadCluster(7));
    const meaning = semantics();
    expect(scenarioStart(dump, { loadPercent: 150 }, false, meaning)).toEqual(scaledSnapshot(dump, 150, meaning));
    const empty = scenarioStart(dump, { loadPercent: 150 }, true, meaning);
    expect(empty).toEqual(scaledSnapshot({ ...dump, pods: emptied(dump).pods }, 150, meaning));
    expect(scenarioStart(dump, {}, false, meaning)).toBe(dump);
  });
});

describe('the order of arrival', () => {
  it('is a permutation of the waiting pods over the same moments; pods on nodes stay', async () => {
    for (let seed = 1; seed <= RUNS; seed++) {
      const cluster = await readSnapshot(workloadCluster(seed));
      const dated = cluster.pods.map((pod, i) => ({ ...pod, nodeName: i % 3 === 0 ? pod.nodeName : '', createdMs: (i * 7) % 5 }));
      const { pods } = shuffled({ ...cluster, pods: dated }, seed);
      const waiting = (list: typeof pods) => list.filter(({ nodeName }) => nodeName === '');
      expect(pods.filter(({ nodeName }) => nodeName !== '')).toEqual(dated.filter(({ nodeName }) => nodeName !== ''));
      expect(waiting(pods).map(podKey).sort()).toEqual(waiting(dated).map(podKey).sort());
      // The k-th pod in the list gets the k-th moment: the queue takes them in the order of the list.
      const moments = waiting(dated).map(({ createdMs }) => createdMs);
      expect(waiting(pods).map(({ createdMs }) => createdMs)).toEqual(moments.sort((a, b) => a - b));
      expect(shuffled({ ...cluster, pods: dated }, seed).pods).toEqual(pods);
    }
  });

  it('takes every order about equally often', async () => {
    const pod = (name: string) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    });
    const cluster = await readSnapshot([pod('a'), pod('b'), pod('c')]);
    const counts = new Map<string, number>();
    for (let seed = 1; seed <= 6000; seed++) {
      const order = shuffled(cluster, seed)
        .pods.map(({ name }) => name)
        .join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    // Five standard deviations around 1000.
    expect([...counts.keys()].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(145);
  });
});
