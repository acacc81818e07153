import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { PlimsollError } from '../../src/base/errors.ts';
import { generate, generateCluster } from '../../src/sources/generate.ts';
import { nameSuffix } from '../../src/sources/generate-objects.ts';
import { GENERATE_OPTIONS, type GenerateOptions } from '../../src/sources/generate-options.ts';
import { readSnapshot } from '../../src/sources/read-snapshot.ts';

interface Raw {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
    readonly ownerReferences?: { readonly name: string }[];
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly taints?: { readonly key: string; readonly effect: string }[];
    readonly tolerations?: { readonly key: string }[];
    readonly selector?: Record<string, string>;
    readonly affinity?: object;
    readonly topologySpreadConstraints?: object[];
    readonly containers?: { readonly resources: { readonly requests: Record<string, string> } }[];
  };
  readonly status: { readonly allocatable: Record<string, string>; readonly phase?: string };
}

const read = (options: GenerateOptions): Raw[] => JSON.parse([...generate(options)].join('')).items;
const ofKind = (items: readonly Raw[], kind: string) => items.filter((item) => item.kind === kind);
const sha256 = (options: GenerateOptions) =>
  createHash('sha256')
    .update([...generate(options)].join(''))
    .digest('hex');

describe('generate', () => {
  test('the same seed and options give the same bytes, on every machine and for ever', () => {
    const options = { nodes: 40, pods: 300, seed: 7, boundShare: 40, imageShare: 20 };
    expect(sha256(options)).toBe('1d9146ca44b5b7b8dde8323586f0e5f4e88fe48810c873be0256d4fefcc1ef1e');
    expect(sha256({ ...options, seed: 8 })).not.toBe(sha256(options));
  });

  test('one List in chunks, with exactly the asked numbers of nodes and pods', () => {
    const chunks = [...generate({ nodes: 1000, pods: 2000 })];
    expect(chunks.length).toBeGreaterThan(10);
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThan(80_000);
    const list = JSON.parse(chunks.join(''));
    expect([list.apiVersion, list.kind]).toEqual(['v1', 'List']);
    const count = (kind: string) => ofKind(list.items, kind).length;
    expect([count('Node'), count('Pod'), count('Deployment'), count('ReplicaSet'), count('Service')]).toEqual([1000, 2000, 20, 20, 20]);
  });

  test('by default a thousand Deployments of a hundred pods each for 100,000 pods', () => {
    const { settings } = generateCluster({ nodes: 10_000, pods: 100_000 });
    expect(settings.deployments).toBe(1000);
  });

  test('uneven numbers: sizes differ by at most one, every pod is owned by a ReplicaSet that selects it', () => {
    const items = read({ nodes: 3, pods: 107, deployments: 10 });
    const owned = new Map<string, number>();
    for (const pod of ofKind(items, 'Pod')) {
      const owner = pod.metadata.ownerReferences?.[0]?.name ?? '';
      owned.set(owner, (owned.get(owner) ?? 0) + 1);
      expect(pod.metadata.name.startsWith(`${owner}-`)).toBe(true);
    }
    expect([...owned.values()].sort()).toEqual([10, 10, 10, 11, 11, 11, 11, 11, 11, 11]);
    expect(new Set(ofKind(items, 'ReplicaSet').map((set) => set.metadata.name))).toEqual(new Set(owned.keys()));
    const keys = ofKind(items, 'Pod').map((pod) => `${pod.metadata.namespace}/${pod.metadata.name}`);
    expect(new Set(keys).size).toBe(107);
    const namespaces = new Set(ofKind(items, 'Namespace').map((namespace) => namespace.metadata.name));
    expect(ofKind(items, 'Pod').every((pod) => namespaces.has(pod.metadata.namespace ?? ''))).toBe(true);
  });

  test('node names sort in row order', () => {
    const names = ofKind(read({ nodes: 101, pods: 0 }), 'Node').map((node) => node.metadata.name);
    expect([...names].sort()).toEqual(names);
  });

  test('bound pods fit on their nodes and tolerate their taints', () => {
    const items = read({ nodes: 20, pods: 1500, boundShare: 90, gpuShare: 10, taintShare: 30 });
    const nodes = new Map(ofKind(items, 'Node').map((node) => [node.metadata.name, node]));
    const used = new Map<string, { cpu: number; memory: number; gpu: number; pods: number }>();
    for (const pod of ofKind(items, 'Pod')) {
      if (pod.spec.nodeName === undefined) continue;
      const node = nodes.get(pod.spec.nodeName) as Raw;
      const sum = used.get(pod.spec.nodeName) ?? { cpu: 0, memory: 0, gpu: 0, pods: 0 };
      const requests = pod.spec.containers?.[0]?.resources.requests ?? {};
      sum.cpu += Number.parseInt(requests.cpu as string, 10);
      sum.memory += Number.parseInt(requests.memory as string, 10) * 1024;
      sum.gpu += Number(requests['nvidia.com/gpu'] ?? 0);
      sum.pods++;
      used.set(pod.spec.nodeName, sum);
      for (const taint of node.spec.taints ?? []) {
        if (taint.effect === 'NoSchedule') expect(pod.spec.tolerations?.some((toleration) => toleration.key === taint.key)).toBe(true);
      }
    }
    expect([...used.values()].reduce((sum, { pods }) => sum + pods, 0)).toBeGreaterThan(100);
    for (const [name, sum] of used) {
      const { allocatable } = (nodes.get(name) as Raw).status;
      expect(sum.cpu).toBeLessThanOrEqual(Number.parseInt(allocatable.cpu as string, 10));
      expect(sum.memory).toBeLessThanOrEqual(Number.parseInt(allocatable.memory as string, 10));
      expect(sum.gpu).toBeLessThanOrEqual(Number(allocatable['nvidia.com/gpu'] ?? 0));
      expect(sum.pods).toBeLessThanOrEqual(Number(allocatable.pods));
    }
  });

  test('is what an API server would store: reading it with defaults adds nothing', async () => {
    const shares = {
      taintShare: 30,
      gpuShare: 10,
      tolerationShare: 30,
      nodeAffinityShare: 30,
      podAffinityShare: 30,
      antiAffinityShare: 30,
    };
    const options = {
      nodes: 30,
      pods: 300,
      deployments: 60,
      boundShare: 30,
      spreadShare: 30,
      priorityShare: 40,
      budgetShare: 50,
      ...shares,
    };
    const list = JSON.parse([...generate(options)].join(''));
    const [stored, defaulted] = [await readSnapshot(list, { defaults: false }), await readSnapshot(list, { defaults: true })];
    expect(defaulted.pods.length).toBe(300);
    expect(defaulted).toEqual(stored);
    expect(defaulted.notModelled).toEqual([]);
  });

  test('shares of 0 leave a feature out and of 100 give it to all', () => {
    const none = { taintShare: 0, gpuShare: 0, imageShare: 0, tolerationShare: 0, nodeAffinityShare: 0, podAffinityShare: 0 };
    const rest = { antiAffinityShare: 0, spreadShare: 0, priorityShare: 0, budgetShare: 0 };
    const plain = read({ nodes: 10, pods: 50, deployments: 10, withServices: false, ...none, ...rest });
    expect(new Set(plain.map((item) => item.kind))).toEqual(new Set(['Namespace', 'Deployment', 'ReplicaSet', 'Node', 'Pod']));
    expect(ofKind(plain, 'Pod').some((pod) => pod.spec.affinity || pod.spec.topologySpreadConstraints)).toBe(false);
    const all = read({ nodes: 10, pods: 50, deployments: 10, antiAffinityShare: 100, spreadShare: 100, taintShare: 100, budgetShare: 100 });
    expect(ofKind(all, 'Pod').every((pod) => pod.spec.affinity && pod.spec.topologySpreadConstraints)).toBe(true);
    expect(ofKind(all, 'Node').every((node) => (node.spec.taints ?? []).length > 0)).toBe(true);
    expect(ofKind(all, 'PodDisruptionBudget').length).toBe(10);
  });

  test('shuffling changes the order of the pods and nothing else but their creation times', () => {
    const names = (shuffle: boolean) => ofKind(read({ nodes: 5, pods: 200, shuffle }), 'Pod').map((pod) => pod.metadata.name);
    expect(names(true)).not.toEqual(names(false));
    expect(names(true).sort()).toEqual(names(false).sort());
  });

  test('the raw iterators yield the objects of the text, any number of times', () => {
    const cluster = generateCluster({ nodes: 7, pods: 30, boundShare: 50 });
    const raw = () => [...cluster.objects(), ...cluster.nodes(), ...cluster.pods()];
    expect(raw()).toEqual(read({ nodes: 7, pods: 30, boundShare: 50 }));
    expect(raw()).toEqual(raw());
  });

  test.each([
    [{ nodes: -1 }, 'USAGE: nodes: must be a whole number from 0 to 5000000, got "-1"'],
    [{ zones: 0 }, 'zones: must be a whole number from 1 to 1000'],
    [{ boundShare: 101 }, 'boundShare: must be a whole number from 0 to 100'],
    [{ pods: 1.5 }, 'pods: must be a whole number'],
    [{ withServices: 1 }, 'withServices: must be true or false'],
    [{ nodez: 1 }, "unknown generator option 'nodez'"],
  ])('refuses %j', (options, message) => {
    const run = () => generateCluster(options as GenerateOptions);
    expect(run).toThrow(PlimsollError);
    expect(run).toThrow(message);
  });

  test('every option is documented and its default is within its range', () => {
    expect(() => generateCluster(Object.fromEntries(GENERATE_OPTIONS.map(({ name, default: value }) => [name, value])))).not.toThrow();
    expect(GENERATE_OPTIONS.every(({ help }) => help.length > 10)).toBe(true);
  });

  test('name suffixes do not repeat', () => {
    expect(new Set(Array.from({ length: 200_000 }, (_, i) => nameSuffix(i))).size).toBe(200_000);
  });
});
