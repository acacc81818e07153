import type { Fit, FittedPod } from '../model/plan-results.ts';
import { type BarStyle, barText } from './bar.ts';
import { type Column, printable, tableLines } from './table.ts';

/** Lines of a list before the rest is only counted. */
const LIST_LINES = 20;
/** Nearest misses shown; they come best first. */
const MISSES = 5;

/** What a person reads, in the words of cluster-capacity: the requirements, the answer, what stops the next one, where the copies are. */
export function* fitView(fit: Fit, bars?: BarStyle): Generator<string> {
  yield* view(fit, LIST_LINES, bars);
}

/** The same with every node and every nearest miss. */
export function* fitWide(fit: Fit, bars?: BarStyle): Generator<string> {
  yield* view(fit, Number.POSITIVE_INFINITY, bars);
}

/** `node/NAME REPLICAS` by template. */
export function* fitNames({ pods }: Fit): Generator<string> {
  for (const { podName, replicasOnNodes } of pods)
    for (const { nodeName, replicas } of replicasOnNodes) yield `pod/${podName} node/${nodeName} ${replicas}\n`;
}

function* view(fit: Fit, lines: number, bars: BarStyle | undefined): Generator<string> {
  const { pods, failReason, rounds, summary } = fit;
  for (const { podName, count, requirements } of pods) {
    const each = count === 1 ? '' : ` (${count} in each round)`;
    const asked = Object.entries(requirements).map(([name, amount]) => `${name} ${amount}`);
    yield `${printable(podName)} pod requirements${each}: ${asked.join(', ') || 'none'}\n`;
  }
  yield '\n';
  for (const { podName, replicas } of pods) yield `The cluster can schedule ${replicas} instance(s) of the pod ${printable(podName)}.\n`;
  if (pods.length > 1) yield `That is ${rounds} complete round(s).\n`;
  const stopped = failReason.podName === undefined || pods.length === 1 ? '' : `${printable(failReason.podName)}: `;
  yield `\nTermination reason: ${failReason.failType}: ${stopped}${printable(failReason.failMessage)}\n`;
  for (const pod of pods) if (pod.replicas > 0) yield* distribution(pod, summary.nodes, lines, bars);
  yield* nearestMisses(fit, lines === LIST_LINES ? MISSES : lines);
}

function* distribution({ podName, replicasOnNodes }: FittedPod, nodes: number, lines: number, bars?: BarStyle): Generator<string> {
  yield `\nPod distribution among nodes: ${printable(podName)} on ${replicasOnNodes.length} of ${nodes}\n`;
  const most = replicasOnNodes.reduce((max, { replicas }) => Math.max(max, replicas), 1);
  const bar: Place[] = bars ? [{ heading: '', cell: ({ replicas }) => barText(replicas / most, bars) }] : [];
  yield* tableLines([...PLACES, ...bar], replicasOnNodes.slice(0, lines));
  yield* more(replicasOnNodes.length - lines, 'nodes');
}

type Place = Column<FittedPod['replicasOnNodes'][number]>;

const PLACES: readonly Place[] = [
  { heading: 'NODE', cell: ({ nodeName }) => nodeName },
  { heading: 'REPLICAS', align: 'right', cell: ({ replicas }) => replicas.toString() },
];

function* nearestMisses({ nearestMiss }: Fit, lines: number): Generator<string> {
  if (nearestMiss.length === 0) return;
  yield '\n';
  const columns: readonly Column<Fit['nearestMiss'][number]>[] = [
    { heading: 'NEAREST-MISS', cell: (miss) => miss.node },
    { heading: 'NEXT-ONE-FITS-WITH', cell: (miss) => miss.changes.join('; ') },
  ];
  yield* tableLines(columns, nearestMiss.slice(0, lines));
  yield* more(nearestMiss.length - lines, 'nodes');
}

function* more(count: number, what: string): Generator<string> {
  if (count > 0) yield `... and ${count} more ${what} (-o wide shows all)\n`;
}
