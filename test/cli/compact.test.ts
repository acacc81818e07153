import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { compactionSchema } from '../../scripts/compact-schema.ts';
import { ROOT, runCli } from './run-cli.ts';

const IDLE = ['compact', '-f', join(ROOT, 'examples/idle.yaml')];
const PRICES = ['--price-book', join(ROOT, 'examples/catalogue.csv')];
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-compact-'));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe.concurrent('compact', () => {
  it('answers 0 or 2 by the number of nodes, in every format', async () => {
    const [table, wide, name, json, yaml] = await Promise.all(
      ['table', 'wide', 'name', 'json', 'yaml'].map((format) => runCli([...IDLE, '-q', '-o', format])),
    );
    expect([table, wide, name, json, yaml].map((run) => run?.code)).toEqual([0, 0, 0, 0, 0]);
    expect(table?.stdout).toMatch(/^GOES {5}MOVES {3}GO-WITH-IT\nwork-3 /);
    expect(wide?.stdout).toMatch(/^core-1 {3}pod {7}shop\/console: cannot delete Pods that declare no controller/m);
    expect(name?.stdout).toBe('node/work-3\nnode/work-4\nnode/work-1\n');
    const result = compactionSchema.parse(JSON.parse(json?.stdout ?? ''));
    const timeless = (value: object) => ({ ...value, summary: { ...(value as { summary: object }).summary, seconds: 0 } });
    expect(timeless(load(yaml?.stdout ?? '') as object)).toEqual(timeless(result));
    expect((await runCli([...IDLE, '-q', '--at-least', '4'])).code).toBe(2);
    expect((await runCli([...IDLE, '-q', '--at-least', '0', '--max-moves', '0'])).code).toBe(0);
  });

  it('says on stderr how many can go', async () => {
    const { stderr } = await runCli([...IDLE, '--exclude-nodes', 'work-1,work-2', '--exclude-nodes', 'work-3']);
    expect(stderr).toBe('1 of 5 nodes can go; 2 evictions in 2 waves\n');
  });

  it.each<[args: string[], message: string]>([
    [[...IDLE, '--max-moves', '-1'], 'USAGE: --max-moves: must be a whole number from 0'],
    [[...IDLE, '--keep', 'pool in'], 'SELECTOR: keep: is no label selector, got "pool in"'],
    [[...IDLE, '--keep', 'pool=none'], 'NOT_FOUND: keep: the selector selects no node, got "pool=none"'],
    [[...IDLE, '--exclude-nodes', 'work-9'], 'NOT_FOUND: excludeNodes: there is no such node in the snapshot, got "work-9"'],
    [[...IDLE, '--tie', 'heap'], 'UNSUPPORTED: tie: compact looks at all nodes'],
    [[...IDLE, '--price-book', 'none.csv'], 'INPUT_UNREADABLE: none.csv: no such file'],
    [
      [...IDLE, '--price-book', file('few.csv', 'type,cpu,memory,price\nlarge,8,32Gi,0.4\n')],
      'NOT_FOUND: nodes: the catalogue has no price',
    ],
    [['compact', '-f', file('empty.yaml', '')], 'INPUT_'],
    [
      ['compact', '-f', file('pod.yaml', 'kind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i}]}\n')],
      'NOT_FOUND: nodes: the snapshot has no nodes',
    ],
    [['compact', ...PRICES], 'USAGE: --filename: no input is given'],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await runCli(args);
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(/^[^\n]*\n$/) });
    expect(stderr.slice(0, message.length)).toBe(message);
  });
});
