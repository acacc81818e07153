import type { FailSummary, Fit, ReplicasOnNode } from '../../model/plan-results.ts';
import type { NearestMiss } from '../../model/results.ts';
import { drawCharts, reasonChart, utilisationCharts } from './charts.ts';
import type { PackingData } from './packing-data.ts';
import { count, fact, grouped, type Page, type PageTable, table } from './page.ts';

export async function fitPage(fit: Fit, packing: PackingData | undefined): Promise<Page> {
  const { pods, rounds, maxLimit, failReason, summary, replicas } = fit;
  const names = pods.map(({ podName }) => podName).join(', ');
  const good = rounds >= (maxLimit ?? 1);
  const what = pods.length === 1 ? count(replicas, 'copy', 'copies') : `${count(rounds, 'round')} (${count(replicas, 'pod')})`;
  const limit = maxLimit === undefined ? '' : ` of ${grouped(maxLimit)} asked for`;
  const charts = await drawCharts([
    ...reasonChart('What stops the next copy', 'Nodes by the reason that they give.', countsOf(failReason.failSummary)),
    ...(packing ? utilisationCharts(packing) : []),
  ]);
  return {
    command: 'fit',
    title: `How many more copies of ${names} fit?`,
    verdict: { good, text: `${what}${limit} ${replicas === 1 ? 'fits' : 'fit'}. ${failReason.failType}: ${failReason.failMessage}` },
    facts: [
      fact(fit, 'replicas', 'Copies that fit'),
      fact(fit, 'rounds', 'Complete rounds'),
      ...(maxLimit === undefined ? [] : [fact(fit, 'maxLimit', 'Asked for')]),
      fact(fit, 'summary.nodes', 'Nodes'),
      fact(fit, 'summary.pending', 'Waiting pods'),
    ],
    ...(packing ? { packing } : {}),
    packingNote: 'Before: what runs. After: with the copies.',
    charts,
    tables: [...pods.map(distribution), nearestMisses(fit)],
    provenance: fit.provenance,
    notModelled: [...fit.notModelled, ...(summary.pending > 0 ? [`${count(summary.pending, 'waiting pod')} take no room`] : [])],
  };
}

function countsOf(failSummary: readonly FailSummary[]): Map<string, number> {
  return new Map(failSummary.map(({ reason, count: nodes }) => [reason, nodes]));
}

function distribution({ podName, requirements, replicas, replicasOnNodes }: Fit['pods'][number]): PageTable {
  const most = replicasOnNodes.reduce((max, each) => Math.max(max, each.replicas), 1);
  const asked = Object.entries(requirements).map(([name, amount]) => `${name} ${amount}`);
  return table<ReplicasOnNode>({
    title: `${podName} (${asked.join(', ') || 'asks for nothing'}): ${count(replicas, 'copy', 'copies')}`,
    columns: [
      { heading: 'NODE', cell: ({ nodeName }) => nodeName },
      { heading: 'REPLICAS', align: 'right', cell: (each) => grouped(each.replicas) },
    ],
    rows: replicasOnNodes,
    bars: { REPLICAS: (each) => each.replicas / most },
  });
}

function nearestMisses({ nearestMiss }: Fit): PageTable {
  return table<NearestMiss>({
    title: 'Nearest misses: what would let the next copy fit',
    columns: [
      { heading: 'NODE', cell: ({ node }) => node },
      { heading: 'CHANGES', cell: ({ changes }) => changes.join('; ') },
    ],
    rows: nearestMiss,
  });
}
