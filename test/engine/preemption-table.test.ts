import { expect, test } from 'vitest';
import { Prng } from '../../src/base/prng.ts';
import { Attempts } from '../../src/engine/attempts.ts';
import { filterNode, runPreFilter } from '../../src/engine/cycle.ts';
import { Decider } from '../../src/engine/decide.ts';
import { Engine } from '../../src/engine/engine.ts';
import { Fleet } from '../../src/engine/fleet.ts';
import { Nominations } from '../../src/engine/nominations.ts';
import { resolveOptions } from '../../src/engine/options.ts';
import { preempt } from '../../src/engine/preemption.ts';
import { DisruptionBudgets } from '../../src/engine/preemption-budgets.ts';
import { PreemptionTables } from '../../src/engine/preemption-tables.ts';
import type { ResolvedProfile } from '../../src/engine/resolved-profile.ts';
import { Core } from '../../src/layout/core.ts';
import type { Node } from '../../src/model/node.ts';
import type { Pod } from '../../src/model/pod.ts';
import type { ClusterObjects, Snapshot } from '../../src/model/snapshot.ts';
import { affinityTerm, container, makeNode, makePod, NO_OBJECTS, type PodSpec, selector, toleration } from '../support/builders.ts';
import { firstDifference, referenceSchedule } from '../support/reference-scheduler.ts';

/** Histories; PLIMSOLL_RUNS overrides, for long runs. */
const RUNS = Number(process.env.PLIMSOLL_RUNS ?? 60);
const FIRST_SEED = Number(process.env.PLIMSOLL_FIRST_SEED ?? 1);
const STEPS = 80;
/** More than doubles can tell from its neighbours, and just as much. */
const LARGE = '9007199254740993';
const LARGEST_EXACT = '9007199254740992';

function randomNode(prng: Prng, name: string): Node {
  const has = {
    cpu: prng.pick(['1', '1', '2']),
    memory: prng.chance(1, 12) ? LARGE : '4Gi',
    pods: prng.pick(['4', '8', '110']),
    ...(prng.chance(1, 3) ? { 'example.com/gpu': '4' } : {}),
  };
  const taints = prng.chance(1, 8) ? ['dedicated=x:NoSchedule'] : [];
  return makeNode(name, { has, taints, unschedulable: prng.chance(1, 12), labels: { disk: prng.pick(['ssd', 'hdd']) } });
}

function requests(prng: Prng, most: number): Record<string, string> {
  return {
    cpu: `${prng.between(1, most)}00m`,
    ...(prng.chance(1, 3) ? { memory: prng.pick(['1Gi', '512Mi', '1']) } : {}),
    ...(prng.chance(1, 6) ? { 'example.com/gpu': `${prng.between(1, 2)}` } : {}),
  };
}

function victim(prng: Prng, name: string): Pod {
  const pod = makePod(name, {
    priority: prng.between(0, 3),
    labels: { app: prng.pick(['a0', 'a1', 'a2']) },
    requests: prng.chance(1, 30) ? { memory: '9007199254740000' } : requests(prng, 4),
  });
  return prng.chance(1, 2) ? { ...pod, startedMs: prng.below(3) } : pod;
}

/** What the pods of one class ask for; some have rules that leave only some nodes, or that look at ports. */
function preemptorSpec(prng: Prng): PodSpec {
  const wanted = prng.chance(1, 8) ? { cpu: '100m', memory: LARGEST_EXACT } : requests(prng, prng.pick([8, 12]));
  const containers = [container(wanted, prng.chance(1, 6) ? { ports: [{ hostPort: 80 }] } : {})];
  return {
    priority: prng.between(2, 5),
    containers,
    ...(prng.chance(1, 4) ? { tolerations: [toleration({ key: 'dedicated', operator: 'Exists' })] } : {}),
    ...(prng.chance(1, 6) ? { nodeSelector: { disk: 'ssd' } } : {}),
  };
}

function budgets(prng: Prng): ClusterObjects {
  const podDisruptionBudgets = ['a0', 'a1'].map((app) => ({
    namespace: 'default',
    name: app,
    selector: selector(`app=${app}`),
    disruptionsAllowed: prng.below(7),
    disruptedPods: new Set<string>(),
  }));
  return { ...NO_OBJECTS, podDisruptionBudgets };
}

const tally = { preempted: 0, beside: 0, breaking: 0, kept: 0, nobody: 0 };

/** A fleet on which pods come, go and are promised nodes at random while pods of few classes preempt. */
class History {
  private readonly prng: Prng;
  private readonly profile: ResolvedProfile;
  private readonly fleet: Fleet;
  private readonly nominations: Nominations;
  private readonly budgets: DisruptionBudgets;
  private readonly tables: PreemptionTables;
  private readonly decider: Decider;
  private readonly classes: readonly Pod[];
  private names = 0;

  constructor(seed: number, core: Core) {
    core.reset();
    this.prng = new Prng(seed);
    const { prng } = this;
    const args = { minCandidateNodesPercentage: prng.pick([10, 50]), minCandidateNodesAbsolute: prng.between(1, 6) };
    const { semantics, profiles } = resolveOptions({});
    this.profile = { ...(profiles[0] as ResolvedProfile), postFilter: [{ plugin: 'DefaultPreemption', args }] };
    const nodes = Array.from({ length: prng.between(3, 24) }, (_, i) => randomNode(prng, `n${i}`));
    this.fleet = new Fleet(nodes, prng.chance(2, 3) ? budgets(prng) : NO_OBJECTS, semantics, [this.profile], core);
    this.nominations = new Nominations(this.fleet);
    this.budgets = new DisruptionBudgets(this.fleet.objects.podDisruptionBudgets);
    this.tables = new PreemptionTables(this.fleet, this.budgets);
    this.decider = new Decider(this.fleet, 'first', prng);
    this.classes = Array.from({ length: prng.between(1, 5) }, (_, i) => makePod(`class-${i}`, preemptorSpec(prng)));
    for (let i = 0; i < nodes.length * 5; i++) this.arrive(victim(prng, `v${i}`));
  }

  step(): void {
    const { prng, fleet } = this;
    const row = prng.below(fleet.nodes.length);
    const onRow = fleet.podsOnRow[row] as Pod[];
    const event = prng.below(16);
    if (event < 4) this.arrive(victim(prng, this.name()));
    else if (event < 6 && onRow.length > 0) fleet.remove(prng.pick(onRow), row);
    else if (event === 6) this.nominations.add(this.preemptor(), (fleet.nodes[row] as Node).name);
    else if (event === 7) this.spendBudgets(this.preemptor());
    else if (event === 9) this.churn(row);
    else if (event === 8)
      for (const other of fleet.view().nominated.get((fleet.nodes[row] as Node).name) ?? []) this.nominations.delete(other);
    this.compare(this.preemptor());
  }

  /** Allowances fall and nothing else changes. */
  private spendBudgets(pod: Pod): void {
    const cls = this.fleet.classOf(pod, this.profile);
    this.decider.judge(cls, pod);
    this.tables.preempt(cls, pod);
    for (let i = this.prng.below(4); i >= 0; i--) this.budgets.podLeft(victim(this.prng, this.name()));
    this.compare(pod);
  }

  /** More changes of one row than a journal of so few rows holds, after one of another. */
  private churn(row: number): void {
    this.arrive(victim(this.prng, this.name()));
    const pod = victim(this.prng, this.name());
    for (let i = 0; i < 40; i++) {
      this.fleet.place(pod, row);
      this.fleet.remove(pod, row);
    }
  }

  private name(): string {
    return `p${this.names++}`;
  }

  private preemptor(): Pod {
    return { ...this.prng.pick(this.classes), name: this.name() };
  }

  private arrive(pod: Pod): void {
    this.fleet.place(pod, this.prng.below(this.fleet.nodes.length));
  }

  private compare(pod: Pod): void {
    const { fleet, nominations, tables } = this;
    const cls = fleet.classOf(pod, this.profile);
    expect(tables.serves(cls)).toBe(true);
    this.decider.judge(cls, pod);
    const view = fleet.view();
    const { filters } = runPreFilter(pod, view, this.profile);
    expect(filters).toBeDefined();
    const statuses = view.nodes.map((node) => filters && filterNode(filters, node)?.status);
    const { table } = tables.of(cls, pod);
    expect(table.openRows).toBe(statuses.filter((status) => status === undefined).length);
    expect(table.helpfulRows).toBe(statuses.filter((status) => status?.code === 'Unschedulable').length);
    const kept = view.nodes.filter((node) => filters?.check(node) === undefined && statuses[node.row] !== undefined);
    expect([...table.keptRows].sort((a, b) => a - b)).toEqual(kept.map(({ row }) => row));
    expect(nominations.anyConcerning(pod)).toBe(nominations.concerning(pod).length > 0);
    tally.kept += kept.length;
    const want = preempt(view, pod, this.profile, (row) => statuses[row], { budgets: this.budgets });
    const got = tables.preempt(cls, pod);
    if (!('node' in want)) {
      expect(got).toBeUndefined();
      tally.nobody++;
      return;
    }
    expect(got).toEqual(want);
    this.evict(pod, want);
  }

  /** Half of the preemptors arrive on their node, the others stay promised to it. */
  private evict(
    pod: Pod,
    { node, row, victims, budgetViolations }: { node: string; row: number; victims: readonly Pod[]; budgetViolations: number },
  ): void {
    tally.preempted++;
    if (this.fleet.view().nominated.has(node)) tally.beside++;
    if (budgetViolations > 0) tally.breaking++;
    for (const one of victims) {
      this.fleet.remove(one, row);
      this.budgets.podLeft(one);
    }
    if (this.prng.chance(1, 2)) this.fleet.place(pod, row);
    else this.nominations.add(pod, node);
  }
}

test(`what tables remember never changes whom preemption evicts, in ${RUNS} histories`, () => {
  const core = new Core();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
    const history = new History(seed, core);
    for (let step = 0; step < STEPS; step++) history.step();
  }
  expect(tally.preempted).toBeGreaterThan(RUNS * 10);
  for (const count of Object.values(tally)) expect(count).toBeGreaterThan(RUNS);
}, 600_000);

test('a remembered failure ends with the promise that it was due to', () => {
  const { semantics, profiles } = resolveOptions({});
  const profile = profiles[0] as ResolvedProfile;
  const fleet = new Fleet([makeNode('n', { has: { cpu: '1' } })], NO_OBJECTS, semantics, [profile]);
  const full = { requests: { cpu: '1' } };
  const evictable = makePod('evictable', full);
  fleet.place(evictable, 0);
  const nominations = new Nominations(fleet);
  const attempts = new Attempts(fleet, nominations, new DisruptionBudgets([]), 'first', new Prng(1));
  const rival = makePod('rival', { ...full, priority: 2 });
  nominations.add(rival, 'n');
  const local = makePod('local', { ...full, priority: 1 });
  const antiAffinity = { required: [affinityTerm('host', selector('app=x'))], preferred: [] };
  const counting = makePod('counting', { ...full, priority: 1, podAntiAffinity: antiAffinity });
  for (const pod of [local, counting, local, counting]) expect(attempts.attempt(pod, profile).kind).toBe('failed');
  nominations.delete(rival);
  for (const pod of [local, counting]) expect(attempts.attempt(pod, profile)).toMatchObject({ kind: 'preempting', victims: [evictable] });
});

/** Many pods of few classes that find a full cluster, with pods of little priority between them. */
function crowdedSnapshot(seed: number): Snapshot {
  const prng = new Prng(seed);
  const nodes = Array.from({ length: prng.between(5, 40) }, (_, i) => randomNode(prng, `n${i}`));
  const bound = Array.from({ length: nodes.length * 4 }, (_, i) => ({ ...victim(prng, `b${i}`), nodeName: `n${i % nodes.length}` }));
  const classes = Array.from({ length: prng.between(1, 4) }, (_, i) => makePod(`class-${i}`, preemptorSpec(prng)));
  const waiting = Array.from({ length: nodes.length * 2 }, (_, i) =>
    prng.chance(1, 4) ? victim(prng, `w${i}`) : { ...prng.pick(classes), name: `w${i}`, uid: `w${i}` },
  );
  return { nodes, pods: [...bound, ...waiting], objects: budgets(prng), notModelled: [], ignoredKinds: new Map(), hash: '' };
}

test.each(['first', 'heap'] as const)(
  'runs of many preemptors of few classes equal the slow reference, ties by %s',
  async (tie) => {
    let preemptions = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
      const snapshot = crowdedSnapshot(seed);
      const want = referenceSchedule(snapshot, { tie }).decisions;
      preemptions += want.preemptions.length;
      expect(firstDifference(want, await new Engine(snapshot, { tie }).schedule()), `seed ${seed}`).toBeUndefined();
    }
    expect(preemptions).toBeGreaterThan(RUNS * 5);
  },
  600_000,
);
