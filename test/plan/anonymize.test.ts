import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import type { EngineOptions } from '../../src/engine/options.ts';
import { canonical } from '../../src/model/parse/canonical.ts';
import type { RawObject } from '../../src/model/parse/fields.ts';
import type { Pod } from '../../src/model/pod.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { anonymizeSnapshot, revealText } from '../../src/plan/anonymize.ts';
import { drain } from '../../src/plan/drain.ts';
import { explain } from '../../src/plan/explain.ts';
import type { Role } from '../../src/plan/field-shape.ts';
import { isNamespaced, reducedObject } from '../../src/plan/field-table.ts';
import { rollout } from '../../src/plan/rollout.ts';
import { schedule } from '../../src/plan/schedule.ts';
import { survive } from '../../src/plan/survive.ts';
import { readObjects, readSnapshot } from '../../src/sources/read-snapshot.ts';
import { type Feature, hardCluster } from '../support/fleets.ts';
import { CROWDED, LEANINGS } from '../support/scheduler-cases.ts';

const SEEDS = Array.from({ length: 60 }, (_, i) => i + 1);

/** Text with pseudonyms replaced by what they stand for, reasons in the order of their text: a message sorts them by name. */
function revealed(text: string, names: ReadonlyMap<string, string>): string {
  return revealText(text, names)
    .split(/, |: |\. /)
    .sort()
    .join('|');
}

function clusterOf(seed: number) {
  const leanings = [...LEANINGS, ...CROWDED];
  const features = leanings[seed % leanings.length] as Partial<Record<Feature, boolean>>;
  return hardCluster(seed, { maxNodes: 60, maxPods: 120, maxPending: 24, features });
}

/** Every text of a configuration: what it names must keep its name. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? [...Object.keys(value), ...Object.values(value).flatMap(textsOf)] : [];
}

describe('the field table', () => {
  it.each(SEEDS)('has every field that is read, seed %i', async (seed) => {
    const { list } = clusterOf(seed);
    const items = list.items.map(
      (item) => reducedObject(item) ?? { kind: item.kind, apiVersion: item.apiVersion, metadata: item.metadata },
    );
    for (const defaults of [true, false]) {
      const whole = await readSnapshot(list, { defaults });
      const cut = await readSnapshot({ ...list, items }, { defaults });
      expect(canonical(read(cut))).toBe(canonical(read(whole)));
      expect(cut.notModelled).toEqual(whole.notModelled);
    }
  });
});

/** Without what is kept whole and looked up by key: annotations, and parameters of classes. */
function read(snapshot: Snapshot): object {
  const { nodes, pods, objects } = snapshot;
  return { nodes, pods, objects };
}

const AS_WRITTEN = (role: Role, text: string) => (role === 'time' || role === 'blank' ? '' : text);

describe('anonymizeSnapshot', () => {
  it.each(SEEDS)('gives back the same objects with the names put back, seed %i', (seed) => {
    const { list } = clusterOf(seed);
    const { snapshot, names } = anonymizeSnapshot(list.items);
    const back = snapshot.items.map((item) => reducedObject(item, (role, text) => revealText(AS_WRITTEN(role, text), names)));
    const whole = list.items.map((item) => reducedObject(item, AS_WRITTEN)).filter((item) => item !== undefined);
    expect(back).toEqual(whole.map(withNamespaces));
    expect(snapshot.items.length).toBe(whole.length);
  });

  it.each(SEEDS.flatMap((seed) => [[seed, true] as const, [seed, false] as const]))(
    'changes no decision, message or score, seed %i, configured %s',
    async (seed, configured) => {
      const { list, config } = clusterOf(seed);
      const keep = configured ? textsOf(config) : [];
      const options: EngineOptions = configured ? { config } : {};
      const { snapshot, names } = anonymizeSnapshot(list.items, { keep });
      const [before, after] = [await readSnapshot(list), await readSnapshot(snapshot)];
      const reveal = (value: unknown) => revealed(JSON.stringify(value), names);
      const plain = (value: unknown) => revealed(JSON.stringify(value), new Map());
      const [told, again] = [await schedule(before, options), await schedule(after, options)];
      expect(again.placements.map(reveal)).toEqual(told.placements.map(plain));
      expect(again.unschedulable.map(reveal)).toEqual(told.unschedulable.map(plain));
      expect(again.preemptions.map(reveal)).toEqual(told.preemptions.map(plain));
      for (const [i, pod] of before.pods.entries()) {
        const other = after.pods[i] as Pod;
        if (pod.nodeName !== '' || (!configured && pod.template.schedulerName !== 'default-scheduler')) continue;
        const [one, two] = [await explain(before, pod, options), await explain(after, other, options)];
        expect(two.nodes.map(reveal)).toEqual(one.nodes.map(plain));
        break;
      }
    },
  );

  it.each(['zones', 'shop', 'spare', 'tight'])('changes no answer about the future of examples/%s.yaml', async (example) => {
    const objects = await readObjects(`examples/${example}.yaml`);
    const { snapshot, names } = anonymizeSnapshot(objects);
    const ask = async (cluster: Snapshot, nameOf: (name: string) => string) => {
      const untimed = (answer: object) =>
        JSON.stringify(answer, (key, value) => (['provenance', 'seconds'].includes(key) ? undefined : value));
      const answers = [
        await survive(cluster, 'node', { keepBudgets: true }),
        await drain(
          cluster,
          cluster.nodes.slice(0, 2).map(({ name }) => name),
          { ignoreDaemonsets: true, force: true, deleteEmptydirData: true },
        ),
      ];
      for (const { kind, namespace, name } of cluster.objects.controllers.filter((each) =>
        ['Deployment', 'StatefulSet'].includes(each.kind),
      )) {
        answers.push((await rollout(cluster, { kind: kind as 'Deployment', namespace, name })) as never);
      }
      return answers.map(untimed).map(nameOf);
    };
    expect(names.size).toBeGreaterThan(5);
    const before = await ask(await readSnapshot(objects), (text) => revealed(text, new Map()));
    expect(await ask(await readSnapshot(snapshot), (text) => revealed(text, names))).toEqual(before);
    expect(before.length).toBeGreaterThan(1);
  });

  it('says the same whatever else the objects hold, and none of it is left', async () => {
    const { snapshot } = anonymizeSnapshot(load(readFileSync('test/plan/private-dump.yaml', 'utf8')) as object[]);
    const text = JSON.stringify(snapshot);
    expect(text.match(/acme|payroll|hunter2|10\.20\.30|eu-west/gi)).toBeNull();
    const { nodes, pods } = await readSnapshot(snapshot);
    expect([nodes.length, pods.length]).toEqual([1, 2]);
  });

  it('gives each word one pseudonym in the order of the words', () => {
    const named = (name: string) => ({ kind: 'Namespace', metadata: { name } });
    const { snapshot, names } = anonymizeSnapshot(['web', 'db', 'web-db', 'web0'].map(named));
    expect(snapshot.items.map((item) => (item.metadata as RawObject).name)).toEqual(['a01', 'a00', 'a01-a00', 'a02']);
    expect(names).toEqual(
      new Map([
        ['a00', 'db'],
        ['a01', 'web'],
        ['a02', 'web0'],
      ]),
    );
  });

  it('gives no pseudonym that is a kept name, and keeps the order', () => {
    const named = (name: string) => ({ kind: 'Namespace', metadata: { name } });
    const { snapshot } = anonymizeSnapshot(['db', 'web', 'x', 'a01', 'b-a02'].map(named), { keep: ['a01', 'b-a02'] });
    expect(snapshot.items.map((item) => (item.metadata as RawObject).name)).toEqual(['a00', 'a03', 'a04', 'a01', 'b-a02']);
  });

  it('keeps what it is told to keep, and numbers that are compared', () => {
    const node = {
      kind: 'Node',
      metadata: { name: 'n', labels: { 'acme.io/generation': '7', team: '7', pool: 'blue' } },
      status: { allocatable: { 'nvidia.com/gpu': '1', 'acme.io/fpga': '2', cpu: '4' } },
    };
    const term = { matchExpressions: [{ key: 'acme.io/generation', operator: 'Gt', values: ['5'] }] };
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } };
    const pod = { kind: 'Pod', metadata: { name: 'p' }, spec: { affinity } };
    const { snapshot } = anonymizeSnapshot([node, pod], { keep: ['nvidia.com', 'pool'] });
    const [{ metadata, status }] = snapshot.items as unknown as [typeof node];
    expect(Object.values(metadata.labels)).toEqual(['7', expect.stringMatching(/^a\d\d$/), 'blue']);
    expect(Object.keys(metadata.labels)[2]).toBe('pool');
    expect(Object.keys(status.allocatable)).toEqual(['nvidia.com/gpu', expect.stringMatching(/^a\d\d\.a\d\d\/a\d\d$/), 'cpu']);
  });

  it('leaves ordinals of StatefulSets numbers and keeps the order of names around them', async () => {
    const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'u', controller: true }];
    const names = ['db-0', 'db-10', 'db-2', '1a-10x', '1a-2', '00', '9z', '10', '11b', 'a'];
    const pods = names.map((name) => ({ kind: 'Pod', metadata: { name, ...(name.startsWith('db-') ? { ownerReferences } : {}) } }));
    const renamed = anonymizeSnapshot(pods).snapshot.items.map(({ metadata }) => (metadata as { readonly name: string }).name);
    expect(renamed.slice(0, 3).map((name) => name.replace(/^.*-/, ''))).toEqual(['0', '10', '2']);
    const order = (texts: readonly string[]) =>
      texts.map((_, i) => i).sort((a, b) => ((texts[a] as string) < (texts[b] as string) ? -1 : 1));
    expect(order(renamed)).toEqual(order(names));
  });

  it('does not touch what it is given', () => {
    const { list } = clusterOf(3);
    const before = JSON.stringify(list);
    anonymizeSnapshot(list.items);
    expect(JSON.stringify(list)).toBe(before);
  });
});

/** The namespace that is meant, as `anonymizeSnapshot` writes it. */
function withNamespaces(object: RawObject): RawObject {
  const metadata = object.metadata as RawObject;
  return isNamespaced(object.kind as string) && !metadata.namespace
    ? { ...object, metadata: { ...metadata, namespace: 'default' } }
    : object;
}
