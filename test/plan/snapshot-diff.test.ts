import { describe, expect, it } from 'vitest';
import { Prng } from '../../src/base/prng.ts';
import { diffSnapshots } from '../../src/plan/snapshot-diff.ts';
import { hardCluster } from '../support/fleets.ts';

const POD = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'shop', name: 'web' } };
const container = (cpu: string | number, more: object = {}) => ({ name: 'web', image: 'web:1', resources: { requests: { cpu } }, ...more });

describe('diffSnapshots', () => {
  it('finds what was changed in a hard cluster, and nothing else', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { items } = hardCluster(seed, { maxNodes: 20, maxPods: 40 }).list;
      const prng = new Prng(seed);
      const same = diffSnapshots(items, prng.shuffle([...items]));
      expect(same).toMatchObject({ same: true, added: [], removed: [], moved: [], changed: [] });
      const [gone, come, moved] = prng.shuffle(items.filter(({ kind }) => kind === 'Pod'));
      if (!gone || !come || !moved) continue;
      const before = items.filter((item) => item !== come);
      const spec = moved.spec as { readonly nodeName?: string };
      const after = items
        .filter((item) => item !== gone)
        .map((item) => (item === moved ? { ...item, spec: { ...spec, nodeName: 'elsewhere' } } : item));
      const diff = diffSnapshots(before, after);
      const nameOf = ({ metadata }: { readonly metadata?: unknown }) => (metadata as { readonly name: string }).name;
      expect(diff.removed.map(({ name }) => name)).toEqual([nameOf(gone)]);
      expect(diff.added.map(({ name }) => name)).toEqual([nameOf(come)]);
      expect(diff.moved).toEqual([
        { namespace: expect.any(String), name: nameOf(moved), ...(spec.nodeName ? { from: spec.nodeName } : {}), to: 'elsewhere' },
      ]);
      expect(diff.changed).toEqual([]);
      expect(diff.summary.pods).toMatchObject({ before: diff.summary.pods.after, added: 1, removed: 1, changed: 1 });
    }
  });

  it('names fields by name and key, and compares amounts as amounts', () => {
    const toleration = { key: 'gpu', operator: 'Exists', effect: 'NoSchedule' };
    const before = [{ ...POD, spec: { containers: [container('1', { env: [{ name: 'A', value: '1' }] })], tolerations: [toleration] } }];
    const after = [
      {
        ...POD,
        metadata: { ...POD.metadata, resourceVersion: '9', managedFields: [{}] },
        spec: {
          containers: [{ name: 'sidecar' }, container('1000m', { image: 'web:2' })],
          tolerations: [{ ...toleration, operator: 'Equal', value: 'true' }],
          nodeSelector: { 'acme.io/pool': 'blue' },
        },
      },
    ];
    expect(diffSnapshots(before, after).changed).toEqual([
      {
        kind: 'Pod',
        namespace: 'shop',
        name: 'web',
        changes: [
          { path: 'spec.containers[sidecar].name', after: 'sidecar' },
          { path: 'spec.containers[web].image', before: 'web:1', after: 'web:2' },
          { path: 'spec.nodeSelector["acme.io/pool"]', after: 'blue' },
          { path: 'spec.tolerations[gpu:NoSchedule].operator', before: 'Exists', after: 'Equal' },
          { path: 'spec.tolerations[gpu:NoSchedule].value', after: 'true' },
        ],
      },
    ]);
    expect(diffSnapshots(before, [{ ...POD, spec: { containers: [container(2)], tolerations: [toleration] } }]).changed).toMatchObject([
      { changes: [{ path: 'spec.containers[web].resources.requests.cpu', before: '1', after: '2' }] },
    ]);
  });

  it('tells a pod that was made anew from one that stayed', () => {
    const made = (uid: string, creationTimestamp: string) => ({ ...POD, metadata: { ...POD.metadata, uid, creationTimestamp }, spec: {} });
    const diff = diffSnapshots([made('a', '2026-01-01T00:00:00Z')], [made('b', '2026-01-02T00:00:00Z')]);
    expect(diff.changed).toMatchObject([{ changes: [{ path: 'metadata.uid', before: 'a', after: 'b' }] }]);
  });

  it('takes objects without a namespace for those of default, and kinds apart', () => {
    const bare = { kind: 'Pod', metadata: { name: 'web' } };
    expect(diffSnapshots([bare], [{ kind: 'Pod', metadata: { name: 'web', namespace: 'default' } }])).toMatchObject({ same: true });
    expect(diffSnapshots([bare], [{ kind: 'Service', metadata: { name: 'web' } }])).toMatchObject({
      added: [{ kind: 'Service', namespace: 'default', name: 'web' }],
      removed: [{ kind: 'Pod' }],
    });
    expect(diffSnapshots([{ kind: 'Secret', metadata: { name: 'a' } }], [])).toMatchObject({ same: true });
  });
});
