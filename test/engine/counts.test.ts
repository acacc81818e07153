import { describe, expect, it } from 'vitest';
import { Fleet } from '../../src/engine/fleet.ts';
import { resolveOptions } from '../../src/engine/options.ts';
import type { ResolvedProfile } from '../../src/engine/resolved-profile.ts';
import { Core } from '../../src/layout/core.ts';
import { USAGE_EFFECT_COUNT } from '../../src/layout/layout.generated.ts';
import { affinityTerm, makeNode, makePod, NO_OBJECTS, selector } from '../support/builders.ts';

describe('count tables', () => {
  it('leave nothing behind when one tally has fed them several times', () => {
    const { semantics, profiles } = resolveOptions({});
    const nodes = ['a', 'b'].map((zone) => makeNode(zone, { has: { cpu: '4' }, labels: { zone } }));
    const fleet = new Fleet(nodes, NO_OBJECTS, semantics, profiles, new Core());
    const term = affinityTerm('zone', selector('app=web'));
    const preferred = [1, 2].map((weight) => ({ weight, term }));
    const asking = makePod('asking', { podAffinity: { required: [], preferred } });
    const counted = makePod('counted', { labels: { app: 'web' } });
    const effects = () => fleet.core.i32[(fleet.counts.entry(counted.template).usage + USAGE_EFFECT_COUNT) / 4];
    const cls = fleet.classOf(asking, fleet.profileFor(asking.template) as ResolvedProfile);
    expect(effects()).toBeGreaterThan(0);
    fleet.classes.drop(cls);
    expect([...fleet.counts.all]).toEqual([]);
    expect(effects()).toBe(0);
    // A template that comes later must not be counted into memory that is somebody else's by now.
    const later = makePod('later', { labels: { app: 'web', tier: 'x' } });
    expect(fleet.core.i32[(fleet.counts.entry(later.template).usage + USAGE_EFFECT_COUNT) / 4]).toBe(0);
  });
});
