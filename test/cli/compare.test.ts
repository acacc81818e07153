import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { comparisonPlanSchema, comparisonRunSchema, comparisonSchema } from '../../scripts/compare-schema.ts';
import { ROOT, runCli } from './run-cli.ts';

const CLUSTER = ['compare', '-f', join(ROOT, 'examples/zones.yaml'), '--from-empty'];
const ZONES = [...CLUSTER, '--workers', '0'];
const PACK = join(ROOT, 'examples/pack.yaml');
const SWEEP = [...ZONES, '--sweep', join(ROOT, 'examples/sweep.yaml')];
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-compare-'));
const at = (name: string) => join(folder, name);

function file(name: string, text: string | Uint8Array): string {
  writeFileSync(at(name), text);
  return at(name);
}

/** An answer without what differs from run to run. */
function timeless(json: string): string {
  return json.replace(/"seconds": [\d.e-]+/, '"seconds": 0');
}

async function ok(args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await runCli(args, input === undefined ? {} : { input });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

describe.concurrent('compare', () => {
  it('gives the same answer as JSON, YAML and tables', async () => {
    const args = [...ZONES, '--config', `spread=${PACK}`, '--profile', 'kubernetes', '--seeds', '1..3', '-q'];
    const [json, yaml, table, wide, names] = await Promise.all(
      ['json', 'yaml', 'table', 'wide', 'name'].map((output) => ok([...args, '-o', output])),
    );
    const answer = comparisonSchema.parse(JSON.parse(json as string));
    const { summary: _, ...rest } = comparisonSchema.parse(load(yaml as string));
    expect(answer).toMatchObject(rest);
    expect(names).toBe('variant/kubernetes\nvariant/spread\n');
    const results = answer.variants.flatMap((variant) => variant.results);
    expect((wide as string).trimEnd().split('\n')).toHaveLength(1 + results.length);
    for (const { metric, min, max } of results) if (min !== 0 || max !== 0) expect(table).toContain(`\n${metric}`);
  });

  it('takes the grid from a file, with files beside it, and seeds from the flag', async () => {
    const answer = comparisonSchema.parse(JSON.parse(await ok([...SWEEP, '--seeds', '7', '-q', '-o', 'json'])));
    expect(answer).toMatchObject({ seeds: '7', fromEmpty: true, summary: { runs: 8 } });
    expect(answer.variants.map(({ name, loadPercent, lost }) => [name, loadPercent, lost])).toEqual([
      ['kubernetes,load=100,lost=none', undefined, undefined],
      ['kubernetes,load=100,lost=zone=a', undefined, ['zone=a']],
      ['kubernetes,load=150,lost=none', 150, undefined],
      ['kubernetes,load=150,lost=zone=a', 150, ['zone=a']],
      ['pack,load=100,lost=none', undefined, undefined],
      ['pack,load=100,lost=zone=a', undefined, ['zone=a']],
      ['pack,load=150,lost=none', 150, undefined],
      ['pack,load=150,lost=zone=a', 150, ['zone=a']],
    ]);
    const flags = ['--profile', 'kubernetes', '--config', PACK, '--load', '100', '--load', '150', '--lost', 'none', '--lost', 'zone=a'];
    const flagged = await ok([...ZONES, ...flags, '--seeds', '7', '-q', '-o', 'json']);
    expect(timeless(flagged)).toBe(timeless(`${JSON.stringify(answer, null, 2)}\n`));
  });

  it('adds the metrics of a module, also in threads', async () => {
    const args = [...CLUSTER, '--metrics', join(ROOT, 'examples/metrics.mjs'), '--seeds', '1..4', '-q', '-o', 'json'];
    const answer = await ok([...args, '--workers', '0']);
    expect(timeless(await ok([...args, '--workers', '2']))).toBe(timeless(answer));
    const { results } = comparisonSchema.parse(JSON.parse(answer)).variants[0] ?? { results: [] };
    expect(results.filter(({ metric }) => metric === 'idleNodes' || metric === 'placedBy')).toMatchObject([
      { metric: 'idleNodes', mean: 0 },
      { metric: 'placedBy', key: 'ops', mean: 6 },
      { metric: 'placedBy', key: 'shop', mean: 9 },
    ]);
  });

  it('counts cost by a price book', async () => {
    const node = (name: string, type: string) =>
      `{"apiVersion":"v1","kind":"Node","metadata":{"name":"${name}","labels":{"node.kubernetes.io/instance-type":"${type}"}},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"9"}}}\n`;
    const pod = '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}\n';
    const cluster = file('priced.json', node('a', 'small') + node('b', 'large') + pod);
    const book = file('book.csv', 'type,cpu,memory,price\nsmall,4,8Gi,0.25\nlarge,4,8Gi,2\n');
    const wide = await ok(['compare', '-f', cluster, '--price-book', book, '-q', '-o', 'wide']);
    expect(wide).toMatch(/^cost +kubernetes +0\.250 /m);
    expect(wide).toMatch(/^costAll +kubernetes +2\.250 /m);
    const { metrics } = comparisonSchema.parse(JSON.parse(await ok(['compare', '-f', cluster, '--price-book', book, '-q', '-o', 'json'])));
    expect(metrics.filter(({ name }) => name.startsWith('cost')).map(({ unit }) => unit)).toEqual(['USD/h', 'USD/h']);
    const unknown = await runCli(['compare', '-f', cluster, '--price-book', file('less.csv', 'type,cpu,memory,price\nsmall,4,8Gi,0.25\n')]);
    expect(unknown).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`NOT_FOUND: ${at('less.csv')}: nodes: the catalogue has no price`),
    });
  });

  it.each<[args: readonly string[], message: string]>([
    [['compare'], 'USAGE: --filename: no input is given'],
    [[...ZONES, '--seeds', '5..1'], 'USAGE: --seeds: must be a list like 1..20,42, got "5..1"'],
    [[...ZONES, '--load', '0'], 'USAGE: --load: must be a whole number from 1 to 100000, got "0"'],
    [[...ZONES, '--replicas', 'x'], 'USAGE: --replicas: must be a whole number from 1 to 100000, got "x"'],
    [[...ZONES, '--kube-version', '1.2'], 'USAGE: --kube-version: must be 1.34, 1.35, 1.36 or 1.37, got "1.2"'],
    [[...ZONES, '--lost', 'zone=d'], 'NOT_FOUND: variants.kubernetes.lost: there is no such domain, got "zone=d" (did you mean zone='],
    [[...ZONES, '--config', PACK, '--config', PACK], 'USAGE: variants: are two of one name, got "pack" (give names as --config NAME=FILE)'],
    [[...ZONES, '--config', 'x=none.yaml'], 'INPUT_UNREADABLE: none.yaml: no such file'],
    [[...ZONES, '--profile', 'plimsol'], 'NOT_FOUND: profile: there is no such built-in profile, got "plimsol" (did you mean plimsoll?)'],
    [[...ZONES, '--baseline', 'x'], 'NOT_FOUND: baseline: there is no such variant, got "x" (there are kubernetes)'],
    [[...ZONES, '--shard', '1/2'], 'USAGE: --shard: needs --results FILE'],
    [[...ZONES, '--shard', '0/2'], 'USAGE: --shard: must be i/n with i from 1 to n, like 2/3, got "0/2"'],
    [[...SWEEP, '--tie', 'heap'], 'USAGE: --tie: cannot be combined with --sweep (write it into the file)'],
    [[...ZONES, '--sweep', PACK], `CONFIG: ${PACK}: `],
    [
      [...ZONES, '--sweep', file('a.yaml', 'apiVersion: plimsoll.dev/v1\nkind: Sweep\nlosd: []\n')],
      `CONFIG: ${at('a.yaml')}: losd: unknown field (did you mean lost?)`,
    ],
    [
      [...ZONES, '--sweep', file('b.yaml', 'apiVersion: plimsoll.dev/v1\nkind: Sweep\nconfigurations: [{name: x}]\n')],
      `CONFIG: ${at('b.yaml')}: configurations[0]: must have either file or profile`,
    ],
    [
      [...ZONES, '--sweep', file('c.yaml', 'apiVersion: plimsoll.dev/v1\nkind: Sweep\nseeds: 9..1\n')],
      `CONFIG: ${at('c.yaml')}: seeds: must be a list like 1..20,42, got "9..1"`,
    ],
    [[...ZONES, '--metrics', file('no.yaml', 'x: 1')], 'USAGE: metricsModule: cannot be loaded: Unknown file extension ".yaml"'],
    [[...ZONES, '--metrics', file('no.mjs', 'export const x = 1;')], 'USAGE: metricsModule: exports no list `metrics`'],
    [[...ZONES, '--results', PACK], `INPUT_KIND: ${PACK}: is no results file`],
    [[...ZONES, '--results', at('no/such/folder')], `OUTPUT: ${at('no/such/folder')}: cannot be written: `],
    [[...ZONES, '--results', folder], `USAGE: --results: must be one file, not a directory, got "${folder}"`],
    [['merge', PACK], `INCONSISTENT: ${PACK}: has no plan: it is no results file`],
    [['merge', at('none')], `INPUT_UNREADABLE: ${at('none')}: no such file`],
    [['merge'], "USAGE: missing required argument 'files'"],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await runCli(args);
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(/^[^\n]*\n$/) });
    expect(stderr.slice(0, message.length)).toBe(message);
  });
});

describe.concurrent('a results file', () => {
  const args = [...SWEEP, '--seeds', '1..4', '-q', '-o', 'json'];
  const whole = runCli(args).then(({ stdout }) => timeless(stdout));

  it('holds the plan and a line for each run, all as the schemas say', async () => {
    const path = at('lines.ndjson');
    expect(timeless(await ok([...args, '--results', path]))).toBe(await whole);
    const [plan, ...runs] = readFileSync(path, 'utf8').trimEnd().split('\n');
    comparisonPlanSchema.parse(JSON.parse(plan as string));
    expect(new Set(runs.map((run) => comparisonRunSchema.parse(JSON.parse(run)).hash)).size).toBe(32);
    expect(timeless(await ok(['merge', path, '-q', '-o', 'json']))).toBe(await whole);
    expect(timeless(await ok(['merge', file('lines.gz', gzipSync(readFileSync(path))), '-q', '-o', 'json']))).toBe(await whole);
    expect(timeless(await ok(['merge', '-', '-q', '-o', 'json'], readFileSync(path, 'utf8')))).toBe(await whole);
  });

  it('is gone on with: what is there is not run again, wherever it was cut', async () => {
    const path = at('whole.ndjson');
    await ok([...args, '--results', path]);
    const bytes = readFileSync(path);
    const lines = bytes.toString().split('\n');
    // Behind the plan, in the middle of a line, behind a whole line without its end, and behind foreign lines.
    const half = (lines.slice(0, 9).join('\n').length + lines.slice(0, 10).join('\n').length) >> 1;
    const begun = [bytes.subarray(0, (lines[0] as string).length + 1), bytes.subarray(0, half), Buffer.from(lines.slice(0, 7).join('\n'))];
    for (const [i, head] of [...begun, Buffer.from(`${lines.slice(0, 5).join('\n')}\n{"kind":"x"}\nxyz\n`)].entries()) {
      const cut = file(`cut-${i}.ndjson`, head);
      expect(timeless(await ok([...args, '--results', cut]))).toBe(await whole);
      const after = readFileSync(cut, 'utf8');
      expect(after.startsWith(head.toString())).toBe(true);
      const hashes = after.split('\n').flatMap((line) => /^\{.*"hash":"(\w+)".*\}$/.exec(line)?.[1] ?? []);
      expect([hashes.length, new Set(hashes).size]).toEqual([32, 32]);
    }
    const { stderr } = await runCli([...args.filter((flag) => flag !== '-q'), '--results', at('cut-1.ndjson')]);
    expect(stderr).toContain(`warning: ${at('cut-1.ndjson')}: line 10 is no complete run and passed over\n`);
  });

  it('of each machine makes the comparison of one', async () => {
    const parts = [1, 2, 3].map((i) => at(`shard-${i}.ndjson`));
    for (const [i, path] of parts.entries()) {
      const { code, stdout, stderr } = await runCli([...args.filter((flag) => flag !== '-q'), '--shard', `${i + 1}/3`, '--results', path]);
      const runs = i < 2 ? 11 : 10;
      expect({ code, stdout, stderr }).toEqual({
        code: 0,
        stdout: '',
        stderr: `part ${i + 1} of 3: ${runs} runs, ${runs} of them new, are in ${path}\n`,
      });
    }
    expect(timeless(await ok(['merge', ...parts, '-q', '-o', 'json']))).toBe(await whole);
    const { code, stderr } = await runCli(['merge', ...parts.slice(1)]);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('INCONSISTENT: 11 of 32 runs are missing') });
  });

  it.each([
    ['SIGINT', 130, '0'],
    ['SIGTERM', 143, '2'],
  ] as const)('keeps what is finished on %s, and goes on', async (signal, code, workers) => {
    const path = at(`stopped-${workers}.ndjson`);
    const long = [...CLUSTER, '--workers', workers, '--seeds', '1..3000', '--results', path, '-q', '-o', 'json'];
    const stopped = await stop(long, signal, path);
    const kept = readFileSync(path, 'utf8').trimEnd().split('\n').length - 1;
    expect(kept).toBeLessThan(3000);
    expect(stopped).toEqual({ code, stderr: `stopped: ${kept} new runs are kept in ${path}; the same command goes on from there\n` });
    // A shorter sweep than that of the file takes what it needs of it.
    const short = long.map((word) => (word === '1..3000' ? `1..${Math.min(kept, 40)}` : word));
    const before = readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line.includes('ComparisonRun')).length;
    const answer = await ok(short);
    expect(timeless(answer)).toBe(timeless(await ok(short.filter((word) => word !== '--results' && word !== path))));
    const added =
      readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line.includes('ComparisonRun')).length - before;
    // One thread works in order; two may have left out those that were under way.
    expect(added).toBeLessThanOrEqual(workers === '0' ? 0 : 4);
  });
});

/** Starts a sweep and stops it when some runs are in its file. */
function stop(args: readonly string[], signal: NodeJS.Signals, path: string): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [join(ROOT, 'src/cli/main.ts'), ...args], { cwd: ROOT });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    stderr += part;
  });
  const watch = setInterval(() => {
    if (existsSync(path) && readFileSync(path, 'utf8').split('\n').length > 60) {
      clearInterval(watch);
      child.kill(signal);
    }
  }, 5);
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stderr })));
}

it('merges a file that is being written', async () => {
  const path = at('growing.ndjson');
  await ok([...SWEEP, '--seeds', '1..2', '-q', '-o', 'json', '--results', path]);
  appendFileSync(path, '{"apiVersion":"plimsoll.dev/v1","kind":"ComparisonRun","hash":"');
  const { code, stderr } = await runCli(['merge', path, '-o', 'name']);
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('line 18 is no complete run and passed over') });
});
