import type { Node } from '../model/node.ts';
import type { Container, Pod, PodTemplate } from '../model/pod.ts';
import { podUsage } from '../model/requests.ts';
import { type Amount, amountOf, type QuantityList } from '../model/resources.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Semantics } from '../rules/rule.ts';
import { isFixed, replacementOf } from './cluster.ts';

/** What grows with load; devices and the like are whole things that a pod has or has not. */
const ELASTIC = ['cpu', 'memory', 'ephemeral-storage'] as const;

/**
 * The cluster when every movable pod asks for `percent` of what it asks for now, rounded up. Pods stay where they are while their node holds them; a
 * node that no longer does lets the least important and youngest go, to be placed anew. A node that is overfull today keeps what it has today.
 * O(pods).
 */
export function scaledSnapshot(snapshot: Snapshot, percent: number, semantics: Semantics): Snapshot {
  if (percent === 100) return snapshot;
  const scaled = new Map<PodTemplate, PodTemplate>();
  const templateOf = (template: PodTemplate): PodTemplate => {
    const known = scaled.get(template) ?? scaledTemplate(template, BigInt(percent));
    scaled.set(template, known);
    return known;
  };
  const laterMs = snapshot.pods.reduce((latest, { createdMs }) => Math.max(latest, createdMs), 0) + 1;
  const pods = snapshot.pods.map((pod): Pod => {
    if (isFixed(pod)) return pod;
    const { resize: _measured, ...rest } = pod;
    return { ...rest, template: templateOf(pod.template) };
  });
  const leaving = percent > 100 ? overflowing(snapshot, pods, semantics) : new Set<Pod>();
  return { ...snapshot, pods: leaving.size === 0 ? pods : pods.map((pod) => (leaving.has(pod) ? replacementOf(pod, laterMs) : pod)) };
}

/** The percentage from which on all nodes together offer too little, at least 101: a bound that needs no placement. Undefined: nobody asks for anything. */
export function hopelessPercent({ nodes, pods }: Snapshot, semantics: Semantics): number | undefined {
  let bound = Number.POSITIVE_INFINITY;
  const names = new Set(nodes.map(({ name }) => name));
  for (const name of ELASTIC) {
    let offered = 0n;
    let fixed = 0n;
    let asked = 0n;
    for (const node of nodes) offered += amountOf(node.allocatable, name);
    for (const pod of pods) {
      if (!names.has(pod.nodeName)) continue;
      const amount = amountOf(podUsage(pod, semantics).requested, name);
      if (isFixed(pod)) fixed += amount;
      else asked += amount;
    }
    if (asked > 0n && offered >= fixed) bound = Math.min(bound, Number(((offered - fixed) * 100n) / asked) + 1);
  }
  return bound === Number.POSITIVE_INFINITY ? undefined : Math.max(101, bound);
}

function scaledTemplate(template: PodTemplate, percent: bigint): PodTemplate {
  const container = (each: Container): Container => ({ ...each, requests: scaledList(each.requests, percent) });
  return {
    ...template,
    containers: template.containers.map(container),
    initContainers: template.initContainers.map(container),
    ...(template.podRequests ? { podRequests: scaledList(template.podRequests, percent) } : {}),
  };
}

function scaledList(list: QuantityList, percent: bigint): QuantityList {
  const elastic: readonly string[] = ELASTIC;
  return new Map([...list].map(([name, quantity]) => [name, elastic.includes(name) ? (quantity * percent + 99n) / 100n : quantity]));
}

/** Pods that leave nodes which no longer hold everybody. */
function overflowing(before: Snapshot, pods: readonly Pod[], semantics: Semantics): Set<Pod> {
  const leaving = new Set<Pod>();
  const nodes = new Map(before.nodes.map((node) => [node.name, node]));
  const on = new Map<string, { pods: Pod[]; now: Pod[] }>();
  pods.forEach((pod, i) => {
    if (!nodes.has(pod.nodeName)) return;
    const place = on.get(pod.nodeName) ?? { pods: [], now: [] };
    on.set(pod.nodeName, place);
    place.pods.push(pod);
    place.now.push(before.pods[i] as Pod);
  });
  const sum = (list: readonly Pod[], name: string) =>
    list.reduce((total, pod) => total + amountOf(podUsage(pod, semantics).requested, name), 0n);
  for (const [name, place] of on) {
    const { allocatable } = nodes.get(name) as Node;
    const over = new Map(
      ELASTIC.map((resource): [string, Amount] => {
        const [offered, now] = [amountOf(allocatable, resource), sum(place.now, resource)];
        return [resource, sum(place.pods, resource) - larger(now, offered)];
      }),
    );
    const candidates = place.pods.filter((pod) => !isFixed(pod) && !pod.terminating).sort(leastImportantFirst);
    for (const pod of candidates) {
      if ([...over.values()].every((amount) => amount <= 0n)) break;
      leaving.add(pod);
      for (const [resource, amount] of over) over.set(resource, amount - amountOf(podUsage(pod, semantics).requested, resource));
    }
  }
  return leaving;
}

function larger(a: Amount, b: Amount): Amount {
  if (a > b) return a;
  return b;
}

function leastImportantFirst(a: Pod, b: Pod): number {
  return a.template.priority - b.template.priority || b.createdMs - a.createdMs;
}
