import { describe, expect, it } from 'vitest';
import { buildGenerated } from '../../bench/clusters.ts';
import { Prng } from '../../src/base/prng.ts';
import { Decider } from '../../src/engine/decide.ts';
import { Fleet } from '../../src/engine/fleet.ts';
import { resolveOptions } from '../../src/engine/options.ts';
import { Core } from '../../src/layout/core.ts';
import { CLASS_GROUPS, FLEET_ADDRESS, FLEET_GROUPED, FLEET_SCANNED, OPEN } from '../../src/layout/layout.generated.ts';
import { KUBE_VERSIONS } from '../../src/model/gates.ts';
import type { Node } from '../../src/model/node.ts';
import type { Pod } from '../../src/model/pod.ts';
import { readSnapshot } from '../../src/sources/read-snapshot.ts';
import { readVectors } from '../parity/vectors.ts';
import { type SchedulerCase, schedulerCase } from '../support/scheduler-cases.ts';

/** Clusters; PLIMSOLL_RUNS overrides, for long runs. */
const RUNS = Number(process.env.PLIMSOLL_RUNS ?? 120);
const STEPS = 150;
const STEPS_BETWEEN_NODE_CHANGES = 50;
/** One long life of a cluster: as many placements at least, with pods leaving and nodes changing all along. */
const LONG_STEPS = 20_000;
const LONG_PLACEMENTS = 10_000;
const STEPS_PER_VECTOR = 25;

interface Placed {
  readonly pod: Pod;
  readonly node: string;
}

/** A fleet that decides by the group index where it can, or always by a full scan. */
class Side {
  readonly fleet: Fleet;
  private readonly scans: boolean;

  constructor({ snapshot, options }: SchedulerCase, nodes: readonly Node[], placed: readonly Placed[], core: Core, scans: boolean) {
    const { semantics, profiles } = resolveOptions(options);
    core.reset();
    this.fleet = new Fleet(nodes, snapshot.objects, semantics, profiles, core);
    this.scans = scans;
    for (const { pod, node } of placed) this.fleet.place(pod, this.fleet.rowOf(node) as number);
  }

  /** The row, undefined for a class that the core does not decide alone. */
  decide(pod: Pod): number | undefined {
    const { core } = this.fleet;
    const cls = this.fleet.classOf(pod, this.fleet.profileFor(pod.template) as NonNullable<ReturnType<Fleet['profileFor']>>);
    if (cls.refused || cls.hostFilters.length + cls.hostScores.length > 0) return undefined;
    if (this.scans) core.u32[(cls.address + CLASS_GROUPS) / 4] = 0;
    return core.exports.chooseBest(cls.address);
  }

  /** The row when these are kept for others; the full scan closes them in its verdicts. */
  decideAround(pod: Pod, rows: readonly number[]): number | undefined {
    const { core } = this.fleet;
    const cls = this.fleet.classOf(pod, this.fleet.profileFor(pod.template) as NonNullable<ReturnType<Fleet['profileFor']>>);
    const decider = new Decider(this.fleet, 'first', new Prng(1));
    if (!decider.isBulk(cls) || cls.narrowed) return undefined;
    if (!this.scans) return decider.decide(cls, pod, { rows, refuses: () => true });
    core.exports.refreshVerdicts(cls.address);
    const kept = rows.filter((row) => core.u8[cls.verdictLane + row] === OPEN);
    for (const row of kept) core.u8[cls.verdictLane + row] = 0;
    core.exports.settleAll(cls.address, cls.verdictLane);
    const row = core.exports.chooseFirst(cls.address);
    for (const row of kept) core.u8[cls.verdictLane + row] = OPEN;
    return row;
  }

  count(field: number): number {
    return this.fleet.core.i32[(FLEET_ADDRESS + field) / 4] as number;
  }
}

/** One cluster through placements, removals and node changes; what the two sides disagree in. */
function compareSides(run: SchedulerCase, prng: Prng, cores: readonly [Core, Core], tally: Map<string, number>, steps = STEPS): string[] {
  const { snapshot } = run;
  let nodes = [...snapshot.nodes];
  const names = new Set(nodes.map(({ name }) => name));
  let placed: Placed[] = snapshot.pods.filter(({ nodeName }) => names.has(nodeName)).map((pod) => ({ pod, node: pod.nodeName }));
  const { profiles } = resolveOptions(run.options);
  const served = new Set(profiles.map(({ schedulerName }) => schedulerName));
  const models = snapshot.pods.filter(({ template }) => served.has(template.schedulerName));
  if (models.length === 0 || nodes.length === 0) return [];
  const wrong: string[] = [];
  for (let step = 0; step < steps; ) {
    const [indexed, scanning] = [new Side(run, nodes, placed, cores[0], false), new Side(run, nodes, placed, cores[1], true)];
    for (const last = Math.min(steps, step + STEPS_BETWEEN_NODE_CHANGES); step < last; step++) {
      const pod: Pod = { ...prng.pick(models), name: `step-${step}`, uid: `uid-step-${step}`, nodeName: '', terminating: false };
      // Now and then some rows are kept for others, the best one among them.
      const kept = prng.chance(1, 3) ? keptRows(prng, nodes.length, scanning.decide(pod) ?? -1) : [];
      const row = kept.length > 0 ? indexed.decideAround(pod, kept) : indexed.decide(pod);
      const want = kept.length > 0 ? scanning.decideAround(pod, kept) : scanning.decide(pod);
      tally.set('around', (tally.get('around') ?? 0) + Number(kept.length > 0 && want !== undefined));
      if (row !== want) wrong.push(`${run.name}, step ${step}: group index ${row}, full scan ${want}`);
      if (want !== undefined && want >= 0) {
        placed.push({ pod, node: (nodes[want] as Node).name });
        tally.set('placed', (tally.get('placed') ?? 0) + 1);
        for (const { fleet } of [indexed, scanning]) fleet.place(pod, want);
      }
      if (placed.length > 0 && ((want ?? -1) < 0 || prng.chance(1, 4))) {
        const [gone] = placed.splice(prng.below(placed.length), 1) as [Placed];
        for (const { fleet } of [indexed, scanning]) fleet.remove(gone.pod, fleet.rowOf(gone.node) as number);
      }
    }
    for (const [name, field] of Object.entries({ grouped: FLEET_GROUPED, scanned: FLEET_SCANNED })) {
      tally.set(name, (tally.get(name) ?? 0) + indexed.count(field));
    }
    expect(scanning.count(FLEET_GROUPED)).toBe(0);
    ({ nodes, placed } = changedNodes(prng, nodes, placed));
  }
  return wrong;
}

function keptRows(prng: Prng, rows: number, best: number): number[] {
  const some = Array.from({ length: prng.between(1, 6) }, () => prng.below(rows));
  return [...new Set(best >= 0 && prng.chance(2, 3) ? [best, ...some] : some)];
}

/** One node cordoned, relabelled or gone with its pods. */
function changedNodes(prng: Prng, nodes: readonly Node[], placed: readonly Placed[]): { nodes: Node[]; placed: Placed[] } {
  const at = prng.below(nodes.length);
  const node = nodes[at] as Node;
  const kind = prng.below(3);
  const donor = prng.pick(nodes);
  const labels = new Map([...node.labels, ...[...donor.labels].filter(([key]) => key.endsWith('/zone'))]);
  const changed: Node = kind === 0 ? { ...node, unschedulable: !node.unschedulable } : { ...node, labels };
  if (kind < 2 || nodes.length === 1) return { nodes: nodes.with(at, changed), placed: [...placed] };
  return { nodes: nodes.filter((other) => other !== node), placed: placed.filter((pod) => pod.node !== node.name) };
}

describe('the group index', () => {
  it(`decides as the full scan does, placement by placement, in ${RUNS} clusters`, () => {
    const cores: [Core, Core] = [new Core(), new Core()];
    const tally = new Map<string, number>();
    const wrong: string[] = [];
    for (let seed = 1; seed <= RUNS && wrong.length < 5; seed++) {
      wrong.push(...compareSides(schedulerCase(seed, seed % 4 === 0), new Prng(seed), cores, tally));
    }
    expect(wrong).toEqual([]);
    // The fallback must be the exception, and must occur.
    const grouped = tally.get('grouped') ?? 0;
    const scanned = tally.get('scanned') ?? 0;
    expect(grouped).toBeGreaterThan(40 * RUNS);
    expect(scanned).toBeGreaterThan(0);
    expect(tally.get('around')).toBeGreaterThan(20 * RUNS);
  });

  it('decides as the full scan does over one life of a cluster', () => {
    const tally = new Map<string, number>();
    const cluster = buildGenerated({ nodes: 200, pods: 900, boundShare: 30, shuffle: true, seed: 4 });
    const run: SchedulerCase = { name: 'one life', snapshot: cluster, options: {} };
    expect(compareSides(run, new Prng(1), [new Core(), new Core()], tally, LONG_STEPS)).toEqual([]);
    expect(tally.get('placed')).toBeGreaterThan(LONG_PLACEMENTS);
    expect(tally.get('grouped')).toBeGreaterThan(LONG_PLACEMENTS / 2);
  }, 120_000);

  it.each(KUBE_VERSIONS)(
    'decides as the full scan does in the clusters of the vectors of %s',
    async (version) => {
      const tally = new Map<string, number>();
      const wrong: string[] = [];
      const { vectors } = readVectors(new URL(`../parity/vectors/${version}.jsonl.gz`, import.meta.url));
      const cores: [Core, Core] = [new Core(), new Core()];
      for (const [i, { case: parityCase, answer }] of vectors.entries()) {
        if (answer.invalid !== undefined) continue;
        const list = { apiVersion: 'v1', kind: 'List', items: parityCase.objects };
        const snapshot = await readSnapshot(list, { defaults: false });
        const options = { config: parityCase.config, kubeVersion: version, featureGates: parityCase.featureGates };
        wrong.push(...compareSides({ name: parityCase.name, snapshot, options }, new Prng(i + 1), cores, tally, STEPS_PER_VECTOR));
      }
      expect(wrong.slice(0, 5)).toEqual([]);
      expect(tally.get('grouped')).toBeGreaterThan(500);
    },
    120_000,
  );
});
