import { describe, expect, it } from 'vitest';
import { Prng } from '../../src/base/prng.ts';
import { Fleet } from '../../src/engine/fleet.ts';
import { type EngineOptions, resolveOptions } from '../../src/engine/options.ts';
import { Core } from '../../src/layout/core.ts';
import {
  CLASS_GLANCES,
  CLASS_STAGE,
  CLASS_TOTAL,
  FLEET_ADDRESS,
  FLEET_GLANCED,
  LOCAL_NEAR,
  LOCAL_PLAIN,
  LOCAL_SCORE,
  LOCAL_STAGE,
} from '../../src/layout/layout.generated.ts';
import type { Node } from '../../src/model/node.ts';
import { SnapshotBuilder } from '../../src/model/parse/snapshot-builder.ts';
import type { Pod } from '../../src/model/pod.ts';
import type { ClusterObjects } from '../../src/model/snapshot.ts';
import { makeNode, makePod } from '../support/builders.ts';

/** Clusters; PLIMSOLL_RUNS overrides, for long runs. */
const RUNS = Number(process.env.PLIMSOLL_RUNS ?? 80);
const STEPS = 120;
const NO_OBJECTS: ClusterObjects = new SnapshotBuilder().finish().objects;

/** Amounts whose shares of each other are whole percentages, just beside them, or nothing of the kind. */
const CPU = ['500m', '1', '2', '3333m', '4', '8', '16', '63999m', '64', '96'];
const MEMORY = ['1Gi', '2Gi', '7Gi', '16Gi', '17179869183', '17179869185', '100G', '64Gi', '1Ti'];
const ASKED_CPU = ['0', '1m', '10m', '100m', '250m', '333m', '1', '1999m', '2', '40m', '7'];
const ASKED_MEMORY = ['0', '1', '1Mi', '200Mi', '171798692', '1Gi', '1073741823', '3Gi', '11Gi'];

function drawNodes(prng: Prng): Node[] {
  const [cpus, memories] = [prng.shuffle([...CPU]).slice(0, 1 + prng.below(4)), prng.shuffle([...MEMORY]).slice(0, 1 + prng.below(4))];
  return Array.from({ length: 1 + prng.below(300) }, (_, i) =>
    makeNode(`node-${i}`, {
      has: {
        cpu: prng.pick(cpus),
        memory: prng.pick(memories),
        pods: prng.pick(['3', '110', '110']),
        ...(prng.chance(1, 3) ? { 'example.com/gpu': '2' } : {}),
      },
      labels: { pool: prng.pick(['a', 'b']) },
      unschedulable: prng.chance(1, 30),
      images: prng.chance(1, 4) ? [{ names: ['app:1'], sizeBytes: 500 * 2 ** 20 }] : [],
    }),
  );
}

function drawPod(prng: Prng, name: string): Pod {
  return makePod(name, {
    requests: {
      ...(prng.chance(4, 5) ? { cpu: prng.pick(ASKED_CPU) } : {}),
      ...(prng.chance(4, 5) ? { memory: prng.pick(ASKED_MEMORY) } : {}),
      ...(prng.chance(1, 8) ? { 'example.com/gpu': '1' } : {}),
    },
    ...(prng.chance(1, 6) ? { nodeSelector: { pool: 'a' } } : {}),
  });
}

/** How a side decides: by bounds, from totals kept row by row, or from lanes that are built anew. */
type Way = 'bounds' | 'rows' | 'scan';

class Side {
  readonly fleet: Fleet;
  private readonly way: Way;

  constructor(nodes: readonly Node[], options: EngineOptions, core: Core, way: Way) {
    const { semantics, profiles } = resolveOptions(options);
    core.reset();
    this.fleet = new Fleet(nodes, NO_OBJECTS, semantics, profiles, core);
    this.way = way;
  }

  private classOf(pod: Pod) {
    return this.fleet.classOf(pod, this.fleet.profileFor(pod.template) as NonNullable<ReturnType<Fleet['profileFor']>>);
  }

  decide(pod: Pod): number {
    const { core } = this.fleet;
    const { address, local } = this.classOf(pod);
    if (this.way !== 'rows') {
      core.i32[(address + CLASS_STAGE) / 4] = 0;
      core.i32[(local.address + LOCAL_STAGE) / 4] = 0;
    }
    core.i32[(address + CLASS_GLANCES) / 4] = this.way === 'bounds' ? 0 : 1000;
    if (this.way === 'scan') core.u32[(local.address + LOCAL_PLAIN) / 4] = 0;
    return core.exports.chooseBest(address);
  }

  deal(pod: Pod, limit: number): { dealt: number; counts: Int32Array } {
    const { core, nodes, columns } = this.fleet;
    const { address, entry } = this.classOf(pod);
    const counts = core.allocate(columns.capacity * 4);
    const dealt = core.exports.deal(address, entry.usage, counts, limit);
    return { dealt, counts: core.i32.slice(counts / 4, counts / 4 + nodes.length) };
  }

  /** Verdicts, local scores and totals of all rows, brought up to date. */
  lanes(pod: Pod): readonly number[][] {
    const { core, nodes } = this.fleet;
    const { address, local } = this.classOf(pod);
    core.exports.refresh(address);
    const lane = (field: number, bytes: 1 | 4) => {
      const at = core.u32[field / 4] as number;
      return [...(bytes === 1 ? core.u8.subarray(at, at + nodes.length) : core.i32.subarray(at / 4, at / 4 + nodes.length))];
    };
    return [lane(local.address + LOCAL_NEAR, 1), lane(local.address + LOCAL_SCORE, 4), lane(address + CLASS_TOTAL, 4)];
  }
}

const CONFIGURATIONS: readonly EngineOptions[] = [
  {},
  { kubeVersion: '1.35' },
  {
    config: {
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'KubeSchedulerConfiguration',
      profiles: [
        {
          schedulerName: 'default-scheduler',
          pluginConfig: [
            {
              name: 'NodeResourcesFit',
              args: {
                scoringStrategy: {
                  type: 'LeastAllocated',
                  resources: [
                    { name: 'cpu', weight: 3 },
                    { name: 'memory', weight: 97 },
                  ],
                },
              },
            },
          ],
        },
      ],
    },
  },
];

/** One cluster through placements and removals; what the ways disagree in. */
function compareWays(seed: number, cores: readonly Core[], tally: { glanced: number }): string[] {
  const prng = new Prng(seed);
  const nodes = drawNodes(prng);
  const options = prng.pick(CONFIGURATIONS);
  const [bounds, rows, scan] = (['bounds', 'rows', 'scan'] as const).map((way, i) => new Side(nodes, options, cores[i] as Core, way)) as [
    Side,
    Side,
    Side,
  ];
  const models = Array.from({ length: 12 }, (_, i) => drawPod(prng, `model-${i}`));
  const wrong: string[] = [];
  const placed: { pod: Pod; row: number }[] = [];
  for (let step = 0; step < STEPS; step++) {
    const pod: Pod = { ...prng.pick(models), name: `step-${step}`, uid: `uid-step-${step}` };
    const want = scan.decide(pod);
    for (const [name, side] of Object.entries({ bounds, rows })) {
      const got = side.decide(pod);
      if (got !== want) wrong.push(`seed ${seed}, step ${step}: ${name} ${got}, lanes ${want}`);
    }
    const gone = placed.length > 0 && (want < 0 || prng.chance(1, 5)) ? placed.splice(prng.below(placed.length), 1)[0] : undefined;
    for (const { fleet } of [bounds, rows, scan]) {
      if (want >= 0) fleet.place(pod, want);
      if (gone) fleet.remove(gone.pod, gone.row);
    }
    if (want >= 0) placed.push({ pod, row: want });
  }
  for (const model of models) {
    for (const side of [bounds, rows]) {
      if (JSON.stringify(side.lanes(model)) !== JSON.stringify(scan.lanes(model))) wrong.push(`seed ${seed}: lanes of ${model.name}`);
    }
  }
  tally.glanced += bounds.fleet.core.i32[(FLEET_ADDRESS + FLEET_GLANCED) / 4] as number;
  return wrong;
}

describe('plain classes', () => {
  it('choose the same rows by bounds, from totals kept row by row, and from lanes', () => {
    const cores = [new Core(), new Core(), new Core()];
    const tally = { glanced: 0 };
    const wrong = Array.from({ length: RUNS }, (_, seed) => compareWays(seed + 1, cores, tally)).flat();
    expect(wrong).toEqual([]);
    expect(tally.glanced).toBeGreaterThan((RUNS * STEPS) / 3);
  });
});

describe('deal', () => {
  it('gives each row as many copies as decisions one by one, and leaves the same fleet', () => {
    const cores = [new Core(), new Core()];
    let dealt = 0;
    for (let seed = 1; seed <= RUNS * 3; seed++) {
      const prng = new Prng(seed);
      const nodes = drawNodes(prng);
      const options = prng.pick(CONFIGURATIONS);
      const [one, many] = [new Side(nodes, options, cores[0] as Core, 'rows'), new Side(nodes, options, cores[1] as Core, 'rows')] as const;
      const before = Array.from({ length: prng.below(200) }, (_, i) => ({
        pod: drawPod(prng, `before-${i}`),
        row: prng.below(nodes.length),
      }));
      for (const { fleet } of [one, many]) for (const { pod, row } of before) fleet.place(pod, row);
      const model = drawPod(prng, 'model');
      const limit = prng.pick([1, 7, 500, 3000]);
      const want = new Int32Array(nodes.length);
      for (let i = 0; i < limit; i++) {
        const row = one.decide(model);
        if (row < 0) break;
        one.fleet.place({ ...model, name: `copy-${i}` }, row);
        want[row] = (want[row] as number) + 1;
      }
      const got = many.deal(model, limit);
      // A class that is not plain is left to others.
      if (got.dealt === 0 && want.some((copies) => copies > 0)) continue;
      expect([seed, [...got.counts]]).toEqual([seed, [...want]]);
      dealt += got.dealt;
      const other = drawPod(prng, 'other');
      for (const pod of [model, other]) expect([seed, many.lanes(pod)]).toEqual([seed, one.lanes(pod)]);
    }
    expect(dealt).toBeGreaterThan(RUNS * 100);
  }, 60_000);
});
