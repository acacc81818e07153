import type { Answer, NodeAnswer, PodAnswer, RunAnswer } from './protocol.ts';

/** One thing that Plimsoll says otherwise than upstream. */
export interface Difference {
  /** Row of the tables below. */
  readonly what: string;
  /** The pod, and the node when it is about one: `pod`, `pod @ node`. */
  readonly where: string;
  readonly upstream: unknown;
  readonly plimsoll: unknown;
}

/** Two differences of the same kind are taken to be the same mistake while a case is made smaller. */
export function kindOf({ what, upstream, plimsoll }: Difference): string {
  // What an error says is its kind, apart from names and numbers; messages about nodes are all of one kind.
  const shape = (value: unknown) =>
    typeof value !== 'string' || value.startsWith('0/') ? typeof value : value.replace(/\S*[\d/]\S*/g, '#');
  return `${what}: ${shape(upstream)} | ${shape(plimsoll)}`;
}

/** What is compared: a name, and how to read it from an answer. Values are equal when their JSON is. */
type Table<A> = Readonly<Record<string, (answer: A) => unknown>>;

const ERROR: Table<PodAnswer> = {
  error: ({ error }) => error,
};
/** After the nodes, so that the first difference of a pod is its cause. */
const POD: Table<PodAnswer> = {
  feasible: ({ feasible }) => feasible,
  best: ({ best }) => best,
  tied: ({ tied }) => tied,
  node: ({ node }) => node,
  message: ({ message }) => message,
  nominated: ({ nominated }) => nominated,
  victims: ({ victims }) => victims,
};
const PLACED: Table<PodAnswer> = {
  node: ({ node }) => node,
};
const NODE: Table<NodeAnswer> = {
  code: ({ code }) => code,
  plugin: ({ plugin }) => plugin,
  // Upstream collects what is short of extended resources from a map, so that the order of these reasons is random.
  reasons: ({ plugin, reasons = [] }) => (plugin === 'NodeResourcesFit' ? [...reasons].sort() : reasons),
  total: ({ total }) => total,
};
/**
 * A node that PreFilter has left out. Upstream gives all of these one collective reason, which stands in the message; Plimsoll says what the
 * narrowing plugin has against the node, because that helps.
 */
const LEFT_OUT: Table<NodeAnswer> = {
  code: ({ code }) => code,
};
const LEFT_OUT_REASON = "node(s) didn't satisfy plugin(s) [";
/** Compared plugin by plugin; `what` carries the plugin's name. */
const SCORES: Table<NodeAnswer> = {
  raw: ({ raw }) => raw,
  normalized: ({ normalized }) => normalized,
  weighted: ({ weighted }) => weighted,
};

/** Everything that `plimsoll` says otherwise than `upstream`, in the order of the answers. */
export function differences(upstream: Answer, plimsoll: Answer): Difference[] {
  if (upstream.invalid !== undefined || plimsoll.invalid !== undefined) {
    return rows({ invalid: (answer: Answer) => answer.invalid }, '', upstream, plimsoll);
  }
  if (upstream.run && plimsoll.run) return runDifferences(upstream.run, plimsoll.run);
  const [want, got] = [upstream.pods ?? [], plimsoll.pods ?? []];
  const asked = rows({ asked: (pods: readonly PodAnswer[]) => pods.map(({ pod }) => pod) }, '', want, got);
  return asked.length > 0 ? asked : want.flatMap((pod, i) => podDifferences(pod, got[i] as PodAnswer));
}

function podDifferences(want: PodAnswer, got: PodAnswer): Difference[] {
  // A pod that its promised node takes is placed before any other node is asked: an error on those is the examination's alone.
  if (want.error !== undefined && want.node) return rows(PLACED, want.pod, want, got);
  // Of an attempt that ends in an error only that is compared: how far the sides came before is nobody's business.
  if (want.error !== undefined || got.error !== undefined) return rows(ERROR, want.pod, want, got);
  const nodes = (want.nodes ?? []).flatMap((node, i) => nodeDifferences(want.pod, node, got.nodes?.[i]));
  return [...nodes, ...rows(POD, want.pod, want, got)];
}

function nodeDifferences(pod: string, want: NodeAnswer, got: NodeAnswer | undefined): Difference[] {
  const where = `${pod} @ ${want.name}`;
  if (got?.name !== want.name) return [{ what: 'node order', where, upstream: want.name, plimsoll: got?.name }];
  if (want.plugin === undefined && want.reasons?.[0]?.startsWith(LEFT_OUT_REASON)) return rows(LEFT_OUT, where, want, got);
  const scores = Object.entries(SCORES).flatMap(([kind, of]) => scoreDifferences(kind, where, of(want), of(got)));
  return [...rows(NODE, where, want, got), ...scores];
}

function scoreDifferences(kind: string, where: string, want: unknown, got: unknown): Difference[] {
  const [wanted, found] = [(want ?? {}) as Record<string, number>, (got ?? {}) as Record<string, number>];
  const plugins = new Set([...Object.keys(wanted), ...Object.keys(found)]);
  // Upstream runs it for every pod; without claims, which Plimsoll does not model, it gives every node the same nothing.
  if (wanted.DynamicResources === 0) plugins.delete('DynamicResources');
  return rows(
    Object.fromEntries([...plugins].map((plugin) => [`${kind} ${plugin}`, (by: typeof wanted) => by[plugin]])),
    where,
    wanted,
    found,
  );
}

function runDifferences(want: RunAnswer, got: RunAnswer): Difference[] {
  const found: Difference[] = [];
  for (const part of ['preemptions', 'placements'] as const) {
    for (let i = 0; i < Math.max(want[part].length, got[part].length); i++) {
      found.push(...rows({ [part]: (run: RunAnswer) => run[part][i] }, `number ${i}`, want, got));
    }
  }
  for (const pod of new Set([...Object.keys(want.failed), ...Object.keys(got.failed)])) {
    found.push(...rows({ failed: (run: RunAnswer) => run.failed[pod] }, pod, want, got));
  }
  return found;
}

function rows<A>(table: Table<A>, where: string, want: A, got: A): Difference[] {
  return Object.entries(table).flatMap(([what, of]) => {
    const [upstream, plimsoll] = [of(want), of(got)];
    return JSON.stringify(upstream) === JSON.stringify(plimsoll) ? [] : [{ what, where, upstream, plimsoll }];
  });
}
