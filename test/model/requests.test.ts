import { describe, expect, it } from 'vitest';
import { SnapshotBuilder } from '../../src/model/parse/snapshot-builder.ts';
import type { Pod } from '../../src/model/pod.ts';
import { podRequests, podUsage } from '../../src/model/requests.ts';
import { AMOUNT_MAX, amountOf, type ResourceVector } from '../../src/model/resources.ts';
import { semantics } from '../support/builders.ts';
import { factsOf } from './facts.ts';

const DEFAULTS = semantics();

type Amounts = Readonly<Record<string, string>>;

interface Fact {
  readonly pod: { readonly spec: { readonly resources?: { readonly requests?: object } } };
  readonly expected: Readonly<Record<'fit' | 'balanced' | 'score' | 'withoutPodLevel' | 'nonZeroWithoutPodLevel', Amounts>>;
}

/** The pod as it is: neither defaults nor validation. */
function read(spec: object, status: object = {}): Pod {
  const builder = new SnapshotBuilder({ defaults: false });
  builder.add({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec, status }, {});
  return builder.finish().pods[0] as Pod;
}

const container = (requests: object, name = 'c') => ({ name, resources: { requests } });

/** Amounts by name, absent and 0 alike for the three that the vector always has. */
function plain(vector: ResourceVector): Record<string, string> {
  const { cpu, memory, ephemeralStorage } = vector;
  const scalars = [...vector.scalars].map(([name, amount]) => [name, String(amount)]);
  return { cpu: String(cpu), memory: String(memory), 'ephemeral-storage': String(ephemeralStorage), ...Object.fromEntries(scalars) };
}

function wanted(amounts: Amounts, counts: (name: string) => boolean): Record<string, string> {
  const kept = Object.entries(amounts).filter(([name]) => counts(name));
  return { cpu: '0', memory: '0', 'ephemeral-storage': '0', ...Object.fromEntries(kept) };
}

const isCounted = (name: string) => name !== 'foo';

describe('what Go says', () => {
  const withoutPodLevel = semantics('1.36', { PodLevelResources: false });

  it.each(factsOf<Fact>('requests.jsonl').map((fact, i) => [i, fact] as const))('fact %i', (_, { pod: raw, expected }) => {
    const builder = new SnapshotBuilder({ defaults: false });
    builder.add({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, ...raw }, {});
    const pod = builder.finish().pods[0] as Pod;
    const vectors = podRequests(pod.template, DEFAULTS, pod.resize);
    expect(plain(vectors.fit)).toEqual(wanted(expected.fit, isCounted));
    expect(plain(vectors.score)).toEqual(wanted(expected.score, () => true));
    expect(plain(vectors.balanced)).toEqual(wanted(expected.balanced, () => true));
    expect(plain(podUsage(pod, DEFAULTS).requested)).toEqual(wanted(expected.balanced, isCounted));
    const usage = podUsage(pod, withoutPodLevel);
    expect(plain(usage.requested)).toEqual(wanted(expected.withoutPodLevel, isCounted));
    const { cpu, memory } = expected.nonZeroWithoutPodLevel;
    expect([String(usage.nonZeroCpu), String(usage.nonZeroMemory)]).toEqual([cpu, memory]);
  });
});

describe('defaults for containers that name nothing', () => {
  it('an explicit 0 stays 0, every nameless container counts', () => {
    const usage = podUsage(read({ containers: [container({}), container({ cpu: '0' }, 'd')] }), DEFAULTS);
    expect([usage.nonZeroCpu, usage.nonZeroMemory, usage.requested.cpu]).toEqual([100n, 2n * 209715200n, 0n]);
  });

  it('with pod-level requests only resources count that nobody names', () => {
    const resources = { requests: { cpu: '500m' } };
    const nobody = podUsage(read({ resources, containers: [container({}), container({}, 'd')] }), DEFAULTS);
    expect([nobody.nonZeroCpu, nobody.nonZeroMemory]).toEqual([500n, 2n * 209715200n]);
    const one = podUsage(read({ resources, containers: [container({ memory: '1' }), container({}, 'd')] }), DEFAULTS);
    expect([one.nonZeroCpu, one.nonZeroMemory]).toEqual([500n, 1n]);
  });

  it('the score of NodeResourcesFit ignores pod-level requests', () => {
    const pod = read({ resources: { requests: { cpu: '4' } }, containers: [container({ cpu: '1' })] });
    const { fit, score } = podRequests(pod.template, DEFAULTS);
    expect([fit.cpu, score.cpu, score.memory]).toEqual([4000n, 1000n, 209715200n]);
  });
});

describe('sums', () => {
  it('are exact and rounded once', () => {
    const pod = read({ containers: Array.from({ length: 3 }, (_, i) => container({ cpu: '0.4m' }, `c${i}`)) });
    expect(podRequests(pod.template, DEFAULTS).fit.cpu).toBe(2n);
  });

  it('Q11: a thousand containers of 2^53 saturate instead of wrapping', () => {
    const requests = { memory: '9007199254740992', cpu: '9007199254740992', 'nvidia.com/gpu': '9007199254740992' };
    const pod = read({ containers: Array.from({ length: 1000 }, (_, i) => container(requests, `c${i}`)) });
    const { fit } = podRequests(pod.template, DEFAULTS);
    expect([fit.cpu, fit.memory, amountOf(fit, 'nvidia.com/gpu')]).toEqual([AMOUNT_MAX, 9007199254740992000n, 9007199254740992000n]);
    expect(podUsage(pod, DEFAULTS).requested.cpu).toBe(AMOUNT_MAX);
  });

  it('a scalar that is named with 0 is an entry, other unknown names are dropped from the filter', () => {
    const pod = read({ containers: [container({ 'nvidia.com/gpu': '0', storage: '5', pods: '3' })] });
    const { fit, score } = podRequests(pod.template, DEFAULTS);
    expect([...fit.scalars]).toEqual([['nvidia.com/gpu', 0n]]);
    expect(amountOf(score, 'storage')).toBe(5n);
  });
});

describe('sharing', () => {
  const spec = { containers: [container({ cpu: '1' })] };
  const status = (cpu: string) => ({ containerStatuses: [{ name: 'c', resources: { requests: { cpu } }, allocatedResources: { cpu } }] });

  it('equal pods share one usage; resize values that change nothing do not matter', () => {
    const builder = new SnapshotBuilder({ defaults: false });
    for (const [name, reported] of [
      ['a', {}],
      ['b', status('1')],
      ['c', status('1000m')],
      ['d', status('2')],
    ] as const) {
      builder.add({ kind: 'Pod', metadata: { name }, spec, status: reported }, {});
    }
    const usages = builder.finish().pods.map((pod) => podUsage(pod, DEFAULTS));
    expect(usages[1]).toBe(usages[0]);
    expect(usages[2]).toBe(usages[0]);
    expect(usages[3]?.requested.cpu).toBe(2000n);
    expect(usages[0]?.requested.cpu).toBe(1000n);
  });

  it('an infeasible resize falls back to what the status says', () => {
    const conditions = [{ type: 'PodResizePending', reason: 'Infeasible' }];
    const pod = read(spec, { ...status('500m'), conditions });
    expect(podUsage(pod, DEFAULTS).requested.cpu).toBe(500n);
    expect(podUsage(pod, semantics('1.36', { InPlacePodVerticalScaling: false })).requested.cpu).toBe(1000n);
    expect(podRequests(pod.template, DEFAULTS).fit.cpu).toBe(1000n);
  });

  it('gates have their own results', () => {
    const pod = read({ ...spec, resources: { requests: { cpu: '3' } } });
    expect(podUsage(pod, DEFAULTS).requested.cpu).toBe(3000n);
    expect(podUsage(pod, semantics('1.36', { PodLevelResources: false })).requested.cpu).toBe(1000n);
  });
});

describe('resizes from 1.37 on', () => {
  const new137 = semantics('1.37');
  const cpuOf = (spec: object, status: object) => podUsage(read(spec, status), new137);
  const statusOf = (name: string, actual?: string, allocated?: string) => ({
    name,
    ...(actual === undefined ? {} : { resources: { requests: { cpu: actual } } }),
    ...(allocated === undefined ? {} : { allocatedResources: { cpu: allocated } }),
  });
  const infeasible = { conditions: [{ type: 'PodResizePending', reason: 'Infeasible' }] };
  const two = { containers: [container({ cpu: '1' }), container({ cpu: '1' }, 'd')] };

  it('sums are compared, not containers', () => {
    const status = { containerStatuses: [statusOf('c', '3', '1'), statusOf('d', '1', '2')] };
    expect(cpuOf(two, status).requested.cpu).toBe(4000n);
    expect(podUsage(read(two, status), DEFAULTS).requested.cpu).toBe(5000n);
  });

  it('allocated amounts count without actual ones, and stand for them', () => {
    expect(cpuOf(two, { containerStatuses: [statusOf('c', undefined, '2')] }).requested.cpu).toBe(3000n);
  });

  it('an infeasible resize without statuses asks for nothing but the defaults', () => {
    expect(cpuOf(two, infeasible)).toMatchObject({ requested: { cpu: 0n }, nonZeroCpu: 200n });
    expect(podUsage(read(two, infeasible), DEFAULTS).requested.cpu).toBe(2000n);
  });

  it('of two statuses with one name the first counts', () => {
    const status = { containerStatuses: [statusOf('c', '2'), statusOf('c', '3')] };
    expect(cpuOf({ containers: [container({ cpu: '1' })] }, status).requested.cpu).toBe(2000n);
  });

  it('init containers take part', () => {
    const spec = { containers: [container({ cpu: '1' })], initContainers: [container({ cpu: '1' }, 'i')] };
    expect(cpuOf(spec, { initContainerStatuses: [statusOf('i', '2')] }).requested.cpu).toBe(2000n);
  });

  it('complete values for the whole pod stand for those of its containers', () => {
    const status = { resources: { requests: { cpu: '5' } }, allocatedResources: { cpu: '4' }, containerStatuses: [statusOf('c', '9')] };
    expect(cpuOf(two, status).requested.cpu).toBe(5000n);
    expect(cpuOf(two, { ...status, resources: {} }).requested.cpu).toBe(10000n);
  });

  it('with pod-level requests, what the status does not name stays what the containers need', () => {
    const spec = { ...two, resources: { requests: { cpu: '3', memory: '1Gi' } } };
    const usage = cpuOf(spec, {
      ...infeasible,
      resources: { requests: { memory: '2Gi' } },
      containerStatuses: [statusOf('c', '1'), statusOf('d', '1')],
    });
    expect(usage.requested).toMatchObject({ cpu: 2000n, memory: 2n ** 31n });
  });

  it('a request that the status leaves out is replaced by the default where scores are concerned', () => {
    const usage = cpuOf({ containers: [container({ cpu: '50m' })] }, { containerStatuses: [{ name: 'c', resources: { requests: {} } }] });
    expect(usage).toMatchObject({ requested: { cpu: 50n }, nonZeroCpu: 100n });
  });
});
