/** Google Cloud machine types: prices by name; the name tells the size. */
import { asObject } from '../model/parse/fields.ts';
import { type ConvertOptions, type ListedType, type PriceList, regionOf, tableWith } from './catalogue-convert.ts';

/**
 * GiB of memory for each vCPU by series and kind, as Google documents them ("Machine families resource and comparison guide"). Series that are not here
 * have sizes that do not follow from the name, or GPUs.
 */
const GIB: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  c2: { standard: 4 },
  c2d: { standard: 4, highmem: 8, highcpu: 2 },
  c3: { standard: 4, highmem: 8, highcpu: 2 },
  c3d: { standard: 4, highmem: 8 },
  c4: { standard: 3.75, highmem: 7.75, highcpu: 2 },
  c4a: { standard: 4, highmem: 8, highcpu: 2 },
  c4d: { standard: 3.875, highmem: 7.875, highcpu: 1.875 },
  c4n: { standard: 3.75, highmem: 7.75, highcpu: 2 },
  e2: { standard: 4, highmem: 8, highcpu: 1 },
  h3: { standard: 4 },
  n1: { standard: 3.75, highmem: 6.5, highcpu: 0.9 },
  n2: { standard: 4, highmem: 8, highcpu: 1 },
  n2d: { standard: 4, highmem: 8, highcpu: 1 },
  n4: { standard: 4, highmem: 8, highcpu: 2 },
  n4a: { standard: 4, highmem: 8, highcpu: 2 },
  n4d: { standard: 4, highmem: 8, highcpu: 2 },
  t2a: { standard: 4 },
  t2d: { standard: 4 },
  z3: { highmem: 8 },
};
/** Sizes at which the rule ends, by series and kind. */
const MOST: Readonly<Record<string, number>> = { 'n2-highmem': 96, 'n2d-highmem': 96 };
/** Series whose machines have whole GiB: what the rule gives is rounded down. */
const WHOLE = ['c4', 'c4d', 'c4n'];
const ARM = ['c4a', 'n4a', 't2a'];
const NAME = /^(\w+)-(standard|highmem|highcpu)-(\d+)(?:-lssd|-standardlssd|-highlssd)?$/;

/** `initial-prices.json`: for each region on-demand and spot prices by machine type. */
export function gcpRows(list: PriceList, { region, spot, zones }: ConvertOptions): ListedType[] {
  if (!('json' in list)) return [...tableWith(list, ['prices'])].map(() => ({ type: '' }));
  const regions = asObject(asObject(list.json, '').prices ?? null, 'prices');
  const own = regionOf(Object.keys(regions), region);
  const kind = spot ? 'spot' : 'on_demand';
  const prices = asObject(asObject(regions[own], `prices.${own}`)[kind] ?? null, `prices.${own}.${kind}`);
  return Object.entries(prices).map(([type, price]) => {
    const [, series = '', size = '', cpus = ''] = NAME.exec(type) ?? [];
    const each = Object.hasOwn(GIB, series) ? GIB[series]?.[size] : undefined;
    const known = each !== undefined && Number(cpus) <= (MOST[`${series}-${size}`] ?? Number.POSITIVE_INFINITY);
    return {
      type,
      price: typeof price === 'number' ? price : undefined,
      ...(known ? { cpu: cpus, memory: memoryOf(series, Number(cpus) * each) } : {}),
      arch: ARM.includes(series) ? 'arm64' : 'amd64',
      zones,
    };
  });
}

function memoryOf(series: string, gib: number): string {
  return `${Math.round((WHOLE.includes(series) ? Math.floor(gib) : gib) * 1024)}Mi`;
}
