import type { Drain, DrainedNode, DrainPod } from '../../model/plan-results.ts';
import { podKey } from '../../model/pod.ts';
import { PREEMPTED, STEPS } from '../drain-view.ts';
import { drawCharts, podReasons, reasonChart, utilisationCharts } from './charts.ts';
import type { PackingData } from './packing-data.ts';
import { count, fact, type Page, type PageTable, table } from './page.ts';

export async function drainPage(drain: Drain, packing: PackingData | undefined): Promise<Page> {
  const { nodes, steps, blocked, ignored, warnings, preempted, groups, summary } = drain;
  const drained = nodes.filter((node) => node.drained).length;
  const reasons = podReasons(steps.flatMap(({ message }) => message ?? []));
  const charts = await drawCharts([
    ...reasonChart('Why evicted pods wait', 'Pods by the reasons that nodes give.', reasons),
    ...(packing ? utilisationCharts(packing) : []),
  ]);
  const left = summary.pending > 0 ? `; ${count(summary.pending, 'evicted pod finds', 'evicted pods find')} no node` : '';
  return {
    command: 'drain',
    title: nodes.length === 1 ? `Draining ${nodes[0]?.name}` : `Draining ${count(nodes.length, 'node')}`,
    verdict: { good: drain.drained, text: `${drained} of ${count(nodes.length, 'node')} drained${left}` },
    facts: [
      fact(drain, 'summary.nodes', 'Nodes to drain'),
      fact(drain, 'summary.evictions', 'Evictions'),
      fact(drain, 'summary.placed', 'Placed elsewhere'),
      fact(drain, 'summary.pending', 'Without a node'),
      fact(drain, 'blocked', 'Blocked'),
      fact(drain, 'ignored', 'Ignored'),
      fact(drain, 'summary.pendingBefore', 'Pending before'),
    ],
    ...(packing ? { packing } : {}),
    packingNote: 'Before: waiting pods placed, nothing evicted. After: the nodes cordoned and what drains moved.',
    charts,
    tables: [
      table({ title: 'Evictions in their order', columns: STEPS, rows: steps }),
      notes('What blocks', blocked),
      table({ title: 'Preempted elsewhere', columns: PREEMPTED, rows: preempted }),
      table<DrainedNode>({
        title: 'Nodes',
        columns: [
          { heading: 'NODE', cell: ({ name }) => name },
          { heading: 'DRAINED', cell: (node) => (node.drained ? 'yes' : 'no') },
          { heading: 'EVICTIONS', align: 'right', cell: ({ evictions }) => evictions.toString() },
          { heading: 'WAVES', align: 'right', cell: ({ waves }) => waves.toString() },
        ],
        rows: nodes,
      }),
      table<readonly string[]>({
        title: 'Groups that drain side by side',
        columns: [{ heading: 'NODES', cell: (names) => names.join(', ') }],
        rows: groups,
      }),
      notes('Warnings', warnings),
      notes('Ignored', ignored),
    ],
    provenance: drain.provenance,
    notModelled: drain.notModelled,
  };
}

function notes(title: string, rows: readonly DrainPod[]): PageTable {
  return table<DrainPod>({
    title,
    columns: [
      { heading: 'POD', cell: podKey },
      { heading: 'NODE', cell: ({ node }) => node },
      { heading: 'REASON', cell: ({ reason }) => reason },
    ],
    rows,
  });
}
