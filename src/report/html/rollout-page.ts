import type { DrainPreemption, Rollout, RolloutStep } from '../../model/plan-results.ts';
import type { Unschedulable } from '../../model/results.ts';
import { PREEMPTED } from '../drain-view.ts';
import { type BarChart, drawCharts, podReasons, reasonChart, utilisationCharts } from './charts.ts';
import type { PackingData } from './packing-data.ts';
import { count, fact, type Page, table } from './page.ts';

/** Pods named in one line of the steps. */
const PODS_SHOWN = 5;
/** Steps in the chart. */
const STEPS_DRAWN = 60;

export async function rolloutPage(rollout: Rollout, packing: PackingData | undefined): Promise<Page> {
  const { workload, strategy, steps, completes, reason = '', remedy, pending, preempted } = rollout;
  const how = [strategy.type, `${strategy.replicas} replicas`];
  if (strategy.maxSurge !== undefined) how.push(`maxSurge ${strategy.maxSurge}, maxUnavailable ${strategy.maxUnavailable}`);
  if (strategy.partition !== undefined) how.push(`partition ${strategy.partition}`);
  const remedyText = remedy === undefined ? '' : ` It would complete with ${remedy}.`;
  return {
    command: 'rollout',
    title: `Update of ${workload.kind} ${workload.namespace}/${workload.name}: ${how.join(', ')}`,
    verdict: {
      good: completes,
      text: completes ? `Completes in ${count(steps.length, 'step')}` : `Does not complete: ${reason}${remedyText}`,
    },
    facts: [
      fact(rollout, 'completes', 'Completes'),
      fact(rollout, 'steps', 'Steps'),
      fact(rollout, 'summary.leastAvailable', 'Fewest available on the way'),
      fact(rollout, 'strategy.replicas', 'Replicas'),
      fact(rollout, 'pending', 'Pods without a node at the end'),
      fact(rollout, 'summary.pendingBefore', 'Pending before'),
      fact(rollout, 'summary.nodes', 'Nodes'),
    ],
    ...(packing ? { packing } : {}),
    packingNote: 'Before: waiting pods placed, nothing updated. After: where the update ends.',
    charts: await drawCharts([
      ...stepChart(steps),
      ...reasonChart('Why pods wait', 'Pods by the reasons that nodes give.', podReasons(pending.map(({ message }) => message))),
      ...(packing ? utilisationCharts(packing) : []),
    ]),
    tables: [
      table<RolloutStep & { readonly number: number }>({
        title: 'Steps',
        columns: [
          { heading: 'STEP', align: 'right', cell: ({ number }) => number.toString() },
          { heading: 'ACTION', cell: ({ action, revision, pods }) => `${action} ${pods.length} ${revision}` },
          { heading: 'OLD', align: 'right', cell: (step) => step.old.toString() },
          { heading: 'NEW', align: 'right', cell: (step) => step.new.toString() },
          { heading: 'AVAILABLE', align: 'right', cell: ({ available }) => available.toString() },
          { heading: 'PODS', cell: podsCell },
        ],
        rows: steps.map((step, i) => ({ ...step, number: i + 1 })),
      }),
      table<Unschedulable>({
        title: 'Pods without a node at the end',
        columns: [
          { heading: 'POD', cell: ({ namespace, name }) => `${namespace}/${name}` },
          { heading: 'REASON', cell: ({ message }) => message },
        ],
        rows: pending,
      }),
      table<DrainPreemption>({ title: 'Preempted pods of others', columns: PREEMPTED, rows: preempted }),
    ],
    provenance: rollout.provenance,
    notModelled: rollout.notModelled,
  };
}

function stepChart(steps: readonly RolloutStep[]): BarChart[] {
  if (steps.length === 0) return [];
  const shown = steps.slice(0, STEPS_DRAWN);
  return [
    {
      title: 'Pods on the way',
      note: `After each step${steps.length > shown.length ? `, the first ${STEPS_DRAWN} of ${steps.length}` : ''}: pods of the new revision, and all pods with a node.`,
      category: 'Step',
      categories: shown.map((_, i) => String(i + 1)),
      series: [
        { name: 'Available', values: shown.map(({ available }) => available) },
        { name: 'New', values: shown.map((step) => step.new) },
      ],
    },
  ];
}

function podsCell({ pods, action }: RolloutStep): string {
  const sign = action === 'create' ? '->' : 'off';
  const named = pods.slice(0, PODS_SHOWN).map(({ name, node }) => `${name} ${sign} ${node ?? '<none>'}`);
  return pods.length > PODS_SHOWN ? `${named.join(', ')}, and ${pods.length - PODS_SHOWN} more` : named.join(', ');
}
