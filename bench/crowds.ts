/** Pods of many classes in random order, so that between two pods of one class there are many of others. */
import { buildCluster, equalApps } from './clusters.ts';
import type { Scenario } from './scenarios.ts';

const GIB = 1024;
const REPLICAS = 5;
const full = { nodes: 10_000, pods: 10_000 * REPLICAS };
const smoke = { nodes: 300, pods: 1_000 };

/** More classes alive than memory holds tables for, so that each class is gone and comes back. */
function crowd(name: string, service: boolean): Scenario {
  return {
    name,
    huge: true,
    full,
    smoke,
    // Room for a few classes only, as 10,000 nodes leave room for a part of 10,000 classes.
    smokeClassMemory: 40_000,
    build: ({ nodes, pods }) => {
      const apps = equalApps(pods / REPLICAS, REPLICAS, { service, vary: 10 }).map((app, memoryBytes) => ({ ...app, memoryBytes }));
      return buildCluster({ nodes, apps, shuffleSeed: 10 });
    },
    expect: ({ pods }) => ({ classes: pods / REPLICAS, placed: pods, coreMiB: GIB }),
    goal: { coreMiB: GIB },
  };
}

/** With Services the pods of each class are spread, so that a class needs its tables from the first pod on. */
export const CROWDS: readonly Scenario[] = [crowd('10k-classes-10k', false), crowd('10k-services-10k', true)];

/** Deployments that differ in name and Service, and ask for one of ten things. */
function sharing(name: string, service: boolean): Scenario {
  return {
    name,
    full: { nodes: 10_000, pods: 50_000 },
    smoke: { nodes: 300, pods: 2_000 },
    build: ({ nodes, pods }) => {
      const apps = equalApps(SHARERS, pods / SHARERS, { service }).map((app, i) => ({ ...app, milliCpu: 100 + 50 * (i % 10) }));
      return buildCluster({ nodes, apps, shuffleSeed: 3 });
    },
    expect: ({ pods }) => ({ classes: SHARERS, placed: pods }),
  };
}
const SHARERS = 1_000;

export const SHARING: readonly Scenario[] = [sharing('sharing-10k', false), sharing('sharing-services-10k', true)];
