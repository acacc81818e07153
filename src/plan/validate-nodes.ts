import type { Node } from '../model/node.ts';
import type { Pod } from '../model/pod.ts';
import { podUsage } from '../model/requests.ts';
import type { Amount } from '../model/resources.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Finding } from '../model/snapshot-results.ts';
import { hostPorts, portsConflict } from '../rules/host-ports.ts';
import type { Semantics } from '../rules/rule.ts';
import { Findings } from './validate-findings.ts';

const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
const ZONE_BETA = 'failure-domain.beta.kubernetes.io/zone';

/** Nodes that cannot be as the dump has them, or on which topology rules stumble. */
export function* suspiciousNodes(snapshot: Snapshot, semantics: Semantics): Generator<Finding> {
  const { nodes, pods } = snapshot;
  const podsOf = new Map<string, Pod[]>(nodes.map(({ name }) => [name, []]));
  for (const pod of pods) podsOf.get(pod.nodeName)?.push(pod);
  yield* offeringNothing(nodes);
  yield* overcommitted(nodes, podsOf, semantics);
  yield* portConflicts(nodes, podsOf);
  yield* withoutLabels(nodes);
}

function reference({ name }: Node) {
  return { kind: 'Node', name };
}

function* offeringNothing(nodes: readonly Node[]): Generator<Finding> {
  const found = new Findings('warning', 'no-capacity');
  const hint = 'a node that has just joined reports nothing yet: fetch it again';
  for (const node of nodes) {
    const { cpu, memory, pods } = node.allocatable;
    const missing = Object.entries({ cpu, memory, pods }).flatMap(([resource, amount]) => (amount > 0n ? [] : [resource]));
    if (missing.length === 0) continue;
    found.add(`offers no ${missing.join(', no ')}: it takes no pods that ask for any`, reference(node), {
      path: 'status.allocatable',
      hint,
    });
  }
  yield* found;
}

/** Pods hold more than the node has: real on a node that shrank, otherwise a dump whose parts are of different times. */
function* overcommitted(nodes: readonly Node[], podsOf: ReadonlyMap<string, readonly Pod[]>, semantics: Semantics): Generator<Finding> {
  const found = new Findings('warning', 'over-committed');
  for (const node of nodes) {
    const held = new Map<string, Amount>();
    const add = (name: string, amount: Amount) => held.set(name, (held.get(name) ?? 0n) + amount);
    for (const pod of podsOf.get(node.name) ?? []) {
      const { cpu, memory, ephemeralStorage, scalars } = podUsage(pod, semantics).requested;
      add('cpu', cpu);
      add('memory', memory);
      add('ephemeral-storage', ephemeralStorage);
      for (const [name, amount] of scalars) add(name, amount);
      add('pods', 1n);
    }
    for (const [name, amount] of held) {
      const offered = offeredBy(node, name);
      if (amount <= offered || amount === 0n) continue;
      const unit = name === 'cpu' ? 'm' : '';
      const problem = `its pods ask for ${amount}${unit} ${name} and it has ${offered}${unit}`;
      const hint = 'it takes no more pods that ask for it; fetch nodes and pods together if that is not so';
      found.add(problem, reference(node), { path: `status.allocatable.${name}`, hint }, `${node.name} ${name}`);
    }
  }
  yield* found;
}

function offeredBy({ allocatable }: Node, name: string): Amount {
  const { cpu, memory, ephemeralStorage, pods, scalars } = allocatable;
  const own: Readonly<Record<string, Amount>> = { cpu, memory, 'ephemeral-storage': ephemeralStorage, pods };
  return Object.hasOwn(own, name) ? (own[name] as Amount) : (scalars.get(name) ?? 0n);
}

function* portConflicts(nodes: readonly Node[], podsOf: ReadonlyMap<string, readonly Pod[]>): Generator<Finding> {
  const found = new Findings('warning', 'port-conflict');
  for (const { name: node } of nodes) {
    const holders = (podsOf.get(node) ?? []).flatMap((pod) => hostPorts(pod.template).map((port) => ({ pod, port })));
    for (const [i, { pod, port }] of holders.entries()) {
      const other = holders.slice(0, i).find((earlier) => earlier.pod !== pod && portsConflict(earlier.port, port));
      if (other === undefined) continue;
      const problem = `takes host port ${port.hostPort}/${port.protocol} of node ${node}, which ${other.pod.namespace}/${other.pod.name} has`;
      const hint = 'one of them is gone or not running: fetch nodes and pods together';
      found.add(problem, { kind: 'Pod', namespace: pod.namespace, name: pod.name }, { path: 'spec.containers', hint });
    }
  }
  yield* found;
}

/** A node without its name as a label is no domain of the rules that spread over nodes; zones matter when some nodes have one. */
function* withoutLabels(nodes: readonly Node[]): Generator<Finding> {
  const unnamed = new Findings('warning', 'no-hostname');
  const zoneless = new Findings('warning', 'no-zone');
  const zoned = nodes.some(({ labels }) => labels.has(ZONE) || labels.has(ZONE_BETA));
  for (const node of nodes) {
    const path = 'metadata.labels';
    if (!node.labels.has(HOSTNAME)) {
      const hint = 'every kubelet sets the label; constraints over nodes pass this one by';
      unnamed.add(`has no label ${HOSTNAME}`, reference(node), { path, hint });
    }
    if (zoned && !node.labels.has(ZONE) && !node.labels.has(ZONE_BETA)) {
      const hint = 'hard constraints over zones refuse it, and soft ones pass it by';
      zoneless.add(`has no label ${ZONE}, which other nodes have`, reference(node), { path, hint });
    }
  }
  yield* unnamed;
  yield* zoneless;
}
