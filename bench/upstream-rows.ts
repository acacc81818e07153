import { equalApps, type Raw, rawCluster, rawGenerated } from './clusters.ts';

/** One kind of work for kube-scheduler and Plimsoll, on clusters of several sizes. */
export interface Work {
  readonly name: string;
  /** In words, for the table. */
  readonly title: string;
  /** Every object of the cluster. Nothing in it may make a pod evict others: evictions are the API server's. */
  readonly objects: (nodes: number, pods: number) => Iterable<Raw>;
}

export const SIZES = [1_000, 5_000, 10_000] as const;
export const PODS = 1_000;
export const QUICK_NODES = 1_000;
export const QUICK_PODS = 200;

const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
const DEPLOYMENTS = 20;
/** Waiting pods that are drawn for one that is needed. */
const SURPLUS = 1.5;

/** Deployments of equal size whose pods have a wish about pods of their own. */
function deployments(wish: (labelSelector: object) => object, service = false): Work['objects'] {
  return (nodes, pods) => {
    const apps = equalApps(DEPLOYMENTS, pods / DEPLOYMENTS, { vary: 50, service });
    return rawCluster({ nodes, apps: apps.map((app) => ({ ...app, spec: wish({ matchLabels: { app: app.name } }) })) });
  };
}

export const WORKS: readonly Work[] = [
  {
    name: 'basic',
    title: 'basic: no Services, no wishes',
    objects: deployments(() => ({})),
  },
  {
    name: 'default-spread',
    title: 'default spreading (Services)',
    objects: deployments(() => ({}), true),
  },
  {
    name: 'zone-spread',
    title: 'zone spread, DoNotSchedule',
    objects: deployments((labelSelector) => ({
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule', labelSelector }],
    })),
  },
  {
    name: 'required-anti',
    title: 'required anti-affinity, hostname',
    objects: deployments((labelSelector) => ({
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: HOSTNAME, labelSelector }] } },
    })),
  },
  {
    name: 'preferred-affinity',
    title: 'preferred affinity (zone) and anti-affinity (hostname)',
    objects: deployments((labelSelector) => ({
      affinity: { podAffinity: preferred(50, ZONE, labelSelector), podAntiAffinity: preferred(100, HOSTNAME, labelSelector) },
    })),
  },
  {
    name: 'mixed',
    title: 'mixed: a generated cluster in use',
    // Nine in ten run already; one priority, so that nobody evicts. Who runs is drawn, so that there are more waiting pods than needed at first.
    objects: (nodes, pods) => {
      const all = Math.ceil(pods * 10 * SURPLUS);
      const options = { nodes, pods: all, boundShare: 90, priorityShare: 0, shuffle: true, seed: 9 };
      return withWaiting(rawGenerated(options), pods);
    },
  },
];

function preferred(weight: number, topologyKey: string, labelSelector: object): object {
  return { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm: { topologyKey, labelSelector } }] };
}

/** The objects without the waiting pods that are too many. */
function* withWaiting(objects: Iterable<Raw>, pods: number): Generator<Raw> {
  let left = pods;
  for (const raw of objects) if (raw.kind !== 'Pod' || (raw.spec as { nodeName?: string }).nodeName || left-- > 0) yield raw;
}
