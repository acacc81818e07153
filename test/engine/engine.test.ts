import { describe, expect, it } from 'vitest';
import { Prng } from '../../src/base/prng.ts';
import type { Change } from '../../src/engine/change.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { Node } from '../../src/model/node.ts';
import { type Pod, podKey } from '../../src/model/pod.ts';
import type { Schedule } from '../../src/model/results.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { makeNode, makePod, NO_OBJECTS, type PodSpec } from '../support/builders.ts';
import { schedulerCase } from '../support/scheduler-cases.ts';

/** Histories per test; PLIMSOLL_RUNS overrides, for long runs. */
const RUNS = Number(process.env.PLIMSOLL_RUNS ?? 80);
const FIRST_SEED = Number(process.env.PLIMSOLL_FIRST_SEED ?? 1);
const ROUNDS = 4;

/** The result without what measures time. */
function decided(schedule: Schedule): string {
  const { seconds: _, decideSeconds: _decide, decisionsPerSecond: _rate, paths: _paths, ...summary } = schedule.summary;
  return JSON.stringify({ ...schedule, summary });
}

/** What the cluster should be, kept up in the plainest way. */
class Ledger {
  readonly nodes: Node[];
  readonly pods: Map<string, Pod>;

  constructor({ nodes, pods }: Snapshot) {
    this.nodes = [...nodes];
    this.pods = new Map(pods.map((pod) => [podKey(pod), pod]));
  }

  apply(change: Change): void {
    switch (change.kind) {
      case 'nodeAdded':
        this.nodes.push(change.node);
        break;
      case 'nodeChanged':
        this.nodes[this.rowOf(change.node.name)] = change.node;
        break;
      case 'nodeRemoved':
        this.nodes.splice(this.rowOf(change.name), 1);
        break;
      case 'podRemoved':
        this.pods.delete(podKey(change.pod));
        break;
      default:
        this.pods.set(podKey(change.pod), change.pod);
    }
  }

  private rowOf(name: string): number {
    return this.nodes.findIndex((node) => node.name === name);
  }

  take({ placements, preemptions }: Schedule): void {
    for (const placement of placements) this.put(podKey(placement), { nodeName: placement.node, nominatedNodeName: '' });
    for (const { victims } of preemptions) for (const victim of victims) this.pods.delete(podKey(victim));
  }

  private put(key: string, change: Partial<Pod>): void {
    this.pods.set(key, { ...(this.pods.get(key) as Pod), ...change });
  }
}

/** Draws changes from a second cluster: its nodes under other names, and its pods. */
class Changes {
  private readonly prng: Prng;
  private readonly pool: Snapshot;
  private count = 0;

  constructor(prng: Prng, pool: Snapshot) {
    this.prng = prng;
    this.pool = pool;
  }

  next({ nodes, pods }: Ledger): Change {
    const { prng } = this;
    const node = nodes.length > 0 ? prng.pick(nodes) : undefined;
    const pod = pods.size > 0 ? prng.pick([...pods.values()]) : undefined;
    const roll = prng.below(12);
    if (roll < 1 || (roll < 3 && !node)) return { kind: 'nodeAdded', node: this.otherNode(`new-${this.count++}`) };
    if (roll < 2) return { kind: 'nodeChanged', node: this.otherNode((node as Node).name) };
    if (roll < 3) return { kind: 'nodeRemoved', name: (node as Node).name };
    if (roll < 6 || !pod) return { kind: 'podAdded', pod: this.otherPod(`new-${this.count++}`, node) };
    if (roll < 9) return { kind: 'podRemoved', pod };
    if (roll < 10) return { kind: 'podChanged', pod: { ...pod, ...this.movement(node), terminating: prng.chance(1, 4) } };
    if (roll < 11) return { kind: 'podChanged', pod: { ...pod, phase: prng.pick(['Succeeded', 'Failed', 'Running']) } };
    return { kind: 'podChanged', pod: { ...this.otherPod(pod.name, node), namespace: pod.namespace, nodeName: pod.nodeName } };
  }

  private otherNode(name: string): Node {
    return { ...this.prng.pick(this.pool.nodes), name };
  }

  private otherPod(name: string, node: Node | undefined): Pod {
    const { resize: _, ...pod } = this.prng.pick(this.pool.pods);
    return { ...pod, name, uid: `uid-${name}`, ...this.movement(node) };
  }

  private movement(node: Node | undefined): Pick<Pod, 'nodeName' | 'nominatedNodeName'> {
    const where = this.prng.below(6);
    const name = node?.name ?? 'nowhere';
    if (where === 0) return { nodeName: 'nowhere', nominatedNodeName: '' };
    if (where === 1) return { nodeName: '', nominatedNodeName: name };
    return { nodeName: where < 4 ? name : '', nominatedNodeName: '' };
  }
}

describe('an engine that has followed changes', () => {
  it(`answers as one made from the resulting snapshot, in ${RUNS} random histories`, async () => {
    const failures: string[] = [];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS && failures.length < 3; seed++) {
      const { name, snapshot, options } = schedulerCase(seed);
      const engine = new Engine(snapshot, options);
      const ledger = new Ledger(snapshot);
      const changes = new Changes(new Prng(seed), schedulerCase(seed + 1_000_000).snapshot);
      for (let round = 0; round < ROUNDS; round++) {
        const now = engine.snapshot();
        const live = [...ledger.pods.values()].filter(({ phase }) => phase !== 'Succeeded' && phase !== 'Failed');
        expect(now.nodes.length === ledger.nodes.length && now.nodes.every((node, row) => node === ledger.nodes[row]), name).toBe(true);
        const places = (pods: readonly Pod[]) => pods.map((pod) => `${podKey(pod)} on ${pod.nodeName}`).sort();
        expect(places(now.pods), name).toEqual(places(live));
        const fresh = decided(await new Engine(now, options).schedule());
        const result = await engine.schedule();
        if (decided(result) !== fresh) failures.push(`${name}, round ${round}:\nfresh       ${fresh}\nincremental ${decided(result)}`);
        ledger.take(result);
        for (let i = 0; i < 6; i++) {
          const change = changes.next(ledger);
          engine.apply(change);
          ledger.apply(change);
        }
      }
    }
    expect(failures).toEqual([]);
  });
});

function snapshotOf(nodes: readonly Node[], pods: readonly Pod[]): Snapshot {
  return { nodes, pods, objects: NO_OBJECTS, notModelled: [], ignoredKinds: new Map(), hash: 'x' };
}

const small = makeNode('small', { has: { cpu: '1', memory: '1Gi' } });
const large = makeNode('large', { has: { cpu: '4', memory: '4Gi' } });
const waiting = (name: string, cpu: string, more: PodSpec = {}) => makePod(name, { requests: { cpu, memory: '1Mi' }, ...more });
const placesOf = ({ placements }: Schedule) => Object.fromEntries(placements.map(({ name, node }) => [name, node]));
const messagesOf = ({ unschedulable }: Schedule) => Object.fromEntries(unschedulable.map(({ name, message }) => [name, message]));

describe('calling schedule again', () => {
  it('leaves placed pods where they are and tries the others once more', async () => {
    const engine = new Engine(snapshotOf([small], [waiting('a', '600m'), waiting('b', '600m'), waiting('c', '100m')]));
    const first = await engine.schedule();
    expect(placesOf(first)).toEqual({ a: 'small', c: 'small' });
    expect(Object.keys(messagesOf(first))).toEqual(['b']);
    const second = await engine.schedule();
    expect(second.placements).toEqual([]);
    expect(second.unschedulable).toEqual(first.unschedulable);
    expect(second.summary).toMatchObject({ nodes: 1, pending: 1, placed: 0, unschedulable: 1 });
    engine.apply({ kind: 'nodeAdded', node: large });
    expect(placesOf(await engine.schedule())).toEqual({ b: 'large' });
  });

  it('finds room that a removed pod has left', async () => {
    const engine = new Engine(snapshotOf([small], [waiting('a', '1', { on: 'small' }), waiting('b', '1')]));
    expect(messagesOf(await engine.schedule())).toHaveProperty('b');
    engine.apply({ kind: 'podRemoved', pod: { namespace: 'default', name: 'a' } });
    expect(placesOf(await engine.schedule())).toEqual({ b: 'small' });
    expect((await engine.schedule()).summary.pending).toBe(0);
  });

  it('remembers who lost a nomination', async () => {
    const engine = new Engine(snapshotOf([small], [waiting('a', '8', { nominatedNodeName: 'small', priority: 5 })]));
    await engine.schedule();
    expect(engine.snapshot().pods[0]?.nominatedNodeName).toBe('');
  });

  it('keeps a nomination that waits for a terminating victim, and others respect it', async () => {
    const leaving = { ...makePod('leaving', { requests: { cpu: '1' }, on: 'small', terminating: true }), disruptedByScheduler: true };
    const preemptor = waiting('preemptor', '1', { nominatedNodeName: 'small', priority: 5 });
    const engine = new Engine(snapshotOf([small], [leaving, preemptor, waiting('other', '100m')]));
    const first = await engine.schedule();
    expect(messagesOf(first).preemptor).toContain('not eligible due to a terminating pod on the nominated node.');
    expect(engine.snapshot().pods.find(({ name }) => name === 'preemptor')?.nominatedNodeName).toBe('small');
    engine.apply({ kind: 'podRemoved', pod: leaving });
    engine.apply({ kind: 'podRemoved', pod: preemptor });
    expect(placesOf(await engine.schedule())).toEqual({ other: 'small' });
  });
});

describe('changes', () => {
  it('of a finished pod free its node', async () => {
    const job = waiting('job', '1', { on: 'small' });
    const engine = new Engine(snapshotOf([small], [job, waiting('next', '1')]));
    await engine.schedule();
    engine.apply({ kind: 'podChanged', pod: { ...job, phase: 'Succeeded' } });
    expect(placesOf(await engine.schedule())).toEqual({ next: 'small' });
    expect(engine.snapshot().pods.map(({ name }) => name)).toEqual(['next']);
    engine.apply({ kind: 'podRemoved', pod: job });
  });

  it('of a node that goes and comes back take its pods with it', async () => {
    const engine = new Engine(snapshotOf([small], [waiting('a', '1', { on: 'small' })]));
    engine.apply({ kind: 'nodeRemoved', name: 'small' });
    engine.apply({ kind: 'podAdded', pod: waiting('b', '1') });
    expect(messagesOf(await engine.schedule()).b).toBe('no nodes available to schedule pods');
    engine.apply({ kind: 'nodeAdded', node: small });
    expect(messagesOf(await engine.schedule()).b).toContain('1 Insufficient cpu');
  });

  it('that contradict the cluster are refused and change nothing', async () => {
    const pod = waiting('a', '1');
    const engine = new Engine(snapshotOf([small], [pod]));
    const before = JSON.stringify(engine.snapshot(), bigints);
    const refused: readonly (readonly [Change, string])[] = [
      [{ kind: 'nodeAdded', node: small }, 'DUPLICATE'],
      [{ kind: 'podAdded', pod }, 'DUPLICATE'],
      [{ kind: 'nodeChanged', node: large }, 'NOT_FOUND'],
      [{ kind: 'nodeRemoved', name: 'large' }, 'NOT_FOUND'],
      [{ kind: 'podChanged', pod: waiting('b', '1') }, 'NOT_FOUND'],
      [{ kind: 'podRemoved', pod: { namespace: 'other', name: 'a' } }, 'NOT_FOUND'],
      // As a program without types may send them.
      [{ kind: 'podAdded', pod: { metadata: { name: 'plain' }, spec: {} } } as unknown as Change, 'USAGE'],
      [{ kind: 'nodeChanged', node: { metadata: { name: 'small' } } } as unknown as Change, 'USAGE'],
      [{ kind: 'podMoved', pod } as unknown as Change, 'USAGE'],
      [{ kind: 'podRemoved', namespace: 'default', name: 'a' } as unknown as Change, 'USAGE'],
      [{ kind: 'podRemoved', pod: { name: 'a' } } as unknown as Change, 'USAGE'],
      [{ kind: 'nodeRemoved', node: small } as unknown as Change, 'USAGE'],
      [{ kind: 'nodeAdded', name: 'x' } as unknown as Change, 'USAGE'],
      [{ kind: 'podAdded' } as unknown as Change, 'USAGE'],
      [{} as Change, 'USAGE'],
    ];
    for (const [change, code] of refused) {
      expect(() => engine.apply(change), change.kind).toThrow(expect.objectContaining({ name: 'PlimsollError', code }));
    }
    expect(JSON.stringify(engine.snapshot(), bigints)).toBe(before);
    expect(placesOf(await engine.schedule())).toEqual({ a: 'small' });
  });

  it('during a run are refused', async () => {
    const engine = new Engine(snapshotOf([small], [waiting('a', '1')]));
    const running = engine.schedule(() => ({ build: async () => {} }));
    const busy = expect.objectContaining({ name: 'PlimsollError', code: 'USAGE' });
    expect(() => engine.apply({ kind: 'nodeRemoved', name: 'small' })).toThrow(busy);
    expect(() => engine.snapshot()).toThrow(busy);
    await expect(engine.schedule()).rejects.toThrow(busy);
    expect(placesOf(await running)).toEqual({ a: 'small' });
    expect(engine.snapshot().pods[0]?.nodeName).toBe('small');
  });
});

describe('a run that breaks off', () => {
  it('leaves the cluster as it was', async () => {
    const engine = new Engine(snapshotOf([small], [waiting('a', '600m'), waiting('b', '600m')]));
    const broken = engine.schedule(() => ({ build: () => Promise.reject(new Error('no threads')) }));
    await expect(broken).rejects.toThrow('no threads');
    await expect(
      engine.schedule(() => {
        throw new Error('no builder');
      }),
    ).rejects.toThrow('no builder');
    expect(engine.snapshot().pods.every(({ nodeName }) => nodeName === '')).toBe(true);
    expect(placesOf(await engine.schedule())).toEqual({ a: 'small' });
  });
});

describe('a fork', () => {
  it('answers like its origin and goes its own way afterwards', async () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + 20; seed++) {
      const { snapshot, options } = schedulerCase(seed);
      const origin = new Engine(snapshot, options);
      await origin.schedule();
      origin.apply({ kind: 'podAdded', pod: waiting('late', '100m') });
      const before = JSON.stringify(origin.snapshot(), bigints);
      const [fork, twin] = [origin.fork(), origin.fork()];
      for (const { name } of snapshot.nodes.slice(0, 3)) fork.apply({ kind: 'nodeRemoved', name });
      for (const pod of fork.snapshot().pods.slice(0, 3)) fork.apply({ kind: 'podRemoved', pod });
      await fork.schedule();
      expect(JSON.stringify(origin.snapshot(), bigints)).toBe(before);
      const expected = decided(await twin.schedule());
      expect(JSON.stringify(origin.snapshot(), bigints)).toBe(before);
      expect(decided(await origin.schedule()), `seed ${seed}`).toBe(expected);
    }
  });
});

function bigints(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Map || value instanceof Set ? [...value] : value;
}
