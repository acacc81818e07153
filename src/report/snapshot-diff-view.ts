import type { ChangeCounts, FieldChange, MovedPod, ObjectReference, SnapshotDiff } from '../model/snapshot-results.ts';
import { type Column, printable, tableLines } from './table.ts';

/** Lines of a list before the rest is only counted. */
const LIST_LINES = 20;
/** Longest value in a table; `-o wide` and JSON have it in full. */
const VALUE_LENGTH = 60;

/** What a person reads: counts, then what came, went, moved and changed. */
export function* snapshotDiffView(diff: SnapshotDiff): Generator<string> {
  yield* view(diff, LIST_LINES, VALUE_LENGTH);
}

/** The same in full. */
export function* snapshotDiffWide(diff: SnapshotDiff): Generator<string> {
  yield* view(diff, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
}

/** Every object that is not as it was: `+` came, `-` went, `~` changed or moved. */
export function* snapshotDiffNames({ added, removed, moved, changed }: SnapshotDiff): Generator<string> {
  for (const each of removed) yield `- ${nameOf(each)}\n`;
  for (const each of added) yield `+ ${nameOf(each)}\n`;
  const pods = new Set(moved.map((pod) => nameOf({ kind: 'Pod', ...pod })));
  for (const name of new Set([...pods, ...changed.map(nameOf)])) yield `~ ${name}\n`;
}

export interface Line {
  readonly change: string;
  readonly object: string;
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

function* view(diff: SnapshotDiff, lines: number, length: number): Generator<string> {
  yield* tableLines(COUNTS, countsOf(diff));
  const all = changesOf(diff, length);
  if (all.length === 0) return;
  yield '\n';
  yield* tableLines(LINES, all.slice(0, lines));
  if (all.length > lines) yield `... and ${all.length - lines} more changes (-o wide shows all)\n`;
}

export function countsOf({ summary }: SnapshotDiff): (ChangeCounts & { readonly what: string })[] {
  return [
    { what: 'nodes', ...summary.nodes },
    { what: 'pods', ...summary.pods },
    { what: 'others', ...summary.others },
  ];
}

/** Every change as one line, values no longer than `length`. */
export function changesOf({ added, removed, moved, changed }: SnapshotDiff, length: number): Line[] {
  return [
    ...removed.map((each) => plain('removed', each)),
    ...added.map((each) => plain('added', each)),
    ...moved.map(movedLine),
    ...changed.flatMap((each) => each.changes.map((change) => changedLine(each, change, length))),
  ];
}

function plain(change: string, object: ObjectReference): Line {
  return { change, object: nameOf(object), path: '', before: '', after: '' };
}

function movedLine(pod: MovedPod): Line {
  const { from = '<none>', to = '<none>' } = pod;
  return { change: 'moved', object: nameOf({ kind: 'Pod', ...pod }), path: 'spec.nodeName', before: from, after: to };
}

function changedLine(object: ObjectReference, { path, before = '<none>', after = '<none>' }: FieldChange, length: number): Line {
  const cut = (text: string) => (text.length > length ? `${text.slice(0, length)}…` : text);
  return { change: 'changed', object: nameOf(object), path, before: cut(before), after: cut(after) };
}

/** As kubectl -o name has it, with the namespace. */
function nameOf({ kind, namespace, name }: ObjectReference): string {
  return [kind.toLowerCase(), ...(namespace === undefined ? [] : [namespace]), name].map(printable).join('/');
}

export const COUNTS: readonly Column<ChangeCounts & { readonly what: string }>[] = [
  { heading: 'OBJECTS', cell: ({ what }) => what },
  { heading: 'BEFORE', align: 'right', cell: ({ before }) => before.toString() },
  { heading: 'AFTER', align: 'right', cell: ({ after }) => after.toString() },
  { heading: 'ADDED', align: 'right', cell: ({ added }) => added.toString() },
  { heading: 'REMOVED', align: 'right', cell: ({ removed }) => removed.toString() },
  { heading: 'CHANGED', align: 'right', cell: ({ changed }) => changed.toString() },
];

export const LINES: readonly Column<Line>[] = [
  { heading: 'CHANGE', cell: ({ change }) => change },
  { heading: 'OBJECT', cell: ({ object }) => object },
  { heading: 'FIELD', cell: ({ path }) => path },
  { heading: 'BEFORE', cell: ({ before }) => before },
  { heading: 'AFTER', cell: ({ after }) => after },
];
