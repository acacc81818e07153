import type { PodReference, Preemption, Schedule } from '../model/results.ts';
import { type Column, tableLines } from './table.ts';

/** One pod of a schedule: placed, or not and why. */
interface Line extends PodReference {
  readonly node?: string;
  readonly message?: string;
}

const NONE = '<none>';

const PLACE: readonly Column<Line>[] = [
  { heading: 'NAMESPACE', cell: (line) => line.namespace },
  { heading: 'POD', cell: (line) => line.name },
  { heading: 'NODE', cell: (line) => line.node ?? NONE },
];

const REASON: Column<Line> = { heading: 'REASON', cell: (line) => line.message ?? '' };

/** The table of a schedule: placements in decision order, then the unschedulable pods with upstream's message. */
export function* scheduleTable(schedule: Schedule): Generator<string> {
  const columns = schedule.unschedulable.length > 0 ? [...PLACE, REASON] : PLACE;
  yield* tableLines(columns, linesOf(schedule));
}

/** The same with what each pod preempts: the nominated node and the victims, most important first. */
export function* scheduleWideTable(schedule: Schedule): Generator<string> {
  const preemptions = new Map<string, Preemption>(schedule.preemptions.map((preemption) => [keyOf(preemption), preemption]));
  const wide: readonly Column<Line>[] = [
    ...PLACE,
    { heading: 'NOMINATED', cell: (line) => preemptions.get(keyOf(line))?.node ?? NONE },
    { heading: 'VICTIMS', cell: (line) => preemptions.get(keyOf(line))?.victims.map(keyOf).join(',') || NONE },
    REASON,
  ];
  yield* tableLines(wide, linesOf(schedule));
}

/** `pod/NAMESPACE/NAME NODE` for each placement, in decision order. */
export function* scheduleNames(schedule: Schedule): Generator<string> {
  for (const { namespace, name, node } of schedule.placements) yield `pod/${namespace}/${name} ${node}\n`;
}

function linesOf({ placements, unschedulable }: Schedule): Iterable<Line> {
  return {
    *[Symbol.iterator]() {
      yield* placements;
      yield* unschedulable;
    },
  };
}

function keyOf(pod: PodReference): string {
  return `${pod.namespace}/${pod.name}`;
}
