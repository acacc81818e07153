import { readFileSync } from 'node:fs';
import { resolveProfiles } from '../../src/engine/profile.ts';
import type { ResolvedProfile } from '../../src/engine/resolved-profile.ts';
import { readSnapshot } from '../../src/index.ts';
import { GATE_DEFAULTS } from '../../src/model/gates.ts';
import type { Pod } from '../../src/model/pod.ts';
import type { AnyPlainRule, Status } from '../../src/rules/rule.ts';
import { ClusterView } from '../../src/rules/view.ts';
import type { RawItem } from './fleets.ts';

type Code = 'Unschedulable' | 'UnschedulableAndUnresolvable' | 'Success';

interface RawNode {
  readonly name: string;
  readonly labels?: RawItem;
  readonly allocatable?: RawItem;
}

interface RawPod {
  readonly name: string;
  readonly labels?: RawItem;
  readonly deletionTimestamp?: string;
  readonly spec?: { readonly containers?: readonly RawItem[] } & RawItem;
  readonly status?: RawItem;
}

/** One case of preemption-cases.jsonl. */
export interface UpstreamCase {
  readonly id: string;
  readonly name: string;
  readonly point: 'postFilter' | 'dryRun' | 'selectCandidate' | 'eligible' | 'preempt' | 'nodesWherePreemptionMightHelp';
  readonly nodes?: readonly RawNode[];
  readonly pods?: readonly RawPod[];
  readonly pod?: RawPod;
  readonly testPods?: readonly RawPod[];
  readonly budgets?: readonly { readonly selector?: RawItem; readonly status: RawItem }[];
  readonly plugins?: readonly string[];
  readonly args?: RawItem;
  readonly filteredNodesStatuses?: Readonly<Record<string, Code>>;
  readonly nominatedNodeStatus?: Code;
  readonly offsets?: readonly number[];
  readonly fakeFilterReturnCode?: Code;
  readonly expected: unknown;
}

/** [node or '', priority, cpu, memory, 'app/tier', minute of the start or null, more]. */
type RecordedPod = readonly [string, number, string, string, string, number | null, RecordedExtras?];

interface RecordedExtras {
  readonly port?: number;
  readonly anti?: readonly [topologyKey: string, label: string, value: string];
  readonly spread?: string;
  readonly leaving?: boolean;
  readonly nominated?: string;
}

export interface RecordedAnswer {
  readonly placed?: boolean;
  readonly statuses: Readonly<Record<string, 'U' | 'UU'>>;
  readonly candidates?: readonly (readonly [node: string, violations: number, victims: readonly string[]])[];
  readonly message?: string;
}

/** One cluster of preemption-recorded.jsonl. */
export interface RecordedCluster {
  readonly id: number;
  readonly nodes: Readonly<Record<string, readonly [cpu: string, memory: string, pods: string, zone: string]>>;
  readonly pods: Readonly<Record<string, RecordedPod>>;
  readonly budgets: readonly (readonly [selector: RawItem, allowed: number, disrupted?: string])[];
  readonly expected: Readonly<Record<string, RecordedAnswer>>;
}

export const upstreamCases: readonly UpstreamCase[] = readFacts('preemption-cases.jsonl');
export const recordedClusters: readonly RecordedCluster[] = readFacts('preemption-recorded.jsonl');

/** The lines of a file of facts beside the tests of the engine; the first line says where they come from. */
export function readFacts<Fact>(name: string): readonly Fact[] {
  const text = readFileSync(new URL(`../engine/${name}`, import.meta.url), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line): Fact => JSON.parse(line));
}

export interface Stage {
  readonly cluster: ClusterView;
  readonly pods: ReadonlyMap<string, Pod>;
}

const SEMANTICS = { kubeVersion: '1.36', gates: GATE_DEFAULTS } as const;

async function stageOf(items: readonly RawItem[]): Promise<Stage> {
  const list = { apiVersion: 'v1', kind: 'List', items };
  const snapshot = await readSnapshot(list, { defaults: false });
  const cluster = ClusterView.of(snapshot, SEMANTICS);
  for (const pod of snapshot.pods) {
    if (pod.nodeName !== '' || pod.nominatedNodeName === '') continue;
    cluster.nominated.set(pod.nominatedNodeName, [...(cluster.nominated.get(pod.nominatedNodeName) ?? []), pod]);
  }
  return { cluster, pods: new Map(snapshot.pods.map((pod) => [pod.name, pod])) };
}

export function stageOfCase({ nodes, pods, pod, testPods, budgets }: UpstreamCase): Promise<Stage> {
  const items: RawItem[] = (nodes ?? []).map(({ name, labels, allocatable }) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, ...(labels ? { labels } : {}) },
    ...(allocatable ? { status: { allocatable } } : {}),
  }));
  for (const raw of [...(pods ?? []), ...(pod ? [pod] : []), ...(testPods ?? [])]) items.push(rawPod(raw));
  for (const [index, { selector, status }] of (budgets ?? []).entries()) {
    const spec = selector ? { selector } : {};
    items.push({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: `budget-${index}`, namespace: 'default' },
      spec,
      status,
    });
  }
  return stageOf(items);
}

function rawPod({ name, labels, deletionTimestamp, spec = {}, status }: RawPod): RawItem {
  const containers = (spec.containers ?? [{}]).map((container, index) => ({ name: `c${index}`, image: 'x', ...container }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: name, ...(labels ? { labels } : {}), ...(deletionTimestamp ? { deletionTimestamp } : {}) },
    spec: { schedulerName: 'default-scheduler', ...spec, containers },
    ...(status ? { status } : {}),
  };
}

export function stageOfRecorded({ nodes, pods, budgets }: RecordedCluster): Promise<Stage> {
  const items: RawItem[] = Object.entries(nodes).map(([name, [cpu, memory, slots, zone]]) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': zone } },
    status: { allocatable: { cpu, memory, pods: slots } },
  }));
  for (const [name, pod] of Object.entries(pods)) items.push(recordedPod(name, pod));
  for (const [index, [matchLabels, disruptionsAllowed, disrupted]] of budgets.entries()) {
    const status = { disruptionsAllowed, ...(disrupted ? { disruptedPods: { [disrupted]: '2026-01-03T00:00:00Z' } } : {}) };
    const metadata = { name: `budget-${index}`, namespace: 'default' };
    items.push({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec: { selector: { matchLabels } }, status });
  }
  return stageOf(items);
}

function recordedPod(name: string, [node, priority, cpu, memory, text, started, more = {}]: RecordedPod): RawItem {
  const [app, tier] = text.split('/') as [string, string];
  const ports = more.port === undefined ? [] : [{ containerPort: 80, hostPort: more.port, protocol: 'TCP' }];
  const spec: Record<string, RawItem[string]> = { priority, containers: [{ resources: { requests: { cpu, memory } }, ports }] };
  if (node !== '') spec.nodeName = node;
  if (more.anti) {
    const [topologyKey, key, value] = more.anti;
    const term = { topologyKey, labelSelector: { matchLabels: { [key]: value } } };
    spec.affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
  }
  if (more.spread) {
    const labelSelector = { matchLabels: { tier: 'b' } };
    spec.topologySpreadConstraints = [{ maxSkew: 1, topologyKey: more.spread, whenUnsatisfiable: 'DoNotSchedule', labelSelector }];
  }
  const status = {
    ...(started === null ? {} : { startTime: `2026-01-01T00:${String(started).padStart(2, '0')}:00Z` }),
    ...(more.nominated ? { nominatedNodeName: more.nominated } : {}),
  };
  return rawPod({ name, labels: { app, tier }, spec, status, ...(more.leaving ? { deletionTimestamp: '2026-01-03T00:00:00Z' } : {}) });
}

/** The filters that upstream's tests of preemption use beside real plugins. */
const FAKE_FILTERS: Readonly<Record<string, AnyPlainRule>> = {
  TrueFilter: { name: 'TrueFilter' },
  FalseFilter: { name: 'FalseFilter', accepts: () => ({ code: 'Unschedulable', reasons: ['fake'] }) },
  MatchFilter: {
    name: 'MatchFilter',
    accepts: (_state, pod, { node }): Status | undefined =>
      pod.name === node.name ? undefined : { code: 'Unschedulable', reasons: ['fake'] },
  },
};

/** The default profile, or one with these filters alone. */
export function profileOf(plugins?: readonly string[], preemptionArgs?: RawItem): ResolvedProfile {
  const real = (plugins ?? []).filter((name) => !(name in FAKE_FILTERS));
  const enabled = ['PrioritySort', ...real, 'DefaultPreemption', 'DefaultBinder'].map((name) => ({ name }));
  const profile = {
    schedulerName: 'default-scheduler',
    ...(plugins ? { plugins: { multiPoint: { disabled: [{ name: '*' }], enabled } } } : {}),
    ...(preemptionArgs ? { pluginConfig: [{ name: 'DefaultPreemption', args: preemptionArgs }] } : {}),
  };
  const config = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration', profiles: [profile] };
  const [resolved] = resolveProfiles(config, SEMANTICS).profiles as [ResolvedProfile];
  const fakes = (plugins ?? []).flatMap((name) =>
    name in FAKE_FILTERS ? [{ rule: FAKE_FILTERS[name] as AnyPlainRule, args: undefined }] : [],
  );
  return { ...resolved, filter: [...resolved.filter, ...fakes] };
}
