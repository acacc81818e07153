/** Karpenter's generic types for simulated nodes (kwok). */
import { asObject, isObject, listAt, objectAt, type RawObject, textAt, textsAt } from '../model/parse/fields.ts';
import { type ConvertOptions, type ListedType, type PriceList, tableWith } from './catalogue-convert.ts';

const CAPACITY = 'karpenter.sh/capacity-type';
const ZONE = 'topology.kubernetes.io/zone';

/** A table of types, or `instance_types.json` with offerings by zone and capacity type. */
export function kwokRows(list: PriceList, options: ConvertOptions): ListedType[] {
  return 'json' in list ? fromJson(list.json, options) : fromTable(list, options);
}

function fromTable(list: PriceList, { spot }: ConvertOptions): ListedType[] {
  const column = spot ? 'spot_usd_hour' : 'on_demand_usd_hour';
  return tableWith(list, ['name', 'arch', 'os', 'cpu', 'memory', 'pods', 'zones', column]).map((row) => ({
    type: row.get('name') ?? '',
    price: row.get(column) ? Number(row.get(column)) : undefined,
    cpu: row.get('cpu'),
    memory: row.get('memory'),
    ephemeralStorage: row.get('ephemeral-storage'),
    pods: row.get('pods'),
    arch: row.get('arch'),
    os: row.get('os'),
    zones: (row.get('zones') ?? '').split(',').filter((zone) => zone !== ''),
    labels: capacityLabel(spot),
  }));
}

function capacityLabel(spot: boolean): string {
  return `${CAPACITY}=${spot ? 'spot' : 'on-demand'}`;
}

function fromJson(raw: unknown, { spot }: ConvertOptions): ListedType[] {
  return listAt({ types: raw }, 'types', '').flatMap((item, i) => {
    const type = asObject(item, `[${i}]`);
    const resources = objectAt(type, 'resources', `[${i}]`) ?? {};
    const resource = (name: string) => (typeof resources[name] === 'string' ? resources[name] : undefined);
    const common = {
      type: textAt(type, 'name', `[${i}]`),
      cpu: resource('cpu'),
      memory: resource('memory'),
      ephemeralStorage: resource('ephemeral-storage'),
      pods: resource('pods'),
      arch: textAt(type, 'architecture', `[${i}]`) || undefined,
      os: textsAt(type, 'operatingSystems', `[${i}]`)[0],
      labels: capacityLabel(spot),
    };
    const zonesOf = offeringsOf(type, i, spot);
    return zonesOf.size === 0 ? [common] : [...zonesOf].map(([price, zones]) => ({ ...common, price, zones }));
  });
}

/** Zones by price. */
function offeringsOf(type: RawObject, i: number, spot: boolean): Map<number, string[]> {
  const zonesOf = new Map<number, string[]>();
  for (const [o, item] of listAt(type, 'offerings', `[${i}]`).entries()) {
    const path = `[${i}].offerings[${o}]`;
    const offering = asObject(item, path);
    const values = (key: string) => {
      const found = listAt(offering, 'Requirements', path).find((requirement) => isObject(requirement) && requirement.key === key);
      return isObject(found) ? textsAt(found, 'values', path) : [];
    };
    if (offering.Available !== true || typeof offering.Price !== 'number') continue;
    if (!values(CAPACITY).includes(spot ? 'spot' : 'on-demand')) continue;
    zonesOf.set(offering.Price, [...(zonesOf.get(offering.Price) ?? []), ...values(ZONE)]);
  }
  return zonesOf;
}
