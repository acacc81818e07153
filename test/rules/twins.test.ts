import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Fleet } from '../../src/engine/fleet.ts';
import { resolveProfiles } from '../../src/engine/profile.ts';
import { Core, coreModule } from '../../src/layout/core.ts';
import { GATE_DEFAULTS, gateDefaults, KUBE_VERSIONS, type KubeVersion } from '../../src/model/gates.ts';
import { SnapshotBuilder } from '../../src/model/parse/snapshot-builder.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { ClusterView } from '../../src/rules/view.ts';
import { hardCluster } from '../support/fleets.ts';
import { OWN_RULES, withOwnRules } from '../support/own-rules.ts';
import { aloneProfiles, classesFor, difference, kernelVerdicts, plainVerdicts } from '../support/twin-check.ts';

/** Fleets per build; PLIMSOLL_SEEDS overrides, for long runs. */
const SEEDS = Number(process.env.PLIMSOLL_SEEDS ?? 2000);
const FIRST_SEED = Number(process.env.PLIMSOLL_FIRST_SEED ?? 1);
/** Of each fleet's pending pods so many are also held rule by rule. */
const ALONE_PODS = 2;

function snapshotOf(seed: number): { snapshot: Snapshot; config: unknown } {
  const { list, config } = withOwnRules(hardCluster(seed, { maxNodes: seed % 20 === 0 ? 300 : 70, maxPods: 120 }));
  const builder = new SnapshotBuilder({ defaults: false });
  builder.add(list, { file: `seed ${seed}` });
  return { snapshot: builder.finish(), config };
}

/** Places every pending pod in input order, comparing both sides before each placement. Returns the first difference. */
function checkFleet(seed: number, core: Core): string | undefined {
  const { snapshot, config } = snapshotOf(seed);
  const kubeVersion = KUBE_VERSIONS[seed % KUBE_VERSIONS.length] as KubeVersion;
  const semantics = { kubeVersion, gates: gateDefaults(kubeVersion) };
  const { profiles } = resolveProfiles(config, semantics, { percentageOfNodesToScore: 100 });
  core.reset();
  const fleet = new Fleet(snapshot.nodes, snapshot.objects, semantics, profiles, core);
  const view = new ClusterView(snapshot.nodes, snapshot.objects, semantics);
  for (const pod of snapshot.pods) {
    const row = fleet.rowOf(pod.nodeName);
    if (row === undefined) continue;
    fleet.place(pod, row);
    view.nodes[row]?.addPod(pod);
  }
  let alone = ALONE_PODS;
  for (const pod of snapshot.pods) {
    const profile = fleet.profileOf(pod);
    if (pod.nodeName !== '' || !profile) continue;
    const name = `seed ${seed} pod ${pod.namespace}/${pod.name}`;
    if (alone-- > 0) {
      for (const single of aloneProfiles(profile)) {
        const wrong = difference(plainVerdicts(pod, view, single.profile), kernelVerdicts(pod, fleet, classesFor(fleet), single.profile));
        if (wrong) return `${name}, ${single.name}: ${wrong}`;
      }
    }
    const kernel = kernelVerdicts(pod, fleet, fleet.classes, profile);
    const wrong = difference(plainVerdicts(pod, view, profile), kernel);
    if (wrong) return `${name}: ${wrong}`;
    if (kernel.chosen < 0) continue;
    fleet.place(pod, kernel.chosen);
    view.nodes[kernel.chosen]?.addPod(pod);
  }
  return undefined;
}

describe.each([
  ['release', () => coreModule()],
  ['debug', () => new WebAssembly.Module(readFileSync('build/core.debug.wasm'))],
])('kernels and plain twins, %s build', (_build, module) => {
  it(`agree on every node of ${SEEDS} random fleets, rule by rule and together`, () => {
    const core = new Core(module());
    const failures: string[] = [];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS && failures.length < 5; seed++) {
      const wrong = checkFleet(seed, core);
      if (wrong) failures.push(wrong);
    }
    expect(failures).toEqual([]);
  }, 1_800_000);
});

describe('rules that upstream lacks', () => {
  it('say which labels make them speak when they have a kernel', () => {
    const silent = OWN_RULES.filter(({ trialLabels }) => trialLabels === undefined);
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  it('are enabled in every profile and find their labels', () => {
    const cluster = hardCluster(3, { minNodes: 20 });
    const rule = { name: 'HostSpread', trialLabels: { nodes: { 'example.com/a': ['x', 'y'] }, pods: { 'example.com/b': ['z'] } } };
    const { list, config } = withOwnRules(cluster, [rule]);
    const builder = new SnapshotBuilder({ defaults: false });
    builder.add(list, { file: 'own rules' });
    const { nodes, pods } = builder.finish();
    expect(new Set(nodes.map(({ labels }) => labels.get('example.com/a')))).toEqual(new Set(['x', 'y', undefined]));
    expect(pods.some(({ template }) => template.labels.get('example.com/b') === 'z')).toBe(true);
    const semantics = { kubeVersion: KUBE_VERSIONS[0], gates: GATE_DEFAULTS };
    const { profiles } = resolveProfiles(config, semantics, { percentageOfNodesToScore: 100 });
    expect(profiles.map(({ score }) => score.some((weighted) => weighted.rule.name === 'HostSpread'))).toEqual(profiles.map(() => true));
  });
});
