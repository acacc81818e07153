import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { type EngineOptions, resolveOptions } from '../../src/engine/options.ts';
import { podKey } from '../../src/model/pod.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { makeNode, makePod, NO_OBJECTS } from '../support/builders.ts';
import type { RawItem } from '../support/fleet-draw.ts';
import { brokenInvariants } from '../support/invariants.ts';
import type { Decisions } from '../support/reference-scheduler.ts';
import { type SchedulerCase, schedulerCase } from '../support/scheduler-cases.ts';

/** Runs per test; PLIMSOLL_RUNS overrides, for long runs. */
const RUNS = Number(process.env.PLIMSOLL_RUNS ?? 70);
const FIRST_SEED = Number(process.env.PLIMSOLL_FIRST_SEED ?? 1);

async function decide(snapshot: Snapshot, options: EngineOptions): Promise<Decisions> {
  const { placements, unschedulable, preemptions } = await new Engine(snapshot, options).schedule();
  return { placements, unschedulable, preemptions };
}

/** Runs `check` on one case after the other until three have failed. */
async function eachCase(large: boolean, check: (run: SchedulerCase, seed: number) => Promise<string | undefined>): Promise<string[]> {
  const failures: string[] = [];
  for (let seed = FIRST_SEED; seed < FIRST_SEED + (large ? RUNS / 4 : RUNS) && failures.length < 3; seed++) {
    const run = schedulerCase(seed, large);
    const wrong = await check(run, seed);
    if (wrong) failures.push(`${run.name}: ${wrong}`);
  }
  return failures;
}

describe.each([
  ['small', false],
  ['sampled', true],
])('every run on a %s cluster', (_size, large) => {
  it('reports each pod once, evicts in order and overdraws nothing', async () => {
    const failures = await eachCase(large, async ({ snapshot, options }) => {
      const decisions = await decide(snapshot, options);
      return brokenInvariants(snapshot, resolveOptions(options), decisions).at(0);
    });
    expect(failures).toEqual([]);
  });

  it('comes out the same with other names in the same order', async () => {
    const rename = (text: string) =>
      text
        .replaceAll('node-', 'vm-')
        .replaceAll('pending-', 'p-')
        .replaceAll(/\bdev\b/g, 'development');
    const failures = await eachCase(large, async ({ snapshot, options }, seed) => {
      const renamed = schedulerCase(seed, large, (items) => JSON.parse(rename(JSON.stringify(items))) as RawItem[]);
      const want = rename(JSON.stringify(await decide(snapshot, options)));
      return difference(want, JSON.stringify(await decide(renamed.snapshot, options)));
    });
    expect(failures).toEqual([]);
  });

  it('comes out the same with the kinds of objects in another order', async () => {
    const failures = await eachCase(large, async ({ snapshot, options }, seed) => {
      const sorted = schedulerCase(seed, large, (items) => [...items].sort((a, b) => String(b.kind).localeCompare(String(a.kind), 'en')));
      return difference(JSON.stringify(await decide(snapshot, options)), JSON.stringify(await decide(sorted.snapshot, options)));
    });
    expect(failures).toEqual([]);
  });
});

describe('a node that no pod can go to', () => {
  const barred: RawItem = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'zzz-barred' },
    spec: { unschedulable: true, taints: [{ key: 'barred', effect: 'NoExecute' }] },
    status: { allocatable: { cpu: '0', memory: '0', pods: '0' } },
  };

  /** Scores of images depend on the number of nodes, and a scan that starts in the middle starts elsewhere when there are more. */
  function comparable({ snapshot, options }: SchedulerCase): boolean {
    const { profiles } = resolveOptions(options);
    const barring = profiles.every(({ filter }) =>
      ['NodeUnschedulable', 'TaintToleration'].every((name) => filter.some(({ rule }) => rule.name === name)),
    );
    const tolerant = snapshot.pods.some(({ template }) => template.tolerations.some(({ key }) => key === ''));
    return options.tie === 'first' && barring && !tolerant && snapshot.nodes.every(({ images }) => images.length === 0);
  }

  it('at the end changes nothing but counts in messages', async () => {
    let compared = 0;
    const failures = await eachCase(false, async (run, seed) => {
      if (!comparable(run)) return undefined;
      compared++;
      const { snapshot } = schedulerCase(seed, false, (items) => [...items, barred]);
      const [want, found] = [await decide(run.snapshot, run.options), await decide(snapshot, run.options)];
      const parts = ({ placements, preemptions, unschedulable }: Decisions) =>
        JSON.stringify([placements, preemptions, unschedulable.map(podKey)]);
      return difference(parts(want), parts(found)) ?? messageDifference(want, found, run.snapshot.nodes.length);
    });
    expect(failures).toEqual([]);
    expect(compared).toBeGreaterThan(RUNS / 40);
  });

  /** Each message counts one node more, under reasons that it may have had before. */
  function messageDifference(want: Decisions, found: Decisions, nodes: number): string | undefined {
    for (const [i, { message }] of want.unschedulable.entries()) {
      const longer = found.unschedulable[i]?.message ?? '';
      const reasons = (text: string) => new Set(text.split(/, |: |\. /).map((part) => part.replace(/^\d+ |\.$/g, '')));
      const lost = [...reasons(message)].filter((reason) => !/^0\//.test(reason) && !reasons(longer).has(reason));
      const counted = longer.includes(`0/${nodes + 1} nodes`) || !message.includes(`0/${nodes} nodes`);
      if (lost.length > 0 || !counted) return `"${message}" became "${longer}"`;
    }
    return undefined;
  }
});

function difference(want: string, found: string): string | undefined {
  if (want === found) return undefined;
  const at = [...want].findIndex((character, i) => character !== found[i]);
  return `expected ...${want.slice(Math.max(0, at - 150), at + 100)}, found ...${found.slice(Math.max(0, at - 150), at + 100)}`;
}

describe('the checks themselves', () => {
  const node = makeNode('n', { has: { cpu: '1', memory: '1Gi' } });
  const bound = makePod('bound', { on: 'n', requests: { cpu: '500m' } });
  const waiting = makePod('waiting', { requests: { cpu: '800m' }, priority: 5 });
  const before: Snapshot = {
    nodes: [node],
    pods: [bound, waiting],
    objects: NO_OBJECTS,
    notModelled: [],
    ignoredKinds: new Map(),
    hash: '',
  };
  const placed = { namespace: 'default', name: 'waiting', node: 'n' };
  const victim = { namespace: 'default', name: 'bound' };
  const none: Decisions = { placements: [], unschedulable: [], preemptions: [] };

  it.each<[string, Decisions, string | undefined]>([
    ['a placement after an eviction', { ...none, placements: [placed], preemptions: [{ ...placed, victims: [victim] }] }, undefined],
    ['a pod forgotten', none, 'pending pod default/waiting is reported 0 times'],
    [
      'a pod told twice',
      { ...none, placements: [placed], unschedulable: [{ ...placed, message: '' }] },
      'pending pod default/waiting is reported 2 times',
    ],
    ['a stranger', { ...none, placements: [placed, { ...placed, name: 'bound' }] }, 'default/bound is reported and was not pending'],
    ['too little room', { ...none, placements: [placed] }, 'n has less cpu than its pods ask for after default/waiting'],
    [
      'a victim from elsewhere',
      { ...none, placements: [placed], preemptions: [{ ...placed, node: 'm', victims: [victim] }] },
      'default/bound was not on m',
    ],
    [
      'a victim twice',
      { ...none, placements: [placed], preemptions: [{ ...placed, victims: [victim, victim] }] },
      'default/bound is evicted twice',
    ],
    ['no victim', { ...none, placements: [placed], preemptions: [{ ...placed, victims: [] }] }, 'default/waiting preempts nobody'],
  ])('see %s', (_what, decisions, expected) => {
    const found = brokenInvariants(before, resolveOptions(), decisions);
    if (expected === undefined) expect(found).toEqual([]);
    else expect(found).toContain(expected);
  });
});
