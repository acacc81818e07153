import { describe, expect, test } from 'vitest';
import { resolveProfiles } from '../../src/engine/profile.ts';
import { readSnapshot } from '../../src/index.ts';
import { GATE_DEFAULTS } from '../../src/model/gates.ts';
import { FEATURES, hardCluster } from './fleets.ts';

const SEEDS = Array.from({ length: 200 }, (_, i) => i + 1);
const countOf = (kind: string, seed: number) => hardCluster(seed).list.items.filter((item) => item.kind === kind).length;

describe('hard clusters', () => {
  test('are the same for the same seed and differ between seeds', () => {
    const texts = SEEDS.slice(0, 30).map((seed) => JSON.stringify(hardCluster(seed)));
    expect(texts).toEqual(SEEDS.slice(0, 30).map((seed) => JSON.stringify(hardCluster(seed))));
    expect(new Set(texts).size).toBe(30);
  });

  test('have every feature on in some seeds and off in others', () => {
    const counts = new Map(FEATURES.map((feature) => [feature, 0]));
    for (const seed of SEEDS) for (const feature of hardCluster(seed).features) counts.set(feature, (counts.get(feature) ?? 0) + 1);
    for (const [feature, count] of counts) expect([feature, count > 20 && count < 180]).toEqual([feature, true]);
  });

  test('are mostly small, never larger than asked, and always have something to schedule', () => {
    const sizes = SEEDS.map((seed) => countOf('Node', seed));
    expect(sizes.filter((size) => size <= 60).length).toBeGreaterThan(SEEDS.length * 0.8);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(300);
    expect(
      Math.max(...SEEDS.map((seed) => hardCluster(seed, { maxNodes: 5 }).list.items.filter(({ kind }) => kind === 'Node').length)),
    ).toBe(5);
    expect(Math.min(...SEEDS.map((seed) => countOf('Pod', seed)))).toBeGreaterThan(0);
  });

  test('obey features that are forced on or off', () => {
    const { features } = hardCluster(7, { features: { taints: true, claims: false } });
    expect([features.has('taints'), features.has('claims')]).toEqual([true, false]);
  });

  test.each([true, false])('can be read, with API server defaults: %s', async (defaults) => {
    for (const seed of SEEDS) {
      const { list, config, profiles } = hardCluster(seed);
      const snapshot = await readSnapshot(list, { defaults });
      expect(snapshot.nodes.map(({ name }) => name)).toEqual(
        list.items.filter(({ kind }) => kind === 'Node').map((item) => (item.metadata as { readonly name: string }).name),
      );
      const resolved = resolveProfiles(config, { kubeVersion: '1.36', gates: GATE_DEFAULTS });
      expect(resolved.profiles.map(({ schedulerName }) => schedulerName)).toEqual(profiles);
      for (const pod of snapshot.pods) expect(profiles).toContain(pod.template.schedulerName);
    }
  });
});
