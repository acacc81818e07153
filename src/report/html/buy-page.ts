import type { BoughtNodes, Buy, ImpossiblePod } from '../../model/buy-results.ts';
import type { Placement } from '../../model/results.ts';
import type { Column } from '../table.ts';
import { drawCharts, podReasons, reasonChart, utilisationCharts } from './charts.ts';
import type { PackingData } from './packing-data.ts';
import { count, type Fact, fact, grouped, type Page, percent, table } from './page.ts';

/** @param packing Before: waiting pods on the nodes that are there. After: with what is bought. */
export async function buyPage(buy: Buy, packing: PackingData | undefined): Promise<Page> {
  const { nodes, impossible, placements, summary, complete } = buy;
  return {
    command: 'buy',
    title: `Which nodes to add for ${count(summary.pending, 'pending pod')}?`,
    verdict: { good: complete, text: answerOf(buy) },
    facts: factsOf(buy),
    ...(packing ? { packing } : {}),
    packingNote: 'Before: waiting pods on the nodes that are there, as far as they have room. After: with the nodes bought.',
    charts: await drawCharts([
      ...reasonChart('Why pods fit no type', 'Pods by the reasons that types give.', podReasons(impossible.map(({ message }) => message))),
      ...(packing ? utilisationCharts(packing) : []),
    ]),
    tables: [
      table<BoughtNodes>({ title: 'Nodes to buy', columns: BOUGHT, rows: nodes, bars: BOUGHT_BARS }),
      table<ImpossiblePod>({ title: 'Pods for which nothing can be bought', columns: IMPOSSIBLE, rows: impossible }),
      table<Placement>({ title: 'Placements in their order', columns: PLACEMENTS, rows: placements }),
    ],
    provenance: buy.provenance,
    notModelled: buy.notModelled,
  };
}

function answerOf({ summary, complete, cost, bound, currency }: Buy): string {
  if (summary.pending === 0) return 'Nothing to buy: no pod waits for a node';
  const proof = bound === undefined ? '' : cost === bound ? '; no plan is cheaper' : `; no plan can be under ${bound} ${currency} per hour`;
  const left = complete ? '' : `; ${grouped(summary.pending - summary.placed)} of ${count(summary.pending, 'pod')} stay without a node`;
  return `${count(summary.nodesBought, 'node')} for ${cost} ${currency} per hour${proof}${left}`;
}

function factsOf(buy: Buy): Fact[] {
  return [
    fact(buy, 'summary.nodesBought', 'Nodes to buy'),
    fact(buy, 'cost', `Cost, ${buy.currency} per hour`),
    ...(buy.bound === undefined ? [] : [fact(buy, 'bound', 'No plan costs less than')]),
    ...(buy.gapPercent === undefined ? [] : [fact(buy, 'gapPercent', 'Gap', (value) => `${value}%`)]),
    fact(buy, 'summary.pending', 'Pending'),
    fact(buy, 'summary.placed', 'Placed'),
    ...(buy.unaided === undefined ? [] : [fact(buy, 'unaided.waiting', 'Waiting where the scheduler is left to itself')]),
    fact(buy, 'summary.nodesBefore', 'Nodes before'),
  ];
}

const BOUGHT: readonly Column<BoughtNodes>[] = [
  { heading: 'TYPE', cell: ({ type }) => type },
  { heading: 'ZONE', cell: ({ zone }) => zone ?? '' },
  { heading: 'NODES', align: 'right', cell: (row) => grouped(row.count) },
  { heading: 'PRICE', align: 'right', cell: ({ price }) => price },
  { heading: 'COST', align: 'right', cell: (row) => row.cost },
  { heading: 'CPU', align: 'right', cell: ({ used }) => percent(used.cpu ?? 0) },
  { heading: 'MEMORY', align: 'right', cell: ({ used }) => percent(used.memory ?? 0) },
  { heading: 'DAEMONSETS', cell: ({ daemonSets }) => daemonSets.join(', ') },
];

const BOUGHT_BARS: Readonly<Record<string, (row: BoughtNodes) => number>> = {
  CPU: ({ used }) => used.cpu ?? 0,
  MEMORY: ({ used }) => used.memory ?? 0,
};

const IMPOSSIBLE: readonly Column<ImpossiblePod>[] = [
  { heading: 'POD', cell: ({ namespace, name }) => `${namespace}/${name}` },
  { heading: 'ALIKE', align: 'right', cell: ({ alike }) => grouped(alike) },
  { heading: 'NEAREST', cell: ({ nearestMiss: [nearest] }) => (nearest ? `${nearest.node}: ${nearest.changes.join('; ')}` : '') },
  { heading: 'REASON', cell: ({ message }) => message },
];

const PLACEMENTS: readonly Column<Placement>[] = [
  { heading: 'POD', cell: ({ namespace, name }) => `${namespace}/${name}` },
  { heading: 'NODE', cell: ({ node }) => node },
];
