import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { fitPowerLaw } from '../../bench/curves/fit.ts';
import { growthSvg } from '../../bench/curves/plot.ts';
import { type CurvesFile, curvesOf, figuresOf } from '../../bench/curves/results.ts';
import { SERIES } from '../../bench/curves/series.ts';
import { curvesBlock, figuresBlock, fillBlock, limitsBlock, loopsBlock, peersBlock } from '../../bench/document.ts';
import { type ResultFile, summarize } from '../../bench/results.ts';
import { SCENARIOS } from '../../bench/scenarios.ts';
import { pathShares } from '../../bench/table.ts';
import { TITLES } from '../../bench/titles.ts';

const machine = { cpu: 'Chip', cores: 2, memoryGiB: 8, platform: 'linux-x64' };
const head = { machine, node: 'v24.1.0', measured: '2026-01-02' };

describe('a power law', () => {
  const points = [1, 10, 100, 1000].map((x) => ({ x, y: 5 * x ** 0.7 }));

  test('is found again', () => {
    const law = fitPowerLaw(points);
    expect(law?.exponent).toBeCloseTo(0.7, 12);
    expect(law?.factor).toBeCloseTo(5, 12);
    expect(law).toMatchObject({ from: 1, to: 1000, points: 4 });
    expect(law?.r2).toBeCloseTo(1, 12);
  });

  test('is fitted over its range alone, and not through two points', () => {
    const bent = [{ x: 0.1, y: 900 }, ...points, { x: 1e6, y: 1 }];
    expect(fitPowerLaw(bent, 1, 1000)?.exponent).toBeCloseTo(0.7, 12);
    expect(fitPowerLaw(bent)?.exponent).not.toBeCloseTo(0.7, 1);
    expect(fitPowerLaw(points, 100)).toBeUndefined();
  });

  test('of what does not grow has exponent 0, and noise lowers the share that it explains', () => {
    expect(fitPowerLaw(points.map(({ x }) => ({ x, y: 3 })))).toMatchObject({ exponent: 0, r2: 1 });
    const noisy = points.map(({ x, y }, i) => ({ x, y: y * (i % 2 === 0 ? 3 : 1) }));
    expect(fitPowerLaw(noisy)?.r2).toBeLessThan(0.95);
  });
});

const curves: CurvesFile = {
  ...head,
  series: SERIES.map(({ name, xs }) => ({
    name,
    points: xs.map((x) => ({
      x,
      nodes: 1,
      pods: 1000,
      decideSeconds: [1e9, 0.001 * x, 0.0005 * x],
      coreMiB: 1,
      paths: { bounds: 0, grouped: 0, scanned: 0 },
      hash: '',
    })),
  })),
};

test('curves are medians for one decision, with a law each', () => {
  for (const { points, law } of curvesOf(curves)) {
    expect(points[0]?.y).toBeCloseTo((points[0]?.x ?? 0) * 1000, 6);
    expect(law?.exponent).toBeCloseTo(1, 12);
  }
  expect([...figuresOf(curves).keys()]).toEqual(['growth-nodes.svg', 'growth-pods.svg', 'growth-classes.svg', 'growth-domains.svg']);
  const block = curvesBlock(curves);
  expect(block.match(/!\[/g)).toHaveLength(4);
  expect(block).toContain('| nodes | 1 ms to 1 s | 1.00 | 10k to 1M (5 points) | 1.00 |');
});

test('a picture is one file without scripts or links, the same each time, and follows the page into the dark', () => {
  const lines = [{ title: 'a', points: [1, 10, 100].map((x) => ({ x, y: x })), law: fitPowerLaw([1, 10, 100].map((x) => ({ x, y: x }))) }];
  const svg = growthSvg('Title', 'nodes', lines);
  expect(growthSvg('Title', 'nodes', lines)).toBe(svg);
  expect(svg).toMatch(/^<svg[^>]*>\n<title>Title<\/title><style>@media \(prefers-color-scheme: dark\)/);
  expect(svg).not.toMatch(/<script|href=|NaN|undefined/);
  expect(svg).toContain('stroke-dasharray');
});

test('a block is replaced, and nothing around it', () => {
  const page = 'before\n<!-- a -->\nold\n<!-- end of a -->\nafter';
  const filled = fillBlock(page, 'a', 'new\n');
  expect(filled).toBe('before\n<!-- a -->\n\nnew\n\n<!-- end of a -->\nafter');
  expect(fillBlock(filled, 'a', 'new')).toBe(filled);
  expect(() => fillBlock(page, 'b', '')).toThrow('no block');
});

test('figures come with their goals', () => {
  const runs = [{ decide: 2, total: 4, around: 1, cpu: 7 }];
  const sizes = { nodes: 10_000, bound: 0, pending: 1_000_000, classes: 1, placed: 1_000_000, unschedulable: 0, workers: 0 };
  const rest = { hash: '', readSeconds: 1, recordedRuns: runs, latency: { p50: 200, p99: 3000, p999: 1, max: 1 }, coreMiB: 1.2, rssMiB: 1 };
  const result = summarize({ name: 'one-class-10k', ...sizes, ...rest, runs, paths: { bounds: 0, grouped: 1_000_000, scanned: 500 } });
  const block = figuresBlock({ ...head, results: [result, { ...result, name: 'build-workers-0' }] });
  expect(block.split('\n').at(-1)).toBe(
    '| one class, no spreading | 10k | 1M | 500k/s | 250k/s | 200 ns | 3 us | 2 MiB | 0/100/0.05 % | 2M decide, 300k total: missed (decide/s, total/s) |',
  );
  expect(pathShares({ pending: 1 })).toBe('-');
});

test('every scenario has a title, apart from those that differ in workers alone', () => {
  const untitled = SCENARIOS.map(({ name }) => name).filter((name) => TITLES[name] === undefined);
  expect(untitled).toEqual(['build-workers-0', 'build-workers-1', 'build-workers-2']);
});

test('other benchmarks are told by the median without the first run', () => {
  const block = peersBlock({ ...head, cases: [{ name: 'estimator', seconds: [5, 0.009, 0.011, 0.01], answer: '2595 nodes, exact' }] });
  expect(block).toContain('| 2595 nodes, exact | 5 s | 10 ms | 10 ms: reached |');
});

test('the limit is reading alone, beside what the whole pass takes', () => {
  const rows = [
    { title: 'fit', bytes: 1000, readNanoseconds: 100 },
    { title: 'bounds', scenario: 'unique-5k', bytes: 2000, readNanoseconds: 100 },
    { title: 'not measured', scenario: 'million-nodes', bytes: 1, readNanoseconds: 1 },
  ];
  const results = [{ name: 'unique-5k', latency: { p50: 400 } }] as unknown as ResultFile['results'];
  const native = { ...head, rows: [{ form: 'core (WASM)', scan: '0.5 us', row: '', speed: '' }] };
  const block = limitsBlock({ ...head, rows }, { ...head, results }, native);
  expect(block.split('\n').slice(-2)).toEqual([
    '| fit | 1000B | 100 ns | 10.0 GB/s | 500 ns | 20 % |',
    '| bounds | 2000B | 100 ns | 20.0 GB/s | 400 ns | 25 % |',
  ]);
});

test('loops are shown as machine code and as WebAssembly', () => {
  const block = loopsBlock({ node: 'v24.1.0', loops: [{ title: 'A', accesses: 2, code: [' 0: nop'], wat: ['loop $for'] }] });
  expect(block).toContain('**A**: 1 instructions with 2 accesses');
  expect(block).toContain('```asm\n 0: nop\n```');
  expect(block).toContain('```wasm\nloop $for\n```');
});

test('docs/performance.md and its pictures say what bench/results has recorded', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  expect(spawnSync(process.execPath, [`${root}bench/document-main.ts`, '--check'], { encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: '',
  });
});
