/**
 * The request vectors of a pod, one per consumer (upstream component-helpers `resource.PodRequests`, scheduler
 * `PodInfo.CalculateResource`, `noderesources`). Quantities are added exactly and rounded up once, at the end; an amount
 * beyond int64 saturates, so that a pod never fits by accident.
 */
import { isSince, type Semantics } from './gates.ts';
import { isScalarResource } from './names.ts';
import type { Container, ContainerResize, Pod, PodResize, PodTemplate } from './pod.ts';
import { milliValue, quantityOfMilli, quantityOfWhole, value } from './quantity.ts';
import { type Amount, type NanoQuantity, NO_QUANTITIES, type QuantityList, type ResourceVector } from './resources.ts';

/** What a container without a request counts for where scores are concerned (upstream `pod_resources.go`). */
export const DEFAULT_MILLI_CPU: Amount = 100n;
export const DEFAULT_MEMORY: Amount = 200n * 1024n * 1024n;

/** What a pod on a node counts for (upstream PodInfo.CalculateResource). */
export interface PodUsage {
  readonly requested: ResourceVector;
  readonly nonZeroCpu: Amount;
  readonly nonZeroMemory: Amount;
}

/**
 * The request vectors of a pending pod, one per consumer. `score` and `balanced` keep every resource name in `scalars`, also
 * names that no node can offer, because upstream's scorers look requests up by configured name.
 */
export interface PodRequests {
  /** NodeResourcesFit filter: exact, with pod-level requests and overhead. */
  readonly fit: ResourceVector;
  /** NodeResourcesFit score: containers and overhead only, with 100m / 200Mi where a container names no request. */
  readonly score: ResourceVector;
  /** NodeResourcesBalancedAllocation: exact, with pod-level requests and resize values. */
  readonly balanced: ResourceVector;
}

interface Options {
  readonly podLevel: boolean;
  /** Values of the pod's status that take part (gate InPlacePodVerticalScaling). */
  readonly resize?: PodResize | undefined;
  /** The pod-level values of the status take part too. */
  readonly podLevelResize: boolean;
  /** Containers are summed up status by status, and the sums compared (from 1.37); before, each container was compared by itself. */
  readonly bySum?: boolean;
  /** For containers that do not name the resource at all. */
  readonly missing?: QuantityList | undefined;
}

const CPU_DEFAULT: NanoQuantity = quantityOfMilli(DEFAULT_MILLI_CPU);
const MEMORY_DEFAULT: NanoQuantity = quantityOfWhole(DEFAULT_MEMORY);
const MISSING: QuantityList = new Map([
  ['cpu', CPU_DEFAULT],
  ['memory', MEMORY_DEFAULT],
]);

/** What has been worked out for one template or resize status; one weak entry for all of it, since each costs the garbage collector. */
interface Remembered {
  usage?: PodUsage;
  requests?: PodRequests;
}

const memories = new WeakMap<Semantics, WeakMap<PodTemplate | PodResize, Remembered>>();

/** Remembered per template; a pod with in-place resize values has its own. */
export function podUsage(pod: Pick<Pod, 'template' | 'resize'>, semantics: Semantics): PodUsage {
  const resize = semantics.gates.InPlacePodVerticalScaling ? pod.resize : undefined;
  const memory = memoryOf(resize ?? pod.template, semantics);
  memory.usage ??= computeUsage(pod.template, resize, semantics);
  return memory.usage;
}

/** Remembered per template. `resize` matters only for a pod that has been on a node and is asked about again. */
export function podRequests(template: PodTemplate, semantics: Semantics, resize?: PodResize): PodRequests {
  const status = semantics.gates.InPlacePodVerticalScaling ? resize : undefined;
  const memory = memoryOf(status ?? template, semantics);
  memory.requests ??= computeRequests(template, status, semantics);
  return memory.requests;
}

function memoryOf(key: PodTemplate | PodResize, semantics: Semantics): Remembered {
  let byKey = memories.get(semantics);
  if (byKey === undefined) {
    byKey = new WeakMap();
    memories.set(semantics, byKey);
  }
  let memory = byKey.get(key);
  if (memory === undefined) {
    memory = {};
    byKey.set(key, memory);
  }
  return memory;
}

function resizeOptions({ kubeVersion, gates }: Semantics, resize: PodResize | undefined): Options {
  const podLevel = gates.PodLevelResources;
  // The second gate needs the first one.
  const podLevelResize = podLevel && gates.InPlacePodLevelResourcesVerticalScaling;
  return { podLevel, resize, podLevelResize, bySum: isSince(kubeVersion, '1.37') };
}

function computeUsage(template: PodTemplate, resize: PodResize | undefined, semantics: Semantics): PodUsage {
  const options = resizeOptions(semantics, resize);
  const total = sumRequests(template, options);
  const missing = options.podLevel && hasPodLevelRequests(template) ? absentFrom(total) : MISSING;
  const filled = missing.size > 0 ? sumRequests(template, { ...options, missing }) : total;
  return {
    requested: vectorOf(total, isScalarResource),
    nonZeroCpu: milliValue(filled.get('cpu') ?? 0n),
    nonZeroMemory: value(filled.get('memory') ?? 0n),
  };
}

/** With pod-level requests a default applies only to cpu or memory that neither the pod nor any container names. */
function absentFrom(total: QuantityList): QuantityList {
  return new Map([...MISSING].filter(([name]) => !total.has(name)));
}

function computeRequests(template: PodTemplate, resize: PodResize | undefined, semantics: Semantics): PodRequests {
  const podLevel = semantics.gates.PodLevelResources;
  const exact = sumRequests(template, { podLevel, podLevelResize: false });
  const fit = vectorOf(exact, isScalarResource, 0n);
  // Upstream's NodeResourcesFit scorer knows neither pod-level requests nor status values (its gates are never set).
  const score = vectorOf(sumRequests(template, { podLevel: false, podLevelResize: false, missing: MISSING }), isOther);
  const balanced = resize ? sumRequests(template, resizeOptions(semantics, resize)) : exact;
  return { fit, score, balanced: vectorOf(balanced, isOther) };
}

function isOther(): boolean {
  return true;
}

/** `floor`: upstream's filter keeps the larger of each amount and 0; its sums do not. */
function vectorOf(list: QuantityList, counts: (name: string) => boolean, floor?: Amount): ResourceVector {
  const raise = (amount: Amount) => (floor !== undefined && amount < floor ? floor : amount);
  const scalars = new Map<string, Amount>();
  let cpu = 0n;
  let memory = 0n;
  let ephemeralStorage = 0n;
  for (const [name, quantity] of list) {
    if (name === 'cpu') cpu = raise(milliValue(quantity));
    else if (name === 'memory') memory = raise(value(quantity));
    else if (name === 'ephemeral-storage') ephemeralStorage = raise(value(quantity));
    else if (counts(name)) scalars.set(name, raise(value(quantity)));
  }
  return { cpu, memory, ephemeralStorage, scalars };
}

type Sum = Map<string, NanoQuantity>;

/** Upstream `PodRequests`: containers, then pod-level requests in their place, then overhead. */
function sumRequests(template: PodTemplate, options: Options): QuantityList {
  const [only, ...others] = template.containers;
  const plain =
    !(options.resize && options.bySum) &&
    only &&
    others.length + template.initContainers.length + template.overhead.size === 0 &&
    !template.podRequests;
  if (plain) return containerRequests(only, options, true);
  const total = options.resize && options.bySum ? sumStatuses(template, options.resize, options) : sumContainers(template, options);
  if (options.podLevel) replaceByPodLevel(total, template, options);
  addList(total, template.overhead);
  return total;
}

/** Resources that requests of the whole pod may name (upstream IsSupportedPodLevelResource). */
export function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

function hasPodLevelRequests(template: PodTemplate): boolean {
  if (template.podRequests) for (const name of template.podRequests.keys()) if (isPodLevelResource(name)) return true;
  return false;
}

function replaceByPodLevel(total: Sum, template: PodTemplate, { resize, podLevelResize, bySum }: Options): void {
  if (template.podRequests === undefined || (bySum && !hasPodLevelRequests(template))) return;
  const effective = podLevelResize && resize?.actual ? effectiveRequests(template.podRequests, resize, resize.infeasible) : undefined;
  if (bySum) {
    // What the status does not name stays what the containers need, and what it alone names counts.
    for (const [name, quantity] of effective ?? template.podRequests) if (isPodLevelResource(name)) total.set(name, quantity);
    return;
  }
  for (const [name, quantity] of template.podRequests) {
    if (isPodLevelResource(name)) total.set(name, effective === undefined ? quantity : (effective.get(name) ?? 0n));
  }
}

/**
 * What the containers need together (upstream `AggregateContainerRequests`): all regular containers and sidecars at once, or
 * the hungriest moment of the initialisation, whichever is more, per resource.
 */
export function sumContainers(
  template: Pick<PodTemplate, 'containers' | 'initContainers'>,
  options: Pick<Options, 'resize' | 'missing'> = {},
): Sum {
  return sumLists(template, (container, usesStatus) => containerRequests(container, options, usesStatus));
}

function sumLists(
  template: Pick<PodTemplate, 'containers' | 'initContainers'>,
  listOf: (container: Container, usesStatus: boolean) => QuantityList,
): Sum {
  const total: Sum = new Map();
  for (const container of template.containers) addList(total, listOf(container, true));
  const sidecars: Sum = new Map();
  const initial: Sum = new Map();
  for (const container of template.initContainers) {
    const own = listOf(container, container.restartable);
    if (container.restartable) {
      addList(total, own);
      addList(sidecars, own);
      raiseList(initial, sidecars);
    } else {
      const together: Sum = new Map(own);
      addList(together, sidecars);
      raiseList(initial, together);
    }
  }
  raiseList(total, initial);
  return total;
}

/**
 * From 1.37 on: the highest of what the spec asks for, what the kubelet has allocated and what it has given, each summed over the containers by
 * itself. Sums that the status has for the whole pod stand for those of its containers. An infeasible resize asks for nothing.
 */
function sumStatuses(template: PodTemplate, resize: PodResize, { podLevelResize, missing }: Options): Sum {
  const { containers, actual, allocated, infeasible, noRequests } = resize;
  const sum = (choose: (status: ContainerResize | undefined) => QuantityList | undefined): Sum =>
    sumLists(template, (container) => {
      const list = choose(containers.find(({ name }) => name === container.name)) ?? (infeasible ? NO_QUANTITIES : container.requests);
      return missing === undefined ? list : withMissing(list, missing);
    });
  const total: Sum = infeasible ? new Map() : sum(() => undefined);
  if (podLevelResize && allocated && actual && !noRequests) {
    raiseList(total, allocated);
    raiseList(total, actual);
    return total;
  }
  const given = (status: ContainerResize | undefined) => (status?.noRequests ? undefined : status?.actual);
  for (const each of [sum((status) => status?.allocated), sum((status) => given(status) ?? status?.allocated)]) raiseList(total, each);
  return total;
}

function containerRequests(
  container: Container,
  { resize, missing }: Pick<Options, 'resize' | 'missing'>,
  usesStatus: boolean,
): QuantityList {
  let list = container.requests;
  if (resize && usesStatus) {
    const status = findLast(resize.containers, container.name);
    if (status?.actual) list = effectiveRequests(list, status, resize.infeasible);
  }
  return missing === undefined ? list : withMissing(list, missing);
}

/** Upstream's map of statuses up to 1.36: of two with one name the later wins; from 1.37 on the first. */
function findLast(statuses: readonly ContainerResize[], name: string): ContainerResize | undefined {
  return statuses.findLast((status) => status.name === name);
}

function effectiveRequests(
  spec: QuantityList,
  status: { readonly actual?: QuantityList; readonly allocated?: QuantityList },
  infeasible: boolean,
): QuantityList {
  const result: Sum = new Map(infeasible ? undefined : spec);
  if (status.actual) raiseList(result, status.actual);
  if (status.allocated) raiseList(result, status.allocated);
  return result;
}

function withMissing(list: QuantityList, missing: QuantityList): QuantityList {
  let filled: Sum | undefined;
  for (const [name, quantity] of missing) {
    if (list.has(name)) continue;
    filled ??= new Map(list);
    filled.set(name, quantity);
  }
  return filled ?? list;
}

function addList(sum: Sum, list: QuantityList): void {
  for (const [name, quantity] of list) sum.set(name, (sum.get(name) ?? 0n) + quantity);
}

function raiseList(sum: Sum, list: QuantityList): void {
  for (const [name, quantity] of list) {
    const present = sum.get(name);
    if (present === undefined || quantity > present) sum.set(name, quantity);
  }
}
