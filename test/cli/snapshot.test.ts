import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { snapshotDiffSchema, validationSchema } from '../../scripts/snapshot-schemas.ts';
import { ROOT, runCli, runShell } from './run-cli.ts';

const SHOP = join(ROOT, 'examples/shop.yaml');
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-snapshot-'));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe.concurrent('snapshot anonymize', () => {
  const kept = file('kept.json', '{"kind":"List","apiVersion":"v1","items":[]}');
  it('writes a dump that answers the same once the names are put back', async () => {
    const map = file('names.json', 'of an earlier run, readable by all');
    const { code, stdout, stderr } = await runCli(['snapshot', 'anonymize', '-f', SHOP, '--map', map]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^37 objects, \d+ pseudonyms\n$/) });
    expect(statSync(map).mode & 0o777).toBe(0o600);
    const shared = file('shared.json', stdout);
    const line = `plimsoll schedule -f '${shared}' -o name -q | plimsoll snapshot reveal '${map}'`;
    expect((await runShell(line)).stdout).toBe((await runCli(['schedule', '-f', SHOP, '-o', 'name', '-q'])).stdout);
    const yaml = await runCli(['snapshot', 'anonymize', '-f', SHOP, '-q', '-o', 'yaml']);
    expect(load(yaml.stdout)).toEqual(JSON.parse(stdout));
  });

  it('reads standard input and says what it left out', async () => {
    const input = '{"kind":"List","apiVersion":"v1","items":[{"kind":"Secret","apiVersion":"v1","metadata":{"name":"s"}}]}';
    const { code, stdout, stderr } = await runCli(['snapshot', 'anonymize', '-f', '-'], { input });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '0 objects, 0 pseudonyms; 1 of kinds that no decision reads left out\n' });
    expect(JSON.parse(stdout)).toEqual({ apiVersion: 'v1', kind: 'List', items: [] });
  });

  it.each<[args: string[], message: string]>([
    [['anonymize'], 'USAGE: --filename: no input is given (use -f FILE, -f DIRECTORY or -f - for standard input)'],
    [['anonymize', '-f', file('bad.yaml', 'kind: Pod\nmetadata: {name: A_}\n')], `FIELD: ${folder}/bad.yaml: line 1: spec.containers: `],
    [
      ['anonymize', '-f', SHOP, '--map', join(folder, 'no/such/names.json')],
      `OUTPUT: ${folder}/no/such/names.json: cannot be written: ENOENT`,
    ],
    [
      ['anonymize', '-f', kept, '--map', join(folder, '.', 'kept.json')],
      `USAGE: --map: is a file of the input, got "${folder}/kept.json" (name a new file)`,
    ],
    [['anonymize', '-f', folder, '--map', kept], 'USAGE: --map: is a file of the input, got '],
    [['reveal'], "USAGE: missing required argument 'map' (see plimsoll snapshot reveal --help)"],
    [['reveal', SHOP], `INPUT_SYNTAX: ${SHOP}: is no list of names (`],
    [
      ['reveal', file('empty.json', 'null')],
      `INPUT_SYNTAX: ${folder}/empty.json: is no list of names (snapshot anonymize --map writes one)`,
    ],
    [['anonymise', '-f', SHOP], "USAGE: unknown command 'anonymise' (did you mean anonymize?)"],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await runCli(['snapshot', ...args]);
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(/^[^\n]*\n$/) });
    expect(stderr.slice(0, message.length)).toBe(message);
    expect(readFileSync(kept, 'utf8')).toBe('{"kind":"List","apiVersion":"v1","items":[]}');
  });
});

describe.concurrent('snapshot validate', () => {
  const bad = file('two.yaml', 'kind: Pod\nmetadata: {name: A_}\nspec: {containers: [{name: c}]}\n---\nkind: Node\nmetadata: {name: a}\n');
  const cut = file('cut.json', '{"kind":"List","apiVersion":"v1","items":[{"kind":"Node","metadata":{"name":"a"}},');

  it('answers 0, and 2 when something is refused', async () => {
    const { code, stdout, stderr } = await runCli(['snapshot', 'validate', '-f', SHOP]);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: 'Nothing is wrong.\n',
      stderr: '0 errors, 0 warnings, 0 notes; 37 objects, 8 nodes, 19 pods, 8 pending\n',
    });
    const refused = await runCli(['snapshot', 'validate', '-f', bad, '-f', cut]);
    expect(refused.code).toBe(2);
    expect(refused.stdout).toMatch(/^error +NAME +pod\/default\/A_ \(\S*two\.yaml:1\) +metadata\.name/m);
    expect(refused.stdout).toMatch(/^error +DUPLICATE +node\/a \(\S*cut\.json:1\) .*two\.yaml/m);
    expect(refused.stdout).toMatch(/^error +INPUT_TRUNCATED +\S*cut\.json:1/m);
    expect(refused.stderr).toMatch(/^3 errors, /);
  });

  it('answers 2 for warnings when told to, in every format', async () => {
    const lost = file('lost.yaml', 'kind: Pod\nmetadata: {name: p}\nspec: {nodeName: gone, containers: [{name: c, image: i}]}\n');
    const args = ['snapshot', 'validate', '-f', lost, '-q'];
    expect((await runCli(args)).code).toBe(0);
    expect(await runCli([...args, '--strict', '-o', 'name'])).toEqual({ code: 2, stdout: 'pod/default/p\n', stderr: '' });
    const [json, yaml] = await Promise.all(['json', 'yaml'].map(async (each) => (await runCli([...args, '-o', each])).stdout));
    expect(load(yaml as string)).toEqual(validationSchema.parse(JSON.parse(json as string)));
    expect((await runCli([...args, '-o', 'wide'])).stdout).toContain(
      'is on node gone, which is not there: it holds nothing (fetch nodes and pods together)',
    );
  });

  it.each<[args: string[], message: string]>([
    [[], 'USAGE: --filename: no input is given (use -f FILE, -f DIRECTORY or -f - for standard input)'],
    [['-f', join(folder, 'none.json')], `INPUT_UNREADABLE: ${folder}/none.json: no such file`],
    [['-f', SHOP, '--config', SHOP], `CONFIG: ${SHOP}: holds `],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await runCli(['snapshot', 'validate', ...args]);
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(/^[^\n]*\n$/) });
    expect(stderr.slice(0, message.length)).toBe(message);
  });
});

describe.concurrent('snapshot shrink', () => {
  it('writes what still shows the decision', async () => {
    const { code, stdout, stderr } = await runCli(['snapshot', 'shrink', '-f', SHOP, 'ops/report-1']);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(
        /^ops\/report-1 finds no node: 0\/3 nodes are available: [^\n]*\n4 of 37 objects left after \d+ decisions\n$/,
      ),
    });
    const again = await runCli(['explain', '-f', '-', 'ops/report-1', '-q'], { input: stdout });
    expect(again.code).toBe(2);
    expect(again.stdout).toContain(
      '0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable',
    );
  });

  it('keeps a node that the pod does not take', async () => {
    const { stdout, stderr } = await runCli(['snapshot', 'shrink', '-f', SHOP, '-n', 'shop', 'web-5', '--over', 'worker-b-1']);
    expect(stderr).toContain('shop/web-5 goes to worker-b-2; worker-b-1: fits\n');
    expect((await runCli(['schedule', '-f', '-', '-q', '-o', 'name'], { input: stdout })).stdout).toContain('pod/shop/web-5 worker-b-2\n');
  });

  it.each<[args: string[], message: string]>([
    [[], "USAGE: missing required argument 'pod'"],
    [['shop/x'], 'NOT_FOUND: pod: there is no such pod in the snapshot, or it has finished, got "shop/x"'],
    [['shop/web-5', '--over', 'x'], 'NOT_FOUND: over: there is no such node in the snapshot, got "x"'],
    [['shop/web-5', '--attempts', '0'], 'USAGE: --attempts: must be a whole number from 1 to 100000000, got "0"'],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await runCli(['snapshot', 'shrink', '-f', SHOP, ...args]);
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(/^[^\n]*\n$/) });
    expect(stderr.slice(0, message.length)).toBe(message);
  });
});

describe.concurrent('snapshot diff', () => {
  const changed = file('changed.yaml', readFileSync(SHOP, 'utf8').replace('cpu: 3920m', 'cpu: 3800m'));

  it('answers 0, and with --exit-code 2 when something changed', async () => {
    expect((await runCli(['snapshot', 'diff', SHOP, SHOP, '--exit-code'])).code).toBe(0);
    expect((await runCli(['snapshot', 'diff', SHOP, changed])).code).toBe(0);
    const { code, stdout, stderr } = await runCli(['snapshot', 'diff', '--exit-code', SHOP, changed]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: '0 added, 0 removed, 0 moved, 1 with changed fields\n' });
    expect(stdout).toContain('changed   node/worker-a-1   status.allocatable.cpu   3920m    3800m\n');
  });

  it('reads standard input once', async () => {
    const { code, stdout, stderr } = await runCli(['snapshot', 'diff', '-', '-'], { input: readFileSync(SHOP, 'utf8') });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe('USAGE: -: standard input can be read once only (give a file for one of the dumps)\n');
  });

  it('has every format', async () => {
    const args = ['snapshot', 'diff', SHOP, changed, '-q', '-o'];
    const [json, yaml, name, wide] = await Promise.all(
      ['json', 'yaml', 'name', 'wide'].map(async (each) => (await runCli([...args, each])).stdout),
    );
    expect(load(yaml as string)).toEqual(snapshotDiffSchema.parse(JSON.parse(json as string)));
    expect(name).toBe('~ node/worker-a-1\n');
    expect(wide).toContain('3920m');
  });
});
