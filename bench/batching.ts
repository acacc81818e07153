/**
 * The three scenarios of kube-scheduler's benchmark of opportunistic batching (kubernetes/kubernetes, test/integration/scheduler_perf/opportunistic:
 * 4 CPU and 32 GiB nodes; pods of 100m and 100Mi with host port 80 or 81, or of 3 CPUs and 1Gi), at 20,000 nodes and pods.
 */
import { assert } from '../src/base/assert.ts';
import { Engine } from '../src/engine/engine.ts';
import type { Pod } from '../src/model/pod.ts';
import type { Schedule } from '../src/model/results.ts';
import type { Snapshot } from '../src/model/snapshot.ts';
import { type App, buildCluster } from './clusters.ts';
import type { Scenario } from './scenarios.ts';

const full = { nodes: 20_000, pods: 20_000 };
const smoke = { nodes: 300, pods: 300 };
const PORTS_TAKEN = "node(s) didn't have free ports for the requested pod ports";

function withHostPort(port: number, replicas: number): App {
  const requests = { cpu: '100m', memory: '100Mi' };
  const containers = [
    { name: 'pause', image: 'registry.k8s.io/pause:3.10.1', ports: [{ containerPort: port, hostPort: port }], resources: { requests } },
  ];
  return { name: `port-${port}`, replicas, milliCpu: 100, memoryMiB: 100, spec: { containers } };
}

export const BATCHING: readonly Scenario[] = [
  {
    name: 'host-port-conflict-20k',
    full,
    smoke,
    build: ({ nodes, pods }) => buildCluster({ nodes, uniform: true, apps: [withHostPort(80, pods)] }),
    expect: ({ pods }) => ({ classes: 1, placed: pods }),
    check: (snapshot, schedule) => refusesMore(snapshot, schedule, PORTS_TAKEN),
  },
  {
    name: 'resource-saturation-20k',
    full,
    smoke,
    build: ({ nodes, pods }) =>
      buildCluster({ nodes, uniform: true, apps: [{ name: 'large', replicas: pods, milliCpu: 3000, memoryMiB: 1024 }] }),
    expect: ({ pods }) => ({ classes: 1, placed: pods }),
    check: (snapshot, schedule) => refusesMore(snapshot, schedule, 'Insufficient cpu'),
  },
  {
    // Upstream makes one half of the pods and then the other; here every pod differs from the one before it, which is harder.
    name: 'alternating-signatures-20k',
    full,
    smoke,
    build: ({ nodes, pods }) =>
      buildCluster({ nodes, uniform: true, alternate: true, apps: [80, 81].map((port) => withHostPort(port, pods / 2)) }),
    expect: ({ pods }) => ({ classes: 2, placed: pods }),
    check: (snapshot, schedule) => refusesMore(snapshot, schedule, PORTS_TAKEN),
  },
];

/** Asserts that no node has two pods of one kind, and that all nodes with one refuse another for the given reason. */
async function refusesMore(snapshot: Snapshot, { placements }: Schedule, reason: string): Promise<void> {
  const nodeOf = new Map(placements.map(({ name, node }) => [name, node]));
  const kinds = new Map<Pod['template'], Pod[]>();
  for (const pod of snapshot.pods) kinds.set(pod.template, [...(kinds.get(pod.template) ?? []), pod]);
  for (const pods of kinds.values()) {
    const taken = new Set(pods.map(({ name }) => nodeOf.get(name) as string));
    assert(taken.size === pods.length, 'no node has two pods of one kind');
    const nodes = snapshot.nodes.filter(({ name }) => taken.has(name));
    const bound = snapshot.pods
      .map((pod) => ({ ...pod, nodeName: nodeOf.get(pod.name) as string }))
      .filter(({ nodeName }) => taken.has(nodeName));
    const another = { ...(pods[0] as Pod), name: 'another' };
    const { unschedulable } = await new Engine({ ...snapshot, nodes, pods: [...bound, another] }).schedule();
    const message = `0/${nodes.length} nodes are available: ${nodes.length} ${reason}.`;
    assert(unschedulable[0]?.message.startsWith(message) === true, `another pod is refused with: ${message}`);
  }
}
