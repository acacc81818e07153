/**
 * In-place resize values in a pod's status. Since Kubernetes 1.33 every running container reports its resources; nearly all
 * equal the spec. Values that change nothing are dropped, so that such pods share the usage of their template.
 */
import type { ContainerResize, PodResize } from '../pod.ts';
import { isPodLevelResource } from '../requests.ts';
import { type NanoQuantity, NO_QUANTITIES, type QuantityList } from '../resources.ts';
import { isObject, listAt, mapObjects, objectAt, quantitiesAt, type RawObject, textAt } from './fields.ts';

/** The requests in the spec that the status is compared with; templates and drafts both have them. */
export interface SpecRequests {
  readonly containers: readonly SpecContainer[];
  readonly initContainers: readonly SpecContainer[];
  readonly podRequests?: QuantityList | undefined;
}

interface SpecContainer {
  readonly name: string;
  readonly restartable: boolean;
  readonly requests?: QuantityList;
}

const LISTS = ['containerStatuses', 'initContainerStatuses'] as const;

/** undefined when the status says nothing that the spec does not say. */
export function readResize(status: RawObject, spec: SpecRequests, infeasible: boolean): PodResize | undefined {
  if (!reportsResources(status)) return undefined;
  const containers = LISTS.flatMap((key) => mapObjects(status, key, 'status', readContainerStatus)).filter((each) => each !== undefined);
  const podLevel = readPair(status, 'status');
  const find = finder(spec);
  if (containers.every((each) => isIdle(each, find(each.name), infeasible)) && isPodLevelIdle(podLevel, spec, infeasible)) return undefined;
  return { containers, ...podLevel, infeasible };
}

function reportsResources(status: RawObject): boolean {
  if (status.resources !== undefined && status.resources !== null) return true;
  return LISTS.some((key) =>
    listAt(status, key, 'status').some((item) => isObject(item) && item.resources !== undefined && item.resources !== null),
  );
}

type Pair = Pick<ContainerResize, 'actual' | 'allocated'>;

function readPair(raw: RawObject, path: string): Pair {
  const resources = objectAt(raw, 'resources', path);
  const actual = resources && (quantitiesAt(resources, 'requests', `${path}.resources`, false) ?? NO_QUANTITIES);
  const allocated = quantitiesAt(raw, 'allocatedResources', path, false);
  return { ...(actual && { actual }), ...(allocated && { allocated }) };
}

/** A status without `resources` takes no part (upstream asks for it first). */
function readContainerStatus(raw: RawObject, path: string): ContainerResize | undefined {
  const pair = readPair(raw, path);
  return pair.actual === undefined ? undefined : { name: textAt(raw, 'name', path), ...pair };
}

/** Containers that status values can change, by name: regular ones and sidecars. */
function finder({ containers, initContainers }: SpecRequests): (name: string) => SpecContainer | undefined {
  if (containers.length === 1 && initContainers.length === 0) return (name) => (containers[0]?.name === name ? containers[0] : undefined);
  const byName = new Map<string, SpecContainer>();
  for (const container of [...initContainers.filter((each) => each.restartable), ...containers]) byName.set(container.name, container);
  return (name) => byName.get(name);
}

/** Whether the container's requests stay what the spec says. */
function isIdle(pair: Pair, container: SpecContainer | undefined, infeasible: boolean): boolean {
  if (container === undefined) return true; // Nothing reads it.
  const requests = container.requests ?? NO_QUANTITIES;
  return !adds(requests, pair) && (!infeasible || covers(pair, [...requests]));
}

function isPodLevelIdle(pair: Pair, spec: SpecRequests, infeasible: boolean): boolean {
  if (pair.actual === undefined || spec.podRequests === undefined) return true;
  const supported = [...spec.podRequests].filter(([resource]) => isPodLevelResource(resource));
  if (supported.some(([resource, quantity]) => highest(pair, resource) > quantity)) return false;
  return !infeasible || covers(pair, supported);
}

/** Whether the status names a resource that the spec lacks, or more of one. */
function adds(spec: QuantityList, { actual, allocated }: Pair): boolean {
  const exceeds = (list: QuantityList | undefined) => {
    if (list === undefined) return false;
    for (const [name, quantity] of list) if ((spec.get(name) ?? -1n) < quantity) return true;
    return false;
  };
  return exceeds(actual) || exceeds(allocated);
}

/** Whether the status reaches the spec in every resource: what an infeasible resize falls back to. */
function covers({ actual, allocated }: Pair, spec: readonly (readonly [string, NanoQuantity])[]): boolean {
  return spec.every(
    ([name, quantity]) => (actual?.get(name) ?? allocated?.get(name)) !== undefined && highest({ actual, allocated }, name) >= quantity,
  );
}

function highest(
  { actual, allocated }: { readonly actual?: QuantityList | undefined; readonly allocated?: QuantityList | undefined },
  name: string,
): NanoQuantity {
  const a = actual?.get(name) ?? 0n;
  const b = allocated?.get(name) ?? 0n;
  return a > b ? a : b;
}
