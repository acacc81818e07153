import { Engine } from '../engine/engine.ts';
import type { Filled } from '../engine/fill.ts';
import type { EngineOptions } from '../engine/options.ts';
import type { Node } from '../model/node.ts';
import type { FailSummary, Fit, FittedPod } from '../model/plan-results.ts';
import type { Pod } from '../model/pod.ts';
import { formatAmount } from '../model/quantity.ts';
import { podRequests } from '../model/requests.ts';
import { API_VERSION } from '../model/results.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { checkCount, withoutNodes } from './checks.ts';
import { type PodManifest, type PodOfManifest, podsOfManifests } from './pod-templates.ts';
import type { Watched } from './states.ts';

/** The state after, for `onStates`, has the copies as pods, unless they are more than a million: then they are left out. */
export interface FitOptions extends EngineOptions, Watched {
  /** Rounds at most; with one template and no count a round is one copy. */
  readonly maxLimit?: number;
  /** Names of nodes to leave out, as if they were not in the cluster. */
  readonly excludeNodes?: readonly string[];
  /** Place the waiting pods of the snapshot first. */
  readonly pendingFirst?: boolean;
}

/** Copies that are tried when no limit is given: ten times what anybody asks for, and a bound where no rule ever refuses. */
const COPIES_MAX = 100_000_000;
/** Copies that are made into pods of a snapshot; each takes some hundred bytes. */
const COPIES_SHOWN_MAX = 1_000_000;

/**
 * How many more copies of the pods fit beside everything that runs, where, and what stops the next one. With several templates they are placed
 * round after round, each as often as its count says. Nobody is evicted. Each copy is decided as the scheduler would, so O(copies) decisions.
 *
 * @param podspec Manifests: pods, or anything with a pod template.
 * @throws PlimsollError for the manifests (see `podsOfManifests`), NOT_FOUND for excluded nodes and profiles, USAGE for the limit, and what
 * `resolveOptions` throws.
 */
export async function fit(snapshot: Snapshot, podspec: readonly PodManifest[], options: FitOptions = {}): Promise<Fit> {
  const { maxLimit, excludeNodes = [], pendingFirst = false } = options;
  if (maxLimit !== undefined) checkCount('maxLimit', maxLimit, 1, COPIES_MAX);
  const used = withoutNodes(snapshot, excludeNodes, 'excludeNodes');
  const engine = new Engine(used, options);
  const items = podsOfManifests(podspec, snapshot);
  if (pendingFirst) await engine.schedule();
  const perRound = items.reduce((sum, { count }) => sum + count, 0);
  const limit = maxLimit ?? Math.ceil(COPIES_MAX / perRound);
  const before = engine.snapshot();
  const { pods, nodes } = before;
  const filled = engine.fill(items, limit);
  options.onStates?.({ before, after: { ...before, pods: [...pods, ...copiesOf(filled, items, nodes)] } });
  return {
    apiVersion: API_VERSION,
    kind: 'Fit',
    provenance: engine.provenance,
    replicas: filled.placed,
    rounds: Math.floor(filled.placed / perRound),
    ...(maxLimit === undefined ? {} : { maxLimit }),
    failReason: failReasonOf(filled, items, limit),
    pods: items.map((item, i) => fittedPod(item, filled.rows[i] as Uint32Array, nodes, engine)),
    nearestMiss: filled.stopped?.nearestMiss ?? [],
    summary: { nodes: nodes.length, pending: pods.filter(({ nodeName }) => nodeName === '').length, seconds: filled.seconds },
    notModelled: [...used.notModelled, ...engine.settings.warnings],
  };
}

/** The copies as pods on their nodes, numbered by template. */
function copiesOf({ rows, placed }: Filled, items: readonly PodOfManifest[], nodes: readonly Node[]): Pod[] {
  if (placed > COPIES_SHOWN_MAX) return [];
  return items.flatMap(({ pod }, item) => {
    const copies: Pod[] = [];
    for (const [row, count] of (rows[item] as Uint32Array).entries()) {
      const nodeName = (nodes[row] as Node).name;
      for (let i = 0; i < count; i++) copies.push({ ...pod, name: `${pod.name}-copy-${item + 1}-${copies.length + 1}`, nodeName });
    }
    return copies;
  });
}

function failReasonOf({ stopped }: Filled, items: readonly PodOfManifest[], limit: number): Fit['failReason'] {
  if (!stopped) return { failType: 'LimitReached', failMessage: `Maximum number of pods simulated: ${limit}`, failSummary: [] };
  const { message, item } = stopped;
  return {
    failType: 'Unschedulable',
    failMessage: message,
    podName: (items[item] as PodOfManifest).pod.name,
    failSummary: failSummaryOf(message),
  };
}

/** `0/8 nodes are available: 2 node(s) ..., 6 Insufficient cpu.` by reason; a message of another form has none. */
function failSummaryOf(message: string): FailSummary[] {
  const [, reasons = ''] = /^0\/\d+ nodes are available: (.*?)\.(?: |$)/s.exec(message) ?? [];
  return reasons.split(/, (?=\d+ )/).flatMap((part) => {
    const [, count, reason] = /^(\d+) (.*)$/s.exec(part) ?? [];
    return reason === undefined ? [] : [{ reason, count: Number(count) }];
  });
}

function fittedPod({ pod, count }: PodOfManifest, rows: Uint32Array, nodes: readonly Node[], engine: Engine): FittedPod {
  const replicasOnNodes = nodes.flatMap(({ name: nodeName }, row) => {
    const replicas = rows[row] as number;
    return replicas > 0 ? [{ nodeName, replicas }] : [];
  });
  const replicas = rows.reduce((sum, copies) => sum + copies, 0);
  return { podName: pod.name, namespace: pod.namespace, count, requirements: requirementsOf(pod, engine), replicas, replicasOnNodes };
}

/** Requests of one copy as the scheduler counts them, for people. */
function requirementsOf({ template }: Pod, engine: Engine): Record<string, string> {
  const { cpu, memory, ephemeralStorage, scalars } = podRequests(template, engine.settings.semantics).fit;
  const amounts = [['cpu', cpu], ['memory', memory], ['ephemeral-storage', ephemeralStorage], ...scalars] as const;
  return Object.fromEntries(amounts.filter(([, amount]) => amount > 0n).map(([name, amount]) => [name, formatAmount(name, amount)]));
}
