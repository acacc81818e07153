import { drawPlacement } from './fleet-affinity.ts';
import { type Draw, type MutableItem, NAMESPACES, POD_LABELS, type RawItem } from './fleet-draw.ts';
import { IMAGES } from './fleet-nodes.ts';
import { type DrawnStorage, drawEphemeralClaim, drawPodVolumes } from './fleet-volumes.ts';

/** What pods share: a template is drawn once and used by many pods, as controllers do. */
interface Template {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: RawItem;
  readonly owner?: RawItem;
  readonly annotations?: RawItem;
}

export interface PodPlan {
  readonly bound: number;
  readonly pending: number;
  readonly templates: number;
  readonly nodeNames: readonly string[];
  readonly storage: DrawnStorage;
  /** schedulerName of the profiles. */
  readonly profiles: readonly string[];
}

const CPU_REQUESTS = ['1m', '50m', '100m', '250m', '1', '0.5', '1500m', '0', '333333u'] as const;
const MEMORY_REQUESTS = ['0', '64Mi', '128Mi', '200Mi', '1Gi', '3500Mi', '1', '1000000000n'] as const;
export const PRIORITIES = [-10, 0, 0, 0, 5, 100, 1000, 2_147_483_647] as const;
/** Owners of pods by kind, with the apiVersion that default spreading expects; the last is one it does not know. */
const OWNER_KINDS = [
  ['apps/v1', 'ReplicaSet'],
  ['apps/v1', 'StatefulSet'],
  ['v1', 'ReplicationController'],
  ['batch/v1', 'Job'],
] as const;

/** Bound pods, then pending pods, then the claims that their ephemeral volumes need. */
export function drawPods(draw: Draw, plan: PodPlan): RawItem[] {
  const templates = Array.from({ length: Math.max(1, plan.templates) }, () => drawTemplate(draw, plan));
  const pods: RawItem[] = [];
  const claims: RawItem[] = [];
  const place = (name: string, node: string | undefined) => {
    const template = draw.prng.chance(5, 6) ? draw.prng.pick(templates) : drawTemplate(draw, plan);
    const pod = drawPod(draw, template, name, node, plan.nodeNames);
    pods.push(pod);
    const volumes = (template.spec.volumes ?? []) as readonly RawItem[];
    if (!volumes.some((volume) => volume.ephemeral !== undefined)) return;
    const claim = drawEphemeralClaim(draw, {
      namespace: template.namespace,
      name,
      uid: `uid-${name}`,
      placed: node !== undefined || draw.has('nominated'),
    });
    if (claim !== undefined) claims.push(claim);
  };
  if (plan.nodeNames.length > 0)
    for (let i = 0; i < plan.bound; i++)
      place(`bound-${i}`, draw.sometimes('lostNodes', 1, 12) ? 'node-nowhere' : draw.prng.pick(plan.nodeNames));
  for (let i = 0; i < plan.pending; i++) place(`pending-${i}`, undefined);
  return [...pods, ...claims];
}

function drawTemplate(draw: Draw, plan: PodPlan): Template {
  const { prng } = draw;
  const namespace = draw.has('namespaces') ? prng.pick(NAMESPACES) : 'default';
  const labels = drawLabels(draw);
  const spec: MutableItem = {
    schedulerName: prng.pick(plan.profiles),
    ...drawContainers(draw),
    ...drawPlacement(draw, plan.nodeNames, labels),
  };
  if (draw.sometimes('overhead', 1, 2)) spec.overhead = { cpu: prng.pick(['120m', '1']), memory: '100Mi' };
  if (draw.sometimes('podLevelResources', 1, 2) && !draw.has('bigPods') && !draw.has('overflow')) spec.resources = drawPodLevel(draw);
  if (draw.has('priorities')) spec.priority = prng.pick(PRIORITIES);
  if (draw.sometimes('neverPreempt', 1, 3)) spec.preemptionPolicy = 'Never';
  if (draw.sometimes('hostNetwork', 1, 4)) spec.hostNetwork = true;
  const volumes = drawPodVolumes(draw, plan.storage.claims.get(namespace) ?? []);
  if (volumes.length > 0) spec.volumes = volumes;
  const template: { -readonly [Key in keyof Template]: Template[Key] } = { namespace, labels, spec };
  if (draw.sometimes('owners', 2, 3)) template.owner = drawOwner(draw);
  if (draw.sometimes('mirrorPods', 1, 6)) template.annotations = { 'kubernetes.io/config.mirror': 'x' };
  return template;
}

function drawLabels(draw: Draw): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [key, values] of Object.entries(POD_LABELS)) if (draw.prng.chance(3, 4)) labels[key] = draw.prng.pick(values);
  if (draw.sometimes('oddLabels', 1, 4)) return draw.prng.chance(1, 2) ? {} : { ...labels, constructor: 'x', toString: 'y' };
  return labels;
}

function drawOwner(draw: Draw): RawItem {
  const [apiVersion, kind] = draw.prng.pick(OWNER_KINDS);
  return { apiVersion, kind, name: `owner-${draw.prng.below(3)}`, uid: `uid-owner-${kind}`, controller: !draw.prng.chance(1, 8) };
}

function drawContainers(draw: Draw): MutableItem {
  const usedPorts = new Set<string>();
  const spec: MutableItem = { containers: draw.list(1, 2, (index) => drawContainer(draw, `c${index}`, usedPorts)) };
  const initContainers: RawItem[] = [];
  if (draw.sometimes('initContainers', 1, 2))
    initContainers.push(...draw.list(1, 2, (index) => drawContainer(draw, `i${index}`, usedPorts)));
  if (draw.sometimes('sidecars', 1, 2)) {
    initContainers.push(...draw.list(1, 2, (index) => ({ ...drawContainer(draw, `s${index}`, usedPorts), restartPolicy: 'Always' })));
  }
  if (initContainers.length > 0) spec.initContainers = draw.prng.shuffle(initContainers);
  return spec;
}

function drawContainer(draw: Draw, name: string, usedPorts: Set<string>): RawItem {
  const container: MutableItem = { name, image: draw.prng.pick([...IMAGES, 'registry.example/web', 'unknown.example/x:1']) };
  const ports = drawPorts(draw, usedPorts);
  if (ports.length > 0) container.ports = ports;
  const requests = drawRequests(draw);
  const limits = Object.fromEntries(
    Object.entries(requests).filter(([resource]) => resource.includes('/') || resource.startsWith('hugepages-')),
  );
  const resources: MutableItem = {};
  if (Object.keys(requests).length > 0) resources.requests = requests;
  if (Object.keys(limits).length > 0) resources.limits = limits;
  if (draw.sometimes('limitsOnly', 1, 4)) {
    // The API server copies these to the requests; a reader without defaults must not.
    resources.requests = limits;
    resources.limits = { ...limits, cpu: '400m', memory: '300Mi' };
  }
  if (Object.keys(resources).length > 0) container.resources = resources;
  return container;
}

function drawRequests(draw: Draw): Record<string, string> {
  const { prng } = draw;
  const requests: Record<string, string> = {};
  if (draw.sometimes('noRequests', 1, 3)) return requests;
  if (prng.chance(4, 5)) requests.cpu = draw.sometimes('bigPods', 1, 6) ? prng.pick(['7', '9000000']) : prng.pick(CPU_REQUESTS);
  if (prng.chance(4, 5)) requests.memory = draw.sometimes('bigPods', 1, 6) ? prng.pick(['14Gi', '90Ti']) : prng.pick(MEMORY_REQUESTS);
  if (draw.sometimes('overflow', 1, 12)) requests.cpu = '9000000000000000';
  if (draw.sometimes('overflow', 1, 12)) requests.memory = '8Ei';
  if (draw.sometimes('ephemeralStorage', 1, 3)) requests['ephemeral-storage'] = prng.pick(['0', '1Gi', '30Gi']);
  if (draw.sometimes('extendedResources', 1, 3)) requests['nvidia.com/gpu'] = prng.pick(['0', '1', '1', '4']);
  if (draw.sometimes('extendedResources', 1, 8)) requests['example.com/license'] = '1';
  // The API server wants cpu or memory beside huge pages.
  if (draw.sometimes('hugepages', 1, 4) && 'cpu' in requests) requests['hugepages-2Mi'] = '4Mi';
  if (draw.sometimes('unknownResources', 1, 6)) requests['kubernetes.io/batch'] = '1';
  return requests;
}

function drawPorts(draw: Draw, used: Set<string>): RawItem[] {
  const ports: RawItem[] = [];
  // With hostNetwork the API server turns this into a host port.
  if (draw.sometimes('hostNetwork', 1, 3) && !used.has('9090/TCP')) {
    used.add('9090/TCP');
    ports.push({ containerPort: 9090, protocol: 'TCP' });
  }
  if (!draw.sometimes('hostPorts', 1, 2)) return ports;
  for (let i = draw.prng.between(1, 2); i > 0; i--) {
    const hostPort = draw.prng.pick([80, 443, 8080]);
    const hostIP = draw.prng.pick(['', '', '0.0.0.0', '127.0.0.1', '10.0.0.1', '::']);
    const protocol = draw.prng.pick(['TCP', 'TCP', 'UDP', 'SCTP']);
    // The API server refuses the same port twice in one pod.
    const key = `${hostPort}/${protocol}`;
    if (used.has(key)) continue;
    used.add(key);
    ports.push({ containerPort: hostPort, hostPort, protocol, ...(hostIP === '' ? {} : { hostIP }) });
  }
  return ports;
}

/** Pod-level requests as large as any sum of the containers' own, as the API server demands. */
function drawPodLevel(draw: Draw): RawItem {
  const requests: MutableItem = {};
  if (draw.prng.chance(3, 4)) requests.cpu = draw.prng.pick(['8', '12']);
  if (requests.cpu === undefined || draw.prng.chance(1, 2)) requests.memory = draw.prng.pick(['16Gi', '20Gi']);
  return { requests };
}

function drawPod(draw: Draw, template: Template, name: string, node: string | undefined, nodeNames: readonly string[]): RawItem {
  const { prng } = draw;
  const metadata: MutableItem = { name, namespace: template.namespace, uid: `uid-${name}` };
  if (Object.keys(template.labels).length > 0) metadata.labels = template.labels;
  if (template.owner !== undefined) metadata.ownerReferences = [template.owner];
  if (template.annotations !== undefined) metadata.annotations = template.annotations;
  metadata.creationTimestamp = `2026-01-01T00:00:${String(prng.below(60)).padStart(2, '0')}Z`;
  const status: MutableItem = { phase: node === undefined ? 'Pending' : 'Running' };
  const spec: MutableItem = node === undefined ? { ...template.spec } : { ...template.spec, nodeName: node };
  if (node === undefined) {
    if (draw.sometimes('nominated', 1, 4) && nodeNames.length > 0)
      status.nominatedNodeName = prng.chance(1, 8) ? 'node-nowhere' : prng.pick(nodeNames);
    if (draw.sometimes('gates', 1, 4)) spec.schedulingGates = [{ name: 'example.com/wait' }];
  } else {
    drawHistory(draw, metadata, status);
    if (draw.sometimes('resize', 1, 3))
      Object.assign(status, drawResize(draw, spec), status.conditions === undefined ? {} : { conditions: status.conditions });
  }
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec, status };
}

/** What has happened to a bound pod: its start, its end, its eviction. */
function drawHistory(draw: Draw, metadata: MutableItem, status: MutableItem): void {
  const { prng } = draw;
  if (draw.has('startTimes') && !prng.chance(1, 6)) status.startTime = `2026-01-02T00:${String(prng.below(30)).padStart(2, '0')}:00Z`;
  if (draw.sometimes('finished', 1, 6)) status.phase = prng.pick(['Succeeded', 'Failed']);
  if (!draw.sometimes('terminating', 1, 5)) return;
  metadata.deletionTimestamp = '2026-01-03T00:00:00Z';
  metadata.deletionGracePeriodSeconds = 30;
  if (prng.chance(1, 2))
    status.conditions = [
      { type: 'DisruptionTarget', status: 'True', reason: prng.pick(['PreemptionByScheduler', 'EvictionByEvictionAPI']) },
    ];
}

/** In-place resize: what the kubelet has given and promised, for the first container. */
function drawResize(draw: Draw, spec: RawItem): RawItem {
  const [first] = spec.containers as readonly RawItem[];
  const containerStatus: MutableItem = { name: first?.name as string };
  if (draw.prng.chance(3, 4)) containerStatus.resources = { requests: { cpu: draw.prng.pick(['10m', '2']), memory: '150Mi' } };
  if (draw.prng.chance(1, 2)) containerStatus.allocatedResources = { cpu: '700m', memory: draw.prng.pick(['1Mi', '2Gi']) };
  const status: MutableItem = { containerStatuses: [containerStatus] };
  if (draw.prng.chance(1, 3))
    status.conditions = [{ type: 'PodResizePending', status: 'True', reason: draw.prng.pick(['Infeasible', 'Deferred']) }];
  return status;
}
