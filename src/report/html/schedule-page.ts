import { podKey } from '../../model/pod.ts';
import type { Preemption, Schedule, Unschedulable } from '../../model/results.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { drawCharts, podReasons, reasonChart, utilisationCharts } from './charts.ts';
import type { PackingData } from './packing-data.ts';
import { count, fact, grouped, type Page, seconds, table } from './page.ts';

/** The snapshot once the answer is carried out: victims are gone, placed pods are bound. A victim is never placed again in the same run. */
export function afterSchedule(snapshot: Snapshot, { placements, preemptions }: Schedule): Snapshot {
  const nodeOf = new Map(placements.map((placement) => [podKey(placement), placement.node]));
  const victims = new Set(preemptions.flatMap((preemption) => preemption.victims.map(podKey)));
  const pods = snapshot.pods.flatMap((pod) => {
    const key = podKey(pod);
    if (victims.has(key)) return [];
    const nodeName = pod.nodeName === '' ? nodeOf.get(key) : undefined;
    return [nodeName === undefined ? pod : { ...pod, nodeName }];
  });
  return { ...snapshot, pods };
}

export async function schedulePage(schedule: Schedule, packing: PackingData): Promise<Page> {
  const { summary, unschedulable, preemptions, placements } = schedule;
  const reasons = podReasons(unschedulable.map(({ message }) => message));
  const charts = await drawCharts([
    ...reasonChart('Why pods wait', 'Pods by the reasons that nodes give; a pod counts once for each of its reasons.', reasons),
    ...utilisationCharts(packing),
  ]);
  const verdict =
    summary.pending === 0
      ? 'No pod waits for a node'
      : unschedulable.length === 0
        ? `All ${count(summary.pending, 'pending pod')} find a node`
        : `${grouped(unschedulable.length)} of ${count(summary.pending, 'pending pod')} find no node`;
  return {
    command: 'schedule',
    title: `Placing ${count(summary.pending, 'pending pod')} on ${count(summary.nodes, 'node')}`,
    verdict: { good: unschedulable.length === 0, text: verdict },
    facts: [
      fact(schedule, 'summary.nodes', 'Nodes'),
      fact(schedule, 'summary.pending', 'Pending'),
      fact(schedule, 'summary.placed', 'Placed'),
      fact(schedule, 'summary.unschedulable', 'Unschedulable'),
      fact(schedule, 'preemptions', 'Preempting pods'),
      fact(schedule, 'summary.seconds', 'Time', seconds),
    ],
    packing,
    packingNote: 'Before: the pods that run. After: with every placement, without the pods that are preempted.',
    charts,
    tables: [
      table<Unschedulable>({
        title: 'Unschedulable pods',
        columns: [...POD, { heading: 'REASON', cell: ({ message }) => message }],
        rows: unschedulable,
      }),
      table<Preemption>({
        title: 'Preemptions',
        columns: [
          ...POD,
          { heading: 'NODE', cell: ({ node }) => node },
          { heading: 'VICTIMS', cell: ({ victims }) => victims.map(podKey).join(', ') },
        ],
        rows: preemptions,
      }),
      table<Schedule['placements'][number]>({
        title: 'Placements in their order',
        columns: [...POD, { heading: 'NODE', cell: ({ node }) => node }],
        rows: placements,
      }),
    ],
    provenance: schedule.provenance,
    notModelled: schedule.notModelled,
  };
}

const POD = [
  { heading: 'NAMESPACE', cell: ({ namespace }: { readonly namespace: string }) => namespace },
  { heading: 'POD', cell: ({ name }: { readonly name: string }) => name },
];
