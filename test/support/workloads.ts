import { Prng } from '../../src/base/prng.ts';

/** Raw objects of a small cluster in which controllers have pods with budgets, for questions about what happens when nodes go. */
export function workloadCluster(seed: number): object[] {
  const prng = new Prng(seed);
  const zones = prng.between(1, 3);
  const nodes = Array.from({ length: prng.between(2, 7) }, (_, i) => nodeOf(`n${i}`, `z${i % zones}`, prng.between(3, 8)));
  const names = nodes.map(({ metadata }) => metadata.name);
  const free = new Map(nodes.map(({ metadata, status }) => [metadata.name, Number(status.allocatable.cpu) * 1000 - 150]));
  const items: object[] = [...nodes];
  for (let d = 0; d < prng.between(1, 5); d++) {
    const app = `app${d}`;
    const cpu = prng.pick([250, 500, 1000]);
    const spec = prng.chance(1, 4) ? apartBy(prng.pick(['kubernetes.io/hostname', 'topology.kubernetes.io/zone']), app) : {};
    const replicas = prng.between(1, 6);
    let made = 0;
    for (let i = 0; i < replicas; i++) {
      const fits = names.filter((name) => (free.get(name) as number) >= cpu);
      const on = fits.length > 0 ? prng.pick(fits) : undefined;
      if (on === undefined) break;
      free.set(on, (free.get(on) as number) - cpu);
      items.push(podOf(`${app}-${i}`, { app }, cpu, on, { kind: 'ReplicaSet', name: app }, spec));
      made++;
    }
    items.push({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: app },
      spec: { replicas: made, selector: { matchLabels: { app } } },
    });
    if (prng.chance(2, 3))
      items.push(
        budgetOf(
          app,
          prng.pick([{ minAvailable: prng.between(0, made) }, { maxUnavailable: prng.between(0, 2) }, { maxUnavailable: '50%' }]),
        ),
      );
  }
  if (prng.chance(1, 2))
    for (const name of names) items.push(podOf(`agent-${name}`, { app: 'agent' }, 50, name, { kind: 'DaemonSet', name: 'agent' }));
  if (prng.chance(1, 3)) items.push(podOf('bare', {}, 100, prng.pick(names)));
  return items;
}

function nodeOf(name: string, zone: string, cpu: number) {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': zone } },
    status: { allocatable: { cpu: String(cpu), memory: '64Gi', pods: '110' } },
  };
}

function podOf(
  name: string,
  labels: object,
  milliCpu: number,
  nodeName: string,
  owner?: { readonly kind: string; readonly name: string },
  spec: object = {},
) {
  const ownerReferences = owner ? [{ apiVersion: 'apps/v1', ...owner, uid: '', controller: true }] : [];
  const containers = [{ name: 'c', image: 'i', resources: { requests: { cpu: `${milliCpu}m` } } }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels, ownerReferences },
    spec: { ...spec, nodeName, containers },
    status: { phase: 'Running' },
  };
}

function apartBy(topologyKey: string, app: string) {
  const term = { topologyKey, labelSelector: { matchLabels: { app } } };
  return { affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 50, podAffinityTerm: term }] } } };
}

function budgetOf(app: string, spec: object) {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: app },
    spec: { selector: { matchLabels: { app } }, ...spec },
  };
}
