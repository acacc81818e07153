/** More classes alive than memory holds tables for: pods of 10,000 classes in random order, so that each class is gone and comes back. */
import { buildCluster, equalApps } from './clusters.ts';
import type { Scenario } from './scenarios.ts';

const GIB = 1024;
const REPLICAS = 5;
const full = { nodes: 10_000, pods: 10_000 * REPLICAS };
const smoke = { nodes: 300, pods: 1_000 };

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
