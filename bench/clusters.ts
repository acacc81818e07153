import { Prng } from '../src/base/prng.ts';
import { SnapshotBuilder } from '../src/model/parse/snapshot-builder.ts';
import type { Snapshot } from '../src/model/snapshot.ts';
import { generateCluster } from '../src/sources/generate.ts';
import type { GenerateOptions } from '../src/sources/generate-options.ts';

/** Pods with one specification. */
export interface App {
  readonly name: string;
  readonly replicas: number;
  readonly milliCpu: number;
  readonly memoryMiB: number;
  /** Bytes on top of memoryMiB, to tell otherwise equal pods apart. */
  readonly memoryBytes?: number;
  /** Owned by a ReplicaSet and selected by a Service, which switches the default spreading on. */
  readonly service?: boolean;
  /** More fields of the pod's spec. */
  readonly spec?: object;
}

export interface ClusterPlan {
  readonly nodes: number;
  /** All nodes as in upstream's scheduler_perf (4 CPUs, 32 GiB), so that rates can be set beside its own; else machines of several sizes. */
  readonly uniform?: true;
  readonly apps: readonly App[];
  /** Absent: 3. */
  readonly zones?: number;
  /** One pod of each runs on every node already. */
  readonly everywhere?: readonly App[];
  /** One pod of each app in turn; all must have as many. */
  readonly alternate?: true;
  /** Pods of all apps in random order; absent = app by app. */
  readonly shuffleSeed?: number;
}

export type Raw = Readonly<Record<string, unknown>>;

const NAMESPACE = 'default';
const ZONES = 3;

/** The cluster of a plan. */
export function buildCluster(plan: ClusterPlan): Snapshot {
  return buildSnapshot(rawCluster(plan));
}

/** A cluster of the generator: mixed machines, taints, GPUs, images, affinity, budgets, some pods already running. */
export function buildGenerated(options: GenerateOptions): Snapshot {
  return buildSnapshot(rawGenerated(options));
}

/** Built from raw objects through the same door as any input. */
export function buildSnapshot(objects: Iterable<Raw>): Snapshot {
  const builder = new SnapshotBuilder();
  for (const raw of objects) builder.add(raw, {});
  return builder.finish();
}

/** The API objects of a plan, with the fields that the API server would fill in as far as they matter. */
export function* rawCluster(plan: ClusterPlan): Generator<Raw> {
  const prng = new Prng(plan.nodes);
  for (let row = 0; row < plan.nodes; row++) yield rawNode(row, plan.uniform ? 4 : mixedCores(row, prng), plan.zones);
  for (const app of plan.apps) yield* rawWorkload(app);
  for (const app of plan.everywhere ?? []) for (let row = 0; row < plan.nodes; row++) yield runningPod(app, row);
  const numbers = new Uint32Array(plan.apps.length);
  for (const index of podOrder(plan)) yield rawPod(plan.apps[index] as App, (numbers[index] as number)++);
}

/** The API objects of a generated cluster. */
export function* rawGenerated(options: GenerateOptions): Generator<Raw> {
  const cluster = generateCluster(options);
  for (const part of [cluster.objects(), cluster.nodes(), cluster.pods()]) yield* part;
}

/** Index of each pod's app. */
function podOrder({ apps, alternate, shuffleSeed }: ClusterPlan): Uint32Array {
  const order = new Uint32Array(apps.reduce((sum, { replicas }) => sum + replicas, 0));
  if (alternate) return order.map((_, i) => i % apps.length);
  let at = 0;
  for (const [index, { replicas }] of apps.entries()) {
    order.fill(index, at, at + replicas);
    at += replicas;
  }
  return shuffleSeed === undefined ? order : new Prng(shuffleSeed).shuffle(order);
}

/**
 * Sizes differ so that free resources alone would put pods of one app side by side, and the first zone has twice the room so that they alone
 * would fill it first: rules about pods and domains then have something to say.
 */
function mixedCores(row: number, prng: Prng): number {
  return prng.pick([4, 4, 8, 8, 16]) * (row % ZONES === 0 ? 2 : 1);
}

function rawNode(row: number, cores: number, zones = ZONES): Raw {
  const name = `node-${row}`;
  const labels = { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': `zone-${row % zones}`, 'kubernetes.io/os': 'linux' };
  const amounts = { cpu: `${cores}`, memory: `${cores * 8}Gi`, pods: '110' };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, status: { allocatable: amounts, capacity: amounts } };
}

function* rawWorkload({ name, replicas, service }: App): Generator<Raw> {
  if (!service) return;
  const metadata = { name, namespace: NAMESPACE };
  yield { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: { app: name }, ports: [{ port: 80 }] } };
  const template = { metadata: { labels: { app: name } } };
  yield { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata, spec: { replicas, selector: { matchLabels: { app: name } }, template } };
}

function rawPod(app: App, number: number): Raw {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: app.name, uid: `uid-${app.name}`, controller: true };
  const memory = `${app.memoryMiB * 2 ** 20 + (app.memoryBytes ?? 0)}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${app.name}-${number}`,
      namespace: NAMESPACE,
      labels: { app: app.name },
      ...(app.service ? { ownerReferences: [owner] } : {}),
    },
    spec: {
      schedulerName: 'default-scheduler',
      containers: [{ name: 'app', image: 'registry.example/app:1', resources: { requests: { cpu: `${app.milliCpu}m`, memory } } }],
      ...app.spec,
    },
  };
}

/** Started at a time of its own, within one day. */
function runningPod(app: App, row: number): Raw {
  const raw = rawPod(app, row);
  const startTime = new Date(Date.UTC(2026, 0, 1) + ((row * 7_919) % 86_400) * 1000).toISOString();
  return { ...raw, spec: { ...(raw.spec as object), nodeName: `node-${row}` }, status: { phase: 'Running', startTime } };
}

/** `count` apps of equal size; `vary` draws the requests, as Deployments differ. */
export function equalApps(count: number, replicas: number, more: Partial<App> & { readonly vary?: number } = {}): App[] {
  const { vary, ...rest } = more;
  const prng = new Prng(vary ?? 0);
  return Array.from({ length: count }, (_, index) => ({
    name: `app-${index}`,
    replicas,
    milliCpu: vary === undefined ? 100 : prng.between(2, 20) * 10,
    memoryMiB: vary === undefined ? 500 : prng.between(4, 40) * 25,
    ...rest,
  }));
}
