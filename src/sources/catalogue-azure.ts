/** Azure sizes. */
import { asObject } from '../model/parse/fields.ts';
import { type ConvertOptions, type ListedType, type PriceList, regionOf, tableWith } from './catalogue-convert.ts';

/**
 * GiB of memory for each vCPU, by series and generation, as Azure documents the sizes ("Sizes for virtual machines in Azure"), for sizes up to the given
 * number of vCPUs: larger ones have less than the rule says, or more. Series without such a rule are not known from their name.
 */
const SERIES: readonly { readonly name: RegExp; readonly gib: number; readonly most: number }[] = [
  { name: /^Standard_B(\d+)[ap]?ls_v2$/, gib: 2, most: 32 },
  { name: /^Standard_B(\d+)[ap]?s_v2$/, gib: 4, most: 32 },
  { name: /^Standard_D(\d+)pd?s_v5$/, gib: 4, most: 48 },
  { name: /^Standard_D(\d+)pld?s_v5$/, gib: 2, most: 64 },
  { name: /^Standard_D(\d+)a?(?:d|d?s)?_v[3-5]$/, gib: 4, most: 96 },
  { name: /^Standard_D(\d+)ld?s_v5$/, gib: 2, most: 96 },
  { name: /^Standard_D(\d+)p?d?s_v6$/, gib: 4, most: 192 },
  { name: /^Standard_D(\d+)p?ld?s_v6$/, gib: 2, most: 128 },
  { name: /^Standard_D(\d+)[an]d?s_v6$/, gib: 4, most: 128 },
  { name: /^Standard_D(\d+)[an]ld?s_v6$/, gib: 2, most: 128 },
  { name: /^Standard_D(\d+)a?d?s_v7$/, gib: 4, most: 192 },
  { name: /^Standard_D(\d+)a?ld?s_v7$/, gib: 2, most: 192 },
  { name: /^Standard_DC(\d+)[ae]d?s_v5$/, gib: 4, most: 96 },
  { name: /^Standard_DC(\d+)[ae]d?s_v6$/, gib: 4, most: 128 },
  { name: /^Standard_E(\d+)(?:d|d?s)?_v[34]$/, gib: 8, most: 48 },
  { name: /^Standard_E(\d+)as?_v4$/, gib: 8, most: 64 },
  { name: /^Standard_E(\d+)pd?s_v5$/, gib: 8, most: 20 },
  { name: /^Standard_E(\d+)[ab]?(?:d|d?s)?_v5$/, gib: 8, most: 64 },
  { name: /^Standard_E(\d+)[ap]d?s_v6$/, gib: 8, most: 64 },
  { name: /^Standard_E(\d+)n?d?s_v6$/, gib: 8, most: 128 },
  { name: /^Standard_E(\d+)a?d?s_v7$/, gib: 8, most: 192 },
  { name: /^Standard_F(\d+)s_v2$/, gib: 2, most: 72 },
  { name: /^Standard_F(\d+)als_v6$/, gib: 2, most: 64 },
  { name: /^Standard_F(\d+)as_v6$/, gib: 4, most: 64 },
  { name: /^Standard_F(\d+)ams_v6$/, gib: 8, most: 64 },
  { name: /^Standard_F(\d+)ald?s_v7$/, gib: 2, most: 80 },
  { name: /^Standard_F(\d+)ad?s_v7$/, gib: 4, most: 80 },
  { name: /^Standard_F(\d+)amd?s_v7$/, gib: 8, most: 80 },
  { name: /^Standard_L(\d+)a?s_v[23]$/, gib: 8, most: 80 },
  { name: /^Standard_L(\d+)a?o?s_v4$/, gib: 8, most: 96 },
];
/** vCPUs of the smallest size that the rules are for. */
const LEAST = 2;
/** `p` in the name: the vCPUs are ARM. */
const ARM = /^Standard_[BDE]\d+p/;

/** `azure_sku_capabilities`, a table with sizes; or prices by region, JSON, where the size is read from the name. */
export function azureRows(list: PriceList, options: ConvertOptions): ListedType[] {
  return 'json' in list ? fromJson(list.json, options) : fromTable(list, options);
}

function fromTable(list: PriceList, { region }: ConvertOptions): ListedType[] {
  const rows = tableWith(list, ['region', 'sku', 'vcpus', 'memory_gb', 'arch', 'zones', 'restricted', 'usd_hour']);
  const own = regionOf([...new Set(rows.map((row) => row.get('region') ?? ''))], region);
  return rows
    .filter((row) => row.get('region') === own)
    .map((row) => ({
      type: row.get('sku') ?? '',
      left: row.get('restricted') === 'True' ? 'restricted in the region' : undefined,
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
    if (cpu >= LEAST && cpu <= most) return { cpu: String(cpu), memory: gib(cpu * each) };
  }
  return {};
}

/** Azure's GB are GiB. */
function gib(amount: number): string {
  return `${Math.round(amount * 1024)}Mi`;
}
