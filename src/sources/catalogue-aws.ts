/** AWS types as Karpenter's provider publishes them: what pods can have of a node, after the kubelet's and the system's share. */
import { asObject, isObject } from '../model/parse/fields.ts';
import { type ConvertOptions, type ListedType, type PriceList, regionOf, tableWith } from './catalogue-convert.ts';

/** Prices of the table, by region. */
const PRICE_COLUMNS: Readonly<Record<string, { readonly column: string; readonly currency: string }>> = {
  'us-east-1': { column: 'usd_hour_us_east_1', currency: 'USD' },
  'us-gov-west-1': { column: 'usd_hour_us_gov_west_1', currency: 'USD' },
  'cn-north-1': { column: 'cny_hour_cn_north_1', currency: 'CNY' },
};
const REGION = 'us-east-1';

/** `aws_instance_types.csv`, a table; or `aws_instance_types_full.json` with labels and resources as nodes have them. */
export function awsRows(list: PriceList, { region = REGION, zones }: ConvertOptions): ListedType[] {
  return 'json' in list ? fromJson(list.json, region, zones) : fromTable(list, region, zones);
}

function fromTable(list: PriceList, region: string, zones: readonly string[]): ListedType[] {
  const { column, currency } = PRICE_COLUMNS[regionOf(Object.keys(PRICE_COLUMNS), region)] as (typeof PRICE_COLUMNS)[string];
  const rows = tableWith(list, [
    'instance_type',
    'arch',
    'alloc_cpu_milli',
    'alloc_memory_mib',
    'alloc_ephemeral_mib',
    'alloc_pods',
    'alloc_gpu',
    column,
  ]);
  return rows.map((row) => {
    const text = (name: string) => row.get(name) || undefined;
    const amount = (name: string, unit: string) => (text(name) === undefined ? undefined : `${text(name)}${unit}`);
    return {
      type: text('instance_type') ?? '',
      price: text(column) === undefined ? undefined : Number(text(column)),
      cpu: amount('alloc_cpu_milli', 'm'),
      memory: amount('alloc_memory_mib', 'Mi'),
      ephemeralStorage: amount('alloc_ephemeral_mib', 'Mi'),
      pods: text('alloc_pods'),
      gpu: text('gpu_manufacturer') === 'nvidia' ? text('alloc_gpu') : undefined,
      arch: text('arch'),
      zones,
      currency,
    };
  });
}

function fromJson(raw: unknown, region: string, zones: readonly string[]): ListedType[] {
  const list = asObject(raw, '');
  const types = asObject(list.types ?? null, 'types');
  const prices = asObject(list.on_demand_price_per_hour ?? null, 'on_demand_price_per_hour');
  const own = asObject(prices[regionOf(Object.keys(prices), region)], `on_demand_price_per_hour.${region}`);
  return Object.entries(types).map(([type, each]) => {
    const { labels, resources } = asObject(each, `types.${type}`);
    const labelOf = (key: string) => (isObject(labels) && typeof labels[key] === 'string' ? labels[key] : undefined);
    const resource = (key: string) => (isObject(resources) && typeof resources[key] === 'string' ? resources[key] : undefined);
    const price = own[type];
    return {
      type,
      price: typeof price === 'number' ? price : undefined,
      cpu: resource('cpu'),
      memory: resource('memory'),
      ephemeralStorage: resource('ephemeral-storage'),
      pods: resource('pods'),
      gpu: resource('nvidia.com/gpu'),
      arch: labelOf('kubernetes.io/arch'),
      os: labelOf('kubernetes.io/os'),
      zones,
      currency: region.startsWith('cn-') ? 'CNY' : 'USD',
    };
  });
}
