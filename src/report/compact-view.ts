import type { CompactedNode, Compaction, CompactMove, StayingNode } from '../model/compact-results.ts';
import { type Column, tableLines } from './table.ts';

/** Lines of a list before the rest is only counted. */
const LIST_LINES = 50;

/** What a person reads: the nodes that can go in their order, and every move. */
export function* compactView(compaction: Compaction): Generator<string> {
  yield* view(compaction, LIST_LINES, false);
}

/** The same in full, and why each other node stays. */
export function* compactWide(compaction: Compaction): Generator<string> {
  yield* view(compaction, Number.POSITIVE_INFINITY, true);
}

/** `node/NAME` for each node that can go, in order. */
export function* compactNames({ nodes }: Compaction): Generator<string> {
  for (const { name } of nodes) yield `node/${name}\n`;
}

function* view({ nodes, moves, stays, bound, saved, later, summary }: Compaction, lines: number, wide: boolean): Generator<string> {
  if (nodes.length > 0) yield* list(saved ? [...NODES, PRICE] : NODES, nodes, lines, 'nodes');
  if (moves.length > 0) {
    yield '\n';
    yield* list(MOVES, moves, lines, 'moves');
  }
  if (stays.length > 0 && (wide || nodes.length === 0)) {
    if (nodes.length > 0) yield '\n';
    yield* list(STAYS, stays, lines, 'nodes');
  }
  yield '\n';
  if (later.length > 0)
    yield `Cordon the last ${later.length} of them when it is their turn, all others first: pods move onto them on the way.\n`;
  const least = bound.nodes === 0 ? 'nothing needs a node' : `at least ${bound.nodes} have to stay (${bound.because})`;
  yield `${summary.remaining} of ${summary.nodes} nodes stay; ${least}.\n`;
  if (saved) yield `Saves ${saved.price} of ${saved.before} ${saved.currency} per hour.\n`;
}

export const NODES: readonly Column<CompactedNode>[] = [
  { heading: 'GOES', cell: ({ name }) => name },
  { heading: 'MOVES', align: 'right', cell: ({ moves }) => moves.toString() },
  { heading: 'GO-WITH-IT', align: 'right', cell: ({ ignored }) => ignored.toString() },
];

export const PRICE: Column<CompactedNode> = { heading: 'PRICE', align: 'right', cell: ({ price }) => price ?? '' };

export const MOVES: readonly Column<CompactMove>[] = [
  { heading: 'WAVE', align: 'right', cell: ({ wave }) => wave.toString() },
  { heading: 'NODE', cell: ({ node }) => node },
  { heading: 'EVICTED', cell: ({ namespace, name }) => `${namespace}/${name}` },
  { heading: 'BUDGET', cell: ({ budget }) => budget ?? '<none>' },
  { heading: 'GOES-TO', cell: ({ to, deleted }) => to ?? (deleted ? '<deleted>' : '<none>') },
];

export const STAYS: readonly Column<StayingNode>[] = [
  { heading: 'STAYS', cell: ({ name }) => name },
  { heading: 'BECAUSE', cell: ({ because }) => because },
  { heading: 'REASON', cell: ({ reason }) => reason },
];

function* list<Row>(columns: readonly Column<Row>[], rows: readonly Row[], lines: number, what: string): Generator<string> {
  yield* tableLines(columns, rows.slice(0, lines));
  if (rows.length > lines) yield `... and ${rows.length - lines} more ${what} (-o wide shows all)\n`;
}
