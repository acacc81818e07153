/** Small and random purchases for tests. */
import { expect } from 'vitest';
import { buySchema } from '../../scripts/buy-schema.ts';
import { Prng } from '../../src/base/prng.ts';
import type { Buy } from '../../src/model/buy-results.ts';
import { type BuyOptions, buy } from '../../src/plan/buy.ts';
import type { Packing } from '../../src/plan/buy-pack.ts';
import { type Problem, within } from '../../src/plan/buy-problem.ts';
import { readCatalogue } from '../../src/sources/catalogue.ts';
import { readSnapshot } from '../../src/sources/read-snapshot.ts';

export type Texts = Readonly<Record<string, string>>;

/** A pod that waits. */
export function pod(name: string, requests: Texts, more: object = {}, labels: Texts = {}): object {
  const spec = { containers: [{ name: 'c', image: 'i', resources: { requests } }], ...more };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels }, spec };
}

/** Asks, and holds the answer to its schema and to what every answer keeps. */
export async function ask(items: readonly object[], catalogue: string, options: BuyOptions = {}): Promise<Buy> {
  const snapshot = await readSnapshot(items);
  const result = await buy(snapshot, await readCatalogue({ text: catalogue }), options);
  return buySchema.parse(JSON.parse(JSON.stringify(result))) as Buy;
}

/** In units of 10^-9. */
export function money(text: string | undefined): bigint {
  const [whole = '', fraction = ''] = (text ?? '').split('.');
  return BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
}

export interface SmallPod {
  readonly cpu: number;
  readonly memory: number;
}

export interface SmallType extends SmallPod {
  readonly pods: number;
  /** In cents. */
  readonly price: number;
}

/** A few pods and types whose best purchase can be found by trying everything. */
export function smallCase(seed: number): { readonly pods: readonly SmallPod[]; readonly types: readonly SmallType[] } {
  const random = new Prng(seed);
  const types = Array.from({ length: random.between(1, 4) }, () => {
    const cpu = random.between(2, 9);
    const memory = random.between(2, 12);
    return { cpu, memory, pods: random.between(2, 6), price: random.between(3, 6) * cpu + random.between(1, 4) * memory };
  });
  const [cpuMax, memoryMax] = [Math.max(...types.map(({ cpu }) => cpu)), Math.max(...types.map(({ memory }) => memory))];
  const fits = (each: SmallPod) => types.some(({ cpu, memory }) => each.cpu <= cpu && each.memory <= memory);
  const pods = Array.from({ length: random.between(1, 8) }, () => ({
    cpu: random.between(1, cpuMax),
    memory: random.between(1, memoryMax),
  }));
  return { types, pods: pods.map((each) => (fits(each) ? each : { cpu: 1, memory: 1 })) };
}

/** The least cost in cents of nodes that hold all pods: every way to part the pods into nodes, by sets of pods that are left. O(3^pods). */
export function leastCost(pods: readonly SmallPod[], types: readonly SmallType[]): number {
  const sets = 1 << pods.length;
  const alone = new Array<number>(sets).fill(Number.POSITIVE_INFINITY);
  for (let set = 1; set < sets; set++) {
    const inside = pods.filter((_, i) => (set & (1 << i)) !== 0);
    const cpu = inside.reduce((sum, each) => sum + each.cpu, 0);
    const memory = inside.reduce((sum, each) => sum + each.memory, 0);
    const prices = types.filter((type) => cpu <= type.cpu && memory <= type.memory && inside.length <= type.pods).map(({ price }) => price);
    alone[set] = Math.min(Number.POSITIVE_INFINITY, ...prices);
  }
  const least = new Array<number>(sets).fill(Number.POSITIVE_INFINITY);
  least[0] = 0;
  for (let set = 1; set < sets; set++)
    for (let part = set; part > 0; part = (part - 1) & set)
      least[set] = Math.min(least[set] as number, (alone[part] as number) + (least[set ^ part] as number));
  return least[sets - 1] as number;
}

/** A cloud with families of three shapes, each in sizes that cost in proportion, and their random prices. */
export function randomCloud(random: Prng): string {
  const lines = ['type,cpu,memory,pods,price,reserved-cpu,reserved-memory'];
  for (const [family, ratio] of [
    ['c', 2],
    ['m', 4],
    ['r', 8],
  ] as const) {
    const each = 22 + 4 * ratio + random.between(-3, 3);
    for (const cpu of [2, 4, 8, 16, 32, 64])
      lines.push(`${family}-${cpu},${cpu},${cpu * ratio}Gi,110,${((cpu * each) / 1000).toFixed(3)},${60 + cpu * 5}m,${300 + cpu * 60}Mi`);
  }
  return lines.join('\n');
}

/** Pods of random controllers in random order. */
export function randomMix(random: Prng, pods: number, kinds: number): object[] {
  const all = Array.from({ length: kinds }, (_, kind) => {
    const cpu = 100 * 2 ** random.between(0, 4) + 10 * random.between(0, 20);
    const memory = Math.round(cpu * (1 + random.between(0, 70) / 10));
    const copies = Math.max(1, Math.round((pods / kinds) * (random.between(50, 150) / 100)));
    return Array.from({ length: copies }, (_, copy) => pod(`p${kind}-${copy}`, { cpu: `${cpu}m`, memory: `${memory}Mi` }));
  }).flat();
  return random.shuffle(all);
}

/** On-demand prices of AWS as `catalogue convert` writes them: general types of one generation. */
export const PUBLIC_LIST = `type,cpu,memory,pods,price
c7i.large,1930m,3114Mi,29,0.08925
c7i.xlarge,3920m,6584Mi,58,0.1785
c7i.2xlarge,7910m,14162Mi,58,0.357
c7i.4xlarge,15890m,27381Mi,234,0.714
c7i.8xlarge,31850m,57691Mi,234,1.428
c7i.16xlarge,63770m,112779Mi,737,2.856
c7i.48xlarge,191450m,355262Mi,737,8.568
m7i.large,1930m,6903Mi,29,0.1008
m7i.xlarge,3920m,14162Mi,58,0.2016
m7i.2xlarge,7910m,29317Mi,58,0.4032
m7i.4xlarge,15890m,57691Mi,234,0.8064
m7i.8xlarge,31850m,118312Mi,234,1.6128
m7i.16xlarge,63770m,234021Mi,737,3.2256
m7i.48xlarge,191450m,718987Mi,737,9.6768
r7i.large,1930m,14481Mi,29,0.1323
r7i.xlarge,3920m,29317Mi,58,0.2646
r7i.2xlarge,7910m,59627Mi,58,0.5292
r7i.4xlarge,15890m,118312Mi,234,1.0584
r7i.8xlarge,31850m,239554Mi,234,2.1168
r7i.16xlarge,63770m,476504Mi,737,4.2336
r7i.48xlarge,191450m,1446437Mi,737,12.7008`;

/** Prices of the types that Karpenter's simulation offers: ever less for each further CPU, and 16 pods to a CPU. */
export function simulatedList(): string {
  const lines = ['type,cpu,memory,pods,price'];
  for (const [family, ratio] of [
    ['c', 2],
    ['s', 4],
    ['m', 8],
  ] as const)
    for (const cpu of [1, 2, 4, 8, 16, 32, 64, 128])
      lines.push(`${family}-${cpu}x,${cpu},${cpu * ratio}Gi,${cpu * 16},${(cpu * (0.025 + 0.001073741824 * ratio)).toFixed(9)}`);
  return lines.join('\n');
}

/** Every pod is on one node or counted as left over, where it may be, and no node holds more than it has room for; limits are kept. */
export function expectValid(problem: Problem, { counts, contents, unplaced }: Packing): void {
  const { demands, shapes, dimensions } = problem;
  const packed = Int32Array.from(unplaced);
  const nodes = new Int32Array(shapes.length);
  for (const { shape, times, demands: held, counts: each } of contents) {
    nodes[shape] = (nodes[shape] as number) + times;
    const used = new Float64Array(dimensions);
    for (const [i, demand] of held.entries()) {
      const { amounts, allowed } = demands[demand] as Problem['demands'][number];
      expect(allowed[shape]).toBe(1);
      packed[demand] = (packed[demand] as number) + times * (each[i] as number);
      for (let r = 0; r < dimensions; r++) used[r] = (used[r] as number) + (each[i] as number) * (amounts[r] as number);
    }
    for (let r = 0; r < dimensions; r++) expect(used[r]).toBeLessThanOrEqual(shapes[shape]?.room[r] as number);
  }
  expect([...nodes]).toEqual([...counts]);
  expect([...packed]).toEqual(demands.map(({ count }) => count));
  expect(within(problem, counts)).toBe(true);
}
