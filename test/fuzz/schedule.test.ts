import { describe, expect, it } from 'vitest';
import { PlimsollError } from '../../src/base/errors.ts';
import { Prng } from '../../src/base/prng.ts';
import { Engine } from '../../src/engine/engine.ts';
import { resolveOptions } from '../../src/engine/options.ts';
import { KUBE_VERSIONS } from '../../src/model/gates.ts';
import { SnapshotBuilder } from '../../src/model/parse/snapshot-builder.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import type { Json, RawItem } from '../support/fleet-draw.ts';
import { hardCluster } from '../support/fleets.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type Decisions, firstDifference, referenceSchedule } from '../support/reference-scheduler.ts';

/** Clusters; PLIMSOLL_RUNS overrides, for long runs. */
const RUNS = Number(process.env.PLIMSOLL_RUNS ?? 400);
const FIRST_SEED = Number(process.env.PLIMSOLL_FIRST_SEED ?? 1);

/** Values that people, generators and broken tools have put where others belong. */
const ODDITIES: readonly Json[] = [
  null,
  '',
  '0',
  '-1',
  'In',
  'Exists',
  'DoNotSchedule',
  'node-000',
  '__proto__',
  'constructor',
  'a/b/c',
  '9223372036854775807',
  '18446744073709551616',
  '1e300',
  '0.0000000001',
  '4.7Gi',
  -1,
  0,
  1,
  2_147_483_647,
  2_147_483_648,
  -2_147_483_648,
  1.5,
  true,
  [],
  {},
  [''],
  [null],
  { '': '' },
  { key: 'app', operator: 'NotIn', values: [] },
];

type Container = { [key: string | number]: Json };

/** Changes some values of an object: replaces them, takes them away, doubles list items, swaps two of them. */
function disturb(prng: Prng, item: RawItem): RawItem {
  const copy = structuredClone(item) as Container;
  for (let times = prng.between(1, 3); times > 0; times--) {
    const places = placesIn(copy);
    if (places.length === 0) break;
    const [holder, key] = prng.pick(places);
    const [other, otherKey] = prng.pick(places);
    const value = holder[key] as Json;
    switch (prng.below(6)) {
      case 0:
        if (Array.isArray(holder)) holder.splice(key as number, 1);
        else delete holder[key];
        break;
      case 1:
        if (Array.isArray(value)) (value as Json[]).push(...structuredClone(value as Json[]));
        break;
      case 2:
        holder[key] = structuredClone(other[otherKey] as Json);
        break;
      default:
        holder[key] = structuredClone(prng.pick(ODDITIES));
    }
  }
  return copy as RawItem;
}

/** Every field and list item below the top, with what holds it. Identity is left alone: most objects must stay themselves. */
function placesIn(root: Container): [holder: Container, key: string | number][] {
  const places: [Container, string | number][] = [];
  const walk = (value: Json, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > 12) return;
    const holder = value as unknown as Container;
    for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
      if (key === 'kind' || key === 'apiVersion') continue;
      places.push([holder, key]);
      walk(holder[key] as Json, depth + 1);
    }
  };
  walk(root as unknown as Json, 0);
  return places;
}

/** The snapshot of the objects that can be read, and how many cannot. */
function readable(seed: number, items: readonly RawItem[], defaults: boolean): { snapshot: Snapshot | undefined; refused: number } {
  const good: RawItem[] = [];
  let refused = 0;
  for (const item of items) {
    if (isReadable(new SnapshotBuilder({ defaults }), item, seed)) good.push(item);
    else refused++;
  }
  const builder = new SnapshotBuilder({ defaults });
  try {
    for (const item of good) builder.add(item, { file: `seed ${seed}` });
    return { snapshot: builder.finish(), refused };
  } catch (error) {
    // Two readable objects may still contradict each other.
    if (!(error instanceof PlimsollError)) throw error;
    return { snapshot: undefined, refused };
  }
}

function isReadable(builder: SnapshotBuilder, item: RawItem, seed: number): boolean {
  try {
    builder.add(item, { file: `seed ${seed}` });
    builder.finish();
    return true;
  } catch (error) {
    if (!(error instanceof PlimsollError)) throw new Error(`not readable and not refused: ${JSON.stringify(item)}`, { cause: error });
    return false;
  }
}

describe('clusters with odd values', () => {
  it(`get an answer or one error, and the answer is the reference's, in ${RUNS} random clusters`, async () => {
    const failures: string[] = [];
    let scheduled = 0;
    let refusals = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS && failures.length < 5; seed++) {
      const prng = new Prng(seed);
      const { list, config } = hardCluster(seed, { maxNodes: 24, maxPods: 60, maxPending: 20 });
      const items = list.items.map((item) => (prng.chance(1, 3) ? disturb(prng, item) : item));
      const { snapshot, refused } = readable(seed, items, prng.chance(1, 2));
      refusals += refused;
      if (!snapshot) continue;
      const tie = prng.pick(['first', 'heap', 'seeded'] as const);
      const options = { config, tie, seed, untilStable: prng.chance(1, 2), kubeVersion: prng.pick(KUBE_VERSIONS) };
      try {
        const want: Decisions = referenceSchedule(snapshot, options).decisions;
        const { placements, unschedulable, preemptions } = await new Engine(snapshot, options).schedule();
        const found: Decisions = { placements, unschedulable, preemptions };
        const wrong = firstDifference(want, found);
        if (wrong) failures.push(`seed ${seed}: ${wrong}`);
        failures.push(...brokenInvariants(snapshot, resolveOptions(options), found).map((what) => `seed ${seed}: ${what}`));
        scheduled++;
      } catch (error) {
        failures.push(`seed ${seed}: ${(error as Error).stack}`);
      }
    }
    expect(failures).toEqual([]);
    expect(scheduled).toBeGreaterThan(RUNS / 2);
    expect(refusals).toBeGreaterThan(RUNS);
  });
});
