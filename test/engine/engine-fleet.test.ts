import { describe, expect, it } from 'vitest';
import { Prng } from '../../src/base/prng.ts';
import { Fleet } from '../../src/engine/fleet.ts';
import { resolveOptions } from '../../src/engine/options.ts';
import type { ResolvedProfile } from '../../src/engine/resolved-profile.ts';
import { Core } from '../../src/layout/core.ts';
import type { Pod } from '../../src/model/pod.ts';
import { brokenColumns, compareTables } from '../support/invariants.ts';
import { schedulerCase } from '../support/scheduler-cases.ts';
import { difference, kernelVerdicts } from '../support/twin-check.ts';

/** Histories; PLIMSOLL_RUNS overrides, for long runs. */
const RUNS = Number(process.env.PLIMSOLL_RUNS ?? 60);
const FIRST_SEED = Number(process.env.PLIMSOLL_FIRST_SEED ?? 1);
const STEPS = 60;
const CHECK_EVERY = 20;

interface Findings {
  wrong: string[];
  tables: number;
}

/** A fleet on which pods come and go at random while classes are compiled and decided, beside the plain list of where every pod is. */
class History {
  private readonly prng: Prng;
  private readonly pods: readonly Pod[];
  private readonly rowOf = new Map<Pod, number>();
  private readonly seen = new Set<Pod>();
  private readonly fleet: Fleet;
  private readonly make: (core: Core) => Fleet;

  constructor(seed: number, core: Core) {
    const { snapshot, options } = schedulerCase(seed);
    const { semantics, profiles } = resolveOptions(options);
    this.make = (memory) => new Fleet(snapshot.nodes, snapshot.objects, semantics, profiles, memory);
    this.prng = new Prng(seed);
    core.reset();
    this.fleet = this.make(core);
    this.pods = snapshot.pods.filter((pod) => this.fleet.profileOf(pod));
    for (const pod of this.pods) this.put(pod, this.fleet.rowOf(pod.nodeName));
  }

  step(): void {
    const pod = this.prng.pick(this.pods);
    const row = this.rowOf.get(pod);
    if (this.prng.chance(1, 3)) {
      this.seen.add(pod);
      kernelVerdicts(pod, this.fleet, this.fleet.classes, this.fleet.profileOf(pod) as ResolvedProfile);
    } else if (row === undefined) this.put(pod, this.prng.below(this.fleet.nodes.length));
    else {
      this.fleet.remove(pod, row);
      this.rowOf.delete(pod);
    }
  }

  /** Compares with a fleet on which the same pods have always been, and with plain sums. */
  check(memory: Core): Findings {
    memory.reset();
    const fresh = this.make(memory);
    const podsOnRow = fresh.nodes.map((): Pod[] => []);
    for (const [pod, row] of this.rowOf) {
      fresh.place(pod, row);
      podsOnRow[row]?.push(pod);
    }
    const wrong = [...brokenColumns(this.fleet, podsOnRow, fresh.semantics)];
    for (const pod of this.seen) {
      const profile = fresh.profileOf(pod) as ResolvedProfile;
      // Volumes are reserved and host ports are disputed by history, which a fresh fleet has not got.
      if (pod.template.volumes.length > 0 || this.fleet.columns.portsDisputed) continue;
      const answer = kernelVerdicts(pod, this.fleet, this.fleet.classes, profile);
      const expected = kernelVerdicts(pod, fresh, fresh.classes, profile);
      const differing = difference(expected, answer);
      if (differing) wrong.push(`${pod.name}: ${differing.replace('plain', 'fresh')}`);
    }
    const { wrong: tables, compared } = compareTables(this.fleet, fresh);
    return { wrong: [...wrong, ...tables], tables: compared };
  }

  private put(pod: Pod, row: number | undefined): void {
    if (row === undefined) return;
    this.fleet.place(pod, row);
    this.rowOf.set(pod, row);
  }
}

describe('a fleet after many changes', () => {
  it(`has the sums, counts and verdicts of one laid out anew, in ${RUNS} random histories`, () => {
    const core = new Core();
    const memory = new Core();
    const failures: string[] = [];
    let tables = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS && failures.length < 5; seed++) {
      const history = new History(seed, core);
      for (let step = 1; step <= STEPS; step++) {
        history.step();
        if (step % CHECK_EVERY !== 0) continue;
        const findings = history.check(memory);
        tables += findings.tables;
        failures.push(...findings.wrong.slice(0, 2).map((wrong) => `seed ${seed}, step ${step}: ${wrong}`));
      }
    }
    expect(failures).toEqual([]);
    expect(tables).toBeGreaterThan(RUNS);
  });
});
