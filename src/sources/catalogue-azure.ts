/** Azure sizes. */
import { asObject } from '../model/parse/fields.ts';
import { type ConvertOptions, type ListedType, type PriceList, regionOf, tableWith } from './catalogue-convert.ts';

/**
 * GiB of memory for each vCPU, by series and generation, as Azure documents the sizes ("Sizes for virtual machines in Azure"). Only series in which
 * the rule holds for every size up to the given number of vCPUs; the size of all others is not known from their name.
 */
const SERIES: readonly { readonly name: RegExp; readonly gib: number; readonly most: number }[] = [
  { name: /^Standard_D(\d+)(?:a|p)?(?:d|ds|s)?_v[3-6]$/, gib: 4, most: 96 },
  { name: /^Standard_D(\d+)(?:a|p)?l(?:d|ds|s)?_v[5-6]$/, gib: 2, most: 96 },
  { name: /^Standard_E(\d+)(?:a|p)?(?:d|ds|s)?_v[3-6]$/, gib: 8, most: 48 },
  { name: /^Standard_F(\d+)s_v2$/, gib: 2, most: 64 },
];
/** `p` in the name: the vCPUs are ARM. */
const ARM = /^Standard_[DE]\d+p/;

/** `azure_sku_capabilities`, a table with sizes; or prices by region, JSON, where the size is read from the name. */
export function azureRows(list: PriceList, options: ConvertOptions): ListedType[] {
  return 'json' in list ? fromJson(list.json, options) : fromTable(list, options);
}

function fromTable(list: PriceList, { region }: ConvertOptions): ListedType[] {
  const rows = tableWith(list, ['region', 'sku', 'vcpus', 'memory_gb', 'arch', 'zones', 'restricted', 'usd_hour']);
  const own = regionOf([...new Set(rows.map((row) => row.get('region') ?? ''))], region);
  return rows
    .filter((row) => row.get('region') === own && row.get('restricted') !== 'True')
    .map((row) => ({
      type: row.get('sku') ?? '',
      price: row.get('usd_hour') ? Number(row.get('usd_hour')) : undefined,
      cpu: row.get('vcpus'),
      memory: gib(Number(row.get('memory_gb'))),
      gpu: row.get('gpus') || undefined,
      arch: row.get('arch') === 'Arm64' ? 'arm64' : 'amd64',
      // As the cloud provider labels nodes: the region before the number of the zone.
      zones: (row.get('zones') ?? '').split('|').flatMap((zone) => (zone === '' ? [] : [`${own}-${zone}`])),
    }));
}

function fromJson(raw: unknown, { region, zones }: ConvertOptions): ListedType[] {
  const regions = asObject(raw, '');
  const own = regionOf(Object.keys(regions), region);
  return Object.entries(asObject(regions[own], own)).map(([type, price]) => ({
    type,
    price: typeof price === 'number' ? price : undefined,
    ...sizeOf(type),
    arch: ARM.test(type) ? 'arm64' : 'amd64',
    zones,
  }));
}

function sizeOf(type: string): { cpu?: string; memory?: string } {
  for (const { name, gib: each, most } of SERIES) {
    const cpu = Number(name.exec(type)?.[1] ?? Number.NaN);
    if (cpu <= most) return { cpu: String(cpu), memory: gib(cpu * each) };
  }
  return {};
}

/** Azure's GB are GiB. */
function gib(amount: number): string {
  return `${Math.round(amount * 1024)}Mi`;
}
