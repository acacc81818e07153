import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readObjects, readSnapshot } from '../../src/sources/read-snapshot.ts';
import { hardCluster } from '../support/fleets.ts';

const pod = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } };

it('takes lists apart, in order, with the kind that a list gives its items', async () => {
  const list = {
    kind: 'List',
    apiVersion: 'v1',
    items: [
      { kind: 'PodList', apiVersion: 'v1', items: [pod, { ...pod, kind: null, apiVersion: null }] },
      { kind: 'Node', metadata: { name: 'n' } },
      { kind: 'NodeList', apiVersion: 'v1', items: [] },
    ],
  };
  const places: (string | undefined)[] = [];
  const objects = await readObjects(list, {
    take: (object, { path }) => {
      places.push(path);
      return object;
    },
  });
  expect(objects).toEqual([
    { ...pod, kind: 'Pod', apiVersion: 'v1' },
    { ...pod, kind: 'Pod', apiVersion: 'v1' },
    { kind: 'Node', metadata: { name: 'n' } },
  ]);
  expect(places).toHaveLength(3);
});

it('gives the objects of which a snapshot is made, whatever the format', async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const { list } = hardCluster(seed, { maxNodes: 20, maxPods: 40 });
    const folder = await mkdtemp(join(tmpdir(), 'plimsoll-objects-'));
    const path = join(folder, 'cluster.json');
    await writeFile(path, JSON.stringify(list));
    const { hash } = await readSnapshot(list);
    for (const source of [list, path, folder]) expect((await readSnapshot(await readObjects(source))).hash).toBe(hash);
    expect(await readObjects(path, { take: (object) => (object.kind === 'Node' ? object : undefined) })).toEqual(
      list.items.filter(({ kind }) => kind === 'Node'),
    );
  }
});

it.each([['kind: 5\n'], ['null\n'], ['[1]']])('refuses what holds no objects: %j', async (text) => {
  const path = join(await mkdtemp(join(tmpdir(), 'plimsoll-objects-')), 'x.yaml');
  await writeFile(path, text);
  await expect(readObjects(path)).rejects.toThrow(/^INPUT_KIND: /);
});
