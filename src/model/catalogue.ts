/** Nodes that can be bought: types with their resources, places and prices. */
import type { Labels } from './labels.ts';
import type { NodeResources, QuantityList } from './resources.ts';
import type { Taint } from './taint.ts';

/** Money per hour in units of 10^-9 of the catalogue's currency: whole, so that sums are exact. */
export type Price = bigint;

export const INSTANCE_TYPE_LABEL = 'node.kubernetes.io/instance-type';
export const ZONE_LABEL = 'topology.kubernetes.io/zone';
export const HOSTNAME_LABEL = 'kubernetes.io/hostname';

/** Digits after the point that a price keeps. */
export const PRICE_DIGITS = 9;
const UNIT = 10n ** BigInt(PRICE_DIGITS);

/** A pod that comes with every node of a type and that no snapshot tells of. */
export interface CatalogueDaemonSet {
  readonly name: string;
  readonly requests: QuantityList;
}

/** One row of a catalogue. The same type may have several rows, which differ in zone or labels. */
export interface CatalogueType {
  readonly type: string;
  /** What pods can have of a node: its resources without what is reserved, in the scheduler's units. */
  readonly allocatable: NodeResources;
  /** Zones that it can be bought in, at the same price in each; empty: its nodes have no zone. */
  readonly zones: readonly string[];
  readonly price: Price;
  /** Labels of its nodes: those of the row, type, architecture and operating system; not the zone and the host name. */
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  /** Nodes of this row at most, in all its zones together; absent: as many as are wanted. */
  readonly maxCount?: number;
  readonly daemonSets: readonly CatalogueDaemonSet[];
}

export interface Catalogue {
  /** As the catalogue names it: `USD`. */
  readonly currency: string;
  readonly types: readonly CatalogueType[];
}

/**
 * What a node costs: the price of the row of its type that is sold in its zone, of several the one that shares most labels with it, of these the first.
 * A row without zones fits nodes of every zone. Undefined: the catalogue does not know it. O(rows).
 */
export function priceOfNode({ types }: Catalogue, labels: Labels): Price | undefined {
  const type = labels.get(INSTANCE_TYPE_LABEL);
  const zone = labels.get(ZONE_LABEL);
  const fits = (row: CatalogueType) => row.type === type && (row.zones.length === 0 || zone === undefined || row.zones.includes(zone));
  const sold = types.filter(fits);
  const named = sold.filter((row) => [...row.labels].every(([key, value]) => labels.get(key) === value));
  // A row that asks for more labels means the node more closely: spot nodes have all labels of others and one more.
  const [first, ...others] = named.length > 0 ? named : sold;
  return others.reduce((best, row) => (best && row.labels.size > best.labels.size ? row : best), first)?.price;
}

const DECIMAL = /^([0-9]{1,6})(?:\.([0-9]{1,9}))?$/;

/** A price written as a decimal number; undefined where it is none, is negative, or has more than six digits before the point or nine after it. */
export function parsePrice(text: string): Price | undefined {
  const [, whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  return whole === undefined ? undefined : BigInt(whole) * UNIT + BigInt(fraction.padEnd(PRICE_DIGITS, '0'));
}

/** The exact amount as a decimal number, two digits after the point or more: `41.20`, `0.0255`. */
export function formatPrice(price: Price): string {
  const sign = price < 0n ? '-' : '';
  const size = price < 0n ? -price : price;
  const fraction = String(size % UNIT)
    .padStart(PRICE_DIGITS, '0')
    .replace(/0+$/, '')
    .padEnd(2, '0');
  return `${sign}${size / UNIT}.${fraction}`;
}
