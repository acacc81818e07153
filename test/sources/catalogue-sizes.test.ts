import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { csvCells } from '../../src/model/csv.ts';
import { convertCatalogue } from '../../src/sources/catalogue-convert.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-sizes-'));

/** `cpu GiB arch` by type, and how many types have none. */
async function sizes(format: 'azure' | 'gcp', names: readonly string[]) {
  const prices = Object.fromEntries(names.map((name) => [name, 1]));
  const file = join(folder, `${format}.json`);
  writeFileSync(file, JSON.stringify(format === 'azure' ? { r: prices } : { prices: { r: { on_demand: prices, spot: {} } } }));
  const { lines, left } = await convertCatalogue(file, format, { zones: [], spot: false });
  const [header = '', ...rows] = lines.map((line) => line.trimEnd());
  const columns = csvCells(header, 1);
  const sizesOf = rows.map((row) => {
    const cells = new Map(csvCells(row, 2).map((cell, i) => [columns[i], cell]));
    return [
      cells.get('type'),
      `${cells.get('cpu')} ${Number.parseInt(cells.get('memory') ?? '', 10) / 1024} ${cells.get('arch')}`,
    ] as const;
  });
  return { known: Object.fromEntries(sizesOf), left };
}

/** What Microsoft lists for these sizes: Azure Resource SKUs, see docs/catalogue.md. */
const AZURE: Readonly<Record<string, string>> = {
  Standard_B2as_v2: '2 8 amd64',
  Standard_B4ls_v2: '4 8 amd64',
  Standard_B16ps_v2: '16 64 arm64',
  Standard_B32s_v2: '32 128 amd64',
  Standard_D2_v3: '2 8 amd64',
  Standard_D64s_v3: '64 256 amd64',
  Standard_D48ds_v4: '48 192 amd64',
  Standard_D96as_v4: '96 384 amd64',
  Standard_D8s_v5: '8 32 amd64',
  Standard_D96ads_v5: '96 384 amd64',
  Standard_D64ls_v5: '64 128 amd64',
  Standard_D48ps_v5: '48 192 arm64',
  Standard_D64pls_v5: '64 128 arm64',
  Standard_D192s_v6: '192 768 amd64',
  Standard_D96ps_v6: '96 384 arm64',
  Standard_D96alds_v6: '96 192 amd64',
  Standard_D128nds_v6: '128 512 amd64',
  Standard_D160as_v7: '160 640 amd64',
  Standard_DC96as_v5: '96 384 amd64',
  Standard_DC128es_v6: '128 512 amd64',
  Standard_E20_v3: '20 160 amd64',
  Standard_E48d_v4: '48 384 amd64',
  Standard_E64as_v4: '64 512 amd64',
  Standard_E64s_v5: '64 512 amd64',
  Standard_E32bds_v5: '32 256 amd64',
  Standard_E20ps_v5: '20 160 arm64',
  Standard_E64ps_v6: '64 512 arm64',
  Standard_E128s_v6: '128 1024 amd64',
  Standard_E160as_v7: '160 1280 amd64',
  Standard_F72s_v2: '72 144 amd64',
  Standard_F64ams_v6: '64 512 amd64',
  Standard_F80als_v7: '80 160 amd64',
  Standard_L80s_v3: '80 640 amd64',
  Standard_L96as_v4: '96 768 amd64',
};
/** Sizes that are not what the others of their series would say (in GiB: 208, 208, 432, 504, 672, 672, 1832), that have GPUs, or that nobody lists. */
const AZURE_UNKNOWN = [
  ...['D64ps_v5', 'E32ps_v5', 'E64_v3', 'E64s_v4', 'E96s_v5', 'E96ps_v6', 'E192is_v6'],
  ...['NC24ads_A100_v4', 'D96ps_v5', 'E48pds_v5', 'E16-4s_v5', 'F72as_v6', 'M64ms', 'B2ts_v2'],
].map((name) => `Standard_${name}`);

/** What Google's Compute API says of these machine types, see docs/catalogue.md. */
const GCP: Readonly<Record<string, string>> = {
  'c2-standard-60': '60 240 amd64',
  'c2d-highmem-112': '112 896 amd64',
  'c3-standard-22': '22 88 amd64',
  'c3-highmem-176': '176 1408 amd64',
  'c3d-standard-90-lssd': '90 360 amd64',
  'c4-standard-2': '2 7 amd64',
  'c4-standard-4': '4 15 amd64',
  'c4-highmem-2': '2 15 amd64',
  'c4-highmem-288-lssd': '288 2232 amd64',
  'c4a-standard-72': '72 288 arm64',
  'c4d-standard-2': '2 7 amd64',
  'c4d-highcpu-4': '4 7 amd64',
  'c4d-highmem-384': '384 3024 amd64',
  'c4n-highmem-24': '24 186 amd64',
  'e2-highcpu-32': '32 32 amd64',
  'e2-highmem-16': '16 128 amd64',
  'h3-standard-88': '88 352 amd64',
  'n1-standard-1': '1 3.75 amd64',
  'n1-highmem-96': '96 624 amd64',
  'n2-highmem-96': '96 768 amd64',
  'n2-standard-128': '128 512 amd64',
  'n2d-highcpu-224': '224 224 amd64',
  'n2d-highmem-96': '96 768 amd64',
  'n4-highcpu-80': '80 160 amd64',
  'n4a-standard-64': '64 256 arm64',
  'n4d-highmem-96': '96 768 amd64',
  't2a-standard-48': '48 192 arm64',
  't2d-standard-60': '60 240 amd64',
  'z3-highmem-176-standardlssd': '176 1408 amd64',
};
/** 864 GiB; whole machines; 177 GiB; shared cores; GPUs; nobody knows. */
const GCP_UNKNOWN = [
  'n2-highmem-128',
  'c4-standard-288-metal',
  'c3d-highcpu-90',
  'e2-small',
  'a2-highgpu-1g',
  'g2-standard-4',
  'q9-standard-4',
];

describe('sizes by name', () => {
  it.each([
    ['azure', AZURE, AZURE_UNKNOWN],
    ['gcp', GCP, GCP_UNKNOWN],
  ] as const)('of %s are those that are published, and others are counted', async (format, known, unknown) => {
    const answer = await sizes(format, [...Object.keys(known), ...unknown]);
    expect(answer.known).toEqual(known);
    expect(answer.left).toEqual([['size not known', unknown.length]]);
  });
});
