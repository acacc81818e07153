import { describe, expect, it } from 'vitest';
import { Classes, type PodClass } from '../../src/engine/classes.ts';
import { Fleet } from '../../src/engine/fleet.ts';
import { resolveOptions } from '../../src/engine/options.ts';
import type { ResolvedProfile } from '../../src/engine/resolved-profile.ts';
import { Core } from '../../src/layout/core.ts';
import { LOCAL_SCORE } from '../../src/layout/layout.generated.ts';
import type { Pod, PodTemplate } from '../../src/model/pod.ts';
import { container, makeNode, makePod, NO_OBJECTS, selector, spread, toleration } from '../support/builders.ts';
import { schedulerCase } from '../support/scheduler-cases.ts';

/** Clusters; PLIMSOLL_RUNS overrides, for long runs. */
const RUNS = Number(process.env.PLIMSOLL_RUNS ?? 60);

function profileFor(fleet: Fleet, template: PodTemplate): ResolvedProfile {
  return fleet.profileFor(template) as ResolvedProfile;
}

/** Verdicts and scores of all rows, built from nothing. */
function lanesOf({ core, nodes }: Fleet, { local }: PodClass): string {
  core.exports.build(local.address);
  const score = (core.u32[(local.address + LOCAL_SCORE) / 4] as number) / 4;
  return `${core.u8.subarray(local.near, local.near + nodes.length).join()} ${core.i32.subarray(score, score + nodes.length).join()}`;
}

function fleetOf(nodes: Parameters<typeof makeNode>[1][], bytesMax?: number): Fleet {
  const { semantics, profiles } = resolveOptions({});
  const made = nodes.map((node, i) => makeNode(`n${i}`, node));
  return new Fleet(made, NO_OBJECTS, semantics, profiles, new Core(), bytesMax);
}

const CPU = { has: { cpu: '4', memory: '8Gi', pods: '20' } };
const asking = (cpu: string) => ({ requests: { cpu, memory: '1Gi' } });

function classOf(fleet: Fleet, pod: Pod): PodClass {
  return fleet.classOf(pod, profileFor(fleet, pod.template));
}

describe('lanes that classes share', () => {
  it(`are those that each class would have by itself, in ${RUNS} clusters`, () => {
    const core = new Core();
    const failures: string[] = [];
    let shared = 0;
    for (let seed = 1; seed <= RUNS && failures.length < 3; seed++) {
      const { name, snapshot, options } = schedulerCase(seed, seed % 3 === 0);
      const { semantics, profiles } = resolveOptions(options);
      core.reset();
      const fleet = new Fleet(snapshot.nodes, snapshot.objects, semantics, profiles, core);
      for (const pod of snapshot.pods) {
        const row = fleet.rowOf(pod.nodeName);
        if (row !== undefined) fleet.place(pod, row);
      }
      const templates = [...new Set(snapshot.pods.map(({ template }) => template))].filter((template) => fleet.profileFor(template));
      for (const template of templates) fleet.counts.entry(template);
      const users = new Map<number, number>();
      for (const template of templates) {
        const profile = profileFor(fleet, template);
        try {
          const cls = fleet.classes.of(template, profile);
          const alone = new Classes(core, fleet.columns, fleet.counts, semantics, snapshot.objects).of(template, profile);
          if (lanesOf(fleet, cls) !== lanesOf(fleet, alone)) failures.push(`${name}: ${template.namespace} ${cls.local.signature}`);
          if (!users.set(cls.local.address, (users.get(cls.local.address) ?? 0) + 1).has(alone.local.address)) shared++;
        } catch {
          // Pods that a rule refuses have no class.
        }
      }
      shared -= users.size;
    }
    expect(failures).toEqual([]);
    expect(shared).toBeGreaterThan(RUNS);
  });

  it('are one for pods that differ in what is not asked of a node, and so are their totals where nothing counts', () => {
    const fleet = fleetOf([CPU, CPU]);
    const [a, b] = [
      makePod('a', { ...asking('1'), labels: { app: 'a' } }),
      makePod('b', { ...asking('1'), labels: { app: 'b' }, priority: 7 }),
    ];
    expect(classOf(fleet, a).address).toBe(classOf(fleet, b).address);
    expect(fleet.classes.localCount).toBe(1);
    const spreading = (app: string) =>
      makePod(app, {
        ...asking('1'),
        labels: { app },
        spreadConstraints: [spread('kubernetes.io/hostname', 1, { labelSelector: selector(`app=${app}`) })],
      });
    const [c, d] = [classOf(fleet, spreading('c')), classOf(fleet, spreading('d'))];
    expect(c.address).not.toBe(d.address);
    expect(c.local).toBe(d.local);
    expect(c.local).toBe(classOf(fleet, a).local);
  });

  it.each([
    ['cpu', makePod('p', asking('2'))],
    ['a resource more', makePod('p', { requests: { cpu: '1', memory: '1Gi', 'ephemeral-storage': '1' } })],
    ['a node selector', makePod('p', { ...asking('1'), nodeSelector: { pool: 'a' } })],
    ['a toleration', makePod('p', { ...asking('1'), tolerations: [toleration({ key: 'own', operator: 'Exists' })] })],
    ['an image', makePod('p', { containers: [container(asking('1').requests, { image: 'app:1' })] })],
  ])('are not for pods that differ in %s', (_, pod) => {
    const tainted = { ...CPU, taints: ['own:NoSchedule'] };
    const fleet = fleetOf([{ ...CPU, images: [{ names: ['app:1'], sizeBytes: 900 * 2 ** 20 }] }, tainted]);
    expect(classOf(fleet, pod).local).not.toBe(classOf(fleet, makePod('q', asking('1'))).local);
    expect(fleet.classes.localCount).toBe(2);
  });

  it('are not for pods that have the same five images, one of them more often', () => {
    const images = ['a:1', 'b:1', 'c:1', 'd:1', 'e:1'];
    const having = (...names: string[]) => ({ ...CPU, images: names.map((name) => ({ names: [name], sizeBytes: 900 * 2 ** 20 })) });
    const fleet = fleetOf([having('a:1'), having('b:1'), having('c:1', 'd:1', 'e:1')]);
    const pod = (...more: string[]) => makePod(more.join(), { containers: [...images, ...more].map((image) => container({}, { image })) });
    const [often, other] = [classOf(fleet, pod('a:1', 'a:1', 'a:1')), classOf(fleet, pod('b:1', 'b:1', 'b:1'))];
    expect(often.local).not.toBe(other.local);
    expect([often, other].map(({ address }) => fleet.core.exports.chooseBest(address))).toEqual([0, 1]);
  });

  it('stay when their signature has come back, within bounds, and go with the class when it has not', () => {
    const fleet = fleetOf([CPU], 16 * 40_000);
    const visit = (name: string, cpu: string) => {
      const cls = classOf(fleet, makePod(name, { ...asking(cpu), labels: { app: name } }));
      fleet.classes.drop(cls);
      return cls.local;
    };
    const first = visit('a', '1');
    expect(fleet.classes.localCount).toBe(0);
    const second = visit('b', '1');
    expect(second).not.toBe(first);
    expect(fleet.classes.localCount).toBe(1);
    expect(visit('c', '1')).toBe(second);
    for (let i = 0; i < 200; i++) for (const name of ['d', 'e']) visit(`${name}${i}`, `${i + 2}m`);
    expect(fleet.classes.localCount).toBeLessThan(40);
    expect(fleet.classes.localCount).toBeGreaterThan(5);
    expect(visit('f', '1')).not.toBe(second);
  });

  it('and all memory comes back with the last class', () => {
    const fleet = fleetOf([CPU, CPU]);
    const pods = Array.from({ length: 50 }, (_, i) => makePod(`p${i}`, { ...asking(`${(i % 10) + 1}m`), labels: { app: `${i}` } }));
    const run = () => {
      for (const pod of pods) classOf(fleet, pod);
      fleet.classes.dropAll();
    };
    run();
    const { bytesUsed } = fleet.core;
    for (let i = 0; i < 5; i++) run();
    expect(fleet.core.bytesUsed).toBe(bytesUsed);
    expect(fleet.classes.localCount).toBe(0);
  });
});
