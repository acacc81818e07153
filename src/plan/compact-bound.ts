import type { Settings } from '../engine/options.ts';
import type { Compaction } from '../model/compact-results.ts';
import type { Node } from '../model/node.ts';
import type { Pod, PodTemplate } from '../model/pod.ts';
import { podUsage } from '../model/requests.ts';
import { type Amount, amountOf } from '../model/resources.ts';
import { type AffinityTerm, podTerms, termMatches } from '../rules/inter-pod-affinity-terms.ts';
import { HOSTNAME_KEY } from '../rules/pod-topology-spread-constraints.ts';

/** A node as the bound sees it. */
export interface BoundNode {
  readonly node: Node;
  /** It cannot go, whatever is moved. */
  readonly stays: boolean;
  /** Pods that are made again elsewhere when the node goes, */
  readonly movable: readonly Pod[];
  /** and pods that the node has for as long as it is there. */
  readonly fixed: readonly Pod[];
}

const RESOURCES = ['cpu', 'memory', 'ephemeral-storage'] as const;

/**
 * How many nodes must stay, however pods are moved: as many as it takes, the largest first, for what is asked for of one resource, for the number of
 * pods, and for pods that keep each other off a node by required anti-affinity on its host name. A node that takes no pod in may hold more than
 * it offers, as today. Resources count where every profile has NodeResourcesFit, anti-affinity where every profile has InterPodAffinity.
 *
 * O(nodes log nodes + pods) for each of these.
 */
export function nodesNeeded(nodes: readonly BoundNode[], { profiles, semantics }: Settings): Compaction['bound'] {
  const has = (name: string) => profiles.every(({ filter }) => filter.some(({ rule }) => rule.name === name));
  let bound: Compaction['bound'] = { nodes: nodes.filter(({ stays }) => stays).length, because: 'nodes that stay' };
  const consider = (because: string, amountOn: (node: BoundNode) => Held): void => {
    const count = leastCount(nodes, amountOn);
    if (count > bound.nodes) bound = { nodes: count, because };
  };
  if (has('NodeResourcesFit')) {
    for (const name of RESOURCES) {
      const asked = (pods: readonly Pod[]) =>
        pods.reduce((sum, { resize, template }) => sum + (resize ? 0n : amountOf(podUsage({ template }, semantics).requested, name)), 0n);
      consider(name, ({ node, movable, fixed }) => ({
        held: asked(movable),
        room: amountOf(node.allocatable, name) - asked(fixed),
      }));
    }
    consider('pods', ({ node, movable, fixed }) => ({
      held: BigInt(movable.length),
      room: node.allocatable.pods - BigInt(fixed.length),
    }));
  }
  if (has('InterPodAffinity')) {
    for (const [template, count] of exclusiveTemplates(nodes)) {
      consider(`anti-affinity of ${count} pods like ${template.namespace}/${nameOf(template, nodes)}`, ({ node, movable }) => ({
        held: BigInt(movable.filter((pod) => pod.template === template).length),
        room: node.labels.has(HOSTNAME_KEY) ? 1n : BigInt(count),
      }));
    }
  }
  return bound;
}

interface Held {
  /** What movable pods of the node take now, */
  readonly held: Amount;
  /** and what they could take of it where others come. */
  readonly room: Amount;
}

/** The fewest nodes that can hold everything, those that stay among them. */
function leastCount(nodes: readonly BoundNode[], amountOn: (node: BoundNode) => Held): number {
  let left = 0n;
  const rooms: Amount[] = [];
  let count = 0;
  for (const each of nodes) {
    const { held, room } = amountOn(each);
    const most = held > room ? held : room;
    left += held;
    if (each.stays) {
      count++;
      left -= most > 0n ? most : 0n;
    } else rooms.push(most);
  }
  rooms.sort((a, b) => (a < b ? 1 : a > b ? -1 : 0));
  for (const room of rooms) {
    if (left <= 0n) break;
    left -= room;
    count++;
  }
  return count;
}

/** Templates of which no two pods may come to one node, with the number of their pods. */
function exclusiveTemplates(nodes: readonly BoundNode[]): ReadonlyMap<PodTemplate, number> {
  const counts = new Map<PodTemplate, number>();
  for (const { movable } of nodes) for (const { template } of movable) counts.set(template, (counts.get(template) ?? 0) + 1);
  for (const template of counts.keys()) {
    const apart = podTerms(template).requiredAnti.some((term) => isSelf(term, template));
    if (!apart) counts.delete(template);
  }
  return counts;
}

function nameOf(template: PodTemplate, nodes: readonly BoundNode[]): string {
  for (const { movable } of nodes) for (const pod of movable) if (pod.template === template) return pod.name;
  return '';
}

/** The term keeps pods of the template off nodes with others of them. A selector of namespaces is left out: what it selects may change. */
function isSelf(term: AffinityTerm, template: PodTemplate): boolean {
  return term.topologyKey === HOSTNAME_KEY && term.namespaceSelector.kind === 'nothing' && termMatches(term, template);
}
