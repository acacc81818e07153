import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { comparisonSchema } from '../../scripts/compare-schema.ts';
import { readSnapshot } from '../../src/sources/read-snapshot.ts';
import { ROOT, runCli } from './run-cli.ts';

interface Volume {
  readonly name: string;
  readonly configMap?: { readonly name: string };
  readonly persistentVolumeClaim?: { readonly claimName: string };
}

interface Container {
  readonly command?: readonly string[];
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly resources: { readonly requests: Readonly<Record<string, string>> };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}

interface Job {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly completionMode?: string;
    readonly completions?: number;
    readonly parallelism?: number;
    readonly suspend?: boolean;
    readonly template: {
      readonly spec: { readonly restartPolicy: string; readonly containers: readonly Container[]; readonly volumes: readonly Volume[] };
    };
  };
}

const MANIFEST = join(ROOT, 'deploy/sweep-job.yaml');
const objects = loadAll(readFileSync(MANIFEST, 'utf8')) as Job[];
const [claim, sweep, merge] = objects as [Job, Job, Job];
const container = ({ spec }: Job) => spec.template.spec.containers[0] as Container;

/** A folder that stands for the root of the pods' file systems, with `plimsoll` in it. */
function podRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'plimsoll-deploy-'));
  for (const folder of ['input', 'results', 'bin']) mkdirSync(join(root, folder));
  const main = join(ROOT, 'src/cli/main.ts');
  writeFileSync(join(root, 'bin/plimsoll'), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  chmodSync(join(root, 'bin/plimsoll'), 0o755);
  writeFileSync(join(root, 'input/cluster.json.gz'), gzipSync(readFileSync(join(ROOT, 'examples/zones.yaml'))));
  copyFileSync(join(ROOT, 'examples/sweep.yaml'), join(root, 'input/sweep.yaml'));
  copyFileSync(join(ROOT, 'examples/pack.yaml'), join(root, 'input/pack.yaml'));
  return root;
}

/** What the container of a pod runs, with its volumes in the folder; like the image, it begins with plimsoll where no command is named. */
async function runPod(job: Job, root: string, index?: number): Promise<string> {
  const { command = ['plimsoll'], args, env = [], volumeMounts } = container(job);
  const [program = '', ...words] = [...command, ...args].map((word) =>
    volumeMounts.reduce(
      (text, { mountPath }) => text.replaceAll(new RegExp(`(?<![\\w.])${mountPath}(?=[/\\s"']|$)`, 'g'), root + mountPath),
      word,
    ),
  );
  const own = Object.fromEntries(env.map(({ name, value }) => [name, value]));
  const completion = index === undefined ? {} : { JOB_COMPLETION_INDEX: index.toString() };
  const path = `${join(root, 'bin')}:${process.env.PATH}`;
  const { stdout } = await promisify(execFile)(program, words, { env: { PATH: path, HOME: root, ...own, ...completion } });
  return stdout;
}

describe('deploy/sweep-job.yaml', () => {
  it('is a claim, an Indexed Job and a suspended Job that hang together', () => {
    expect(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([
      'PersistentVolumeClaim/plimsoll-sweep',
      'Job/plimsoll-sweep',
      'Job/plimsoll-merge',
    ]);
    expect(sweep.spec).toMatchObject({ completionMode: 'Indexed', completions: 3, parallelism: 3 });
    expect(merge.spec.suspend).toBe(true);
    const shards = container(sweep).env?.find(({ name }) => name === 'SHARDS')?.value;
    expect(shards).toBe(sweep.spec.completions?.toString());
    const readme = readFileSync(join(ROOT, 'deploy/README.md'), 'utf8');
    for (const job of [sweep, merge]) {
      const { volumes, containers } = job.spec.template.spec;
      const names = volumes.map(({ name }) => name).sort();
      expect(containers[0]?.volumeMounts.map(({ name }) => name).sort()).toEqual(names);
      for (const { persistentVolumeClaim, configMap } of volumes) {
        if (persistentVolumeClaim) expect(persistentVolumeClaim.claimName).toBe(claim.metadata.name);
        else expect(readme).toContain(`kubectl create configmap ${configMap?.name} `);
      }
    }
    for (const { metadata } of [sweep, merge]) expect(readme).toContain(`job/${metadata.name}`);
  });

  it('is what an API server would take, as far as pods and claims go: each shard is a pod', async () => {
    const node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n' },
      status: { allocatable: { cpu: '8', memory: '16Gi', pods: '110' } },
    };
    const snapshot = await readSnapshot([node, ...objects], { expand: true });
    const pods = snapshot.pods.filter(({ template }) => template.owner?.name === 'plimsoll-sweep');
    expect(pods).toHaveLength(3);
    expect(pods[0]?.template.containers[0]?.requests.get('cpu')).toBe(2_000_000_000n);
    expect(snapshot.objects.persistentVolumeClaims.has('default/plimsoll-sweep')).toBe(true);
    expect(snapshot.pods.every(({ template }) => template.volumes.length > 0)).toBe(true);
  });

  it('does in three pods and a merge what one machine does', async () => {
    const root = podRoot();
    for (let index = 0; index < 3; index++) expect(await runPod(sweep, root, index)).toBe('');
    expect(readdirSync(join(root, 'results')).sort()).toEqual(['runs-0.ndjson', 'runs-1.ndjson', 'runs-2.ndjson']);
    const merged = await runPod(merge, root);
    const input = (name: string) => join(root, 'input', name);
    const alone = await runCli([
      'compare',
      '-f',
      input('cluster.json.gz'),
      '--sweep',
      input('sweep.yaml'),
      '-o',
      'json',
      '-q',
      '--workers',
      '0',
    ]);
    const timeless = (json: string) => json.replace(/"seconds": [\d.e-]+/, '"seconds": 0');
    expect(timeless(merged)).toBe(timeless(alone.stdout));
    expect(comparisonSchema.parse(JSON.parse(merged)).summary.runs).toBe(80);
    // A pod that is started again finds everything done.
    const before = readFileSync(join(root, 'results/runs-1.ndjson'), 'utf8');
    await runPod(sweep, root, 1);
    expect(readFileSync(join(root, 'results/runs-1.ndjson'), 'utf8')).toBe(before);
  });
});
