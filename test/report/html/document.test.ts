import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { API_VERSION, type Schedule } from '../../../src/model/results.ts';
import { podReasons, utilisationCharts } from '../../../src/report/html/charts.ts';
import { documentPieces } from '../../../src/report/html/document.ts';
import { escaped, jsonForScript } from '../../../src/report/html/escape.ts';
import { packingOf } from '../../../src/report/html/packing.ts';
import { fact, grouped } from '../../../src/report/html/page.ts';
import { plainSvg } from '../../../src/report/html/plain-svg.ts';
import { schedulePage } from '../../../src/report/html/schedule-page.ts';
import { makeNode, makePod, semantics } from '../../support/builders.ts';

const EVIL = `</script><script>alert(1)</script>"'&<!--\u202e`;

const schedule: Schedule = {
  apiVersion: API_VERSION,
  kind: 'Schedule',
  provenance: {
    engineVersion: '0',
    kubeVersion: '1.36',
    profiles: [EVIL],
    configuration: '',
    tie: 'first',
    seed: 0,
    percentageOfNodesToScore: 100,
    snapshot: '',
  },
  placements: [{ namespace: EVIL, name: 'web-1', node: EVIL }],
  unschedulable: [{ namespace: 'ops', name: EVIL, message: `0/1 nodes are available: 1 ${EVIL}.` }],
  preemptions: [],
  summary: {
    nodes: 1234,
    pending: 2,
    placed: 1,
    unschedulable: 1,
    seconds: 0.25,
    decideSeconds: 0,
    decisionsPerSecond: 0,
    paths: { bounds: 0, grouped: 0, scanned: 0 },
  },
  notModelled: [EVIL],
};

async function htmlOf(): Promise<string> {
  const nodes = [makeNode(EVIL, { has: { cpu: '4' }, labels: { 'topology.kubernetes.io/zone': EVIL } })];
  const pods = [makePod(EVIL, { requests: { cpu: '1' }, on: EVIL })];
  const snapshot = { nodes, pods, objects: {} as never, notModelled: [], ignoredKinds: new Map(), hash: '' };
  const packing = packingOf({ captions: ['Before', 'After'], states: [snapshot, snapshot] }, semantics());
  return [...documentPieces(await schedulePage(schedule, packing))].join('');
}

describe('a page', () => {
  it('has one script that runs, one that is data, one style, and a policy that allows exactly these', async () => {
    const html = await htmlOf();
    const scripts = [...html.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)];
    expect(scripts.map(([, attributes]) => attributes)).toEqual([' type="application/json" id="packing"', '']);
    const styles = [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)];
    expect(styles).toHaveLength(1);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1];
    const hash = (text = '') => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    expect(policy).toContain(`script-src ${hash(scripts[1]?.[2])};`);
    expect(policy).toContain(`style-src ${hash(styles[0]?.[1])};`);
    expect(policy).toContain("default-src 'none'");
    expect(JSON.parse(scripts[0]?.[2] as string)).toMatchObject({ nodes: { name: [EVIL] } });
  });

  it('names no other file and has nothing inline that the policy refuses', async () => {
    const markup = (await htmlOf()).replace(/<(script|style)[^>]*>[\s\S]*?<\/\1>/g, '');
    expect(markup.match(/\b(?:src|srcset|style|on\w+)="/g)).toBe(null);
    expect(markup.match(/\bhref="([^"]*)"/g)).toEqual(['href="data:,"']);
    expect(markup).not.toMatch(/https?:/);
    expect(markup).not.toContain('\u202e');
  });

  it('shows large numbers with commas and keeps the exact one beside', async () => {
    expect(await htmlOf()).toContain('<dd data-field="summary.nodes" data-value="1234">1,234</dd>');
    expect(grouped(1234567.5)).toBe('1,234,567.5');
    expect(fact({ a: { list: [1, 2] } }, 'a.list', 'List')).toEqual({ label: 'List', field: 'a.list.length', value: 2, text: '2' });
  });
});

describe('what stands in a page', () => {
  it('is escaped', () => {
    expect(escaped(EVIL)).toBe('&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;&lt;!--\\u202e');
    expect(jsonForScript({ a: EVIL })).not.toMatch(/[<\u2028]/);
    expect(JSON.parse(jsonForScript({ a: `${EVIL}\u2028` }))).toEqual({ a: `${EVIL}\u2028` });
  });

  it('of SVG has attributes where ECharts writes styles', () => {
    const svg =
      '<svg width="560" height="100.4" xmlns="http://www.w3.org/2000/svg" version="1.1">\n<text style="font-size:12px;font-family:a, b;" class="zr3-cls-0" fill="url(#zr3-p0)">x</text><style ><![CDATA[a{}]]></style></svg>';
    expect(plainSvg(svg, 'A "chart"', 7)).toBe(
      '<svg class="chart" role="img" aria-label="A &quot;chart&quot;" viewBox="0 0 560 100.4"><text font-size="12px" font-family="a, b" fill="url(#chart-7-p0)">x</text></svg>',
    );
  });
});

describe('charts', () => {
  it('count a pod once for each of its reasons', () => {
    const messages = [
      '0/8 nodes are available: 1 node(s) were unschedulable, 7 Insufficient cpu. preemption: 0/8 nodes are available: 8 x.',
      '0/8 nodes are available: 8 Insufficient cpu.',
      'something else',
    ];
    expect(podReasons(messages)).toEqual(
      new Map([
        ['node(s) were unschedulable', 1],
        ['Insufficient cpu', 2],
        ['something else', 1],
      ]),
    );
  });

  it('count each node that offers a resource once, full ones in the last tenth, more than full apart', () => {
    const shares = [0, 0.05, 0.1, 0.3, 0.999, 1, 1.5];
    const nodes = [...shares.map((_, i) => makeNode(`n${i}`, { has: { cpu: '10' } })), makeNode('none', { has: {} })];
    const pods = shares.map((share, i) => makePod(`p${i}`, { requests: { cpu: `${share * 10_000}m` }, on: `n${i}` }));
    const snapshot = { nodes, pods, objects: {} as never, notModelled: [], ignoredKinds: new Map(), hash: '' };
    const [cpu] = utilisationCharts(packingOf({ captions: ['Now'], states: [snapshot] }, semantics()));
    expect(cpu?.categories.at(-1)).toBe('>100');
    expect(cpu?.series).toEqual([{ name: 'Now', values: [2, 1, 0, 1, 0, 0, 0, 0, 0, 2, 1] }]);
  });

  it('print nothing: the page goes to standard output', async () => {
    const script = `import { drawCharts } from './src/report/html/charts.ts';
      await drawCharts([false, true].map((lying) => ({ title: 't', note: 'n', category: 'c', categories: ['a', 'b'.repeat(99)], lying,
        series: [{ name: 'x', values: [1, 2] }, { name: 'y', values: [3, 4] }] })));`;
    expect(execFileSync(process.execPath, ['--input-type=module-typescript', '-e', script], { encoding: 'utf8', stdio: 'pipe' })).toBe('');
  });
});

it('the script and the style are made from page/', () => {
  const path = 'src/report/html/page.generated.ts';
  const made = execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', 'scripts/build-page.ts', '--print'], {
    encoding: 'utf8',
  });
  expect(readFileSync(path, 'utf8') === made, `${path}: npm run build:page`).toBe(true);
});
