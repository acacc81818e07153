import type { CompactedNode, Compaction } from '../../model/compact-results.ts';
import { podKey } from '../../model/pod.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { MOVES, NODES, PRICE, STAYS } from '../compact-view.ts';
import { drawCharts, reasonChart, utilisationCharts } from './charts.ts';
import type { PackingData } from './packing-data.ts';
import { count, fact, grouped, type Page, table } from './page.ts';

/**
 * The cluster once the nodes are gone.
 * @param before Settled: waiting pods placed where there is room.
 */
export function afterCompaction(before: Snapshot, { nodes, moves }: Compaction): Snapshot {
  const gone = new Set(nodes.map(({ name }) => name));
  const moved = new Map(moves.map((move) => [podKey(move), move]));
  const pods = before.pods.flatMap((pod) => {
    const move = moved.get(podKey(pod));
    if (move) return move.deleted ? [] : [{ ...pod, nodeName: move.to ?? '' }];
    return gone.has(pod.nodeName) ? [] : [pod];
  });
  return { ...before, nodes: before.nodes.filter(({ name }) => !gone.has(name)), pods };
}

export async function compactPage(compaction: Compaction, packing: PackingData): Promise<Page> {
  const { nodes, moves, stays, bound, saved, summary, compacts } = compaction;
  const why = new Map<string, number>();
  for (const { because } of stays) why.set(because, (why.get(because) ?? 0) + 1);
  const least = bound.nodes === 0 ? 'nothing needs a node' : `at least ${grouped(bound.nodes)} have to stay (${bound.because})`;
  const money = saved ? ` Saves ${saved.price} of ${saved.before} ${saved.currency} per hour.` : '';
  return {
    command: 'compact',
    title: `How many of ${count(summary.nodes, 'node')} can go?`,
    verdict: { good: compacts, text: `${grouped(summary.removed)} can go, ${grouped(summary.remaining)} stay; ${least}.${money}` },
    facts: [
      fact(compaction, 'summary.removed', 'Nodes that can go'),
      fact(compaction, 'summary.remaining', 'Nodes that stay'),
      fact(compaction, 'bound.nodes', 'Have to stay at least'),
      fact(compaction, 'summary.moves', 'Evictions'),
      fact(compaction, 'summary.waves', 'Waves'),
      fact(compaction, 'summary.pendingBefore', 'Pending before'),
      ...(saved ? [fact(compaction, 'saved.price', `Saved, ${saved.currency} per hour`)] : []),
    ],
    packing,
    packingNote: 'Before: waiting pods placed, nothing moved. After: without the nodes that can go.',
    charts: await drawCharts([
      ...reasonChart('Why nodes stay', 'Nodes by what keeps them after all others have gone.', why),
      ...utilisationCharts(packing),
    ]),
    tables: [
      table<CompactedNode>({ title: 'Nodes that can go, in their order', columns: saved ? [...NODES, PRICE] : NODES, rows: nodes }),
      table({ title: 'Moves in their order', columns: MOVES, rows: moves }),
      table({ title: 'Nodes that stay', columns: STAYS, rows: stays }),
    ],
    provenance: compaction.provenance,
    notModelled: compaction.notModelled,
  };
}
