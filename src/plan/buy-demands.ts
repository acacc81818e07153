/** From pods and offers to a purchase as numbers. */
import { runPreFilter } from '../engine/cycle.ts';
import type { Settings } from '../engine/options.ts';
import type { ResolvedProfile } from '../engine/resolved-profile.ts';
import { HOSTNAME_LABEL } from '../model/catalogue.ts';
import type { Node } from '../model/node.ts';
import type { Pod, PodTemplate } from '../model/pod.ts';
import { podRequests, podUsage } from '../model/requests.ts';
import { amountOf, type ResourceVector } from '../model/resources.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { hostCapacity } from '../rules/host-capacity.ts';
import { hostPorts } from '../rules/host-ports.ts';
import { hostSpread } from '../rules/host-spread.ts';
import { interPodAffinity } from '../rules/inter-pod-affinity.ts';
import { podTerms, termMatches } from '../rules/inter-pod-affinity-terms.ts';
import { nodeResourcesFit } from '../rules/node-resources-fit.ts';
import { podTopologySpread } from '../rules/pod-topology-spread.ts';
import { ClusterView, type NodeView } from '../rules/view.ts';
import type { Offer } from './buy-offers.ts';
import type { Demand, Problem, Shape } from './buy-problem.ts';

/** Rules that ask who else is there, and room, which is counted in numbers. */
const NOT_OF_ONE_NODE: ReadonlySet<unknown> = new Set([nodeResourcesFit, podTopologySpread, interPodAffinity, hostSpread, hostCapacity]);

/** Equal pods with where they may go. */
export interface PodGroup {
  readonly pods: readonly Pod[];
  /** Requests by resource name, and 1 for each thing of which a node has one. */
  readonly amounts: ReadonlyMap<string, number>;
  /** By offer: the rules that look at one node alone let it in. */
  readonly allowed: Uint8Array;
}

export interface Groups {
  readonly groups: readonly PodGroup[];
  /** Names of the dimensions. */
  readonly dimensions: readonly string[];
}

const PODS = 'pods';
/** Marks a dimension of which every node has one. */
const SINGLE = 'one ';

/** The profile that would place the pod, reduced to the rules that look at one node alone; undefined: none would. */
export function rulesOfOneNode(template: PodTemplate, { profiles }: Settings): ResolvedProfile | undefined {
  const profile = profiles.find(({ schedulerName }) => schedulerName === template.schedulerName);
  if (!profile) return undefined;
  const kept = ({ rule }: { readonly rule: unknown }) => !NOT_OF_ONE_NODE.has(rule);
  return { ...profile, preFilter: profile.preFilter.filter(kept), filter: profile.filter.filter(kept) };
}

/** What of a template decides where its pods may be, apart from amounts. */
function constraintKey(template: PodTemplate, settings: Settings): string {
  const { schedulerName, nodeSelector, nodeAffinity, tolerations, hostNetwork, volumes, requiredFeatures } = template;
  const claims = volumes.length === 0 ? [] : [template.namespace, volumes];
  return JSON.stringify([
    schedulerName,
    nodeSelector === undefined ? 0 : [...nodeSelector],
    nodeAffinity?.required ?? 0,
    tolerations,
    hostNetwork,
    claims,
    requiredFeatures ?? 0,
    hostPorts(template),
    neededKeys(template, settings),
  ]);
}

/** Topology keys without which a node takes no such pod, whoever else is there: of hard spread constraints and of required affinity. */
function neededKeys(template: PodTemplate, { profiles }: Settings): readonly string[] {
  const profile = profiles.find(({ schedulerName }) => schedulerName === template.schedulerName);
  const filters = new Set<unknown>(profile?.filter.map(({ rule }) => rule));
  const hard = template.spreadConstraints.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule');
  const needed = [
    ...(filters.has(podTopologySpread) ? hard : []),
    ...(filters.has(interPodAffinity) ? podTerms(template).requiredAffinity : []),
  ];
  return [...new Set(needed.map(({ topologyKey }) => topologyKey))].sort();
}

/**
 * Sorts pods into groups. `view` has one node for each column of `allowed`, with what is on it. The rules run once for each set of constraints and
 * node, and never for each pod: O(pods + sets · nodes).
 */
export function groupPods(pods: readonly Pod[], view: ClusterView, settings: Settings): Groups {
  const rooms = new Map<string, Uint8Array>();
  const keys = new Map<PodTemplate, string>();
  const found = new Map<string, { pods: Pod[]; amounts: ReadonlyMap<string, number>; allowed: Uint8Array }>();
  const dimensions = new Set<string>([PODS]);
  for (const pod of pods) {
    const { template } = pod;
    let key = keys.get(template);
    if (key === undefined) {
      const amounts = amountsOf(template, settings);
      const constraints = constraintKey(template, settings);
      key = `${constraints}\n${JSON.stringify([...amounts])}\n${spreadKey(template)}`;
      keys.set(template, key);
      if (!found.has(key)) {
        let allowed = rooms.get(constraints);
        if (!allowed) {
          allowed = allowedOn(pod, view, settings);
          rooms.set(constraints, allowed);
        }
        for (const name of amounts.keys()) dimensions.add(name);
        found.set(key, { pods: [], amounts, allowed });
      }
    }
    found.get(key)?.pods.push(pod);
  }
  return { groups: [...found.values()], dimensions: [...dimensions] };
}

/** Pods that are to be spread alike, so that they are counted together. */
function spreadKey({ namespace, spreadConstraints }: PodTemplate): string {
  const hard = spreadConstraints.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule');
  return hard.length === 0 ? '' : JSON.stringify([namespace, hard]);
}

function amountsOf(template: PodTemplate, settings: Settings): Map<string, number> {
  const { fit } = podRequests(template, settings.semantics);
  const amounts = new Map<string, number>([[PODS, 1]]);
  for (const name of ['cpu', 'memory', 'ephemeral-storage', ...fit.scalars.keys()]) {
    const amount = amountOf(fit, name);
    if (amount > 0n) amounts.set(name, Number(amount));
  }
  for (const name of singlesOf(template)) amounts.set(name, 1);
  return amounts;
}

const singles = new WeakMap<PodTemplate, readonly string[]>();

/** The things that the pod takes of which a node has one; remembered per template. */
function singlesOf(template: PodTemplate): readonly string[] {
  let names = singles.get(template);
  if (!names) {
    const ports = hostPorts(template).map(({ protocol, hostIP, hostPort }) => `${SINGLE}port ${protocol} ${hostIP} ${hostPort}`);
    const places = podTerms(template)
      .requiredAnti.filter((term) => term.topologyKey === HOSTNAME_LABEL && termMatches(term, template))
      .map(({ source }) => `${SINGLE}place ${template.namespace} ${JSON.stringify(source)} ${keysOf(template, source.matchLabelKeys)}`);
    names = [...new Set([...ports, ...places])];
    singles.set(template, names);
  }
  return names;
}

/** Pods of one term count as alike only where the keys that the term takes from the pod itself agree. */
function keysOf({ labels }: PodTemplate, keys: readonly string[]): string {
  return JSON.stringify(keys.map((key) => labels.get(key) ?? null));
}

function allowedOn(pod: Pod, view: ClusterView, settings: Settings): Uint8Array {
  const allowed = new Uint8Array(view.nodes.length);
  const profile = rulesOfOneNode(pod.template, settings);
  if (!profile) return allowed;
  const { rejection, filters, nodeNames } = runPreFilter(pod, view, profile);
  if (rejection || !filters) return allowed;
  const needed = neededKeys(pod.template, settings);
  for (const [i, node] of view.nodes.entries()) {
    if (!needed.every((key) => node.node.labels.has(key))) continue;
    if (nodeNames && !nodeNames.has(node.node.name)) continue;
    if (filters.check(node) === undefined) allowed[i] = 1;
  }
  return allowed;
}

/** All offers as one cluster of empty nodes, each with the pods that come with it. */
export function viewOfOffers(offers: readonly Offer[], snapshot: Snapshot, settings: Settings): ClusterView {
  const nodes = offers.map(({ node }, i): Node => ({ ...node, name: `offer-${i}` }));
  const view = new ClusterView(nodes, snapshot.objects, settings.semantics);
  for (const [i, { daemons }] of offers.entries()) for (const pod of daemons) view.nodes[i]?.addPod({ ...pod, nodeName: `offer-${i}` });
  return view;
}

/** What pods can have of an empty node: less than nothing where its own pods do not fit. */
export function roomOf(node: NodeView, dimensions: readonly string[]): Float64Array {
  const { allocatable } = node.node;
  return Float64Array.from(dimensions, (name) => {
    if (name.startsWith(SINGLE)) return node.pods.some(({ template }) => singlesOf(template).includes(name)) ? 0 : 1;
    if (name === PODS) return Number(allocatable.pods) - node.pods.length;
    return Number(amountOf(allocatable, name) - usedOf(node, name));
  });
}

function usedOf(node: NodeView, name: string): bigint {
  return node.pods.reduce((sum, pod) => sum + amountOf(podUsage(pod, node.semantics).requested as ResourceVector, name), 0n);
}

/** Whether the pods that come with a node fit on it. */
export function holdsItsOwn(node: NodeView): boolean {
  const names = [
    'cpu',
    'memory',
    'ephemeral-storage',
    ...node.pods.flatMap((pod) => [...podUsage(pod, node.semantics).requested.scalars.keys()]),
  ];
  return (
    BigInt(node.pods.length) <= node.node.allocatable.pods &&
    names.every((name) => usedOf(node, name) === 0n || usedOf(node, name) <= amountOf(node.node.allocatable, name))
  );
}

/** Offers with equal room, price, limit and pods that may come are one shape; what another shape beats in everything is left out. */
export function problemOf({ groups, dimensions }: Groups, offers: readonly Offer[], view: ClusterView): Problem {
  // Groups with equal constraints share one array.
  const doors = [...new Set(groups.map(({ allowed }) => allowed))];
  const limits: number[] = [];
  const limitOfRow = new Map<unknown, number>();
  const shapes = new Map<string, { offers: number[]; price: number; room: Float64Array; limit: number }>();
  for (const [i, { row }] of offers.entries()) {
    const node = view.nodes[i] as NodeView;
    if (!holdsItsOwn(node) || !doors.some((allowed) => allowed[i] === 1)) continue;
    if (row.maxCount !== undefined && !limitOfRow.has(row)) limitOfRow.set(row, limits.push(row.maxCount) - 1);
    const room = roomOf(node, dimensions);
    const limit = limitOfRow.get(row) ?? -1;
    const key = JSON.stringify([String(row.price), limit, [...room], doors.map((allowed) => allowed[i]).join('')]);
    const known = shapes.get(key);
    if (known) known.offers.push(i);
    else shapes.set(key, { offers: [i], price: Number(row.price), room, limit });
  }
  const kept = undominated([...shapes.values()], doors);
  const demands = groups.map(({ pods, amounts, allowed }): Demand => {
    const wanted = Float64Array.from(dimensions, (name) => amounts.get(name) ?? 0);
    const open = kept.map(({ offers: [first = 0], room }) =>
      allowed[first] === 1 && wanted.every((amount, r) => amount <= (room[r] as number)) ? 1 : 0,
    );
    return { count: pods.length, amounts: wanted, allowed: Uint8Array.from(open) };
  });
  return { dimensions: dimensions.length, demands, shapes: kept, limits };
}

function undominated(shapes: readonly Shape[], doors: readonly Uint8Array[]): Shape[] {
  const opens = (shape: Shape, door: Uint8Array) => door[shape.offers[0] as number] as number;
  const beats = (a: Shape, b: Shape) =>
    a.limit < 0 &&
    a.price <= b.price &&
    a.room.every((amount, r) => amount >= (b.room[r] as number)) &&
    doors.every((door) => opens(b, door) <= opens(a, door));
  return shapes.filter((shape, i) => !shapes.some((other, j) => j !== i && beats(other, shape) && (j < i || !beats(shape, other))));
}
