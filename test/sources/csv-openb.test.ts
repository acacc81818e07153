import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { csvRows } from '../../src/sources/csv.ts';
import { OpenbTrace } from '../../src/sources/openb.ts';
import { Collector, pieces, problemOf } from './collect.ts';

async function rows(text: string | Buffer, size?: number): Promise<readonly (readonly string[])[]> {
  const all: (readonly string[])[] = [];
  for await (const row of csvRows(pieces(text, size))) all.push(row.cells);
  return all;
}

describe('CSV', () => {
  it('reads cells, quotes, CRLF and a last line without end, however the bytes are cut', async () => {
    const text = 'a,b,c\r\n1,"x, ""y""",\n,"",é\n"1",2,"3"';
    const expected = [
      ['a', 'b', 'c'],
      ['1', 'x, "y"', ''],
      ['', '', 'é'],
      ['1', '2', '3'],
    ];
    for (const size of [1, 2, 5, 1000]) expect(await rows(text, size)).toEqual(expected);
  });

  it('allows blank lines at the end only', async () => {
    expect(await rows('a,b\n1,2\n\n\n')).toHaveLength(2);
    expect((await problemOf(() => rows('a,b\n\n1,2\n')))?.message).toBe('INPUT_SYNTAX: line 2: a blank line between rows');
  });

  it.each([
    ['a,b\n1\n', 'INPUT_SYNTAX: line 2: 1 columns where the header has 2, got "1"'],
    ['a,b\n1,2\n1,2,3\n', 'INPUT_SYNTAX: line 3: 3 columns where the header has 2, got "1,2,3"'],
    ['a,b\n1,"2\n3",4\n', 'INPUT_SYNTAX: line 2: a quote that is not closed'],
    ['a,b\n1,"2"x\n', 'INPUT_SYNTAX: line 2: a quote that is not closed, or not at the edge'],
    ['a,b\n1,x"2"\n', 'INPUT_SYNTAX: line 2: a quote that is not closed, or not at the edge'],
    ['a,b\n1,\u00002\n', 'INPUT_SYNTAX: line 2: a NUL byte'],
    [`a,b\n1,${'x'.repeat(70_000)}\n`, 'INPUT_LIMIT: line 2: a line is longer than 65536 bytes'],
    [`a,b\n1,${'x'.repeat(70_000)}`, 'INPUT_LIMIT: line 2: a line is longer than 65536 bytes'],
  ])('%#', async (text, message) => {
    const got = (await problemOf(() => rows(text, 4096)))?.message ?? '';
    expect(got.slice(0, message.length)).toBe(message);
  });
});

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url));

async function readTrace(...files: (string | Buffer)[]): Promise<{ readonly collector: Collector; readonly notModelled: string[] }> {
  const collector = new Collector();
  const trace = new OpenbTrace(collector);
  for (const [i, file] of files.entries()) await trace.readCsv(pieces(file), `f${i}.csv`);
  return { collector, notModelled: trace.finish() };
}

const POD_HEADER = 'name,cpu_milli,memory_mib,num_gpu,gpu_milli';

describe('the openb trace', () => {
  it('reads nodes in file order and pods by creation, whichever file comes first', async () => {
    const { collector } = await readTrace(fixture('openb-pods.csv'), fixture('openb-nodes.csv'));
    const names = collector.raws.map((raw) => (raw as { metadata: { name: string } }).metadata.name);
    expect(names).toEqual(['node-0', 'node-1', 'node-2', 'many', 'share', 'cpu', 'late']);
    expect(collector.objects[4]?.place).toEqual({ file: 'f0.csv', line: 3 });
  });

  it('turns GPUs, shares of them and models into Kubernetes terms', async () => {
    const { collector, notModelled } = await readTrace(fixture('openb-nodes.csv'), fixture('openb-pods.csv'));
    expect(collector.raws[1]).toEqual({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'node-1', labels: { 'kubernetes.io/hostname': 'node-1', 'alibabacloud.com/gpu-card-model': 'V100M32' } },
      status: { allocatable: { cpu: '96000m', memory: '393216Mi', pods: '1001', 'nvidia.com/gpu': '8' } },
    });
    const requests = { cpu: '6000m', memory: '12288Mi', 'nvidia.com/gpu': '1' };
    const expression = { key: 'alibabacloud.com/gpu-card-model', operator: 'In', values: ['V100M16', 'V100M32'] };
    expect(collector.raws[4]).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'share', namespace: 'default', creationTimestamp: '1970-01-01T00:01:40Z' },
      spec: {
        containers: [{ name: 'main', resources: { limits: { 'nvidia.com/gpu': '1' }, requests } }],
        affinity: {
          nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [expression] }] } },
        },
      },
    });
    expect(notModelled).toEqual([
      'All 4 pods of the openb trace are pending: its phases, scheduling and deletion times are left out.',
      '1 pods of the openb trace ask for a share of a GPU: each gets a whole one.',
    ]);
  });

  it('reads lists that lack the later columns, in row order', async () => {
    const { collector } = await readTrace(`${POD_HEADER}\nb,1,2,0,0\na,1,2,2,1000\n`);
    expect(collector.raws.map((raw) => (raw as { metadata: { name: string } }).metadata.name)).toEqual(['b', 'a']);
  });

  it.each([
    ['sn,cpu_milli,memory_mib,gpu\nn,1,2,3\n', 'INPUT_KIND: line 1: the CSV header lacks the column model'],
    ['name,cpu\nn,1\n', 'INPUT_KIND: line 1: the CSV header lacks the column cpu_milli, got "name,cpu"'],
    [`${POD_HEADER},price\n`, 'INPUT_KIND: line 1: an unknown or repeated column in the CSV header, got "price"'],
    [`${POD_HEADER},name\n`, 'INPUT_KIND: line 1: an unknown or repeated column in the CSV header, got "name"'],
    [`${POD_HEADER}\na,1.5,2,0,0\n`, 'FIELD: line 2: cpu_milli: not a whole number, got "1.5"'],
    [`${POD_HEADER}\na,-1,2,0,0\n`, 'FIELD: line 2: cpu_milli: not a whole number, got "-1"'],
    [`${POD_HEADER}\na,1,,0,0\n`, 'FIELD: line 2: memory_mib: not a whole number, got ""'],
    [`${POD_HEADER}\na,1,9999999999999999,0,0\n`, 'FIELD: line 2: memory_mib: not a whole number'],
    [`${POD_HEADER}\na,1,2,1,1001\n`, 'FIELD: line 2: gpu_milli: more than 1000 thousandths'],
  ])('refuses %j', async (text, message) => {
    const got = (await problemOf(() => readTrace(text)))?.message ?? '';
    expect(got.slice(0, message.length)).toBe(message);
  });
});
