import { assert } from '../src/base/assert.ts';
import { buildCluster, equalApps } from './clusters.ts';
import type { Scenario } from './scenarios.ts';

/**
 * Nodes are full of pods of little priority, ten on each; every pending pod evicts some of them and is placed where they were. Requests of
 * `count` classes differ, and so do those of a node's pods.
 */
export function preemptors(count: number): Pick<Scenario, 'build' | 'expect' | 'check' | 'goal' | 'floor'> {
  const least = { total: 2_000 };
  return {
    goal: least,
    floor: least,
    build: ({ nodes, pods }) => {
      const running = equalApps(10, nodes).map((app, i) => ({
        ...app,
        name: `low-${i}`,
        milliCpu: 355 + 10 * i,
        spec: { priority: i % 3 },
      }));
      const apps = equalApps(count, pods / count).map((app, i) => ({ ...app, milliCpu: 1000 + 10 * i, spec: { priority: 1000 } }));
      return buildCluster({ nodes, uniform: true, apps, everywhere: running, shuffleSeed: 11 });
    },
    expect: ({ pods }) => ({ classes: count, placed: pods }),
    check: (_snapshot, { summary, preemptions }) => {
      assert(preemptions.length === summary.pending, 'every pod preempts once');
      assert(
        preemptions.every(({ victims }) => victims.length > 0),
        'every preemption has victims',
      );
    },
  };
}
