import type { DomainLoss, Survival } from '../../model/plan-results.ts';
import { BUDGETS, LOSSES, PENDING } from '../survive-view.ts';
import { type BarChart, drawCharts, utilisationCharts } from './charts.ts';
import type { PackingData } from './packing-data.ts';
import { count, fact, grouped, type Page, percent, table } from './page.ts';

/** Losses in the chart; they come worst first. */
const LOSSES_DRAWN = 30;

/** @param packing Before and after the worst loss. */
export async function survivePage(survival: Survival, packing: PackingData | undefined): Promise<Page> {
  const { results, summary, domain, losses, survives, loadPercent } = survival;
  const [worst] = results;
  const each = losses === 1 ? '' : `, ${losses} at once`;
  return {
    command: 'survive',
    title: `What if ${losses === 1 ? 'a domain' : `${losses} domains`} by ${domain} ${losses === 1 ? 'is' : 'are'} lost?`,
    verdict: {
      good: survives,
      text: `${grouped(summary.survived)} of ${count(results.length, 'loss', 'losses')}${each} survived`,
    },
    facts: [
      fact(survival, 'results', 'Losses tried'),
      fact(survival, 'summary.survived', 'Survived'),
      fact(survival, 'summary.domains', 'Domains'),
      fact(survival, 'summary.nodes', 'Nodes'),
      fact(survival, 'summary.pendingBefore', 'Pending before'),
      fact(survival, 'summary.uncontrolled', 'Pods without a controller'),
      ...(loadPercent === undefined ? [] : [fact(survival, 'loadPercent', 'Load that survives', (value) => `${value}%`)]),
    ],
    ...(packing ? { packing } : {}),
    packingNote: `The worst loss: ${worst ? `${nameOf(worst)}, ${count(worst.pending.length, 'pod')} without a node after it` : 'none'}.`,
    charts: await drawCharts([...freeCharts(results), ...(packing ? utilisationCharts(packing) : [])]),
    tables: [
      table({
        title: 'Losses, the worst first',
        columns: LOSSES,
        rows: results,
        bars: { 'FREE-CPU': ({ free }: DomainLoss) => free.cpu, 'FREE-MEMORY': ({ free }: DomainLoss) => free.memory },
      }),
      table({
        title: 'Pods that stay without a node',
        columns: PENDING,
        rows: results.flatMap((loss) => loss.pending.map((pod) => ({ loss, pod }))),
      }),
      table({
        title: 'Budgets below their minimum at the moment of the loss',
        columns: BUDGETS,
        rows: results.flatMap((loss) => loss.budgets.map((budget) => ({ loss, budget }))),
      }),
    ],
    provenance: survival.provenance,
    notModelled: survival.notModelled,
  };
}

function freeCharts(results: readonly DomainLoss[]): BarChart[] {
  if (results.length === 0) return [];
  const shown = results.slice(0, LOSSES_DRAWN);
  const which = results.length > shown.length ? `the worst ${LOSSES_DRAWN} of ${grouped(results.length)} losses` : 'each loss';
  return [
    {
      title: 'What is free after a loss',
      note: `Share of what the remaining nodes offer that nobody asks for, for ${which}.`,
      category: 'Lost',
      categories: shown.map((loss) => `${nameOf(loss)}${loss.survived ? '' : ' (not survived)'}`),
      series: [
        { name: 'cpu', values: shown.map(({ free }) => free.cpu) },
        { name: 'memory', values: shown.map(({ free }) => free.memory) },
      ],
      lying: true,
      format: percent,
      max: 1,
    },
  ];
}

function nameOf({ domains }: DomainLoss): string {
  return domains.join(' + ');
}
