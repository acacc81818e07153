import { describe, expect, it } from 'vitest';
import { Fleet } from '../../src/engine/fleet.ts';
import { resolveOptions } from '../../src/engine/options.ts';
import { Scheduler } from '../../src/engine/scheduler.ts';
import { Core } from '../../src/layout/core.ts';
import { podKey } from '../../src/model/pod.ts';
import { makeNode, makePod, NO_OBJECTS, quantities } from '../support/builders.ts';
import { brokenColumns } from '../support/invariants.ts';
import { type SchedulerCase, schedulerCase } from '../support/scheduler-cases.ts';

/** Runs; PLIMSOLL_RUNS overrides, for long runs. */
const RUNS = Number(process.env.PLIMSOLL_RUNS ?? 40);

/** What a run decides when class tables may take so many bytes, and how many classes were compiled for it. */
async function runWithin(bytesMax: number | undefined, { snapshot, options }: SchedulerCase, core: Core) {
  const { semantics, profiles, tie, seed, untilStable } = resolveOptions(options);
  core.reset();
  const fleet = new Fleet(snapshot.nodes, snapshot.objects, semantics, profiles, core, bytesMax);
  for (const pod of snapshot.pods) {
    const row = fleet.rowOf(pod.nodeName);
    if (row !== undefined) fleet.place(pod, row);
  }
  const waiting = snapshot.pods.filter((pod) => pod.nodeName === '' && !pod.terminating && fleet.profileOf(pod));
  // A builder makes the run start by compiling as many classes as the memory holds.
  const builder = {
    build: async (addresses: readonly number[]) => {
      for (const address of addresses) core.exports.build(address);
    },
  };
  const run = await new Scheduler(fleet, waiting, { tie, seed, untilStable, builder }).run();
  const name = (index: number) => podKey(waiting[index] as (typeof waiting)[number]);
  const decisions = JSON.stringify([
    run.placed.map(({ index, row }) => [name(index), row]),
    [...run.failed].map(([index, message]) => [name(index), message]),
    run.preemptions.map(({ index, node, victims }) => [name(index), node, victims.map(podKey)]),
    [...run.nominated],
  ]);
  return { decisions, compiled: fleet.classes.compiled, waiting: waiting.length, bytes: core.bytesUsed };
}

describe('class tables', () => {
  it(`that do not fit into memory come back exact, in ${RUNS} runs`, async () => {
    const core = new Core();
    const failures: string[] = [];
    let again = 0;
    for (let seed = 1; seed <= RUNS && failures.length < 3; seed++) {
      const run = schedulerCase(seed, seed % 5 === 0);
      const roomy = await runWithin(undefined, run, core);
      for (const bytesMax of [0, 20_000]) {
        const tight = await runWithin(bytesMax, run, core);
        again += Math.max(0, tight.compiled - roomy.compiled);
        if (tight.decisions !== roomy.decisions) failures.push(`${run.name}, ${bytesMax} bytes:\n${roomy.decisions}\n${tight.decisions}`);
      }
    }
    expect(failures).toEqual([]);
    expect(again).toBeGreaterThan(RUNS);
  });

  it('and pods that come and go take no more and more of it', () => {
    const core = new Core();
    const { semantics, profiles } = resolveOptions();
    const node = makeNode('n', { has: { cpu: '4', memory: '4Gi' } });
    const fleet = new Fleet([node], NO_OBJECTS, semantics, profiles, core);
    const plain = makePod('plain', { requests: { cpu: '1' } });
    const status = { name: 'c', actual: quantities({ cpu: '2', 'example.com/x': '1' }) };
    const resized = { ...makePod('resized', { requests: { cpu: '1' } }), resize: { containers: [status], infeasible: false } };
    const change = () => {
      for (const pod of [plain, resized]) fleet.place(pod, 0);
      for (const pod of [plain, resized]) fleet.remove(pod, 0);
    };
    change();
    const before = core.bytesUsed;
    for (let i = 0; i < 1000; i++) change();
    expect(core.bytesUsed).toBe(before);
    expect(brokenColumns(fleet, [[]], semantics)).toEqual([]);
  });

  it('that were dropped leave no memory behind', async () => {
    const core = new Core();
    const run = schedulerCase(12);
    const first = await runWithin(0, run, core);
    const pods = run.snapshot.pods;
    // The same pods over and over under other names: what is freed must be what is used again.
    const copies = Array.from({ length: 20 }, (_, i) =>
      pods.map((pod) => (pod.nodeName === '' ? { ...pod, name: `${pod.name}-${i}` } : pod)),
    );
    const crowd = new Map(copies.flat().map((pod) => [podKey(pod), pod]));
    const many = await runWithin(0, { ...run, snapshot: { ...run.snapshot, pods: [...crowd.values()] } }, core);
    expect(many.waiting).toBe(20 * first.waiting);
    expect(many.compiled).toBeGreaterThan(2 * first.compiled);
    expect(many.bytes).toBeLessThan(first.bytes + 500_000);
  });
});
