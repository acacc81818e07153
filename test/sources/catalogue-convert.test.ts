import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { formatPrice } from '../../src/model/catalogue.ts';
import { readCatalogue } from '../../src/sources/catalogue.ts';
import { convertCatalogue } from '../../src/sources/catalogue-convert.ts';
import type { CatalogueFormat } from '../../src/sources/catalogue-formats.ts';

const folder = mkdtempSync(join(tmpdir(), 'catalogue-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Options = Partial<Parameters<typeof convertCatalogue>[2]>;

async function convert(content: string | Buffer, from: CatalogueFormat, options: Options = {}) {
  const file = join(folder, 'list');
  writeFileSync(file, content);
  const { lines, left } = await convertCatalogue(file, from, { zones: [], spot: false, ...options });
  const { types, currency } = await readCatalogue({ text: lines.join('') });
  const rows = types.map(({ type, price, zones, labels, allocatable }) => ({
    type,
    price: formatPrice(price),
    zones: zones.join(),
    arch: labels.get('kubernetes.io/arch'),
    cpu: Number(allocatable.cpu),
    gib: Number(allocatable.memory) / 2 ** 30,
    gpu: Number(allocatable.scalars.get('nvidia.com/gpu') ?? 0n),
  }));
  return { rows, left, currency };
}

/** Invented types in the columns of the published table. */
const AWS = `instance_type,arch,gpu_manufacturer,alloc_cpu_milli,alloc_memory_mib,alloc_ephemeral_mib,alloc_pods,alloc_gpu,usd_hour_us_east_1,usd_hour_us_gov_west_1,cny_hour_cn_north_1
x1.large,arm64,,1930,3072,17408,29,,0.5,0.6,4
x1g.large,amd64,nvidia,3920,12288,17408,58,2,1.25,,
x2.large,amd64,,1930,3072,17408,29,,,0.7,
`;
const KWOK = [
  {
    name: 'k-1x',
    architecture: 'arm64',
    operatingSystems: ['linux'],
    resources: { cpu: '1', memory: '2Gi', pods: '16' },
    offerings: ['a', 'b'].flatMap((zone) =>
      [
        ['on-demand', 0.0271474836480001],
        ['spot', 0.019],
      ].map(([capacity, Price]) => ({
        Price,
        Available: zone === 'a' || capacity === 'spot',
        Requirements: [
          { key: 'karpenter.sh/capacity-type', operator: 'In', values: [capacity] },
          { key: 'topology.kubernetes.io/zone', operator: 'In', values: [zone] },
        ],
      })),
    ),
  },
];

describe('catalogue convert', () => {
  it('reads the table of AWS', async () => {
    const { rows, left } = await convert(AWS, 'aws', { zones: ['a', 'b'] });
    expect(rows).toEqual([
      { type: 'x1.large', price: '0.50', zones: 'a,b', arch: 'arm64', cpu: 1930, gib: 3, gpu: 0 },
      { type: 'x1g.large', price: '1.25', zones: 'a,b', arch: 'amd64', cpu: 3920, gib: 12, gpu: 2 },
    ]);
    expect(left).toEqual([['no price', 1]]);
    const china = await convert(gzipSync(AWS), 'aws', { region: 'cn-north-1' });
    expect([china.currency, china.rows.map(({ price }) => price)]).toEqual(['CNY', ['4.00']]);
    expect((await convert(AWS, 'aws', { match: /g\./ })).rows.map(({ type }) => type)).toEqual(['x1g.large']);
  });

  it('reads labels and resources of AWS as JSON', async () => {
    const type = {
      labels: { 'kubernetes.io/arch': 'arm64' },
      resources: { cpu: '1930m', memory: '3Gi', pods: '29', 'nvidia.com/gpu': '1' },
    };
    const list = { types: { 'x1.large': type, 'x9.large': type }, on_demand_price_per_hour: { 'us-east-1': { 'x1.large': 0.5 } } };
    const { rows, left } = await convert(JSON.stringify(list), 'aws');
    expect(rows).toEqual([{ type: 'x1.large', price: '0.50', zones: '', arch: 'arm64', cpu: 1930, gib: 3, gpu: 1 }]);
    expect(left).toEqual([['no price', 1]]);
  });

  it('reads sizes of Azure from a table and from names', async () => {
    const table =
      'region,sku,vcpus,memory_gb,arch,gpus,zones,restricted,usd_hour\nr,S1,2,0.75,x64,,1|3,False,0.1\nr,S2,2,4,Arm64,,,True,0.1\nq,S3,2,4,x64,,,False,1\n';
    expect(await convert(table, 'azure', { region: 'r' })).toMatchObject({
      rows: [{ type: 'S1', price: '0.10', zones: 'r-1,r-3', arch: 'amd64', cpu: 2000, gib: 0.75, gpu: 0 }],
      left: [['restricted in the region', 1]],
    });
    const prices = { r: { Standard_D4s_v5: 0.2, Standard_E8pds_v6: 0.4, Standard_D4ls_v5: 0.1, Standard_E96s_v5: 4, Standard_A8: 1 } };
    const { rows, left } = await convert(JSON.stringify(prices), 'azure');
    expect(rows.map(({ type, cpu, gib, arch }) => [type, cpu, gib, arch])).toEqual([
      ['Standard_D4s_v5', 4000, 16, 'amd64'],
      ['Standard_E8pds_v6', 8000, 64, 'arm64'],
      ['Standard_D4ls_v5', 4000, 8, 'amd64'],
    ]);
    expect(left).toEqual([['size not known', 2]]);
  });

  it('reads sizes of Google Cloud from names', async () => {
    const prices = { 'n1-standard-4': 0.2, 'c4a-highmem-8': 0.5, 'm1-ultramem-40': 6, 'n2-highmem-128': 5, 'c4-standard-8-lssd': 1 };
    const list = { prices: { r: { on_demand: prices, spot: { 'n1-standard-4': 0.05 } } } };
    const { rows, left } = await convert(JSON.stringify(list), 'gcp');
    expect(rows.map(({ type, cpu, gib, arch }) => [type, cpu, gib, arch])).toEqual([
      ['n1-standard-4', 4000, 15, 'amd64'],
      ['c4a-highmem-8', 8000, 64, 'arm64'],
      ['c4-standard-8-lssd', 8000, 30, 'amd64'],
    ]);
    expect(left).toEqual([['size not known', 2]]);
    expect((await convert(JSON.stringify(list), 'gcp', { spot: true })).rows.map(({ price }) => price)).toEqual(['0.05']);
  });

  it('reads offerings of Karpenter, prices to nine digits', async () => {
    const { rows } = await convert(JSON.stringify(KWOK), 'karpenter-kwok');
    expect(rows).toEqual([{ type: 'k-1x', price: '0.027147484', zones: 'a', arch: 'arm64', cpu: 1000, gib: 2, gpu: 0 }]);
    const spot = await convert(JSON.stringify(KWOK), 'karpenter-kwok', { spot: true });
    expect(spot.rows.map(({ price, zones }) => [price, zones])).toEqual([['0.019', 'a,b']]);
  });

  it.each<[CatalogueFormat, string, Options, string]>([
    ['aws', 'name,cpu\na,1\n', {}, 'INPUT_KIND'],
    ['aws', AWS, { region: 'mars' }, 'NOT_FOUND'],
    ['aws', AWS, { match: /nothing/ }, 'INPUT_KIND'],
    ['azure', '{"a":{},"b":{}}', {}, 'USAGE'],
    ['gcp', '{"prices":[]}', {}, 'FIELD'],
    ['gcp', AWS, {}, 'INPUT_KIND'],
    ['karpenter-kwok', '{}', {}, 'FIELD'],
    ['karpenter-kwok', '[{"name":1}]', {}, 'FIELD'],
    ['aws', '', {}, 'INPUT_KIND'],
    ['aws', '{"types":', {}, 'INPUT_TRUNCATED'],
  ])('refuses %s of %j with %j: %s', async (from, content, options, code) => {
    await expect(convert(content, from, options)).rejects.toMatchObject({ code, place: { file: join(folder, 'list') } });
  });
});
