import type { Prng } from '../base/prng.ts';
import { imageName, REGION, zoneName } from './generate-nodes.ts';
import { type RawObject, templateHash } from './generate-objects.ts';
import type { GenerateSettings } from './generate-options.ts';

/** Everything the pods of one Deployment have in common. */
export interface Deployment {
  readonly index: number;
  readonly name: string;
  readonly namespace: string;
  readonly replicaSet: string;
  readonly hash: string;
  /** Number of the Deployment's first pod, and of its pods. */
  readonly firstPod: number;
  readonly replicas: number;
  readonly milliCpu: number;
  readonly memoryMiB: number;
  readonly gpus: number;
  readonly priority: number;
  readonly toleratesDedicated: boolean;
  readonly budget: boolean;
  /** Pod spec without nodeName, and pod labels. */
  readonly podSpec: Readonly<Record<string, unknown>>;
  readonly podLabels: Readonly<Record<string, string>>;
}

/** Requests in milli-CPU; most containers ask for little, as in published traces. Mean about 590. */
const CPU_MIX = [50, 100, 100, 100, 250, 250, 250, 500, 500, 500, 1000, 1000, 2000, 4000] as const;
/** MiB per 1000 milli-CPU; the median container asks for 2 GiB a core. */
const MEMORY_RATIO_MIX = [1024, 2048, 2048, 3072, 4096, 6144] as const;
const TIERS = ['frontend', 'backend', 'worker', 'cache'] as const;
export const PRIORITY_CLASSES = [
  { name: 'high-priority', value: 100_000 },
  { name: 'low-priority', value: -1_000 },
] as const;
/** Seconds; what the admission plugin DefaultTolerationSeconds adds to every pod. */
const EVICTION_SECONDS = 300;

export function namespaceName(index: number): string {
  return `team-${index}`;
}

/** Draws all Deployments. O(deployments). */
export function planDeployments(settings: GenerateSettings, prng: Prng): readonly Deployment[] {
  const deployments: Deployment[] = [];
  let firstPod = 0;
  for (let index = 0; index < settings.deployments; index++) {
    const replicas = Math.floor(settings.pods / settings.deployments) + (index < settings.pods % settings.deployments ? 1 : 0);
    deployments.push(planDeployment(settings, prng, index, firstPod, replicas));
    firstPod += replicas;
  }
  return deployments;
}

function planDeployment(settings: GenerateSettings, prng: Prng, index: number, firstPod: number, replicas: number): Deployment {
  const name = `app-${String(index).padStart(String(Math.max(0, settings.deployments - 1)).length, '0')}`;
  const hash = templateHash(index);
  const gpus = prng.chance(settings.gpuShare, 100) ? prng.pick([1, 1, 2, 4]) : 0;
  const milliCpu = gpus > 0 ? 4000 * gpus : prng.pick(CPU_MIX);
  const memoryMiB = Math.max(64, Math.floor((milliCpu * prng.pick(MEMORY_RATIO_MIX)) / 1000));
  const priorityClass = prng.chance(settings.priorityShare, 100) ? prng.pick(PRIORITY_CLASSES) : undefined;
  const toleratesDedicated = prng.chance(settings.tolerationShare, 100);
  const podLabels = { app: name, tier: prng.pick(TIERS), 'pod-template-hash': hash };
  const tolerations = podTolerations(toleratesDedicated, gpus);
  const podSpec = {
    containers: [podContainer(index, milliCpu, memoryMiB, gpus)],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    schedulerName: 'default-scheduler',
    priority: priorityClass?.value ?? 0,
    preemptionPolicy: 'PreemptLowerPriority',
    ...(priorityClass === undefined ? {} : { priorityClassName: priorityClass.name }),
    tolerations,
    ...placementWishes(settings, prng, name, gpus > 0),
  };
  const budget = prng.chance(settings.budgetShare, 100);
  const namespace = namespaceName(index % settings.namespaces);
  const shared = { index, name, namespace, replicaSet: `${name}-${hash}`, hash, firstPod, replicas, milliCpu, memoryMiB, gpus };
  return { ...shared, priority: priorityClass?.value ?? 0, toleratesDedicated, budget, podSpec, podLabels };
}

function podContainer(index: number, milliCpu: number, memoryMiB: number, gpus: number): object {
  const gpu = gpus > 0 ? { 'nvidia.com/gpu': String(gpus) } : {};
  const requests = { cpu: `${milliCpu}m`, memory: `${memoryMiB}Mi`, ...gpu };
  return {
    name: 'app',
    image: imageName(index),
    ports: [{ containerPort: 8080, protocol: 'TCP' }],
    resources: gpus > 0 ? { requests, limits: gpu } : { requests },
  };
}

function podTolerations(dedicated: boolean, gpus: number): readonly object[] {
  const tolerations: object[] = ['not-ready', 'unreachable'].map((state) => ({
    key: `node.kubernetes.io/${state}`,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: EVICTION_SECONDS,
  }));
  if (gpus > 0) tolerations.push({ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' });
  if (dedicated) tolerations.push({ key: 'dedicated', operator: 'Equal', value: 'batch', effect: 'NoSchedule' });
  return tolerations;
}

/** nodeSelector, affinity and topologySpreadConstraints, each with the share that the settings ask for. */
function placementWishes(settings: GenerateSettings, prng: Prng, app: string, gpu: boolean): Readonly<Record<string, unknown>> {
  const wishes: Record<string, unknown> = {};
  const affinity: Record<string, unknown> = {};
  if (prng.chance(settings.nodeAffinityShare, 100)) {
    if (prng.chance(1, 2)) wishes.nodeSelector = { 'topology.kubernetes.io/region': REGION, 'kubernetes.io/arch': 'amd64' };
    else affinity.nodeAffinity = nodeAffinity(settings, prng, gpu);
  }
  if (prng.chance(settings.podAffinityShare, 100))
    affinity.podAffinity = ownAffinity(app, 'topology.kubernetes.io/zone', prng.chance(1, 5), 50);
  if (prng.chance(settings.antiAffinityShare, 100)) {
    const oneNodeEach = settings.nodes >= 2 * Math.ceil(settings.pods / Math.max(1, settings.deployments));
    affinity.podAntiAffinity = ownAffinity(app, 'kubernetes.io/hostname', oneNodeEach && prng.chance(1, 5), 100);
  }
  if (Object.keys(affinity).length > 0) wishes.affinity = affinity;
  if (prng.chance(settings.spreadShare, 100)) wishes.topologySpreadConstraints = spreadConstraints(prng, app);
  return wishes;
}

function nodeAffinity(settings: GenerateSettings, prng: Prng, gpu: boolean): object {
  const values = gpu ? ['gpu-64'] : ['general-8', 'general-16', 'general-32'];
  const shapes = { key: 'node.kubernetes.io/instance-type', operator: 'In', values };
  if (prng.chance(1, 2)) return { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [shapes] }] } };
  const zone = { key: 'topology.kubernetes.io/zone', operator: 'In', values: [zoneName(prng.below(settings.zones))] };
  return { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: prng.between(1, 100), preference: { matchExpressions: [zone] } }] };
}

function ownAffinity(app: string, topologyKey: string, required: boolean, weight: number): object {
  const term = { labelSelector: { matchLabels: { app } }, topologyKey };
  return required
    ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
    : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm: term }] };
}

function spreadConstraints(prng: Prng, app: string): readonly object[] {
  const labelSelector = { matchLabels: { app } };
  const zone = { maxSkew: prng.between(1, 2), topologyKey: 'topology.kubernetes.io/zone', labelSelector };
  const hostname = { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', labelSelector };
  const hard = prng.chance(1, 3);
  return [{ ...zone, whenUnsatisfiable: hard ? 'DoNotSchedule' : 'ScheduleAnyway' }, ...(prng.chance(1, 2) ? [hostname] : [])];
}

/** Namespaces and PriorityClasses: what pods refer to by name. */
export function* rawPrerequisites(settings: GenerateSettings): Generator<RawObject> {
  for (let index = 0; index < Math.min(settings.namespaces, Math.max(1, settings.deployments)); index++) {
    const name = namespaceName(index);
    yield { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'kubernetes.io/metadata.name': name } } };
  }
  if (settings.priorityShare === 0) return;
  for (const { name, value } of PRIORITY_CLASSES) {
    yield {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value,
      preemptionPolicy: 'PreemptLowerPriority',
    };
  }
}

/** Deployment, ReplicaSet, Service and PodDisruptionBudget of one Deployment. */
export function* rawWorkload(settings: GenerateSettings, deployment: Deployment): Generator<RawObject> {
  const { name, namespace, podLabels, podSpec, replicas, hash, replicaSet } = deployment;
  const app = { app: name };
  const template = { metadata: { labels: podLabels }, spec: podSpec };
  const deploymentMeta = { name, namespace, uid: `deployment-uid-${deployment.index}`, labels: app };
  yield {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: deploymentMeta,
    spec: { replicas, selector: { matchLabels: app }, template },
  };
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name, uid: deploymentMeta.uid, controller: true };
  const selector = { matchLabels: { ...app, 'pod-template-hash': hash } };
  const replicaSetMeta = { name: replicaSet, namespace, uid: replicaSetUid(deployment), labels: podLabels, ownerReferences: [owner] };
  yield { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: replicaSetMeta, spec: { replicas, selector, template } };
  if (settings.withServices) {
    const ports = [{ port: 80, targetPort: 8080, protocol: 'TCP' }];
    yield { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { selector: app, ports } };
  }
  if (!deployment.budget) return;
  const allowed = Math.ceil(replicas / 10);
  yield {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace },
    spec: { selector: { matchLabels: app }, maxUnavailable: '10%' },
    status: { disruptionsAllowed: allowed, currentHealthy: replicas, desiredHealthy: replicas - allowed, expectedPods: replicas },
  };
}

export function replicaSetUid(deployment: Deployment): string {
  return `replicaset-uid-${deployment.index}`;
}
