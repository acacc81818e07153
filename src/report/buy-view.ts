import type { BoughtNodes, Buy, ImpossiblePod } from '../model/buy-results.ts';
import { formatPrice, parsePrice } from '../model/catalogue.ts';
import { type Column, printable, tableLines } from './table.ts';

/** Lines of a list before the rest is only counted. */
const LIST_LINES = 20;
/** Digits after the point that a price is shown with where it has more. */
const DIGITS = 4;

/** What a person reads: the answer in one line, the nodes, what comes with each, and pods for which nothing can be bought. */
export function* buyView(buy: Buy): Generator<string> {
  yield* view(buy, LIST_LINES);
}

/** The same in full, with the nodes' names and every placement. */
export function* buyWide(buy: Buy): Generator<string> {
  yield* view(buy, Number.POSITIVE_INFINITY);
  if (buy.placements.length === 0) return;
  yield '\n';
  yield* tableLines(PLACEMENTS, buy.placements);
}

/** `TYPE COUNT`, or `TYPE/ZONE COUNT`. */
export function* buyNames({ nodes }: Buy): Generator<string> {
  for (const { type, zone, count } of nodes) yield `${printable(zone === undefined ? type : `${type}/${zone}`)} ${count}\n`;
}

function* view(buy: Buy, lines: number): Generator<string> {
  yield `${headline(buy)}\n`;
  const { packing, placement } = buy;
  if (placement === 'configured' && packing && isLess(packing.cost, buy.cost))
    yield `Packed, with each pod where it fits best: ${nodesText(packing.nodes)}, ${money(packing.cost, buy)}${gap(packing.gapPercent)}.\n`;
  yield* unaided(buy);
  if (buy.nodes.length > 0) {
    yield '\n';
    yield* tableLines(lines === LIST_LINES ? NODES : NODES_WIDE, buy.nodes.slice(0, lines));
    yield* more(buy.nodes.length - lines, 'rows');
    yield* daemonSets(buy.nodes);
  }
  if (buy.impossible.length > 0) {
    yield '\n';
    yield* tableLines(IMPOSSIBLE, buy.impossible.slice(0, lines));
    yield* more(buy.impossible.length - lines, 'pods');
  }
}

/** What becomes of a packed plan that is bought and left to the scheduler. */
function* unaided({ unaided: left, summary }: Buy): Generator<string> {
  if (left === undefined || summary.placed === 0) return;
  if (left.waiting === 0) yield 'Left to itself, the scheduler as configured needs no further nodes.\n';
  else
    yield `Left to itself, the scheduler as configured leaves ${left.waiting} of ${summary.placed} pods waiting on these nodes; --placement configured buys for that.\n`;
}

function isLess(a: string, b: string): boolean {
  return (parsePrice(a) ?? 0n) < (parsePrice(b) ?? 0n);
}

function headline(buy: Buy): string {
  const { summary, cost, bound, complete } = buy;
  if (summary.pending === 0) return 'Nothing to buy: no pod waits for a node.';
  const answer = `${nodesText(summary.nodesBought)}, ${money(cost, buy)}`;
  const others = complete ? '' : ` for ${summary.placed} of ${summary.pending} pods`;
  if (bound === undefined) return `${answer}${others}; no plan was found for the others.`;
  const proof = cost === bound ? 'no plan is cheaper' : `no plan can be under ${money(bound, buy, true)}`;
  return `${answer}${others}; ${proof}${gap(buy.gapPercent)}.`;
}

function nodesText(count: number): string {
  return `${count} ${count === 1 ? 'node' : 'nodes'}`;
}

function gap(percent: number | undefined): string {
  return percent === undefined || percent === 0 ? '' : ` (gap ${percent} %)`;
}

/** A price with two to four digits after the point; costs are rounded up and bounds down. */
function money(text: string, { currency }: Buy, down = false): string {
  return `${rounded(text, down)} ${currency === 'USD' ? '$' : currency}/h`;
}

function rounded(text: string, down: boolean): string {
  const digits = text.split('.')[1]?.length ?? 0;
  const exact = parsePrice(text);
  if (digits <= DIGITS || exact === undefined) return text;
  const unit = 10n ** BigInt(9 - DIGITS);
  return formatPrice(((exact + (down ? 0n : unit - 1n)) / unit) * unit);
}

const percent = (share: number | undefined): string => (share === undefined ? '' : `${Math.floor(share * 100)}%`);

const NODES: readonly Column<BoughtNodes>[] = [
  { heading: 'TYPE', cell: ({ type }) => type },
  { heading: 'ZONE', cell: ({ zone }) => zone ?? '' },
  { heading: 'NODES', align: 'right', cell: ({ count }) => count.toString() },
  { heading: 'PRICE', align: 'right', cell: ({ price }) => rounded(price, false) },
  { heading: 'COST', align: 'right', cell: ({ cost }) => rounded(cost, false) },
  { heading: 'CPU', align: 'right', cell: ({ used }) => percent(used.cpu) },
  { heading: 'MEMORY', align: 'right', cell: ({ used }) => percent(used.memory) },
  { heading: 'PODS', align: 'right', cell: ({ used }) => percent(used.pods) },
  { heading: 'OTHERS', cell: ({ used }) => othersOf(used) },
];

const NODES_WIDE: readonly Column<BoughtNodes>[] = [...NODES, { heading: 'NAMES', cell: ({ nodes }) => nodes.join(' ') }];

function othersOf(used: BoughtNodes['used']): string {
  const others = Object.entries(used).filter(([name, share]) => !['cpu', 'memory', 'pods'].includes(name) && share > 0);
  return others.map(([name, share]) => `${name} ${percent(share)}`).join(', ');
}

/** What comes with each node, once for all rows that have the same. */
function* daemonSets(nodes: readonly BoughtNodes[]): Generator<string> {
  const rows = new Map<string, string[]>();
  for (const { type, daemonSets: names, overhead } of nodes) {
    if (names.length === 0) continue;
    const amounts = Object.entries(overhead).map(([name, amount]) => `${name} ${amount}`);
    const text = `${names.join(', ')}${amounts.length === 0 ? '' : ` (${amounts.join(', ')})`}`;
    const types = rows.get(text) ?? [];
    if (!types.includes(type)) types.push(type);
    rows.set(text, types);
  }
  if (rows.size > 0) yield '\n';
  for (const [text, types] of rows) yield `DaemonSet pods on each ${printable(types.join(', '))}: ${printable(text)}\n`;
}

const IMPOSSIBLE: readonly Column<ImpossiblePod>[] = [
  { heading: 'NO-TYPE-FOR', cell: ({ namespace, name, alike }) => `${namespace}/${name}${alike > 0 ? ` and ${alike} alike` : ''}` },
  { heading: 'NEAREST', cell: ({ nearestMiss: [nearest] }) => (nearest ? `${nearest.node}: ${nearest.changes.join('; ')}` : '') },
  { heading: 'REASON', cell: ({ message }) => message },
];

const PLACEMENTS: readonly Column<Buy['placements'][number]>[] = [
  { heading: 'POD', cell: ({ namespace, name }) => `${namespace}/${name}` },
  { heading: 'NODE', cell: ({ node }) => node },
];

function* more(count: number, what: string): Generator<string> {
  if (count > 0) yield `... and ${count} more ${what} (-o wide shows all)\n`;
}
