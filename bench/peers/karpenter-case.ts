/**
 * The workload of Karpenter's scheduling benchmark (kubernetes-sigs/karpenter, pkg/controllers/provisioning/scheduling/scheduling_benchmark_test.go,
 * makeDiversePods, and 400 types of pkg/cloudprovider/fake): a fifth each of plain pods, pods spread over zones, pods spread over nodes, pods
 * that want the zone of their like, and pods that keep off nodes of their like. Requests and labels are drawn from the same lists, with another generator.
 */
import { Prng } from '../../src/base/prng.ts';
import type { Catalogue } from '../../src/model/catalogue.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { typeOfDraft } from '../../src/sources/catalogue-draft.ts';
import { readJsonCatalogue } from '../../src/sources/catalogue-json.ts';
import { buildSnapshot, type Raw } from '../clusters.ts';

export const KINDS = ['plain', 'zone-spread', 'host-spread', 'zone-affinity', 'host-anti-affinity'] as const;
export type Kind = (typeof KINDS)[number];

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const VALUES = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const MILLI_CPUS = [100, 250, 500, 1000, 1500];
const MEBIBYTES = [100, 256, 512, 1024, 2048, 4096];
export const ZONES = ['test-zone-1', 'test-zone-2', 'test-zone-3'];

/** `count` pods, as many of each kind. */
export function karpenterPods(count: number, kinds: readonly Kind[] = KINDS): Snapshot {
  return buildSnapshot(rawPods(count, kinds));
}

function* rawPods(count: number, kinds: readonly Kind[]): Generator<Raw> {
  const prng = new Prng(42);
  for (const kind of kinds)
    for (let i = 0; i < count / kinds.length; i++) {
      const requests = { cpu: `${prng.pick(MILLI_CPUS)}m`, memory: `${prng.pick(MEBIBYTES)}Mi` };
      const { labels, ...rules } = rulesOf(kind, prng);
      yield {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `${kind}-${i}`, namespace: 'default', labels },
        spec: { schedulerName: 'default-scheduler', containers: [{ name: 'app', image: 'app', resources: { requests } }], ...rules },
      };
    }
}

function rulesOf(kind: Kind, prng: Prng): { readonly labels: Readonly<Record<string, string>> } & Raw {
  const drawn = (key: string) => ({ [key]: prng.pick(VALUES) });
  switch (kind) {
    case 'plain':
      return { labels: drawn('my-label') };
    case 'zone-spread':
    case 'host-spread': {
      const spread = { maxSkew: 1, topologyKey: kind === 'zone-spread' ? ZONE : HOST, whenUnsatisfiable: 'DoNotSchedule' };
      return { labels: drawn('my-label'), topologySpreadConstraints: [{ ...spread, labelSelector: { matchLabels: drawn('my-label') } }] };
    }
    case 'zone-affinity': {
      const labels = drawn('my-affininity');
      return { labels, affinity: { podAffinity: required(labels, ZONE) } };
    }
    case 'host-anti-affinity': {
      const labels = { app: 'nginx' };
      return { labels, affinity: { podAntiAffinity: required(labels, HOST) } };
    }
  }
}

function required(matchLabels: Readonly<Record<string, string>>, topologyKey: string): Raw {
  return { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: { matchLabels }, topologyKey }] };
}

/** Type i has i + 1 CPUs, twice as many GiB, and ten times as many pods; 100m and 10Mi of each are reserved. */
export function karpenterCatalogue(types = 400): Catalogue {
  const rows = Array.from({ length: types }, (_, i) => {
    const gib = (i + 1) * 2;
    const price = (0.1 * (i + 1) + (0.1 * gib * 2 ** 30) / 1e9).toFixed(9);
    const reserved = { cpu: '100m', memory: '10Mi' };
    return { type: `fake-it-${i}`, cpu: `${i + 1}`, memory: `${gib}Gi`, pods: `${(i + 1) * 10}`, reserved, zones: ZONES, price };
  });
  const { drafts } = readJsonCatalogue({ currency: 'USD', types: rows });
  return { currency: 'USD', types: drafts.map(typeOfDraft) };
}
