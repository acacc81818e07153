/** Small and random purchases for tests. */
import { buySchema } from '../../scripts/buy-schema.ts';
import { Prng } from '../../src/base/prng.ts';
import type { Buy } from '../../src/model/buy-results.ts';
import { type BuyOptions, buy } from '../../src/plan/buy.ts';
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
