import type { BrokenBudget, DomainLoss, PendingPod, Survival } from '../model/plan-results.ts';
import { type BarStyle, barText } from './bar.ts';
import { type Column, printable, tableLines } from './table.ts';

/** Lines of a list before the rest is only counted. */
const LIST_LINES = 20;

/** What a person reads: every loss, the worst first; the pods that stay without a node; the budgets that are broken. */
export function* surviveView(survival: Survival, bars?: BarStyle): Generator<string> {
  yield* view(survival, LIST_LINES, bars);
}

/** The same in full. */
export function* surviveWide(survival: Survival, bars?: BarStyle): Generator<string> {
  yield* view(survival, Number.POSITIVE_INFINITY, bars);
}

/** Domains whose loss is not survived, worst first, as `LABEL=DOMAIN`; with commas between domains that are lost together. */
export function* surviveNames({ results, domain }: Survival): Generator<string> {
  for (const { survived, domains } of results) if (!survived) yield `${domains.map((name) => `${domain}=${name}`).join(',')}\n`;
}

function* view({ results, loadPercent }: Survival, lines: number, bars: BarStyle | undefined): Generator<string> {
  yield* tableLines(bars ? withBars(bars) : LOSSES, results.slice(0, lines));
  yield* more(results.length - lines, 'losses');
  const pending = results.flatMap((loss) => loss.pending.map((pod) => ({ loss, pod })));
  if (pending.length > 0) {
    yield '\n';
    yield* tableLines(PENDING, pending.slice(0, lines));
    yield* more(pending.length - lines, 'pending pods');
  }
  const budgets = results.flatMap((loss) => loss.budgets.map((budget) => ({ loss, budget })));
  if (budgets.length > 0) {
    yield '\n';
    yield* tableLines(BUDGETS, budgets.slice(0, lines));
    yield* more(budgets.length - lines, 'broken budgets');
  }
  if (loadPercent === 0) yield '\nSurvives under no load: it is not room that is missing.\n';
  else if (loadPercent !== undefined) yield `\nSurvives up to ${loadPercent}% of today's load, and not ${loadPercent + 1}%.\n`;
}

export const LOSSES: readonly Column<DomainLoss>[] = [
  { heading: 'LOST', cell: nameOf },
  { heading: 'SURVIVED', cell: ({ survived }) => (survived ? 'yes' : 'no') },
  { heading: 'NODES', align: 'right', cell: ({ nodes }) => nodes.toString() },
  { heading: 'PODS', align: 'right', cell: ({ pods }) => pods.toString() },
  { heading: 'PENDING', align: 'right', cell: ({ pending }) => pending.length.toString() },
  { heading: 'PREEMPTED', align: 'right', cell: ({ preempted }) => preempted.toString() },
  { heading: 'BUDGETS', align: 'right', cell: ({ budgets }) => budgets.length.toString() },
  { heading: 'FREE-CPU', align: 'right', cell: ({ free }) => percent(free.cpu) },
  { heading: 'FREE-MEMORY', align: 'right', cell: ({ free }) => percent(free.memory) },
];

/** The free shares with a bar before each. */
function withBars(style: BarStyle): Column<DomainLoss>[] {
  const shares: Readonly<Record<string, (loss: DomainLoss) => number>> = {
    'FREE-CPU': ({ free }) => free.cpu,
    'FREE-MEMORY': ({ free }) => free.memory,
  };
  return LOSSES.map((column) => {
    const share = shares[column.heading];
    return share ? { ...column, cell: (loss) => `${barText(share(loss), style)} ${column.cell(loss).padStart(6)}` } : column;
  });
}

export const PENDING: readonly Column<{ readonly loss: DomainLoss; readonly pod: PendingPod }>[] = [
  { heading: 'PENDING', cell: ({ pod }) => `${pod.namespace}/${pod.name}` },
  { heading: 'LOST', cell: ({ loss }) => nameOf(loss) },
  { heading: 'REASON', cell: ({ pod }) => pod.message },
];

export const BUDGETS: readonly Column<{ readonly loss: DomainLoss; readonly budget: BrokenBudget }>[] = [
  { heading: 'BUDGET', cell: ({ budget }) => `${budget.namespace}/${budget.name}` },
  { heading: 'LOST', cell: ({ loss }) => nameOf(loss) },
  { heading: 'HEALTHY', align: 'right', cell: ({ budget }) => budget.healthy.toString() },
  { heading: 'NEEDED', align: 'right', cell: ({ budget }) => budget.needed.toString() },
  { heading: 'SERVICES', cell: ({ budget }) => budget.services.join(',') || '<none>' },
];

function nameOf({ domains }: DomainLoss): string {
  return domains.map(printable).join(' + ');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

function* more(count: number, what: string): Generator<string> {
  if (count > 0) yield `... and ${count} more ${what} (-o wide shows all)\n`;
}
