import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';

const SHOP = ['-f', 'examples/shop.yaml'];
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-cli-'));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const twice = file('twice.yaml', 'apiVersion: v1\nkind: A\n---\napiVersion: v1\nkind: B\n');
const empty = file('empty.yaml', '');
const broken = file('broken.yaml', 'a: [1\n');
const misspelt = file(
  'misspelt.yaml',
  'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles: [{plugin: {}}]\n',
);
const gang = file(
  'gang.yaml',
  'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles: [{plugins: {multiPoint: {enabled: [{name: GangScheduling}]}}}]\n',
);

describe.concurrent('a wrong command line ends with 1, one line on standard error and nothing on standard output', () => {
  it.each<[args: string[], message: string]>([
    [['bogus'], "USAGE: unknown command 'bogus' (see plimsoll --help)"],
    [['schedule', '--frobnicate'], "USAGE: unknown option '--frobnicate' (see plimsoll schedule --help)"],
    [['schedule', '--filenam', 'x'], "USAGE: unknown option '--filenam' (did you mean --filename?)"],
    [['schedule', '-o'], "USAGE: option '-o, --output <format>' argument missing"],
    [['schedule'], 'USAGE: --filename: no input is given (use -f FILE, -f DIRECTORY or -f - for standard input)'],
    [['schedule', ...SHOP, 'extra'], 'USAGE: too many arguments'],
    [['schedule', ...SHOP, '-o', 'xml'], 'USAGE: --output: must be table, wide, json, yaml, name or html, got "xml"'],
    [['schedule', ...SHOP, '-o', 'json', '-o', 'yaml'], 'USAGE: --output: is given twice'],
    [['schedule', ...SHOP, '--seed', 'abc'], 'USAGE: --seed: must be a whole number from 0 to 9007199254740991, got "abc"'],
    [['schedule', ...SHOP, '--seed', '1', '--seed', '1'], 'USAGE: --seed: is given twice'],
    [
      ['schedule', ...SHOP, '--percentage-of-nodes-to-score', '101'],
      'USAGE: --percentage-of-nodes-to-score: must be a whole number from 0 to 100',
    ],
    [['schedule', ...SHOP, '--workers', '65'], 'USAGE: --workers: must be a whole number from 0 to 64'],
    [['schedule', ...SHOP, '--tie', 'dice'], 'USAGE: --tie: must be first, heap or seeded, got "dice"'],
    [
      ['schedule', ...SHOP, '--profile', 'plimsol'],
      'NOT_FOUND: profile: there is no such built-in profile, got "plimsol" (did you mean plimsoll?)',
    ],
    [['schedule', ...SHOP, '--profile', 'kubernetes', '--config', gang], 'USAGE: --profile: cannot be combined with --config'],
    [['schedule', ...SHOP, '--config', ''], 'USAGE: --config: must not be empty'],
    [['schedule', ...SHOP, '--config', join(folder, 'none.yaml')], `INPUT_UNREADABLE: ${join(folder, 'none.yaml')}: no such file`],
    [['schedule', ...SHOP, '--config', folder], `USAGE: ${folder}: must be one file, not a directory`],
    [['schedule', ...SHOP, '--config', twice], `CONFIG: ${twice}: holds 2 documents instead of one`],
    [['schedule', ...SHOP, '--config', empty], `CONFIG: ${empty}: holds no configuration`],
    [['schedule', ...SHOP, '--config', broken], `INPUT_SYNTAX: ${broken}: `],
    [['schedule', ...SHOP, '--config', misspelt], `CONFIG: ${misspelt}: profiles[0].plugin: unknown field (did you mean plugins?)`],
    [
      ['schedule', ...SHOP, '--config', gang, '--strict'],
      `UNSUPPORTED: ${gang}: profiles[0].plugins.multiPoint.enabled[0].name: is a plugin that is not modelled`,
    ],
    [['schedule', '-f', ''], 'INPUT_UNREADABLE: '],
    [['schedule', '-f', join(folder, 'none.json')], `INPUT_UNREADABLE: ${join(folder, 'none.json')}: no such file`],
    [['schedule', '-f', '-', '-f', '-'], 'USAGE: -: standard input can be read once only'],
    [['schedule', '-f', empty], `INPUT_SYNTAX: ${empty}: the input is empty`],
    [['explain', ...SHOP], "USAGE: missing required argument 'pod'"],
    [['explain', ...SHOP, '-n', 'ops', 'shop/cart-7'], 'USAGE: pod: is in another namespace than --namespace ops'],
    [['explain', ...SHOP, 'shop/cart-8'], 'NOT_FOUND: pod: there is no such pod in the snapshot, or it has finished, got "shop/cart-8"'],
    [['version', '-o', 'name'], 'USAGE: --output: must be table, json or yaml'],
    [['completion', 'tcsh'], "USAGE: command-argument value 'tcsh' is invalid for argument 'shell'"],
  ])('%j', async (args, message) => {
    const result = await runCli(args);
    expect(result.stderr.slice(0, message.length)).toBe(message);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe.concurrent('help', () => {
  it.each(['schedule', 'explain', 'generate', 'version', 'completion'])('of %s shows examples and exit codes', async (command) => {
    const result = await runCli([command, '--help']);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toContain(`Usage: plimsoll ${command}`);
    expect(result.stdout).toMatch(/\nExamples:\n {2}# /);
    expect(result.stdout).toContain('Exit codes: 0 answered and acceptable, 2 answered "no", 1 usage or input error.');
    expect(result.stdout).not.toMatch(/ \$ /);
    expect(await runCli(['help', command])).toEqual(result);
  });

  it('wins over other wrong flags', async () => {
    expect(await runCli(['schedule', '--nope', '--help'])).toMatchObject({ code: 0, stderr: '' });
  });

  it('is what no command at all gets, as an error', async () => {
    const result = await runCli([]);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain('Usage: plimsoll [options] [command]');
  });
});

describe.concurrent('version and completion', () => {
  it('--version is the number alone; version says what is reproduced', async () => {
    const short = await runCli(['--version']);
    expect(short).toMatchObject({ code: 0, stderr: '' });
    expect(short.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const json = await runCli(['version', '-o', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      plimsoll: short.stdout.trim(),
      kubernetes: ['1.34', '1.35', '1.36', '1.37'],
      node: process.versions.node,
    });
  });

  it.each(['bash', 'zsh', 'fish'])('completion for %s names every command and flag', async (shell) => {
    const { code, stdout } = await runCli(['completion', shell]);
    expect(code).toBe(0);
    for (const word of ['schedule', 'explain', 'generate', 'percentage-of-nodes-to-score', 'from-empty']) expect(stdout).toContain(word);
  });
});
