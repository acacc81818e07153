/** What is measured over what: one cluster for each point. */
import type { Snapshot } from '../../src/model/snapshot.ts';
import { type App, buildCluster, equalApps } from '../clusters.ts';

export const AXES = ['nodes', 'pods', 'classes', 'domains'] as const;
export type Axis = (typeof AXES)[number];

export interface Series {
  readonly name: string;
  readonly title: string;
  readonly axis: Axis;
  readonly xs: readonly number[];
  /** The exponent is fitted over points from here on: below, what does not grow hides what does. */
  readonly fitFrom: number;
  readonly fitTo?: number;
  /** What the exponent says. */
  readonly meaning: string;
  readonly build: (x: number) => Snapshot;
}

/** Half decades. */
const THOUSAND_TO_MILLION = [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000];
const NODES = 10_000;
const UNIQUE_PODS = 500;

function varied(count: number, replicas: number, more: Partial<App> = {}): App[] {
  return equalApps(count, replicas, { vary: 5, ...more }).map((app, memoryBytes) => ({ ...app, memoryBytes }));
}

function spreadOver(key: string): (app: App) => App {
  return (app) => {
    const constraint = {
      maxSkew: 1,
      topologyKey: key,
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { app: app.name } },
    };
    return { ...app, spec: { topologySpreadConstraints: [constraint] } };
  };
}

export const SERIES: readonly Series[] = [
  {
    name: 'nodes-one-class',
    title: 'equal pods',
    axis: 'nodes',
    xs: THOUSAND_TO_MILLION,
    fitFrom: 10_000,
    meaning:
      'time of a decision over nodes: one table, one changed row, a tree of maxima; what grows is the first filling, shared by 40,000 pods',
    build: (nodes) => buildCluster({ nodes, uniform: true, apps: equalApps(1, 40_000) }),
  },
  {
    name: 'nodes-16-classes',
    title: '16 classes in random order',
    axis: 'nodes',
    xs: THOUSAND_TO_MILLION,
    fitFrom: 10_000,
    meaning:
      'time of a decision over nodes: 16 tables, each of which redoes the rows that changed since it was used; 40,000 pods share their filling',
    build: (nodes) => buildCluster({ nodes, apps: equalApps(16, 2500, { vary: 64 }), shuffleSeed: 16 }),
  },
  {
    name: 'nodes-unique',
    title: 'every pod unique',
    axis: 'nodes',
    xs: THOUSAND_TO_MILLION,
    fitFrom: 10_000,
    meaning: 'time of a decision over nodes where no pod can use what another has left: a pass over bounds of all nodes',
    build: (nodes) => buildCluster({ nodes, apps: varied(UNIQUE_PODS, 1) }),
  },
  {
    name: 'pods',
    title: 'Deployments of 100 with Services, 100,000 nodes',
    axis: 'pods',
    xs: THOUSAND_TO_MILLION,
    fitFrom: 10_000,
    meaning: 'time of a decision over how many are made; 0 says that the last pod costs as much as the first',
    build: (pods) => buildCluster({ nodes: 100_000, apps: equalApps(pods / 100, 100, { service: true, vary: 50 }) }),
  },
  {
    name: 'classes',
    title: '50,000 pods in random order, 10,000 nodes',
    axis: 'classes',
    xs: [1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000],
    fitFrom: 10,
    fitTo: 1_000,
    meaning:
      'time of a decision over live classes that all ask for different things: a class redoes the rows that changed since its last pod, which are as many as there are classes; from one node in 8 on, here from 1,250 classes, all rows are redone at once, and the growth ends',
    build: (classes) => buildCluster({ nodes: NODES, apps: varied(classes, Math.floor(50_000 / classes)), shuffleSeed: 3 }),
  },
  {
    name: 'domains-zones',
    title: 'hard spread over zones, 10,000 nodes',
    axis: 'domains',
    xs: [3, 10, 30, 100, 300, 1_000, 3_000],
    fitFrom: 3,
    fitTo: 300,
    meaning:
      'time of a decision over domains while the group index serves: one look at each group of nodes; with more than 512 domains, or fewer than some 30 nodes in each, all nodes are scanned',
    build: (zones) => buildCluster({ nodes: NODES, zones, apps: equalApps(50, 100).map(spreadOver('topology.kubernetes.io/zone')) }),
  },
];

export const FIGURES: readonly { readonly axis: Axis; readonly title: string }[] = [
  { axis: 'nodes', title: 'Time of a decision over nodes' },
  { axis: 'pods', title: 'Time of a decision over pods' },
  { axis: 'classes', title: 'Time of a decision over live classes' },
  { axis: 'domains', title: 'Time of a decision over topology domains' },
];
