import type { Drain, DrainPod, DrainStep } from '../model/plan-results.ts';
import { type Column, printable, tableLines } from './table.ts';

/** Lines of a list before the rest is only counted. */
const LIST_LINES = 50;

/** What a person reads: the evictions in their order, what blocks, what else moves, which nodes can go side by side. */
export function* drainView(drain: Drain): Generator<string> {
  yield* view(drain, LIST_LINES);
}

/** The same in full, with what was ignored. */
export function* drainWide(drain: Drain): Generator<string> {
  yield* view(drain, Number.POSITIVE_INFINITY);
  yield* notes('IGNORED', drain.ignored, Number.POSITIVE_INFINITY, drain.steps.length + drain.blocked.length > 0);
}

/** `pod/NAMESPACE/NAME NODE` for each evicted pod, in order; `<none>` where it finds no node or is not made again. */
export function* drainNames({ steps }: Drain): Generator<string> {
  for (const { namespace, name, to } of steps) yield `pod/${namespace}/${name} ${to ?? '<none>'}\n`;
}

function* view(drain: Drain, lines: number): Generator<string> {
  const { steps, blocked, preempted, groups } = drain;
  if (steps.length > 0) yield* tableLines(STEPS, steps.slice(0, lines));
  yield* more(steps.length - lines, 'evictions');
  yield* notes('BLOCKED', blocked, lines, steps.length > 0);
  if (preempted.length > 0) {
    yield '\n';
    yield* tableLines(PREEMPTED, preempted.slice(0, lines));
    yield* more(preempted.length - lines, 'preempted pods');
  }
  if (groups.length > 0 && drain.nodes.length > 1) {
    yield `\nSide by side: ${groups.map((names) => names.map(printable).join(',')).join(' then ')}\n`;
  }
}

export const STEPS: readonly Column<DrainStep>[] = [
  { heading: 'WAVE', align: 'right', cell: ({ wave }) => wave.toString() },
  { heading: 'NODE', cell: ({ node }) => node },
  { heading: 'EVICTED', cell: keyOf },
  { heading: 'BUDGET', cell: ({ budget }) => budget ?? '<none>' },
  { heading: 'GOES-TO', cell: ({ to, deleted, message }) => to ?? (deleted ? '<deleted>' : `<none> ${message ?? ''}`.trimEnd()) },
];

export const PREEMPTED: readonly Column<Drain['preempted'][number]>[] = [
  { heading: 'PREEMPTED', cell: keyOf },
  { heading: 'NODE', cell: ({ node }) => node },
  { heading: 'BY', cell: ({ by }) => by },
  { heading: 'GOES-TO', cell: ({ to }) => to ?? '<none>' },
];

function* notes(heading: string, pods: readonly DrainPod[], lines: number, apart: boolean): Generator<string> {
  if (pods.length === 0) return;
  const columns: readonly Column<DrainPod>[] = [
    { heading, cell: keyOf },
    { heading: 'NODE', cell: ({ node }) => node },
    { heading: 'REASON', cell: ({ reason }) => reason },
  ];
  if (apart) yield '\n';
  yield* tableLines(columns, pods.slice(0, lines));
  yield* more(pods.length - lines, 'pods');
}

function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}

function* more(count: number, what: string): Generator<string> {
  if (count > 0) yield `... and ${count} more ${what} (-o wide shows all)\n`;
}
