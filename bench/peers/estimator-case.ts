/** The case of the cluster autoscaler's BenchmarkBinpackingEstimate (cluster-autoscaler/estimator/binpacking_estimator_test.go). */
import { resolveOptions } from '../../src/engine/options.ts';
import type { Pod } from '../../src/model/pod.ts';
import { buildSnapshot, type Raw } from '../clusters.ts';
import type { EstimateOptions } from './estimator.ts';

/** What upstream's benchmark asserts. */
export const EXPECTED = { nodes: 2595, scheduled: 51_000 };

/** 50,000 pods of 50m and 1,000 of 95m onto nodes of 1,000m with at most 100 pods, 3,000 nodes at most. */
export function estimatorCase(): { pods: readonly Pod[]; options: EstimateOptions } {
  const { nodes, pods, objects } = buildSnapshot(raws());
  return { pods, options: { template: nodes[0] as (typeof nodes)[number], objects, settings: resolveOptions(), nodesMax: 3000 } };
}

function* raws(): Generator<Raw> {
  yield rawTemplate({ cpu: '1000m', memory: '5000Mi', pods: '100' });
  for (let i = 0; i < 50_000; i++) yield rawPod(`small-${i}`, '50m', '100');
  for (let i = 0; i < 1000; i++) yield rawPod(`large-${i}`, '95m', '190');
}

export function rawTemplate(amounts: Readonly<Record<string, string>>): Raw {
  const labels = { 'kubernetes.io/hostname': 'template', 'topology.kubernetes.io/zone': 'zone-mars' };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: 'template', labels }, status: { capacity: amounts, allocatable: amounts } };
}

export function rawPod(name: string, cpu: string, memory: string, hostPort?: number): Raw {
  const ports = hostPort === undefined ? {} : { ports: [{ containerPort: hostPort, hostPort }] };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'universe', labels: { app: 'estimatee' } },
    spec: {
      schedulerName: 'default-scheduler',
      containers: [{ name: 'app', image: 'app', resources: { requests: { cpu, memory } }, ...ports }],
    },
  };
}
