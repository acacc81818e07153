import { describe, expect, it } from 'vitest';
import { defaultArgs, type NodeResourcesFitArgs, nodeResourcesFit } from '../../src/rules/node-resources-fit.ts';
import { container, makeCluster, makeNode, makePod, type PodSpec, rated, semantics, verdicts } from '../support/builders.ts';

const GPU = 'example.com/gpu';

function verdict(
  has: Record<string, string>,
  used: Record<string, string>,
  pod: PodSpec,
  args: Partial<NodeResourcesFitArgs> = {},
): string {
  const cluster = makeCluster([makeNode('n', { has })], [makePod('old', { requests: used, on: 'n' })]);
  return (verdicts(nodeResourcesFit, makePod('p', pod), cluster, { ...defaultArgs, ...args }) as Record<string, string>).n as string;
}

describe('filter', () => {
  const has = { cpu: '4', memory: '8Gi', 'ephemeral-storage': '10Gi', pods: '2', [GPU]: '2' };

  it.each<[Record<string, string>, PodSpec, string]>([
    [{ cpu: '3' }, { requests: { cpu: '1' } }, 'ok'],
    [{ cpu: '3' }, { requests: { cpu: '1001m' } }, 'U Insufficient cpu'],
    [{ cpu: '3' }, { requests: { cpu: '4001m' } }, 'UU Insufficient cpu'],
    [{ cpu: '3', memory: '8Gi' }, { requests: { cpu: '2', memory: '1' } }, 'U Insufficient cpu; Insufficient memory'],
    [{ cpu: '3', memory: '8Gi' }, { requests: { cpu: '2', memory: '9Gi' } }, 'UU Insufficient cpu; Insufficient memory'],
    [{}, { requests: { 'ephemeral-storage': '11Gi' } }, 'UU Insufficient ephemeral-storage'],
    [{ [GPU]: '1' }, { requests: { [GPU]: '2' } }, `U Insufficient ${GPU}`],
    [{}, { requests: { 'other.com/fpga': '1' } }, 'UU Insufficient other.com/fpga'],
    [{}, { requests: { 'other.com/fpga': '0' } }, 'ok'],
    [{}, { requests: { 'hugepages-2Mi': '2Mi' } }, 'UU Insufficient hugepages-2Mi'],
    // A name that is neither core nor scalar is not looked at.
    [{}, { requests: { storage: '1Ti', foo: '7' } }, 'ok'],
  ])('used %j, pod %j: %s', (used, pod, expected) => {
    expect(verdict(has, used, pod)).toBe(expected);
  });

  it('counts pods first, and never as unresolvable', () => {
    const full = { ...has, pods: '1' };
    expect(verdict(full, { cpu: '4' }, { requests: { cpu: '1' } })).toBe('U Too many pods; Insufficient cpu');
    expect(verdict({ ...has, pods: '0' }, {}, {})).toBe('U Too many pods');
  });

  it('lets a pod without requests onto an over-committed node, but no request above zero', () => {
    expect(verdict(has, { cpu: '5' }, {})).toBe('ok');
    expect(verdict(has, { cpu: '5' }, { requests: { cpu: '0', memory: '1' } })).toBe('ok');
    expect(verdict(has, { cpu: '5' }, { requests: { cpu: '1m' } })).toBe('U Insufficient cpu');
  });

  it('rounds the sum of the containers up once', () => {
    const containers = [container({ cpu: '0.1m' }), container({ cpu: '0.1m' })];
    expect(verdict({ ...has, cpu: '1m' }, {}, { containers })).toBe('ok');
  });

  it('adds overhead, and sidecars to what runs beside them', () => {
    expect(verdict(has, { cpu: '3' }, { requests: { cpu: '1' }, overhead: { cpu: '1m' } })).toBe('U Insufficient cpu');
    const initContainers = [container({ cpu: '2' }, { restartable: true }), container({ cpu: '2' })];
    expect(verdict(has, {}, { initContainers, requests: { cpu: '2' } })).toBe('ok');
    expect(verdict(has, {}, { initContainers, requests: { cpu: '2001m' } })).toBe('UU Insufficient cpu');
  });

  it('lets pod-level requests replace those of the containers', () => {
    expect(verdict(has, {}, { requests: { cpu: '8' }, podRequests: { cpu: '1' } })).toBe('ok');
  });

  it('ignores extended resources by name or by group, never native ones', () => {
    const pod = { requests: { 'other.com/fpga': '1', 'hugepages-2Mi': '2Mi' } };
    const expected = 'UU Insufficient hugepages-2Mi';
    expect(verdict(has, {}, pod, { ignoredResources: ['other.com/fpga', 'hugepages-2Mi'] })).toBe(expected);
    expect(verdict(has, {}, pod, { ignoredResourceGroups: ['other.com', 'hugepages-2Mi'] })).toBe(expected);
  });

  it('refuses sidecars where their gate is off', () => {
    const cluster = makeCluster([makeNode('n', { has })], [], {}, semantics('1.36', { SidecarContainers: false }));
    const pod = makePod('p', { initContainers: [container({}, { restartable: true })] });
    expect(verdicts(nodeResourcesFit, pod, cluster, defaultArgs)).toBe(
      'UU Pod has a restartable init container and the SidecarContainers feature is disabled',
    );
  });
});

describe('score', () => {
  const has = { cpu: '4', memory: '32Gi', [GPU]: '4' };

  function score(used: Record<string, string>, requests: Record<string, string>, strategy = defaultArgs.scoringStrategy): number {
    const cluster = makeCluster([makeNode('n', { has })], [makePod('old', { requests: used, on: 'n' })]);
    const scores = rated(nodeResourcesFit, makePod('p', { requests }), cluster, { ...defaultArgs, scoringStrategy: strategy });
    return scores === 'skip' ? Number.NaN : (scores.raw.n as number);
  }

  const resources = defaultArgs.scoringStrategy.resources;

  it.each([
    // Golden vectors of the specification: used cpu and memory, request, LeastAllocated, MostAllocated.
    ['0', '0', '100m', '500Mi', 97, 1],
    ['2', '16Gi', '100m', '500Mi', 47, 51],
    ['3', '4Gi', '500m', '1Gi', 48, 51],
    ['400m', '24Gi', '1', '1Gi', 43, 56],
    ['1', '8Gi', '100m', '200Mi', 73, 26],
  ])('used %s and %s, request %s and %s: least %d, most %d', (usedCpu, usedMemory, cpu, memory, least, most) => {
    expect(score({ cpu: usedCpu, memory: usedMemory }, { cpu, memory })).toBe(least);
    expect(score({ cpu: usedCpu, memory: usedMemory }, { cpu, memory }, { type: 'MostAllocated', resources })).toBe(most);
  });

  it('counts 100m and 200Mi for what a container does not ask for, and nothing for an explicit 0', () => {
    expect(score({ cpu: '0', memory: '0' }, {})).toBe(Math.trunc((97 + 99) / 2)); // 3900/4000, 32568/32768
    expect(score({ cpu: '0', memory: '0' }, { cpu: '0', memory: '0' })).toBe(100);
    expect(score({}, { cpu: '0', memory: '0' })).toBe(Math.trunc((97 + 99) / 2));
  });

  it('leaves pod-level requests out of the pod, though they count on the node', () => {
    const cluster = makeCluster([makeNode('n', { has })]);
    const pod = makePod('p', { requests: { cpu: '0', memory: '0' }, podRequests: { cpu: '4', memory: '32Gi' } });
    expect(rated(nodeResourcesFit, pod, cluster, defaultArgs)).toMatchObject({ raw: { n: 100 } });
    cluster.nodes[0]?.addPod(pod);
    expect(rated(nodeResourcesFit, makePod('q', { requests: { cpu: '0', memory: '0' } }), cluster, defaultArgs)).toMatchObject({
      raw: { n: 0 },
    });
  });

  it('scores 0 for a resource that would be over-committed, or all of it with MostAllocated', () => {
    expect(score({ cpu: '4', memory: '0' }, { cpu: '1', memory: '0' })).toBe(50);
    expect(score({ cpu: '4', memory: '0' }, { cpu: '1', memory: '0' }, { type: 'MostAllocated', resources })).toBe(50);
  });

  it('weighs resources, and counts an extended one only for pods that ask for it', () => {
    const weighted = {
      type: 'LeastAllocated',
      resources: [
        { name: 'cpu', weight: 1 },
        { name: GPU, weight: 3 },
      ],
    } as const;
    expect(score({ cpu: '0' }, { cpu: '2' }, weighted)).toBe(50);
    expect(score({ cpu: '0' }, { cpu: '2', [GPU]: '4' }, weighted)).toBe(Math.trunc(50 / 4));
    expect(
      score({ cpu: '0' }, { cpu: '2', 'other.com/x': '1' }, { type: 'LeastAllocated', resources: [{ name: 'other.com/x', weight: 1 }] }),
    ).toBe(0);
  });

  it('rounds RequestedToCapacityRatio and leaves resources that score 0 out of its weights', () => {
    const shape = [
      { utilization: 0, score: 0 },
      { utilization: 100, score: 10 },
    ];
    const ratio = { type: 'RequestedToCapacityRatio', resources, shape } as const;
    expect(score({ cpu: '0', memory: '0' }, { cpu: '2', memory: '8Gi' }, ratio)).toBe(38); // (50 + 25) / 2 = 37.5
    expect(score({ cpu: '0', memory: '0' }, { cpu: '2', memory: '0' }, ratio)).toBe(50);
    expect(score({ cpu: '0', memory: '0' }, { cpu: '0', memory: '0' }, ratio)).toBe(0);
    expect(score({ cpu: '4', memory: '0' }, { cpu: '1', memory: '0' }, ratio)).toBe(100);
  });

  it('is exact where memory times 100 is beyond 2^53', () => {
    const huge = makeCluster([makeNode('n', { has: { memory: '100Ti' } })]);
    const args = { ...defaultArgs, scoringStrategy: { type: 'LeastAllocated', resources: [{ name: 'memory', weight: 1 }] } };
    // 1 byte more than one percent leaves less than 99 percent.
    const onePercent = (100n << 40n) / 100n + 1n;
    expect(rated(nodeResourcesFit, makePod('p', { requests: { memory: String(onePercent) } }), huge, args)).toMatchObject({
      raw: { n: 98 },
    });
  });
});
