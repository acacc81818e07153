import type { Rollout, RolloutStep } from '../model/plan-results.ts';
import { type Column, printable, tableLines } from './table.ts';

/** Lines of a list before the rest is only counted. */
const LIST_LINES = 40;
/** Pods named in one line. */
const PODS_SHOWN = 3;

/** What a person reads: every act of the controller, and where the update stops. */
export function* rolloutView(rollout: Rollout): Generator<string> {
  yield* view(rollout, LIST_LINES, PODS_SHOWN);
}

/** The same with every act and every pod. */
export function* rolloutWide(rollout: Rollout): Generator<string> {
  yield* view(rollout, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
}

/** `pod/NAMESPACE/NAME NODE` for each new pod; `<none>` where it finds no node. */
export function* rolloutNames({ steps, pending }: Rollout): Generator<string> {
  const without = new Set(pending.map(({ namespace, name }) => `${namespace}/${name}`));
  for (const { action, revision, pods } of steps) {
    if (action === 'delete' || revision === 'old') continue;
    for (const { namespace, name, node } of pods)
      if (!without.has(`${namespace}/${name}`)) yield `pod/${namespace}/${name} ${node ?? '<later>'}\n`;
  }
  for (const key of without) yield `pod/${key} <none>\n`;
}

function* view({ workload, strategy, steps, completes, reason, remedy }: Rollout, lines: number, shown: number): Generator<string> {
  const { type, replicas, maxSurge, maxUnavailable, partition } = strategy;
  const parts = [type, `replicas ${replicas}`];
  if (maxSurge !== undefined) parts.push(`maxSurge ${maxSurge}`, `maxUnavailable ${maxUnavailable}`);
  if (partition !== undefined) parts.push(`partition ${partition}`);
  yield `${workload.kind} ${printable(`${workload.namespace}/${workload.name}`)}: ${parts.join(', ')}\n`;
  if (steps.length > 0) {
    yield '\n';
    yield* tableLines(
      columnsOf(shown),
      steps.slice(0, lines).map((step, i) => ({ ...step, number: i + 1 })),
    );
    if (steps.length > lines) yield `... and ${steps.length - lines} more steps (-o wide shows all)\n`;
  }
  yield completes ? '\nCompletes.\n' : `\nDoes not complete: ${printable(reason ?? '')}\n`;
  if (remedy !== undefined) yield `It would complete with ${remedy}.\n`;
}

type Line = RolloutStep & { readonly number: number };

function columnsOf(shown: number): readonly Column<Line>[] {
  return [
    { heading: 'STEP', align: 'right', cell: ({ number }) => number.toString() },
    { heading: 'ACTION', cell: ({ action, revision, pods }) => `${action} ${pods.length} ${revision}` },
    { heading: 'OLD', align: 'right', cell: (line) => line.old.toString() },
    { heading: 'NEW', align: 'right', cell: (line) => line.new.toString() },
    { heading: 'AVAILABLE', align: 'right', cell: ({ available }) => available.toString() },
    { heading: 'PODS', cell: ({ pods, action }) => podsCell(pods, action, shown) },
  ];
}

function podsCell(pods: RolloutStep['pods'], action: RolloutStep['action'], shown: number): string {
  const sign = action === 'create' ? '->' : 'off';
  const named = pods.slice(0, shown).map(({ name, node }) => `${name} ${sign} ${node ?? '<none>'}`);
  return pods.length > shown ? `${named.join(', ')}, and ${pods.length - shown} more` : named.join(', ');
}
