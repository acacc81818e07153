import { compact, duration } from './table.ts';
import { perSecond, type Rate, type UpstreamFile, type UpstreamRow } from './upstream-results.ts';

interface MarkdownColumn {
  readonly heading: string;
  readonly cell: (row: UpstreamRow) => string;
}

const COLUMNS: readonly MarkdownColumn[] = [
  { heading: 'work', cell: ({ title }) => title },
  { heading: 'nodes', cell: ({ nodes }) => nodes.toLocaleString('en-US') },
  { heading: 'kube-scheduler, sampling', cell: ({ upstream }) => speed(upstream.sampled) },
  { heading: 'kube-scheduler, all nodes', cell: ({ upstream }) => speed(upstream.all) },
  { heading: 'Plimsoll, all nodes', cell: ({ plimsoll }) => speed(plimsoll.heap) },
  { heading: 'deciding alone', cell: ({ plimsoll }) => `${compact(plimsoll.heap.decisions / plimsoll.heap.decideSeconds)}/s` },
  {
    heading: 'ratio',
    cell: ({ upstream, plimsoll }) => `${times(plimsoll.heap, upstream.sampled)} / ${times(plimsoll.heap, upstream.all)}`,
  },
  { heading: 'equal', cell: ({ agreement: { equal, compared } }) => `${share(equal, compared)} of ${compared.toLocaleString('en-US')}` },
  { heading: 'Plimsoll, first of equals', cell: ({ plimsoll }) => speed(plimsoll.first) },
];

/** A table with what is needed to read it, ready to be pasted. */
export function markdown(file: UpstreamFile): string {
  const lines = file.rows.map((row) => COLUMNS.map(({ cell }) => cell(row)));
  const table = [COLUMNS.map(({ heading }) => heading), COLUMNS.map((_, index) => (index === 0 ? '---' : '---:')), ...lines];
  return `${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n\n${legend(file)}\n`;
}

function legend({ machine, kubernetes, node, rows }: UpstreamFile): string {
  const cold = rows.map(({ plimsoll }) => plimsoll.heap.coldSeconds / plimsoll.heap.seconds);
  const range = `${Math.min(...cold).toFixed(1)} to ${Math.max(...cold).toFixed(1)}`;
  return [
    'Decisions per second, then p50 / p99 of one decision; ratios are to kube-scheduler with sampling / with all nodes.',
    `kube-scheduler ${kubernetes} with 16 goroutines, Plimsoll on Node ${node} with one thread, ${machine.cores} x ${machine.cpu}.`,
    `Plimsoll's first run in a process takes ${range} times as long.`,
  ].join('\n');
}

/** `1003/s, 0.95 ms / 3.4 ms`. */
function speed(rate: Rate): string {
  return `${compact(perSecond(rate))}/s, ${duration(rate.latency.p50)} / ${duration(rate.latency.p99)}`;
}

function times(ours: Rate, theirs: Rate): string {
  const factor = perSecond(ours) / perSecond(theirs);
  return `${factor < 10 ? factor.toFixed(1) : Math.round(factor).toLocaleString('en-US')}x`;
}

/** Rounded down, so that 100 % means every one. */
export function share(part: number, whole: number): string {
  const percent = (part * 100) / whole;
  return `${part === whole ? '100' : (Math.floor(percent * 10) / 10).toFixed(1)} %`;
}
