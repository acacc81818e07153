import { describe, expect, it } from 'vitest';
import { Prng } from '../../src/base/prng.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { FillItem } from '../../src/engine/fill.ts';
import type { EngineOptions } from '../../src/engine/options.ts';
import type { Pod } from '../../src/model/pod.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { affinityTerm, makeNode, makePod, NO_OBJECTS, selector } from '../support/builders.ts';
import { schedulerCase } from '../support/scheduler-cases.ts';

/** Runs per test; PLIMSOLL_RUNS overrides, for long runs. */
const RUNS = Number(process.env.PLIMSOLL_RUNS ?? 100);
const FIRST_SEED = Number(process.env.PLIMSOLL_FIRST_SEED ?? 1);
const LIMIT = 25;

/** A pod that evicts nobody, is held back by nothing and is as important as any other, so that the queue keeps the order of the copies. */
function harmless(pod: Pod): Pod {
  const template = { ...pod.template, priority: 0, preemptionPolicy: 'Never', schedulingGates: [] };
  return { ...pod, template, nominatedNodeName: '', terminating: false, createdMs: 0 };
}

interface Told {
  readonly placed: number;
  /** Copies by item and node. */
  readonly nodes: readonly ReadonlyMap<string, number>[];
  readonly message?: string;
}

/** The same copies through the queue, all in one run: what happens up to the first that fails. */
async function oneRun(snapshot: Snapshot, items: readonly FillItem[], options: EngineOptions): Promise<Told> {
  const copies: { readonly pod: Pod; readonly item: number }[] = [];
  for (let round = 0; round < LIMIT; round++) {
    for (const [item, { pod, count }] of items.entries())
      for (let i = 0; i < count; i++) copies.push({ pod: { ...pod, name: `copy-${copies.length}` }, item });
  }
  const pods = [...snapshot.pods, ...copies.map(({ pod }, i) => ({ ...pod, createdMs: i + 1 }))];
  const { placements, unschedulable } = await new Engine({ ...snapshot, pods }, { ...options, untilStable: false }).schedule();
  const nodeOf = new Map(placements.map(({ name, node }) => [name, node]));
  const nodes = items.map(() => new Map<string, number>());
  for (const [placed, { pod, item }] of copies.entries()) {
    const node = nodeOf.get(pod.name);
    if (node === undefined) return { placed, nodes, message: unschedulable.find(({ name }) => name === pod.name)?.message ?? 'lost' };
    nodes[item]?.set(node, (nodes[item].get(node) ?? 0) + 1);
  }
  return { placed: copies.length, nodes };
}

function filled(snapshot: Snapshot, items: readonly FillItem[], options: EngineOptions): Told {
  const { rows, placed, stopped } = new Engine(snapshot, options).fill(items, LIMIT);
  const nodes = rows.map(
    (copies) => new Map(snapshot.nodes.flatMap(({ name }, row) => (copies[row] ? [[name, copies[row] as number] as const] : []))),
  );
  return { placed, nodes, ...(stopped ? { message: stopped.message } : {}) };
}

function differs(want: Told, have: Told): string | undefined {
  if (want.placed !== have.placed) return `placed ${have.placed} instead of ${want.placed}`;
  for (const [item, nodes] of want.nodes.entries()) {
    const other = have.nodes[item] as ReadonlyMap<string, number>;
    if (nodes.size !== other.size || [...nodes].some(([node, count]) => other.get(node) !== count)) return `item ${item} is elsewhere`;
  }
  // What follows is preemption, which is not asked about here.
  return want.message?.startsWith(have.message ?? '?') === (want.message !== undefined || undefined)
    ? undefined
    : `${have.message} / ${want.message}`;
}

describe('filling a cluster', () => {
  it.each([false, true])('places each copy where the queue places it (large: %s)', async (large) => {
    const failures: string[] = [];
    let stops = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + (large ? RUNS / 4 : RUNS) && failures.length < 3; seed++) {
      const { name, snapshot, options } = schedulerCase(seed, large);
      const prng = new Prng(seed);
      const engine = new Engine(snapshot, options);
      const served = new Set(engine.settings.profiles.map(({ schedulerName }) => schedulerName));
      // Claims of ephemeral volumes are named after the pod, and the copies have other names.
      const copied = ({ nodeName, template }: Pod) =>
        nodeName === '' && served.has(template.schedulerName) && template.volumes.every(({ kind }) => kind !== 'ephemeral');
      const pending = snapshot.pods.filter(copied);
      if (pending.length === 0) continue;
      const items = Array.from({ length: prng.between(1, 3) }, () => ({ pod: harmless(prng.pick(pending)), count: prng.between(1, 3) }));
      const bound = { ...snapshot, pods: snapshot.pods.filter(({ nodeName }) => nodeName !== '') };
      const want = await oneRun(bound, items, options);
      if (want.message !== undefined) stops++;
      const wrong = differs(want, filled(bound, items, options));
      if (wrong) failures.push(`${name}: ${wrong}`);
    }
    expect(failures).toEqual([]);
    expect(stops).toBeGreaterThan(0);
  });

  const nodes = ['a', 'b', 'c'].map((name) =>
    makeNode(name, { has: { cpu: '2', memory: '4Gi' }, labels: { 'kubernetes.io/hostname': name } }),
  );
  const snapshot = (pods: readonly Pod[] = []): Snapshot => ({
    nodes,
    pods,
    objects: NO_OBJECTS,
    notModelled: [],
    ignoredKinds: new Map(),
    hash: '',
  });

  it('leaves the cluster as it is', async () => {
    const engine = new Engine(snapshot([makePod('waits', { requests: { cpu: '2' } })]));
    const before = engine.snapshot();
    expect(engine.fill([{ pod: makePod('p', { requests: { cpu: '1' } }), count: 1 }], 100).placed).toBe(6);
    expect(engine.snapshot()).toEqual(before);
    expect((await engine.schedule()).placements).toHaveLength(1);
    expect(engine.fill([{ pod: makePod('p', { requests: { cpu: '1' } }), count: 1 }], 100).placed).toBe(4);
  });

  it('keeps the room that a waiting pod was promised', () => {
    const promised = makePod('waits', { requests: { cpu: '2' }, nominatedNodeName: 'a', priority: 5 });
    expect(new Engine(snapshot([promised])).fill([{ pod: makePod('p', { requests: { cpu: '1' } }), count: 1 }], 100).placed).toBe(4);
  });

  it('counts copies of one template for the rules of another, and says how near the next one was', () => {
    const web = makePod('web', { labels: { app: 'web' }, requests: { cpu: '1' } });
    const apart = affinityTerm('kubernetes.io/hostname', selector('app=web'));
    const lonely = makePod('lonely', { podAntiAffinity: { required: [apart], preferred: [] }, requests: { cpu: '100m' } });
    const { rows, stopped } = new Engine(snapshot()).fill(
      [web, lonely].map((pod) => ({ pod, count: 1 })),
      100,
    );
    expect(rows.map((copies) => [...copies])).toEqual([
      [2, 0, 2],
      [0, 4, 0],
    ]);
    expect(stopped).toMatchObject({
      item: 0,
      message: "0/3 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules, 2 Insufficient cpu.",
    });
    expect(stopped?.nearestMiss.length).toBe(3);
  });
});
