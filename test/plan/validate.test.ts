import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PlimsollError } from '../../src/base/errors.ts';
import { Validator, validateSnapshot } from '../../src/plan/validate.ts';
import { readObjects, readSnapshot } from '../../src/sources/read-snapshot.ts';
import { hardCluster } from '../support/fleets.ts';

const BAD = 'test/bad-input/snapshots';

async function validate(file: string) {
  const validator = new Validator();
  await readObjects(file, {
    take: (object, place) => {
      validator.add(object, { file, ...place });
      return undefined;
    },
  }).catch((error: unknown) => validator.refuse(error));
  return validator.finish();
}

const node = (name: string, more: object = {}) => ({
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': 'a' } },
  status: { allocatable: { cpu: '4', memory: '8Gi', pods: '10' } },
  ...more,
});
const pod = (name: string, spec: object = {}, more: object = {}) => ({
  kind: 'Pod',
  metadata: { name, namespace: 'shop', ...more },
  spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }], ...spec },
});
const port = (hostPort: number) => ({ containers: [{ name: 'c', image: 'i', ports: [{ hostPort, containerPort: 80 }] }] });

function checksOf(objects: readonly object[]): string[] {
  return validateSnapshot(objects).findings.map(
    ({ severity, check, object, count = 1 }) => `${severity} ${check} ${object?.kind}/${object?.name} ${count}`,
  );
}

describe('validateSnapshot', () => {
  it.each(readdirSync(BAD))('says of %s what the reader refuses it for', async (name) => {
    const file = `${BAD}/${name}`;
    const refused = await readSnapshot(file).then(
      () => undefined,
      (error: unknown) => error as PlimsollError,
    );
    const { valid, findings } = await validate(file);
    expect(valid).toBe(refused === undefined);
    if (refused === undefined) return;
    expect(refused).toBeInstanceOf(PlimsollError);
    expect(findings.filter(({ severity }) => severity === 'error').map(({ check }) => check)).toContain(refused.code);
    expect(findings.some(({ file: at, problem }) => at === file && problem === refused.problem)).toBe(true);
  });

  it('refuses nothing that the reader takes, and asks hard clusters without failing', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { list, config } = hardCluster(seed, { maxNodes: 30, maxPods: 80 });
      const { nodes, pods } = await readSnapshot(list);
      const { valid, summary } = validateSnapshot(list.items, { config });
      expect({ valid, nodes: summary.nodes, pods: summary.pods }).toEqual({ valid: true, nodes: nodes.length, pods: pods.length });
    }
  });

  it('tells every error, with its object, and goes on with the rest', () => {
    const objects = [
      node('a'),
      node('a'),
      pod('Bad_Name'),
      pod('many', { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: 'x' } } }] }),
      { kind: 'PriorityClass', metadata: { name: 'high' }, value: 10 },
      pod('late', { priorityClassName: 'high', priority: 3 }),
      pod('later', { priorityClassName: 'high', priority: 4 }),
      pod('good', { nodeName: 'a' }),
    ];
    const { valid, findings, summary } = validateSnapshot(objects);
    expect(valid).toBe(false);
    expect(findings.map(({ check, object }) => `${check} ${object?.name}`)).toEqual([
      'DUPLICATE a',
      'NAME Bad_Name',
      'QUANTITY many',
      'FIELD late',
      'FIELD later',
    ]);
    expect(findings[2]).toMatchObject({ path: '[3].spec.containers[0].resources.requests.cpu', value: 'x', hint: expect.any(String) });
    expect(summary).toMatchObject({ objects: 8, nodes: 1, pods: 1, errors: 5 });
  });

  it('does not count what it refuses', () => {
    const crowd = [1, 2, 3].map((i) => pod(`p${i}`, { nodeName: 'a' }));
    const { summary, findings } = validateSnapshot([node('a'), node('a'), ...crowd, ...crowd, { kind: 'Secret', metadata: {} }]);
    expect(summary).toMatchObject({ nodes: 1, pods: 3, errors: 4, warnings: 0 });
    expect(findings.map(({ check }) => check)).toEqual(['DUPLICATE', 'DUPLICATE', 'DUPLICATE', 'DUPLICATE', 'ignored-kind']);
  });

  it.each<[what: string, objects: readonly object[], findings: readonly string[]]>([
    ['nothing', [node('a'), pod('p', { nodeName: 'a' })], []],
    ['no nodes', [pod('p')], ['warning missing-kind undefined/undefined 1']],
    ['pods on unknown nodes', [node('a'), pod('p', { nodeName: 'x' }), pod('q', { nodeName: 'x' })], ['warning unknown-node Pod/p 2']],
    ['too many pods', [node('a'), ...[1, 2, 3, 4, 5].map((i) => pod(`p${i}`, { nodeName: 'a' }))], ['warning over-committed Node/a 1']],
    [
      'one port twice',
      [node('a'), pod('p', { nodeName: 'a', ...port(80) }), pod('q', { nodeName: 'a', ...port(80) })],
      ['warning port-conflict Pod/q 1'],
    ],
    ['ports apart', [node('a'), pod('p', { nodeName: 'a', ...port(80) }), pod('q', { nodeName: 'a', ...port(81) })], []],
    [
      'a node without zone',
      [node('a'), node('b', { metadata: { name: 'b', labels: { 'kubernetes.io/hostname': 'b' } } })],
      ['warning no-zone Node/b 1'],
    ],
    ['a node without its name', [node('b', { metadata: { name: 'b' } })], ['warning no-hostname Node/b 1']],
    ['a node that offers nothing', [node('a', { status: {} })], ['warning no-capacity Node/a 1']],
    [
      'claims without any',
      [node('a'), pod('p', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] })],
      ['warning missing-kind Pod/p 1'],
    ],
    [
      'a claim that is not there',
      [
        node('a'),
        pod('p', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] }),
        { kind: 'PersistentVolumeClaim', metadata: { name: 'd', namespace: 'shop' }, spec: { volumeName: 'pv' } },
        { kind: 'PersistentVolumeClaim', metadata: { name: 'e', namespace: 'shop' }, spec: { storageClassName: 'fast' } },
      ],
      [
        'warning unknown-claim Pod/p 1',
        'warning unknown-volume PersistentVolumeClaim/d 1',
        'warning unknown-storage-class PersistentVolumeClaim/e 1',
      ],
    ],
    [
      'unknown classes',
      [node('a'), pod('p', { priorityClassName: 'x', runtimeClassName: 'y' }), pod('q', { priorityClassName: 'system-node-critical' })],
      ['warning unknown-class Pod/p 1', 'warning unknown-class Pod/p 1'],
    ],
    ['another scheduler', [node('a'), pod('p', { schedulerName: 'x' })], ['warning unserved-scheduler Pod/p 1']],
    ['a selector for no node', [node('a'), pod('p', { nodeSelector: { x: 'y' } })], ['warning no-such-node Pod/p 1']],
    [
      'a topology that no node has',
      [
        node('a'),
        pod('p', {
          topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'rack', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} }],
        }),
      ],
      ['warning unknown-topology Pod/p 1'],
    ],
    [
      'selectors for no pod',
      [
        node('a'),
        { kind: 'Service', metadata: { name: 's', namespace: 'shop' }, spec: { selector: { app: 'x' } } },
        { kind: 'PodDisruptionBudget', metadata: { name: 'b', namespace: 'shop' }, spec: { selector: { matchLabels: { app: 'x' } } } },
      ],
      ['note idle-selector PodDisruptionBudget/b 1', 'note idle-selector Service/s 1'],
    ],
    ['a kind that is read past', [node('a'), { kind: 'Secret', metadata: { name: 's' } }], ['note ignored-kind undefined/undefined 1']],
  ])('finds %s', (_what, objects, findings) => {
    expect(checksOf(objects)).toEqual(findings);
  });

  it('names amounts, places and next steps', () => {
    const objects = [node('a'), ...[1, 2, 3, 4, 5].map((i) => pod(`p${i}`, { nodeName: 'a' }))];
    expect(validateSnapshot(objects).findings).toEqual([
      {
        severity: 'warning',
        check: 'over-committed',
        problem: 'its pods ask for 5000m cpu and it has 4000m',
        object: { kind: 'Node', name: 'a' },
        path: 'status.allocatable.cpu',
        hint: 'it takes no more pods that ask for it; fetch nodes and pods together if that is not so',
      },
    ]);
  });
});
