import { assert } from '../base/assert.ts';
import { millisecondsOf, timestampOf } from '../base/calendar.ts';
import { Prng } from '../base/prng.ts';
import { allocatableKiB, allocatableMilliCpu, isGpuNode, type NodePlan, nodeName, planNodes, podSlots, rawNode } from './generate-nodes.ts';
import { nameSuffix, type RawObject } from './generate-objects.ts';
import { type GenerateOptions, type GenerateSettings, resolveGenerateOptions } from './generate-options.ts';
import { type Deployment, planDeployments, rawPrerequisites, rawWorkload, replicaSetUid } from './generate-workloads.ts';

/** Bytes of JSON that a chunk has at least, the last one excepted. */
const CHUNK_LENGTH = 1 << 16;
/** Nodes that are tried for one running pod before it stays pending. */
const PROBES = 12;
const FIRST_POD_MS = millisecondsOf('2026-01-02T00:00:00Z');

/** A generated cluster as raw Kubernetes objects. Each iterator starts anew, so any part can be read any number of times. */
export interface GeneratedCluster {
  readonly settings: GenerateSettings;
  /** Namespaces, PriorityClasses, Deployments, ReplicaSets, Services, PodDisruptionBudgets. */
  objects(): Generator<RawObject>;
  nodes(): Generator<RawObject>;
  pods(): Generator<RawObject>;
}

/**
 * Draws a cluster: nodes of five sizes over zones, some tainted, some with GPUs, and Deployments of equal size with a
 * realistic mix of requests and placement wishes. Memory: O(nodes + deployments); the objects are made while iterating.
 * @throws PlimsollError USAGE for an option outside its range.
 */
export function generateCluster(options: GenerateOptions = {}): GeneratedCluster {
  const settings = resolveGenerateOptions(options);
  const prng = new Prng(settings.seed);
  const nodePlan = planNodes(settings, prng.fork());
  const deployments = planDeployments(settings, prng.fork());
  const podSeed = prng.next();
  return {
    settings,
    *nodes() {
      for (let row = 0; row < settings.nodes; row++) yield rawNode(nodePlan, row);
    },
    *objects() {
      yield* rawPrerequisites(settings);
      for (const deployment of deployments) yield* rawWorkload(settings, deployment);
    },
    pods: () => generatePods(settings, nodePlan, deployments, new Prng(podSeed)),
  };
}

/**
 * The same cluster as the text of one `kind: List` document, in chunks of about 64 KiB: objects, then nodes, then pods,
 * one line each. Same options, same bytes.
 */
export function* generate(options: GenerateOptions = {}): Generator<string> {
  const cluster = generateCluster(options);
  let chunk = '{"apiVersion":"v1","kind":"List","items":[';
  let separator = '\n';
  for (const part of [cluster.objects(), cluster.nodes(), cluster.pods()]) {
    for (const object of part) {
      chunk += separator + JSON.stringify(object);
      separator = ',\n';
      if (chunk.length < CHUNK_LENGTH) continue;
      yield chunk;
      chunk = '';
    }
  }
  yield `${chunk}\n]}\n`;
}

function* generatePods(
  settings: GenerateSettings,
  nodePlan: NodePlan,
  deployments: readonly Deployment[],
  prng: Prng,
): Generator<RawObject> {
  const order = settings.shuffle ? prng.shuffle(Uint32Array.from({ length: settings.pods }, (_, i) => i)) : undefined;
  const room = settings.boundShare > 0 ? new Room(nodePlan) : undefined;
  for (let position = 0; position < settings.pods; position++) {
    const number = order === undefined ? position : (order[position] as number);
    const deployment = deploymentOf(settings, deployments, number);
    const row = room !== undefined && prng.chance(settings.boundShare, 100) ? room.place(deployment, prng) : -1;
    yield rawPod(deployment, number, position, row < 0 ? '' : nodeName(nodePlan, row));
  }
}

/** The Deployment of a pod number in O(1): the first pods % deployments of them have one pod more. */
function deploymentOf(settings: GenerateSettings, deployments: readonly Deployment[], pod: number): Deployment {
  const size = Math.floor(settings.pods / settings.deployments);
  const larger = settings.pods % settings.deployments;
  const index = pod < larger * (size + 1) ? Math.floor(pod / (size + 1)) : larger + Math.floor((pod - larger * (size + 1)) / size);
  const deployment = deployments[index];
  assert(
    deployment !== undefined && pod >= deployment.firstPod && pod < deployment.firstPod + deployment.replicas,
    'a pod lies in its Deployment',
  );
  return deployment;
}

function rawPod(deployment: Deployment, number: number, position: number, node: string): RawObject {
  const name = `${deployment.replicaSet}-${nameSuffix(number - deployment.firstPod)}`;
  // A hundred pods a second, as a controller creates them; the API keeps whole seconds.
  const created = timestampOf(FIRST_POD_MS + Math.floor(position / 100) * 1000);
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: deployment.replicaSet,
    uid: replicaSetUid(deployment),
    controller: true,
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: deployment.namespace,
      uid: `pod-uid-${number}`,
      labels: deployment.podLabels,
      creationTimestamp: created,
      ownerReferences: [owner],
    },
    spec: node === '' ? deployment.podSpec : { nodeName: node, ...deployment.podSpec },
    status: node === '' ? { phase: 'Pending' } : { phase: 'Running', startTime: created },
  };
}

/** What is left on each node while running pods are dealt out. */
class Room {
  private readonly plan: NodePlan;
  private readonly milliCpu: Int32Array;
  private readonly memoryMiB: Int32Array;
  private readonly gpus: Uint8Array;
  private readonly slots: Uint16Array;

  constructor(plan: NodePlan) {
    const { nodes } = plan.settings;
    this.plan = plan;
    this.milliCpu = Int32Array.from({ length: nodes }, (_, row) => allocatableMilliCpu(plan, row));
    this.memoryMiB = Int32Array.from({ length: nodes }, (_, row) => Math.floor(allocatableKiB(plan, row) / 1024));
    this.gpus = Uint8Array.from({ length: nodes }, (_, row) => (isGpuNode(plan, row) ? 8 : 0));
    this.slots = new Uint16Array(nodes).fill(podSlots());
  }

  /** The row of the first of a few random nodes that has room and whose taints are tolerated; -1 when none has. */
  place(pod: Deployment, prng: Prng): number {
    const { nodes } = this.plan.settings;
    for (let probe = 0; probe < PROBES && nodes > 0; probe++) {
      const row = prng.below(nodes);
      if (!this.fits(pod, row)) continue;
      this.milliCpu[row] = (this.milliCpu[row] as number) - pod.milliCpu;
      this.memoryMiB[row] = (this.memoryMiB[row] as number) - pod.memoryMiB;
      this.gpus[row] = (this.gpus[row] as number) - pod.gpus;
      this.slots[row] = (this.slots[row] as number) - 1;
      return row;
    }
    return -1;
  }

  private fits(pod: Deployment, row: number): boolean {
    if (isGpuNode(this.plan, row) !== pod.gpus > 0) return false;
    if (this.plan.taint[row] === 1 && !pod.toleratesDedicated) return false;
    const enough = (this.milliCpu[row] as number) >= pod.milliCpu && (this.memoryMiB[row] as number) >= pod.memoryMiB;
    return enough && (this.gpus[row] as number) >= pod.gpus && (this.slots[row] as number) > 0;
  }
}
