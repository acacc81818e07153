import type { Semantics } from '../../model/gates.ts';
import type { Node } from '../../model/node.ts';
import { type Pod, podKey } from '../../model/pod.ts';
import { podUsage } from '../../model/requests.ts';
import { amountOf, type ResourceVector } from '../../model/resources.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { domainAt, levelsOf } from './levels.ts';
import { MARK, type PackingData, type PackingLens, type PackingNodes, type PackingResource, type PackingUnit } from './packing-data.ts';
import { listedPods } from './packing-pods.ts';

/** The cluster at one or two moments, with what each is called on the page. */
export interface PackingStates {
  readonly captions: readonly [string] | readonly [string, string];
  readonly states: readonly [Snapshot] | readonly [Snapshot, Snapshot];
  readonly lens?: (nodes: readonly Node[]) => PackingLens;
}

/** A pod that is on a node in some state, by index of the node, -1 elsewhere. */
export interface PackedPod {
  readonly pod: Pod;
  readonly usage: ResourceVector;
  readonly at: number[];
}

const PODS = 'pods';

/**
 * The columns of the packing view. Nodes are those of both states: what only the first one has is lost, what only the second one has is added.
 * Sums are exact as long as they are below 2^53. O(nodes + pods).
 */
export function packingOf({ captions, states, lens }: PackingStates, semantics: Semantics): PackingData {
  const [first, last = first] = states;
  const nodes = nodesOf(first, last);
  const rowOf = new Map(nodes.map(({ name }, row) => [name, row]));
  const packed = packedPods(states, rowOf, semantics);
  const levels = levelsOf({ nodes, objects: first.objects });
  const domains = levels.map((level) => [...new Set(nodes.flatMap((node) => domainAt(node, level) ?? []))].sort(byName));
  const resources = resourcesOf(nodes, packed, states);
  return {
    states: captions,
    levels: levels.map(({ name }) => name),
    domains,
    nodes: {
      name: nodes.map(({ name }) => name),
      domain: levels.map((level, i) => {
        const code = new Map((domains[i] as string[]).map((name, index) => [name, index]));
        return nodes.map((node) => code.get(domainAt(node, level) ?? '') ?? -1);
      }),
      mark: marksOf(nodes, first, last),
      ...movesOf(packed, nodes.length),
    },
    resources,
    pods: listedPods(packed, nodes.length, resources),
    ...(lens ? { lens: lens(nodes) } : {}),
  };
}

/** In the order of the last state, with what is lost behind. */
function nodesOf(first: Snapshot, last: Snapshot): Node[] {
  const after = new Set(last.nodes.map(({ name }) => name));
  const before = new Set(first.nodes.map(({ name }) => name));
  return [...first.nodes, ...last.nodes.filter(({ name }) => !before.has(name) && after.has(name))];
}

function packedPods(states: readonly Snapshot[], rowOf: ReadonlyMap<string, number>, semantics: Semantics): PackedPod[] {
  const packed = new Map<string, PackedPod>();
  for (const [state, { pods }] of states.entries()) {
    for (const pod of pods) {
      const row = rowOf.get(pod.nodeName);
      if (row === undefined) continue;
      const key = podKey(pod);
      const known = packed.get(key);
      // A controller may have made another one of the same name that asks for something else: two pods, then.
      const usage = podUsage(pod, semantics).requested;
      if (known && known.usage === usage) known.at[state] = row;
      else packed.set(known ? `${key} ${state}` : key, { pod, usage, at: states.map((_, i) => (i === state ? row : -1)) });
    }
  }
  return [...packed.values()];
}

function marksOf(nodes: readonly Node[], first: Snapshot, last: Snapshot): number[] {
  const before = new Map(first.nodes.map((node) => [node.name, node]));
  const after = new Map(last.nodes.map((node) => [node.name, node]));
  return nodes.map(({ name }) => {
    const [was, is] = [before.get(name), after.get(name)];
    if (!is) return MARK.lost;
    if (!was) return MARK.added;
    if (!is.unschedulable) return 0;
    return was.unschedulable ? MARK.cordoned : MARK.cordoned | MARK.newlyCordoned;
  });
}

function movesOf(packed: readonly PackedPod[], count: number): Pick<PackingNodes, 'arrived' | 'left'> {
  const arrived = new Array<number>(count).fill(0);
  const left = new Array<number>(count).fill(0);
  for (const { at } of packed) {
    const [from = -1, to = from] = at;
    if (from === to) continue;
    if (to >= 0) arrived[to] = (arrived[to] as number) + 1;
    if (from >= 0) left[from] = (left[from] as number) + 1;
  }
  return { arrived, left };
}

/** What some node offers or some pod asks for; CPU and memory always, and the number of pods last. */
function resourcesOf(nodes: readonly Node[], packed: readonly PackedPod[], states: readonly Snapshot[]): PackingResource[] {
  const scalars = new Set<string>();
  for (const { allocatable } of nodes) for (const [name, amount] of allocatable.scalars) if (amount > 0n) scalars.add(name);
  let storage = false;
  for (const usage of new Set(packed.map((each) => each.usage))) {
    storage ||= usage.ephemeralStorage > 0n;
    for (const [name, amount] of usage.scalars) if (amount > 0n) scalars.add(name);
  }
  const names = ['cpu', 'memory', ...(storage ? ['ephemeral-storage'] : []), ...[...scalars].sort(byName)];
  const resources = names.map((name): PackingResource => {
    const amounts = new Map<ResourceVector, number>();
    const used = states.map((_, state) => {
      const sums = new Array<number>(nodes.length).fill(0);
      for (const { usage, at } of packed) {
        const row = at[state] as number;
        if (row < 0) continue;
        const amount = amounts.get(usage) ?? Number(amountOf(usage, name));
        amounts.set(usage, amount);
        sums[row] = (sums[row] as number) + amount;
      }
      return sums;
    });
    return { name, unit: unitOf(name), offered: nodes.map(({ allocatable }) => Number(amountOf(allocatable, name))), used };
  });
  return [...resources, podsResource(nodes, packed, states)];
}

function podsResource(nodes: readonly Node[], packed: readonly PackedPod[], states: readonly Snapshot[]): PackingResource {
  const used = states.map((_, state) => {
    const counts = new Array<number>(nodes.length).fill(0);
    for (const { at } of packed) {
      const row = at[state] as number;
      if (row >= 0) counts[row] = (counts[row] as number) + 1;
    }
    return counts;
  });
  return { name: PODS, unit: 'count', offered: nodes.map(({ allocatable }) => Number(allocatable.pods)), used };
}

function unitOf(name: string): PackingUnit {
  if (name === 'cpu') return 'milli-cpu';
  return name === 'memory' || name === 'ephemeral-storage' || name.startsWith('hugepages-') ? 'bytes' : 'count';
}

function byName(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
