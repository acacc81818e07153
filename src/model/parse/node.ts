/** Node objects. */
import { isScalarResource } from '../names.ts';
import type { Node, NodeImage } from '../node.ts';
import { milliValue, value } from '../quantity.ts';
import { type Amount, NO_QUANTITIES, type NodeResources, type QuantityList } from '../resources.ts';
import type { Taint } from '../taint.ts';
import { flagAt, mapObjects, objectAt, quantitiesAt, type RawObject, textAt, textsAt, wholeAt } from './fields.ts';
import { readMetadata } from './metadata.ts';

const EMPTY: RawObject = {};

export interface NodeReading {
  readonly node: Node;
  readonly capacity: QuantityList;
  readonly allocatable: QuantityList;
}

/** As written, apart from a missing allocatable, which `defaults` takes from capacity (upstream SetDefaults_NodeStatus). */
export function readNode(raw: RawObject, defaults: boolean): NodeReading {
  const metadata = readMetadata(raw, false, defaults);
  const spec = objectAt(raw, 'spec', '') ?? EMPTY;
  const status = objectAt(raw, 'status', '') ?? EMPTY;
  const capacity = quantitiesAt(status, 'capacity', 'status', defaults) ?? NO_QUANTITIES;
  const allocatable = quantitiesAt(status, 'allocatable', 'status', defaults) ?? (defaults ? capacity : NO_QUANTITIES);
  const node: Node = {
    name: metadata.name,
    uid: metadata.uid,
    labels: metadata.labels,
    annotations: metadata.annotations,
    unschedulable: flagAt(spec, 'unschedulable', 'spec'),
    taints: mapObjects(spec, 'taints', 'spec', readTaint),
    allocatable: nodeResources(allocatable),
    images: mapObjects(status, 'images', 'status', readImage),
    declaredFeatures: textsAt(status, 'declaredFeatures', 'status'),
  };
  return { node, capacity, allocatable };
}

function readTaint(raw: RawObject, path: string): Taint {
  return { key: textAt(raw, 'key', path), value: textAt(raw, 'value', path), effect: textAt(raw, 'effect', path) };
}

function readImage(raw: RawObject, path: string): NodeImage {
  return { names: textsAt(raw, 'names', path), sizeBytes: wholeAt(raw, 'sizeBytes', path) ?? 0 };
}

/** Allocatable in the scheduler's units (upstream `Resource.Add`); names that it does not count are dropped. */
export function nodeResources(list: QuantityList): NodeResources {
  const scalars = new Map<string, Amount>();
  let cpu = 0n;
  let memory = 0n;
  let ephemeralStorage = 0n;
  let pods = 0n;
  for (const [name, quantity] of list) {
    if (name === 'cpu') cpu = milliValue(quantity);
    else if (name === 'memory') memory = value(quantity);
    else if (name === 'ephemeral-storage') ephemeralStorage = value(quantity);
    else if (name === 'pods') pods = value(quantity);
    else if (isScalarResource(name)) scalars.set(name, value(quantity));
  }
  return { cpu, memory, ephemeralStorage, pods, scalars };
}
