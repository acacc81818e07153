/** What the formats of catalogues have in common: a row as texts, and its way to a type. */
import { type ErrorPlace, PlimsollError } from '../base/errors.ts';
import { type CatalogueDaemonSet, type CatalogueType, INSTANCE_TYPE_LABEL, parsePrice } from '../model/catalogue.ts';
import { isExtendedResource, labelKeyProblem, labelValueProblem } from '../model/names.ts';
import { nodeResources } from '../model/parse/node.ts';
import { parseQuantity } from '../model/quantity.ts';
import type { NanoQuantity, QuantityList } from '../model/resources.ts';
import type { Taint } from '../model/taint.ts';

/** A text with the name of the field that it stands in. */
export interface Cell {
  readonly path: string;
  readonly text: string;
}

export interface DaemonSetDraft {
  readonly name: Cell;
  /** By resource name. */
  readonly requests: ReadonlyMap<string, Cell>;
}

/** One row as it was written. */
export interface TypeDraft {
  readonly place: ErrorPlace;
  readonly type: Cell;
  readonly price: Cell;
  readonly arch?: Cell | undefined;
  readonly os?: Cell | undefined;
  readonly maxCount?: Cell | undefined;
  readonly zones: readonly Cell[];
  /** By resource name. */
  readonly capacity: ReadonlyMap<string, Cell>;
  readonly reserved: ReadonlyMap<string, Cell>;
  readonly labels: ReadonlyMap<string, Cell>;
  /** `key=value:Effect`. */
  readonly taints: readonly Cell[];
  readonly daemonSets: readonly DaemonSetDraft[];
}

/** Pods that a node takes where the catalogue does not say: the kubelet's own default. */
const PODS_DEFAULT = '110';
/** Nodes of one row: more than any cluster has. */
const COUNT_MAX = 1_000_000;
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const BUILT_IN = ['cpu', 'memory', 'ephemeral-storage', 'pods'];

/** @throws PlimsollError FIELD, NAME, QUANTITY or INCONSISTENT with the place of the row and the field. */
export function typeOfDraft(draft: TypeDraft): CatalogueType {
  try {
    const type = labelValue(draft.type);
    if (type === '') throw fault(draft.type, 'must not be empty');
    const labels = new Map([
      [INSTANCE_TYPE_LABEL, type],
      ['kubernetes.io/arch', draft.arch ? labelValue(draft.arch) : 'amd64'],
      ['kubernetes.io/os', draft.os ? labelValue(draft.os) : 'linux'],
    ]);
    for (const [key, cell] of draft.labels) labels.set(labelKey(key, cell), labelValue(cell));
    const price = parsePrice(draft.price.text);
    if (price === undefined)
      throw fault(
        draft.price,
        'must be a price per hour',
        'a decimal number from 0 with at most six digits before the point and nine after it',
      );
    return {
      type,
      price,
      labels,
      allocatable: nodeResources(allocatable(draft)),
      zones: zonesOf(draft.zones),
      taints: draft.taints.map(taintOf),
      ...(draft.maxCount === undefined ? {} : { maxCount: countOf(draft.maxCount) }),
      daemonSets: draft.daemonSets.map(daemonSetOf),
    };
  } catch (error) {
    throw error instanceof PlimsollError ? error.at(draft.place) : error;
  }
}

function fault({ path, text }: Cell, problem: string, hint?: string): PlimsollError {
  return new PlimsollError('FIELD', problem, { path, value: text, ...(hint === undefined ? {} : { hint }) });
}

function labelValue(cell: Cell): string {
  const problem = labelValueProblem(cell.text);
  if (problem !== undefined) throw new PlimsollError('NAME', problem, { path: cell.path, value: cell.text });
  return cell.text;
}

function labelKey(key: string, { path }: Cell): string {
  const problem = labelKeyProblem(key);
  if (problem !== undefined) throw new PlimsollError('NAME', problem, { path, value: key });
  return key;
}

function zonesOf(cells: readonly Cell[]): readonly string[] {
  const zones = new Set<string>();
  for (const cell of cells) {
    const zone = labelValue(cell);
    if (zone === '') throw fault(cell, 'a zone must not be empty');
    if (zones.has(zone)) throw new PlimsollError('DUPLICATE', 'a zone twice', { path: cell.path, value: zone });
    zones.add(zone);
  }
  return [...zones];
}

function taintOf(cell: Cell): Taint {
  const [, key = '', value = '', effect = ''] = /^([^=:]+)(?:=([^:]*))?:(\w+)$/.exec(cell.text) ?? [];
  if (key === '' || !EFFECTS.includes(effect)) throw fault(cell, 'is no taint', `write key=value:Effect with ${EFFECTS.join(', ')}`);
  labelKey(key, cell);
  labelValue({ path: cell.path, text: value });
  return { key, value, effect };
}

function countOf(cell: Cell): number {
  const count = /^[0-9]{1,7}$/.test(cell.text) ? Number(cell.text) : Number.NaN;
  if (!(count <= COUNT_MAX)) throw fault(cell, `must be a whole number from 0 to ${COUNT_MAX}`);
  return count;
}

function daemonSetOf({ name, requests }: DaemonSetDraft): CatalogueDaemonSet {
  if (name.text === '') throw fault(name, 'must not be empty');
  return { name: name.text, requests: new Map([...requests].map(([resource, cell]) => [resource, quantity(resource, cell)])) };
}

/** Resources without what is reserved of them. A reservation above what there is would be a negative offer: it is a mistake in the row. */
function allocatable({ capacity, reserved }: TypeDraft): QuantityList {
  const offered = new Map<string, NanoQuantity>([['pods', parseQuantity(PODS_DEFAULT)]]);
  for (const [resource, cell] of capacity) offered.set(resource, quantity(resource, cell));
  for (const [resource, cell] of reserved) {
    const left = (offered.get(resource) ?? 0n) - quantity(resource, cell);
    if (left < 0n) throw new PlimsollError('INCONSISTENT', 'reserves more than there is', { path: cell.path, value: cell.text });
    offered.set(resource, left);
  }
  return offered;
}

function quantity(resource: string, cell: Cell): NanoQuantity {
  if (!BUILT_IN.includes(resource) && !isExtendedResource(resource) && !resource.startsWith('hugepages-')) {
    const hint = `use ${BUILT_IN.join(', ')} or an extended resource such as nvidia.com/gpu`;
    throw new PlimsollError('NAME', 'not a resource name', { path: cell.path, value: resource, hint });
  }
  try {
    const amount = parseQuantity(cell.text);
    if (amount < 0n) throw new PlimsollError('QUANTITY', 'must not be negative', { value: cell.text });
    return amount;
  } catch (error) {
    throw error instanceof PlimsollError ? error.at({ path: cell.path }) : error;
  }
}
