import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { explanationSchema, scheduleSchema } from '../../scripts/result-schemas.ts';
import { interruptCli, ROOT, runCli, runShell } from './run-cli.ts';

const SHOP = join(ROOT, 'examples/shop.yaml');

/** A result without the fields that a clock fills. */
function timeless(text: string): unknown {
  const { summary, ...rest } = JSON.parse(text);
  const { seconds: _s, decideSeconds: _d, decisionsPerSecond: _p, ...counts } = summary;
  return { ...rest, summary: counts };
}

describe.concurrent('schedule', () => {
  it('prints a table on standard output and the summary on standard error, and answers 2 because a pod does not fit', async () => {
    const { code, stdout, stderr } = await runCli(['schedule', '-f', SHOP]);
    expect(code).toBe(2);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^NAMESPACE {3}POD {10}NODE {9}REASON$/);
    expect(lines.at(-1)).toMatch(/^ops {9}report-1 {5}<none> {7}0\/8 nodes are available: .*6 Insufficient cpu\./);
    expect(lines).toHaveLength(9);
    expect(stderr).toMatch(/^placed 7 of 8 pods on 8 nodes in \d+\.\d{3} s; [\d,]+ decisions\/s; 1 unschedulable; 1 preempting\n$/);
  });

  it('says with -o wide how often each way of deciding was taken', async () => {
    const { stderr } = await runCli(['schedule', '-f', SHOP, '-o', 'wide']);
    expect(stderr).toMatch(/\ndecided by bounds \d+, by groups of nodes \d+, by scanning all nodes \d+; the rest from kept tables\n$/);
  });

  it('gives the same answer in every format', async () => {
    const of = async (output: string) => (await runCli(['schedule', '-f', SHOP, '-q', '-o', output])).stdout;
    const [json, yaml, name, wide] = await Promise.all(['json', 'yaml', 'name', 'wide'].map(of));
    const result = scheduleSchema.parse(JSON.parse(json as string));
    expect(scheduleSchema.parse(load(yaml as string)).placements).toEqual(result.placements);
    expect(name).toBe(result.placements.map((placed) => `pod/${placed.namespace}/${placed.name} ${placed.node}\n`).join(''));
    expect(wide).toMatch(/checkout-1 .* worker-a-2 +worker-a-2 +ops\/batch-1/);
    expect(json).toBe(`${JSON.stringify(JSON.parse(json as string), null, 2)}\n`);
  });

  it('answers 0 when every pod has a node, and reads standard input', async () => {
    const { stdout } = await runCli(['generate', '--nodes', '20', '--pods', '30', '--gpu-share', '0', '--anti-affinity-share', '0']);
    const { code, stderr } = await runCli(['schedule', '-f', '-', '-o', 'json'], { input: stdout });
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('placed 30 of 30 pods on 20 nodes') });
  });

  it('does not depend on the environment', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'plimsoll-cwd-'));
    const here = await runCli(['schedule', '-f', SHOP, '-o', 'json']);
    const there = await runCli(['schedule', '-f', SHOP, '-o', 'json'], { cwd, env: { TZ: 'Mars/Phobos', LC_ALL: 'tlh', LANG: '' } });
    expect(timeless(there.stdout)).toEqual(timeless(here.stdout));
    expect(there.code).toBe(2);
  });

  it('needs few open files', async () => {
    const { stdout, stderr } = await runShell('ulimit -n 64; plimsoll schedule -f examples/shop.yaml -q -o name | wc -l');
    expect({ lines: stdout.trim(), stderr }).toEqual({ lines: '7', stderr: '' });
  });

  it('says which kinds it has read past', async () => {
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'b' } });
    const { code, stderr } = await runCli(['schedule', '-f', '-'], { input });
    expect(code).toBe(0);
    expect(stderr.split('\n')[0]).toBe('read past: 1 ConfigMap');
  });

  it('says what it leaves out, and refuses that under --strict', async () => {
    const config = {
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'KubeSchedulerConfiguration',
      extenders: [{ urlPrefix: 'http://x' }],
    };
    const args = ['schedule', '-f', SHOP, '--config', '-', '-o', 'json'];
    const { code, stderr, stdout } = await runCli(args, { input: JSON.stringify(config) });
    const warning = 'extenders (1 in the configuration) are not modelled; decisions are made without them';
    expect(code).toBe(2);
    expect(stderr).toContain(`warning: ${warning}\n`);
    expect(JSON.parse(stdout).notModelled).toEqual([warning]);
    const strict = await runCli([...args, '--strict'], { input: JSON.stringify(config) });
    expect(strict).toEqual({ code: 1, stdout: '', stderr: 'UNSUPPORTED: -: extenders: extenders are not modelled\n' });
  });

  it('says what would give it something to do', async () => {
    const node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n' },
      status: { allocatable: { cpu: '1', memory: '1Gi', pods: '9' } },
    };
    const spec = { containers: [{ name: 'c', image: 'i' }] };
    const labels = { app: 'a' };
    const template = { metadata: { labels }, spec };
    const set = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 's' },
      spec: { replicas: 1, selector: { matchLabels: labels }, template },
    };
    const of = (...items: object[]) => ({ input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
    const controllers = await runCli(['schedule', '-f', '-'], of(node, set));
    expect(controllers.stderr).toMatch(
      /^placed 0 of 0 pods on 1 node in .*\nno pod in the input waits for a node \(--expand makes the pods/,
    );
    expect((await runCli(['schedule', '-f', '-', '--expand'], of(node, set))).stderr).toMatch(/^placed 1 of 1 pod on 1 node in [^\n]*\n$/);
    const bound = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { ...spec, nodeName: 'n' } };
    expect((await runCli(['schedule', '-f', '-'], of(node, bound))).stderr).toMatch(
      /a node \(--from-empty places the running pods anew\)\n$/,
    );
    expect((await runCli(['schedule', '-f', '-'], of(bound))).stderr).toContain('warning: the input has no nodes\n');
  });

  it('--from-empty places the running pods too', async () => {
    const { stderr } = await runCli(['schedule', '-f', SHOP, '--from-empty']);
    expect(stderr).toMatch(/of 19 pods on 8 nodes/);
  });
});

describe.concurrent('explain', () => {
  it('shows why a pod goes where it goes', async () => {
    const { code, stdout, stderr } = await runCli(['explain', '-f', SHOP, 'shop/cart-7']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Node:    worker-c-1 (2 of 8 nodes feasible)');
    expect(stdout).toMatch(/worker-a-1 +PodTopologySpread +node\(s\) didn't match pod topology spread constraints/);
    expect(stdout).toMatch(/\ntotal +\d+ +\d+\n/);
  });

  it('answers 2 and names the nearest misses when no node is feasible', async () => {
    const { code, stdout } = await runCli(['explain', '-f', SHOP, '-n', 'ops', 'report-1']);
    expect(code).toBe(2);
    expect(stdout).toMatch(/\nMessage: 0\/8 nodes are available: /);
    expect(stdout).toMatch(/\nNEAREST-MISS +WOULD-FIT-WITH\n/);
  });

  it('takes the pod as schedule prints it, and gives JSON by the schema and the node by name', async () => {
    const [json, yaml, name, wide] = await Promise.all(
      ['json', 'yaml', 'name', 'wide'].map((output) => runCli(['explain', '-f', SHOP, 'pod/shop/cart-7', '-o', output])),
    );
    const result = explanationSchema.parse(JSON.parse(json?.stdout ?? ''));
    expect(load(yaml?.stdout ?? '')).toEqual(result);
    expect(name?.stdout).toBe(`node/${result.node}\n`);
    expect(wide?.stdout.trimEnd().split('\n')).toHaveLength(9);
    for (const node of result.nodes.filter(({ feasible }) => feasible)) {
      expect(Object.values(node.scores).reduce((sum, { normalized, weight }) => sum + normalized * weight, 0)).toBe(node.total);
    }
  });

  it('explains by another release and profile', async () => {
    const old = await runCli(['explain', '-f', SHOP, 'ops/report-1', '--kube-version', 'v1.34.2', '-o', 'json']);
    expect(JSON.parse(old.stdout)).toMatchObject({
      provenance: { kubeVersion: '1.34' },
      message: expect.stringContaining('untolerated taint(s)'),
    });
  });
});

describe.concurrent('generate', () => {
  it('gives the same bytes for the same options, and other bytes for another seed', async () => {
    const of = (seed: string) => runCli(['generate', '--nodes', '5', '--pods', '20', '--seed', seed, '--no-services', '--shuffle']);
    const [one, again, other] = await Promise.all([of('1'), of('1'), of('2')]);
    expect(one).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toBe(one.stdout);
    expect(other.stdout).not.toBe(one.stdout);
    const kinds = JSON.parse(one.stdout).items.map(({ kind }: { kind: string }) => kind);
    expect(kinds.filter((kind: string) => kind === 'Node')).toHaveLength(5);
    expect(kinds).not.toContain('Service');
  });
});

describe.concurrent('in a pipe', () => {
  it('a reader that has seen enough ends the command in silence', async () => {
    const { code, stdout, stderr } = await runShell('plimsoll generate --nodes 20000 | head -c 10; echo " $PIPESTATUS"');
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `{"apiVersi 0\n`, stderr: '' });
  });

  it('a full disk is one line on standard error and 1', async () => {
    const { stdout, stderr } = await runShell('plimsoll generate --nodes 100 > /dev/full; echo $?');
    expect(stdout).toBe('1\n');
    expect(stderr).toMatch(/^OUTPUT: standard output: cannot be written: ENOSPC.*\n$/);
  });

  it('Ctrl-C ends with 130 and SIGTERM with 143, without a stack trace', async () => {
    const args = ['generate', '--nodes', '2000000', '--pods', '0'];
    expect(await interruptCli(args, 'SIGINT')).toMatchObject({ code: 130, stderr: '' });
    expect(await interruptCli(args, 'SIGTERM')).toMatchObject({ code: 143, stderr: '' });
  });
});

it('the published schemas are those that the results are tested against', async () => {
  const { schemaFiles } = await import('../../scripts/result-schemas.ts');
  for (const [name, text] of schemaFiles()) expect(readFileSync(join(ROOT, 'docs/schema', name), 'utf8')).toBe(text);
});

describe.concurrent('physical hosts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-hosts-'));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const nodes = ['worker-a-1', 'worker-a-2', 'worker-b-1', 'worker-b-2', 'worker-b-3', 'worker-c-1', 'worker-c-2', 'gpu-c-1'];
  const hosts = file('hosts.csv', `node,host\n${nodes.map((node, i) => `${node},hv-${Math.floor(i / 2)}`).join('\n')}\n`);
  const capacity = file('capacity.csv', 'host,cpu\nhv-0,1\nhv-1,1\nhv-2,1\nhv-3,1\n');

  it('spread replicas and limit placements in the profile plimsoll', async () => {
    const args = ['schedule', '-f', SHOP, '-o', 'json', '--profile', 'plimsoll', '--hosts', hosts];
    const [spread, limited] = await Promise.all([runCli(args), runCli([...args, '--host-capacity', capacity])]);
    expect(JSON.parse(spread.stdout).unschedulable).toHaveLength(1);
    const refused = JSON.parse(limited.stdout)
      .unschedulable.map(({ message }: { message: string }) => message)
      .join('\n');
    expect(refused).toContain('physical host has insufficient cpu');
    const explained = await runCli(['explain', '-f', SHOP, 'shop/web-4', '-o', 'json', '--profile', 'plimsoll', '--hosts', hosts]);
    const scored = JSON.parse(explained.stdout).nodes.find(({ feasible }: { feasible: boolean }) => feasible);
    expect(Object.keys(scored.scores)).toContain('HostSpread');
  });

  it('may be named by node labels instead', async () => {
    const args = ['explain', '-f', SHOP, 'shop/web-4', '-q', '-o', 'json', '--profile', 'plimsoll'];
    const labelled = await runCli([...args, '--host-labels', 'host=kubernetes.io/hostname,zone=topology.kubernetes.io/zone']);
    expect(labelled.code).toBe(0);
    expect(JSON.parse(labelled.stdout).nodes[0].scores.HostSpread.weight).toBe(2);
  });

  it('with mistakes are one line that names the file', async () => {
    const broken = file('broken.csv', 'node,host\nworker-a-1\n');
    const result = await runCli(['schedule', '-f', SHOP, '--hosts', broken]);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toBe(`INPUT_SYNTAX: ${broken}: line 2: 1 columns where the header has 2, got "worker-a-1"\n`);
    const folderResult = await runCli(['schedule', '-f', SHOP, '--hosts', folder]);
    expect(folderResult.stderr).toMatch(/^(USAGE|INPUT_UNREADABLE): /);
  });
});
