import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { drainSchema, fitSchema, rolloutSchema, survivalSchema } from '../../scripts/result-schemas.ts';
import { ROOT, runCli } from './run-cli.ts';

const SHOP = ['-f', join(ROOT, 'examples/shop.yaml')];
const ZONES = ['-f', join(ROOT, 'examples/zones.yaml')];
const POD = ['--podspec', join(ROOT, 'examples/fit-pod.yaml')];
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-plan-'));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The same answer as JSON and as YAML. */
async function structured<T>(schema: { parse(value: unknown): T }, args: readonly string[]): Promise<T> {
  const [json, yaml] = await Promise.all(['json', 'yaml'].map(async (output) => (await runCli([...args, '-q', '-o', output])).stdout));
  const timeless = (value: object) => ({ ...value, summary: { ...(value as { summary: object }).summary, seconds: 0 } });
  const result = schema.parse(JSON.parse(json as string));
  expect(timeless(load(yaml as string) as object)).toEqual(timeless(result as object));
  return result;
}

describe.concurrent('fit', () => {
  it('answers 0 or 2 by the limit, in every format', async () => {
    expect((await runCli(['fit', ...SHOP, ...POD, '-q'])).code).toBe(0);
    expect((await runCli(['fit', ...SHOP, ...POD, '-q', '--max-limit', '14'])).code).toBe(0);
    expect((await runCli(['fit', ...SHOP, ...POD, '-q', '--max-limit', '15'])).code).toBe(2);
    const result = await structured(fitSchema, ['fit', ...SHOP, ...POD]);
    expect(result).toMatchObject({ replicas: 14, failReason: { failType: 'Unschedulable' } });
  });

  it('reads a podspec from standard input, with a count', async () => {
    const input = readFileSync(join(ROOT, 'examples/fit-pod.yaml'), 'utf8');
    const { stdout, stderr } = await runCli(['fit', ...SHOP, '--podspec', '-=4', '-o', 'json'], { input });
    expect(JSON.parse(stdout)).toMatchObject({ replicas: 14, rounds: 3 });
    expect(stderr).toBe('8 pods wait for a node and took no room (--pending-first places them first)\n');
  });

  it.each<[args: string[], message: string]>([
    [[...SHOP], 'USAGE: --podspec: no pod is given (use --podspec FILE with a Pod or a Deployment)'],
    [[...POD], 'USAGE: --filename: no input is given'],
    [[...SHOP, ...POD, '--max-limit', '0'], 'USAGE: --max-limit: must be a whole number from 1 to 100000000, got "0"'],
    [[...SHOP, ...POD, '--exclude-nodes', 'worker-a1'], 'NOT_FOUND: excludeNodes: there is no such node in the snapshot, got "worker-a1"'],
    [[...SHOP, '--podspec', 'none.yaml'], 'INPUT_UNREADABLE: none.yaml: no such file'],
    [
      [...SHOP, '--podspec', 'none.yaml=-3'],
      'USAGE: --podspec: the count must be a whole number from 1, got "none.yaml=-3" (give how many',
    ],
    [[...SHOP, '--podspec', 'none.yaml=1.5'], 'USAGE: --podspec: the count must be a whole number from 1'],
    [[...SHOP, '--podspec', file('empty.yaml', '')], 'INPUT_SYNTAX: '],
    [
      [...SHOP, '--podspec', file('config.yaml', 'apiVersion: v1\nkind: ConfigMap\n')],
      `INPUT_KIND: ${folder}/config.yaml: line 1: kind: has no pod template`,
    ],
    [
      [
        ...SHOP,
        '--podspec',
        file('big.yaml', 'kind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i, resources: {requests: {cpu: x}}}]}\n'),
      ],
      `QUANTITY: ${folder}/big.yaml: line 1: spec.containers[0].resources.requests.cpu: `,
    ],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await runCli(['fit', ...args]);
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(/^[^\n]*\n$/) });
    expect(stderr.slice(0, message.length)).toBe(message);
  });
});

describe.concurrent('drain', () => {
  it('answers 0 when the node drains, with the warnings of kubectl', async () => {
    const { code, stdout, stderr } = await runCli([
      'drain',
      ...ZONES,
      'node-b1',
      '--ignore-daemonsets',
      '--force',
      '--delete-emptydir-data',
    ]);
    expect({ code, lines: stdout.trimEnd().split('\n').length }).toEqual({ code: 0, lines: 4 });
    expect(stderr).toContain(
      'warning: deleting Pods with local storage: ops/debug\nwarning: deleting Pods that declare no controller: ops/debug\n',
    );
    expect(stderr).toMatch(/1 of 1 node drains; 3 evictions in 2 waves; 2 placed; 1 ignored\n$/);
  });

  it('answers 2 when something blocks', async () => {
    const { code, stdout } = await runCli(['drain', ...ZONES, 'node-b1', '--ignore-daemonsets', '-q']);
    expect({ code, stdout }).toEqual({
      code: 2,
      stdout:
        'BLOCKED     NODE      REASON\nops/debug   node-b1   cannot delete Pods with local storage (use --delete-emptydir-data to override)\n',
    });
  });

  it('has every format', async () => {
    const args = ['drain', ...ZONES, '-l', 'pool=new', '--ignore-daemonsets'];
    const result = await structured(drainSchema, args);
    expect(result.groups).toEqual([['node-a2'], ['node-b2']]);
    const { stdout } = await runCli([...args, '-o', 'name', '-q']);
    expect(stdout).toBe(result.steps.map(({ namespace, name, to }) => `pod/${namespace}/${name} ${to ?? '<none>'}\n`).join(''));
  });

  it.each<[args: string[], message: string]>([
    [[], 'USAGE: node: no node is named (name nodes, or select them with -l)'],
    [['node-a1', '-l', 'a=b'], 'USAGE: --selector: cannot be combined with names of nodes, got "a=b"'],
    [['node-x1'], 'NOT_FOUND: nodes: there is no such node in the snapshot, got "node-x1" (did you mean node-a1?)'],
    [
      ['-l', 'pool=none'],
      'NOT_FOUND: selector: the selector selects no node, got "pool=none" (nodes have labels like kubernetes.io/hostname=node-a1, on node-a1)',
    ],
    [['-l', 'pool in old'], 'SELECTOR: selector: is no label selector, got "pool in old" (for example app=web,zone in (a,b),!gpu)'],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await runCli(['drain', ...ZONES, ...args]);
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: `${message}\n` });
  });
});

describe.concurrent('survive', () => {
  const SPARE = ['-f', join(ROOT, 'examples/spare.yaml')];

  it('answers 0 or 2, in every format', async () => {
    expect((await runCli(['survive', ...SPARE, '--domain', 'zone', '-q'])).code).toBe(0);
    const { code, stderr } = await runCli(['survive', ...ZONES, '--domain', 'node']);
    expect({ code, last: stderr.trimEnd().split('\n').at(-1) }).toEqual({
      code: 2,
      last: '4 of 5 losses survived; 5 domains by node; 5 nodes',
    });
    const result = await structured(survivalSchema, ['survive', ...ZONES, '--domain', 'zone']);
    expect(result.results.map(({ domains }) => domains)).toEqual([['a'], ['b'], ['c']]);
    expect((await runCli(['survive', ...ZONES, '--domain', 'zone', '-q', '-o', 'name'])).stdout).toBe(
      ['a', 'b', 'c'].map((zone) => `topology.kubernetes.io/zone=${zone}\n`).join(''),
    );
  });

  it('asks about machines that a table names', async () => {
    const hosts = file('hosts.csv', 'node,host\nnode-a,m1\nnode-b,m1\nnode-c,m2\n');
    const args = ['survive', ...SPARE, '--hosts', hosts, '--domain', 'host'];
    expect((await runCli([...args, '-o', 'name', '-q'])).stdout).toBe('plimsoll.dev/host=m1\n');
    expect((await runCli([...args, '--headroom', '-q'])).stdout).toContain("\nSurvives up to 88% of today's load, and not 89%.\n");
  });

  it.each<[args: string[], message: string]>([
    [[], 'USAGE: --domain: no domain is named (use zone, rack, host, node or a node label)'],
    [['--domain', 'zonne'], 'NOT_FOUND: domain: no node has a label of that name, got "zonne" (did you mean zone?)'],
    [['--domain', 'zone', '--losses', '4'], 'USAGE: --losses: must be a whole number from 1 to 3, got "4"'],
    [
      ['--domain', 'host'],
      'NOT_FOUND: domain: no node has a label of that name, got "host" (say where the nodes stand: --hosts or --host-labels)',
    ],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await runCli(['survive', ...ZONES, ...args]);
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: `${message}\n` });
  });
});

describe.concurrent('rollout', () => {
  const WEB = ['rollout', 'deployment/web', '-n', 'shop', ...ZONES];

  it('answers 0 when the update completes, 2 with the reason when not', async () => {
    const { code, stdout, stderr } = await runCli(WEB);
    expect({ code, end: stdout.slice(-11), stderr }).toEqual({
      code: 0,
      end: 'Completes.\n',
      stderr: '5 steps; at least 5 available on the way\n',
    });
    const stuck = await runCli(['rollout', 'sts/db', '-n', 'shop', ...ZONES, '--set', 'cpu=3', '-q']);
    expect(stuck.code).toBe(2);
    expect(stuck.stdout).toMatch(
      /\nDoes not complete: stops with 2 old and 1 new pods of 3: the next one waits for db-2\. db-2: 0\/5 nodes are available: 5 Insufficient cpu\./,
    );
  });

  it('warns of settings that no decision reads, and of no others', async () => {
    const misspelt = 'spec.template.spec.priorityclassName=high';
    const read = [
      'image=web:9',
      'cpu=100m',
      'replicas=5',
      'maxSurge=3',
      'spec.template.spec.priority=10',
      'spec.strategy.type=RollingUpdate',
    ];
    const limit = 'spec.template.spec.containers[0].resources.limits.memory=2Gi';
    const { code, stderr } = await runCli([...WEB, ...[...read, limit, misspelt].flatMap((setting) => ['--set', setting])]);
    expect(code).toBe(0);
    expect(stderr.match(/^warning: .*$/gm)).toEqual([`warning: ${misspelt} sets nothing that scheduling reads`]);
  });

  it('has every format', async () => {
    const result = await structured(rolloutSchema, WEB);
    expect(result).toMatchObject({ completes: true, strategy: { maxSurge: 2, maxUnavailable: 1 } });
    const { stdout } = await runCli([...WEB, '-q', '-o', 'name']);
    expect(stdout.split('\n')[0]).toBe('pod/shop/web-rollout-0 node-b2');
    expect(stdout.trimEnd().split('\n')).toHaveLength(6);
  });

  it.each<[args: string[], message: string]>([
    [['web'], 'USAGE: workload: is neither deployment/NAME nor statefulset/NAME, got "web"'],
    [['daemonset/agent'], 'USAGE: workload: is neither deployment/NAME nor statefulset/NAME, got "daemonset/agent"'],
    [['deployment/web'], 'NOT_FOUND: workload: there is no such Deployment in the snapshot, got "default/web" (did you mean shop/web?)'],
    [
      ['deployment/web', '-n', 'shop', '--set', 'maxSurge=0', '--set', 'maxUnavailable=0'],
      'FIELD: spec.strategy.rollingUpdate.maxUnavailable: may not be 0 when maxSurge is 0, got "0"',
    ],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await runCli(['rollout', ...args, ...ZONES]);
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: `${message}\n` });
  });
});
