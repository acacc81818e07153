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

/**
 * undefined when the status says nothing that the spec does not say, in every release. An infeasible resize always says something: from 1.37 on the
 * spec counts for nothing then.
 */
export function readResize(status: RawObject, spec: SpecRequests, infeasible: boolean): PodResize | undefined {
  if (!infeasible && !reportsResources(status)) return undefined;
  const containers = LISTS.flatMap((key) => mapObjects(status, key, 'status', readContainerStatus));
  const podLevel = readPair(status, 'status');
  const find = finder(spec);
  if (!infeasible && containers.every((each) => isIdle(each, find(each.name))) && isPodLevelIdle(podLevel, spec)) return undefined;
  return { containers, ...podLevel, infeasible };
}

function reportsResources(status: RawObject): boolean {
  if (reports(status)) return true;
  return LISTS.some((key) => listAt(status, key, 'status').some((item) => isObject(item) && reports(item)));
}

function reports({ resources, allocatedResources }: RawObject): boolean {
  return (resources !== undefined && resources !== null) || (allocatedResources !== undefined && allocatedResources !== null);
}

type Pair = Pick<ContainerResize, 'actual' | 'allocated' | 'noRequests'>;

function readPair(raw: RawObject, path: string): Pair {
  const resources = objectAt(raw, 'resources', path);
  const requests = resources && quantitiesAt(resources, 'requests', `${path}.resources`, false);
  const actual = resources && (requests ?? NO_QUANTITIES);
  const allocated = quantitiesAt(raw, 'allocatedResources', path, false);
  return { ...(actual && { actual }), ...(allocated && { allocated }), ...(resources && !requests && { noRequests: true }) };
}

function readContainerStatus(raw: RawObject, path: string): ContainerResize {
  return { name: textAt(raw, 'name', path), ...readPair(raw, path) };
}

/** Containers that status values can change, by name. */
function finder({ containers, initContainers }: SpecRequests): (name: string) => SpecContainer | undefined {
  if (containers.length === 1 && initContainers.length === 0) return (name) => (containers[0]?.name === name ? containers[0] : undefined);
  const byName = new Map<string, SpecContainer>();
  for (const container of [...initContainers, ...containers]) byName.set(container.name, container);
  return (name) => byName.get(name);
}

/** Whether the container's requests stay what the spec says. */
function isIdle(pair: Pair, container: SpecContainer | undefined): boolean {
  if (container === undefined) return true; // Nothing reads it.
  const requests = container.requests ?? NO_QUANTITIES;
  return !adds(requests, pair) && namesDefaults(requests, pair.actual) && namesDefaults(requests, pair.allocated);
}

/** From 1.37 on a default takes the place of a request that the status leaves out, and may be more than the spec has. */
function namesDefaults(spec: QuantityList, list: QuantityList | undefined): boolean {
  return list === undefined || ['cpu', 'memory'].every((name) => list.has(name) || !spec.has(name));
}

/** Values for the whole pod are compared with its pod-level requests; from 1.37 on also with what the containers have together. */
function isPodLevelIdle(pair: Pair, spec: SpecRequests): boolean {
  if (pair.actual === undefined) return true;
  const supported = [...(spec.podRequests ?? NO_QUANTITIES)].filter(([resource]) => isPodLevelResource(resource));
  const together = new Map<string, NanoQuantity>();
  for (const { requests = NO_QUANTITIES } of [...spec.containers, ...spec.initContainers.filter((each) => each.restartable)]) {
    for (const [name, quantity] of requests) together.set(name, (together.get(name) ?? 0n) + quantity);
  }
  return !adds(new Map([...together, ...supported]), pair);
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
