import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { type ReadProgress, readSnapshot } from '../../src/sources/read-snapshot.ts';
import { problemOf } from './collect.ts';

const fixtures = fileURLToPath(new URL('./fixtures/', import.meta.url));
const cluster = join(fixtures, 'cluster');
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-sources-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const nodeNames = (snapshot: Snapshot) => snapshot.nodes.map((node) => node.name);
const podNames = (snapshot: Snapshot) => snapshot.pods.map((pod) => pod.name);

const node = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' } },
});
const pod = (name: string, extra: object = {}, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', ...metadata },
  spec: { containers: [{ name: 'main', image: 'a' }], ...extra },
});
const list = (...items: object[]) => ({ apiVersion: 'v1', kind: 'List', items });

describe('sources', () => {
  it('reads a directory: its files and those of its sub-folders, by name, any format', async () => {
    const snapshot = await readSnapshot(cluster);
    expect(nodeNames(snapshot)).toEqual(['worker-b', 'worker-a']);
    expect(podNames(snapshot)).toEqual(['web-7d9f-abcde', 'waiting']);
    expect(snapshot.objects.services.map((service) => service.name)).toEqual(['web']);
    expect([...snapshot.objects.namespaces.keys()]).toContain('shop');
    expect([...snapshot.ignoredKinds]).toEqual([['ConfigMap', 1]]);
    const requests = snapshot.pods[0]?.template.containers[0]?.requests;
    expect(requests?.get('cpu')).toBe(500_000_000n);
    expect(requests?.get('memory')).toBe(10n ** 18n);
  });

  it('reads folders at any depth, but not those that hide', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plimsoll-nested-'));
    const put = async (path: string, name: string) => {
      await mkdir(join(folder, path), { recursive: true });
      await writeFile(join(folder, path, `${name}.json`), JSON.stringify({ kind: 'Node', metadata: { name } }));
    };
    await put('b/c/d/e', 'deep');
    await put('b', 'shallow');
    await put('a/b/c', 'first');
    await put('.git/hooks', 'hidden');
    expect(nodeNames(await readSnapshot(folder))).toEqual(['first', 'deep', 'shallow']);
    await symlink(folder, join(folder, 'b', 'circle'));
    expect(nodeNames(await readSnapshot(folder))).toEqual(['first', 'deep', 'shallow']);
    await expect(readSnapshot(join(folder, '.git'))).resolves.toMatchObject({ nodes: [{ name: 'hidden' }] });
  });

  it.each(['null', 'null\n', '~', '---\nnull # nothing\n', 'kind: Node\nmetadata: {name: a}\n---\nnull\n'])(
    'refuses a null that is written: %j',
    async (text) => {
      await expect(readSnapshot(await file('null.json', text))).rejects.toThrow(/^INPUT_KIND: .*: not a Kubernetes object, got "null" \(/);
    },
  );

  it.each(['---\n', '# nothing\n', '---\n---\n', '# a: null\n'])('passes over empty documents: %j', async (text) => {
    expect((await readSnapshot(await file('empty.yaml', text))).nodes).toEqual([]);
  });

  it('reads the same from files, gzip, parsed objects and standard input', async () => {
    const text = await readFile(join(cluster, 'nodes.json'), 'utf8');
    const parsed = JSON.parse(text) as { items: object[] };
    const { hash } = await readSnapshot(join(cluster, 'nodes.json'));
    // The name says nothing: neither that it is packed nor what is inside.
    expect((await readSnapshot(await file('nodes.csv', gzipSync(text)))).hash).toBe(hash);
    expect((await readSnapshot([await file('bom.yaml', `\ufeff${text}`)])).hash).toBe(hash);
    expect((await readSnapshot(parsed)).hash).toBe(hash);
    expect((await readSnapshot(parsed.items)).hash).toBe(hash);
    expect(
      (
        await readSnapshot({
          kind: 'NodeList',
          apiVersion: 'v1',
          items: parsed.items.map((item) => ({ ...item, kind: undefined, apiVersion: undefined })),
        })
      ).hash,
    ).toBe(hash);
    const compact = parsed.items.map((item) => JSON.stringify(item)).join('\n');
    expect((await readSnapshot(await file('nodes.ndjson', compact))).hash).toBe(hash);
    const script = `import { readSnapshot } from ${JSON.stringify(new URL('../../src/sources/read-snapshot.ts', import.meta.url).href)};
      console.log((await readSnapshot('-')).hash);`;
    const output = await new Promise<string>((resolve, reject) => {
      const child = execFile(process.execPath, ['--input-type=module', '-e', script], (error, stdout) =>
        error ? reject(error) : resolve(stdout),
      );
      child.stdin?.end(gzipSync(text));
    });
    expect(output.trim()).toBe(hash);
  });

  it('keeps nodes in input order over several files', async () => {
    const b = await file('b.json', JSON.stringify(node('n2')));
    const a = await file('a.yaml', 'apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n');
    expect(nodeNames(await readSnapshot([b, a]))).toEqual(['n2', 'n1']);
  });

  it('reads the openb trace from its two files', async () => {
    const snapshot = await readSnapshot([join(fixtures, 'openb-pods.csv'), join(fixtures, 'openb-nodes.csv')]);
    expect(nodeNames(snapshot)).toEqual(['node-0', 'node-1', 'node-2']);
    expect(podNames(snapshot)).toEqual(['many', 'share', 'cpu', 'late']);
    expect(snapshot.nodes[1]?.allocatable.scalars.get('nvidia.com/gpu')).toBe(8n);
    expect(snapshot.pods[1]?.template.nodeAffinity?.required?.[0]?.matchExpressions[0]?.values).toEqual(['V100M16', 'V100M32']);
    expect(snapshot.notModelled).toContainEqual(expect.stringContaining('share of a GPU'));
  });

  it('reads an empty list and an empty array item by item', async () => {
    expect((await readSnapshot(list())).nodes).toEqual([]);
    expect((await problemOf(() => readSnapshot([])))?.code).toBe('USAGE');
    expect((await problemOf(() => readSnapshot(['-', '-'])))?.code).toBe('USAGE');
    expect((await problemOf(() => readSnapshot(['x', {}] as unknown as string[])))?.code).toBe('USAGE');
  });
});

describe('errors', () => {
  it('carry file, line and field path', async () => {
    const bad = { ...pod('p'), spec: { containers: [{ name: 'main', resources: { requests: { cpu: '1 Gi' } } }] } };
    const json = await file('bad.json', JSON.stringify(list(node('n'), bad), null, 1));
    expect((await problemOf(() => readSnapshot(json)))?.message).toMatch(
      /^QUANTITY: .*bad\.json: line \d+: items\[1\]\.spec\.containers\[0\]\.resources\.requests\.cpu: .*got "1 Gi"/,
    );
    const yaml = await file(
      'bad.yaml',
      'apiVersion: v1\nkind: Node\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {nodeName: 5, containers: [{name: a}]}\n',
    );
    expect((await problemOf(() => readSnapshot(yaml)))?.message).toMatch(/^FIELD: .*bad\.yaml: line 5: spec\.nodeName: /);
    const ndjson = await file('bad.ndjson', `${JSON.stringify(node('n'))}\n${JSON.stringify(bad)}\n`);
    expect((await problemOf(() => readSnapshot(ndjson)))?.message).toMatch(/^QUANTITY: .*bad\.ndjson: line 2: spec\.containers\[0\]/);
  });

  it('name both places of an object that two files hold', async () => {
    const a = await file('dup-a.json', JSON.stringify(list(node('m'), node('n1'))));
    const b = await file('dup-b.yaml', 'apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n');
    const problem = await problemOf(() => readSnapshot([a, b]));
    expect(problem?.code).toBe('DUPLICATE');
    expect(problem?.message).toMatch(/dup-b\.yaml: line 1: .*first at .*dup-a\.json: line 1: items\[1\]/);
  });

  it('say what cannot be read', async () => {
    expect((await problemOf(() => readSnapshot(join(folder, 'nowhere'))))?.message).toMatch(/^INPUT_UNREADABLE: .*nowhere: no such file/);
    expect((await problemOf(() => readSnapshot('a\0b')))?.code).toBe('INPUT_UNREADABLE');
    expect((await problemOf(() => readSnapshot('x'.repeat(5000))))?.message).toContain('the name is too long');
    expect((await problemOf(() => readSnapshot('/dev/zero')))?.message).toMatch(/^INPUT_UNREADABLE: \/dev\/zero: not a regular file/);
    await mkdir(join(folder, 'hollow', '.deep', 'deeper'), { recursive: true });
    await writeFile(join(folder, 'hollow', '.deep', 'deeper', 'nodes.json'), '{}');
    expect((await problemOf(() => readSnapshot(join(folder, 'hollow'))))?.message).toMatch(/^INPUT_UNREADABLE: .*hollow: no files/);
    await symlink('loop.json', join(folder, 'hollow', 'loop.json'));
    expect((await problemOf(() => readSnapshot(join(folder, 'hollow'))))?.message).toMatch(/loop\.json: too many symbolic links/);
  });

  it('are found in every prefix of a dump, as JSON, YAML and gzip', async () => {
    for (const name of ['nodes.json', 'pods.yaml']) {
      const bytes = await readFile(join(cluster, name));
      const end = bytes.toString('utf8').lastIndexOf(name === 'nodes.json' ? '}' : 'List') + (name === 'nodes.json' ? 0 : 3);
      const expectProblem = async (cut: Buffer, at: number) => {
        const problem = await problemOf(async () => readSnapshot(await file('cut', cut)));
        expect(problem?.code, `${name} cut at ${at}`).toMatch(/^INPUT_/);
      };
      for (let at = 0; at <= end; at++) await expectProblem(bytes.subarray(0, at), at);
      const packed = gzipSync(bytes);
      for (let at = 0; at < packed.length; at++) await expectProblem(packed.subarray(0, at), at);
    }
  });
});

describe('options', () => {
  it('expand adds the pods of controllers, under the defaults of the input', async () => {
    const snapshot = await readSnapshot(cluster, { expand: true });
    expect(podNames(snapshot)).toEqual(['web-7d9f-abcde', 'waiting', 'report-0', 'report-1']);
    expect(snapshot.pods[2]?.template.labels.get('batch.kubernetes.io/job-name')).toBe('report');
    expect(snapshot.pods[2]?.template).toBe(snapshot.pods[3]?.template);
  });

  it('expand gives default spreading its ReplicaSet', async () => {
    const template = { metadata: { labels: { app: 'web' } }, spec: pod('x').spec };
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template },
    };
    const snapshot = await readSnapshot(list(node('n'), deployment), { expand: true });
    expect(podNames(snapshot)).toEqual(['web-0', 'web-1', 'web-2']);
    const owner = snapshot.pods[0]?.template.owner;
    expect(owner).toMatchObject({ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web' });
    expect(snapshot.objects.replicaSets.get('shop/web')?.selector?.requirements).toEqual([{ key: 'app', operator: 'In', values: ['web'] }]);
  });

  it('fromEmpty lets movable pods wait and leaves the others', async () => {
    const owned = (kind: string) => ({ ownerReferences: [{ apiVersion: 'v1', kind, name: 'o', uid: 'u', controller: true }] });
    const bound = { nodeName: 'n' };
    const source = list(
      node('n'),
      pod('free', bound),
      pod('daemon', bound, owned('DaemonSet')),
      pod('static', bound, { annotations: { 'kubernetes.io/config.mirror': 'x' } }),
      pod('by-node', bound, owned('Node')),
      pod('leaving', bound, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      pod('waiting'),
    );
    const before = await readSnapshot(source);
    const after = await readSnapshot(source, { fromEmpty: true });
    expect(after.pods.map((p) => `${p.name}:${p.nodeName}`)).toEqual([
      'free:',
      'daemon:n',
      'static:n',
      'by-node:n',
      'leaving:n',
      'waiting:',
    ]);
    expect(before.pods[0]?.nodeName).toBe('n');
    expect(after.hash).not.toBe(before.hash);
    expect(after.hash).toHaveLength(before.hash.length);
  });

  it('reports progress and stops when asked to', async () => {
    const path = await file('progress.json', JSON.stringify(list(...Array.from({ length: 50 }, (_, i) => node(`n${i}`)))));
    const seen: ReadProgress[] = [];
    await readSnapshot([path, join(fixtures, 'openb-nodes.csv')], { onProgress: (progress) => seen.push(progress) });
    const last = seen.at(-1);
    expect(last?.objects).toBe(53);
    expect(last?.bytes).toBe(last?.bytesTotal);
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    await expect(readSnapshot(path, { signal: stop.signal })).rejects.toThrow('enough');
  });
});
