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
/** Pods are taken away as they come from so many on. */
const PODS_PER_NODE = 6;
/** A fleet is laid out anew after so many steps, with other labels, taints or nodes. */
const STEPS_BETWEEN_LAYOUTS = 50;
/** On the fleet that is laid out some node is closed, opened, taken out or put back once in so many steps. */
const STEPS_BETWEEN_NODE_CHANGES = 20;
/** One long life of a cluster and of one index: as many placements at least, with pods leaving and nodes changing all along. */
const LONG_STEPS = 20_000;
const LONG_PLACEMENTS = 10_000;
/** Steps in the cluster of each vector; PLIMSOLL_STEPS overrides, for long runs. */
const STEPS_PER_VECTOR = Number(process.env.PLIMSOLL_STEPS ?? 60);

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
function compareSides(
  run: SchedulerCase,
  prng: Prng,
  cores: readonly [Core, Core],
  tally: Map<string, number>,
  steps = STEPS,
  between = STEPS_BETWEEN_LAYOUTS,
): string[] {
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
    const states = new NodeStates([indexed.fleet, scanning.fleet]);
    for (const last = Math.min(steps, step + between); step < last; step++) {
      if (prng.chance(1, STEPS_BETWEEN_NODE_CHANGES)) {
        const gone = states.change(prng.below(nodes.length), prng.chance(1, 2));
        placed = placed.filter(({ node }) => !gone.has(node));
      }
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
      // Clusters that fill up without end would need more levels than there are.
      if (placed.length > 0 && ((want ?? -1) < 0 || placed.length > PODS_PER_NODE * nodes.length || prng.chance(1, 4))) {
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

/** Nodes that are closed or out on fleets that stay laid out. */
class NodeStates {
  private readonly fleets: readonly Fleet[];
  private readonly closed = new Set<number>();
  private readonly out = new Set<number>();

  constructor(fleets: readonly Fleet[]) {
    this.fleets = fleets;
  }

  /** Closes or opens the row, or takes it out or puts it back; the name of a node that has lost its pods. */
  change(row: number, whole: boolean): ReadonlySet<string> {
    // What is out is put back before anything else happens to it.
    if (this.out.has(row)) whole = true;
    const set = whole ? this.out : this.closed;
    const on = !set.delete(row);
    if (on) set.add(row);
    for (const fleet of this.fleets) {
      if (whole) fleet.setOut([row], on);
      else fleet.setClosed([row], on);
    }
    return new Set(whole && on ? [((this.fleets[0] as Fleet).nodes[row] as Node).name] : []);
  }
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
    expect(compareSides(run, new Prng(1), [new Core(), new Core()], tally, LONG_STEPS, LONG_STEPS)).toEqual([]);
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
      const between = Math.max(STEPS_BETWEEN_LAYOUTS, STEPS_PER_VECTOR / 4);
      for (const [i, { case: parityCase, answer }] of vectors.entries()) {
        if (answer.invalid !== undefined) continue;
        const list = { apiVersion: 'v1', kind: 'List', items: parityCase.objects };
        const snapshot = await readSnapshot(list, { defaults: false });
        const options = { config: parityCase.config, kubeVersion: version, featureGates: parityCase.featureGates };
        wrong.push(...compareSides({ name: parityCase.name, snapshot, options }, new Prng(i + 1), cores, tally, STEPS_PER_VECTOR, between));
      }
      expect(wrong.slice(0, 5)).toEqual([]);
      expect(tally.get('grouped')).toBeGreaterThan(500);
    },
    120_000,
  );
});
