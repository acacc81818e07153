import type { Explanation, NodeExplanation } from '../model/results.ts';
import { type Column, printable, tableLines } from './table.ts';

/** Nodes side by side in the score matrix: five fit a terminal of 100 columns. */
const MATRIX_NODES = 5;
/** Lines of a list before the rest is only counted. */
const LIST_LINES = 20;
/** Nearest misses shown; they come best first. */
const MISSES = 5;

/** What a person reads: the answer, the scores of the best nodes, why the others are out, what would change that. */
export function* explainView(explanation: Explanation): Generator<string> {
  const feasible = byTotal(explanation);
  const infeasible = explanation.nodes.filter((node) => !node.feasible);
  yield* answer(explanation, feasible.length);
  if (feasible.length > 0) yield* scoreMatrix(feasible);
  if (infeasible.length > 0) {
    yield '\n';
    yield* tableLines(REFUSALS, infeasible.slice(0, LIST_LINES));
    yield* more(infeasible.length - LIST_LINES, 'nodes', 'wide');
  }
  yield* nearestMisses(explanation);
}

/** One line for each node, feasible ones first by total, with every weighted score. */
export function* explainWide(explanation: Explanation): Generator<string> {
  const plugins = pluginsOf(explanation.nodes);
  const columns: readonly Column<NodeExplanation>[] = [
    { heading: 'NODE', cell: (node) => node.name },
    { heading: 'FEASIBLE', cell: (node) => (node.feasible ? 'yes' : 'no') },
    { heading: 'TOTAL', align: 'right', cell: (node) => node.total?.toString() ?? '' },
    ...plugins.map((plugin): Column<NodeExplanation> => ({ heading: plugin, align: 'right', cell: (node) => weighted(node, plugin) })),
    { heading: 'PLUGIN', cell: (node) => node.plugin ?? '' },
    { heading: 'CODE', cell: (node) => node.code ?? '' },
    { heading: 'REASONS', cell: (node) => node.reasons.join('; ') },
  ];
  const infeasible = explanation.nodes.filter((node) => !node.feasible);
  yield* tableLines(columns, [...byTotal(explanation), ...infeasible]);
}

/** The chosen node as `node/NAME`; nothing when no node is feasible. */
export function* explainName(explanation: Explanation): Generator<string> {
  if (explanation.node !== undefined) yield `node/${explanation.node}\n`;
}

function* answer({ pod, node, message, nodes, provenance }: Explanation, feasible: number): Generator<string> {
  yield `Pod:     ${printable(`${pod.namespace}/${pod.name}`)}\n`;
  yield `Node:    ${node === undefined ? '<none>' : printable(node)} (${feasible} of ${nodes.length} nodes feasible)\n`;
  if (message !== '') yield `Message: ${printable(message)}\n`;
  yield `Profile: ${provenance.profiles.map(printable).join(', ')}, Kubernetes ${provenance.kubeVersion}\n`;
}

/** Plugins as lines, the best nodes as columns: weighted scores, which add up to the total. */
function* scoreMatrix(feasible: readonly NodeExplanation[]): Generator<string> {
  const shown = feasible.slice(0, MATRIX_NODES);
  const plugins = pluginsOf(shown);
  const lines = [...plugins, TOTAL];
  const columns: Column<string>[] = [
    { heading: 'SCORE', cell: (line) => line },
    { heading: 'WEIGHT', align: 'right', cell: (line) => weightOf(shown, line) },
    ...shown.map((node): Column<string> => ({ heading: node.name, align: 'right', cell: (line) => weighted(node, line) })),
  ];
  yield '\n';
  yield* tableLines(columns, lines);
  yield* more(feasible.length - MATRIX_NODES, 'feasible nodes', 'wide');
}

const TOTAL = 'total';

function weighted(node: NodeExplanation, line: string): string {
  if (line === TOTAL) return node.total?.toString() ?? '';
  const score = Object.hasOwn(node.scores, line) ? node.scores[line] : undefined;
  return score === undefined ? '' : (score.normalized * score.weight).toString();
}

function weightOf(nodes: readonly NodeExplanation[], plugin: string): string {
  for (const { scores } of nodes) if (Object.hasOwn(scores, plugin)) return scores[plugin]?.weight.toString() ?? '';
  return '';
}

const REFUSALS: readonly Column<NodeExplanation>[] = [
  { heading: 'NODE', cell: (node) => node.name },
  { heading: 'REFUSED-BY', cell: (node) => node.plugin ?? '' },
  { heading: 'REASONS', cell: (node) => node.reasons.join('; ') },
];

function* nearestMisses({ nearestMiss }: Explanation): Generator<string> {
  if (nearestMiss.length === 0) return;
  const columns: readonly Column<Explanation['nearestMiss'][number]>[] = [
    { heading: 'NEAREST-MISS', cell: (miss) => miss.node },
    { heading: 'WOULD-FIT-WITH', cell: (miss) => miss.changes.join('; ') },
  ];
  yield '\n';
  yield* tableLines(columns, nearestMiss.slice(0, MISSES));
  yield* more(nearestMiss.length - MISSES, 'nodes', 'json');
}

function* more(count: number, what: string, format: string): Generator<string> {
  if (count > 0) yield `... and ${count} more ${what} (-o ${format} shows all)\n`;
}

/** Highest total first, the chosen node first among equals, the others in snapshot order. */
function byTotal({ nodes, node: chosen }: Explanation): readonly NodeExplanation[] {
  const rank = ({ name }: NodeExplanation): number => (name === chosen ? 0 : 1);
  return nodes.filter((node) => node.feasible).sort((a, b) => (b.total ?? 0) - (a.total ?? 0) || rank(a) - rank(b));
}

/** Scoring plugins in the order in which the nodes list them. */
function pluginsOf(nodes: readonly NodeExplanation[]): readonly string[] {
  const plugins = new Set<string>();
  for (const { scores } of nodes) for (const plugin of Object.keys(scores)) plugins.add(plugin);
  return [...plugins];
}
