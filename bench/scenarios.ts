import { assert } from '../src/base/assert.ts';
import type { Schedule } from '../src/model/results.ts';
import type { Snapshot } from '../src/model/snapshot.ts';
import { BATCHING } from './batching.ts';
import { buildCluster, buildGenerated, equalApps } from './clusters.ts';
import { CROWDS, SHARING } from './crowds.ts';
import { preemptors } from './preemptors.ts';

/**
 * smoke: small sizes, run by the gate, decisions compared with smoke-hashes.json. full: what `npm run bench` runs. all: also those that take
 * gigabytes. floor: those with a floor that a run must reach.
 */
export const LABELS = ['smoke', 'full', 'floor', 'all'] as const;
export type Label = (typeof LABELS)[number];

export interface Size {
  readonly nodes: number;
  readonly pods: number;
}

/** Least rates per second and greatest values. */
export interface Target {
  /** Decisions alone. */
  readonly decide?: number;
  /** Pods compiled and decided. */
  readonly total?: number;
  readonly seconds?: number;
  readonly p99Nanoseconds?: number;
  readonly coreMiB?: number;
}

/** What must be true of a run for its time to mean anything. */
export interface Expectation {
  readonly classes: number;
  readonly placed?: number;
  /** Linear memory at most. */
  readonly coreMiB?: number;
}

export interface Scenario {
  readonly name: string;
  readonly full: Size;
  /** Absent where the smoke run would only repeat another scenario. */
  readonly smoke?: Size;
  /** Takes gigabytes: only with `--label all`. */
  readonly huge?: true;
  readonly workers?: number;
  /** Bytes for class tables in smoke runs, so that tables are dropped and come back; the decisions must be those of a run that keeps all. */
  readonly smokeClassMemory?: number;
  readonly build: (size: Size) => Snapshot;
  readonly expect: (size: Size) => Expectation;
  /** Asserts that the rule the scenario is about has been at work. */
  readonly check?: (snapshot: Snapshot, schedule: Schedule) => void | Promise<void>;
  /** Shown beside the result. */
  readonly goal?: Target;
  /** A run below it fails. */
  readonly floor?: Target;
}

/** Scenarios that differ in nothing but the number of worker threads. */
export const WORKERS_PREFIX = 'build-workers-';

const MS = 1e6;
const GIB = 1024;
const SMOKE: Size = { nodes: 300, pods: 2_000 };
const FEW: Size = { nodes: 300, pods: 300 };

const oneClass = {
  build: ({ nodes, pods }) => buildCluster({ nodes, uniform: true, apps: equalApps(1, pods) }),
  expect: ({ pods }) => ({ classes: 1, placed: pods }),
} satisfies Partial<Scenario>;

const MANY_CLASSES = 64;
const manyClasses = {
  build: ({ nodes, pods }) =>
    buildCluster({ nodes, apps: equalApps(MANY_CLASSES, Math.floor(pods / MANY_CLASSES), { vary: 64 }), shuffleSeed: 64 }),
  expect: ({ pods }) => ({ classes: MANY_CLASSES, placed: Math.floor(pods / MANY_CLASSES) * MANY_CLASSES }),
} satisfies Partial<Scenario>;

/** Deployments of equal size with a Service each. */
function deployments(replicas: number): Pick<Scenario, 'build' | 'expect' | 'check'> {
  return {
    build: ({ nodes, pods }) => buildCluster({ nodes, apps: equalApps(pods / replicas, replicas, { service: true, vary: 50 }) }),
    expect: ({ pods }) => ({ classes: pods / replicas, placed: pods }),
    check: onePerNode,
  };
}

/** Deployments of 100 that state a wish; its selector is each Deployment's own label. */
function wishes(wish: (selector: object) => object, check: Scenario['check']): Pick<Scenario, 'build' | 'expect' | 'check'> {
  return {
    build: ({ nodes, pods }) => {
      const apps = equalApps(pods / 100, 100).map((app) => ({ ...app, spec: wish({ matchLabels: { app: app.name } }) }));
      return buildCluster({ nodes, apps });
    },
    expect: ({ pods }) => ({ classes: pods / 100, placed: pods }),
    ...(check ? { check } : {}),
  };
}

const HOSTNAME = 'kubernetes.io/hostname';
const zoneSpread = (labelSelector: object) => ({
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector },
  ],
});
const requiredAnti = (labelSelector: object) => ({
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: HOSTNAME, labelSelector }] } },
});
const preferredAnti = (labelSelector: object) => ({
  affinity: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: { topologyKey: HOSTNAME, labelSelector } }],
    },
  },
});

/** Every pod asks for an amount of its own. */
const unique = {
  build: ({ nodes, pods }) => {
    const apps = equalApps(pods, 1, { vary: 7 }).map((app, index) => ({ ...app, memoryBytes: index }));
    return buildCluster({ nodes, apps });
  },
  expect: ({ pods }) => ({ classes: pods, placed: pods }),
} satisfies Partial<Scenario>;

/** Every other pod asks for more than any node has. */
const unschedulable = {
  build: ({ nodes, pods }) => {
    const [fits] = equalApps(1, pods / 2);
    const large = equalApps(20, pods / 40, { milliCpu: 50_000 }).map((app, index) => ({
      ...app,
      name: `large-${index}`,
      memoryBytes: index,
    }));
    return buildCluster({ nodes, apps: [fits as (typeof large)[number], ...large], shuffleSeed: 5 });
  },
  expect: ({ pods }) => ({ classes: 21, placed: pods / 2 }),
} satisfies Partial<Scenario>;

/** What a cluster has everything of: refusals and evictions must occur, most pods must find a node. */
const mixed = {
  build: ({ nodes, pods }) => buildGenerated({ nodes, pods, boundShare: 50, priorityShare: 20, shuffle: true, seed: 9 }),
  expect: ({ pods }) => ({ classes: Math.ceil(pods / 100) }),
  check: (_snapshot, { summary, preemptions }) => {
    assert(summary.unschedulable > 0 && preemptions.length > 0, 'some pods are refused and some evict others');
    assert(summary.placed > summary.pending / 2, 'most pods find a node');
  },
} satisfies Partial<Scenario>;

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'one-class-10k',
    full: { nodes: 10_000, pods: 200_000 },
    smoke: SMOKE,
    ...oneClass,
    goal: { decide: 2_000_000, total: 300_000 },
    floor: { total: 200_000 },
  },
  {
    name: 'one-class-100k',
    full: { nodes: 100_000, pods: 400_000 },
    ...oneClass,
    goal: { decide: 1_000_000, total: 250_000 },
  },
  {
    name: '64-classes-100k',
    full: { nodes: 100_000, pods: 256_000 },
    smoke: SMOKE,
    ...manyClasses,
    goal: { decide: 300_000 },
  },
  ...SHARING,
  {
    name: 'default-spread-5k',
    full: { nodes: 5_000, pods: 50_000 },
    smoke: SMOKE,
    ...deployments(50),
    goal: { decide: 300_000, total: 120_000 },
    floor: { total: 5_000 },
  },
  {
    name: 'default-spread-10k',
    full: { nodes: 10_000, pods: 50_000 },
    ...deployments(50),
    goal: { decide: 200_000, total: 100_000 },
  },
  {
    name: 'zone-spread-5k',
    full: { nodes: 5_000, pods: 20_000 },
    smoke: SMOKE,
    ...wishes(zoneSpread, evenOverZones),
    goal: { decide: 100_000, total: 50_000 },
  },
  {
    name: 'required-anti-5k',
    full: { nodes: 5_000, pods: 20_000 },
    smoke: SMOKE,
    ...wishes(requiredAnti, onePerNode),
    goal: { decide: 100_000, total: 50_000 },
  },
  {
    name: 'preferred-anti-5k',
    full: { nodes: 5_000, pods: 20_000 },
    smoke: SMOKE,
    ...wishes(preferredAnti, onePerNode),
    goal: { decide: 100_000, total: 50_000 },
  },
  {
    name: 'unique-5k',
    full: { nodes: 5_000, pods: 20_000 },
    smoke: SMOKE,
    ...unique,
    goal: { decide: 30_000, total: 20_000 },
    floor: { total: 8_000 },
  },
  {
    name: 'unique-100k',
    full: { nodes: 100_000, pods: 2_000 },
    ...unique,
    goal: { decide: 2_000, total: 2_000 },
  },
  { name: 'unschedulable-5k', full: { nodes: 5_000, pods: 20_000 }, smoke: SMOKE, ...unschedulable },
  {
    name: 'preemption-5k',
    full: { nodes: 5_000, pods: 5_000 },
    smoke: FEW,
    ...preemptors(1),
  },
  {
    name: 'preemption-50-classes-5k',
    full: { nodes: 5_000, pods: 5_000 },
    smoke: FEW,
    ...preemptors(50),
  },
  { name: 'generated-mix', full: { nodes: 400, pods: 6_000 }, smoke: { nodes: 100, pods: 1_500 }, ...mixed },
  ...[0, 1, 2].map((workers): Scenario => {
    const full = { nodes: 20_000, pods: 1_000 };
    return { name: `${WORKERS_PREFIX}${workers}`, full, smoke: FEW, workers, ...unique };
  }),
  ...BATCHING,
  ...CROWDS,
  {
    name: 'million-pods',
    huge: true,
    full: { nodes: 100_000, pods: 1_000_000 },
    ...deployments(1_000),
    goal: { seconds: 5, coreMiB: GIB },
    floor: { coreMiB: GIB },
  },
  {
    name: 'million-nodes',
    huge: true,
    full: { nodes: 1_000_000, pods: 500 },
    ...unique,
    goal: { p99Nanoseconds: 5 * MS, coreMiB: GIB },
    floor: { coreMiB: GIB },
  },
];

/** The scenarios of a label whose name matches, in order of the table. */
export function selectScenarios(label: Label, only: RegExp): readonly Scenario[] {
  return SCENARIOS.filter((scenario) => hasLabel(scenario, label) && only.test(scenario.name));
}

function hasLabel({ smoke, huge, floor }: Scenario, label: Label): boolean {
  switch (label) {
    case 'smoke':
      return smoke !== undefined;
    case 'full':
      return !huge;
    case 'floor':
      return floor !== undefined;
    case 'all':
      return true;
  }
}

/** Apps whose pods must be, or prefer to be, on nodes of their own. */
function onePerNode(_snapshot: Snapshot, { placements }: Schedule): void {
  const seen = new Set(placements.map(({ name, node }) => `${appOf(name)} ${node}`));
  assert(seen.size === placements.length, 'no node has two pods of one app');
}

function evenOverZones(snapshot: Snapshot, { placements }: Schedule): void {
  const zones = new Map(snapshot.nodes.map(({ name, labels }) => [name, labels.get('topology.kubernetes.io/zone')]));
  const counts = new Map<string, Map<string | undefined, number>>();
  for (const { name, node } of placements) {
    const app = counts.get(appOf(name)) ?? new Map([...zones.values()].map((zone) => [zone, 0]));
    const zone = zones.get(node);
    counts.set(appOf(name), app.set(zone, (app.get(zone) ?? 0) + 1));
  }
  for (const app of counts.values())
    assert(Math.max(...app.values()) - Math.min(...app.values()) <= 1, 'no zone is two pods ahead of another');
}

function appOf(podName: string): string {
  return podName.slice(0, podName.lastIndexOf('-'));
}
