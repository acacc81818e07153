import { type FeatureGates, gateDefaults, type KubeVersion } from '../../src/model/gates.ts';
import { type Labels, NO_LABELS } from '../../src/model/labels.ts';
import type { Node, NodeImage } from '../../src/model/node.ts';
import type { Container, ContainerPort, Pod, PodAffinityTerm, PodTemplate, SpreadConstraint } from '../../src/model/pod.ts';
import { milliValue, parseQuantity, value } from '../../src/model/quantity.ts';
import { NO_QUANTITIES, type QuantityList } from '../../src/model/resources.ts';
import type { LabelSelector, NodeSelectorTerm, Requirement } from '../../src/model/selector.ts';
import type { ClusterObjects } from '../../src/model/snapshot.ts';
import type { Taint, Toleration } from '../../src/model/taint.ts';
import type { AnyPlainRule, Semantics, Status } from '../../src/rules/rule.ts';
import { ClusterView, type NodeView } from '../../src/rules/view.ts';

/** Builders of model objects for tests: short spellings, everything else empty. */

type Texts = Readonly<Record<string, string>>;

export function labels(texts: Texts = {}): Labels {
  const entries = Object.entries(texts);
  return entries.length === 0 ? NO_LABELS : new Map(entries);
}

export function semantics(kubeVersion: KubeVersion = '1.36', gates: Partial<FeatureGates> = {}): Semantics {
  return { kubeVersion, gates: { ...gateDefaults(kubeVersion), ...gates } };
}

/** `key=value:Effect`, as kubectl writes taints; `key:Effect` without a value. */
export function taint(text: string): Taint {
  const [pair = '', effect = ''] = text.split(':');
  const [key = '', taintValue = ''] = pair.split('=');
  return { key, value: taintValue, effect };
}

export function toleration(more: Partial<Toleration>): Toleration {
  return { key: '', operator: '', value: '', effect: '', ...more };
}

export interface NodeSpec {
  readonly labels?: Texts;
  readonly taints?: readonly string[];
  readonly unschedulable?: boolean;
  /** Allocatable; pods default to 110. */
  readonly has?: Texts;
  readonly images?: readonly NodeImage[];
  readonly declaredFeatures?: readonly string[];
}

export function makeNode(name: string, spec: NodeSpec = {}): Node {
  const { cpu = '0', memory = '0', pods = '110', 'ephemeral-storage': storage = '0', ...scalars } = spec.has ?? {};
  return {
    name,
    uid: name,
    labels: labels(spec.labels),
    annotations: NO_LABELS,
    unschedulable: spec.unschedulable ?? false,
    taints: (spec.taints ?? []).map(taint),
    allocatable: {
      cpu: milliValue(parseQuantity(cpu)),
      memory: value(parseQuantity(memory)),
      ephemeralStorage: value(parseQuantity(storage)),
      pods: value(parseQuantity(pods)),
      scalars: new Map(Object.entries(scalars).map(([key, text]) => [key, value(parseQuantity(text))])),
    },
    images: spec.images ?? [],
    declaredFeatures: spec.declaredFeatures ?? [],
  };
}

export function quantities(texts: Texts | undefined): QuantityList {
  return texts ? new Map(Object.entries(texts).map(([key, text]) => [key, parseQuantity(text)])) : NO_QUANTITIES;
}

export function container(
  requests?: Texts,
  more: { image?: string; ports?: readonly Partial<ContainerPort>[]; restartable?: boolean } = {},
): Container {
  const ports = (more.ports ?? []).map((port) => ({ hostIP: '', hostPort: 0, protocol: '', ...port }));
  return { name: 'c', image: more.image ?? '', requests: quantities(requests), ports, restartable: more.restartable ?? false };
}

export interface PodSpec extends Partial<Omit<PodTemplate, 'labels' | 'nodeSelector' | 'podRequests' | 'overhead'>> {
  readonly labels?: Texts;
  readonly nodeSelector?: Texts;
  /** Requests of one container. */
  readonly requests?: Texts;
  readonly overhead?: Texts;
  /** Node that the pod is on. */
  readonly on?: string;
  readonly nominatedNodeName?: string;
  readonly terminating?: boolean;
  readonly uid?: string;
  readonly podRequests?: Texts;
}

export function makePod(name: string, spec: PodSpec = {}): Pod {
  const { requests, on = '', nominatedNodeName = '', terminating = false, uid = `uid-${name}`, overhead, podRequests, ...rest } = spec;
  const template: PodTemplate = {
    namespace: 'default',
    schedulerName: 'default-scheduler',
    priority: 0,
    preemptionPolicy: '',
    mirror: false,
    schedulingGates: [],
    tolerations: [],
    spreadConstraints: [],
    initContainers: [],
    containers: requests ? [container(requests)] : [],
    hostNetwork: false,
    volumes: [],
    resourceClaims: [],
    ...(rest as Omit<typeof rest, 'labels' | 'nodeSelector'>),
    labels: labels(spec.labels),
    overhead: quantities(overhead),
    ...(podRequests ? { podRequests: quantities(podRequests) } : {}),
    ...(spec.nodeSelector ? { nodeSelector: labels(spec.nodeSelector) } : {}),
  } as PodTemplate;
  return {
    namespace: template.namespace,
    name,
    uid,
    template,
    nodeName: on,
    nominatedNodeName,
    phase: '',
    terminating,
    createdMs: 0,
    disruptedByScheduler: false,
  };
}

/** `app=web` (In one value), `app in a,b`, `app notin a,b`, `app`, `!app`, `cpus>3`, `cpus<3`. */
export function requirement(text: string): Requirement {
  const listed = /^(\S+) (in|notin) (\S*)$/.exec(text);
  if (listed) return { key: listed[1] as string, operator: listed[2] === 'in' ? 'In' : 'NotIn', values: (listed[3] as string).split(',') };
  const compared = /^([^=<>]+)([=<>])(.*)$/.exec(text);
  if (compared) {
    const operator = { '=': 'In', '<': 'Lt', '>': 'Gt' }[compared[2] as '=' | '<' | '>'];
    return { key: compared[1] as string, operator, values: [compared[3] as string] };
  }
  return text.startsWith('!')
    ? { key: text.slice(1), operator: 'DoesNotExist', values: [] }
    : { key: text, operator: 'Exists', values: [] };
}

/** ANDed requirements; without any it matches everything. */
export function selector(...texts: string[]): LabelSelector {
  return { requirements: texts.map(requirement) };
}

/** ANDed expressions; a text that starts with `@` is about the field metadata.name: `@in a`, `@notin a`. */
export function nodeTerm(...texts: string[]): NodeSelectorTerm {
  const fields = texts.filter((text) => text.startsWith('@')).map((text) => requirement(`metadata.name ${text.slice(1)}`));
  return { matchExpressions: texts.filter((text) => !text.startsWith('@')).map(requirement), matchFields: fields };
}

export function affinityTerm(
  topologyKey: string,
  labelSelector: LabelSelector | undefined,
  more: Partial<PodAffinityTerm> = {},
): PodAffinityTerm {
  return { topologyKey, ...(labelSelector ? { labelSelector } : {}), namespaces: [], matchLabelKeys: [], mismatchLabelKeys: [], ...more };
}

export function spread(topologyKey: string, maxSkew: number, more: Partial<SpreadConstraint> = {}): SpreadConstraint {
  return { topologyKey, maxSkew, whenUnsatisfiable: 'DoNotSchedule', matchLabelKeys: [], ...more };
}

export const NO_OBJECTS: ClusterObjects = {
  namespaces: new Map(),
  services: [],
  replicationControllers: new Map(),
  replicaSets: new Map(),
  statefulSets: new Map(),
  controllers: [],
  podDisruptionBudgets: [],
  persistentVolumes: new Map(),
  persistentVolumeClaims: new Map(),
  storageClasses: new Map(),
  csiNodes: new Map(),
  csiDrivers: new Map(),
  csiStorageCapacities: [],
  volumeAttachments: [],
};

/** A cluster with its pods on the nodes that they name. */
export function makeCluster(
  nodes: readonly Node[],
  pods: readonly Pod[] = [],
  objects: Partial<ClusterObjects> = {},
  meaning: Semantics = semantics(),
): ClusterView {
  const cluster = new ClusterView(nodes, { ...NO_OBJECTS, ...objects }, meaning);
  for (const pod of pods) cluster.nodeByName.get(pod.nodeName)?.addPod(pod);
  return cluster;
}

/** `ok`, or the code in short (U, UU) with the reasons. */
export function say(status: Status | undefined): string {
  if (!status) return 'ok';
  return `${status.code === 'Unschedulable' ? 'U' : 'UU'} ${status.reasons.join('; ')}`;
}

/** What the rule's PreFilter and Filter say of each node; one text when PreFilter skips or refuses the whole cluster. */
export function verdicts(rule: AnyPlainRule, pod: Pod, cluster: ClusterView, args?: unknown): string | Record<string, string> {
  const prepared = rule.prepareFilter?.(pod, cluster, args);
  if (prepared?.kind === 'skip') return 'skip';
  if (prepared?.kind === 'status') return say(prepared.status);
  const state = prepared?.state;
  return perNode(cluster, (node) => say(rule.accepts?.(state, pod, node, cluster, args)));
}

export interface Rated {
  readonly raw: Record<string, number>;
  readonly normalized: Record<string, number>;
}

/** The rule's scores over the feasible nodes (default: all). */
export function rated(
  rule: AnyPlainRule,
  pod: Pod,
  cluster: ClusterView,
  args?: unknown,
  feasible: readonly NodeView[] = cluster.nodes,
): Rated | 'skip' {
  const state = rule.prepareScore?.(pod, feasible, cluster, args);
  if (state === 'skip') return 'skip';
  const raw = feasible.map((node) => rule.rate?.(state, pod, node, cluster, args) ?? Number.NaN);
  const normalized = [...raw];
  rule.normalize?.(state, normalized, feasible, cluster);
  const byName = (scores: readonly number[]) => Object.fromEntries(feasible.map((node, i) => [node.node.name, scores[i] as number]));
  return { raw: byName(raw), normalized: byName(normalized) };
}

function perNode(cluster: ClusterView, ask: (node: NodeView) => string): Record<string, string> {
  return Object.fromEntries(cluster.nodes.map((node) => [node.node.name, ask(node)]));
}
