import { describe, expect, it } from 'vitest';
import type { KubeVersion } from '../../src/model/gates.ts';
import type { NodeImage } from '../../src/model/node.ts';
import { imageLocality, imageScore, normalizedImageName } from '../../src/rules/image-locality.ts';
import { container, makeCluster, makeNode, makePod, type PodSpec, rated, semantics } from '../support/builders.ts';

const MEBIBYTE = 1024 * 1024;

function image(mebibytes: number, ...names: string[]): NodeImage {
  return { names, sizeBytes: mebibytes * MEBIBYTE };
}

/** Score of node n0 when `has` is on the first `on` of `of` nodes. */
function score(pod: PodSpec, has: readonly NodeImage[], on: number, of: number, version: KubeVersion = '1.36'): number {
  const nodes = Array.from({ length: of }, (_, i) => makeNode(`n${i}`, i < on ? { images: has } : {}));
  const scores = rated(imageLocality, makePod('p', pod), makeCluster(nodes, [], {}, semantics(version)));
  return scores === 'skip' ? Number.NaN : (scores.normalized.n0 as number);
}

const one = { containers: [container({}, { image: 'app:1' })] };

it.each([
  // Golden vectors of the specification: MiB, nodes that have the image, nodes, score.
  [300, 5, 10, 12],
  [300, 10, 10, 28],
  [2000, 10, 10, 100],
  [40, 1, 10, 0],
])('an image of %d MiB on %d of %d nodes scores %d', (mebibytes, on, of, expected) => {
  expect(score(one, [image(mebibytes, 'app:1')], on, of)).toBe(expected);
});

describe('which images count', () => {
  it('counts an image as often as the pod names it, init containers too, against a higher bound', () => {
    const twice = { initContainers: one.containers, containers: one.containers };
    expect(score(twice, [image(300, 'app:1')], 1, 1)).toBe(29); // 100·(600−23)/(2000−23)
  });

  it('counts image volumes from 1.36 on, and from 1.37 on measures by them too', () => {
    const pod = { ...one, volumes: [{ kind: 'image', name: 'v', reference: 'data' }] } as const;
    expect(score(pod, [image(500, 'data:latest')], 1, 1)).toBe(48);
    expect(score(pod, [image(500, 'data:latest')], 1, 1, '1.35')).toBe(0);
    expect(score(pod, [image(500, 'data:latest')], 1, 1, '1.37')).toBe(24); // 100·(500−23)/(2000−23)
  });

  it('finds an image under each of its names, and takes the size that the first node reports', () => {
    const nodes = [makeNode('a', { images: [image(500, 'app@sha256:00', 'app:1')] }), makeNode('b', { images: [image(900, 'app:1')] })];
    const scores = rated(imageLocality, makePod('p', one), makeCluster(nodes));
    expect(scores).toMatchObject({ raw: { a: 48, b: 48 } });
  });

  it('is scored for pods whose images no node has', () => {
    expect(score(one, [], 0, 3)).toBe(0);
  });

  it('handles a pod without containers', () => {
    expect(Object.is(imageScore(0, 0), 0)).toBe(true);
    expect(imageScore(1e9, 0)).toBe(100);
  });
});

it.each([
  ['root', 'root:latest'],
  ['root:tag', 'root:tag'],
  ['gcr.io:5000/root', 'gcr.io:5000/root:latest'],
  ['root@sha256:aaaa', 'root@sha256:aaaa'],
  ['', ':latest'],
])('normalises %s to %s', (name, expected) => {
  expect(normalizedImageName(name)).toBe(expected);
});
