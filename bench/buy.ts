/**
 * `buy` on many pods: CPU and wall seconds, gap to the bound, the cost, and pods that would wait where nobody promises them a node, by how many different requests the pods have and by who places them.
 * `npm run bench:buy -- [--catalogue FILE] [--pods N] [--distinct 40,400,20000] [--placement configured,packed]`
 */
import { parseArgs } from 'node:util';
import { assert } from '../src/base/assert.ts';
import { Prng } from '../src/base/prng.ts';
import type { BuyPlacement } from '../src/model/buy-results.ts';
import type { Catalogue } from '../src/model/catalogue.ts';
import { buy } from '../src/plan/buy.ts';
import { readCatalogue } from '../src/sources/catalogue.ts';
import { readSnapshot } from '../src/sources/read-snapshot.ts';

const { values: flags } = parseArgs({
  options: {
    catalogue: { type: 'string' },
    pods: { type: 'string', default: '20000' },
    distinct: { type: 'string', default: '40,400,20000' },
    placement: { type: 'string', default: 'packed,configured' },
  },
});

/** 400 types: 10 generations of four families in ten sizes; price in proportion to room, a little dearer in new generations and by odd sizes. */
function cloud(): string {
  const lines = ['type,cpu,memory,pods,price,reserved-cpu,reserved-memory'];
  for (let generation = 1; generation <= 10; generation++)
    for (const [family, ratio] of [
      ['c', 2],
      ['m', 4],
      ['r', 8],
      ['x', 16],
    ] as const)
      for (const cpu of [1, 2, 4, 8, 16, 24, 32, 48, 64, 96]) {
        const price = (cpu * (20 + 4 * ratio + ((generation * 7 + ratio) % 5))) / 1000;
        const memory = cpu * ratio + (generation % 3);
        lines.push(
          `${family}${generation}-${cpu},${cpu},${memory}Gi,${cpu < 4 ? 29 : 110},${price.toFixed(3)},${60 + cpu * 3}m,${300 + cpu * 50}Mi`,
        );
      }
  return lines.join('\n');
}

/** Pods in random order with so many different requests: 50m to 4 CPU, evenly by magnitude, and 1 to 8 GiB for each CPU. */
function pods(count: number, distinct: number): object[] {
  const random = new Prng(distinct);
  const kinds = Array.from({ length: distinct }, () => {
    const cpu = Math.round(50 * 80 ** (random.between(0, 1000) / 1000));
    return { cpu: `${cpu}m`, memory: `${Math.round((cpu * random.between(100, 800)) / 100)}Mi` };
  });
  const order = random.shuffle(Array.from({ length: count }, (_, i) => kinds[i % distinct] as (typeof kinds)[number]));
  return order.map((requests, i) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `p${i}`, namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'i', resources: { requests } }] },
  }));
}

const catalogue: Catalogue = await readCatalogue(flags.catalogue ?? { text: cloud() });
process.stdout.write('distinct  placement    cpu-seconds  seconds  nodes  cost           gap%    waiting  bound\n');
for (const distinct of flags.distinct.split(',').map(Number))
  for (const placement of flags.placement.split(',') as BuyPlacement[]) {
    const snapshot = await readSnapshot(pods(Number(flags.pods), distinct));
    const before = process.cpuUsage();
    const answer = await buy(snapshot, catalogue, { placement });
    const { user, system } = process.cpuUsage(before);
    assert(answer.complete, 'every pod has a node');
    const seconds = ((user + system) / 1e6).toFixed(2);
    const { cost, gapPercent, bound, summary, unaided } = answer;
    const row = [
      `${distinct}`.padEnd(9),
      placement.padEnd(12),
      seconds.padEnd(12),
      summary.seconds.toFixed(2).padEnd(8),
      `${summary.nodesBought}`.padEnd(6),
      cost.padEnd(14),
      `${gapPercent}`.padEnd(7),
      `${unaided?.waiting ?? '-'}`.padEnd(8),
      bound,
    ];
    process.stdout.write(`${row.join(' ')}\n`);
  }
