import { describe, expect, it } from 'vitest';
import { defaultArgs, nodeResourcesBalancedAllocation } from '../../src/rules/node-resources-balanced-allocation.ts';
import { makeCluster, makeNode, makePod, type PodSpec, rated, semantics } from '../support/builders.ts';

const GPU = 'example.com/gpu';
const THREE = { resources: ['cpu', 'memory', GPU].map((name) => ({ name, weight: 1 })) };

function score(used: Record<string, string>, pod: PodSpec, version: '1.35' | '1.36' = '1.36', args = defaultArgs): number | 'skip' {
  const node = makeNode('n', { has: { cpu: '4', memory: '32Gi', [GPU]: '4' } });
  const cluster = makeCluster([node], [makePod('old', { requests: used, on: 'n' })], {}, semantics(version));
  const scores = rated(nodeResourcesBalancedAllocation, makePod('p', pod), cluster, args);
  return scores === 'skip' ? 'skip' : (scores.raw.n as number);
}

it.each([
  // Golden vectors of the specification: used cpu and memory, request, 1.36, 1.35.
  ['0', '0', '100m', '500Mi', 74, 99],
  ['2', '16Gi', '100m', '500Mi', 74, 99],
  ['3', '4Gi', '500m', '1Gi', 73, 64],
  ['400m', '24Gi', '1', '1Gi', 80, 78],
  ['1', '8Gi', '100m', '200Mi', 74, 99],
])('used %s and %s, request %s and %s: %d in 1.36, %d before', (usedCpu, usedMemory, cpu, memory, now, before) => {
  const used = { cpu: usedCpu, memory: usedMemory };
  expect(score(used, { requests: { cpu, memory } })).toBe(now);
  expect(score(used, { requests: { cpu, memory } }, '1.35')).toBe(before);
});

describe('what counts', () => {
  it('skips a pod that asks for none of the resources: there are no defaults for containers here', () => {
    expect(score({}, { requests: {} })).toBe('skip');
    expect(score({}, { requests: { cpu: '0', [GPU]: '1' } })).toBe('skip');
    expect(score({}, { requests: { [GPU]: '1' } }, '1.36', THREE)).not.toBe('skip');
  });

  it('caps each used fraction at 1', () => {
    expect(score({ cpu: '8', memory: '32Gi' }, { requests: { cpu: '1', memory: '1Gi' } }, '1.35')).toBe(100);
  });

  it('takes pod-level requests in place of those of the containers', () => {
    expect(score({}, { requests: { cpu: '1', memory: '8Gi' }, podRequests: { cpu: '4' } }, '1.35')).toBe(62); // fractions 1 and 0.25
  });

  it('takes the standard deviation of three and more fractions', () => {
    // fractions 1, 0, 0.5: mean 0.5, deviation sqrt(1/6) = 0.408...
    expect(score({}, { requests: { cpu: '4', memory: '0', [GPU]: '2' } }, '1.35', THREE)).toBe(59);
    // A scalar that the pod does not ask for is left out, so two fractions remain: 1 and 0.
    expect(score({}, { requests: { cpu: '4', memory: '0' } }, '1.35', THREE)).toBe(50);
  });
});
