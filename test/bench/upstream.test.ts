import { expect, test } from 'vitest';
import { buildSnapshot } from '../../bench/clusters.ts';
import { agreementOf, type OwnRate, type Rate, rank, rateOf, type UpstreamFile } from '../../bench/upstream-results.ts';
import { QUICK_NODES, QUICK_PODS, WORKS } from '../../bench/upstream-rows.ts';
import { markdown, share } from '../../bench/upstream-table.ts';
import { schedule } from '../../src/index.ts';

const decision = (pod: string, node: string, nanoseconds = 1) => ({ pod, node, nanoseconds });

test('percentiles are by nearest rank, so that they are times that occurred', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => (i + 1) * 10);
  expect([0, 1, 50, 99, 99.5, 100].map((percent) => rank(hundred, percent))).toEqual([10, 10, 500, 990, 1000, 1000]);
  expect(rank([7], 50)).toBe(7);
  expect(rank([], 50)).toBeNaN();
});

test('a rate counts the decisions that were made and orders their times', () => {
  const rate = rateOf([decision('a', 'x', 3e8), decision('b', 'x', 1e8), decision('c', '', 6e8)]);
  expect(rate).toEqual({ decisions: 3, seconds: 1, latency: { p50: 3e8, p99: 6e8, max: 6e8 } });
});

test('decisions agree pod by pod; refusals count, and pods that upstream had no time for do not', () => {
  const upstream = [decision('a', 'x'), decision('b', ''), decision('c', 'y')];
  expect(agreementOf(upstream, { a: 'x', b: '', c: 'y', d: 'z' })).toEqual({ equal: 3, compared: 3 });
  expect(agreementOf(upstream, { a: 'x', b: 'z' })).toEqual({
    equal: 1,
    compared: 3,
    firstDifference: { pod: 'b', upstream: '', plimsoll: 'z' },
  });
  expect(agreementOf(upstream, { a: 'x', b: '' }).firstDifference).toEqual({ pod: 'c', upstream: 'y', plimsoll: 'not known' });
});

test('one difference in thousands does not round up to all', () => {
  expect([share(1000, 1000), share(9999, 10000), share(2, 3), share(0, 5)]).toEqual(['100 %', '99.9 %', '66.6 %', '0.0 %']);
});

const rate = (decisions: number, seconds: number): Rate => ({ decisions, seconds, latency: { p50: 1_500, p99: 2_500_000, max: 3e9 } });
const own = (seconds: number): OwnRate => ({ ...rate(1000, seconds), decideSeconds: seconds / 2, coldSeconds: seconds * 3 });

test('the table says rates, ratios and agreement of every row', () => {
  const file: UpstreamFile = {
    machine: { cpu: 'Chip', cores: 2, memoryGiB: 8, platform: 'linux-x64' },
    kubernetes: 'v1.36.4',
    node: 'v24.1.0',
    load: 0,
    rows: [
      {
        work: 'basic',
        title: 'basic work',
        nodes: 10_000,
        pods: 1000,
        upstream: { sampled: rate(1000, 2), all: rate(900, 9), single: rate(500, 10) },
        plimsoll: { heap: own(0.25), first: own(0.125) },
        agreement: { equal: 499, compared: 500 },
      },
    ],
  };
  const [head, rule, row, , ...legend] = markdown(file).trimEnd().split('\n');
  const cells = (line: string | undefined) => line?.slice(2, -2).split(' | ');
  expect(cells(rule)).toEqual(cells(head)?.map((_, index) => (index === 0 ? '---' : '---:')));
  expect(cells(row)).toEqual([
    'basic work',
    '10,000',
    '500/s, 1.5 us / 2.5 ms',
    '100/s, 1.5 us / 2.5 ms',
    '4000/s, 1.5 us / 2.5 ms',
    '8000/s',
    '8.0x / 40x',
    '99.8 % of 500',
    '8000/s, 1.5 us / 2.5 ms',
  ]);
  expect(legend.join('\n')).toContain('3.0 to 3.0 times');
  expect(legend.join('\n')).toContain('kube-scheduler v1.36.4 with 16 goroutines, Plimsoll on Node v24.1.0 with one thread, 2 x Chip');
});

test.each(WORKS)('$name: as many pods wait as asked for, most find a node and none evicts', async ({ objects }) => {
  const snapshot = buildSnapshot(objects(QUICK_NODES, QUICK_PODS));
  expect(snapshot.nodes).toHaveLength(QUICK_NODES);
  const waiting = snapshot.pods.filter(({ nodeName }) => nodeName === '');
  expect(waiting).toHaveLength(QUICK_PODS);
  for (const { template } of waiting) expect(template.schedulerName).toBe('default-scheduler');
  const { summary, preemptions } = await schedule(snapshot, {});
  expect(summary.placed).toBeGreaterThan(QUICK_PODS * 0.8);
  expect(preemptions).toEqual([]);
});

test('a row is the same cluster in every process', () => {
  for (const { objects } of WORKS) expect(JSON.stringify([...objects(30, 40)])).toBe(JSON.stringify([...objects(30, 40)]));
});
