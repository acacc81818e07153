import type { Pod } from '../model/pod.ts';
import { API_VERSION, type DecisionPaths, type Provenance, type Schedule } from '../model/results.ts';
import type { PendingPods } from './pending-pods.ts';
import type { ScheduleRun } from './schedule-run.ts';

/** What a run's result tells beside the run. */
export interface RunContext {
  readonly provenance: Provenance;
  /** Name of the node in a row. */
  readonly nameOf: (row: number) => string;
  /** Number of nodes. */
  readonly nodes: number;
  readonly notModelled: readonly string[];
  readonly paths: DecisionPaths;
}

/** A run as its callers see it. O(pods that waited). */
export function renderRun(run: ScheduleRun, { waiting, held, foreign }: PendingPods, context: RunContext): Schedule {
  const reference = ({ namespace, name }: Pod) => ({ namespace, name });
  const failed = [...run.failed].sort(([a], [b]) => a - b).map(([index, message]) => ({ ...reference(waiting[index] as Pod), message }));
  const unschedulable = [...failed, ...[...held].map(([pod, message]) => ({ ...reference(pod), message }))];
  const pending = waiting.length + held.size;
  const { seconds, decideSeconds } = run;
  // A pod that was placed and evicted again in the same run is told as a victim only.
  const evicted = new Set(run.preemptions.flatMap(({ victims }) => victims));
  const placed = run.placed.filter(({ index }) => !evicted.has(waiting[index] as Pod));
  const strangers = [...foreign].map(
    ([name, count]) =>
      `${count} pending ${count === 1 ? 'pod asks' : 'pods ask'} for the scheduler ${JSON.stringify(name)}, which no profile serves.`,
  );
  return {
    apiVersion: API_VERSION,
    kind: 'Schedule',
    provenance: context.provenance,
    placements: placed.map(({ index, row }) => ({ ...reference(waiting[index] as Pod), node: context.nameOf(row) })),
    unschedulable,
    preemptions: run.preemptions.map(({ index, node, victims }) => ({
      ...reference(waiting[index] as Pod),
      node,
      victims: victims.map(reference),
    })),
    summary: {
      nodes: context.nodes,
      pending,
      placed: placed.length,
      unschedulable: unschedulable.length,
      seconds,
      decideSeconds,
      decisionsPerSecond: decideSeconds > 0 ? Math.round(pending / decideSeconds) : 0,
      paths: context.paths,
    },
    notModelled: [...context.notModelled, ...strangers],
  };
}
