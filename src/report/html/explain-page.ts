import type { Node } from '../../model/node.ts';
import type { Explanation, NearestMiss, NodeExplanation } from '../../model/results.ts';
import type { Column } from '../table.ts';
import { drawCharts, reasonChart } from './charts.ts';
import type { PackingData, PackingLens } from './packing-data.ts';
import { count, type Fact, fact, type Page, table } from './page.ts';

/** Colours nodes by their total score; refused ones say why. */
export function scoreLens({ nodes: explained }: Explanation, nodes: readonly Node[]): PackingLens {
  const byName = new Map(explained.map((node) => [node.name, node]));
  const reasons: string[] = [];
  const codes = new Map<string, number>();
  const value: (number | null)[] = [];
  const reason: number[] = [];
  for (const { name } of nodes) {
    const node = byName.get(name);
    value.push(node?.total ?? null);
    const text = node && !node.feasible ? `refused by ${node.plugin ?? 'no rule'}: ${node.reasons.join('; ')}` : '';
    if (text !== '' && !codes.has(text)) codes.set(text, reasons.push(text) - 1);
    reason.push(codes.get(text) ?? -1);
  }
  return { name: 'total score', value, reason, reasons };
}

export async function explainPage(explanation: Explanation, packing: PackingData): Promise<Page> {
  const { pod, node, message, nodes } = explanation;
  const feasible = nodes.filter((each) => each.feasible);
  const refused = nodes.filter((each) => !each.feasible);
  const counts = new Map<string, number>();
  for (const { reasons } of refused) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const charts = await drawCharts(reasonChart('Why nodes are out', 'Nodes by the reasons that they give.', counts));
  const where = `${feasible.length} of ${count(nodes.length, 'node')} feasible`;
  return {
    command: 'explain',
    title: `Why ${pod.namespace}/${pod.name} goes ${node === undefined ? 'nowhere' : 'there'}`,
    verdict: { good: node !== undefined, text: node === undefined ? message : `Goes to ${node}: ${where}` },
    facts: [
      fact(explanation, 'nodes', 'Nodes'),
      feasibleFact(feasible.length),
      ...(node === undefined ? [] : [fact(explanation, 'node', 'Node')]),
    ],
    packing,
    packingNote: 'Nodes by total score; nodes without a colour are refused. Nothing is placed yet.',
    charts,
    tables: [
      table({
        title: 'Feasible nodes, the best first: weighted scores',
        columns: scoreColumns(feasible),
        rows: [...feasible].sort((a, b) => (b.total ?? 0) - (a.total ?? 0) || Number(b.name === node) - Number(a.name === node)),
      }),
      table<NearestMiss>({
        title: 'Nearest misses',
        columns: [
          { heading: 'NODE', cell: (miss) => miss.node },
          { heading: 'WOULD-FIT-WITH', cell: ({ changes }) => changes.join('; ') },
        ],
        rows: explanation.nearestMiss,
      }),
      table<NodeExplanation>({
        title: 'Refused nodes',
        columns: [
          { heading: 'NODE', cell: ({ name }) => name },
          { heading: 'REFUSED-BY', cell: ({ plugin }) => plugin ?? '' },
          { heading: 'REASONS', cell: ({ reasons }) => reasons.join('; ') },
        ],
        rows: refused,
      }),
    ],
    provenance: explanation.provenance,
    notModelled: explanation.notModelled,
  };
}

function feasibleFact(feasible: number): Fact {
  return { label: 'Feasible', field: 'nodes[feasible].length', value: feasible, text: feasible.toString() };
}

function scoreColumns(feasible: readonly NodeExplanation[]): Column<NodeExplanation>[] {
  const plugins = new Set(feasible.flatMap(({ scores }) => Object.keys(scores)));
  return [
    { heading: 'NODE', cell: ({ name }) => name },
    { heading: 'TOTAL', align: 'right', cell: ({ total }) => total?.toString() ?? '' },
    ...[...plugins].map(
      (plugin): Column<NodeExplanation> => ({
        heading: plugin,
        align: 'right',
        cell: ({ scores }) => {
          const score = Object.hasOwn(scores, plugin) ? scores[plugin] : undefined;
          return score === undefined ? '' : (score.normalized * score.weight).toString();
        },
      }),
    ),
  ];
}
